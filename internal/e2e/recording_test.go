package e2e

import (
	"bytes"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/expfmt"
	prommodel "github.com/prometheus/common/model"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
)

// The recording rules record what a scrape would bring: the same series with the
// same labels, and nothing for a firewall that does not answer but that it does
// not. None of their values is null, which would fail the rule.
func TestRecordingRulesRecordWhatIsScraped(t *testing.T) {
	lab := mustDemoLab(t)
	d := mustProvision(t, mustStart(t), lab)
	mustShakeHands(t, d)
	groups, err := grafanahost.LoadRules(filepath.Join(root, "deploy/lgtm/provisioning/alerting/opnsense-wireguard-recording.yaml"))
	if err != nil || len(groups) != 1 {
		t.Fatalf("%d groups, %v", len(groups), err)
	}
	for _, refused := range []bool{false, true} {
		if refused {
			lab.Firewall("branch").Refuse()
			d.pollNow()
		}
		var scraped map[string][]string
		eventually(t, "the scrape tells that branch refuses, or answers", func() string {
			scraped = mustScrape(t, d)
			if got := len(scraped["opnsense_wireguard_interfaces_status"]); (got == 2) != refused {
				return "it does not"
			}
			return ""
		})
		for _, r := range groups[0].Rules {
			answer, err := d.Query(testContext(t), r.Data[0].Model)
			if err != nil || answer.Error != nil {
				t.Fatalf("%s: %v, %v", r.Title, err, answer.Error)
			}
			numbers, err := grafanahost.ReadNumbers(answer.Frames)
			if err != nil {
				t.Fatalf("%s: %v", r.Title, err)
			}
			var recorded []string
			for _, n := range numbers {
				if n.Value == nil {
					t.Errorf("%s: null for %s", r.Title, n.Key())
				}
				recorded = append(recorded, withoutEmpty(n.Labels))
			}
			slices.Sort(recorded)
			if diff := cmp.Diff(scraped[r.Title], recorded); diff != "" {
				t.Errorf("%s, branch refuses: %t (-scraped +recorded):\n%s", r.Title, refused, diff)
			}
		}
	}
}

// mustScrape is the label sets that the metrics route tells, for each name.
func mustScrape(tb testing.TB, d *saved) map[string][]string {
	tb.Helper()
	answer, err := d.Get(testContext(tb), "metrics")
	if err != nil || answer.Status != 200 {
		tb.Fatalf("%v, %v", answer, err)
	}
	parser := expfmt.NewTextParser(prommodel.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(answer.Body))
	if err != nil {
		tb.Fatal(err)
	}
	out := map[string][]string{}
	for name, family := range families {
		for _, m := range family.GetMetric() {
			labels := data.Labels{}
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			out[name] = append(out[name], withoutEmpty(labels))
		}
		slices.Sort(out[name])
	}
	return out
}

// withoutEmpty is a label set as Prometheus stores it.
func withoutEmpty(labels data.Labels) string {
	kept := maps.Clone(labels)
	maps.DeleteFunc(kept, func(_, value string) bool { return value == "" })
	return grafanahost.Number{Labels: kept}.Key()
}
