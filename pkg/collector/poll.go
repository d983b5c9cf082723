package collector

import (
	"context"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// vipInterval is the pause between readings of the virtual IPs while every
// interface is up.
const vipInterval = 5 * time.Minute

// run makes all polls of this firewall. It ends when nobody asked for a while,
// and is started again by the next question.
func (c *Collector) run() {
	defer c.running.Done()
	for {
		c.mu.Lock()
		if c.stopped.Err() != nil || time.Since(c.asked) > idleAfter {
			c.polls = false
			c.mu.Unlock()
			return
		}
		pause := time.Until(c.show.due)
		c.mu.Unlock()
		if pause <= 0 {
			c.poll()
			continue
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-c.wake:
		case <-c.stopped.Done():
		}
		timer.Stop()
	}
}

// poll asks the firewall once and publishes what it learned.
func (c *Collector) poll() {
	c.mu.Lock()
	cfg, before, vips := c.cfg, c.view, c.vips
	c.mu.Unlock()

	start := time.Now()
	report, err := cfg.Source.Show(c.stopped)
	shown := time.Now()
	if err != nil {
		c.publish(cfg, func() {
			c.show.next(cfg.Classify(err), start, shown, jittered(cfg.PollInterval))
			c.view.Err, c.view.Latency = err, 0
		})
		logChange(cfg, before.Err, err)
		return
	}
	known, vipErr := readVIPs(c.stopped, cfg, &vips, before, report)
	snapshot := wireguard.Join(before.Snapshot, report, known, cfg.Policy)
	c.publish(cfg, func() {
		c.show.next(Other, start, shown, jittered(cfg.PollInterval))
		c.vips = vips
		c.view.Snapshot, c.view.Err, c.view.VIPErr, c.view.Latency = snapshot, nil, vipErr, shown.Sub(start)
	})
	logChange(cfg, before.Err, nil)
}

// publish makes the outcome of a poll visible and wakes all who wait, unless the
// settings changed meanwhile: then the poll that they asked for comes next.
func (c *Collector) publish(polled Config, update func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped.Err() != nil || polled.Revision != c.cfg.Revision {
		return
	}
	update()
	c.outdated = false
	c.view.Tried = time.Now()
	c.view.Next = c.show.due
	close(c.ended)
	c.ended = make(chan struct{})
}

// readVIPs reads the virtual IPs when they matter: they decide between down and
// standby, and watching them tells which ones decide.
func readVIPs(ctx context.Context, cfg Config, state *endpointState, before wireguard.Firewall, r wireguard.Report) (wireguard.VirtualIPs, error) {
	known := before.Snapshot.VirtualIPs
	now := time.Now()
	if (allUp(r) || state.class != Other) && now.Before(state.due) {
		return known, before.VIPErr
	}
	rows, err := cfg.Source.VirtualIPs(ctx)
	class := Other
	if err != nil {
		class = cfg.Classify(err)
	}
	end := time.Now()
	if err != nil {
		state.next(class, now, end, cfg.PollInterval)
		known.Failing, known.Forbidden = true, class == Forbidden
		return known, err
	}
	state.next(Other, now, end, vipInterval)
	return wireguard.VirtualIPs{At: end, Rows: rows}, nil
}

func allUp(r wireguard.Report) bool {
	for _, row := range r.Interfaces {
		if row.Link != wireguard.LinkUp {
			return false
		}
	}
	return true
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
