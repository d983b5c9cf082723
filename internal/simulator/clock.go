package simulator

import (
	"sync"
	"time"
)

// clock is a firewall's clock: the machine's, set wrong on purpose. The zero value is right and in UTC.
type clock struct {
	mu    sync.Mutex
	skew  time.Duration
	steps []clockStep
	zone  *time.Location
}

// clockStep is a jump of the clock at a moment of the machine's time.
type clockStep struct {
	at time.Time
	by time.Duration
}

func (c *clock) setSkew(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.skew = d
}

func (c *clock) step(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.steps = append(c.steps, clockStep{time.Now(), d})
}

func (c *clock) setZone(zone *time.Location) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.zone = zone
}

// shown is the firewall's time at a moment of the machine's time, in the firewall's zone.
func (c *clock) shown(t time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	shown := t.Add(c.skew)
	for _, step := range c.steps {
		if !t.Before(step.at) {
			shown = shown.Add(step.by)
		}
	}
	if c.zone == nil {
		return shown.UTC()
	}
	return shown.In(c.zone)
}

func (c *clock) now() time.Time { return c.shown(time.Now()) }
