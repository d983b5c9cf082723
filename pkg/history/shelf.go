package history

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/value"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/metrics"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

const (
	blockPolls = 120             // polls in a block
	smallStep  = 5 * time.Minute // back by which a clock may step and nothing is dropped
	longCall   = time.Minute     // longer than it takes to ask a firewall
)

var (
	staleMarker = math.Float64frombits(value.StaleNaN)
	places      = map[string]int{} // of a family in a thing's series
	familyNames []string
)

func init() {
	for i, f := range metrics.Families() {
		places[f.Name] = i
		familyNames = append(familyNames, f.Name)
	}
}

// shelf keeps the past of one firewall. Times are Unix milliseconds. The zero
// time means that nothing was recorded.
type shelf struct {
	things []*thing // those of the newest poll in its order, then those that ended
	spare  []*thing // the list before, to be used again
	byKey  map[string]*thing
	slots  []*series // by their place in blocks; nil where none is
	free   []int     // places that no block uses
	blocks []*block  // oldest first
	poll   uint32    // number of the newest poll

	minT, maxT int64 // of the open chunks; maxT is that of the newest poll at all
	polls      int   // in the open chunks
	step       int64 // from one poll to the next
	raw        int64 // when the newest poll was, as told
	due        int64 // by when the next one was expected

	fixed, open, sealed int  // bytes of labels, of open chunks, of blocks
	written             int  // bytes of samples in open chunks
	refused             bool // too many series to be kept at all

	log
}

// thing is a firewall, interface or peer: what has one set of labels.
type thing struct {
	labels metrics.Labels
	key    string
	at     int       // place in shelf.things
	series []*series // by family; nil where it has none
}

func newShelf() *shelf { return &shelf{byKey: map[string]*thing{}} }

func (sh *shelf) size() int { return sh.fixed + sh.open + sh.sealed + sh.log.size }

// startPoll sets the time of the samples that are appended next, and says whether
// there can be any: after a small step back of the clock they wait until it is
// past its old time, after a larger one what lies in the future is dropped.
func (sh *shelf) startPoll(at int64, f *wireguard.Firewall) bool {
	if at <= sh.maxT {
		if sh.maxT-at <= smallStep.Milliseconds() {
			return false
		}
		sh.dropAfter(at)
	}
	// Polls come at regular times but for a moment. To keep them regular makes a
	// timestamp cost a bit instead of two bytes.
	if expected := sh.maxT + sh.step; sh.maxT == 0 || sh.paused(at, f) {
		sh.step, sh.raw = 0, at
	} else if sh.step > 0 && abs(at-expected)*100 <= sh.step {
		sh.raw, at = at, expected
	} else {
		sh.step, sh.raw = at-sh.raw, at
	}
	sh.due = f.Next.UnixMilli()
	if sh.polls == 0 {
		sh.minT = at
	}
	sh.maxT = at
	return true
}

// paused says whether nobody asked for a while before a poll. What was known then
// ended when the next poll was due.
func (sh *shelf) paused(at int64, f *wireguard.Firewall) bool {
	if sh.due == 0 || at <= sh.due+(2*f.PollInterval+longCall).Milliseconds() {
		return false
	}
	if ended := max(sh.due, sh.maxT+1); ended < at {
		sh.end(ended)
		sh.seal() // so that what was before can go before what comes
	}
	return true
}

func abs(n int64) int64 { return max(n, -n) }

// append adds the samples of a poll and ends the series that it does not have.
func (sh *shelf) append(samples []metrics.Sample) {
	sh.poll++
	sh.polls++
	old, next := sh.things, 0
	sh.things = sh.spare[:0]
	for i := 0; i < len(samples); {
		shared := samples[i].Labels
		t := sh.find(old, &next, shared)
		for ; i < len(samples) && &samples[i].Labels[0] == &shared[0]; i++ {
			sh.put(t, places[samples[i].Name], samples[i].Value)
		}
	}
	for _, t := range old {
		if t.at >= len(sh.things) || sh.things[t.at] != t {
			t.at = len(sh.things)
			sh.things = append(sh.things, t)
		}
	}
	sh.spare = old
	sh.endUnseen(sh.maxT)
}

// find returns the thing with these labels, made if need be, and puts it next in
// order. Mostly it is the one that came next in the poll before.
func (sh *shelf) find(old []*thing, next *int, labels metrics.Labels) *thing {
	var t *thing
	if *next < len(old) && slices.Equal(old[*next].labels, labels) {
		t = old[*next]
		*next++
	} else if t = sh.byKey[keyOf(labels)]; t == nil {
		t = &thing{labels: labels, key: keyOf(labels), series: make([]*series, len(familyNames))}
		sh.byKey[t.key] = t
		sh.fixed += t.size()
	} else if t.at < len(old) && old[t.at] == t {
		*next = t.at + 1
	}
	t.at = len(sh.things)
	sh.things = append(sh.things, t)
	return t
}

func keyOf(labels metrics.Labels) string {
	var b strings.Builder
	for _, l := range labels {
		b.WriteString(l.Name)
		b.WriteByte(0xff) // in no valid UTF-8
		b.WriteString(l.Value)
		b.WriteByte(0xff)
	}
	return b.String()
}

func (t *thing) size() int { return sizeOf(t.labels) }

// sizeOf is what a thing with these labels takes beside its series.
func sizeOf(labels metrics.Labels) int {
	n := thingSize
	for _, l := range labels {
		n += labelSize + len(l.Name) + 2*len(l.Value) // once more in its key
	}
	return n
}

// leastSize is what a firewall takes of which one poll is kept.
func leastSize(samples []metrics.Sample) int {
	n := len(samples) * seriesSize
	for i := range samples {
		if i == 0 || &samples[i].Labels[0] != &samples[i-1].Labels[0] {
			n += sizeOf(samples[i].Labels)
		}
	}
	return n
}

func (sh *shelf) put(t *thing, family int, v float64) {
	ser := t.series[family]
	if ser == nil {
		ser = newSeries(t, family)
		t.series[family] = ser
		sh.place(ser)
		sh.fixed += seriesSize
	}
	if ser.seen == sh.poll {
		return // the same series twice
	}
	ser.seen, ser.live = sh.poll, true
	sh.add(ser, sh.maxT, v)
}

func (sh *shelf) add(ser *series, at int64, v float64) {
	length, memory := ser.append(at, v)
	sh.written += length
	sh.open += memory
}

// place gives a series its place in the blocks to come.
func (sh *shelf) place(ser *series) {
	if n := len(sh.free); n > 0 {
		ser.slot, sh.free = sh.free[n-1], sh.free[:n-1]
		sh.slots[ser.slot] = ser
		return
	}
	ser.slot = len(sh.slots)
	sh.slots = append(sh.slots, ser)
}

// endUnseen marks the end of each series that the newest poll does not have, as
// a scrape of Prometheus does.
func (sh *shelf) endUnseen(at int64) {
	for _, ser := range sh.slots {
		if ser != nil && ser.live && ser.seen != sh.poll {
			ser.live = false
			sh.add(ser, at, staleMarker)
		}
	}
}

// end marks the end of every series between two polls.
func (sh *shelf) end(at int64) {
	sh.poll++
	sh.endUnseen(at)
	sh.maxT = at
	if sh.polls == 0 {
		sh.minT = at
	}
	sh.polls++
}

// begins returns the time of the oldest sample.
func (sh *shelf) begins() (int64, bool) {
	switch {
	case len(sh.blocks) > 0:
		return sh.blocks[0].minT, true
	case sh.polls > 0:
		return sh.minT, true
	}
	return 0, false
}

func (sh *shelf) count(u *Usage) {
	if sh.refused {
		u.Refused++
	}
	u.Events += sh.len()
	for _, ser := range sh.slots {
		if ser != nil {
			u.Series++
			u.Samples += ser.chunk.NumSamples()
		}
	}
	for _, b := range sh.blocks {
		for slot := range b.ends {
			if chunk := b.chunk(slot); chunk != nil {
				u.Samples += int(chunk[0])<<8 | int(chunk[1])
			}
		}
	}
}
