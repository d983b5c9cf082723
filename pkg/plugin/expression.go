package plugin

import (
	"slices"
	"strconv"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/history"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/metrics"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// perInterface sums what is told of peers. An interface without peers has the
// sum 0 while it is up.
func perInterface(expr string) string {
	const by = "(opnsense_instance, device, device_name)"
	return "sum by " + by + " (" + expr + ")" +
		" or 0 * max by " + by + " (" + metrics.InterfaceStatus + " == 1)" +
		" unless on (opnsense_instance, device) " + metrics.PeerStatus
}

// perFirewall counts. A firewall with nothing to count has the count 0 while it
// answers.
func perFirewall(expr string) string {
	return "sum by (opnsense_instance) (" + expr + ")" +
		" or 0 * max by (opnsense_instance) (" + metrics.Up + " == 1)"
}

func rate(counter string) string { return "rate(" + counter + "[$__rate_interval])" }

// expressions say in PromQL what each metric was over time.
var expressions = map[query.Type]map[query.Metric]string{
	query.Interfaces: {
		query.Status:      metrics.InterfaceStatus,
		query.BothNodesUp: metrics.BothNodesUp,
		query.PeersOnline: perInterface(metrics.PeerStatus + " == bool 1"),
		query.RxBytes:     perInterface(metrics.PeerReceivedBytes),
		query.TxBytes:     perInterface(metrics.PeerSentBytes),
		query.RxRate:      perInterface(rate(metrics.PeerReceivedBytes)),
		query.TxRate:      perInterface(rate(metrics.PeerSentBytes)),
	},
	query.Peers: {
		query.Status:          metrics.PeerStatus,
		query.HandshakeAge:    "clamp_min(time() - " + metrics.PeerLastHandshake + ", 0)",
		query.RxBytes:         metrics.PeerReceivedBytes,
		query.TxBytes:         metrics.PeerSentBytes,
		query.RxRate:          rate(metrics.PeerReceivedBytes),
		query.TxRate:          rate(metrics.PeerSentBytes),
		query.SiteDown:        metrics.PeerSiteDown,
		query.NoReturnTraffic: metrics.PeerNoReturnTraffic,
	},
	query.Firewalls: {
		query.Up:           metrics.Up,
		query.Latency:      metrics.PollDuration,
		query.PeersOnline:  perFirewall(metrics.PeerStatus + " == bool 1"),
		query.InterfacesUp: perFirewall(metrics.InterfaceStatus + " == bool 1"),
	},
}

func expressionOf(q query.Query) string { return expressions[q.Type][q.Metric] }

// label gives sums the label that their rows have elsewhere.
func label(q query.Query, series []history.Series) {
	if q.Type == query.Interfaces {
		for i := range series {
			series[i].Labels["device_type"] = "interface"
		}
	}
}

// thing tells apart what filters on states choose: an interface has no key.
type thing struct{ firewall, device, key string }

// rowLabels are those of a type's rows where they are worked out of series that
// have more.
var rowLabels = map[query.Type][]string{
	query.Interfaces: {"opnsense_instance", "device", "device_name"},
	query.Firewalls:  {"opnsense_instance"},
}

// keep says which series a query may see; nil: all. To leave a series out here is
// as good as to add the matchers of ad-hoc filters to every selector of an
// expression.
func keep(q query.Query, scope []wireguard.Firewall) func(metrics.Labels) bool {
	things, by := keepThings(q, scope), q.Filter.Labels
	if len(by) == 0 {
		return things
	}
	own := rowLabels[q.Type]
	return func(labels metrics.Labels) bool {
		return (things == nil || things(labels)) && by.Match(func(key string) string {
			if own != nil && !slices.Contains(own, key) {
				return ""
			}
			return labels.Get(key)
		})
	}
}

// keepThings says which series a query's filter lets through; nil: all. Filters on
// states choose the things that are in such a state now, and show their past.
func keepThings(q query.Query, scope []wireguard.Firewall) func(metrics.Labels) bool {
	f := q.Filter
	states := len(f.Statuses) > 0 || f.InterfaceUp
	if len(f.Interfaces)+len(f.Peers) == 0 && f.Site == nil && !states {
		return nil
	}
	chosen := map[thing]bool{}
	if states {
		chosen = inState(q, scope)
	}
	return func(labels metrics.Labels) bool {
		device, key, site := labels.Get("device"), labels.Get("public_key"), labels.Get("site")
		if device == "" && key == "" && labels.Get("device_name") == "" {
			return true // of the firewall as a whole
		}
		at := thing{labels.Get("opnsense_instance"), device, key}
		if q.Type == query.Interfaces {
			at.key = ""
		}
		return f.Interfaces.Match(device, labels.Get("device_name")) &&
			(len(f.Peers) == 0 || f.Peers.Match(labels.Get("peer_name"), key)) &&
			(f.Site == nil || site == strconv.FormatBool(*f.Site)) &&
			(!states || chosen[at])
	}
}

func inState(q query.Query, scope []wireguard.Firewall) map[thing]bool {
	chosen := map[thing]bool{}
	has := func(status string) bool {
		return len(q.Filter.Statuses) == 0 || slices.Contains(q.Filter.Statuses, status)
	}
	for k := range scope {
		s := scope[k].Snapshot
		if q.Type == query.Interfaces {
			for i := range s.Interfaces {
				if has(s.Interfaces[i].LastKnown().String()) {
					chosen[thing{scope[k].Name, s.Interfaces[i].Device, ""}] = true
				}
			}
			continue
		}
		for i := range s.Peers {
			p := &s.Peers[i]
			if has(p.LastKnown().String()) && (!q.Filter.InterfaceUp || p.InterfaceUp) {
				chosen[thing{scope[k].Name, p.Device, p.PublicKey}] = true
			}
		}
	}
	return chosen
}
