package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// oddName is what a peer may be called.
const oddName = "quo\"ted \\ <b>日本</b>\ntwo \x00\x01 {lines=\"1\"} #"

// The plugin's answer is what Prometheus' own linter wants.
func TestMetricsPassPromtool(t *testing.T) {
	mustHave(t, "promtool")
	lab := mustDemoLab(t)
	lab.Firewall("hq").Instance("wg0").Peer("alice-laptop").Rename(oddName)
	lab.Firewall("branch").Refuse()
	answer, err := mustProvision(t, mustStart(t), lab).Get(testContext(t), "metrics")
	if err != nil || answer.Status != http.StatusOK {
		t.Fatalf("%v %v", answer, err)
	}
	if n := bytes.Count(answer.Body, []byte("\n# TYPE ")); n < 6 {
		t.Errorf("%d families in\n%s", n, answer.Body)
	}
	if said := promtool(t, string(answer.Body), "check", "metrics"); said != "" {
		t.Errorf("%s\n%s", said, answer.Body)
	}
}

// A real Prometheus, configured as the documentation says, scrapes the plugin as
// often as it likes without costing the firewalls a call, and it and a real
// Alertmanager raise and resolve the alert for a tunnel that is down.
func TestPrometheusRaisesAndResolves(t *testing.T) {
	mustHave(t, "prometheus", "promtool", "prometheus-alertmanager")
	lab := mustDemoLab(t)
	hq, branch := lab.Firewall("hq"), lab.Firewall("branch")
	hq.Instance("wg0").Peer("alice-laptop").Rename(oddName)
	d := mustProvision(t, mustStart(t), lab)
	d.json["pollInterval"] = "2m" // no poll but those that the test wants
	d.pollNow()
	host, inbox := mustScrapeHost(t, d), mustReceiver(t)
	p := prometheus{mustPrometheus(t, host, mustAlertmanager(t, inbox))}

	eventually(t, "all tunnels are up", func() string { return p.differs(t, "count(opnsense_wireguard_interfaces_status == 1)", "{} 4") })
	eventually(t, "the odd name", func() string {
		return p.differs(t, `count by (peer_name) (opnsense_wireguard_peer_status{public_key="`+hq.Instance("wg0").Peer(oddName).PublicKey()+`"})`,
			"{peer_name="+oddName+"} 1")
	})

	hq.ResetRequests()
	branch.ResetRequests()
	before := host.scrapes.Load()
	eventually(t, "Prometheus scrapes", func() string {
		if n := host.scrapes.Load() - before; n < 3 {
			return fmt.Sprint(n, " scrapes")
		}
		return ""
	})
	if a, b := hq.Requests().Total, branch.Requests().Total; a+b > 0 {
		t.Errorf("scrapes cost %d and %d calls", a, b)
	}

	if err := branch.Instance("wg1").SetDown(); err != nil {
		t.Fatal(err)
	}
	host.pollNow()
	eventually(t, "the alert fires", func() string { return inbox.lacks("firing") })
	if err := branch.Instance("wg1").SetUp(); err != nil {
		t.Fatal(err)
	}
	host.pollNow()
	eventually(t, "the alert resolves", func() string { return inbox.lacks("resolved") })
	for _, a := range inbox.all() {
		if diff := cmp.Diff(tunnelDown(a.Status), a); diff != "" {
			t.Errorf("notified (-want +got):\n%s", diff)
		}
	}

	// A firewall that does not answer ends its series, and nothing else.
	hq.Refuse()
	host.pollNow()
	eventually(t, "hq is gone", func() string {
		return p.differs(t, `count by (opnsense_instance) (opnsense_wireguard_interfaces_status)`, "{opnsense_instance=branch} 2") +
			p.differs(t, `{__name__=~"opnsense_.*", opnsense_instance="hq"}`, "{opnsense_instance=hq} 0")
	})
	if n := host.denied.Load(); n > 0 {
		t.Errorf("%d scrapes without the token", n)
	}
}

// tunnelDown is what the rule must say of branch's wg1.
func tunnelDown(status string) notified {
	runbook := "https://srerun.github.io/prometheus-alerts/runbooks/opnsense/opnsensewireguardinterfacedown/"
	return notified{
		Status: status,
		Labels: map[string]string{
			"alertname": "OPNsenseWireGuardInterfaceDown", "severity": "critical", "opnsense_instance": "branch",
			"device": "wg1", "device_name": "backup-link", "device_type": "interface",
			"instance": "grafana", "job": "opnsense-wireguard",
		},
		Annotations: map[string]string{
			"summary": "OPNsense WireGuard interface down (instance branch)",
			"description": "WireGuard interface backup-link is down\n  VALUE = 0\n  LABELS = map[__name__:opnsense_wireguard_interfaces_status " +
				"device:wg1 device_name:backup-link device_type:interface instance:grafana job:opnsense-wireguard opnsense_instance:branch]",
			"runbook": runbook, "runbook_url": runbook,
		},
	}
}

func (r *receiver) lacks(status string) string {
	all := r.all()
	if slices.ContainsFunc(all, func(a notified) bool { return a.Status == status }) {
		return ""
	}
	return fmt.Sprintf("notified: %v", all)
}

func mustAlertmanager(tb testing.TB, inbox *receiver) (address string) {
	tb.Helper()
	dir := tb.TempDir()
	config := filepath.Join(dir, "alertmanager.yml")
	mustWriteYAML(tb, config, map[string]any{
		"route": map[string]any{
			"receiver": "test", "group_by": []string{"alertname", "opnsense_instance"},
			"group_wait": "0s", "group_interval": "1s", "repeat_interval": "1h",
		},
		"receivers": []any{map[string]any{"name": "test", "webhook_configs": []any{map[string]any{"url": inbox.URL}}}},
	})
	return mustServe(tb, "prometheus-alertmanager", "--config.file="+config, "--storage.path="+filepath.Join(dir, "data"), "--cluster.listen-address=")
}

// mustPrometheus starts Prometheus with the scrape configuration that the
// documentation gives and the rule that is shipped, both only quicker.
func mustPrometheus(tb testing.TB, host *scrapeHost, alertmanager string) (address string) {
	tb.Helper()
	dir := tb.TempDir()
	token, config := filepath.Join(dir, "token"), filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(token, []byte(host.token+"\n"), 0o600); err != nil {
		tb.Fatal(err)
	}
	job := mustDocumentedJob(tb)
	job["scheme"], job["scrape_interval"], job["scrape_timeout"] = "http", "1s", "1s"
	job["authorization"] = map[string]any{"credentials_file": token}
	job["static_configs"] = []any{map[string]any{"targets": []string{host.Listener.Addr().String()}, "labels": map[string]any{"instance": "grafana"}}}
	mustWriteYAML(tb, filepath.Join(dir, "rules.yml"), map[string]any{"groups": []any{map[string]any{
		"name": "test", "rules": []any{mustShippedRule(tb, "OPNsenseWireGuardInterfaceDown", "2s")},
	}}})
	mustWriteYAML(tb, config, map[string]any{
		"global":         map[string]any{"evaluation_interval": "1s"},
		"rule_files":     []string{"rules.yml"},
		"scrape_configs": []any{job},
		"alerting":       map[string]any{"alertmanagers": []any{map[string]any{"static_configs": []any{map[string]any{"targets": []string{alertmanager}}}}}},
	})
	return mustServe(tb, "prometheus", "--config.file="+config, "--storage.tsdb.path="+filepath.Join(dir, "data"))
}

// mustDocumentedJob is the scrape configuration of docs/metrics.md.
func mustDocumentedJob(tb testing.TB) map[string]any {
	tb.Helper()
	raw, err := os.ReadFile(filepath.Join(root, "docs/metrics.md"))
	if err != nil {
		tb.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(raw), "```yaml\n")
	example, _, found := strings.Cut(rest, "```")
	path := filepath.Join(tb.TempDir(), "prometheus.yml")
	if err := os.WriteFile(path, []byte(example), 0o600); err != nil || !found {
		tb.Fatalf("no example in docs/metrics.md, or %v", err)
	}
	if said := promtool(tb, "", "check", "config", "--syntax-only", path); !strings.Contains(said, "SUCCESS") {
		tb.Fatal(said)
	}
	var config struct {
		Jobs []map[string]any `yaml:"scrape_configs"`
	}
	if err := yaml.Unmarshal([]byte(example), &config); err != nil || len(config.Jobs) != 1 {
		tb.Fatalf("%d jobs, %v", len(config.Jobs), err)
	}
	return config.Jobs[0]
}

// mustShippedRule is a rule of deploy/prometheus, firing after another time.
func mustShippedRule(tb testing.TB, alert, after string) map[string]any {
	tb.Helper()
	var file struct {
		Groups []struct{ Rules []map[string]any }
	}
	raw, err := os.ReadFile(filepath.Join(root, "deploy/prometheus/opnsense-wireguard.rules.yml"))
	if err == nil {
		err = yaml.Unmarshal(raw, &file)
	}
	if err != nil {
		tb.Fatal(err)
	}
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			if r["alert"] == alert {
				r["for"] = after
				return r
			}
		}
	}
	tb.Fatalf("no rule %s is shipped", alert)
	return nil
}

func mustWriteYAML(tb testing.TB, path string, content any) {
	tb.Helper()
	raw, err := yaml.Marshal(content)
	if err == nil {
		err = os.WriteFile(path, raw, 0o600)
	}
	if err != nil {
		tb.Fatal(err)
	}
}

// prometheus is a running one.
type prometheus struct{ address string }

// differs asks Prometheus and compares: "{label=value,…} value", in order.
func (p prometheus) differs(tb testing.TB, expression, want string) string {
	tb.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+p.address+"/api/v1/query?query="+url.QueryEscape(expression), nil)
	if err != nil {
		tb.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	var answer struct {
		Error string
		Data  struct {
			Result []struct {
				Metric map[string]string
				Value  [2]any
			}
		}
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return err.Error()
	}
	var rows []string
	for _, r := range answer.Data.Result {
		var labels []string
		for name, value := range r.Metric {
			if name != "__name__" && name != "instance" && name != "job" {
				labels = append(labels, name+"="+value)
			}
		}
		slices.Sort(labels)
		rows = append(rows, fmt.Sprintf("{%s} %v", strings.Join(labels, ","), r.Value[1]))
	}
	slices.Sort(rows)
	if got := answer.Error + strings.Join(rows, ", "); got != want {
		return fmt.Sprintf("%s is %s, want %s", expression, got, want)
	}
	return ""
}
