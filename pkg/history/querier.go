package history

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/util/annotations"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/metrics"
)

// copied is how many series a reader looks at before it lets a poll through.
const copied = 256

// Scope is the part of a store that a query may see. It is what Prometheus'
// engine reads.
type Scope struct {
	Store *Store
	IDs   []ID                      // of the firewalls
	Keep  func(metrics.Labels) bool // which series; nil: all
}

var _ storage.Queryable = Scope{}

// Querier reads samples from mint to maxt, in Unix milliseconds.
func (s Scope) Querier(mint, maxt int64) (storage.Querier, error) {
	return &querier{Scope: s, mint: mint, maxt: maxt}, nil
}

type querier struct {
	Scope
	mint, maxt int64
}

func (*querier) LabelValues(context.Context, string, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil // the engine asks for neither
}

func (*querier) LabelNames(context.Context, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil
}

func (*querier) Close() error { return nil }

// Select finds the series that match. Their samples are decoded when the engine
// reads them.
func (q *querier) Select(ctx context.Context, sorted bool, hints *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	mint, maxt := q.mint, q.maxt
	if hints != nil {
		mint, maxt = hints.Start, hints.End
	}
	var out []storage.Series
	wanted := q.matching(matchers)
	begins := make([]int, 0, len(q.IDs)) // of each firewall's series
	for _, id := range q.IDs {
		begins = append(begins, len(out))
		var err error
		if out, err = q.Store.read(ctx, id, wanted, mint, maxt, out); err != nil {
			return storage.ErrSeriesSet(err)
		}
	}
	shared := shareNames(out, begins)
	if sorted || shared {
		slices.SortFunc(out, compareLabels)
	}
	if shared {
		out = merged(out)
	}
	return &seriesSet{series: out, at: -1}
}

// shareNames says whether series of two firewalls bear the same name of one.
func shareNames(series []storage.Series, begins []int) bool {
	if len(begins) < 2 {
		return false
	}
	owners := map[string]int{}
	for k, from := range begins {
		to := len(series)
		if k+1 < len(begins) {
			to = begins[k+1]
		}
		for _, s := range series[from:to] {
			name := s.Labels().Get("opnsense_instance")
			if owner, known := owners[name]; known && owner != k {
				return true
			}
			owners[name] = k
		}
	}
	return false
}

func compareLabels(a, b storage.Series) int { return labels.Compare(a.Labels(), b.Labels()) }

// merged makes one of series that have the same labels: a firewall may be called
// what another one was called before.
func merged(sorted []storage.Series) []storage.Series {
	var out []storage.Series
	for len(sorted) > 0 {
		n := 1
		for n < len(sorted) && compareLabels(sorted[0], sorted[n]) == 0 {
			n++
		}
		out = append(out, storage.ChainedSeriesMerge(sorted[:n]...))
		sorted = sorted[n:]
	}
	return out
}

// match says which series of a thing are wanted.
type match struct {
	families []int
	thing    func(*thing) bool
}

func (q *querier) matching(matchers []*labels.Matcher) match {
	var m match
	for i, name := range familyNames {
		if !slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return m.Name == model.MetricNameLabel && !m.Matches(name) }) {
			m.families = append(m.families, i)
		}
	}
	m.thing = func(t *thing) bool {
		for _, m := range matchers {
			if m.Name != model.MetricNameLabel && !m.Matches(t.labels.Get(m.Name)) {
				return false
			}
		}
		return q.Keep == nil || q.Keep(t.labels)
	}
	return m
}

// read adds what matches of one firewall to out. Sealed blocks never change and
// are shared, open chunks are copied.
func (s *Store) read(ctx context.Context, id ID, m match, mint, maxt int64, out []storage.Series) ([]storage.Series, error) {
	if len(m.families) == 0 {
		return out, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sh := s.shelves[id]
	if sh == nil {
		return out, nil
	}
	mint = max(mint, sh.maxT-s.limits.Retention.Milliseconds())
	things := slices.Clone(sh.things)
	looked := 0
	for _, t := range things {
		if !m.thing(t) {
			looked++
			continue
		}
		for _, family := range m.families {
			if ser := t.series[family]; ser != nil {
				looked++
				if chunks := sh.chunks(ser, mint, maxt); len(chunks) > 0 {
					out = append(out, &entry{t.prometheus(family), chunks, mint, maxt})
				}
			}
		}
		if looked >= copied {
			looked = 0
			s.mu.Unlock()
			err := ctx.Err()
			s.mu.Lock()
			if err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

// chunks returns those that may have samples from mint to maxt, oldest first.
func (sh *shelf) chunks(ser *series, mint, maxt int64) [][]byte {
	var out [][]byte
	from, _ := slices.BinarySearchFunc(sh.blocks, mint, func(b *block, t int64) int { return cmp.Compare(b.maxT, t) })
	for _, b := range sh.blocks[from:] {
		if b.minT > maxt {
			return out
		}
		if chunk := b.chunk(ser.slot); chunk != nil {
			out = append(out, chunk)
		}
	}
	if ser.slot >= 0 && !ser.empty() && sh.minT <= maxt {
		out = append(out, slices.Clone(ser.chunk.Bytes()))
	}
	return out
}

// prometheus returns the labels of a series as Prometheus has them.
func (t *thing) prometheus(family int) labels.Labels {
	b := labels.NewScratchBuilder(len(t.labels) + 1)
	b.Add(model.MetricNameLabel, familyNames[family])
	for _, l := range t.labels {
		if l.Value != "" { // which is as if it were not there
			b.Add(l.Name, l.Value)
		}
	}
	return b.Labels()
}

type seriesSet struct {
	series []storage.Series
	at     int
}

func (s *seriesSet) Next() bool                      { s.at++; return s.at < len(s.series) }
func (s *seriesSet) At() storage.Series              { return s.series[s.at] }
func (*seriesSet) Err() error                        { return nil }
func (*seriesSet) Warnings() annotations.Annotations { return nil }

// entry is a series that was found.
type entry struct {
	labels     labels.Labels
	chunks     [][]byte
	mint, maxt int64
}

func (e *entry) Labels() labels.Labels { return e.labels }

// Iterator reads the samples, and may use a former iterator's memory.
func (e *entry) Iterator(old chunkenc.Iterator) chunkenc.Iterator {
	it, ok := old.(*iterator)
	if !ok {
		it = &iterator{}
	}
	it.entry, it.next, it.done = e, 0, false
	it.at = math.MinInt64
	it.open()
	return it
}

// iterator reads the chunks of a series one after the other.
type iterator struct {
	*entry
	next  int // chunk
	chunk chunkenc.XOR2Chunk
	inner chunkenc.Iterator // nil once there is no chunk any more
	at    int64
	done  bool
}

func (it *iterator) open() bool {
	if it.next >= len(it.chunks) {
		it.done = true
		return false
	}
	it.chunk.Reset(it.chunks[it.next])
	it.inner = it.chunk.Iterator(it.inner)
	it.next++
	return true
}

// Next moves on to the next sample in the range.
func (it *iterator) Next() chunkenc.ValueType {
	for !it.done {
		if it.inner.Next() == chunkenc.ValNone {
			if it.inner.Err() != nil || !it.open() {
				it.done = true
			}
			continue
		}
		if it.at = it.inner.AtT(); it.at > it.maxt {
			it.done = true
		} else if it.at >= it.mint {
			return chunkenc.ValFloat
		}
	}
	return chunkenc.ValNone
}

// Seek moves on to the first sample at or after t, and stays where it is past it.
func (it *iterator) Seek(t int64) chunkenc.ValueType {
	if !it.done && it.at >= t && it.at >= it.mint {
		return chunkenc.ValFloat
	}
	for {
		if v := it.Next(); v == chunkenc.ValNone || it.at >= t {
			return v
		}
	}
}

func (it *iterator) At() (int64, float64) { return it.inner.At() }
func (it *iterator) AtT() int64           { return it.at }
func (*iterator) AtST() int64             { return 0 }
func (it *iterator) Err() error           { return it.inner.Err() }

func (*iterator) AtHistogram(*histogram.Histogram) (int64, *histogram.Histogram) {
	panic("history: a float chunk has no histogram")
}

func (*iterator) AtFloatHistogram(*histogram.FloatHistogram) (int64, *histogram.FloatHistogram) {
	panic("history: a float chunk has no histogram")
}
