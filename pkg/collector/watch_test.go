package collector

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// starts lists when calls began, in seconds since a time.
func starts(calls []call, since time.Time) string {
	out := ""
	for _, c := range calls {
		out += fmt.Sprintf(" %.0f", c.start.Sub(since).Seconds())
	}
	return out
}

// While somebody watches, the tunnels are read at the shortest interval asked
// for, once for all, and the rest no more often than else.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, fleet := newFirewall(t), Fleet(nil)
		f.down = true // so that each full poll reads the virtual IPs
		r := NewRegistry(time.Now, nil)
		c := r.Borrow(Key{}, f.config("1"), saved)
		c.stretch = 0
		defer r.Return(Key{})
		fleet = append(fleet, c)
		begin := time.Now()
		fleet.Firewalls(t.Context())
		time.Sleep(10 * time.Second)

		slow, quick, again := c.Watch(20*time.Second), c.Watch(5*time.Second), c.Watch(5*time.Second)
		time.Sleep(22 * time.Second)
		synctest.Wait()
		if got := starts(f.shows, begin); got != " 0 10 15 20 25 30" {
			t.Errorf("shown at%s", got)
		}
		if got := starts(f.vips, begin); got != " 0 30" {
			t.Errorf("virtual IPs read at%s", got)
		}
		again()
		quick()
		quick()
		time.Sleep(30 * time.Second)
		synctest.Wait()
		if got := starts(f.shows[6:], begin); got != " 35 55" {
			t.Errorf("with one slow watcher, shown at%s", got)
		}
		slow()
		time.Sleep(40 * time.Second)
		synctest.Wait()
		if got := starts(f.shows[8:], begin); got != " 75 105" && got != " 75" {
			t.Errorf("with none, shown at%s", got)
		}
	})
}

// A change is looked into at once, whoever found it.
func TestWatchFindsChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFirewall(t)
		r := NewRegistry(time.Now, nil)
		c := r.Borrow(Key{}, f.config("1"), saved)
		defer r.Return(Key{})
		begin := time.Now()
		Fleet{c}.Firewalls(t.Context())
		time.Sleep(2 * time.Second)
		defer c.Watch(5 * time.Second)()
		time.Sleep(time.Second)
		f.set(func() { f.down = true })
		time.Sleep(11 * time.Second)
		synctest.Wait()
		if got := starts(f.vips, begin); got != " 0 5" {
			t.Errorf("virtual IPs read at%s", got)
		}
	})
}

// Who forgot a live panel open costs the firewall no more than 15 minutes of it.
func TestWatchEndsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFirewall(t)
		r := NewRegistry(time.Now, nil)
		c := r.Borrow(Key{}, f.config("1"), saved)
		defer r.Return(Key{})
		defer c.Watch(5 * time.Second)()
		for range 60 {
			Fleet{c}.Firewalls(t.Context())
			time.Sleep(time.Minute)
		}
		synctest.Wait()
		if n := len(f.shows); n < 15*12+80 || n > 15*12+92 {
			t.Errorf("%d calls in an hour", n)
		}
	})
}

// A firewall that hangs is left in peace, whoever watches.
func TestWatchLeavesTheSickInPeace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFirewall(t)
		hang(f)
		r := NewRegistry(time.Now, nil)
		c := r.Borrow(Key{}, f.config("1"), saved)
		defer r.Return(Key{})
		begin := time.Now()
		for range 60 {
			stop := c.Watch(time.Second)
			Fleet{c}.Firewalls(t.Context())
			time.Sleep(10 * time.Second)
			stop()
		}
		synctest.Wait()
		if got := starts(f.shows, begin); got != " 0 70 200 450" {
			t.Errorf("shown at%s", got)
		}
	})
}

// archive counts what it is given.
type archive struct {
	recorded, dropped int
	newest            wireguard.Firewall
}

func (a *archive) Record(f *wireguard.Firewall) { a.recorded++; a.newest = *f }
func (a *archive) Drop(*wireguard.Firewall)     { a.dropped++ }

// Every poll is recorded once, the failed ones too, and before anybody sees it.
func TestArchive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &archive{}
		r := NewRegistry(time.Now, func() Archive { return a })
		f := newFirewall(t)
		c := r.Borrow(Key{}, f.config("1"), saved)
		for n := range 5 {
			Fleet{c}.Firewalls(t.Context())
			synctest.Wait()
			if a.recorded != n+1 || !a.newest.Known() {
				t.Errorf("poll %d: recorded %d, %v", n+1, a.recorded, a.newest.Err)
			}
			time.Sleep(32 * time.Second)
		}
		f.set(func() { f.err = errRefused })
		time.Sleep(32 * time.Second)
		synctest.Wait()
		if a.newest.Known() {
			t.Error("a failed poll is not recorded")
		}
		r.Return(Key{})
		synctest.Wait()
		if n := a.recorded; a.dropped != 1 || n != len(f.shows) {
			t.Errorf("dropped %d times, %d of %d polls recorded", a.dropped, n, len(f.shows))
		}
	})
}
