package collector

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestFirstAnswerWaitsForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quick, slow, refused := newFirewall(t), newFirewall(t), newFirewall(t)
		slow.takes, refused.err = 3*time.Second, errRefused
		fleet := borrow(t, slow, quick, refused)
		start := time.Now()
		got := fleet.Firewalls(t.Context())
		if waited := time.Since(start); waited != 6*time.Second { // both endpoints of the slow one
			t.Errorf("waited %s", waited)
		}
		for i, want := range []error{nil, nil, errRefused} {
			if got[i].Err != want || got[i].Answered() != (want == nil) {
				t.Errorf("%d: told %v, answered %v", i, got[i].Err, got[i].Answered())
			}
		}
		if got[0].Latency != 3*time.Second || got[1].ID != "hq" || got[1].PollInterval != interval {
			t.Errorf("got %+v", got)
		}
	})
}

// A slow firewall costs the others nothing but the wait, and has an error itself.
func TestSlowFirewallCostsOnlyItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quick, stuck := newFirewall(t), newFirewall(t)
		stuck.takes = time.Hour
		fleet := borrow(t, stuck, quick)
		start := time.Now()
		got := fleet.Firewalls(t.Context())
		if waited := time.Since(start); waited != timeout+timeout/10 {
			t.Errorf("waited %s", waited)
		}
		var notAsked *NotAskedError
		if !errors.As(got[0].Err, &notAsked) || !got[0].Tried.IsZero() {
			t.Errorf("told %v of the one that did not answer yet", got[0].Err)
		}
		if got[1].Err != nil || status(got[1]) != "wg0/site up" {
			t.Errorf("told %v, %s of the one that did", got[1].Err, status(got[1]))
		}
	})
}

func TestExpectedBeforeTheFirstAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFirewall(t)
		f.takes = time.Hour
		fleet := borrow(t, f)
		v, _ := ask(t, fleet)
		if got := status(v); got != "wg0/site not known" || v.Answered() {
			t.Errorf("got %s", got)
		}
		cfg := f.config("2")
		cfg.Policy.Expect[0].Name, cfg.Name = "renamed", "new"
		fleet[0].reconfigure(cfg)
		if v := fleet[0].look(); status(v) != "wg0/renamed not known" || v.Name != "new" {
			t.Errorf("settings changed: got %s of %s", status(v), v.Name)
		}
	})
}

func TestCancelledQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFirewall(t)
		f.takes = 5 * time.Second
		fleet := borrow(t, f)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if v := fleet.Firewalls(ctx)[0]; v.Err == nil || time.Since(start) != time.Second {
			t.Errorf("told %v after %s", v.Err, time.Since(start))
		}
		// The poll goes on for the others.
		if v, waited := ask(t, fleet); v.Err != nil || waited != 9*time.Second {
			t.Errorf("told %v after %s", v.Err, waited)
		}
	})
}

// The poll under way is long, but what is known is not old: no error.
func TestCancelledQuestionOfKnownFirewall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFirewall(t)
		fleet := borrow(t, f)
		first, _ := ask(t, fleet)
		f.set(func() { f.takes = 5 * time.Second })
		time.Sleep(interval + slack)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if v := fleet.Firewalls(ctx)[0]; v.Err != nil || v.Snapshot != first.Snapshot {
			t.Errorf("told %v", v.Err)
		}
	})
}

func TestEmptyFleet(t *testing.T) {
	if got := (Fleet{}).Firewalls(t.Context()); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	Fleet{}.Recheck()
}
