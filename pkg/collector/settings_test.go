package collector

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestChangedSettingsArePolledAtOnce(t *testing.T) {
	for _, err := range []error{nil, errUnauthorized, errForbidden, errRefused} {
		t.Run(fmt.Sprint(err), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFirewall(t)
				f.err, f.vipErr = err, errForbidden
				fleet := borrow(t, f)
				ask(t, fleet)
				time.Sleep(time.Second)
				f.set(func() { f.err, f.vipErr, f.takes = nil, nil, time.Second })
				fleet[0].reconfigure(f.config("2"))
				if v, waited := ask(t, fleet); v.Err != nil || v.VIPErr != nil || waited != 2*f.takes {
					t.Errorf("told %v, %v after %s", v.Err, v.VIPErr, waited)
				}
			})
		})
	}
}

// They are waited for once; then a firewall that fails is told as that at once again.
func TestChangedSettingsThatDoNotHelp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFirewall(t)
		f.err, f.takes = errRefused, time.Second
		fleet := borrow(t, f)
		ask(t, fleet)
		fleet[0].reconfigure(f.config("2"))
		v, waited := ask(t, fleet)
		if v.Err != errRefused || waited != f.takes {
			t.Errorf("told %v after %s", v.Err, waited)
		}
		time.Sleep(time.Until(v.Next) + f.takes/2)
		if v, waited := ask(t, fleet); v.Err != errRefused || waited != 0 {
			t.Errorf("during the next poll told %v after %s", v.Err, waited)
		}
	})
}

func TestSameSettingsChangeNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFirewall(t)
		fleet := borrow(t, f)
		ask(t, fleet)
		for range 10 {
			fleet[0].reconfigure(f.config("1"))
			time.Sleep(time.Second)
			ask(t, fleet)
		}
		if shows, _ := f.counts(); shows != 1 || f.freed["1"] != 10 {
			t.Errorf("%d polls, %d unused sources released", shows, f.freed["1"])
		}
	})
}

func TestChangedSettingsOfHangingFirewallWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFirewall(t)
		f.err = errTimeout
		fleet := borrow(t, f)
		ask(t, fleet)
		fleet[0].reconfigure(f.config("2"))
		if v, waited := ask(t, fleet); !errors.Is(v.Err, errTimeout) || waited != 0 {
			t.Errorf("told %v after %s", v.Err, waited)
		}
		time.Sleep(59 * time.Second)
		if shows, _ := f.counts(); shows != 1 {
			t.Errorf("%d calls", shows)
		}
	})
}

// What the old settings' poll under way says is not told; the poll with the new
// ones follows, once, and is what everybody waits for.
func TestSettingsChangedDuringPoll(t *testing.T) {
	for _, during := range []time.Duration{time.Second, 3 * time.Second} { // show, virtual IPs
		synctest.Test(t, func(t *testing.T) {
			old, changed := newFirewall(t), newFirewall(t)
			old.takes, changed.takes, changed.down = 2*time.Second, 2*time.Second, true
			fleet := borrow(t, old)
			var asking sync.WaitGroup
			for range 100 {
				asking.Go(func() {
					if v, _ := ask(t, fleet); v.Err != nil || status(v) != "wg0/site standby" {
						t.Errorf("told %v, %s", v.Err, status(v))
					}
				})
			}
			time.Sleep(during)
			fleet[0].reconfigure(changed.config("2"))
			if v := fleet[0].look(); v.Answered() {
				t.Error("answered before any poll ended")
			}
			asking.Wait()
			oldShows, _ := old.counts()
			shows, vips := changed.counts()
			if oldShows != 1 || shows != 1 || vips != 1 {
				t.Errorf("%d polls with old settings, %d with new ones, %d readings of virtual IPs", oldShows, shows, vips)
			}
			time.Sleep(interval - 6*time.Second)
			if shows, _ := changed.counts(); shows != 1 {
				t.Error("polled again too early")
			}
		})
	}
}

// A poll with old settings that fails is not told either, but for a time-out: the
// firewall hangs, whoever asks.
func TestSettingsChangedDuringFailure(t *testing.T) {
	for err, told := range map[error]error{errUnauthorized: nil, errForbidden: nil, errRefused: nil, errTimeout: errTimeout} {
		t.Run(err.Error(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				old, changed := newFirewall(t), newFirewall(t)
				old.takes, old.err = time.Second, err
				fleet := borrow(t, old)
				cfg := changed.config("2")
				cfg.Policy.Expect[0].Device = "wg1"
				time.AfterFunc(time.Second/2, func() { fleet[0].reconfigure(cfg) })
				v, _ := ask(t, fleet)
				if v.Err != told {
					t.Errorf("told %v", v.Err)
				}
				if got := status(v); told != nil && got != "wg1/site not known" {
					t.Errorf("expected by the new settings: wg1, got %s", got)
				}
				time.Sleep(time.Minute - time.Second)
				if shows, _ := changed.counts(); told != nil && shows > 0 {
					t.Error("called within a minute of the time-out")
				}
				time.Sleep(2 * time.Second)
				if v, _ := ask(t, fleet); v.Err != nil {
					t.Errorf("a minute later told %v", v.Err)
				}
			})
		})
	}
}

// Only the virtual IPs timed out, and the settings changed meanwhile: they are
// left in peace all the same.
func TestSettingsChangedWhileVirtualIPsHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFirewall(t)
		f.vipErr, f.down = errTimeout, true
		fleet := borrow(t, f)
		for n := range 60 {
			fleet[0].ask()
			time.Sleep(5 * time.Second) // less than a time-out
			fleet[0].reconfigure(f.config(fmt.Sprint("later ", n)))
		}
		_, vips := f.calls()
		for i, pause := range pauses(vips, true) {
			within(t, "virtual IPs", []time.Duration{pause}, []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute}[min(i, 2)], time.Hour)
		}
	})
}

func TestRecheck(t *testing.T) {
	tests := []struct {
		name        string
		err, vipErr error
		again       bool
	}{
		{"all is well", nil, nil, false},
		{"refused", errRefused, nil, false},
		{"a time-out", errTimeout, nil, false},
		{"a wrong secret", errUnauthorized, nil, false},
		{"the tunnels may not be read", errForbidden, nil, true},
		{"the virtual IPs may not be read", nil, errForbidden, true},
		{"the virtual IPs hang", nil, errTimeout, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFirewall(t)
				f.err, f.vipErr = tt.err, tt.vipErr
				fleet := borrow(t, f)
				told, _ := ask(t, fleet)
				time.Sleep(time.Second)
				before, _ := f.counts()
				f.set(func() { f.err, f.vipErr = nil, nil })
				fleet.Recheck()
				v, _ := ask(t, fleet)
				if shows, _ := f.counts(); (shows > before) != tt.again {
					t.Errorf("%d calls more", shows-before)
				}
				if tt.again && (v.Err != nil || v.VIPErr != nil) || !tt.again && (v.Err != told.Err || v.VIPErr != told.VIPErr) {
					t.Errorf("told %v, %v", v.Err, v.VIPErr)
				}
			})
		})
	}
}

// Save & test is no way around the pause after a wrong secret.
func TestRecheckOfWrongSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFirewall(t)
		f.vipErr = errForbidden
		fleet := borrow(t, f)
		ask(t, fleet)
		f.set(func() { f.err = errUnauthorized })
		time.Sleep(interval + slack)
		for range 100 {
			fleet.Recheck()
			ask(t, fleet)
			time.Sleep(2 * time.Second)
		}
		if shows, _ := f.counts(); shows != 2 {
			t.Errorf("%d calls", shows)
		}
	})
}

// The privilege was granted while a poll was under way that does not know of it.
func TestRecheckDuringPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFirewall(t)
		f.takes, f.vipErr = time.Second, errForbidden
		fleet := borrow(t, f)
		v, _ := ask(t, fleet)
		time.Sleep(time.Until(v.Next) + f.takes/2)
		f.set(func() { f.vipErr = nil })
		fleet.Recheck()
		if v, waited := ask(t, fleet); v.VIPErr != nil || waited != f.takes/2+2*f.takes {
			t.Errorf("virtual IPs: told %v after %s", v.VIPErr, waited)
		}

		f.set(func() { f.err = errForbidden })
		time.Sleep(interval + slack + f.takes)
		v, _ = ask(t, fleet)
		keepAsking(t, fleet, time.Minute, time.Until(v.Next)-time.Minute)
		time.Sleep(time.Until(v.Next) + f.takes/2)
		f.set(func() { f.err = nil })
		fleet.Recheck()
		if v, waited := ask(t, fleet); v.Err != nil || waited != f.takes/2+2*f.takes {
			t.Errorf("tunnels: told %v after %s", v.Err, waited)
		}
	})
}

// Somebody keeps on testing: answers come all the same, and the firewall is asked no
// more than it may be.
func TestRecheckWithoutEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFirewall(t)
		f.takes, f.vipErr = 2*time.Second, errForbidden
		fleet := borrow(t, f)
		for range 600 {
			fleet.Recheck()
			time.Sleep(time.Second / 2)
			fleet[0].ask()
		}
		if v := fleet[0].look(); v.Err != nil || time.Since(v.Tried) > recheckEvery+2*f.takes {
			t.Errorf("told %v, tried %s ago", v.Err, time.Since(v.Tried))
		}
		shows, _ := f.calls()
		within(t, "show", pauses(shows[1:], false), recheckEvery, recheckEvery+2*f.takes)
	})
}
