package history

import (
	"strings"
	"testing"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

func TestStoreKeepsNothingWithoutLimits(t *testing.T) {
	for name, limits := range map[string]Limits{"none": {}, "no retention": {0, mega}, "a negative one": {-time.Hour, mega}, "no bytes": {time.Hour, 0}, "less than none": {time.Hour, -1}} {
		s, b := NewStore(), small("hq", 1)
		if name != "none" {
			s.SetLimits(limits, start)
		}
		play(s, b, at(0, 30, 60))
		_, ok, refused := s.Begins([]ID{b.ID()})
		if usage := s.Usage(); ok || usage.Series+usage.Samples+usage.Events+usage.Bytes != 0 || len(raw(t, s, b.ID())) != 0 {
			t.Errorf("%s: kept %+v", name, usage)
		} else if want := limits.Retention > 0; (refused == 1) != want || (usage.Refused == 1) != want {
			t.Errorf("%s: %d are refused, %d by the usage", name, refused, usage.Refused)
		}
		if s.Events([]ID{b.ID()}) != nil {
			t.Errorf("%s: events", name)
		}
	}
}

// Limits that cannot be kept fail on an empty store as on any other.
func TestSetLimitsOnAnEmptyStore(t *testing.T) {
	s := NewStore()
	s.SetLimits(Limits{time.Hour, -1}, start)
	if got := s.Limits(); got != (Limits{time.Hour, -1}) {
		t.Errorf("%+v", got)
	}
}

func TestSetLimits(t *testing.T) {
	day, hour := Limits{24 * time.Hour, mega}, Limits{time.Hour, mega}
	type set struct {
		Limits
		saved time.Time
	}
	tests := []struct {
		name string
		sets []set
		want Limits
		kept string // how long before the newest sample the oldest is; "": nothing is kept
	}{
		{"older ones are ignored", []set{{day, after(1)}, {hour, after(0)}}, day, "1h39m30s"},
		{"older ones that would drop all", []set{{day, after(1)}, {Limits{}, after(0)}}, day, "1h39m30s"},
		{"of the same moment", []set{{day, after(1)}, {hour, after(1)}}, hour, "1h0m0s"},
		{"newer ones", []set{{day, after(1)}, {hour, after(2)}}, hour, "1h0m0s"},
		{"less, then more: what is dropped stays so", []set{{day, after(1)}, {hour, after(2)}, {day, after(3)}}, day, "1h39m30s"},
		{"no retention drops all", []set{{day, after(1)}, {Limits{0, mega}, after(2)}}, Limits{0, mega}, ""},
		{"and it does not come back", []set{{day, after(1)}, {Limits{0, mega}, after(2)}, {day, after(3)}}, day, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, b := NewStore(), small("hq", 1)
			s.SetLimits(day, start)
			for n := range 200 {
				s.Record(b.answers(after(30 * float64(n))))
			}
			for _, set := range tt.sets {
				s.SetLimits(set.Limits, set.saved)
			}
			if got := s.Limits(); got != tt.want {
				t.Errorf("limits %+v", got)
			}
			up := raw(t, s, b.ID())[`{__name__="opnsense_up", opnsense_instance="hq"}`]
			kept := ""
			if len(up) > 0 {
				kept = time.Duration((up[len(up)-1].T - up[0].T) * 1e6).String()
			}
			if kept != tt.kept {
				t.Errorf("kept %q, want %q", kept, tt.kept)
			}
			s.Record(b.answers(after(30 * 200)))
			if got := line(t, s, b.ID(), "opnsense_up"); (got == "") != (tt.want.Retention == 0) || got != "" && !strings.HasSuffix(got, "6000:1") {
				t.Errorf("the next poll: %s", got)
			}
		})
	}
}

// With a byte less than it takes, a store drops its oldest block at once.
func TestLessMemory(t *testing.T) {
	s, b := newStore(roomy), small("hq", 1)
	for n := range 200 {
		s.Record(b.answers(after(30 * float64(n))))
	}
	s.SetLimits(Limits{24 * time.Hour, s.Usage().Bytes}, after(1))
	if got := kept(s, b); got != 199*every {
		t.Errorf("with as much memory %s is kept", got)
	}
	s.SetLimits(Limits{24 * time.Hour, s.Usage().Bytes - 1}, after(2))
	if got := kept(s, b); got != 79*every {
		t.Errorf("with a byte less %s is kept", got)
	}
}

func TestDrop(t *testing.T) {
	s, a, b := newStore(roomy), small("a", 1), small("b", 1)
	for n := range 130 {
		if n == 50 {
			a.faces, b.faces = nil, nil // an event
		}
		s.Record(a.answers(after(30 * float64(n))))
		s.Record(b.answers(after(30 * float64(n))))
	}
	s.Drop(&wireguard.Firewall{ID: "a", URL: "https://elsewhere"})
	s.Drop(&wireguard.Firewall{})
	before := s.Usage()
	s.Drop(&wireguard.Firewall{ID: a.id, URL: a.ID().URL})
	s.Drop(&wireguard.Firewall{ID: a.id, URL: a.ID().URL})
	usage := s.Usage()
	if len(raw(t, s, a.ID())) != 0 || len(s.Events([]ID{a.ID()})) != 0 {
		t.Error("a firewall that was dropped is still there")
	}
	if usage.Bytes*2 != before.Bytes || usage.Samples*2 != before.Samples || usage.Events*2 != before.Events || usage.Events == 0 {
		t.Errorf("of %+v is left %+v", before, usage)
	}
	if _, ok, _ := s.Begins([]ID{a.ID()}); ok {
		t.Error("it begins")
	}
	if begins, ok, refused := s.Begins([]ID{a.ID(), b.ID()}); !ok || refused != 0 || !begins.Equal(start) || begins.Location() != time.UTC {
		t.Errorf("begins %s, %v, %d refused", begins, ok, refused)
	}
	s.Record(a.answers(after(30 * 130)))
	if got := line(t, s, a.ID(), "opnsense_up"); got != "3900:1" {
		t.Errorf("after it was dropped: %s", got)
	}
}

// The same firewall under another URL is another one.
func TestAnotherURL(t *testing.T) {
	s, b := newStore(roomy), small("hq", 0)
	s.Record(b.answers(after(0)))
	f := b.answers(after(30))
	f.URL = "https://other"
	s.Record(f)
	if a, b := line(t, s, b.ID(), "opnsense_up"), line(t, s, IDOf(f), "opnsense_up"); a != "0:1" || b != "30:1" {
		t.Errorf("%q and %q", a, b)
	}
}

// Limits returns the limits in force.
func (s *Store) Limits() Limits {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.limits
}
