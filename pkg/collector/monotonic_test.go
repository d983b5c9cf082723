package collector

import (
	"strings"
	"testing"
	"time"
)

// Polls go by times with a reading of the monotonic clock: when somebody sets the
// time of day, none comes sooner or later for it, and no answer is taken for older
// or newer than it is.
func TestMonotonic(t *testing.T) {
	for _, failure := range []error{nil, errRefused, errUnauthorized} {
		f := newFirewall(t)
		f.err = failure
		fleet := borrow(t, f)
		fleet.Firewalls(t.Context())
		c := fleet[0]
		c.mu.Lock()
		times := map[string]time.Time{"due": c.show.due, "tried": c.view.Tried, "asked": c.asked}
		if failure == nil {
			times["answered"], times["full poll"] = c.view.Snapshot.At, c.fullDue
		} else {
			times["failing since"] = c.view.FailingSince
		}
		c.mu.Unlock()
		for what, at := range times {
			if !strings.Contains(at.String(), " m=") {
				t.Errorf("%v: the time %s is one of the day only: %s", failure, what, at)
			}
		}
	}
}
