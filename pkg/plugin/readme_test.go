package plugin

import (
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
)

// readmeRows are the rows of the README's tables by their first cell, without marks of code.
func readmeRows(t *testing.T) map[string][]string {
	t.Helper()
	raw, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][]string{}
	for line := range strings.Lines(string(raw)) {
		if cells := strings.Split(strings.ReplaceAll(line, "`", ""), " | "); len(cells) > 2 && strings.HasPrefix(line, "| ") {
			rows[strings.TrimPrefix(cells[0], "| ")] = cells[1:]
		}
	}
	return rows
}

// The README's defaults and bounds are those of the settings.
func TestSettingsOfTheREADME(t *testing.T) {
	rows := readmeRows(t)
	for _, s := range []durationSetting{pollIntervalSetting, requestTimeoutSetting, forgetAfterSetting, retentionSetting, liveMinSetting} {
		row := rows[s.key]
		if row == nil {
			t.Errorf("the README does not have %s", s.key)
			continue
		}
		bounds := short(s.least) + " to " + short(s.most)
		if row[0] != short(s.fallback) || !strings.Contains(row[1], bounds) || strings.Contains(row[1], "0 switches") != s.orZero {
			t.Errorf("%s is %s (%s, 0 is off: %v); the README has %q", s.key, short(s.fallback), bounds, s.orZero, row)
		}
	}
	if row := rows["historyMaxBytes"]; row == nil || row[0] != fmt.Sprint(usualHistory) ||
		!strings.Contains(row[1], fmt.Sprintf("%d MiB to %d GiB", leastHistory>>20, int64(mostHistory)>>30)) {
		t.Errorf("historyMaxBytes: the README has %q", row)
	}
	s := parseSettings(backend.DataSourceInstanceSettings{JSONData: []byte(`{"firewalls":[{"id":"a","url":"https://fw"}]}`)})
	if f := s.Firewalls[0]; f.Name != "a" || f.Connection.TLS.Mode != "system" && f.Connection.TLS.Mode != "" || f.Configuration {
		t.Errorf("defaults of a firewall: %+v", f)
	}
}

// The README's table of queries has every type, with all its metrics in their order.
func TestQueriesOfTheREADME(t *testing.T) {
	rows := readmeRows(t)
	for _, q := range []query.Type{query.Interfaces, query.Peers, query.Firewalls, query.Problems, query.Events, query.PromQL} {
		var names []string
		for _, m := range query.Metrics(q) {
			names = append(names, string(m))
		}
		want := strings.Join(names, ", ")
		if want == "" {
			want = "–"
		}
		if row := rows[string(q)]; len(row) != 3 || row[1] != want {
			t.Errorf("%s: the README has %q, want the metrics %s", q, row, want)
		}
	}
	if len(rows) < 40 {
		t.Errorf("only %d rows were read: %v", len(rows), maps.Keys(rows))
	}
}
