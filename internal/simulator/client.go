package simulator

import (
	"errors"
	"net/netip"
	"slices"
)

// ClientConfig describes a lone peer with a device of its own: a laptop, a phone, a router without API.
type ClientConfig struct {
	Name              string
	Instance          *Instance      // that it connects to
	TunnelAddress     netip.Addr     // zero: the next free one of the instance's tunnel network
	Networks          []netip.Prefix // behind the client, allowed beside its tunnel address; empty for a laptop
	PrivateKey        Key            // zero: a new one
	Keepalive         int            // seconds, on the client; 0: off, the client connects when it sends
	KeepaliveToClient int            // seconds, on the firewall; 0: off
	Asleep            bool           // configured on the firewall, its device does not run yet
}

// Client is a lone peer with a device of its own.
type Client struct {
	name   string
	node   *node
	peer   *Peer // on the firewall
	uplink *Peer // on the client
}

// AddClient configures the client on its instance and wakes it unless it is to sleep.
func (l *Lab) AddClient(config ClientConfig) (*Client, error) {
	if config.Instance == nil {
		return nil, errors.New("a client needs an instance")
	}
	if config.PrivateKey == (Key{}) {
		config.PrivateKey = NewKey()
	}
	if !config.TunnelAddress.IsValid() {
		config.TunnelAddress = config.Instance.freeAddress()
	}
	server := config.Instance.node
	node := l.newNode(config.Name, config.PrivateKey, hostPrefix(config.TunnelAddress), l.underlay.host(), l.underlay.port())
	client := &Client{name: config.Name, node: node}
	client.peer = newPeer(PeerConfig{
		Name: config.Name, PublicKey: config.PrivateKey.Public(), Keepalive: config.KeepaliveToClient,
		AllowedIPs: append([]netip.Prefix{hostPrefix(config.TunnelAddress)}, config.Networks...),
	}, node)
	client.uplink = newPeer(PeerConfig{
		Name: config.Instance.Name(), PublicKey: server.key.Public(), Keepalive: config.Keepalive,
		Endpoint: config.Instance.endpoint(), AllowedIPs: []netip.Prefix{server.address.Masked()},
	}, server)
	if err := server.addPeer(client.peer); err != nil {
		return nil, err
	}
	if err := node.addPeer(client.uplink); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, ErrLabClosed
	}
	l.clients = append(l.clients, client)
	if config.Asleep {
		return client, nil
	}
	return client, node.start(true)
}

// endpoint is where peers reach the instance.
func (i *Instance) endpoint() netip.AddrPort {
	i.node.bind.mu.RLock()
	defer i.node.bind.mu.RUnlock()
	return netip.AddrPortFrom(i.node.bind.host, i.node.listenPort)
}

// Name of the client.
func (c *Client) Name() string { return c.name }

// Peer is the client as its firewall has it configured.
func (c *Client) Peer() *Peer { return c.peer }

// Uplink is the firewall as the client has it configured: Uplink().Ping() sends from the client.
func (c *Client) Uplink() *Peer { return c.uplink }

// Sleep ends the client's device, as a phone does at night. Its firewall is not told.
func (c *Client) Sleep() { c.node.stop() }

// Wake starts the client's device and sends a packet.
func (c *Client) Wake() error {
	if phase, _, _, _ := c.node.state(); phase != configured {
		if err := c.node.start(true); err != nil {
			return err
		}
	}
	return c.uplink.Ping()
}

// Roam moves the client to another address and source port, as from Wi-Fi to the mobile network, and sends a packet, by which
// the firewall learns the new endpoint.
func (c *Client) Roam() error {
	if err := c.node.rebind(c.node.underlay.host(), c.node.underlay.port()); err != nil {
		return err
	}
	return c.uplink.Ping()
}

// Client finds a client by name. Nil: there is none.
func (l *Lab) Client(name string) *Client {
	clients := l.Clients()
	if i := slices.IndexFunc(clients, func(c *Client) bool { return c.name == name }); i >= 0 {
		return clients[i]
	}
	return nil
}
