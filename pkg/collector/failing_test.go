package collector

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestPausesAfterFailure(t *testing.T) {
	const most = time.Hour + slack
	tests := []struct {
		err         error
		fromEnd     bool            // of the failed call
		first       []time.Duration // pauses in order; the last one goes on
		least, most time.Duration   // what each may be longer by
	}{
		{errTimeout, true, []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute}, 0, 0},
		{errUnauthorized, true, []time.Duration{5 * time.Minute}, 0, 0},
		{errForbidden, true, []time.Duration{time.Hour}, 0, 0},
		{errRefused, false, []time.Duration{interval}, 0, slack},
	}
	for _, tt := range tests {
		t.Run(tt.err.Error(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFirewall(t)
				f.err = tt.err
				fleet := borrow(t, f)
				keepAsking(t, fleet, time.Second, 5*time.Hour)
				shows, vips := f.calls()
				if len(vips) > 0 {
					t.Error("the virtual IPs of a firewall that fails were read")
				}
				for i, pause := range pauses(shows, tt.fromEnd) {
					want := tt.first[min(i, len(tt.first)-1)]
					within(t, fmt.Sprint("pause ", i), []time.Duration{pause}, want, want+tt.most)
				}
				if len(shows) < 4 {
					t.Errorf("%d calls in 5 hours", len(shows))
				}

				f.set(func() { f.err = nil })
				keepAsking(t, fleet, time.Second, most)
				recovered, _ := f.calls()
				keepAsking(t, fleet, time.Second, time.Hour)
				after, _ := f.calls()
				within(t, "once it answers", pauses(after[len(recovered)-1:], false), interval, interval+slack)

				f.set(func() { f.err = tt.err })
				keepAsking(t, fleet, time.Second, time.Hour)
				again, _ := f.calls()
				if i := len(after); len(again) > i+1 { // what was counted before is forgotten
					pause := pauses(again[i:], tt.fromEnd)[0]
					within(t, "when it fails again", []time.Duration{pause}, tt.first[0], tt.first[0]+tt.most)
				}
			})
		})
	}
}

// The tunnels are read on, whatever becomes of the virtual IPs.
func TestPausesAfterFailureOfVirtualIPs(t *testing.T) {
	const late = interval + slack + timeout // they are read after the tunnels only
	tests := []struct {
		err     error
		down    bool
		fromEnd bool
		first   []time.Duration
		status  string
	}{
		{errTimeout, true, true, []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute}, "not known"},
		{errTimeout, false, true, []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute}, "up"},
		{errUnauthorized, true, true, []time.Duration{5 * time.Minute}, "not known"},
		{errForbidden, true, true, []time.Duration{time.Hour}, "down"},
		{errForbidden, false, true, []time.Duration{time.Hour}, "up"},
		{errRefused, true, false, []time.Duration{interval}, "not known"},
		{errRefused, false, false, []time.Duration{interval}, "up"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.err, " down ", tt.down), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFirewall(t)
				f.vipErr, f.down = tt.err, tt.down
				fleet := borrow(t, f)
				keepAsking(t, fleet, time.Second, 5*time.Hour)
				shows, vips := f.calls()
				within(t, "show", pauses(shows, false), interval, interval+slack)
				for i, pause := range pauses(vips, tt.fromEnd) {
					want := tt.first[min(i, len(tt.first)-1)]
					within(t, fmt.Sprint("pause ", i), []time.Duration{pause}, want, want+late)
				}
				if len(vips) < 4 {
					t.Errorf("virtual IPs asked for %d times in 5 hours", len(vips))
				}
				v, _ := ask(t, fleet)
				if v.Err != nil || v.VIPErr != tt.err || status(v) != "wg0/site "+tt.status {
					t.Errorf("told %v, %v, %s", v.Err, v.VIPErr, status(v))
				}
				f.set(func() { f.vipErr = nil })
				keepAsking(t, fleet, time.Second, time.Hour+late)
				if v, _ := ask(t, fleet); v.VIPErr != nil || v.Snapshot.VirtualIPs.Failing || v.Snapshot.VirtualIPs.Forbidden {
					t.Errorf("read again, and told %v", v.VIPErr)
				}
			})
		})
	}
}

func hang(f *firewall) {
	f.err, f.vipErr, f.servicesErr, f.statusErr, f.serversErr = errTimeout, errTimeout, errTimeout, errTimeout, errTimeout
}

// Whatever is asked of it, a firewall that hangs gets five calls in the first ten
// minutes, one at a time.
func TestHangingFirewallIsLeftInPeace(t *testing.T) {
	tests := []struct {
		name  string
		setUp func(f *firewall)
		hang  func(f *firewall) // after a minute
	}{
		{"from the start", hang, nil},
		{"while it is polled", nil, hang},
		{"while down is polled", func(f *firewall) { f.down = true }, hang},
		{"while nothing runs", func(f *firewall) { f.gone = true }, hang},
		{"in the middle of a poll in which all is due", func(f *firewall) { f.thenHangs, f.unconfigured = true, true }, nil},
		{"without the privilege for the rest", func(f *firewall) { f.vipErr, f.servicesErr = errForbidden, errForbidden }, hang},
		{"after 401", func(f *firewall) { f.err = errUnauthorized }, func(f *firewall) { f.err = errTimeout }},
		{"after 403", func(f *firewall) { f.err = errForbidden }, func(f *firewall) { f.err = errTimeout }},
	}
	for _, tt := range tests {
		for _, every := range []time.Duration{time.Second, 7 * time.Second, 11 * time.Second, 59 * time.Second} {
			t.Run(fmt.Sprint(tt.name, ", settings changed every ", every), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f := newFirewall(t)
					if tt.setUp != nil {
						tt.setUp(f)
					}
					fleet := borrow(t, f)
					begin := time.Now()
					if tt.hang != nil {
						keepAsking(t, fleet, time.Second, time.Minute)
						begin = time.Now()
						f.set(func() { tt.hang(f) })
					}
					ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
					defer cancel()
					var asking sync.WaitGroup
					for range 5 {
						asking.Go(func() {
							for ctx.Err() == nil {
								fleet.Firewalls(ctx)
								fleet.Recheck()
								time.Sleep(300 * time.Millisecond)
							}
						})
					}
					for n := 2; ctx.Err() == nil; n++ {
						fleet[0].reconfigure(f.config(fmt.Sprint(n)))
						time.Sleep(every)
					}
					asking.Wait()
					calls := slices.DeleteFunc(slices.Concat(f.shows, f.vips, f.services, f.statuses, f.servers), func(c call) bool {
						return c.start.Before(begin) || c.end.Sub(c.start) < timeout
					})
					if len(calls) > 5 || len(calls) < 4 {
						t.Errorf("%d calls: %v", len(calls), calls)
					}
				})
			})
		}
	}
}

// While it fails nobody waits for it, and the last known rows stay.
func TestFailingAnswersAtOnce(t *testing.T) {
	for _, err := range []error{errTimeout, errUnauthorized, errForbidden, errRefused} {
		t.Run(err.Error(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFirewall(t)
				f.takes = time.Second
				fleet := borrow(t, f)
				good, _ := ask(t, fleet)
				f.set(func() { f.err = err })
				time.Sleep(interval + slack + timeout)
				for range 100 {
					v, waited := ask(t, fleet)
					if waited != 0 || v.Err != err || v.Known() || v.Snapshot != good.Snapshot || v.Latency != 0 {
						t.Fatalf("waited %s, told %v, latency %s", waited, v.Err, v.Latency)
					}
					if next := time.Until(v.Next); next > time.Hour || v.Tried.After(time.Now()) {
						t.Fatalf("tried %s, next in %s", v.Tried, next)
					}
					time.Sleep(3 * time.Second)
				}
				f.set(func() { f.err = nil })
				keepAsking(t, fleet, 10*time.Minute, time.Hour)
				time.Sleep(interval + slack)
				if v, waited := ask(t, fleet); v.Err != nil || waited > 2*f.takes {
					t.Errorf("answers again, and told %v after %s", v.Err, waited)
				}
				want := []string{"warn Firewall cannot be read", "info Firewall can be read again"}
				synctest.Wait()
				got := slices.DeleteFunc(slices.Clone(f.logged), func(s string) bool { return s == "debug Firewall still cannot be read" })
				if !slices.Equal(got, want) {
					t.Errorf("logged %q", got)
				}
			})
		})
	}
}

// It is told since when a firewall fails: the end of the first poll that did, or
// the newest answer where none came in time.
func TestFailingSince(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFirewall(t)
		f.err = errRefused
		fleet := borrow(t, f)
		first, _ := ask(t, fleet)
		if !first.FailingSince.Equal(first.Tried) || !first.Looked.Equal(time.Now()) {
			t.Errorf("fails since %s, tried %s, looked at %s", first.FailingSince, first.Tried, first.Looked)
		}
		keepAsking(t, fleet, time.Second, 10*time.Minute)
		if v, _ := ask(t, fleet); v.Err == nil || !v.FailingSince.Equal(first.FailingSince) || v.Tried.Equal(first.Tried) {
			t.Errorf("ten minutes later: %v, since %s, not %s", v.Err, v.FailingSince, first.FailingSince)
		}
		f.set(func() { f.err = nil })
		keepAsking(t, fleet, time.Second, interval+slack)
		good, _ := ask(t, fleet)
		if good.Err != nil || !good.FailingSince.IsZero() {
			t.Errorf("it answers again: %v, since %s", good.Err, good.FailingSince)
		}
		f.set(func() { f.err = errTimeout })
		keepAsking(t, fleet, time.Second, interval+slack+timeout)
		if v, _ := ask(t, fleet); v.Err == nil || !v.FailingSince.After(good.Snapshot.At) || v.FailingSince.Sub(good.Snapshot.At) > interval+slack+timeout {
			t.Errorf("it times out: %v, since %s; last answer %s", v.Err, v.FailingSince, good.Snapshot.At)
		}
	})
}
