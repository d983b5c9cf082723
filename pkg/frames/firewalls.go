package frames

import (
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// firewallRow is one firewall with what its rows add up to.
type firewallRow struct {
	*wireguard.Firewall
	interfaces map[wireguard.InterfaceStatus]int
	peers      map[wireguard.PeerStatus]int
	there      int // interfaces without those that rightly went
}

var firewallLabels = []column[firewallRow]{
	text("opnsense_instance", "Firewall", func(r firewallRow) string { return r.Name }),
}

var firewallColumns = []column[firewallRow]{
	firewallLabels[0],
	number("up", upConfig(), func(r firewallRow) (float64, bool) { return oneIf(r.Known()), !r.Tried.IsZero() }),
	text("error", "Error", func(r firewallRow) string {
		if r.Err != nil {
			return r.Err.Error()
		}
		return ""
	}),
	number("latency", unit("Latency", unitSeconds), ifKnown(func(r firewallRow) (float64, bool) { return r.Latency.Seconds(), true })),
	instant("last_success", "Last answer", func(r firewallRow) time.Time { return r.Snapshot.At }),
	number("interfaces", unit("Interfaces", ""), ifKnown(func(r firewallRow) (float64, bool) { return counter(r.there) })),
	number("interfaces_up", unit("Interfaces up", ""), ifKnown(interfacesThatAre(wireguard.InterfaceUp))),
	number("interfaces_down", unit("Interfaces down", ""), ifKnown(interfacesThatAre(wireguard.InterfaceDown))),
	number("interfaces_standby", unit("Interfaces standby", ""), ifKnown(interfacesThatAre(wireguard.InterfaceStandby))),
	number("peers", unit("Peers", ""), ifKnown(func(r firewallRow) (float64, bool) { return counter(len(r.Snapshot.Peers)) })),
	number("peers_online", unit("Peers online", ""), ifKnown(peersThatAre(wireguard.PeerOnline))),
	number("peers_stale", unit("Peers stale", ""), ifKnown(peersThatAre(wireguard.PeerStale))),
	number("peers_offline", unit("Peers offline", ""), ifKnown(peersThatAre(wireguard.PeerOffline))),
	text("carp", "CARP", carp),
	text("service_list", "Service list", func(r firewallRow) string { return readable(r.Snapshot.Services.Reading) }),
	text("configuration", "Configuration", func(r firewallRow) string { return readable(r.Snapshot.Configuration.Reading) }),
	number("outdated", outdatedConfig(), func(r firewallRow) (float64, bool) { return r.Outdated().Value() }),
	text("url", "URL", func(r firewallRow) string { return r.URL }),
}

func (r firewallRow) owner() *wireguard.Firewall { return r.Firewall }

func newFirewallRow(f *wireguard.Firewall) firewallRow {
	r := firewallRow{Firewall: f, interfaces: map[wireguard.InterfaceStatus]int{}, peers: map[wireguard.PeerStatus]int{}}
	for i := range f.Snapshot.Interfaces {
		if f.Snapshot.Interfaces[i].Gone.IsZero() {
			r.interfaces[f.Snapshot.Interfaces[i].Status]++
			r.there++
		}
	}
	for i := range f.Snapshot.Peers {
		r.peers[f.Snapshot.Peers[i].Status]++
	}
	return r
}

func interfacesThatAre(s wireguard.InterfaceStatus) func(firewallRow) (float64, bool) {
	return func(r firewallRow) (float64, bool) { return counter(r.interfaces[s]) }
}

func peersThatAre(s wireguard.PeerStatus) func(firewallRow) (float64, bool) {
	return func(r firewallRow) (float64, bool) { return counter(r.peers[s]) }
}

// carp tells the roles of the firewall's virtual IPs, or why they are not told. A
// firewall that does not answer may have another role by now.
func carp(r firewallRow) string {
	v := r.Snapshot.VirtualIPs
	switch {
	case !r.Known():
		return ""
	case v.Forbidden:
		return "not readable"
	case v.Failing:
		return "could not be read"
	default:
		return v.Describe()
	}
}

// readable tells whether something is read besides the tunnels.
func readable(r wireguard.Reading) string {
	switch {
	case r.Forbidden:
		return "not readable"
	case r.Failing:
		return "could not be read"
	case r.At.IsZero():
		return "not read"
	default:
		return "read"
	}
}

func oneIf(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
