package simulator

import (
	"slices"
	"time"

	"golang.zx2c4.com/wireguard/device"
)

// WireGuard's own times.
const (
	rekeyAfter   = 120 * time.Second // a session this old that is sent on is renewed
	rekeyTimeout = 5 * time.Second   // between two tries of a handshake
)

// Traffic is what a peer is sent while time is stepped.
type Traffic struct {
	To      *Peer
	Packets int  // in each step
	Size    int  // bytes of payload
	OneWay  bool // the far side answers nothing
}

// Elapse lets time go by at once: every firewall's clock is stepped by d, and every running device does what WireGuard's
// timers would have had it do meanwhile: send keepalives, renew the sessions that are sent on, try dead ones again. The
// packets are real, so are the handshakes and counters that come of them; only the waiting is left out.
func (l *Lab) Elapse(d time.Duration, traffic ...Traffic) {
	var nodes []*node
	for _, f := range l.Firewalls() {
		f.StepClock(d)
		for _, instance := range f.allNodes() {
			nodes = append(nodes, instance.node)
		}
	}
	for _, client := range l.Clients() {
		nodes = append(nodes, client.node)
	}
	for _, n := range nodes {
		for _, p := range n.peerList() {
			i := slices.IndexFunc(traffic, func(t Traffic) bool { return t.To == p })
			if i >= 0 || p.keepalive > 0 {
				p.elapse(d, i >= 0)
			}
			if i >= 0 {
				p.carry(traffic[i])
			}
		}
	}
}

// stepped is what Elapse remembers of a peer.
type stepped struct {
	handshake time.Time     // of the session
	age       time.Duration // that the session has by the stepped clock
	received  int64         // before the newest traffic
	asked     bool          // the newest traffic wanted an answer, or a keepalive instead
}

// elapse does what the timers of a peer that is sent something do in d.
func (p *Peer) elapse(d time.Duration, busy bool) {
	now, up := p.running()
	if !up {
		p.stepped = stepped{}
		return
	}
	s := &p.stepped
	if now.handshake.Equal(s.handshake) {
		s.age += d
	} else {
		s.handshake, s.age = now.handshake, d
	}
	unanswered := busy && s.asked && now.rx == s.received
	if !now.handshake.IsZero() && s.age < rekeyAfter && !unanswered {
		p.withDevice((*device.Peer).SendKeepalive)
		return
	}
	for range max(1, d/rekeyTimeout) {
		p.withDevice(func(peer *device.Peer) {
			peer.ExpireCurrentKeypairs()
			_ = peer.SendHandshakeInitiation(false)
		})
		if p.reachable() && p.awaitNewer(now.handshake, 200*time.Millisecond) {
			return
		}
	}
}

// carry sends traffic, and lets the far side acknowledge what it need not answer.
func (p *Peer) carry(t Traffic) {
	before, up := p.running()
	if !up {
		return
	}
	p.stepped.received, p.stepped.asked = before.rx, true
	for range t.Packets {
		_ = p.Send(t.Size, t.OneWay) // lost packets are what a dead tunnel looks like
	}
	if !p.reachable() {
		return
	}
	time.Sleep(2 * time.Millisecond)
	if back := p.Back(); back != nil && t.OneWay {
		back.withDevice((*device.Peer).SendKeepalive)
	}
	for end := time.Now().Add(200 * time.Millisecond); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if now, up := p.running(); !up || now.rx > before.rx {
			return
		}
	}
}

// running is what the device says about the peer, if it is up.
func (p *Peer) running() (peerState, bool) {
	_, up, state, err := p.owner.state()
	if err != nil || !up || state.peers[p.publicKey] == nil {
		return peerState{}, false
	}
	return *state.peers[p.publicKey], true
}

func (p *Peer) withDevice(do func(*device.Peer)) {
	p.owner.mu.Lock()
	defer p.owner.mu.Unlock()
	if p.owner.tunnel == nil || !p.owner.up {
		return
	}
	if peer := p.owner.tunnel.device.LookupPeer(device.NoisePublicKey(p.publicKey)); peer != nil {
		do(peer)
	}
}

// reachable says whether it is worth waiting for an answer: somebody is there, and what they send arrives here.
func (p *Peer) reachable() bool {
	p.mu.Lock()
	remotes := p.remotes
	p.mu.Unlock()
	return slices.ContainsFunc(remotes, func(n *node) bool {
		_, up, _, _ := n.state()
		return up && p.owner.underlay.route(n.bind, p.owner.bind.seenAs()) == p.owner.bind
	})
}

// awaitNewer waits until both sides have a newer session.
func (p *Peer) awaitNewer(than time.Time, atMost time.Duration) bool {
	begun := time.Now()
	for ; time.Since(begun) < atMost; time.Sleep(time.Millisecond) {
		now, _ := p.running()
		if !now.handshake.After(than) {
			continue
		}
		back := p.Back()
		if back == nil {
			return true
		}
		if far, up := back.running(); !up || far.handshake.After(than) {
			return true
		}
	}
	return false
}
