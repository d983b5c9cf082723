package simulator

import (
	"net/netip"
	"slices"
	"strings"
	"sync"
)

// FirewallConfig describes a firewall with real WireGuard devices.
type FirewallConfig struct {
	APIConfig
	Address    netip.Addr // in the underlay, zero: the next free one
	VirtualIPs []VirtualIP
}

// Firewall is a simulated OPNsense firewall around real WireGuard devices.
type Firewall struct {
	*API
	lab     *Lab
	address netip.Addr

	mu        sync.Mutex
	enabled   bool // the whole WireGuard service
	instances []*Instance
	orphans   []*Instance // deleted in the configuration, still running
	vips      []VirtualIP
}

var _ Backend = (*Firewall)(nil)

// Instance finds a configured instance by device ("wg1"). Nil: there is none.
func (f *Firewall) Instance(device string) *Instance {
	for _, instance := range f.Instances() {
		if instance.Device() == device {
			return instance
		}
	}
	return nil
}

// Instances are the configured instances in the order of their numbers.
func (f *Firewall) Instances() []*Instance {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.instances)
}

// ServiceOn reports whether WireGuard is switched on as a whole.
func (f *Firewall) ServiceOn() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.enabled
}

// SwitchOff switches WireGuard off as a whole: all interfaces vanish. After a reboot with the service off, rows with
// public key "(none)" are there for the enabled instances (observed).
func (f *Firewall) SwitchOff(rebooted bool) {
	f.setEnabled(false)
	for _, instance := range f.Instances() {
		if rebooted && instance.Enabled() {
			instance.node.create()
		} else {
			instance.node.stop()
		}
	}
}

// SwitchOn switches WireGuard on as a whole and starts the enabled instances.
func (f *Firewall) SwitchOn() error {
	f.setEnabled(true)
	for _, instance := range f.Instances() {
		if err := instance.Start(); err != nil {
			return err
		}
	}
	return nil
}

func (f *Firewall) setEnabled(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.enabled = on
}

func (f *Firewall) stopAll() {
	for _, instance := range f.Instances() {
		instance.node.stop()
	}
}

// Running implements Backend: what wg says about the devices, with the names of the saved configuration.
func (f *Firewall) Running() ([]Row, error) {
	var rows []Row
	for _, instance := range f.allNodes() {
		more, err := instance.rows()
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// allNodes are the instances, the ones too that were deleted and not applied.
func (f *Firewall) allNodes() []*Instance {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append(slices.Clone(f.instances), f.orphans...)
}

// Configuration implements Backend.
func (f *Firewall) Configuration() Configuration {
	configuration := Configuration{Enabled: f.ServiceOn()}
	vips := f.VirtualIPs()
	for _, instance := range f.Instances() {
		settings := instance.settings()
		for _, peer := range instance.Peers() {
			configuration.Peers = append(configuration.Peers, peer.settings())
		}
		if i := slices.IndexFunc(vips, func(v VirtualIP) bool { return v.VHID != 0 && v.VHID == instance.vhid }); i >= 0 {
			settings.DependOn = &vips[i]
		}
		configuration.Instances = append(configuration.Instances, settings)
	}
	return configuration
}

func (p *Peer) settings() PeerSettings {
	settings := PeerSettings{UUID: p.uuid, Name: p.Name(), PublicKey: p.PublicKey(), Keepalive: p.keepalive}
	if p.preshared != (Key{}) {
		settings.Preshared = p.preshared.String()
	}
	var allowed []string
	for _, prefix := range p.allowedIPs {
		allowed = append(allowed, prefix.String())
	}
	settings.AllowedIPs = strings.Join(allowed, ",")
	return settings
}
