package simulator

import (
	"errors"
	"net/netip"
	"slices"
	"time"
)

// Side is what one firewall has configured about the other in a site-to-site tunnel.
type Side struct {
	PeerName   string         // the other side's name here
	AllowedIPs []netip.Prefix // networks behind the other side; its tunnel address is always allowed
	Keepalive  int            // seconds, 0: off
	NoEndpoint bool           // the other side's address is not known here, so it must begin
	Preshared  Key            // the same on both sides, zero: none
}

// Connect makes two instances each other's peers. The first peer is the one on a.
func (l *Lab) Connect(a, b *Instance, onA, onB Side) (*Peer, *Peer, error) {
	if a == nil || b == nil || a == b {
		return nil, nil, errors.New("a tunnel needs two instances")
	}
	peerOnA, peerOnB := onA.peer(b), onB.peer(a)
	// With a keepalive a device begins a handshake as soon as it knows the peer. When both do so at once, the handshakes
	// cross and are tried again only after 5 s: so b is quiet at first.
	keepalive := peerOnB.keepalive
	peerOnB.keepalive = 0
	if err := b.node.addPeer(peerOnB); err != nil {
		return nil, nil, err
	}
	if err := a.node.addPeer(peerOnA); err != nil {
		return nil, nil, err
	}
	if a.Up() && b.Up() && onA.Keepalive > 0 && !onA.NoEndpoint && keepalive > 0 {
		b.node.awaitHandshake(peerOnB, time.Second)
	}
	peerOnB.keepalive = keepalive
	return peerOnA, peerOnB, b.node.update(peerOnB)
}

// awaitHandshake waits until the peer has shaken hands or the time is over.
func (n *node) awaitHandshake(peer *Peer, atMost time.Duration) {
	for end := time.Now().Add(atMost); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		_, _, state, err := n.state()
		if err != nil || state.peers[peer.publicKey] == nil || !state.peers[peer.publicKey].handshake.IsZero() {
			return
		}
	}
}

func (s Side) peer(other *Instance) *Peer {
	config := PeerConfig{
		Name: s.PeerName, PublicKey: other.node.key.Public(), Keepalive: s.Keepalive, Preshared: s.Preshared,
		AllowedIPs: append([]netip.Prefix{hostPrefix(other.node.address.Addr())}, s.AllowedIPs...),
	}
	if !s.NoEndpoint {
		config.Endpoint = other.endpoint()
	}
	return newPeer(config, other.node)
}

// AddTwin configures an instance of another firewall here too, as configuration synchronization does on the second node of a
// CARP pair: the same number, name, keys, port, tunnel address, peers and dependency. Only the node whose vhid is MASTER
// has it up. Peers that the first node gets later must be added with AddTwinPeer.
func (f *Firewall) AddTwin(of *Instance) (*Instance, error) {
	twin, err := f.AddInstance(InstanceConfig{
		Number: of.number, Name: of.Name(), TunnelAddress: of.node.address, ListenPort: of.node.listenPort,
		PrivateKey: of.node.key, DependOnVHID: of.vhid, Disabled: !of.Enabled(),
	})
	if err != nil {
		return nil, err
	}
	for _, peer := range of.Peers() {
		if _, err := twin.AddTwinPeer(peer); err != nil {
			return nil, err
		}
	}
	return twin, nil
}

// AddTwinPeer configures a peer of the other node here too.
func (i *Instance) AddTwinPeer(of *Peer) (*Peer, error) {
	of.mu.Lock()
	remotes := slices.Clone(of.remotes)
	of.mu.Unlock()
	twin := newPeer(PeerConfig{
		Name: of.Name(), PublicKey: of.publicKey, AllowedIPs: of.allowedIPs, Endpoint: of.endpoint,
		Keepalive: of.keepalive, Preshared: of.preshared,
	}, remotes...)
	for _, remote := range remotes {
		for _, back := range remote.peerList() {
			if back.publicKey == i.node.key.Public() {
				back.addRemote(i.node)
			}
		}
	}
	return twin, i.node.addPeer(twin)
}
