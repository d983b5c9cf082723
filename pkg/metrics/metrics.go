package metrics

import (
	"strconv"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// Sample is the present value of one series. Name and labels tell it from every
// other sample of its data source.
type Sample struct {
	Name   string
	Labels Labels
	Value  float64
}

// Labels are sorted by name, not empty, and shared by all samples of the same
// firewall, interface or peer: they must not be changed. A value may be empty,
// which to Prometheus is as if the label were not there.
type Labels []Label

// Get returns the value of a label; "" where there is none, as in PromQL.
func (l Labels) Get(name string) string {
	for _, one := range l {
		if one.Name == name {
			return one.Value
		}
	}
	return ""
}

// Label is one of them. Values are as the firewall and the settings have them.
type Label struct{ Name, Value string }

// series is a name and where its value comes from; no value, no sample.
type series[R any] struct {
	name  string
	value func(R) (float64, bool)
}

var ofInterface = []series[*wireguard.Interface]{
	{InterfaceStatus, func(i *wireguard.Interface) (float64, bool) { return i.Status.Value() }},
	{BothNodesUp, func(i *wireguard.Interface) (float64, bool) { return i.BothNodesUp.Value() }},
}

var ofPeer = []series[*wireguard.Peer]{
	{PeerStatus, func(p *wireguard.Peer) (float64, bool) { return p.Status.Value() }},
	{PeerLastHandshake, lastHandshake},
	{PeerReceivedBytes, func(p *wireguard.Peer) (float64, bool) { return float64(p.RxBytes), p.RxBytes >= 0 }},
	{PeerSentBytes, func(p *wireguard.Peer) (float64, bool) { return float64(p.TxBytes), p.TxBytes >= 0 }},
	{PeerSiteDown, func(p *wireguard.Peer) (float64, bool) { return p.SiteDown.Value() }},
	{PeerNoReturnTraffic, func(p *wireguard.Peer) (float64, bool) { return p.NoReturnTraffic.Value() }},
}

// Of tells what is known of a firewall: nothing before it was tried, and nothing
// but opnsense_up 0 while it does not answer. The time of all samples is that of
// f.Snapshot, but for opnsense_up, which is that of f.Tried.
func Of(f *wireguard.Firewall) []Sample {
	if f.Tried.IsZero() {
		return nil
	}
	own := Labels{{"opnsense_instance", f.Name}}
	if !f.Known() {
		return []Sample{{Up, own, 0}}
	}
	s := f.Snapshot
	out := make([]Sample, 0, 2+len(ofInterface)*len(s.Interfaces)+len(ofPeer)*len(s.Peers))
	out = append(out, Sample{Up, own, 1}, Sample{PollDuration, own, f.Latency.Seconds()})
	for k := range s.Interfaces {
		if i := &s.Interfaces[k]; i.HasIdentity() {
			out = appendKnown(out, ofInterface, interfaceLabels(f.Name, i), i)
		}
	}
	for k := range s.Peers {
		if p := &s.Peers[k]; p.HasIdentity() {
			out = appendKnown(out, ofPeer, peerLabels(f.Name, p), p)
		}
	}
	return out
}

func appendKnown[R any](out []Sample, all []series[R], labels Labels, row R) []Sample {
	for _, s := range all {
		if v, known := s.value(row); known {
			out = append(out, Sample{s.name, labels, v})
		}
	}
	return out
}

func interfaceLabels(firewall string, i *wireguard.Interface) Labels {
	return Labels{
		{"device", i.Device},
		{"device_name", i.Name},
		{"device_type", "interface"},
		{"opnsense_instance", firewall},
	}
}

func peerLabels(firewall string, p *wireguard.Peer) Labels {
	return Labels{
		{"device", p.Device},
		{"device_name", p.InterfaceName},
		{"device_type", "peer"},
		{"opnsense_instance", firewall},
		{"peer_name", p.Name},
		{"public_key", p.PublicKey},
		{"site", strconv.FormatBool(p.Site)},
	}
}

// lastHandshake is in Unix seconds. A peer whose status is not known may have
// shaken hands since.
func lastHandshake(p *wireguard.Peer) (float64, bool) {
	known := p.Status != wireguard.PeerNotKnown && !p.LatestHandshake.IsZero()
	return float64(p.LatestHandshake.UnixMilli()) / 1000, known
}
