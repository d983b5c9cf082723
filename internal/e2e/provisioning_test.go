package e2e

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
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

// Every query of every provisioned dashboard answers with rows.
func TestProvisionedDashboards(t *testing.T) {
	d := mustProvision(t, mustStart(t), mustDemoLab(t))
	for _, path := range mustGlob(t, "dashboards/*.json") {
		uid, queries, err := grafanahost.LoadDashboard(path)
		if err != nil || uid == "" || len(queries) == 0 {
			t.Fatalf("%s: uid %q, %d queries, %v", path, uid, len(queries), err)
		}
		for _, q := range queries {
			answer, err := d.Query(testContext(t), grafanahost.WithAllVariables(q.Model))
			if err != nil || answer.Error != nil {
				t.Errorf("%s, panel %q: %v %v", path, q.Panel, err, answer.Error)
				continue
			}
			if len(answer.Frames) != 1 || answer.Frames[0].Rows() == 0 {
				t.Errorf("%s, panel %q: empty answer", path, q.Panel)
			}
			if n := answer.Frames[0].Meta.Notices; len(n) > 0 {
				t.Errorf("%s, panel %q: %s", path, q.Panel, n[0].Text)
			}
		}
	}
}

// What a panel picks out by its title is a column that its query returns.
func TestDashboardColumnsExist(t *testing.T) {
	d := mustProvision(t, mustStart(t), mustDemoLab(t))
	for _, path := range mustGlob(t, "dashboards/*.json") {
		var dashboard struct {
			Panels []struct {
				ID          int
				Title       string
				Targets     []map[string]any
				FieldConfig struct {
					Overrides []struct {
						Matcher struct{ ID, Options string }
					}
				}
				Transformations []struct {
					ID      string
					Options struct {
						IndexByName   map[string]int
						ExcludeByName map[string]bool
					}
				}
			}
		}
		raw, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(raw, &dashboard)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range dashboard.Panels {
			if len(p.Targets) == 0 {
				continue
			}
			answer, err := d.Query(testContext(t), grafanahost.WithAllVariables(p.Targets[0]))
			if err != nil || answer.Error != nil {
				t.Fatalf("panel %q: %v %v", p.Title, err, answer.Error)
			}
			titles := map[string]bool{}
			for _, f := range answer.Frames[0].Fields {
				titles[f.Config.DisplayName] = true
			}
			var named []string
			for _, o := range p.FieldConfig.Overrides {
				if o.Matcher.ID == "byName" {
					named = append(named, o.Matcher.Options)
				}
			}
			for _, x := range p.Transformations {
				named = slices.AppendSeq(named, maps.Keys(x.Options.IndexByName))
				named = slices.AppendSeq(named, maps.Keys(x.Options.ExcludeByName))
			}
			for _, title := range named {
				if !titles[title] {
					t.Errorf("panel %q: there is no column %q", p.Title, title)
				}
			}
		}
	}
}

// The rule says word for word what the community's Prometheus rule says.
func TestInterfaceDownRuleText(t *testing.T) {
	r := mustRule(t, interfaceDown)
	runbook := "https://srerun.github.io/prometheus-alerts/runbooks/opnsense/opnsensewireguardinterfacedown/"
	want := map[string]string{
		"summary":     "OPNsense WireGuard interface down (instance {{ $labels.opnsense_instance }})",
		"description": "WireGuard interface {{ $labels.device_name }} is down\n  VALUE = {{ $value }}\n  LABELS = {{ $labels }}",
		"runbook":     runbook,
		"runbook_url": runbook,
	}
	if diff := cmp.Diff(want, r.Annotations); diff != "" {
		t.Error(diff)
	}
	got := []any{r.Title, r.For, r.Labels["severity"], r.NoDataState, r.ExecErrState, r.MissingToResove, r.IsPaused, r.Data[1].Model["expression"]}
	wanted := []any{"OPNsenseWireGuardInterfaceDown", "2m", "critical", "KeepLast", "KeepLast", 60, false, "$A == 0"}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Error(diff)
	}
	if len(r.UID) > 40 {
		t.Errorf("uid %s has %d characters, Grafana allows 40", r.UID, len(r.UID))
	}
	for _, q := range r.Data {
		if !q.Expression() && q.RelativeTimeRange.From <= q.RelativeTimeRange.To {
			t.Errorf("query %s: Grafana refuses this time range", q.RefID)
		}
	}
}

// The panel that the rule links to exists.
func TestRuleLinksToPanel(t *testing.T) {
	r := mustRule(t, interfaceDown)
	raw, err := os.ReadFile(filepath.Join(root, "provisioning/dashboards", r.DashboardUID+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		UID    string
		Panels []struct{ ID int64 }
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	for _, p := range d.Panels {
		if p.ID == r.PanelID && d.UID == r.DashboardUID {
			return
		}
	}
	t.Errorf("dashboard %s has no panel %d", r.DashboardUID, r.PanelID)
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
