package wireguard

import (
	"slices"
	"time"
)

// Reading says when something besides the tunnels was read, and whether it can
// be. The zero value was never tried.
type Reading struct {
	At        time.Time // when it was last read; zero: never
	Failing   bool      // the newest attempt failed
	Forbidden bool      // the key lacks the privilege
}

// known says whether there is something to judge by, be it from a while ago.
func (r Reading) known() bool { return !r.At.IsZero() && !r.Forbidden }

// knownSince says whether what was read tells of the time after a moment.
func (r Reading) knownSince(moment time.Time) bool { return r.known() && r.At.After(moment) }

// Services are the enabled instances, as the firewall's list of services has them.
type Services struct {
	Reading
	Enabled []ServiceEntry
}

// lists says whether an instance may be enabled. An entry whose name could not be
// read may be any.
func (v Services) lists(name string) bool {
	return slices.ContainsFunc(v.Enabled, func(e ServiceEntry) bool { return e.Name == name || e.Name == "" })
}

// Configuration is the configured instances, enabled or not.
type Configuration struct {
	Reading
	Interfaces []ConfiguredInterface
}

// find returns the configuration of an interface, or nil. An entry whose device
// could not be told is found by its name.
func (v Configuration) find(device, name string) *ConfiguredInterface {
	var byName *ConfiguredInterface
	for i := range v.Interfaces {
		c := &v.Interfaces[i]
		if c.Device == device && device != "" {
			return c
		}
		if c.Device == "" && c.Name == name {
			byName = c
		}
	}
	return byName
}

// lacks says whether an interface is known not to be configured.
func (v Configuration) lacks(device, name string) bool {
	return v.known() && v.find(device, name) == nil
}

// Readings is what was read of a firewall besides its tunnels. The zero value is
// nothing.
type Readings struct {
	VirtualIPs    VirtualIPs
	Services      Services
	Configuration Configuration
	Service       ServiceState // asked only while an interface is missing that should run
}
