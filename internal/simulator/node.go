package simulator

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/go-hclog"
)

// phase says how much of an interface exists.
type phase int

const (
	absent     phase = iota // stopped, disabled or removed: no such interface
	bare                    // created, not configured: a row with public key "(none)"
	configured              // WireGuard runs, up or down
)

// node is one WireGuard interface, a firewall's instance or a lone peer's.
type node struct {
	logger     hclog.Logger
	underlay   *underlay
	bind       *loopbackBind
	key        Key
	address    netip.Prefix // inside the tunnel
	listenPort uint16       // 0: any

	mu     sync.Mutex
	peers  []*Peer
	phase  phase
	up     bool
	tunnel *tunnel // nil unless configured
	ended  bool    // the lab is closed
}

// start creates and configures the interface, up or down. Counters begin at 0.
func (n *node) start(up bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.destroy()
	if n.ended {
		return ErrLabClosed
	}
	tunnel, err := openTunnel(n.bind, n.address.Addr(), n.configuration(), n.logger)
	if err != nil {
		return err
	}
	n.tunnel, n.phase = tunnel, configured
	return n.switchTo(up)
}

// create makes the interface without configuring it, as during a restart and early at boot.
func (n *node) create() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.destroy()
	n.phase = bare
}

// stop destroys the interface.
func (n *node) stop() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.destroy()
}

// end destroys the interface for good.
func (n *node) end() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.destroy()
	n.ended = true
}

func (n *node) destroy() {
	if n.tunnel != nil {
		n.tunnel.close()
		n.tunnel = nil
	}
	n.phase, n.up = absent, false
}

// setUp sets the interface up or down; counters and handshakes stay. Without a configured interface it does nothing.
func (n *node) setUp(up bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.switchTo(up)
}

func (n *node) switchTo(up bool) error {
	if n.tunnel == nil || n.up == up {
		return nil
	}
	change := n.tunnel.device.Down
	if up {
		change = n.tunnel.device.Up
	}
	if err := change(); err != nil {
		return fmt.Errorf("set the WireGuard interface up=%t: %w", up, err)
	}
	n.up = up
	return nil
}

// state reads the device. Zero with phase absent or bare.
func (n *node) state() (phase, bool, deviceState, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.tunnel == nil {
		return n.phase, false, deviceState{}, nil
	}
	text, err := n.tunnel.device.IpcGet()
	if err != nil {
		return n.phase, n.up, deviceState{}, err
	}
	state, err := parseDeviceState(text)
	return n.phase, n.up, state, err
}

// addPeer configures one more peer, at once if the interface is running.
func (n *node) addPeer(peer *Peer) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	peer.owner = n
	n.peers = append(n.peers, peer)
	if n.tunnel == nil {
		return nil
	}
	return n.tunnel.device.IpcSet(peer.configuration())
}

// update tells the device what has changed about a peer.
func (n *node) update(peer *Peer) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.tunnel == nil {
		return nil
	}
	return n.tunnel.device.IpcSet(peer.configuration())
}

// removePeer takes a peer out of the configuration and the device.
func (n *node) removePeer(peer *Peer) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.peers = slices.DeleteFunc(slices.Clone(n.peers), func(p *Peer) bool { return p == peer })
	if n.tunnel == nil {
		return nil
	}
	return n.tunnel.device.IpcSet("public_key=" + peer.publicKey.hex() + "\nremove=true\n")
}

func (n *node) peerList() []*Peer {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.peers)
}

func (n *node) configuration() string {
	var b strings.Builder
	fmt.Fprintf(&b, "private_key=%s\nlisten_port=%d\n", n.key.hex(), n.listenPort)
	for _, peer := range n.peers {
		b.WriteString(peer.configuration())
	}
	return b.String()
}

// send puts one packet of size bytes (payload) into the tunnel.
func (n *node) send(to netip.AddrPort, size int) error {
	n.mu.Lock()
	tunnel := n.tunnel
	n.mu.Unlock()
	if tunnel == nil {
		return errTunnelClosed
	}
	return tunnel.send(make([]byte, min(max(size, 1), maxPayload)), to)
}

// rebind opens a new socket, at another address or port of the underlay, while the device keeps running.
func (n *node) rebind(host netip.Addr, port uint16) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listenPort = port
	n.bind.moveTo(host)
	if n.tunnel == nil {
		return nil
	}
	return n.tunnel.device.IpcSet(fmt.Sprintf("listen_port=%d\n", port))
}
