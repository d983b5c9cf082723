package grafanahost

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// The same channels as in src/live.test.ts and the plugin's own tests.
func TestChannel(t *testing.T) {
	type model = map[string]any
	to := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	series := model{
		"refId": "A", "live": true, "queryType": "peers", "format": "time_series", "metric": "rx_rate",
		"filter": model{"firewalls": []string{"hq"}, "peers": []string{"Zürich → 東京 🔑"}},
	}
	const (
		table      = `{"query":{"queryType":"interfaces","format":"table"},"intervalMs":5000,"rangeMs":0}`
		tablePath  = "live/c97bdc3db8821678"
		seriesData = `{"query":{"queryType":"peers","format":"time_series","metric":"rx_rate","filter":{"firewalls":["hq"],` +
			`"peers":["Zürich → 東京 🔑"]}},"intervalMs":30000,"rangeMs":3600000}`
		seriesPath = "live/a4054b6752177954"
	)
	for _, tt := range []struct {
		name, settings string
		model          model
		interval, span time.Duration
		data, path     string
	}{
		{"switched off", `{"liveMinInterval":"0s"}`, model{}, 0, 0, "", ""},
		{"no duration", `{"pollInterval":"soon"}`, model{}, 0, 0, "", ""},
		{"faster than the floor", `{}`, model{"queryType": "interfaces", "format": "table"}, time.Second, time.Hour, table, tablePath},
		{"slower than the polls", `{"pollInterval":"5s","liveMinInterval":"1s"}`, model{"queryType": "interfaces", "format": "table"}, time.Minute, 0, table, tablePath},
		{"parts of a second", `{}`, model{"queryType": "interfaces", "format": "table"}, 4001 * time.Millisecond, 0, table, tablePath},
		{"time series, parts of a minute", `{}`, series, 30 * time.Second, 59*time.Minute + time.Millisecond, seriesData, seriesPath},
		{"signs of HTML", `{}`, model{"queryType": "peers", "format": "table", "filter": model{"peers": []string{"<&>"}}}, 0, 0,
			`{"query":{"queryType":"peers","format":"table","filter":{"peers":["<&>"]}},"intervalMs":5000,"rangeMs":0}`, "live/136fba1ff8f900ee"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := &DataSource{settings: backend.DataSourceInstanceSettings{JSONData: json.RawMessage(tt.settings)}}
			got, err := d.Channel(tt.model, Panel{From: to.Add(-tt.span), To: to, Interval: tt.interval})
			if (err != nil) != (tt.path == "") || string(got.Data) != tt.data || got.Path != tt.path {
				t.Errorf("\n got %s %s, %v\nwant %s %s", got.Path, got.Data, err, tt.path, tt.data)
			}
		})
	}
}
