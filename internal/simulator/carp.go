package simulator

import (
	"fmt"
	"net/netip"
	"slices"
)

// complete fills in what a test need not say.
func (v *VirtualIP) complete() {
	if v.UUID == "" {
		v.UUID = newUUID()
	}
	if v.Interface == "" {
		v.Interface = "LAN"
	}
	if v.Description == "" {
		v.Description = v.Interface + " CARP"
	}
	if v.Role == "" && !v.Alias {
		v.Role = Master
	}
}

// VirtualIPs implements Backend.
func (f *Firewall) VirtualIPs() []VirtualIP {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.vips)
}

// AddVirtualIP configures one more virtual IP.
func (f *Firewall) AddVirtualIP(v VirtualIP) {
	v.complete()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.vips = append(f.vips, v)
}

// SetCARP gives a vhid another role. As OPNsense does, it sets every running instance that depends on the vhid up on MASTER
// and down on anything else.
func (f *Firewall) SetCARP(vhid int, role CARPRole) error {
	if !slices.Contains([]CARPRole{Master, Backup, Init, Disabled}, role) {
		return fmt.Errorf("CARP role %q: want %s, %s, %s or %s", role, Master, Backup, Init, Disabled)
	}
	if !f.setRole(vhid, role) {
		return fmt.Errorf("%s has no vhid %d", f.Name(), vhid)
	}
	for _, instance := range f.Instances() {
		if instance.vhid != vhid {
			continue
		}
		if err := instance.node.setUp(role == Master); err != nil {
			return err
		}
	}
	return nil
}

func (f *Firewall) setRole(vhid int, role CARPRole) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	found := false
	for i := range f.vips {
		if f.vips[i].VHID == vhid && vhid != 0 {
			f.vips[i].Role, found = role, true
		}
	}
	return found
}

// mayBeUp reports whether CARP lets an instance with this dependency be up.
func (f *Firewall) mayBeUp(vhid int) bool {
	if vhid == 0 {
		return true
	}
	return slices.ContainsFunc(f.VirtualIPs(), func(v VirtualIP) bool { return v.VHID == vhid && v.Role == Master })
}

// listenAddress is the CARP address that an instance depends on, so that peers reach whichever node is up, or the
// firewall's own address.
func (f *Firewall) listenAddress(vhid int) netip.Addr {
	for _, v := range f.VirtualIPs() {
		if vhid == 0 || v.VHID != vhid {
			continue
		}
		if address, err := netip.ParseAddr(v.Address); err == nil {
			return address
		}
	}
	return f.address
}
