package history

import "github.com/prometheus/prometheus/tsdb/chunkenc"

// What things take beside their samples, in bytes; measured in TestSize.
const (
	seriesSize = 304 // a series with its open chunk, empty
	thingSize  = 240 // without its series and labels
	labelSize  = 36  // without its strings
	blockSize  = 96
	eventSize  = 224 // without its strings
)

// How long an empty chunk is, and what it takes.
var (
	chunkHeader = len(chunkenc.NewXOR2Chunk().Bytes())
	newChunk    = cap(chunkenc.NewXOR2Chunk().Bytes())
)

// series is one series with its newest samples.
type series struct {
	thing  *thing
	family int
	slot   int // place in blocks; -1 once it is gone
	blocks int // how many of them have a chunk of it
	chunk  *chunkenc.XOR2Chunk
	app    chunkenc.Appender
	seen   uint32 // the newest poll that had it
	live   bool   // its newest sample is a value, not the mark of an end
}

func newSeries(t *thing, family int) *series {
	ser := &series{thing: t, family: family, chunk: chunkenc.NewXOR2Chunk()}
	ser.begin()
	return ser
}

// begin makes the chunk ready for its first sample.
func (ser *series) begin() {
	ser.app, _ = ser.chunk.Appender() // reads what is in the chunk, which is nothing
}

// append adds a sample and returns by how much the chunk and its memory grew.
func (ser *series) append(at int64, v float64) (length, memory int) {
	was := ser.chunk.Bytes()
	ser.app.Append(0, at, v)
	is := ser.chunk.Bytes()
	return len(is) - len(was), cap(is) - cap(was)
}

// empty says whether the open chunk has no sample.
func (ser *series) empty() bool { return len(ser.chunk.Bytes()) == chunkHeader }

// restart empties the open chunk and keeps its memory. It returns by how much
// that shrank.
func (ser *series) restart() int {
	const much = 1024
	if buf := ser.chunk.Bytes(); cap(buf) > much && len(buf)*2 < cap(buf) {
		return ser.restartIn(make([]byte, chunkHeader, len(buf)))
	}
	return ser.restartIn(ser.chunk.Bytes())
}

// slim lets go of the memory of an empty chunk and returns how much it was.
func (ser *series) slim() int {
	if cap(ser.chunk.Bytes()) <= newChunk {
		return 0
	}
	return ser.restartIn(make([]byte, chunkHeader, newChunk))
}

func (ser *series) restartIn(buf []byte) int {
	given := cap(ser.chunk.Bytes()) - cap(buf)
	buf = buf[:chunkHeader]
	clear(buf)
	ser.chunk.Reset(buf)
	ser.begin()
	return given
}

// block is closed chunks of all series of a firewall over some time. It never
// changes.
type block struct {
	minT, maxT int64
	data       []byte   // the chunks, one after the other
	ends       []uint32 // by slot, where in data its chunk ends
}

// chunk returns the chunk of a slot; nil where it has none.
func (b *block) chunk(slot int) []byte {
	if slot < 0 || slot >= len(b.ends) {
		return nil
	}
	from := uint32(0)
	if slot > 0 {
		from = b.ends[slot-1]
	}
	if from == b.ends[slot] {
		return nil
	}
	return b.data[from:b.ends[slot]:b.ends[slot]]
}

func (b *block) size() int {
	return blockSize + cap(b.data) + 4*cap(b.ends)
}
