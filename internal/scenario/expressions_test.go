package scenario

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"go.yaml.in/yaml/v3"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/ruler"
)

// deployed are all expressions that stand in deploy/prometheus, those of paused
// rules too.
func deployed(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob(root + "/deploy/prometheus/*.yml")
	if err != nil {
		tb.Fatal(err)
	}
	var out []string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, each := range v {
				walk(each)
			}
		case map[string]any:
			for name, each := range v {
				if text, ok := each.(string); ok && name == "expr" {
					out = append(out, text)
				}
				walk(each)
			}
		}
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		var all any
		if err := yaml.Unmarshal(ruler.Unpause(raw), &all); err != nil {
			tb.Fatalf("%s: %v", file, err)
		}
		walk(all)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// promQL asks an expression at a time, for numbers as alerting reads them.
func (w *world) promQL(expr string, at time.Time) []grafanahost.Number {
	w.tb.Helper()
	p := grafanahost.Panel{From: at.Add(-time.Minute), To: at, Interval: time.Second, MaxDataPoints: 43_200}
	answer, err := w.source.QueryPanel(w.ctx, map[string]any{"refId": "A", "queryType": "promql", "format": "numeric", "expr": expr}, p)
	w.must(err)
	if answer.Error != nil {
		w.tb.Fatalf("%s: %v", expr, answer.Error)
	}
	numbers, err := grafanahost.ReadNumbers(answer.Frames)
	if err != nil {
		w.tb.Fatalf("%s: %v", expr, err)
	}
	return numbers
}

// row is one series of a result, without labels that are empty, which is as if
// they were not there.
type row struct {
	labels string
	value  float64
}

func rowOf(labels data.Labels, v float64) row {
	var parts []string
	for name, value := range labels {
		if value != "" {
			parts = append(parts, name+"="+value)
		}
	}
	slices.Sort(parts)
	return row{strings.Join(parts, " "), v}
}

func byLabels(a, b row) int { return strings.Compare(a.labels, b.labels) }

// ours and theirs are a result of the plugin and of Prometheus, sorted.
func ours(numbers []grafanahost.Number) []row {
	var out []row
	for _, n := range numbers {
		v := math.NaN()
		if n.Value != nil {
			v = *n.Value
		}
		out = append(out, rowOf(n.Labels, v))
	}
	slices.SortFunc(out, byLabels)
	return out
}

func (w *world) theirs(expr string, at time.Time) []row {
	w.tb.Helper()
	v, err := w.prometheus.Query(w.ctx, expr, at)
	if err != nil {
		w.tb.Fatalf("Prometheus: %s: %v", expr, err)
	}
	var out []row
	for _, s := range v {
		labels := s.Metric.Map()
		delete(labels, "__name__") // which a numeric answer has no place for
		delete(labels, "job")      // of the scrape
		out = append(out, rowOf(labels, s.F))
	}
	slices.SortFunc(out, byLabels)
	return out
}

// compare asks both. The plugin works out what is asked for now when it is asked, a
// moment later than Prometheus.
func (w *world) compare(t *testing.T, expr string) []row {
	t.Helper()
	at := w.time()
	got, want := ours(w.promQL(expr, at)), w.theirs(expr, at)
	same := func(a, b row) bool {
		return a.labels == b.labels && (a.value == b.value || strings.Contains(expr, "time()") && math.Abs(a.value-b.value) < w.time().Sub(at).Seconds()+0.001)
	}
	if expr != "ALERTS" && !slices.EqualFunc(got, want, same) { // which Prometheus writes itself
		t.Errorf("%s\n        got %v\nPrometheus %v", expr, got, want)
	}
	return got
}

// Each expression of the rules for Prometheus gives in a PromQL query of the data
// source what it gives in Prometheus, which scrapes the metrics route.
func TestExpressionsAsInPrometheus(t *testing.T) {
	const (
		interfaceDown = `opnsense_wireguard_interfaces_status == 0`
		unreachable   = `opnsense_up == 0 or absent(opnsense_up)`
		bothUp        = `opnsense_wireguard_interfaces_both_nodes_up == 1`
		siteDown      = `opnsense_wireguard_peer_site_down == 1`
		onUp          = ` and on (opnsense_instance, device) opnsense_wireguard_interfaces_status == 1`
		offline       = `opnsense_wireguard_peer_status == 0` + onUp
		stale         = `time() - opnsense_wireguard_peer_last_handshake_seconds > 300` + onUp
		noReturn      = `opnsense_wireguard_peer_no_return_traffic == 1` + onUp
	)
	all := deployed(t)
	for _, expr := range []string{interfaceDown, unreachable, bothUp, siteDown, offline, stale, noReturn, "ALERTS"} {
		if !slices.Contains(all, expr) {
			t.Errorf("%s is not deployed", expr)
		}
	}
	for _, tt := range []struct {
		name, setup, script string
		rows                map[string]int // of the expressions that give any
	}{
		{"a firewall refuses", "single", "wait 1m; refuse hq; wait 2m", map[string]int{unreachable: 1}},
		{"a tunnel is down", "single, phone", "wait 1m; down hq/wg0; wait 2m", map[string]int{interfaceDown: 1}},
		{"a tunnel is gone", "single, phone", "wait 1m; stop hq/wg1; wait 2m", map[string]int{interfaceDown: 1, offline: 1}},
		{"a peer is stale", "single, phone", "wait 6m; cut hq/wg1/branch-office; wait 8m", map[string]int{offline: 1, stale: 2, siteDown: 2}},
		{"a tunnel is up on both nodes", "pair", "wait 5m; up b/wg1; wait 2m", map[string]int{bothUp: 2}},
		{"all is well", "single", "wait 2m", map[string]int{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, list(tt.setup, ","))
			for _, command := range list(tt.script, ";") {
				w.must(w.do(command))
			}
			for _, expr := range all {
				if got := w.compare(t, expr); len(got) != tt.rows[expr] {
					t.Errorf("%s: %d rows, want %d: %v", expr, len(got), tt.rows[expr], got)
				}
			}
			// And all else that there is. Counters go on between a scrape and a poll.
			for _, expr := range []string{`{__name__=~"opnsense_.+", __name__!~".+(bytes_total|duration_seconds)"}`, `changes({__name__=~"opnsense_.+_status"}[5m])`} {
				if got := w.compare(t, "sum by (opnsense_instance, device, device_name, device_type, peer_name, public_key, site) ("+expr+")"); len(got) == 0 {
					t.Errorf("%s gives nothing", expr)
				}
			}
		})
	}
}
