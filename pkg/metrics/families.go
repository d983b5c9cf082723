package metrics

// Names of the series. docs/metrics.md tells of each.
const (
	Up                  = "opnsense_up"
	InterfaceStatus     = "opnsense_wireguard_interfaces_status"
	BothNodesUp         = "opnsense_wireguard_interfaces_both_nodes_up"
	PeerStatus          = "opnsense_wireguard_peer_status"
	PeerLastHandshake   = "opnsense_wireguard_peer_last_handshake_seconds"
	PeerReceivedBytes   = "opnsense_wireguard_peer_received_bytes_total"
	PeerSentBytes       = "opnsense_wireguard_peer_transmitted_bytes_total"
	PeerSiteDown        = "opnsense_wireguard_peer_site_down"
	PeerNoReturnTraffic = "opnsense_wireguard_peer_no_return_traffic"
	PollDuration        = "opnsense_wireguard_poll_duration_seconds"
)

// Type is the kind of a series, in Prometheus' words.
type Type string

const (
	Gauge   Type = "gauge"
	Counter Type = "counter"
)

// Family is what all series of one name have in common.
type Family struct {
	Name string
	Type Type
	Help string
}

// Families lists every name that a sample can have, in the order in which they
// are shown.
func Families() []Family {
	return []Family{
		{Up, Gauge, "Whether the WireGuard status of this firewall could be read. (1 = yes, 0 = no)"},
		{InterfaceStatus, Gauge, "WireGuard interface status. (0 = down, 1 = up, 2 = unknown, 3 = standby, 4 = disabled)"},
		{BothNodesUp, Gauge, "Whether the interface is up here and on its CARP twin, though only one of them should be. (1 = yes, 0 = no)"},
		{PeerStatus, Gauge, "WireGuard peer status. (0 = offline, 1 = online, 2 = unknown, 3 = stale)"},
		{PeerLastHandshake, Gauge, "Unix time of the last handshake with this peer. No series: it never shook hands."},
		{PeerReceivedBytes, Counter, "Bytes received from this peer since its interface was started."},
		{PeerSentBytes, Counter, "Bytes sent to this peer since its interface was started."},
		{PeerSiteDown, Gauge, "Whether this peer is a site that should be reachable and is not. (1 = yes, 0 = no)"},
		{PeerNoReturnTraffic, Gauge, "Whether this peer is sent traffic and, unlike before, returns none. (1 = yes, 0 = no)"},
		{PollDuration, Gauge, "How long the firewall took to tell its WireGuard status."},
	}
}
