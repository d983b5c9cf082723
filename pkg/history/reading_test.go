package history

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/metrics"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// between is a context that a reader looks at each time it lets others through.
type between struct {
	context.Context
	then func() error
}

func (b between) Err() error { return b.then() }

// read reads all samples of a firewall's counters, by the names of peers.
func read(ctx context.Context, s *Store, ids ...ID) (map[string][]sample, error) {
	q, _ := Scope{Store: s, IDs: ids}.Querier(math.MinInt64, math.MaxInt64)
	set := q.Select(ctx, false, nil, labels.MustNewMatcher(labels.MatchEqual, model.MetricNameLabel, metrics.PeerReceivedBytes))
	out := map[string][]sample{}
	for set.Next() {
		it := set.At().Iterator(nil)
		for it.Next() != chunkenc.ValNone {
			at, v := it.At()
			out[set.At().Labels().Get("peer_name")] = append(out[set.At().Labels().Get("peer_name")], sample{at, v})
		}
	}
	return out, set.Err()
}

// numbered is a firewall whose peers' counters tell which peer it is.
func numbered(peers int) *box {
	b := small("hq", peers)
	for k := range b.peers {
		b.peers[k].RxBytes = int64(k)
	}
	return b
}

// A reader of many series lets a poll through every so often: it is recorded
// while the reader is in the middle.
func TestReadersLetPollsThrough(t *testing.T) {
	s, b := newStore(roomy), numbered(1100)
	s.Record(b.answers(after(0)))
	recorded, looked := 0, 0
	got, err := read(between{context.Background(), func() error {
		if !s.mu.TryLock() {
			t.Error("others are kept waiting")
			return nil
		}
		s.mu.Unlock()
		recorded++
		s.Record(b.answers(after(30 * float64(recorded))))
		return nil
	}}, s, b.ID())
	if err != nil || len(got) != 1100 {
		t.Fatalf("%d peers, %v", len(got), err)
	}
	if least := 1100 / copied; recorded < least {
		t.Errorf("%d polls got through while 1100 series were read: want %d", recorded, least)
	}
	for name, samples := range got {
		for _, one := range samples {
			if fmt.Sprintf("p%g", one.V) != name {
				t.Fatalf("%s has the sample %+v", name, one)
			}
		}
	}

	// Also where nothing that it looks at is wanted.
	over := Scope{Store: s, IDs: []ID{b.ID()}, Keep: func(metrics.Labels) bool { looked++; return false }}
	q, _ := over.Querier(0, math.MaxInt64)
	q.Select(between{context.Background(), func() error {
		if looked > copied {
			t.Errorf("%d are looked at before others may go on", looked)
		}
		looked = 0
		return nil
	}}, false, nil, labels.MustNewMatcher(labels.MatchEqual, model.MetricNameLabel, metrics.PeerStatus))
}

// Whatever happens to a firewall in the middle of reading, what is read belongs to
// its series.
func TestChangesInTheMiddleOfReading(t *testing.T) {
	polls := func(s *Store, b *box, from, n int) {
		for k := range n {
			s.Record(b.answers(after(30 * float64(from+k))))
		}
	}
	limits := Limits{12 * time.Minute, 64 * mega} // a block is a minute
	others := small("hq", 600)
	for k := range others.peers {
		others.peers[k].Name, others.peers[k].RxBytes = fmt.Sprintf("other%d", k), int64(1_000_000+k)
	}
	for name, happens := range map[string]func(*Store, *box){
		"a poll":          func(s *Store, b *box) { polls(s, b, 10, 1) },
		"a block is made": func(s *Store, b *box) { polls(s, b, 10, 6) },
		"it is dropped":   func(s *Store, b *box) { s.Drop(b.firewall(after(0), nil, 0)) },
		"dropped, and others come": func(s *Store, b *box) {
			s.Drop(b.firewall(after(0), nil, 0))
			polls(s, others, 10, 6)
		},
		"all expires, and others take its places": func(s *Store, _ *box) { polls(s, others, 100_000, 6) },
		"the clock is set back, and others come":  func(s *Store, _ *box) { polls(s, others, -100_000, 6) },
		"refused for its peers, and others come": func(s *Store, b *box) {
			more := numbered(1500)
			s.SetLimits(Limits{limits.Retention, 3 * mega}, after(1))
			s.Record(more.answers(after(400)))
			if _, _, refused := s.Begins([]ID{b.ID()}); refused != 1 {
				t.Error("not refused")
			}
			polls(s, others, 20, 6)
		},
		"memory is short": func(s *Store, _ *box) { s.SetLimits(Limits{limits.Retention, 1}, after(1)) },
		"history is off":  func(s *Store, _ *box) { s.SetLimits(Limits{}, after(1)) },
	} {
		t.Run(name, func(t *testing.T) {
			s, b := newStore(limits), numbered(600)
			polls(s, b, 0, 3)
			others.last = nil
			times := 0
			got, err := read(between{context.Background(), func() error {
				if times++; times == 1 {
					happens(s, b)
				}
				return nil
			}}, s, b.ID())
			if err != nil || times < 1 || len(got) < copied {
				t.Fatalf("%d peers in %d pieces, %v", len(got), times, err)
			}
			for name, samples := range got {
				for _, one := range samples {
					if !one.ends() && fmt.Sprintf("p%g", one.V) != name {
						t.Fatalf("%s has the sample %+v", name, one)
					}
				}
			}
		})
	}
}

// A reader that nobody waits for any more ends at the next piece.
func TestReaderGivesUp(t *testing.T) {
	s, b := newStore(roomy), numbered(1100)
	s.Record(b.answers(after(0)))
	times := 0
	got, err := read(between{context.Background(), func() error { times++; return context.Canceled }}, s, b.ID())
	if !errors.Is(err, context.Canceled) || times != 1 || len(got) != 0 {
		t.Errorf("%d peers after %d pieces, %v", len(got), times, err)
	}
}

// Iterators may be used again, for another series, and may be asked to seek.
func TestIterator(t *testing.T) {
	s, b := newStore(roomy), small("hq", 1)
	for n := range 300 {
		b.peers[0].RxBytes = int64(n)
		s.Record(b.answers(after(30 * float64(n))))
	}
	ms := func(seconds int64) int64 { return start.UnixMilli() + 1000*seconds }
	one := func(name string, mint, maxt int64) storage.Series {
		t.Helper()
		q, _ := Scope{Store: s, IDs: []ID{b.ID()}}.Querier(mint, maxt)
		set := q.Select(context.Background(), true, nil, labels.MustNewMatcher(labels.MatchEqual, model.MetricNameLabel, name))
		if !set.Next() {
			t.Fatal("no series")
		}
		return set.At()
	}
	received, up := one(metrics.PeerReceivedBytes, ms(600), ms(6000)), one(metrics.Up, ms(90), ms(120))
	tests := []struct {
		name  string
		moves []int64 // seconds to seek to; -1: the next sample
		want  string  // "time:value", or "-" at the end
	}{
		{"seeking back before anything was read", []int64{-1000, -1}, "600:20 630:21"},
		{"seeking back stays", []int64{900, 0, 900, -1}, "900:30 900:30 900:30 930:31"},
		{"seeking beyond the end, and again", []int64{6001, 600, -1}, "- - -"},
		{"past the end of the range", []int64{6000, -1, -1}, "6000:200 - -"},
		{"between two samples", []int64{601, 3599, -1}, "630:21 3600:120 3630:121"},
		{"to the first", []int64{600, -1}, "600:20 630:21"},
		{"across two blocks", []int64{-1, 5990, -1}, "600:20 6000:200 -"},
	}
	var it chunkenc.Iterator
	for _, tt := range tests {
		it = received.Iterator(it)
		var got []string
		for _, to := range tt.moves {
			move := it.Next
			if to != -1 {
				move = func() chunkenc.ValueType { return it.Seek(ms(to)) }
			}
			if move() == chunkenc.ValNone {
				got = append(got, "-")
				continue
			}
			at, value := it.At()
			if at != it.AtT() {
				t.Errorf("%s: %d and %d", tt.name, at, it.AtT())
			}
			got = append(got, fmt.Sprintf("%d:%g", (at-start.UnixMilli())/1000, value))
		}
		if told := strings.Join(got, " "); told != tt.want || it.Err() != nil {
			t.Errorf("%s:\n got %s, %v\nwant %s", tt.name, told, it.Err(), tt.want)
		}
		it = up.Iterator(it)
		if it.Next() == chunkenc.ValNone || it.AtT() != ms(90) || it.Next() == chunkenc.ValNone || it.Next() != chunkenc.ValNone {
			t.Errorf("%s: then another series, at %d", tt.name, it.AtT())
		}
	}
}

// A range may begin with the last sample of a block, and end with the first one of
// the next: both belong to it.
func TestEdgesOfBlocks(t *testing.T) {
	s, b := newStore(roomy), small("hq", 0)
	for n := range 260 { // blocks end with the polls 119 and 239
		s.Record(b.answers(after(30 * float64(n))))
	}
	for _, tt := range []struct {
		first, last int // polls
	}{{119, 120}, {119, 119}, {120, 120}, {0, 0}, {100, 240}, {239, 240}, {240, 240}, {259, 259}} {
		q, _ := Scope{Store: s, IDs: []ID{b.ID()}}.Querier(after(30*float64(tt.first)).UnixMilli(), after(30*float64(tt.last)).UnixMilli())
		set := q.Select(context.Background(), true, nil, labels.MustNewMatcher(labels.MatchEqual, model.MetricNameLabel, metrics.Up))
		n := 0
		for set.Next() {
			for it := set.At().Iterator(nil); it.Next() != chunkenc.ValNone; n++ {
				if want := after(30 * float64(tt.first+n)).UnixMilli(); it.AtT() != want {
					t.Errorf("%+v: number %d is of %d, want %d", tt, n, it.AtT(), want)
				}
			}
		}
		if n != tt.last-tt.first+1 {
			t.Errorf("%+v: %d samples", tt, n)
		}
	}
}

// The same series twice in one poll is one sample.
func TestTwice(t *testing.T) {
	s, c := newStore(roomy), newCrowd("hq", 1)
	f := c.poll(start)
	f.Snapshot.Interfaces = append(f.Snapshot.Interfaces, f.Snapshot.Interfaces[0])
	f.Snapshot.Peers = append(f.Snapshot.Peers, f.Snapshot.Peers[0])
	id := IDOf(f)
	s.Record(f)
	s.Record(c.poll(after(30)))
	for name, samples := range raw(t, s, id) {
		if len(samples) != 2 {
			t.Errorf("%s: %v", name, samples)
		}
	}
}

// A firewall that is called what another one was called before: the series of both
// are one.
func TestNamesThatWander(t *testing.T) {
	s, a, b, engine := newStore(roomy), small("a", 1), small("b", 1), NewEngine()
	over := Scope{Store: s, IDs: []ID{a.ID(), b.ID()}}
	for n := range 10 {
		if n == 5 {
			a.name, b.name = "b", "a"
		}
		s.Record(a.answers(after(30 * float64(n))))
		s.Record(b.answers(after(30 * float64(n))))
		a.peers[0].RxBytes, b.peers[0].RxBytes = int64(n), int64(100+n)
	}
	series, _, err := engine.Range(context.Background(), over, "opnsense_wireguard_peer_received_bytes_total", Range{start, after(270), 90 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	const labels = "device=wg0 device_name=net device_type=peer opnsense_instance=%s peer_name=p0 public_key=key of p0 site=false"
	want := fmt.Sprintf("opnsense_wireguard_peer_received_bytes_total{"+labels+"} 1000@0 2@90 105@180 108@270\n", "a") +
		fmt.Sprintf("opnsense_wireguard_peer_received_bytes_total{"+labels+"} 1000@0 102@90 5@180 8@270", "b")
	if got := shown(series); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if series, _, err = engine.Instant(context.Background(), over, "sum(count_over_time(opnsense_up[5m]))", after(270)); err != nil || series[0].Points[0].V != 20 {
		t.Errorf("%+v, %v", series, err)
	}
}

// What a scope does not keep is not there, whatever the expression says.
func TestKeep(t *testing.T) {
	s, a, b, engine := newStore(roomy), small("a", 2), small("b", 2), NewEngine()
	s.Record(a.answers(after(0)))
	s.Record(b.answers(after(0)))
	p1 := func(l metrics.Labels) bool {
		for _, one := range l {
			if one.Name == "peer_name" {
				return one.Value == "p1"
			}
		}
		return false
	}
	for _, tt := range []struct {
		name string
		over Scope
		want float64 // peers
	}{
		{"no firewall", Scope{Store: s}, 0},
		{"one that is not there", Scope{Store: s, IDs: []ID{{"c", ""}}}, 0},
		{"one, and one that is not there", Scope{Store: s, IDs: []ID{{"c", ""}, a.ID()}}, 2},
		{"all", Scope{Store: s, IDs: []ID{a.ID(), b.ID()}}, 4},
		{"one peer of each", Scope{Store: s, IDs: []ID{a.ID(), b.ID()}, Keep: p1}, 2},
	} {
		series, _, err := engine.Instant(context.Background(), tt.over, "count(opnsense_wireguard_peer_status) or vector(0)", after(0))
		if err != nil || len(series) != 1 || series[0].Points[0].V != tt.want {
			t.Errorf("%s: %+v, %v", tt.name, series, err)
		}
	}
}

// TestConcurrent has readers of all kinds while polls are recorded and limits
// change, for the race detector.
func TestConcurrent(t *testing.T) {
	s, engine := newStore(Limits{time.Hour, mega}), NewEngine()
	boxes := []*box{small("a", 30), small("b", 3)}
	over := Scope{Store: s, IDs: []ID{boxes[0].ID(), boxes[1].ID()}, Keep: func(metrics.Labels) bool { return true }}
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				r := Range{start, after(6000), time.Minute}
				series, _, err := engine.Range(context.Background(), over, "opnsense_wireguard_interfaces_status", r)
				if err != nil {
					t.Error(err)
					return
				}
				for _, one := range series {
					for k, p := range one.Points {
						if p.V != 1 && p.V != 0 || k > 0 && one.Points[k-1].T >= p.T {
							t.Errorf("%+v", one)
							return
						}
					}
				}
				if _, _, err := engine.Instant(context.Background(), over, "sum(rate(opnsense_wireguard_peer_received_bytes_total[5m]))", after(3000)); err != nil {
					t.Error(err)
				}
				s.Events(over.IDs)
				s.Begins(over.IDs)
				s.Usage()
				s.Limits()
			}
		})
	}
	for n := range 200 {
		for _, b := range boxes {
			b.policy.ForgetAfter = time.Hour
			switch n % 50 {
			case 20:
				b.faces = nil
			case 40:
				b.faces = []wireguard.InterfaceReport{face("wg0", "net")}
			}
			s.Record(b.answers(after(30 * float64(n))))
		}
		switch n % 70 {
		case 30:
			s.SetLimits(Limits{10 * time.Minute, 60_000}, after(float64(n)))
		case 50:
			s.SetLimits(Limits{time.Hour, mega}, after(float64(n)))
		case 60:
			s.Drop(boxes[1].firewall(start, nil, 0))
		}
	}
	close(stop)
	readers.Wait()
}
