package collector

import "time"

// forgotten is an interface that somebody let go of since the newest poll began.
type forgotten struct {
	device, name string
	at           time.Time
}

// Forget lets go of an interface that is missing. The error says why it cannot.
func (c *Collector) Forget(device, name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := forgotten{device, name, c.now()}
	s, err := c.view.Snapshot.Forget(device, name, c.cfg.Policy, f.at)
	if err != nil {
		return err
	}
	c.view.Snapshot = s
	c.forgets = append(c.forgets, f) // a poll under way does not know of it
	return nil
}

// forgetAgain applies what was forgotten while a poll was under way to what it
// found; callers hold mu.
func (c *Collector) forgetAgain() {
	for _, f := range c.forgets {
		if s, err := c.view.Snapshot.Forget(f.device, f.name, c.cfg.Policy, f.at); err == nil {
			c.view.Snapshot = s
		} // else it came back meanwhile
	}
	c.forgets = nil
}
