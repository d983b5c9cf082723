package simulator

import (
	"slices"
	"time"
)

// How long an interface is away during a restart (observed).
const (
	restartAbsent = 100 * time.Millisecond
	restartBare   = 200 * time.Millisecond
)

// Start creates the interface anew: counters and handshakes begin at 0. It is up unless CARP gave it to the other node. A
// disabled instance, or one of a service that is switched off, stays away.
func (i *Instance) Start() error {
	if !i.Enabled() || !i.firewall.ServiceOn() {
		return nil
	}
	return i.node.start(i.firewall.mayBeUp(i.vhid))
}

// Stop destroys the interface: its rows vanish.
func (i *Instance) Stop() { i.node.stop() }

// CreateOnly leaves the interface created and not configured: a row with status down and public key "(none)".
func (i *Instance) CreateOnly() { i.node.create() }

// Restart takes as long as OPNsense does: 0.1 s absent, 0.2 s created only.
func (i *Instance) Restart() error {
	i.Stop()
	time.Sleep(restartAbsent)
	i.CreateOnly()
	time.Sleep(restartBare)
	i.node.stop()
	return i.Start()
}

// SetDown sets the interface down by hand: its row stays, with status down. A change of its CARP address sets it anew.
func (i *Instance) SetDown() error { return i.node.setUp(false) }

// SetUp sets the interface up by hand.
func (i *Instance) SetUp() error { return i.node.setUp(true) }

// Enable switches the instance on in the configuration and applies it.
func (i *Instance) Enable() error {
	i.setEnabled(true)
	return i.Start()
}

// Disable switches the instance off in the configuration and applies it.
func (i *Instance) Disable() {
	i.setEnabled(false)
	i.Stop()
}

func (i *Instance) setEnabled(on bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.enabled = on
}

// Remove deletes the instance from the configuration. Applied, its interface goes; otherwise it keeps running, and its
// rows have the name "" and the ifname null.
func (i *Instance) Remove(applied bool) {
	if applied {
		i.Stop()
	}
	i.mu.Lock()
	i.orphaned = true
	i.mu.Unlock()
	f := i.firewall
	f.mu.Lock()
	defer f.mu.Unlock()
	f.instances = slices.DeleteFunc(slices.Clone(f.instances), func(other *Instance) bool { return other == i })
	if !applied {
		f.orphans = append(f.orphans, i)
	}
}

// RemovePeer deletes a peer from the configuration and applies it.
func (i *Instance) RemovePeer(peer *Peer) error { return i.node.removePeer(peer) }
