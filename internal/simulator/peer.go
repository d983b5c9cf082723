package simulator

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
)

// maxPayload is the most bytes of UDP payload that fit into one packet of the tunnel.
const maxPayload = tunnelMTU - 20 - 8

// PeerConfig describes a peer as an instance has it configured.
type PeerConfig struct {
	Name       string         // may be empty, and several peers may share one
	PublicKey  Key            // zero: a new one that nobody holds the private key of
	AllowedIPs []netip.Prefix // empty: the next free host address of the instance's tunnel network
	Endpoint   netip.AddrPort // zero: unknown until the peer speaks first
	Keepalive  int            // seconds, 0: off
	Preshared  Key            // zero: none
}

// Peer is one peer in the configuration of an instance or of a client.
type Peer struct {
	uuid       string
	publicKey  Key
	allowedIPs []netip.Prefix
	endpoint   netip.AddrPort
	keepalive  int
	preshared  Key
	owner      *node
	stepped    stepped // of Elapse, which one goroutine calls

	mu      sync.Mutex
	name    string
	remotes []*node // who holds the private key: none, one, or the nodes of a CARP pair
	cut     bool
}

func newPeer(config PeerConfig, remotes ...*node) *Peer {
	if config.PublicKey == (Key{}) {
		config.PublicKey = NewKey().Public()
	}
	return &Peer{
		uuid:       newUUID(),
		name:       config.Name,
		publicKey:  config.PublicKey,
		allowedIPs: slices.Clone(config.AllowedIPs),
		endpoint:   config.Endpoint,
		keepalive:  config.Keepalive,
		preshared:  config.Preshared,
		remotes:    remotes,
	}
}

// Name is the name in the saved configuration.
func (p *Peer) Name() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.name
}

// Rename changes the saved configuration, which OPNsense shows before "Apply".
func (p *Peer) Rename(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.name = name
}

// PublicKey is the peer's key in base64.
func (p *Peer) PublicKey() string { return p.publicKey.String() }

// AllowedIPs are the configured ones.
func (p *Peer) AllowedIPs() []netip.Prefix { return slices.Clone(p.allowedIPs) }

// CutOff drops every packet between the peer and the interface that it is configured on, in both directions.
func (p *Peer) CutOff() { p.setCut(true) }

// Restore ends CutOff. A dead tunnel comes back when one side sends: with data or a keepalive, after up to 2 minutes.
func (p *Peer) Restore() { p.setCut(false) }

func (p *Peer) setCut(dropped bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = dropped
	for _, remote := range p.remotes {
		p.owner.underlay.setCut(p.owner.bind, remote.bind, dropped)
	}
}

// addRemote lets a second node answer for the peer, and cuts it off too if the first one is.
func (p *Peer) addRemote(remote *node) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.remotes = append(p.remotes, remote)
	if p.cut {
		p.owner.underlay.setCut(p.owner.bind, remote.bind, true)
	}
}

// ErrNoSuchPeer says that nobody is at the other end of a peer that was only configured.
var ErrNoSuchPeer = errors.New("nobody holds this peer's private key")

// Ping sends one packet of 64 bytes to the peer, which answers.
func (p *Peer) Ping() error { return p.Send(64, false) }

// Send puts one UDP packet of size bytes (payload) into the tunnel towards the peer. One way, the peer takes it silently;
// otherwise it sends the same back. Nil says that the packet was sent, not that it arrived.
func (p *Peer) Send(size int, oneWay bool) error {
	p.mu.Lock()
	remotes := p.remotes
	p.mu.Unlock()
	if len(remotes) == 0 {
		return ErrNoSuchPeer
	}
	port := uint16(echoPort)
	if oneWay {
		port = discardPort
	}
	return p.owner.send(netip.AddrPortFrom(remotes[0].address.Addr(), port), size)
}

// Back is how the far side has this tunnel configured: Back().Ping() sends from there. Nil: nobody is there.
func (p *Peer) Back() *Peer {
	p.mu.Lock()
	remotes := p.remotes
	p.mu.Unlock()
	for _, remote := range remotes {
		for _, back := range remote.peerList() {
			if back.publicKey == p.owner.key.Public() {
				return back
			}
		}
	}
	return nil
}

func (p *Peer) configuration() string {
	var b strings.Builder
	fmt.Fprintf(&b, "public_key=%s\nreplace_allowed_ips=true\n", p.publicKey.hex())
	if p.preshared != (Key{}) {
		fmt.Fprintf(&b, "preshared_key=%s\n", p.preshared.hex())
	}
	if p.endpoint.IsValid() {
		fmt.Fprintf(&b, "endpoint=%s\n", p.endpoint)
	}
	fmt.Fprintf(&b, "persistent_keepalive_interval=%d\n", p.keepalive)
	for _, prefix := range p.allowedIPs {
		fmt.Fprintf(&b, "allowed_ip=%s\n", prefix)
	}
	return b.String()
}
