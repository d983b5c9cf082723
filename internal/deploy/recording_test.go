package deploy

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/metrics"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
)

// mustDecode reads YAML, and fails for a key that the target does not have.
func mustDecode(tb testing.TB, name string, into any) {
	tb.Helper()
	d := yaml.NewDecoder(bytes.NewReader([]byte(mustRead(tb, name))))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
}

// There is one rule for each series that the data source knows; it asks for that
// series, drops what is not a number, and records under the same name.
func TestRecordingRules(t *testing.T) {
	groups, err := grafanahost.LoadRules(filepath.Join(root, "deploy/lgtm/provisioning/alerting/opnsense-wireguard-recording.yaml"))
	if err != nil || len(groups) != 1 {
		t.Fatalf("%d groups, %v", len(groups), err)
	}
	var source struct {
		Datasources []struct{ UID, Type, URL string }
	}
	mustLoad(t, "deploy/lgtm/provisioning/datasources/mimir.yaml", &source)
	if len(source.Datasources) != 1 || source.Datasources[0].Type != "prometheus" || !strings.HasSuffix(source.Datasources[0].URL, "/prometheus") {
		t.Fatalf("Grafana does not write into %v", source.Datasources)
	}
	var wanted []string
	for _, f := range metrics.Families() {
		wanted = append(wanted, f.Name)
	}
	uids := map[string]bool{}
	rules := groups[0].Rules
	if len(rules) != len(wanted) {
		t.Fatalf("%d rules for %d series", len(rules), len(wanted))
	}
	for i, r := range rules {
		t.Run(wanted[i], func(t *testing.T) {
			if r.Title != wanted[i] || r.Record.Metric != wanted[i] || r.Record.From != "B" || r.Record.Target != source.Datasources[0].UID {
				t.Errorf("rule %q records %+v", r.Title, r.Record)
			}
			if uids[r.UID] || len(r.UID) > 40 || r.UID == "" {
				t.Errorf("the uid %q is taken, or not from 1 to 40 characters long", r.UID)
			}
			uids[r.UID] = true
			if len(r.Data) != 2 {
				t.Fatalf("%d steps", len(r.Data))
			}
			ask, drop := r.Data[0], r.Data[1]
			raw, err := json.Marshal(ask.Model)
			if err != nil {
				t.Fatal(err)
			}
			q, err := query.Parse(raw, "")
			if err != nil || q.Type != query.PromQL || q.Format != query.Numeric || q.Expr != wanted[i] {
				t.Errorf("asks %s (%v)", q, err)
			}
			if ask.RefID != "A" || ask.DatasourceUID != "opnsense-wireguard" || ask.RelativeTimeRange.From <= ask.RelativeTimeRange.To {
				t.Errorf("asks %+v", ask)
			}
			settings, _ := drop.Model["settings"].(map[string]any)
			if drop.RefID != "B" || !drop.Expression() || drop.Model["type"] != "reduce" || drop.Model["expression"] != "A" || settings["mode"] != "dropNN" {
				t.Errorf("a null would fail the rule: %+v", drop)
			}
		})
	}
}

// mustLoad reads what it wants of a YAML file.
func mustLoad(tb testing.TB, name string, into any) {
	tb.Helper()
	if err := yaml.Unmarshal([]byte(mustRead(tb, name)), into); err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
}
