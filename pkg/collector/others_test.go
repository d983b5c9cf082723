package collector

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// counted is how often the endpoints besides the tunnels and the virtual IPs were called.
type counted struct{ services, servers, statuses int }

func (f *firewall) others() counted {
	f.mu.Lock()
	defer f.mu.Unlock()
	return counted{len(f.services), len(f.servers), len(f.statuses)}
}

// borrowOne makes a fleet of one firewall that reads its configuration, or not.
func borrowOne(t *testing.T, f *firewall, configuration bool) Fleet {
	t.Helper()
	r, key := NewRegistry(time.Now, nil), Key{}
	cfg := f.config("1")
	cfg.Configuration = configuration
	c := r.Borrow(key, cfg, time.Time{})
	t.Cleanup(func() { r.Return(key) })
	return Fleet{c}
}

func TestWhatIsReadWhen(t *testing.T) {
	const late = otherInterval + interval + slack
	for _, configuration := range []bool{false, true} {
		t.Run(fmt.Sprint("configuration ", configuration), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFirewall(t)
				fleet := borrowOne(t, f, configuration)
				read, other := &f.services, &f.servers
				if configuration {
					read, other = other, read
				}
				keepAsking(t, fleet, time.Second, 4*time.Hour)
				within(t, "while all is well", pauses(*read, false), otherInterval, late)
				if len(*other) > 0 || len(f.statuses) > 0 {
					t.Errorf("called what tells nothing: %+v", f.others())
				}

				// One vanishes: what it says about that is wanted at once, once.
				before, polls := len(*read), len(f.shows)
				f.set(func() { f.gone = true })
				keepAsking(t, fleet, time.Second, interval+slack)
				if n := len(*read); n != before+1 || (*read)[before].start != f.shows[polls].start {
					t.Errorf("vanished: read %d times", n-before)
				}
				keepAsking(t, fleet, time.Second, 4*time.Minute)
				if n := len(*read); n > before+1 {
					t.Errorf("read %d times in 4 minutes since it vanished", n-before)
				}
				if n, polls := len(f.statuses), int(4*time.Minute/(interval+slack)); n < polls || n > polls+3 {
					t.Errorf("nothing runs, and the service's switch was asked for %d times in %d polls", n, polls)
				}

				f.set(func() { f.gone = false })
				keepAsking(t, fleet, time.Second, interval+slack)
				statuses := len(f.statuses)
				keepAsking(t, fleet, time.Second, time.Hour)
				if len(f.statuses) > statuses {
					t.Error("the service's switch was asked for while something runs")
				}
				f.set(func() { f.unconfigured = true })
				keepAsking(t, fleet, time.Second, 5*time.Minute)
				if n := len(f.statuses) - statuses; n < 8 {
					t.Errorf("created but not configured, and the service's switch was asked for %d times in 5 minutes", n)
				}
			})
		})
	}
}

func TestPausesAfterFailureOfOthers(t *testing.T) {
	const late = interval + slack + timeout
	minutes := func(n ...time.Duration) (out []time.Duration) {
		for _, d := range n {
			out = append(out, d*time.Minute)
		}
		return out
	}
	pausing := []struct {
		err     error
		fromEnd bool
		first   []time.Duration
	}{
		{errTimeout, true, minutes(1, 2, 4)},
		{errUnauthorized, true, minutes(5)},
		{errForbidden, true, minutes(60)},
		{errRefused, false, []time.Duration{interval}},
	}
	endpoints := []struct {
		name          string
		configuration bool
		fail          func(*firewall, error)
		calls         func(*firewall) []call
		told          func(wireguard.Firewall) error
	}{
		{"services", false, func(f *firewall, err error) { f.servicesErr = err }, func(f *firewall) []call { return f.services }, func(v wireguard.Firewall) error { return v.ServicesErr }},
		{"configuration", true, func(f *firewall, err error) { f.serversErr = err }, func(f *firewall) []call { return f.servers }, func(v wireguard.Firewall) error { return v.ConfigurationErr }},
		{"service status", false, func(f *firewall, err error) { f.statusErr, f.gone = err, true }, func(f *firewall) []call { return f.statuses }, nil},
	}
	for _, e := range endpoints {
		for _, p := range pausing {
			t.Run(fmt.Sprint(e.name, " ", p.err), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f := newFirewall(t)
					e.fail(f, p.err)
					fleet := borrowOne(t, f, e.configuration)
					keepAsking(t, fleet, time.Second, 5*time.Hour)
					for i, pause := range pauses(e.calls(f), p.fromEnd) {
						want := p.first[min(i, len(p.first)-1)]
						within(t, fmt.Sprint("pause ", i), []time.Duration{pause}, want, want+late)
					}
					if n := len(e.calls(f)); n < 4 {
						t.Errorf("called %d times in 5 hours", n)
					}
					within(t, "show", pauses(f.shows, false), interval, interval+slack)
					v, _ := ask(t, fleet)
					if v.Err != nil || (e.told != nil && e.told(v) != p.err) {
						t.Errorf("told %v", v.Err)
					}
					// Something vanishes: a failure that asks for a pause gets it all the same.
					before := len(e.calls(f))
					f.set(func() { f.gone = true })
					keepAsking(t, fleet, time.Second, interval+slack)
					last := e.calls(f)
					if p.err != errRefused && len(last) > before && last[before].start.Sub(last[before-1].start) < p.first[len(p.first)-1] {
						t.Error("called in its pause")
					}
					f.set(func() { e.fail(f, nil); f.gone = false })
					keepAsking(t, fleet, time.Second, time.Hour+late)
					if v, _ := ask(t, fleet); e.told != nil && e.told(v) != nil {
						t.Errorf("read again, and told %v", e.told(v))
					}
				})
			})
		}
	}
}

// What the readings say reaches the judgement.
func TestReadingsAreJudgedBy(t *testing.T) {
	entry := func(name string) wireguard.ServiceEntry { return wireguard.ServiceEntry{UUID: name, Name: name} }
	tests := []struct {
		name          string
		configuration bool
		set           func(*firewall)
		want          string
	}{
		{"enabled, never seen", false, func(f *firewall) { f.enabled = []wireguard.ServiceEntry{entry("site"), entry("new")} }, "/new down, wg0/site up"},
		{"its list may not be read", false, func(f *firewall) { f.enabled, f.servicesErr = []wireguard.ServiceEntry{entry("new")}, errForbidden }, "wg0/site up"},
		{"configured", true, func(f *firewall) {
			f.configured = []wireguard.ConfiguredInterface{{Device: "wg7", Name: "off"}, {Device: "wg8", Enabled: true}}
			f.enabled = []wireguard.ServiceEntry{entry("new")}
		}, "wg0/site up, wg7/off disabled, wg8/ down"},
		{"configured, but nobody allows to read that", false, func(f *firewall) { f.configured = []wireguard.ConfiguredInterface{{Device: "wg7"}} }, "wg0/site up"},
		{"configured, follows vhid 2", true, func(f *firewall) {
			f.down = true
			f.configured = []wireguard.ConfiguredInterface{{Device: "wg0", Enabled: true, CARP: wireguard.CARPDependency{Known: true, VHID: 2}}}
		}, "wg0/site down"},
		{"the service is off", true, func(f *firewall) {
			f.gone, f.off = true, true
			f.configured = []wireguard.ConfiguredInterface{{Device: "wg7", Enabled: true}}
		}, "wg0/site down, wg7/ disabled"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFirewall(t)
				tt.set(f)
				if v, _ := ask(t, borrowOne(t, f, tt.configuration)); status(v) != tt.want {
					t.Errorf("got %s, want %s", status(v), tt.want)
				}
			})
		})
	}
}

// The switch is thrown: what the configuration said is forgotten at once.
func TestConfigurationNoLongerRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFirewall(t)
		f.configured = []wireguard.ConfiguredInterface{{Device: "wg7", Enabled: true}}
		fleet := borrowOne(t, f, true)
		ask(t, fleet)
		fleet[0].reconfigure(f.config("2"))
		if v, _ := ask(t, fleet); status(v) != "wg0/site up, wg7/ disabled" || len(v.Snapshot.Configuration.Interfaces) > 0 {
			t.Errorf("got %s", status(v))
		}
		before := f.others()
		keepAsking(t, fleet, time.Second, time.Hour)
		if got := f.others(); got.servers != before.servers || got.services == before.services {
			t.Errorf("called %+v, then %+v", before, got)
		}
	})
}

// Never two calls at once, whatever is due; the fake complains otherwise.
func TestOneCallAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFirewall(t)
		f.takes, f.unconfigured = time.Second, true
		fleet := borrowOne(t, f, false)
		keepAsking(t, fleet, 100*time.Millisecond, 10*time.Minute)
		all := slices.Concat(f.shows, f.vips, f.services, f.statuses)
		slices.SortFunc(all, func(a, b call) int { return a.start.Compare(b.start) })
		for i, c := range all[1:] {
			if c.start.Before(all[i].end) {
				t.Fatalf("a call began at %s, before the end of another at %s", c.start, all[i].end)
			}
		}
	})
}
