package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

const prometheusDir = root + "/deploy/prometheus"

// turnOn is what the rule file tells its readers to do to its paused rules.
var turnOn = regexp.MustCompile(`(?m)^#  `)

// mustRulesTurnedOn is the rule file for Prometheus with all of its rules.
func mustRulesTurnedOn(tb testing.TB) []byte {
	tb.Helper()
	raw, err := os.ReadFile(filepath.Join(prometheusDir, "opnsense-wireguard.rules.yml"))
	if err != nil {
		tb.Fatal(err)
	}
	return turnOn.ReplaceAll(raw, []byte("  "))
}

// Prometheus takes the rules, those that are paused too, and does with them what
// the tests beside them say.
func TestPrometheusRules(t *testing.T) {
	mustHave(t, "promtool")
	all := t.TempDir()
	for _, name := range []string{"opnsense-wireguard.rules.yml", "opnsense-wireguard.test.yml", "opnsense-wireguard-paused.test.yml"} {
		raw, err := os.ReadFile(filepath.Join(prometheusDir, name))
		if err != nil {
			t.Fatal(err)
		}
		if name == "opnsense-wireguard.rules.yml" {
			raw = mustRulesTurnedOn(t)
		}
		if err := os.WriteFile(filepath.Join(all, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name, dir string
		args      []string
	}{
		{"check", prometheusDir, []string{"check", "rules", "--lint=all", "--lint-fatal", "opnsense-wireguard.rules.yml"}},
		{"check all turned on", all, []string{"check", "rules", "--lint=all", "--lint-fatal", "opnsense-wireguard.rules.yml"}},
		{"test", prometheusDir, []string{"test", "rules", "opnsense-wireguard.test.yml"}},
		{"test all turned on", all, []string{"test", "rules", "opnsense-wireguard.test.yml"}},
		{"test those that are paused", all, []string{"test", "rules", "opnsense-wireguard-paused.test.yml"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd := exec.CommandContext(testContext(t), "promtool", tt.args...)
			cmd.Dir = tt.dir
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("promtool %v: %v\n%s", tt.args, err, out)
			}
		})
	}
}

// Grafana's rules and those for Prometheus have the same names, severities,
// texts and patience, and the same ones are paused.
func TestSameRulesForPrometheus(t *testing.T) {
	type promRule struct {
		Alert, Expr, For    string
		Labels, Annotations map[string]string
	}
	read := func(raw []byte) map[string]promRule {
		var file struct {
			Groups []struct {
				Interval string
				Rules    []promRule
			}
		}
		if err := yaml.Unmarshal(raw, &file); err != nil {
			t.Fatal(err)
		}
		out := map[string]promRule{}
		for _, g := range file.Groups {
			if g.Interval != mustRuleGroup(t).Interval {
				t.Errorf("a group runs every %s", g.Interval)
			}
			for _, r := range g.Rules {
				out[r.Alert] = r
			}
		}
		return out
	}
	raw, err := os.ReadFile(filepath.Join(prometheusDir, "opnsense-wireguard.rules.yml"))
	if err != nil {
		t.Fatal(err)
	}
	on, all := read(raw), read(mustRulesTurnedOn(t))
	const ifUp = " and on (opnsense_instance, device) opnsense_wireguard_interfaces_status == 1"
	expressions := map[string]string{
		"OPNsenseWireGuardInterfaceDown":      "opnsense_wireguard_interfaces_status == 0",
		"OPNsenseFirewallUnreachable":         "opnsense_up == 0 or absent(opnsense_up)",
		"OPNsenseWireGuardSiteDown":           "opnsense_wireguard_peer_site_down == 1",
		"OPNsenseWireGuardBothNodesUp":        "opnsense_wireguard_interfaces_both_nodes_up == 1",
		"OPNsenseWireGuardPeerOffline":        "opnsense_wireguard_peer_status == 0" + ifUp,
		"OPNsenseWireGuardPeerStaleHandshake": "time() - opnsense_wireguard_peer_last_handshake_seconds > 300" + ifUp,
		"OPNsenseWireGuardNoReturnTraffic":    "opnsense_wireguard_peer_no_return_traffic == 1" + ifUp,
	}
	for _, r := range mustRuleGroup(t).Rules {
		want := promRule{r.Title, expressions[r.Title], r.For, r.Labels, r.Annotations}
		if diff := cmp.Diff(want, all[r.Title]); diff != "" {
			t.Errorf("%s:\n%s", r.Title, diff)
		}
		if _, is := on[r.Title]; is == r.IsPaused {
			t.Errorf("%s is on in one of Grafana and Prometheus only", r.Title)
		}
	}
	if len(all) != len(shipped) {
		t.Errorf("%d rules for Prometheus, %d for Grafana", len(all), len(shipped))
	}
}
