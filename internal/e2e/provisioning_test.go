package e2e

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
)

const interfaceDown = "opnsense-wireguard-interface-down"

func mustRule(tb testing.TB, uid string) grafanahost.Rule {
	tb.Helper()
	for _, path := range mustGlob(tb, "alerting/*.yaml") {
		groups, err := grafanahost.LoadRules(path)
		if err != nil {
			tb.Fatal(err)
		}
		for _, g := range groups {
			for _, r := range g.Rules {
				if r.UID == uid {
					return r
				}
			}
		}
	}
	tb.Fatalf("no rule %s is provisioned", uid)
	return grafanahost.Rule{}
}

func mustGlob(tb testing.TB, pattern string) []string {
	tb.Helper()
	paths, err := filepath.Glob(filepath.Join(root, "provisioning", pattern))
	if err != nil || len(paths) == 0 {
		tb.Fatalf("%s: %d files, %v", pattern, len(paths), err)
	}
	return paths
}

const (
	theirRunbooks = "https://srerun.github.io/prometheus-alerts/runbooks/opnsense/"
	ourRunbooks   = "https://github.com/opnsense-wireguard/opnsense-wireguard-datasource/blob/main/docs/runbooks/"

	whereTunnel = "{{ $labels.opnsense_instance }} / {{ $labels.device_name }} ({{ $labels.device }})"
	wherePeer   = whereTunnel + " / {{ $labels.peer_name }}"
)

// shipped are the rules, in their order: written down a second time, so that
// nothing about them changes by accident.
var shipped = []struct {
	uid, title, query, condition string
	wait, severity               string
	noData, execErr              string
	missing                      int
	paused                       bool
	panel                        int64
	annotations                  map[string]string
}{
	{
		"opnsense-wireguard-interface-down", "OPNsenseWireGuardInterfaceDown", "interfaces numeric status", "$A == 0",
		"2m", "critical", "KeepLast", "KeepLast", 60, false, 21,
		// Word for word what the community's Prometheus rule says.
		map[string]string{
			"summary":     "OPNsense WireGuard interface down (instance {{ $labels.opnsense_instance }})",
			"description": "WireGuard interface {{ $labels.device_name }} is down\n  VALUE = {{ $value }}\n  LABELS = {{ $labels }}",
			"runbook":     theirRunbooks + "opnsensewireguardinterfacedown/",
			"runbook_url": theirRunbooks + "opnsensewireguardinterfacedown/",
		},
	},
	{
		"opnsense-wireguard-firewall-unreachable", "OPNsenseFirewallUnreachable", "firewalls numeric up", "$A == 0",
		"3m", "critical", "Alerting", "Alerting", 60, false, 11,
		map[string]string{
			"summary":     `OPNsense firewall unreachable (instance {{ or $labels.opnsense_instance "all" }})`,
			"description": `The WireGuard status cannot be read from {{ or $labels.opnsense_instance "any firewall" }}` + "\n  VALUE = {{ $value }}\n  LABELS = {{ $labels }}",
			"where":       `{{ or $labels.opnsense_instance "all firewalls" }}`,
			"runbook":     theirRunbooks + "opnsenseexporterdown/",
			"runbook_url": ourRunbooks + "opnsensefirewallunreachable.md",
		},
	},
	{
		"opnsense-wireguard-site-down", "OPNsenseWireGuardSiteDown", "peers numeric site_down", "$A == 1",
		"2m", "critical", "KeepLast", "KeepLast", 0, false, 31,
		map[string]string{
			"summary":     "OPNsense WireGuard site down (instance {{ $labels.opnsense_instance }})",
			"description": "Site {{ $labels.peer_name }} does not answer, though WireGuard interface {{ $labels.device_name }} is up",
			"where":       wherePeer,
			"runbook_url": ourRunbooks + "opnsensewireguardsitedown.md",
		},
	},
	{
		"opnsense-wireguard-both-nodes-up", "OPNsenseWireGuardBothNodesUp", "interfaces numeric both_nodes_up", "$A == 1",
		"5m", "warning", "KeepLast", "KeepLast", 0, false, 21,
		map[string]string{
			"summary":     "OPNsense WireGuard interface up on both nodes (instance {{ $labels.opnsense_instance }})",
			"description": "WireGuard interface {{ $labels.device_name }} is up here and on its twin, though CARP has one of the two nodes as backup",
			"where":       whereTunnel,
			"runbook_url": ourRunbooks + "opnsensewireguardbothnodesup.md",
		},
	},
	{
		"opnsense-wireguard-peer-offline", "OPNsenseWireGuardPeerOffline", "peers numeric status interfaceUp", "$A == 0",
		"2m", "critical", "KeepLast", "KeepLast", 0, true, 32,
		map[string]string{
			"summary":     "OPNsense WireGuard peer offline (instance {{ $labels.opnsense_instance }})",
			"description": "WireGuard peer {{ $labels.peer_name }} is offline\n  VALUE = {{ $value }}\n  LABELS = {{ $labels }}",
			"runbook":     theirRunbooks + "opnsensewireguardpeeroffline/",
			"runbook_url": theirRunbooks + "opnsensewireguardpeeroffline/",
		},
	},
	{
		"opnsense-wireguard-peer-stale-handshake", "OPNsenseWireGuardPeerStaleHandshake", "peers numeric handshake_age interfaceUp", "$A > 300",
		"5m", "warning", "KeepLast", "KeepLast", 0, true, 32,
		map[string]string{
			"summary":     "OPNsense WireGuard peer stale handshake (instance {{ $labels.opnsense_instance }})",
			"description": "WireGuard peer {{ $labels.peer_name }} has not handshaked in > 5 minutes\n  VALUE = {{ $value }}\n  LABELS = {{ $labels }}",
			"runbook":     theirRunbooks + "opnsensewireguardpeerstalehandshake/",
			"runbook_url": theirRunbooks + "opnsensewireguardpeerstalehandshake/",
		},
	},
	{
		"opnsense-wireguard-no-return-traffic", "OPNsenseWireGuardNoReturnTraffic", "peers numeric no_return_traffic interfaceUp", "$A == 1",
		"5m", "warning", "KeepLast", "KeepLast", 0, true, 32,
		map[string]string{
			"summary":     "OPNsense WireGuard no return traffic (instance {{ $labels.opnsense_instance }})",
			"description": "WireGuard peer {{ $labels.peer_name }} shakes hands, but sends next to nothing back for what it is sent",
			"where":       wherePeer,
			"runbook_url": ourRunbooks + "opnsensewireguardnoreturntraffic.md",
		},
	},
}

func TestProvisionedRules(t *testing.T) {
	group := mustRuleGroup(t)
	if group.Name != "OPNsense WireGuard" || group.Folder != "OPNsense" || group.Interval != "1m" || group.OrgID != 1 {
		t.Errorf("group %q in %q every %s", group.Name, group.Folder, group.Interval)
	}
	if len(group.Rules) != len(shipped) {
		t.Fatalf("%d rules, want %d", len(group.Rules), len(shipped))
	}
	for i, want := range shipped {
		r := group.Rules[i]
		t.Run(want.title, func(t *testing.T) {
			got := []any{r.UID, r.Title, r.For, r.Labels, r.NoDataState, r.ExecErrState, r.MissingToResove, r.IsPaused, r.DashboardUID, r.PanelID, r.Annotations}
			wanted := []any{want.uid, want.title, want.wait, map[string]string{"severity": want.severity}, want.noData, want.execErr,
				want.missing, want.paused, "opnsense-wireguard-overview", want.panel, want.annotations}
			if diff := cmp.Diff(wanted, got); diff != "" {
				t.Error(diff)
			}
			if len(r.UID) > 40 {
				t.Errorf("the uid has %d characters, Grafana allows 40", len(r.UID))
			}
			if len(r.Data) != 2 || r.Condition != r.Data[1].RefID || r.Data[1].Model["expression"] != want.condition {
				t.Fatalf("condition %s of %v", r.Condition, r.Data)
			}
			ask := r.Data[0]
			if ask.RelativeTimeRange.From <= ask.RelativeTimeRange.To {
				t.Error("Grafana refuses this time range")
			}
			raw, err := json.Marshal(ask.Model)
			if err != nil {
				t.Fatal(err)
			}
			if q, err := query.Parse(raw, ""); err != nil || q.String() != want.query {
				t.Errorf("asks %s (%v), want %s", q, err, want.query)
			}
		})
	}
}

func mustRuleGroup(tb testing.TB) grafanahost.Group {
	tb.Helper()
	groups, err := grafanahost.LoadRules(filepath.Join(root, "provisioning/alerting/opnsense-wireguard.yaml"))
	if err != nil || len(groups) != 1 {
		tb.Fatalf("%d groups, %v", len(groups), err)
	}
	return groups[0]
}

// The built plugin answers every rule's query with numbers that alerting reads,
// and none of them fires while all is well.
func TestProvisionedRulesAnswer(t *testing.T) {
	d := mustProvision(t, mustStart(t), mustDemoLab(t))
	mustShakeHands(t, d)
	labels := map[any][]string{
		"firewalls":  {"opnsense_instance"},
		"interfaces": {"device", "device_name", "device_type", "opnsense_instance"},
		"peers":      {"device", "device_name", "device_type", "opnsense_instance", "peer_name", "public_key", "site"},
	}
	for _, r := range mustRuleGroup(t).Rules {
		t.Run(r.Title, func(t *testing.T) {
			values, condition, err := r.Evaluate(testContext(t), d.DataSource)
			if err != nil {
				t.Fatal(err)
			}
			if len(condition) == 0 || len(condition) != len(values["A"]) {
				t.Fatalf("%d numbers, %d conditions", len(values["A"]), len(condition))
			}
			for _, n := range condition {
				if got := slices.Sorted(maps.Keys(n.Labels)); !slices.Equal(got, labels[r.Data[0].Model["queryType"]]) {
					t.Errorf("labels %v", got)
				}
				// A peer of the demo is switched off for good: one reason why that rule is paused.
				if fires, _ := n.Fires(); fires && r.Title != "OPNsenseWireGuardPeerOffline" {
					t.Errorf("fires for %s", n.Key())
				}
			}
		})
	}
}

// docs/alerts.md tells every text of every rule.
func TestRuleTextsAreInTheDocs(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join(root, "docs/alerts.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range mustRuleGroup(t).Rules {
		_, section, _ := strings.Cut(string(doc), "\n### "+r.Title+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		section, _, _ = strings.Cut(section, "\n### ")
		for name, text := range r.Annotations {
			if name == "runbook_url" {
				_, file, _ := strings.Cut(text, "/docs/")
				text = file // linked, where it is ours
			}
			for line := range strings.Lines(text) {
				if !strings.Contains(section, strings.TrimSpace(line)) {
					t.Errorf("%s: %s %q is not told", r.Title, name, line)
				}
			}
		}
	}
}

// mustShakeHands waits until every peer that calls has been seen.
func mustShakeHands(tb testing.TB, d *saved) {
	tb.Helper()
	ask := map[string]any{"refId": "A", "queryType": "interfaces", "format": "numeric", "metric": "peers_online"}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		answer, err := d.Query(testContext(tb), ask)
		if err != nil || answer.Error != nil {
			tb.Fatal(err, answer.Error)
		}
		numbers, err := grafanahost.ReadNumbers(answer.Frames)
		if err != nil {
			tb.Fatal(err)
		}
		if !slices.ContainsFunc(numbers, func(n grafanahost.Number) bool { return n.Value == nil || *n.Value == 0 }) {
			return
		}
		if time.Now().After(deadline) {
			tb.Fatal("no handshakes on some interface")
		}
		d.pollNow()
	}
}

// What the rules link to exists: the panel, which asks for the same rows, and
// our runbooks.
func TestRuleLinks(t *testing.T) {
	boards := mustDashboards(t)
	for _, r := range mustRuleGroup(t).Rules {
		found := false
		for i := range boards {
			for _, p := range boards[i].panels() {
				if boards[i].UID == r.DashboardUID && int64(p.ID) == r.PanelID {
					found = p.Targets[0]["queryType"] == r.Data[0].Model["queryType"]
				}
			}
		}
		if !found {
			t.Errorf("%s: dashboard %s has no panel %d that shows %v", r.Title, r.DashboardUID, r.PanelID, r.Data[0].Model["queryType"])
		}
		// There is one for each rule, whether it is linked or not.
		runbook := strings.ToLower(r.Title) + ".md"
		text, err := os.ReadFile(filepath.Join(root, "docs/runbooks", runbook))
		if err != nil {
			t.Error(err)
		}
		for _, heading := range []string{"# " + r.Title, "## Meaning", "## Impact", "## Diagnosis", "## Mitigation"} {
			if !slices.Contains(strings.Split(string(text), "\n"), heading) {
				t.Errorf("%s has no %q", runbook, heading)
			}
		}
		if url, ours := strings.CutPrefix(r.Annotations["runbook_url"], ourRunbooks); ours && url != runbook {
			t.Errorf("%s links to %s", r.Title, url)
		}
	}
}

// states evaluates the rule once: firewall/device and what Grafana makes of it.
func states(tb testing.TB, r grafanahost.Rule, d *grafanahost.DataSource) string {
	tb.Helper()
	_, condition, err := r.Evaluate(testContext(tb), d)
	if err != nil {
		return "error: " + err.Error()
	}
	var out []string
	for _, n := range condition {
		state := "normal"
		if fires, known := n.Fires(); !known {
			state = "keeps"
		} else if fires {
			state = "alerting"
		}
		out = append(out, n.Labels["opnsense_instance"]+"/"+n.Labels["device"]+" "+state)
	}
	return strings.Join(out, ", ")
}

// The rule fires for what is down or gone, keeps its state where a firewall does
// not answer, and is normal otherwise.
func TestInterfaceDownRule(t *testing.T) {
	lab := mustDemoLab(t)
	hq, branch := lab.Firewall("hq"), lab.Firewall("branch")
	d := mustProvision(t, mustStart(t), lab)
	r := mustRule(t, interfaceDown)
	for _, tt := range []struct {
		name string
		do   func() error
		want string
	}{
		{"all up", func() error { return nil }, "hq/wg0 normal, hq/wg1 normal, branch/wg0 normal, branch/wg1 normal"},
		{"set down by hand", branch.Instance("wg1").SetDown, "hq/wg0 normal, hq/wg1 normal, branch/wg0 normal, branch/wg1 alerting"},
		{"stopped", func() error { hq.Instance("wg1").Stop(); return nil }, "hq/wg0 normal, hq/wg1 alerting, branch/wg0 normal, branch/wg1 alerting"},
		{"back up", branch.Instance("wg1").SetUp, "hq/wg0 normal, hq/wg1 alerting, branch/wg0 normal, branch/wg1 normal"},
		{"started", hq.Instance("wg1").Start, "hq/wg0 normal, hq/wg1 normal, branch/wg0 normal, branch/wg1 normal"},
		{"standby", func() error { return hq.SetCARP(1, "BACKUP") }, "hq/wg0 normal, hq/wg1 normal, branch/wg0 normal, branch/wg1 normal"},
		{"master again", func() error { return hq.SetCARP(1, "MASTER") }, "hq/wg0 normal, hq/wg1 normal, branch/wg0 normal, branch/wg1 normal"},
	} {
		if err := tt.do(); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		d.pollNow()
		if got := states(t, r, d.DataSource); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}
