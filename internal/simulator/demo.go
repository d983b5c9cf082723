package simulator

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/hashicorp/go-hclog"
)

// DemoOptions changes what NewDemoLab builds. The zero value suits tests.
type DemoOptions struct {
	HQ, Branch APIConfig     // Name is always "hq" and "branch"
	StateDir   string        // keeps the certificate authority from start to start, "": a new one at each start
	Keys       string        // phrase from which the WireGuard keys come, "": new ones at each start
	Traffic    time.Duration // between two packets of each flow, 0: 1 s and 2 s, negative: none
}

// The networks of the demo.
var (
	roadWarriors = netip.MustParsePrefix("10.66.250.1/24") // tunnel network of hq's wg0
	hqInTunnel   = netip.MustParsePrefix("10.77.0.1/24")
	branchTunnel = netip.MustParsePrefix("10.77.0.2/24")
	backupTunnel = netip.MustParsePrefix("10.78.0.1/24") // of branch's wg1
	hqLAN        = netip.MustParsePrefix("10.66.0.0/24")
	branchLAN    = netip.MustParsePrefix("10.66.1.0/24")
	routerLAN    = netip.MustParsePrefix("10.66.2.0/24")
)

// NewDemoLab builds two firewalls. On hq, wg0 "road-warrior" has alice-laptop (online) and bob-phone (asleep, never connected),
// and wg1 "site-to-site" has branch-office and depends on vhid 1. On branch, wg0 "site-to-site" has hq, and wg1
// "backup-link" has lte-router and depends on vhid 2. Both are MASTER. A little traffic runs through the tunnels.
func NewDemoLab(logger hclog.Logger, options DemoOptions) (*Lab, error) {
	lab := NewLab(logger)
	if options.StateDir != "" {
		a, err := authorityIn(options.StateDir)
		if err != nil {
			return nil, fmt.Errorf("state directory: %w", err)
		}
		lab = newLab(logger, a)
	}
	if err := lab.buildDemo(options); err != nil {
		lab.Close()
		return nil, err
	}
	return lab, nil
}

func (l *Lab) buildDemo(options DemoOptions) error {
	options.HQ.Name, options.Branch.Name = "hq", "branch"
	hq, err := l.AddFirewall(FirewallConfig{
		APIConfig: options.HQ, Address: netip.MustParseAddr("198.51.100.1"),
		VirtualIPs: []VirtualIP{{VHID: 1, Address: "198.51.100.10", Interface: "WAN"}},
	})
	if err != nil {
		return err
	}
	branch, err := l.AddFirewall(FirewallConfig{
		APIConfig: options.Branch, Address: netip.MustParseAddr("203.0.113.1"),
		VirtualIPs: []VirtualIP{{VHID: 2, Address: "203.0.113.10", Interface: "WAN"}},
	})
	if err != nil {
		return err
	}
	build := demoBuilder{lab: l, options: options, hq: hq, branch: branch}
	build.siteToSite()
	build.roadWarriors()
	build.backupLink()
	return build.err
}

// demoBuilder keeps the first error.
type demoBuilder struct {
	lab        *Lab
	options    DemoOptions
	hq, branch *Firewall
	err        error
}

func (b *demoBuilder) key(name string) Key {
	if b.options.Keys == "" {
		return NewKey()
	}
	return KeyFrom(b.options.Keys + "/" + name)
}

func (b *demoBuilder) instance(f *Firewall, config InstanceConfig) *Instance {
	config.PrivateKey = b.key(f.Name() + "/" + config.Name)
	instance, err := f.AddInstance(config)
	b.err = errors.Join(b.err, err)
	return instance
}

func (b *demoBuilder) client(config ClientConfig) *Client {
	config.PrivateKey = b.key(config.Name)
	client, err := b.lab.AddClient(config)
	b.err = errors.Join(b.err, err)
	return client
}

func (b *demoBuilder) flow(to *Peer, every time.Duration, size int) {
	if b.options.Traffic < 0 || b.err != nil {
		return
	}
	if b.options.Traffic > 0 {
		every = b.options.Traffic
	}
	_, err := b.lab.StartFlow(to, FlowConfig{Every: every, Size: size})
	b.err = errors.Join(b.err, err)
}

func (b *demoBuilder) siteToSite() {
	hq := b.instance(b.hq, InstanceConfig{Number: 1, Name: "site-to-site", TunnelAddress: hqInTunnel, DependOnVHID: 1})
	branch := b.instance(b.branch, InstanceConfig{Number: 0, Name: "site-to-site", TunnelAddress: branchTunnel})
	if b.err != nil {
		return
	}
	onHQ, _, err := b.lab.Connect(hq, branch,
		Side{PeerName: "branch-office", AllowedIPs: []netip.Prefix{branchLAN}, Keepalive: 25},
		Side{PeerName: "hq", AllowedIPs: []netip.Prefix{hqLAN}, Keepalive: 25})
	b.err = err
	b.flow(onHQ, time.Second, 900)
}

func (b *demoBuilder) roadWarriors() {
	if b.err != nil {
		return
	}
	hq := b.instance(b.hq, InstanceConfig{Number: 0, Name: "road-warrior", TunnelAddress: roadWarriors})
	if b.err != nil {
		return
	}
	alice := b.client(ClientConfig{Name: "alice-laptop", Instance: hq, Keepalive: 25})
	b.client(ClientConfig{Name: "bob-phone", Instance: hq, Asleep: true})
	if b.err == nil {
		b.flow(alice.Uplink(), 2*time.Second, 300)
	}
}

func (b *demoBuilder) backupLink() {
	if b.err != nil {
		return
	}
	backup := b.instance(b.branch, InstanceConfig{Number: 1, Name: "backup-link", TunnelAddress: backupTunnel, DependOnVHID: 2})
	if b.err != nil {
		return
	}
	b.client(ClientConfig{
		Name: "lte-router", Instance: backup, Networks: []netip.Prefix{routerLAN}, Keepalive: 25, KeepaliveToClient: 25,
	})
}
