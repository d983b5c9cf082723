package collector

import (
	"math"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// watchedFor is how long a live panel has a firewall polled more often. After
// that it goes on at the poll interval: somebody may have left it open.
const watchedFor = 15 * time.Minute

// watch is one live panel.
type watch struct {
	every time.Duration
	until time.Time
}

// watchers are the live panels that look at a firewall.
type watchers map[*watch]bool

// pace is the shortest interval that any of them asks for.
func (w watchers) pace(now time.Time) time.Duration {
	least := time.Duration(math.MaxInt64)
	for one := range w {
		if now.Before(one.until) {
			least = min(least, one.every)
		}
	}
	return least
}

// Watch has the firewall polled at this interval until stop is called, at most
// for 15 minutes: the tunnels only, and the rest where something changed. One
// that does not answer is left in peace all the same.
func (c *Collector) Watch(every time.Duration) (stop func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	w := &watch{every, now.Add(watchedFor)}
	if c.watchers == nil {
		c.watchers = watchers{}
	}
	c.watchers[w] = true
	c.asked = now
	// What was due later comes sooner, though never sooner than the interval.
	if soon := c.view.Tried.Add(every); c.view.Err == nil && !c.view.Tried.IsZero() && soon.Before(c.show.due) {
		c.show.due, c.view.Next = soon, soon
		c.signal()
	}
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.watchers, w)
	}
}

// differs says whether a report tells of other interfaces than were there at the
// last poll, or of another state of one.
func differs(before *wireguard.Snapshot, r wireguard.Report) bool {
	up := map[string]bool{}
	for _, i := range before.Interfaces {
		if i.LastSeen.Equal(before.At) && i.Device != "" {
			up[i.Device] = i.Status == wireguard.InterfaceUp
		}
	}
	for _, row := range r.Interfaces {
		was, there := up[row.Device]
		if !there || was != (row.Link == wireguard.LinkUp) || row.PublicKey == wireguard.NotConfigured {
			return true
		}
	}
	return vanished(before, r)
}
