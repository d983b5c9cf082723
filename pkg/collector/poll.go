package collector

import (
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// run makes all polls of this firewall. It ends when nobody asked for a while,
// and is started again by the next question.
func (c *Collector) run() {
	for {
		c.mu.Lock()
		if c.stopped.Err() != nil || c.now().Sub(c.asked) > idleAfter {
			c.polls = false
			c.mu.Unlock()
			return
		}
		pause := c.show.due.Sub(c.now())
		again := c.view.Err != nil && pause > c.cfg.PollInterval
		if again {
			pause = c.cfg.PollInterval
		}
		c.mu.Unlock()
		if pause <= 0 {
			c.poll()
			continue
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
			if again {
				c.recordAgain()
			}
		case <-c.wake:
		case <-c.stopped.Done():
		}
		timer.Stop()
	}
}

// outcome is what a poll learned.
type outcome struct {
	show     endpointState
	others   others
	snapshot *wireguard.Snapshot // unchanged when the poll failed
	err      error
	latency  time.Duration
	fullDue  time.Time // zero when the poll was not a full one
}

// poll asks the firewall once and publishes what it learned.
func (c *Collector) poll() {
	defer c.shared.gate.enter(c.stopped.Done())()
	c.mu.Lock()
	cfg, before, rechecks := c.cfg, c.view, c.rechecks
	o := outcome{show: c.show, others: c.others, snapshot: before.Snapshot}
	start := c.now()
	ordinary := cfg.PollInterval + time.Duration(c.stretch*float64(cfg.PollInterval))
	pace := min(ordinary, c.watchers.pace(start))
	full := !start.Before(c.fullDue)
	c.mu.Unlock()

	report, err := cfg.Source.Show(c.stopped)
	shown := c.now()
	if err != nil {
		o.err = err
		o.show.next(cfg.Classify(err), start, shown, ordinary)
	} else {
		o.show.next(Other, start, shown, pace)
		readings := before.Snapshot.Readings
		if full || differs(before.Snapshot, report) {
			readings = o.others.read(reader{c.stopped, cfg, c.now}, before.Snapshot, report)
			o.fullDue = start.Add(ordinary)
		}
		o.snapshot, o.latency = wireguard.Join(before.Snapshot, report, readings, cfg.Policy), shown.Sub(start)
	}
	published, again := c.publish(cfg.Revision, rechecks, o)
	if !published {
		return
	}
	logChange(cfg, before.Err, err)
	// Before those who wait look, so that what they see of a failover is of one moment.
	c.shared.twins.update(c, c.own(), before.Snapshot)
	c.record()
	if !again {
		c.answer()
	}
}

// answer wakes all who wait.
func (c *Collector) answer() {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.ended)
	c.ended = make(chan struct{})
}

// publish makes the outcome of a poll visible. It says whether it did, and whether
// another poll is due at once: then that one's answer is what those who wait want.
func (c *Collector) publish(revision string, rechecks int, o outcome) (published, again bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped.Err() != nil {
		return false, false
	}
	// What an answer to replaced settings says is dropped, and the poll that the
	// new ones asked for comes next. A time-out tells of the firewall, whatever
	// the settings: it is left in peace all the same.
	replaced := revision != c.cfg.Revision
	if o.err == nil {
		c.others.take(o.others, replaced)
	}
	if replaced && o.show.class != Timeout {
		return false, false
	}
	c.show, c.outdated = o.show, false
	if !o.fullDue.IsZero() {
		c.fullDue = o.fullDue
	}
	if !replaced {
		c.view.Snapshot = o.snapshot
		c.forgetAgain()
		c.view.VIPErr, c.view.ServicesErr, c.view.ConfigurationErr = o.others.vips.err, o.others.services.err, o.others.configuration.err
	}
	c.view.Err, c.view.Latency = o.err, o.latency
	c.view.Tried, c.view.Next = c.now(), c.show.due
	switch {
	case o.err == nil:
		c.view.FailingSince = time.Time{}
	case c.view.FailingSince.IsZero():
		c.view.FailingSince = c.view.Tried
	}
	return true, c.rechecks != rechecks && c.retryForbidden()
}

func logChange(cfg Config, before, now error) {
	switch {
	case now != nil && before == nil:
		cfg.Logger.Warn("Firewall cannot be read", "firewall", cfg.Name, "error", now)
	case now != nil:
		cfg.Logger.Debug("Firewall still cannot be read", "firewall", cfg.Name, "error", now)
	case before != nil:
		cfg.Logger.Info("Firewall can be read again", "firewall", cfg.Name)
	}
}
