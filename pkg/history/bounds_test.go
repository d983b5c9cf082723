package history

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// Whatever comes, a store takes no more than it may after each poll, and what it
// counts is what is there.
func TestMaxBytes(t *testing.T) {
	for _, most := range []int{0, 500, 3_000, 10_000, 30_000, 70_000, 120_000, mega} {
		t.Run(fmt.Sprint(most), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(uint64(most), 3)) //nolint:gosec // not negative
			s := newStore(Limits{3 * time.Hour, most})
			boxes := []*box{small("none", 0), small("few", 3), small("some", 15), small("many", 40)}
			at := start
			for n := range 150 {
				at = at.Add(every)
				if random.IntN(40) == 0 {
					at = at.Add(time.Duration(random.IntN(3000)-1000) * time.Second)
				}
				for _, b := range boxes {
					for k := range b.peers {
						b.peers[k].RxBytes += random.Int64N(1 << 40)
						b.peers[k].TxBytes = random.Int64N(1 << 60)
					}
					switch random.IntN(30) {
					case 0:
						b.faces[0].Name = fmt.Sprintf("net %d", n)
					case 1, 2:
						s.Record(b.fails(at, every))
						continue
					case 3:
						slices.Reverse(b.peers)
					}
					s.Record(b.answers(at))
					if usage := s.Usage(); usage.Bytes > most || usage.Bytes < 0 {
						t.Fatalf("poll %d: %+v", n, usage)
					}
				}
			}
			checkCounts(t, s, boxes)
		})
	}
}

// checkCounts compares what a store counted along the way with what is there.
func checkCounts(t *testing.T, s *Store, boxes []*box) {
	t.Helper()
	usage := s.Usage()
	samples := 0
	for _, b := range boxes {
		sh := s.shelves[b.ID()]
		if sh == nil {
			continue
		}
		fixed, open, sealed, events, things := 0, 0, 0, 0, map[*thing]bool{}
		for slot, ser := range sh.slots {
			if ser == nil {
				continue
			}
			if ser.slot != slot || ser.thing.series[ser.family] != ser {
				t.Errorf("%s: slot %d has a series that is elsewhere", b.id, slot)
			}
			fixed += seriesSize
			open += cap(ser.chunk.Bytes()) - newChunk
			samples += ser.chunk.NumSamples()
			blocks := 0
			for _, block := range sh.blocks {
				if block.chunk(slot) != nil {
					blocks++
				}
			}
			if blocks != ser.blocks || blocks == 0 && ser.empty() {
				t.Errorf("%s: a series in %d blocks, counted as %d", b.id, blocks, ser.blocks)
			}
			if !things[ser.thing] {
				things[ser.thing] = true
				fixed += ser.thing.size()
			}
		}
		for _, block := range sh.blocks {
			sealed += block.size()
		}
		for _, list := range sh.events {
			for k := range list {
				events += list[k].size()
			}
		}
		if fixed != sh.fixed || open != sh.open || sealed != sh.sealed || events != sh.log.size {
			t.Errorf("%s: fixed %d, open %d, sealed %d, events %d; counted as %d, %d, %d, %d", b.id, fixed, open, sealed, events, sh.fixed, sh.open, sh.sealed, sh.log.size)
		}
		if len(things) != len(sh.things) || len(things) != len(sh.byKey) {
			t.Errorf("%s: %d things, %d listed, %d by key", b.id, len(things), len(sh.things), len(sh.byKey))
		}
	}
	for _, b := range boxes {
		if sh := s.shelves[b.ID()]; sh != nil {
			for _, block := range sh.blocks {
				for slot := range block.ends {
					if chunk := block.chunk(slot); chunk != nil {
						samples += int(chunk[0])<<8 | int(chunk[1])
					}
				}
			}
		}
	}
	if usage.Samples != samples {
		t.Errorf("%d samples, counted as %d", samples, usage.Samples)
	}
}

// kept is for how long there are samples of a firewall.
func kept(s *Store, b *box) time.Duration {
	begins, ok, _ := s.Begins([]ID{b.ID()})
	if !ok {
		return -1
	}
	return time.UnixMilli(newest(s, b.ID())).Sub(begins)
}

func fill(s *Store, polls int, boxes ...*box) {
	random := rand.New(rand.NewPCG(5, 6))
	for n := range polls {
		for _, b := range boxes {
			for k := range b.peers {
				b.peers[k].RxBytes += random.Int64N(1e8)
			}
			s.Record(b.answers(start.Add(time.Duration(n) * every)))
		}
	}
}

// Of the largest the oldest goes first; small firewalls keep what they have.
func TestShares(t *testing.T) {
	tests := []struct {
		name  string
		most  int
		peers []int
		least []time.Duration // that is kept of each; -1: nothing
		less  []time.Duration // than this, but for one block
	}{
		{"all of it fits", mega, []int{2, 2, 20}, []time.Duration{3 * time.Hour, 3 * time.Hour, 3 * time.Hour}, nil},
		{"one is large", 175_000, []int{2, 2, 2, 40}, []time.Duration{3 * time.Hour, 3 * time.Hour, 3 * time.Hour, 30 * time.Minute}, []time.Duration{4 * time.Hour, 4 * time.Hour, 4 * time.Hour, 150 * time.Minute}},
		{"all are alike", 150_000, []int{14, 14, 14}, []time.Duration{30 * time.Minute, 30 * time.Minute, 30 * time.Minute}, []time.Duration{2 * time.Hour, 2 * time.Hour, 2 * time.Hour}},
		{"the largest does not fit", 80_000, []int{2, 2, 40}, []time.Duration{3 * time.Hour, 3 * time.Hour, -1}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStore(Limits{24 * time.Hour, tt.most})
			var boxes []*box
			for k, peers := range tt.peers {
				boxes = append(boxes, small(fmt.Sprintf("%d of %d", k, peers), peers))
			}
			fill(s, 361, boxes...)
			for k, b := range boxes {
				got := kept(s, b)
				t.Logf("%s: %s", b.id, got)
				if got < tt.least[k] || tt.least[k] < 0 && got >= 0 || tt.less != nil && got > tt.less[k] {
					t.Errorf("%s: %s is kept", b.id, got)
				}
			}
			if usage := s.Usage(); usage.Bytes > tt.most || tt.less != nil && usage.Bytes < tt.most*4/5 {
				t.Errorf("%+v of %d", usage, tt.most)
			}
		})
	}
}

// A firewall of which no whole block fits closes its chunks early, and never loses
// all that it had.
func TestTight(t *testing.T) {
	b := small("hq", 50)
	fits := newStore(roomy)
	fill(fits, 15, b)
	s := newStore(Limits{24 * time.Hour, fits.Usage().Bytes * 5 / 4})
	least := 24 * time.Hour
	for n := 15; n < 400; n++ {
		for k := range b.peers {
			b.peers[k].RxBytes += 1e6 * int64(n*k)
		}
		s.Record(b.answers(start.Add(time.Duration(n) * every)))
		if n > 100 {
			least = min(least, kept(s, b))
		}
	}
	if least < 10*time.Minute {
		t.Errorf("for a while only %s was kept", least)
	}
	t.Logf("at least %s was kept", least)
	if _, _, refused := s.Begins([]ID{b.ID()}); refused != 0 {
		t.Error("refused")
	}
}

// A firewall of which not even one poll fits is refused, says so, and is back when
// there is room.
func TestRefused(t *testing.T) {
	s, large, little := newStore(Limits{24 * time.Hour, 30_000}), small("large", 50), small("little", 1)
	ids := []ID{large.ID(), little.ID()}
	record := func(at float64) {
		s.Record(large.answers(after(at)))
		s.Record(little.answers(after(at)))
	}
	refused := func(when string, want int) {
		t.Helper()
		_, _, got := s.Begins(ids)
		if usage := s.Usage(); got != want || usage.Refused != want {
			t.Errorf("%s: %d are refused, %d by the usage", when, got, usage.Refused)
		}
	}
	record(0)
	record(30)
	refused("at first", 1)
	if l := line(t, s, large.ID(), "opnsense_up"); l != "" {
		t.Errorf("of what is refused is kept: %s", l)
	}
	if l := line(t, s, little.ID(), "opnsense_up"); l != "0:1 30:1" {
		t.Errorf("of the other: %s", l)
	}
	s.SetLimits(Limits{24 * time.Hour, 300_000}, after(1))
	record(60)
	record(90)
	refused("with room", 0)
	if l := line(t, s, large.ID(), "opnsense_up"); l != "60:1 90:1" {
		t.Errorf("with room is kept: %s", l)
	}
	s.SetLimits(Limits{24 * time.Hour, 30_000}, after(2))
	if usage := s.Usage(); usage.Bytes > 30_000 {
		t.Errorf("%+v", usage)
	}
	record(120)
	refused("without room again", 1)
	if l := line(t, s, little.ID(), "opnsense_up"); l != "0:1 30:1 60:1 90:1 120:1" {
		t.Errorf("of the other: %s", l)
	}
	s.Record(large.fails(after(150), every))
	refused("while it does not answer", 0)
	if l := line(t, s, large.ID(), "opnsense_up"); l != "150:0" {
		t.Errorf("while it does not answer: %s", l)
	}
	// Each fits alone, and the two together do not.
	s = newStore(Limits{24 * time.Hour, leastOf(large) + leastOf(little)/2})
	record(0)
	record(30)
	refused("one too many", 1)
	if l := line(t, s, little.ID(), "opnsense_up"); l != "0:1 30:1" {
		t.Errorf("one too many: %s", l)
	}
}

func leastOf(b *box) int {
	s := newStore(roomy)
	s.Record(b.answers(start))
	return s.Usage().Bytes
}

// What is older than the retention is not read at once, and soon is gone.
func TestRetention(t *testing.T) {
	for _, retention := range []time.Duration{10 * time.Minute, time.Hour, 5 * time.Hour} {
		t.Run(retention.String(), func(t *testing.T) {
			t.Parallel()
			s, b := newStore(Limits{retention, 64 * mega}), small("hq", 1)
			for n := range 1500 {
				at := start.Add(time.Duration(n) * every)
				s.Record(b.answers(at))
				if n%50 != 0 {
					continue
				}
				for name, samples := range raw(t, s, b.ID()) {
					if oldest := at.Sub(time.UnixMilli(samples[0].T)); oldest > retention || n > 600 && oldest < retention-every {
						t.Fatalf("poll %d: the oldest sample of %s is %s old", n, name, oldest)
					}
				}
				if got := kept(s, b); got > retention+retention/12+time.Hour {
					t.Fatalf("poll %d: %s is kept", n, got)
				}
			}
		})
	}
}

// After a long pause, what was before it does not stay for longer because of what
// comes.
func TestRetentionAfterAPause(t *testing.T) {
	s, b := newStore(Limits{time.Hour, mega}), small("hq", 1)
	play(s, b, at(0, 30, 60, 7200, 7230))
	if begins, ok, _ := s.Begins([]ID{b.ID()}); !ok || !begins.Equal(after(7200)) {
		t.Errorf("begins %s, %v", begins, ok)
	}
	if got := line(t, s, b.ID(), "opnsense_up"); got != "7200:1 7230:1" {
		t.Error(got)
	}
}

// Peers that are renamed at every poll make ever new series. Memory and places in
// blocks do not grow with them for longer than the retention.
func TestChurn(t *testing.T) {
	s, b := newStore(Limits{3 * time.Hour, 64 * mega}), small("hq", 2)
	var slots, listed, bytes [3]int // the most of each third
	const polls = 3 * 1000
	for n := range polls {
		b.peers[1].Name = fmt.Sprintf("renamed %d", n)
		s.Record(b.answers(start.Add(time.Duration(n) * every)))
		third, sh := n/1000, s.shelves[b.ID()]
		slots[third] = max(slots[third], len(sh.slots))
		listed[third] = max(listed[third], cap(sh.things), cap(sh.spare))
		bytes[third] = max(bytes[third], s.size())
	}
	if slots[2] > slots[1] || listed[2] > 2*listed[1] || bytes[2] > bytes[1]*101/100 {
		t.Errorf("slots %d, listed %d, bytes %d", slots, listed, bytes)
	}
	if got := s.shelves[b.ID()]; len(got.byKey) > 600 || len(got.things) != len(got.byKey) {
		t.Errorf("%d things by key, %d listed", len(got.byKey), len(got.things))
	}
	checkCounts(t, s, []*box{b})

	// And when it is over, all goes back to what it was.
	for n := range 500 {
		s.Record(b.answers(start.Add(time.Duration(polls+n) * every)))
	}
	if usage := s.Usage(); usage.Series != 2+2+2*6 {
		t.Errorf("%+v", usage)
	}
}

// Of each kind only so many events are kept: phones push no tunnel out.
func TestManyEvents(t *testing.T) {
	s, b := newStore(Limits{1000 * time.Hour, 64 * mega}), small("hq", 1)
	b.policy.ForgetAfter = time.Hour
	s.Record(b.answers(start))
	b.faces[0].PublicKey = wireguard.NotConfigured
	s.Record(b.answers(after(30)))
	b.faces[0].PublicKey = "key of wg0"
	s.Record(b.answers(after(60)))
	for n := range mostEvents + 500 {
		b.peers[0].Status = []wireguard.PeerStatus{wireguard.PeerStale, wireguard.PeerOnline}[n%2]
		s.Record(b.answers(after(90 + 30*float64(n))))
	}
	counts := map[wireguard.Kind]int{}
	events := s.Events([]ID{b.ID()})
	for _, e := range events {
		counts[e.Kind]++
	}
	if counts[wireguard.KindPeer] != mostEvents || counts[wireguard.KindInterface] != 2 || len(counts) != 2 {
		t.Errorf("%v", counts)
	}
	if newest := events[0]; !newest.At.Equal(after(90 + 30*(mostEvents+499))) {
		t.Errorf("the newest is of %s", newest.At)
	}
	if got := s.Usage().Events; got != mostEvents+2 {
		t.Errorf("%d by the usage", got)
	}
	checkCounts(t, s, []*box{b})
}

// Events go with the samples of their time, and all of them where memory is short.
func TestEventsAreBounded(t *testing.T) {
	s, b := newStore(Limits{time.Hour, 64 * mega}), small("hq", 20)
	for n := range 150 {
		for k := range b.peers {
			b.peers[k].Status = []wireguard.PeerStatus{wireguard.PeerStale, wireguard.PeerOnline}[n%2]
		}
		now := start.Add(time.Duration(n) * every)
		s.Record(b.answers(now))
		if n%20 != 0 {
			continue
		}
		for _, e := range s.Events([]ID{b.ID()}) {
			if now.Sub(e.At) > time.Hour {
				t.Fatalf("an event is %s old", now.Sub(e.At))
			}
		}
	}
	if got := s.Usage().Events; got < 120*20 || got > 121*20 {
		t.Errorf("%d events in an hour", got)
	}
	s.SetLimits(Limits{time.Hour, 100_000}, after(1))
	if usage := s.Usage(); usage.Bytes > 100_000 || usage.Events == 0 {
		t.Errorf("%+v", usage)
	}
	s.SetLimits(Limits{time.Hour, 10}, after(2))
	if usage := s.Usage(); usage.Bytes != 0 || usage.Events != 0 {
		t.Errorf("%+v", usage)
	}
	checkCounts(t, s, []*box{b})
}
