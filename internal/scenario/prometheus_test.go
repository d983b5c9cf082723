package scenario

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/prometheus/rules"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/ruler"
)

// mustRuler evaluates all rules that are shipped for Prometheus, the paused ones too.
func mustRuler(tb testing.TB, file string) *ruler.Ruler {
	tb.Helper()
	r, err := ruler.Open(tb.TempDir(), file, ruler.Options{Paused: true})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = r.Close() })
	return r
}

// prometheusFires evaluates all rules once and lists what fires, in the words of the table.
func prometheusFires(r *ruler.Ruler, at time.Time) ([]string, error) {
	r.Evaluate(at)
	var out []string
	all, _ := r.Rules()
	for _, rule := range all {
		if rule.LastError() != nil {
			return nil, fmt.Errorf("%s: %w", rule.Name(), rule.LastError())
		}
		for _, a := range rule.ActiveAlerts() {
			if a.State == rules.StateFiring {
				out = append(out, subject(rule.Name(), a.Labels.Map()))
			}
		}
	}
	slices.Sort(out)
	return out, nil
}
