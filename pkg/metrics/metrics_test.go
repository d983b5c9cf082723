package metrics

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

var now = time.Date(2026, 11, 22, 8, 10, 0, 0, time.UTC)

// answering is a firewall whose newest poll gave these rows.
func answering(name string, faces []wireguard.Interface, peers ...wireguard.Peer) wireguard.Firewall {
	return wireguard.Firewall{
		ID: name, Name: name, Tried: now, Latency: 125 * time.Millisecond,
		Snapshot: &wireguard.Snapshot{At: now, Interfaces: faces, Peers: peers},
	}
}

func face(device, name string, status wireguard.InterfaceStatus) wireguard.Interface {
	return wireguard.Interface{Device: device, Name: name, Status: status, PublicKey: "key-of-" + device}
}

func peer(device, name string, status wireguard.PeerStatus) wireguard.Peer {
	return wireguard.Peer{Device: device, InterfaceName: "net", Name: name, PublicKey: "key-of-" + name, Status: status, RxBytes: 468, TxBytes: 380,
		LatestHandshake: now.Add(-23 * time.Second)}
}

// told lists samples as "name{label=value,…} value", without the labels that
// always are the same.
func told(samples []Sample) string {
	var out []string
	for _, s := range samples {
		var labels []string
		for _, l := range s.Labels {
			if l.Name != "device_type" {
				labels = append(labels, l.Value)
			}
		}
		name := strings.TrimPrefix(s.Name, "opnsense_")
		out = append(out, name+"{"+strings.Join(labels, " ")+"} "+strconv.FormatFloat(s.Value, 'f', -1, 64))
	}
	return strings.Join(out, "\n")
}

func TestOf(t *testing.T) {
	const (
		hq   = "up{hq} 1\nwireguard_poll_duration_seconds{hq} 0.125"
		bob  = "wg0 net hq bob key-of-bob false"
		site = "wg0 net hq bob key-of-bob true"
	)
	one := func(f func(*wireguard.Peer)) wireguard.Firewall {
		p := peer("wg0", "bob", wireguard.PeerOnline)
		f(&p)
		return answering("hq", nil, p)
	}
	for _, tt := range []struct {
		name     string
		firewall wireguard.Firewall
		want     string
	}{
		{"not tried", wireguard.Firewall{Name: "hq", Snapshot: &wireguard.Snapshot{}, Err: errors.New("not asked yet")}, ""},
		{"never answered, one interface expected", func() wireguard.Firewall {
			f := answering("hq", []wireguard.Interface{face("wg0", "net", wireguard.InterfaceNotKnown)})
			f.Err, f.Snapshot.At, f.Latency = errors.New("refused"), time.Time{}, 0
			return f
		}(), "up{hq} 0"},
		{"answers no more", func() wireguard.Firewall {
			f := answering("hq", []wireguard.Interface{face("wg0", "net", wireguard.InterfaceUp)}, peer("wg0", "bob", wireguard.PeerOnline))
			f.Err, f.Latency = errors.New("refused"), 0
			return f
		}(), "up{hq} 0"},
		{"rows without identity", answering("hq", []wireguard.Interface{face("", "net", wireguard.InterfaceUp)},
			peer("", "homeless", wireguard.PeerOnline), wireguard.Peer{Device: "wg0", Name: "keyless", Status: wireguard.PeerOnline}), hq},
		{"nothing known of an interface", answering("hq", []wireguard.Interface{face("wg0", "net", wireguard.InterfaceNotKnown)}), hq},
		{"nothing known of a peer", one(func(p *wireguard.Peer) { p.Status, p.RxBytes, p.TxBytes = wireguard.PeerNotKnown, -1, -1 }), hq},
		{"counters that make no sense", one(func(p *wireguard.Peer) { p.RxBytes, p.TxBytes = -1, -1 }),
			hq + "\nwireguard_peer_status{" + bob + "} 1\nwireguard_peer_last_handshake_seconds{" + bob + "} 1795334977"},
		{"never shook hands", one(func(p *wireguard.Peer) {
			p.Status, p.LatestHandshake, p.RxBytes = wireguard.PeerOffline, time.Time{}, 0
		}), hq + "\nwireguard_peer_status{" + bob + "} 0" +
			"\nwireguard_peer_received_bytes_total{" + bob + "} 0\nwireguard_peer_transmitted_bytes_total{" + bob + "} 380"},
		{"no rows", answering("hq", nil), hq},

		{"a skewed clock", one(func(p *wireguard.Peer) {
			p.LatestHandshake, p.RxBytes, p.TxBytes = p.LatestHandshake.Add(250*time.Millisecond), -1, -1
		}), hq + "\nwireguard_peer_status{" + bob + "} 1\nwireguard_peer_last_handshake_seconds{" + bob + "} 1795334977.25"},
		{"every interface status", answering("hq", []wireguard.Interface{
			face("wg0", "a", wireguard.InterfaceDown), face("wg1", "b", wireguard.InterfaceUp), face("wg2", "", wireguard.InterfaceUnknown),
			face("wg3", "d", wireguard.InterfaceStandby), face("wg4", "e", wireguard.InterfaceDisabled),
		}), hq + "\nwireguard_interfaces_status{wg0 a hq} 0\nwireguard_interfaces_status{wg1 b hq} 1\nwireguard_interfaces_status{wg2  hq} 2" +
			"\nwireguard_interfaces_status{wg3 d hq} 3\nwireguard_interfaces_status{wg4 e hq} 4"},
		{"both nodes up, or not", answering("hq", []wireguard.Interface{
			{Device: "wg0", Status: wireguard.InterfaceUp, BothNodesUp: wireguard.FlagYes},
			{Device: "wg1", Status: wireguard.InterfaceUp, BothNodesUp: wireguard.FlagNo},
		}), hq + "\nwireguard_interfaces_status{wg0  hq} 1\nwireguard_interfaces_both_nodes_up{wg0  hq} 1" +
			"\nwireguard_interfaces_status{wg1  hq} 1\nwireguard_interfaces_both_nodes_up{wg1  hq} 0"},
		{"a site that is down", one(func(p *wireguard.Peer) {
			p.Status, p.Site, p.SiteDown, p.NoReturnTraffic = wireguard.PeerStale, true, wireguard.FlagYes, wireguard.FlagNo
		}), hq + "\nwireguard_peer_status{" + site + "} 3\nwireguard_peer_last_handshake_seconds{" + site + "} 1795334977" +
			"\nwireguard_peer_received_bytes_total{" + site + "} 468\nwireguard_peer_transmitted_bytes_total{" + site + "} 380" +
			"\nwireguard_peer_site_down{" + site + "} 1\nwireguard_peer_no_return_traffic{" + site + "} 0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, told(Of(&tt.firewall))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// An interface of which only the name is known, as the list of services has it.
func TestOfNamedOnly(t *testing.T) {
	s := wireguard.Join(nil, wireguard.Report{At: now}, wireguard.Readings{
		Services: wireguard.Services{Reading: wireguard.Reading{At: now}, Enabled: []wireguard.ServiceEntry{{Name: "never-seen"}}},
	}, wireguard.Policy{})
	f := answering("hq", nil)
	f.Snapshot = s
	if got := told(Of(&f)); !strings.Contains(got, "wireguard_interfaces_status{ never-seen hq} 0") {
		t.Error(got)
	}
}

// Whatever a firewall reports, samples have a known name, labels in order, and no
// two have the same name and labels.
func TestSamplesAreUnique(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var known []string
	for _, f := range Families() {
		known = append(known, f.Name)
	}
	pick := func(words ...string) string { return words[random.IntN(len(words))] }
	for range 300 {
		var snapshot *wireguard.Snapshot
		for poll := range 6 {
			r := wireguard.Report{At: now.Add(time.Duration(poll) * 30 * time.Second)}
			for range random.IntN(6) {
				r.Interfaces = append(r.Interfaces, wireguard.InterfaceReport{Device: pick("", "wg0", "wg1", "wg2"), Name: pick("", "a", "b", "c"),
					PublicKey: pick("", wireguard.NotConfigured, "k0", "k1"), Link: wireguard.Link(random.IntN(3))})
			}
			for range random.IntN(6) {
				r.Peers = append(r.Peers, wireguard.PeerReport{Device: pick("", "wg0", "wg1"), Name: pick("", "p", "q"), PublicKey: pick("", "x", "y"),
					LatestHandshake: r.At.Unix() - int64(random.IntN(900)), HandshakeAge: -1, RxBytes: int64(random.IntN(9) - 1)})
			}
			readings := wireguard.Readings{Services: wireguard.Services{Reading: wireguard.Reading{At: r.At}}}
			for _, name := range []string{"a", "b", "c", "d"} {
				if random.IntN(2) == 0 {
					readings.Services.Enabled = append(readings.Services.Enabled, wireguard.ServiceEntry{Name: name})
				}
			}
			snapshot = wireguard.Join(snapshot, r, readings, wireguard.Policy{Expect: []wireguard.Expectation{{Device: "wg1", Name: "b"}}, ForgetAfter: time.Hour})
			f := wireguard.Firewall{Name: "hq", Tried: r.At, Snapshot: snapshot}
			seen := map[string]bool{}
			for _, s := range Of(&f) {
				if key := fmt.Sprint(s.Name, s.Labels); seen[key] {
					t.Fatalf("twice: %s", key)
				} else {
					seen[key] = true
				}
				if !slices.Contains(known, s.Name) || !slices.IsSortedFunc(s.Labels, func(a, b Label) int { return strings.Compare(a.Name, b.Name) }) {
					t.Fatalf("name unknown, or labels not in order: %s %v", s.Name, s.Labels)
				}
			}
		}
	}
}
