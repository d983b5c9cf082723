package alertrules

import "github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"

// rules are all rules, in the order in which they are evaluated and shown. Those
// that are paused come last.
var rules = []rule{
	{
		name: "OPNsenseWireGuardInterfaceDown", slug: "interface-down",
		why: []string{
			"A tunnel is down or gone, and not because its node is the standby one.",
		},
		inGrafana: []string{
			"A firewall that does not answer says nothing about its tunnels: its alerts",
			"keep their state. And a row that is absent for a while, as after a restart,",
			"must not resolve its alert: only an hour without it does.",
		},
		rows: query.Interfaces, metric: query.Status, compare: "== 0",
		promql: "opnsense_wireguard_interfaces_status == 0",
		wait:   "2m", severity: critical, onNothing: keepLast, missing: 60,
		panel: tunnelsPanel,
		texts: mirrored("OPNsense WireGuard interface down",
			"WireGuard interface {{ $labels.device_name }} is down", "opnsensewireguardinterfacedown"),
	},
	{
		name: "OPNsenseFirewallUnreachable", slug: "firewall-unreachable",
		why: []string{
			"A firewall's tunnels cannot be seen. The one rule that also fires when there",
			"is no answer at all: a dead data source must not stay silent.",
		},
		rows: query.Firewalls, metric: query.Up, compare: "== 0",
		promql: "opnsense_up == 0 or absent(opnsense_up)",
		wait:   "3m", severity: critical, onNothing: alerting, missing: 60,
		panel: firewallsPanel,
		// Without a label, what fires is that nothing answers at all.
		texts: texts{
			Summary:     `OPNsense firewall unreachable (instance {{ or $labels.opnsense_instance "all" }})`,
			Description: `The WireGuard status cannot be read from {{ or $labels.opnsense_instance "any firewall" }}` + details,
			Where:       `{{ or $labels.opnsense_instance "all firewalls" }}`,
			Runbook:     theirRunbooks + "opnsenseexporterdown/",
			RunbookURL:  ourRunbooks + "opnsensefirewallunreachable.md",
		},
	},
	{
		name: "OPNsenseWireGuardSiteDown", slug: "site-down",
		why: []string{
			"A site that ought to be there does not answer, though the interface is up.",
		},
		rows: query.Peers, metric: query.SiteDown, compare: "== 1",
		promql: "opnsense_wireguard_peer_site_down == 1",
		wait:   "2m", severity: critical, onNothing: keepLast,
		panel: sitesPanel,
		texts: texts{
			Summary:     "OPNsense WireGuard site down" + onInstance,
			Description: "Site {{ $labels.peer_name }} does not answer, though WireGuard interface {{ $labels.device_name }} is up",
			Where:       wherePeer,
			RunbookURL:  ourRunbooks + "opnsensewireguardsitedown.md",
		},
	},
	{
		name: "OPNsenseWireGuardBothNodesUp", slug: "both-nodes-up",
		why: []string{
			"A tunnel is up on both nodes of a failover pair, though one is the backup.",
		},
		rows: query.Interfaces, metric: query.BothNodesUp, compare: "== 1",
		promql: "opnsense_wireguard_interfaces_both_nodes_up == 1",
		wait:   "5m", severity: warning, onNothing: keepLast,
		panel: tunnelsPanel,
		texts: texts{
			Summary: "OPNsense WireGuard interface up on both nodes" + onInstance,
			Description: "WireGuard interface {{ $labels.device_name }} is up here and on its twin, " +
				"though CARP has one of the two nodes as backup",
			Where:      whereTunnel,
			RunbookURL: ourRunbooks + "opnsensewireguardbothnodesup.md",
		},
	},
	{
		name: "OPNsenseWireGuardPeerOffline", slug: "peer-offline",
		why: []string{
			"A peer never shook hands since its interface started. Paused: it pages for",
			"phones that sleep, and after every restart.",
		},
		rows: query.Peers, metric: query.Status, interfaceUp: true, compare: "== 0",
		promql: "opnsense_wireguard_peer_status == 0" + ifUp,
		wait:   "2m", severity: critical, onNothing: keepLast, paused: true,
		panel: peersPanel,
		texts: mirrored("OPNsense WireGuard peer offline",
			"WireGuard peer {{ $labels.peer_name }} is offline", "opnsensewireguardpeeroffline"),
	},
	{
		name: "OPNsenseWireGuardPeerStaleHandshake", slug: "peer-stale-handshake",
		why: []string{
			"A peer's last handshake is long ago. Paused: an idle tunnel without a",
			"keepalive is stale and healthy.",
		},
		rows: query.Peers, metric: query.HandshakeAge, interfaceUp: true, compare: "> 300",
		promql: "time() - opnsense_wireguard_peer_last_handshake_seconds > 300" + ifUp,
		wait:   "5m", severity: warning, onNothing: keepLast, paused: true,
		panel: peersPanel,
		texts: mirrored("OPNsense WireGuard peer stale handshake",
			"WireGuard peer {{ $labels.peer_name }} has not handshaked in > 5 minutes", "opnsensewireguardpeerstalehandshake"),
	},
	{
		name: "OPNsenseWireGuardNoReturnTraffic", slug: "no-return-traffic",
		why: []string{
			"A tunnel looks healthy and brings nothing back. Paused: turn it on where",
			"traffic is steady.",
		},
		rows: query.Peers, metric: query.NoReturnTraffic, interfaceUp: true, compare: "== 1",
		promql: "opnsense_wireguard_peer_no_return_traffic == 1" + ifUp,
		wait:   "5m", severity: warning, onNothing: keepLast, paused: true,
		panel: peersPanel,
		texts: texts{
			Summary:     "OPNsense WireGuard no return traffic" + onInstance,
			Description: "WireGuard peer {{ $labels.peer_name }} shakes hands, but sends next to nothing back for what it is sent",
			Where:       wherePeer,
			RunbookURL:  ourRunbooks + "opnsensewireguardnoreturntraffic.md",
		},
	},
}
