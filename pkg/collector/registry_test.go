package collector

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var saved = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestBorrow(t *testing.T) {
	type borrowing struct {
		revision string
		saved    time.Duration
	}
	tests := []struct {
		name   string
		steps  []borrowing
		inUse  string
		freed  map[string]int // before anything is given back
		atLast map[string]int
	}{
		{"alone", []borrowing{{"a", 0}}, "a", nil, map[string]int{"a": 1}},
		{"the same settings twice", []borrowing{{"a", 0}, {"a", 1}}, "a", map[string]int{"a": 1}, map[string]int{"a": 2}},
		{"newer ones count", []borrowing{{"a", 0}, {"b", 1}}, "b", map[string]int{"a": 1}, map[string]int{"a": 1, "b": 1}},
		{"of the same time, the later", []borrowing{{"a", 0}, {"b", 0}}, "b", map[string]int{"a": 1}, map[string]int{"a": 1, "b": 1}},
		{"older ones do not", []borrowing{{"b", 1}, {"a", 0}}, "b", map[string]int{"a": 1}, map[string]int{"a": 1, "b": 1}},
		{"nor after the same were saved anew", []borrowing{{"b", 1}, {"b", 3}, {"a", 2}}, "b", map[string]int{"a": 1, "b": 1}, map[string]int{"a": 1, "b": 2}},
		{"there and back", []borrowing{{"a", 0}, {"b", 1}, {"a", 2}}, "a", map[string]int{"a": 1, "b": 1}, map[string]int{"a": 2, "b": 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, r, key := newFirewall(t), NewRegistry(time.Now, nil), Key{Firewall: "hq"}
				var c *Collector
				for _, b := range tt.steps {
					next := r.Borrow(key, f.config(b.revision), saved.Add(b.saved))
					if c != nil && c != next {
						t.Error("another collector for the same firewall")
					}
					c = next
					ask(t, Fleet{c})
				}
				if c.cfg.Revision != tt.inUse || !maps.Equal(f.freed, tt.freed) {
					t.Errorf("settings %s in force, released %v", c.cfg.Revision, f.freed)
				}
				for range tt.steps {
					if c.stopped.Err() != nil {
						t.Error("stopped while somebody borrows it")
					}
					r.Return(key)
				}
				r.Return(key) // once too often
				if c.stopped.Err() == nil || !maps.Equal(f.freed, tt.atLast) || len(r.entries) != 0 {
					t.Errorf("stopped: %v; released %v; %d left", c.stopped.Err(), f.freed, len(r.entries))
				}
			})
		})
	}
}

func TestOtherKeysAreOtherFirewalls(t *testing.T) {
	f, r := newFirewall(t), NewRegistry(time.Now, nil)
	keys := []Key{{"t", "d", "f", "u"}, {"T", "d", "f", "u"}, {"t", "D", "f", "u"}, {"t", "d", "F", "u"}, {"t", "d", "f", "U"}}
	seen := map[*Collector]bool{}
	for _, key := range keys {
		seen[r.Borrow(key, f.config("1"), saved)] = true
		defer r.Return(key)
	}
	if len(seen) != len(keys) {
		t.Errorf("%d collectors for %d keys", len(seen), len(keys))
	}
}

// The last borrower leaves while a poll is under way and others wait for it.
func TestReturnDuringPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, r, key := newFirewall(t), NewRegistry(time.Now, nil), Key{}
		f.takes = time.Hour
		fleet := Fleet{r.Borrow(key, f.config("1"), saved)}
		time.AfterFunc(time.Second, func() { r.Return(key) })
		if v, waited := ask(t, fleet); v.Err == nil || waited != time.Second {
			t.Errorf("told %v after %s", v.Err, waited)
		}
		synctest.Wait()
		if shows, vips := f.counts(); shows != 1 || vips != 0 {
			t.Errorf("%d and %d calls", shows, vips)
		}
		if len(f.logged) > 0 {
			t.Errorf("logged %q of a firewall that nobody asks for", f.logged)
		}
		ask(t, fleet) // a query of a disposed instance
		fleet.Recheck()
		time.Sleep(time.Hour)
		if shows, _ := f.counts(); shows != 1 {
			t.Error("polled after the last borrower left")
		}
	})
}

// Grafana keeps the old instance beside the new one: both ask, one is polled.
func TestTwoInstancesSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, r, key := newFirewall(t), NewRegistry(time.Now, nil), Key{}
		f.takes = time.Second
		first := Fleet{r.Borrow(key, f.config("1"), saved)}
		ask(t, first)
		second := Fleet{r.Borrow(key, f.config("2"), saved.Add(time.Second))}
		known, _ := ask(t, second)
		for range 100 {
			a, _ := ask(t, first)
			b, _ := ask(t, second)
			if a.Err != nil || b.Err != nil || a.Snapshot.Interfaces[0].Since != known.Snapshot.Interfaces[0].Since {
				t.Fatalf("told %v and %v", a.Err, b.Err)
			}
			time.Sleep(7 * time.Second)
		}
		shows, _ := f.calls()
		within(t, "show", pauses(shows[1:], false), interval, interval+slack)
		r.Return(key)
		if v, _ := ask(t, second); v.Err != nil {
			t.Errorf("the old instance went and took %v along", v.Err)
		}
		r.Return(key)
	})
}

// Instances come and go under load.
func TestSettingsChangeUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, r, key := newFirewall(t), NewRegistry(time.Now, nil), Key{}
		f.takes = 300 * time.Millisecond
		borrowed := map[string]int{}
		var mu sync.Mutex
		var all sync.WaitGroup
		for worker := range 20 {
			random := rand.New(rand.NewPCG(1, uint64(worker)))
			all.Go(func() {
				for range 50 {
					at := random.IntN(100)
					revision := fmt.Sprint("r", at)
					mu.Lock()
					borrowed[revision]++
					mu.Unlock()
					fleet := Fleet{r.Borrow(key, f.config(revision), saved.Add(time.Duration(at)))}
					for range random.IntN(20) {
						fleet.Firewalls(t.Context())
						time.Sleep(time.Duration(random.Int64N(int64(5 * time.Second))))
					}
					fleet.Recheck()
					r.Return(key)
				}
			})
		}
		all.Wait()
		synctest.Wait()
		if !maps.Equal(f.freed, borrowed) || len(r.entries) != 0 {
			t.Errorf("sources made and released differ:\n%v\n%v", borrowed, f.freed)
		}
	})
}
