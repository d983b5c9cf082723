package collector

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// nodes borrows firewalls with the same key on wg0, of the data sources given.
func nodes(t *testing.T, r *Registry, sources ...string) ([]*firewall, Fleet) {
	t.Helper()
	var firewalls []*firewall
	var fleet Fleet
	for n, source := range sources {
		f := newFirewall(t)
		f.key, f.vipErr = "k", errForbidden
		key := Key{DataSource: source, Firewall: fmt.Sprint(n)}
		cfg := f.config("1")
		cfg.Name = string(rune('a' + n))
		firewalls, fleet = append(firewalls, f), append(fleet, r.Borrow(key, cfg, time.Time{}))
		t.Cleanup(func() { r.Return(key) })
	}
	return firewalls, fleet
}

func twinOf(v wireguard.Firewall) string {
	return v.Snapshot.Interfaces[0].Status.String() + ", " + v.Snapshot.Interfaces[0].Twin
}

func TestTwinsOfOneDataSource(t *testing.T) {
	tests := []struct {
		name    string
		sources []string
		keys    []string // of wg0
		want    string   // of the first, which is down
	}{
		{"two data sources", []string{"x", "y"}, nil, "down, "},
		{"other keys", []string{"x", "x"}, []string{"k", "l"}, "down, "},
		{"no keys", []string{"x", "x"}, []string{"", ""}, "down, "},
		{"not configured", []string{"x", "x"}, []string{"(none)", "(none)"}, "down, "},
		{"one data source", []string{"x", "x"}, nil, "standby, up on b"},
		{"three nodes, of which one elsewhere", []string{"x", "y", "x"}, nil, "standby, up on c"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				firewalls, fleet := nodes(t, NewRegistry(time.Now, nil), tt.sources...)
				firewalls[0].down = true
				for n, key := range tt.keys {
					firewalls[n].key = key
				}
				fleet.Firewalls(t.Context())
				if got := twinOf(fleet.Firewalls(t.Context())[0]); got != tt.want {
					t.Errorf("got %q, want %q", got, tt.want)
				}
			})
		})
	}
}

// A twin is believed for two polls after its last answer, and not when it fails.
func TestTwinTooOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		firewalls, fleet := nodes(t, NewRegistry(time.Now, nil), "x", "x")
		firewalls[0].down = true
		fleet.Firewalls(t.Context())
		answered := fleet[1].look().Snapshot.At
		firewalls[1].set(func() { firewalls[1].takes = time.Hour })
		for time.Since(answered) < 2*interval+timeout {
			if got := twinOf(fleet[:1].Firewalls(t.Context())[0]); got != "standby, up on b" {
				t.Fatalf("%s after its answer: %s", time.Since(answered), got)
			}
			time.Sleep(time.Second)
		}
		if got := twinOf(fleet[:1].Firewalls(t.Context())[0]); got != "down, not known on b" {
			t.Errorf("%s after its answer: %s", time.Since(answered), got)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		firewalls, fleet := nodes(t, NewRegistry(time.Now, nil), "x", "x")
		firewalls[0].down = true
		fleet.Firewalls(t.Context())
		firewalls[1].set(func() { firewalls[1].err = errRefused })
		time.Sleep(interval + slack)
		if got := twinOf(fleet[:1].Firewalls(t.Context())[0]); got != "down, not known on b" {
			t.Errorf("while it fails: %s", got)
		}
	})
}

// A change on one has the other polled at once, but no sooner than 5 seconds
// after its last poll.
func TestTwinIsPolledAtOnce(t *testing.T) {
	tests := []struct {
		name  string
		after time.Duration // the other's last poll, to the poll that sees the change
		key   string        // of the other; "" is the same
		want  time.Duration // from the change to the other's next poll, 0: no sooner than otherwise
	}{
		{"long ago", 20 * time.Second, "", time.Nanosecond},
		{"just now", 2 * time.Second, "", 3 * time.Second},
		{"it is no twin", 20 * time.Second, "other", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				firewalls, fleet := nodes(t, NewRegistry(time.Now, nil), "x", "x")
				if tt.key != "" {
					firewalls[1].key = tt.key
				}
				fleet[:1].Firewalls(t.Context())
				next := fleet[0].look().Next
				time.Sleep(time.Until(next) - tt.after) // then the other begins
				fleet[1:].Firewalls(t.Context())
				firewalls[0].set(func() { firewalls[0].down = true })
				before, _ := firewalls[1].counts()
				time.Sleep(time.Until(next) + tt.want)
				synctest.Wait()
				if after, _ := firewalls[1].counts(); (after > before) != (tt.want > 0) {
					t.Errorf("%d polls of the other", after-before)
				}
				time.Sleep(4 * time.Second)
				synctest.Wait()
				if after, _ := firewalls[1].counts(); after > before+1 {
					t.Errorf("%d polls of the other within 5 seconds", after-before)
				}
				if tt.want > time.Second && firewalls[1].shows[before].start.Sub(firewalls[1].shows[before-1].start) != twinPause {
					t.Error("polled within 5 seconds")
				}
			})
		})
	}
}

// However wildly one flaps, its twin is polled every 5 seconds at most; and while
// nothing changes, every interval.
func TestFlappingTwin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		firewalls, fleet := nodes(t, NewRegistry(time.Now, nil), "x", "x", "x")
		keepAsking(t, fleet, time.Second, 30*time.Minute)
		for _, f := range firewalls {
			within(t, "steady", pauses(f.shows, false), interval, interval+slack)
		}
		for n := range 1000 {
			f := firewalls[n%3]
			f.set(func() { f.down = !f.down })
			time.Sleep(700 * time.Millisecond)
			fleet.Firewalls(t.Context())
		}
		for _, f := range firewalls {
			within(t, "flapping", pauses(f.shows, false), twinPause, interval+slack)
		}
	})
}

// One that fails is left in peace, however its twin flaps.
func TestFailingTwinIsLeftInPeace(t *testing.T) {
	for err, least := range map[error]time.Duration{errRefused: interval, errUnauthorized: unauthorizedPause, errForbidden: forbiddenPause, errTimeout: time.Minute} {
		t.Run(err.Error(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				firewalls, fleet := nodes(t, NewRegistry(time.Now, nil), "x", "x")
				fleet.Firewalls(t.Context())
				firewalls[1].set(func() { firewalls[1].err = err })
				for range 1500 {
					firewalls[0].set(func() { firewalls[0].down = !firewalls[0].down })
					time.Sleep(7 * time.Second)
					fleet.Firewalls(t.Context())
				}
				var failed []call
				for _, c := range firewalls[1].shows[1:] {
					if len(failed) > 0 || c.start.Sub(firewalls[1].shows[0].start) >= interval {
						failed = append(failed, c)
					}
				}
				within(t, "failing", pauses(failed, false), least, 2*forbiddenPause)
			})
		})
	}
}

// What no longer runs here is a change too.
func TestVanishedTwinIsAChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		firewalls, fleet := nodes(t, NewRegistry(time.Now, nil), "x", "x")
		fleet.Firewalls(t.Context())
		time.Sleep(20 * time.Second)
		fleet[1].reconfigure(firewalls[1].config("2"))
		fleet.Firewalls(t.Context())
		firewalls[0].set(func() { firewalls[0].gone = true })
		fleet[0].reconfigure(removing(firewalls[0]))
		time.Sleep(twinPause)
		synctest.Wait()
		if v := fleet[0].look(); status(v) != "wg0/site disabled" {
			t.Fatalf("got %s", status(v))
		}
		if shows, _ := firewalls[1].counts(); shows != 3 {
			t.Errorf("the twin was polled %d times, want a third time", shows)
		}
	})
}

// removing is the settings of a firewall that lists no enabled instance, and of
// which none is expected.
func removing(f *firewall) Config {
	cfg := f.config("removed")
	cfg.Policy.Expect = nil
	return cfg
}

// A ghost of the key on another device changes nothing.
func TestGhostIsNoChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFirewall(t)
		tw := newTwins()
		c := newCollector(f.config("1"), shared{twins: tw}, time.Now)
		other := newCollector(f.config("1"), shared{twins: tw}, time.Now)
		defer c.close()
		defer other.close()
		up := wireguard.Interface{Device: "wg0", PublicKey: "k", Status: wireguard.InterfaceUp}
		down := wireguard.Interface{Device: "wg1", PublicKey: "k", Status: wireguard.InterfaceDown}
		ghost := wireguard.Interface{Device: "wg1", PublicKey: "k", Status: wireguard.InterfaceDisabled, Gone: time.Now()}
		for _, rows := range [][]wireguard.Interface{{up}, {up, ghost}, {ghost, up}, {up, down}, {down, up}} {
			s := &wireguard.Snapshot{At: time.Now(), Interfaces: rows}
			other.polls, other.show.due = true, time.Now().Add(time.Hour)
			tw.update(other, wireguard.Firewall{Name: "b", Snapshot: &wireguard.Snapshot{Interfaces: []wireguard.Interface{up}}}, &wireguard.Snapshot{})
			tw.update(c, wireguard.Firewall{Name: "a", Snapshot: s}, s)
			if !other.show.due.After(time.Now()) {
				t.Errorf("%+v: no change, and the twin is polled", rows)
			}
			if got := tw.of("k", other); len(got) != 1 || !got[0].Up {
				t.Errorf("%+v: told as %+v", rows, got)
			}
		}
	})
}

// What a collector told leaves with it, even when its last poll ends later.
func TestRemovedTwin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := NewRegistry(time.Now, nil)
		firewalls, fleet := nodes(t, r, "x", "x")
		firewalls[0].down = true
		fleet.Firewalls(t.Context())
		tw := fleet[0].shared.twins
		r.Return(Key{DataSource: "x", Firewall: "1"})
		if got := twinOf(fleet[:1].Firewalls(t.Context())[0]); got != "down, " {
			t.Errorf("got %q", got)
		}
		tw.update(fleet[1], fleet[1].own(), &wireguard.Snapshot{})
		if len(tw.byKey) != 1 || len(tw.byKey["k"]) != 1 || len(tw.owned) != 1 {
			t.Errorf("left: %v, %v", tw.byKey, tw.owned)
		}
		r.Return(Key{DataSource: "x", Firewall: "0"})
		if len(tw.byKey) != 0 || len(tw.owned) != 0 || len(r.shared) != 0 {
			t.Errorf("left: %v, %v, %v", tw.byKey, tw.owned, r.shared)
		}
	})
}

// Twenty nodes are asked, reconfigured, flap, go and come, all at once.
func TestTwinsUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := NewRegistry(time.Now, nil)
		var all sync.WaitGroup
		for n := range 20 {
			random := rand.New(rand.NewPCG(3, uint64(n)))
			f := newFirewall(t)
			f.key, f.takes = fmt.Sprint("k", n%3), 50*time.Millisecond
			key := Key{DataSource: fmt.Sprint(n % 2), Firewall: fmt.Sprint(n)}
			all.Go(func() {
				for round := range 20 {
					fleet := Fleet{r.Borrow(key, f.config(fmt.Sprint(round)), saved.Add(time.Duration(round)))}
					for range random.IntN(20) {
						all.Go(func() { fleet.Firewalls(t.Context()) })
						f.set(func() { f.down = random.IntN(2) == 0 })
						time.Sleep(time.Duration(random.Int64N(int64(3 * time.Second))))
					}
					fleet[0].reconfigure(f.config(fmt.Sprint(round, " again")))
					fleet.Recheck()
					r.Return(key)
					time.Sleep(time.Millisecond) // a call under way notices that it is cancelled
				}
			})
		}
		all.Wait()
		if len(r.entries) != 0 || len(r.shared) != 0 {
			t.Errorf("%d collectors and %d data sources are left", len(r.entries), len(r.shared))
		}
	})
}
