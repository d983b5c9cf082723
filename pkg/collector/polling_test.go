package collector

import (
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// slack is the longest that a poll may come late by the random spread.
const slack = interval / 20

func TestOneFlightForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFirewall(t)
		f.takes = time.Second
		fleet := borrow(t, f)
		for round := 1; round <= 3; round++ {
			var got sync.Map
			var asking sync.WaitGroup
			for range 1000 {
				asking.Go(func() {
					v := fleet.Firewalls(t.Context())[0]
					if v.Err != nil {
						t.Error(v.Err)
					}
					got.Store(v.Snapshot, nil)
				})
			}
			asking.Wait()
			snapshots := 0
			got.Range(func(any, any) bool { snapshots++; return true })
			if shows, _ := f.counts(); shows != round || snapshots != 1 {
				t.Errorf("round %d: %d calls, %d different answers", round, shows, snapshots)
			}
			time.Sleep(interval + slack) // the poll that comes by itself began, and has not ended
		}
	})
}

// However it is asked, a firewall is called at most once per endpoint and
// interval; and as long as it is asked, it is called that often.
func TestOneCallPerInterval(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	patterns := []struct {
		name  string
		pause func() time.Duration // between questions
		idle  bool                 // polling stops in between
	}{
		{"100 times a second", func() time.Duration { return 10 * time.Millisecond }, false},
		{"every 7 seconds", func() time.Duration { return 7 * time.Second }, false},
		{"as often as it is polled", func() time.Duration { return interval }, false},
		{"every 14 minutes", func() time.Duration { return 14 * time.Minute }, false},
		{"now and then", func() time.Duration { return time.Duration(random.Int64N(int64(10 * time.Minute))) }, false},
		{"every 20 minutes", func() time.Duration { return 20 * time.Minute }, true},
	}
	for _, p := range patterns {
		for _, down := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				f := newFirewall(t)
				f.down, f.takes = down, 200*time.Millisecond
				fleet := borrow(t, f)
				hours := 4 * time.Hour
				if p.pause() < time.Second {
					hours = 10 * time.Minute
				}
				for end := time.Now().Add(hours); time.Now().Before(end); time.Sleep(p.pause()) {
					if v := fleet.Firewalls(t.Context())[0]; v.Err != nil || time.Since(v.Snapshot.At) > interval+slack {
						t.Fatalf("%s: %v, %s old", p.name, v.Err, time.Since(v.Snapshot.At))
					}
				}
				vipLeast, vipMost := otherInterval, otherInterval+interval+slack
				if down {
					vipLeast, vipMost = interval, interval+slack
				}
				most := interval + slack
				if p.idle {
					most, vipMost = time.Hour, time.Hour
				}
				shows, vips := f.calls()
				within(t, p.name+": show", pauses(shows, false), interval, most)
				within(t, p.name+": virtual IPs", pauses(vips, false), vipLeast, vipMost)
				if missed := len(shows) - len(vips); down && missed > 1 { // one may be under way
					t.Errorf("%s: virtual IPs were not read at %d polls", p.name, missed)
				}
			})
		}
	}
}

func TestVirtualIPsWhenARowGoesDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFirewall(t)
		fleet := borrow(t, f)
		keepAsking(t, fleet, time.Second, 2*time.Minute)
		if _, vips := f.counts(); vips != 1 {
			t.Errorf("up: virtual IPs read %d times in 2 minutes", vips)
		}
		f.set(func() { f.down = true })
		keepAsking(t, fleet, time.Second, time.Minute)
		v, _ := ask(t, fleet)
		if got := status(v); got != "wg0/site standby" || v.VIPErr != nil {
			t.Errorf("got %s, %v", got, v.VIPErr)
		}
		_, before := f.counts()
		f.set(func() { f.down = false })
		keepAsking(t, fleet, time.Second, 4*time.Minute)
		if _, vips := f.counts(); vips > before+1 {
			t.Errorf("up again: virtual IPs read %d times in 4 minutes", vips-before)
		}
	})
}

// The firewall is slower than its interval: it is asked again at once, once.
func TestSlowerThanTheInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFirewall(t)
		f.takes = interval + 10*time.Second
		fleet := borrow(t, f)
		keepAsking(t, fleet, time.Second, time.Hour)
		shows, _ := f.calls()
		within(t, "show", pauses(shows, false), interval+10*time.Second, 2*(interval+10*time.Second))
	})
}

func TestIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFirewall(t)
		fleet := borrow(t, f)
		first, _ := ask(t, fleet)
		time.Sleep(idleAfter - time.Second)
		busy, _ := f.counts()
		if least := int(idleAfter / (interval + slack)); busy < least {
			t.Errorf("%d polls in the 15 minutes after a question, want %d or more", busy, least)
		}
		time.Sleep(interval + slack)
		stopped, _ := f.counts()
		time.Sleep(24 * time.Hour)
		if shows, _ := f.counts(); shows != stopped || shows > busy+1 {
			t.Errorf("%d polls while nobody asks", shows-busy)
		}

		f.set(func() { f.takes, f.down = time.Second, true })
		v, waited := ask(t, fleet)
		if v.Err != nil || v.Snapshot == first.Snapshot || status(v) != "wg0/site down" || waited != 2*time.Second {
			t.Errorf("after a day: %v %s, waited %s; want a fresh poll of both endpoints", v.Err, status(v), waited)
		}
		if shows, _ := f.counts(); shows != stopped+1 {
			t.Errorf("%d polls for one question", shows-stopped)
		}
		time.Sleep(10 * time.Minute)
		if shows, _ := f.counts(); shows < stopped+10 {
			t.Error("polling was not resumed")
		}
	})
}

// A firewall that failed when it was last asked, a day ago, deserves a new try.
func TestIdleAfterFailure(t *testing.T) {
	for _, err := range []error{errRefused, errUnauthorized, errForbidden} {
		synctest.Test(t, func(t *testing.T) {
			f := newFirewall(t)
			f.err = err
			fleet := borrow(t, f)
			ask(t, fleet)
			time.Sleep(24 * time.Hour)
			f.set(func() { f.err, f.takes = nil, time.Second })
			if v, _ := ask(t, fleet); v.Err != nil {
				t.Errorf("after %v: %v", err, v.Err)
			}
		})
	}
}

func TestOverdue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFirewall(t)
		fleet := borrow(t, f)
		first, _ := ask(t, fleet)
		f.set(func() { f.takes = time.Hour }) // no time-out of its own
		time.Sleep(2*interval + timeout)
		if v, _ := ask(t, fleet); v.Err == nil {
			t.Error("an answer of long ago is told as the present")
		} else if _, ok := v.Err.(*OverdueError); !ok || v.Known() || v.Snapshot != first.Snapshot {
			t.Errorf("got %v, and the last known rows: %v", v.Err, v.Snapshot == first.Snapshot)
		}
		if shows, _ := f.counts(); shows != 1 {
			t.Errorf("%d calls ended", shows)
		}
	})
}

func TestOverdueIsNotHasty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCollector(newFirewall(t).config("1"), shared{twins: newTwins()}, time.Now)
		defer c.close()
		c.view.Tried = time.Now()
		c.view.Snapshot = &wireguard.Snapshot{At: time.Now()}
		time.Sleep(2*interval + timeout)
		if err := c.look().Err; err != nil {
			t.Errorf("after two intervals and a time-out: %v", err)
		}
		time.Sleep(time.Nanosecond)
		if c.look().Err == nil {
			t.Error("a nanosecond later: still told as the present")
		}
	})
}
