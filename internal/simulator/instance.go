package simulator

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
)

// InstanceConfig describes a WireGuard instance, OPNsense's word for a WireGuard interface.
type InstanceConfig struct {
	Number        int          // n of wgn
	Name          string       // may be empty
	TunnelAddress netip.Prefix // of the interface in its tunnel network
	ListenPort    uint16       // in the underlay; 0: 51820 + Number
	PrivateKey    Key          // zero: a new one; the nodes of a CARP pair share it
	DependOnVHID  int          // up only while this vhid is MASTER; 0: always
	Address       netip.Addr   // in the underlay; zero: the CARP address depended on, else the firewall's
	Disabled      bool         // in the configuration
}

// firstPort is WireGuard's usual port, which OPNsense's instances count up from.
const firstPort = 51820

// Instance is a WireGuard interface of a firewall, running or not.
type Instance struct {
	firewall *Firewall
	uuid     string
	number   int
	vhid     int
	node     *node

	mu       sync.Mutex
	name     string
	enabled  bool
	orphaned bool // deleted in the configuration, not applied
}

// AddInstance configures an instance and starts it unless it or the service is disabled.
func (f *Firewall) AddInstance(config InstanceConfig) (*Instance, error) {
	if f.lab.closing.Err() != nil {
		return nil, ErrLabClosed
	}
	if !config.TunnelAddress.IsValid() {
		return nil, errors.New("an instance needs a tunnel address")
	}
	instance := &Instance{
		firewall: f, uuid: newUUID(), number: config.Number, vhid: config.DependOnVHID,
		name: config.Name, enabled: !config.Disabled,
	}
	if f.Instance(instance.Device()) != nil {
		return nil, fmt.Errorf("%s has a %s already", f.Name(), instance.Device())
	}
	if config.ListenPort == 0 {
		config.ListenPort = firstPort + uint16(config.Number)
	}
	if config.PrivateKey == (Key{}) {
		config.PrivateKey = NewKey()
	}
	if !config.Address.IsValid() {
		config.Address = f.listenAddress(config.DependOnVHID)
	}
	instance.node = f.lab.newNode(f.Name()+"."+instance.Device(), config.PrivateKey, config.TunnelAddress,
		config.Address, config.ListenPort)
	f.mu.Lock()
	f.instances = append(slices.Clone(f.instances), instance)
	slices.SortFunc(f.instances, func(a, b *Instance) int { return cmp.Compare(a.number, b.number) })
	f.mu.Unlock()
	return instance, instance.Start()
}

// Device is the name of the interface, "wg0".
func (i *Instance) Device() string { return fmt.Sprintf("wg%d", i.number) }

// Firewall that the instance is on.
func (i *Instance) Firewall() *Firewall { return i.firewall }

// PublicKey is the instance's key in base64.
func (i *Instance) PublicKey() string { return i.node.key.Public().String() }

// Name is the name in the saved configuration.
func (i *Instance) Name() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.name
}

// Rename changes the saved configuration, which OPNsense shows before "Apply".
func (i *Instance) Rename(name string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.name = name
}

// Enabled reports whether the instance is enabled in the configuration.
func (i *Instance) Enabled() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.enabled
}

// Running reports whether WireGuard runs on the interface, up or down.
func (i *Instance) Running() bool {
	phase, _, _, _ := i.node.state()
	return phase == configured
}

// Up reports whether the interface is running and up.
func (i *Instance) Up() bool {
	_, up, _, _ := i.node.state()
	return up
}

// Peers are the configured peers.
func (i *Instance) Peers() []*Peer { return i.node.peerList() }

// Peer finds a configured peer by name or public key. Nil: there is none.
func (i *Instance) Peer(nameOrKey string) *Peer {
	for _, peer := range i.Peers() {
		if peer.Name() == nameOrKey || peer.PublicKey() == nameOrKey {
			return peer
		}
	}
	return nil
}

// AddPeer configures a peer that nobody connects as.
func (i *Instance) AddPeer(config PeerConfig) (*Peer, error) {
	if len(config.AllowedIPs) == 0 {
		config.AllowedIPs = []netip.Prefix{hostPrefix(i.freeAddress())}
	}
	peer := newPeer(config)
	return peer, i.node.addPeer(peer)
}

// freeAddress is the next address of the tunnel network behind all that are taken.
func (i *Instance) freeAddress() netip.Addr {
	last := i.node.address.Addr()
	for _, peer := range i.Peers() {
		for _, prefix := range peer.allowedIPs {
			if prefix.IsSingleIP() && i.node.address.Contains(prefix.Addr()) && last.Less(prefix.Addr()) {
				last = prefix.Addr()
			}
		}
	}
	return last.Next()
}

func hostPrefix(a netip.Addr) netip.Prefix { return netip.PrefixFrom(a, a.BitLen()) }

func (i *Instance) settings() InstanceSettings {
	settings := InstanceSettings{
		UUID: i.uuid, Enabled: i.Enabled(), Name: i.Name(), Number: i.number,
		PublicKey: i.node.key.Public(), PrivateKey: i.node.key,
		Port: int(i.node.listenPort), TunnelAddress: i.node.address.String(),
	}
	for _, peer := range i.Peers() {
		settings.PeerUUIDs = append(settings.PeerUUIDs, peer.uuid)
		settings.PeerNames = append(settings.PeerNames, peer.Name())
	}
	return settings
}

// rows are the instance's own row and its peers', nothing where there is no interface.
func (i *Instance) rows() ([]Row, error) {
	phase, up, state, err := i.node.state()
	if err != nil || phase == absent {
		return nil, err
	}
	i.mu.Lock()
	name, orphaned := i.name, i.orphaned
	i.mu.Unlock()
	if orphaned {
		name = ""
	}
	own := Row{Device: i.Device(), PublicKey: "(none)", IfName: name}
	if phase == bare {
		return []Row{own}, nil
	}
	own.PublicKey, own.Name, own.ListenPort, own.Up = i.PublicKey(), name, state.listenPort, up
	rows := []Row{own}
	for _, peer := range i.Peers() {
		if running := state.peers[peer.publicKey]; running != nil {
			row := running.row(i.Device(), peer, name)
			if orphaned {
				row.Name = ""
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}

func (s *peerState) row(device string, peer *Peer, ifname string) Row {
	return Row{
		Device: device, Peer: true, PublicKey: peer.PublicKey(), Name: peer.Name(), IfName: ifname,
		Endpoint: s.endpoint, AllowedIPs: strings.Join(s.allowedIPs, ","),
		Handshake: s.handshake, RX: s.rx, TX: s.tx, Keepalive: s.keepalive,
	}
}
