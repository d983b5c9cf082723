package frames

import (
	"slices"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// interfaceRow is one interface and the firewall that it belongs to.
type interfaceRow struct {
	firewall *wireguard.Firewall
	*wireguard.Interface
}

var interfaceLabels = []column[interfaceRow]{
	text("opnsense_instance", "Firewall", func(r interfaceRow) string { return r.firewall.Name }),
	text("device", "Device", func(r interfaceRow) string { return r.Device }),
	text("device_name", "Tunnel", func(r interfaceRow) string { return r.Name }),
	text("device_type", "Type", func(interfaceRow) string { return "interface" }),
}

var interfaceColumns = []column[interfaceRow]{
	interfaceLabels[0], interfaceLabels[1], interfaceLabels[2],
	number("status", statusConfig(wireguard.InterfaceStatuses(), interfaceColours),
		ifKnown(func(r interfaceRow) (float64, bool) { return r.Status.Value() })),
	text("reason", "Reason", func(r interfaceRow) string { return reason(r.firewall, r.Reason) }),
	text("carp", "CARP", func(r interfaceRow) string {
		if !r.firewall.Known() {
			return "" // it may be another by now
		}
		return r.CARP
	}),
	text("twin", "Twin", func(r interfaceRow) string { return r.Twin }),
	number("peers", unit("Peers", ""), ifKnown(func(r interfaceRow) (float64, bool) { return counter(r.Peers) })),
	number("peers_online", unit("Peers online", ""), ifKnown(func(r interfaceRow) (float64, bool) { return counter(r.PeersOnline) })),
	number("rx_bytes", unit("Received", unitBytes), ifKnown(func(r interfaceRow) (float64, bool) { return counter(r.RxBytes) })),
	number("tx_bytes", unit("Sent", unitBytes), ifKnown(func(r interfaceRow) (float64, bool) { return counter(r.TxBytes) })),
	number("rx_rate", unit("Receiving", unitRate), ifKnown(func(r interfaceRow) (float64, bool) { return r.RxRate, r.RxRate >= 0 })),
	number("tx_rate", unit("Sending", unitRate), ifKnown(func(r interfaceRow) (float64, bool) { return r.TxRate, r.TxRate >= 0 })),
	number("listen_port", unit("Port", "none"), func(r interfaceRow) (float64, bool) { return float64(r.ListenPort), r.ListenPort > 0 }),
	number("both_nodes_up", flagConfig("Both nodes up", "red"), ifKnown(func(r interfaceRow) (float64, bool) { return r.BothNodesUp.Value() })),
	text("public_key", "Public key", func(r interfaceRow) string { return r.PublicKey }),
	instant("since", "Since", func(r interfaceRow) time.Time { return r.Since }),
	instant("observed_at", "Observed", func(r interfaceRow) time.Time { return r.firewall.Snapshot.At }),
	number("outdated", outdatedConfig(), func(r interfaceRow) (float64, bool) { return r.firewall.Outdated().Value() }),
	text("url", "URL", func(r interfaceRow) string { return r.firewall.URL }),
}

func (r interfaceRow) owner() *wireguard.Firewall { return r.firewall }

func interfaceRows(f *wireguard.Firewall, filter query.Filter) []interfaceRow {
	var rows []interfaceRow
	for i := range f.Snapshot.Interfaces {
		face := &f.Snapshot.Interfaces[i]
		if filter.Interfaces.Match(face.Device, face.Name) && wanted(filter.Statuses, face.LastKnown().String()) {
			rows = append(rows, interfaceRow{f, face})
		}
	}
	return rows
}

func wanted(statuses []string, status string) bool {
	return len(statuses) == 0 || slices.Contains(statuses, status)
}
