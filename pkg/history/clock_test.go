package history

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// step is one poll of a script: "answers" or "fails", and when.
type step struct {
	at   float64       // seconds
	next time.Duration // until the next poll is due after a failed one; 0: it answered
}

func at(seconds ...float64) []step {
	var out []step
	for _, s := range seconds {
		out = append(out, step{at: s})
	}
	return out
}

func play(s *Store, b *box, steps []step) {
	for _, st := range steps {
		if st.next > 0 {
			s.Record(b.fails(after(st.at), st.next))
		} else {
			s.Record(b.answers(after(st.at)))
		}
	}
}

// TestClock tells when opnsense_up is kept, and as what.
func TestClock(t *testing.T) {
	const hour = 3600
	tests := []struct {
		name  string
		steps []step
		want  string
	}{
		{"the same millisecond", at(0, 0, 30, 30), "0:1 30:1"},
		{"a moment back: samples wait until the clock is past", at(0, 30, 60, 45, 59.999, 60, 75, 105), "0:1 30:1 60:1 75:1 105:1"},
		{"five minutes back: they wait", at(600, 630, 330, 360, 660), "600:1 630:1 660:1"},
		{"further back: what is then in the future is dropped", at(600, 630, 329.999, 359.999), "329.999:1 359.999:1"},
		{"back to before everything", at(hour, hour+30, -hour, -hour+30), "-3600:1 -3570:1"},
		{"back to before 1970", at(0, 30, -2e9, -2e9+30), "-2e+09:1 -1.99999997e+09:1"},
		{"a day forward, and back again", at(0, 30, 24*hour, 24*hour+30, 60, 90), "60:1 90:1"},
		{"forward: what is too old is dropped", at(0, 30, 48*hour, 48*hour+30), "172800:1 172830:1"},
		{"forward within the retention: nothing is dropped", at(0, 30, 6*hour, 6*hour+30), "0:1 30:1 60:end 21600:1 21630:1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, b := newStore(Limits{24 * time.Hour, mega}), small("hq", 0)
			play(s, b, tt.steps)
			if got := line(t, s, b.ID(), "opnsense_up"); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

// A large step back drops whole blocks, and ends what it leaves: else it would
// seem to have gone on for five minutes, also what had ended by then.
func TestClockBackIntoBlocks(t *testing.T) {
	s, b := newStore(roomy), small("hq", 2)
	gone := b.peers[1]
	for n := range 300 { // blocks end with the polls 119 and 239
		if n == 200 {
			b.peers = b.peers[:1]
		}
		s.Record(b.answers(after(30 * float64(n))))
	}
	if got := len(s.shelves[b.ID()].blocks); got != 2 {
		t.Fatalf("%d blocks", got)
	}
	s.Record(b.answers(after(30*180 + 1)))
	s.Record(b.answers(after(30*181 + 1)))
	for _, words := range [][]string{{"opnsense_up"}, {"peer_status", `"p0"`}} {
		if got := line(t, s, b.ID(), words...); !strings.HasSuffix(got, " 3540:1 3570:1 3570.001:end 5401:1 5431:1") {
			t.Errorf("%s: %s", words, got)
		}
	}
	if got := line(t, s, b.ID(), "peer_status", gone.Name); !strings.HasSuffix(got, " 3570:1 3570.001:end") {
		t.Errorf("a peer that was gone: %s", got)
	}
	if usage := s.Usage(); usage.Samples != total(raw(t, s, b.ID())) {
		t.Errorf("%+v", usage)
	}
}

// An answer is of when it arrived, a failure of when the poll ended.
func TestTimeOfAPoll(t *testing.T) {
	s, b := newStore(roomy), small("hq", 0)
	f := b.answers(after(0))
	f.Tried = after(7)
	s.Record(f)
	f = b.fails(after(0), every)
	f.Tried = after(30)
	s.Record(f)
	if got := line(t, s, b.ID(), "opnsense_up"); got != "0:1 30:0" {
		t.Error(got)
	}
}

// What is counted is what is there, also right after a block was made.
func TestUsage(t *testing.T) {
	s, b := newStore(roomy), small("hq", 0)
	for n := range 130 {
		s.Record(b.answers(after(30 * float64(n))))
		if usage := s.Usage(); usage.Series != 4 || usage.Samples != 4*(n+1) || usage.Samples != total(raw(t, s, b.ID())) {
			t.Fatalf("poll %d: %+v", n, usage)
		}
	}
}

func total(all map[string][]sample) int {
	n := 0
	for _, list := range all {
		n += len(list)
	}
	return n
}

// After a step back that stops just behind a block, nothing ends.
func TestClockBackToTheEndOfABlock(t *testing.T) {
	s, b := newStore(roomy), small("hq", 1)
	for n := range 200 {
		s.Record(b.answers(after(30 * float64(n))))
	}
	b.peers = nil
	s.Record(b.answers(after(30*120 + 7)))
	if got := line(t, s, b.ID(), "opnsense_up"); !strings.HasSuffix(got, " 3540:1 3570:1 3607:1") {
		t.Error(got)
	}
	if got := line(t, s, b.ID(), "peer_status"); !strings.HasSuffix(got, " 3540:1 3570:1 3607:end") {
		t.Error(got)
	}
}

// TestRegularTimes looks at the times of many polls: how far they are off, and how
// many follow the one before at the same distance.
func TestRegularTimes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	around := func(ms int) time.Duration { return time.Duration(random.IntN(2*ms+1)-ms) * time.Millisecond }
	tests := []struct {
		name     string
		interval func(n int) time.Duration
		regular  int // percent, at least
	}{
		{"at random", func(int) time.Duration { return time.Duration(1+random.IntN(60_000)) * time.Millisecond }, 0},
		{"half a second of jitter", func(int) time.Duration { return every + around(500) }, 0},
		{"exact", func(int) time.Duration { return every }, 99},
		{"exact, not in whole milliseconds", func(int) time.Duration { return every + 333*time.Microsecond }, 99},
		{"50 ms of jitter at 10 s", func(int) time.Duration { return 10*time.Second + around(25) }, 80},
		{"50 ms of jitter at 30 s", func(int) time.Duration { return every + around(25) }, 90},
		{"every 20 polls another interval", func(n int) time.Duration { return time.Duration(10+10*(n/20%5)) * time.Second }, 88},
		{"a live panel for a while", func(n int) time.Duration {
			if n/100%2 == 1 {
				return 5*time.Second + around(10)
			}
			return every + around(20)
		}, 85},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, b := newStore(roomy), small("hq", 0)
			at, before, distance, regular := start, int64(0), int64(0), 0
			last := time.Duration(0)
			const polls = 1000
			for n := range polls {
				interval := tt.interval(n)
				at = at.Add(interval)
				s.Record(b.answers(at))
				stored := newest(s, b.ID())
				if off := abs(stored - at.UnixMilli()); off*100 > max(interval, last).Milliseconds()+100 {
					t.Fatalf("poll %d after %s is stored %d ms off", n, interval, off)
				}
				if stored <= before {
					t.Fatalf("poll %d is stored at %d, after one at %d", n, stored, before)
				}
				if stored-before == distance {
					regular++
				}
				before, distance, last = stored, stored-before, interval
			}
			if regular*100 < tt.regular*polls {
				t.Errorf("%d of %d at a regular time", regular, polls)
			}
			t.Logf("%d of %d at a regular time", regular, polls)
			if got := raw(t, s, b.ID())[`{__name__="opnsense_up", opnsense_instance="hq"}`]; len(got) != polls {
				t.Errorf("%d samples", len(got))
			}
		})
	}
}
