package frames

import (
	"strconv"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// peerRow is one peer and the firewall that it belongs to.
type peerRow struct {
	firewall *wireguard.Firewall
	*wireguard.Peer
}

var peerLabels = []column[peerRow]{
	text("opnsense_instance", "Firewall", func(r peerRow) string { return r.firewall.Name }),
	text("device", "Device", func(r peerRow) string { return r.Device }),
	text("device_name", "Tunnel", func(r peerRow) string { return r.InterfaceName }),
	text("device_type", "Type", func(peerRow) string { return "peer" }),
	text("peer_name", "Peer", func(r peerRow) string { return r.Name }),
	text("public_key", "Public key", func(r peerRow) string { return r.PublicKey }),
	text("site", "Site", func(r peerRow) string { return strconv.FormatBool(r.Site) }),
}

var peerColumns = []column[peerRow]{
	peerLabels[0], peerLabels[1], peerLabels[2], peerLabels[4],
	number("status", statusConfig(wireguard.PeerStatuses(), peerColours),
		ifKnown(func(r peerRow) (float64, bool) { return r.Status.Value() })),
	instant("latest_handshake", "Last handshake", func(r peerRow) time.Time { return r.LatestHandshake }),
	number("handshake_age", unit("Handshake age", unitSeconds), ifKnown(handshakeAge)),
	number("rx_rate", unit("Receiving", unitRate), ifKnown(func(r peerRow) (float64, bool) { return r.RxRate, r.RxRate >= 0 })),
	number("tx_rate", unit("Sending", unitRate), ifKnown(func(r peerRow) (float64, bool) { return r.TxRate, r.TxRate >= 0 })),
	number("rx_bytes", unit("Received", unitBytes), ifKnown(func(r peerRow) (float64, bool) { return counter(r.RxBytes) })),
	number("tx_bytes", unit("Sent", unitBytes), ifKnown(func(r peerRow) (float64, bool) { return counter(r.TxBytes) })),
	text("endpoint", "Endpoint", func(r peerRow) string { return r.Endpoint }),
	text("allowed_ips", "Allowed IPs", func(r peerRow) string { return r.AllowedIPs }),
	number("persistent_keepalive", unit("Keepalive", unitSeconds), func(r peerRow) (float64, bool) { return float64(r.Keepalive), r.Keepalive > 0 }),
	peerLabels[6],
	number("site_down", flagConfig("Site down", "red"), ifKnown(func(r peerRow) (float64, bool) { return r.SiteDown.Value() })),
	number("no_return_traffic", flagConfig("No return traffic", "orange"), ifKnown(func(r peerRow) (float64, bool) { return r.NoReturnTraffic.Value() })),
	text("reason", "Reason", func(r peerRow) string { return reason(r.firewall, r.Reason) }),
	instant("since", "Since", func(r peerRow) time.Time { return r.Since }),
	peerLabels[5],
	instant("observed_at", "Observed", func(r peerRow) time.Time { return r.firewall.Snapshot.At }),
	number("outdated", outdatedConfig(), func(r peerRow) (float64, bool) { return r.firewall.Outdated().Value() }),
	text("url", "URL", func(r peerRow) string { return r.firewall.URL }),
}

func (r peerRow) owner() *wireguard.Firewall { return r.firewall }

// handshakeAge is the age at the time of the snapshot, in seconds.
func handshakeAge(r peerRow) (float64, bool) {
	if r.Status == wireguard.PeerNotKnown {
		return 0, false
	}
	age, ever := r.HandshakeAge(r.firewall.Snapshot.At)
	return age.Seconds(), ever
}

func peerRows(f *wireguard.Firewall, filter query.Filter) []peerRow {
	var rows []peerRow
	if len(filter.Interfaces)+len(filter.Peers)+len(filter.Statuses) == 0 {
		rows = make([]peerRow, 0, len(f.Snapshot.Peers))
	}
	for i := range f.Snapshot.Peers {
		p := &f.Snapshot.Peers[i]
		if filter.Interfaces.Match(p.Device, p.InterfaceName) && filter.Peers.Match(p.Name, p.PublicKey) &&
			wanted(filter.Statuses, p.LastKnown().String()) && (!filter.InterfaceUp || p.InterfaceUp) && (filter.Site == nil || *filter.Site == p.Site) {
			rows = append(rows, peerRow{f, p})
		}
	}
	return rows
}
