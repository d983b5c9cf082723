package collector

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Lines that one call leaves in the logs of an OPNsense, as observed.
const showLines, vipLines = 6, 8

// What the documentation says that a firewall is asked in a day is what it is asked
// by a collector that is asked all day, and whose interval is not stretched.
func TestCallsInADay(t *testing.T) {
	docs, err := os.ReadFile("../../docs/opnsense.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		state  string
		befall func(*firewall)
		lines  bool // are known
	}{
		{"all tunnels are up", func(*firewall) {}, true},
		{"a tunnel is reported down, or on standby", func(f *firewall) { f.down = true }, true},
		{"the firewall hangs", hang, false},
		{"it refuses the key", func(f *firewall) { f.err = errUnauthorized }, false},
		{"the privilege for the tunnels is missing", func(f *firewall) { f.err = errForbidden }, false},
	} {
		line := "| " + row.state + " |"
		for _, every := range []time.Duration{10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute} {
			synctest.Test(t, func(t *testing.T) {
				f := newFirewall(t)
				row.befall(f)
				r := NewRegistry(time.Now, nil)
				cfg := f.config("1")
				cfg.PollInterval = every
				c := r.Borrow(Key{}, cfg, saved)
				c.stretch = 0
				keepAsking(t, Fleet{c}, time.Minute, 24*time.Hour-time.Minute)
				time.Sleep(time.Minute - time.Nanosecond)
				r.Return(Key{})
				synctest.Wait()
				calls := len(f.shows) + len(f.vips) + len(f.services) + len(f.statuses) + len(f.servers)
				line += " " + thousands(calls)
				if row.lines {
					line += " (" + thousands(showLines*len(f.shows)+vipLines*len(f.vips)) + ")"
				}
				line += " |"
			})
		}
		if !strings.Contains(string(docs), line+"\n") {
			t.Errorf("docs/opnsense.md lacks the row\n%s", line)
		}
	}
}

func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return thousands(n/1000) + fmt.Sprintf(",%03d", n%1000)
}
