package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/collector"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// health is what Save & test tells of one firewall.
type health struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	OK         bool     `json:"ok"`
	Message    string   `json:"message"`              // one line, for people
	LatencyMS  int64    `json:"latencyMs,omitempty"`  // of service/show
	Interfaces int      `json:"interfaces,omitempty"` // seen or expected
	Peers      int      `json:"peers,omitempty"`
	Lost       []string `json:"lost,omitempty"`  // what cannot be told, and the privilege that would
	Risks      []string `json:"risks,omitempty"` // what else a thief of the key could do, and by which privilege
}

// CheckHealth tells of every firewall whether it can be read and what is lost
// with this key's privileges. One that cannot be read makes the whole an error
// that names it; the others are reported all the same.
func (in *instance) CheckHealth(ctx context.Context, _ *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	var fleet collector.Fleet
	for _, m := range in.members {
		if m.reads != nil {
			fleet = append(fleet, m.reads)
		}
	}
	fleet.Recheck()
	all := []health{}
	var bad, lines []string
	for _, err := range in.problems {
		bad = append(bad, err.Error())
	}
	for i, f := range in.ask(ctx, query.Filter{}) {
		h := checkFirewall(&in.members[i], &f, in.now())
		all = append(all, h)
		lines = append(lines, h.lines()...)
		if !h.OK {
			bad = append(bad, h.Message)
		}
	}
	details, err := json.Marshal(map[string]any{
		"verboseMessage": strings.Join(lines, "\n"),
		"firewalls":      all,
	})
	if err != nil {
		return nil, err
	}
	if len(bad) > 0 {
		return &backend.CheckHealthResult{Status: backend.HealthStatusError, Message: strings.Join(bad, "; "), JSONDetails: details}, nil
	}
	return &backend.CheckHealthResult{Status: backend.HealthStatusOk, Message: count(len(all), "firewall") + " can be read", JSONDetails: details}, nil
}

func checkFirewall(m *member, f *wireguard.Firewall, now time.Time) health {
	h := health{ID: f.ID, Name: f.Name, OK: f.Known()}
	if f.Err != nil {
		h.Message = strings.ReplaceAll(f.Err.Error(), "\n", "; ")
		if !strings.Contains(h.Message, f.Name) {
			h.Message = f.Name + ": " + h.Message
		}
		if wait := f.Next.Sub(now); wait > f.PollInterval*11/10 { // polls come a little late, at random
			h.Message += fmt.Sprintf(" (asked again in %s)", wait.Round(time.Second))
		}
		return h
	}
	h.LatencyMS = max(1, f.Latency.Milliseconds())
	for _, i := range f.Snapshot.Interfaces {
		if i.Gone.IsZero() {
			h.Interfaces++
		}
	}
	h.Peers = len(f.Snapshot.Peers)
	h.Message = fmt.Sprintf("%s: read in %d ms, %s, %s",
		f.Name, h.LatencyMS, count(h.Interfaces, "interface"), count(h.Peers, "peer"))
	h.Lost, h.Risks = lost(m, f), risks(f)
	return h
}

// lost tells what cannot be told apart with what the key may read.
func lost(m *member, f *wireguard.Firewall) []string {
	var out []string
	if f.VIPErr != nil {
		out = append(out, "a CARP standby node cannot be told from a tunnel that is down: "+f.VIPErr.Error())
	}
	if f.ConfigurationErr != nil {
		out = append(out, "what is configured cannot be told: "+f.ConfigurationErr.Error())
	}
	if f.ServicesErr != nil {
		out = append(out, "a tunnel that was switched off or removed cannot be told from one that stopped: "+f.ServicesErr.Error())
	}
	for _, name := range m.policy.ExpectPeers {
		if !slices.ContainsFunc(f.Snapshot.Peers, func(p wireguard.Peer) bool { return p.Name == name || p.PublicKey == name }) {
			out = append(out, fmt.Sprintf("expectPeers names %q, which no tunnel has: check the spelling", name))
		}
	}
	if len(m.policy.Expect) == 0 && f.Snapshot.Services.At.IsZero() && f.Snapshot.Configuration.At.IsZero() {
		out = append(out, "nothing is in expect: a tunnel that stops while Grafana restarts goes unnoticed")
	}
	return out
}

// risks tells what the privileges that the key is seen to have open beside
// reading. It is what OPNsense's access lists say, not what was tried.
func risks(f *wireguard.Firewall) []string {
	out := []string{"apply saved changes and start stopped tunnels (VPN: WireGuard: Status; before OPNsense 25.7 it is " +
		"VPN: WireGuard: Configuration, with which private keys can be read)"}
	if s := f.Snapshot; s != nil {
		if !s.VirtualIPs.At.IsZero() && !s.VirtualIPs.Forbidden {
			out = append(out, "from OPNsense 26.1.11 and 26.7 on, set CARP maintenance mode (Interfaces: Virtual IPs: Status)")
		}
		if !s.Services.At.IsZero() && !s.Services.Forbidden {
			out = append(out, "stop and restart any service (Status: Services)")
		}
		if !s.Configuration.At.IsZero() && !s.Configuration.Forbidden {
			out = append(out, "read private keys and, unless \"Deny config write\" is set, change tunnels (VPN: WireGuard: Configuration)")
		}
	}
	return out
}

func (h health) lines() []string {
	out := []string{h.Message}
	for _, lost := range h.Lost {
		out = append(out, "  "+lost)
	}
	if h.OK && h.Lost == nil {
		out = append(out, "  nothing is lost with this key's privileges")
	}
	if len(h.Risks) > 0 {
		out = append(out, "  a thief of this key could also "+strings.Join(h.Risks, "; "))
	}
	return out
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
