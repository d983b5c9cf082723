package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/collector"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// health is what Save & test tells of one firewall.
type health struct {
	Name       string   `json:"name"`
	OK         bool     `json:"ok"`
	Message    string   `json:"message"`              // one line, for people
	LatencyMS  int64    `json:"latencyMs,omitempty"`  // of service/show
	Interfaces int      `json:"interfaces,omitempty"` // seen or expected
	Peers      int      `json:"peers,omitempty"`
	Lost       []string `json:"lost,omitempty"` // what cannot be told, and the privilege that would
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
	for _, f := range in.ask(ctx, nil) {
		h := checkFirewall(&f, in.now())
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

func checkFirewall(f *wireguard.Firewall, now time.Time) health {
	h := health{Name: f.Name, OK: f.Known()}
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
	h.Interfaces, h.Peers = len(f.Snapshot.Interfaces), len(f.Snapshot.Peers)
	h.Message = fmt.Sprintf("%s: read in %d ms, %s, %s",
		f.Name, h.LatencyMS, count(h.Interfaces, "interface"), count(h.Peers, "peer"))
	if f.VIPErr != nil {
		h.Lost = append(h.Lost, "a CARP standby node cannot be told from a tunnel that is down: "+f.VIPErr.Error())
	}
	return h
}

func (h health) lines() []string {
	out := []string{h.Message}
	for _, lost := range h.Lost {
		out = append(out, "  "+lost)
	}
	if h.OK && h.Lost == nil {
		out = append(out, "  privileges: WireGuard status and virtual IPs can be read; nothing is lost")
	}
	return out
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
