package collector

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// starts lists when calls to an endpoint began, but for the first ones, in seconds
// since a time.
func (f *firewall) starts(calls *[]call, but int, since time.Time) string {
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	out := ""
	for _, c := range (*calls)[but:] {
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
		if got := f.starts(&f.shows, 0, begin); got != " 0 10 15 20 25 30" {
			t.Errorf("shown at%s", got)
		}
		if got := f.starts(&f.vips, 0, begin); got != " 0 30" {
			t.Errorf("virtual IPs read at%s", got)
		}
		again()
		quick()
		quick()
		time.Sleep(30 * time.Second)
		if got := f.starts(&f.shows, 6, begin); got != " 35 55" {
			t.Errorf("with one slow watcher, shown at%s", got)
		}
		slow()
		time.Sleep(40 * time.Second)
		if got := f.starts(&f.shows, 8, begin); got != " 75 105" && got != " 75" {
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
		if got := f.starts(&f.vips, 0, begin); got != " 0 5" {
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
		if n := strings.Count(f.starts(&f.shows, 0, time.Now()), " "); n < 15*12+80 || n > 15*12+92 {
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
		if got := f.starts(&f.shows, 0, begin); got != " 0 70 200 450" {
			t.Errorf("shown at%s", got)
		}
	})
}

// archive counts what it is given.
type archive struct {
	mu                sync.Mutex
	recorded, dropped int
	newest            wireguard.Firewall
}

func (a *archive) Record(f *wireguard.Firewall) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.recorded++
	a.newest = *f
}

func (a *archive) Drop(*wireguard.Firewall) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.dropped++
}

// Every poll is recorded once, the failed ones too, and before anybody sees it.
func TestArchive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &archive{}
		r := NewRegistry(time.Now, func() Archive { return a })
		f := newFirewall(t)
		c := r.Borrow(Key{}, f.config("1"), saved)
		told := func(recorded int, known bool) {
			t.Helper()
			a.mu.Lock()
			defer a.mu.Unlock()
			if a.recorded != recorded || a.newest.Known() != known {
				t.Errorf("recorded %d, want %d; %v", a.recorded, recorded, a.newest.Err)
			}
		}
		for n := range 5 {
			Fleet{c}.Firewalls(t.Context())
			told(n+1, true)
			time.Sleep(32 * time.Second)
			synctest.Wait()
		}
		f.set(func() { f.err = errRefused })
		time.Sleep(32 * time.Second)
		synctest.Wait()
		told(7, false)
		r.Return(Key{})
		synctest.Wait()
		if polls := strings.Count(f.starts(&f.shows, 0, time.Now()), " "); a.dropped != 1 || a.recorded != polls {
			t.Errorf("dropped %d times, %d of %d polls recorded", a.dropped, a.recorded, polls)
		}
	})
}

// A pause of an hour is no gap in what is recorded: that the firewall cannot be
// read is recorded at every interval.
func TestArchiveDuringPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &archive{}
		r := NewRegistry(time.Now, func() Archive { return a })
		f := newFirewall(t)
		f.err = errForbidden
		c := r.Borrow(Key{}, f.config("1"), saved)
		defer r.Return(Key{})
		for range 14 { // asked all the time, as by a rule
			Fleet{c}.Firewalls(t.Context())
			time.Sleep(time.Minute)
		}
		synctest.Wait()
		a.mu.Lock()
		defer a.mu.Unlock()
		if n := len(f.shows); n != 1 || a.recorded < 27 || a.recorded > 29 || a.newest.Known() || time.Since(a.newest.Tried) > interval {
			t.Errorf("%d calls, recorded %d times, at last %s ago", n, a.recorded, time.Since(a.newest.Tried))
		}
	})
}
