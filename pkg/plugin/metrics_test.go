package plugin

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/metrics"
)

// mustScrape asks for a resource as a Viewer, with headers, names and values in
// turn.
func mustScrape(ctx context.Context, tb testing.TB, in *instance, method, url string, headers ...string) *backend.CallResourceResponse {
	tb.Helper()
	path, _, _ := strings.Cut(url, "?")
	req := &backend.CallResourceRequest{Method: method, Path: path, URL: url, Headers: map[string][]string{}}
	req.PluginContext.User = &backend.User{Login: "scraper", Role: "Viewer"}
	for i := 0; i < len(headers); i += 2 {
		req.SetHTTPHeader(headers[i], headers[i+1])
	}
	var got *backend.CallResourceResponse
	err := in.CallResource(ctx, req, backend.CallResourceResponseSenderFunc(func(r *backend.CallResourceResponse) error {
		if got == nil {
			got = r
		} else {
			got.Body = append(got.Body, r.Body...)
		}
		return nil
	}))
	if err != nil {
		tb.Fatal(err)
	}
	return got
}

// reachable lists the firewalls of an exposition, "a firewall 1".
func reachable(tb testing.TB, exposition []byte) string {
	tb.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(string(exposition)))
	if err != nil {
		tb.Fatalf("%v in\n%s", err, exposition)
	}
	var out []string
	for _, m := range families[metrics.Up].GetMetric() {
		out = append(out, fmt.Sprint(m.GetLabel()[0].GetValue(), " ", m.GetGauge().GetValue()))
	}
	return strings.Join(out, ", ")
}

func TestMetricsRoute(t *testing.T) {
	a, b := newFakeFirewall(t), newFakeFirewall(t)
	instead(&b.show, answer(http.StatusInternalServerError, `{}`))
	in := mustInstance(t, settingsOf(t, a.entry("a", "ca"), b.entry("b", "pin"), b.entry("c", "none")))
	for _, tt := range []struct {
		name, method, url string
		status            int
		want              string // the error, or the firewalls
	}{
		{"posted", "POST", "metrics", 405, `{"error":"only GET is allowed"}`},
		{"deleted", "DELETE", "metrics", 405, `{"error":"only GET is allowed"}`},
		{"unknown parameter", "GET", "metrics?instance=a", 400, `{"error":"unknown parameter; allowed: firewall"}`},
		{"not a query string", "GET", "metrics?firewall=%zz", 400, `{"error":"the query string cannot be read"}`},
		{"bad expression", "GET", "metrics?firewall=/(/", 400, `{"error":"query field firewall: \"/(/\" is not a regular expression: missing closing ) \"(\""}`},
		{"unknown firewall", "GET", "metrics?firewall=d", 404, `{"error":"no firewall of this data source matches the parameter firewall"}`},

		{"all", "GET", "metrics", 200, "a firewall 1, b firewall 0, c firewall 0"},
		{"no firewall named", "GET", "metrics?firewall=", 200, "a firewall 1, b firewall 0, c firewall 0"},
		{"by id", "GET", "metrics?firewall=a", 200, "a firewall 1"},
		{"by names", "GET", "metrics?firewall=a+firewall&firewall=/c.*/", 200, "a firewall 1, c firewall 0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// Whatever a scraper accepts, it gets the format that all of them read.
			r := mustScrape(context.Background(), t, in, tt.method, tt.url, "Accept", "application/openmetrics-text;version=1.0.0", "Accept-Encoding", "gzip")
			kind := strings.Join(r.Headers["Content-Type"], " ")
			got, wantKind := strings.TrimSpace(string(r.Body)), "application/json"
			if r.Status == http.StatusOK {
				got, wantKind = reachable(t, r.Body), "text/plain; version=0.0.4; charset=utf-8"
			}
			if r.Status != tt.status || got != tt.want || kind != wantKind {
				t.Errorf("%d %s: %s\nwant %d %s: %s", r.Status, kind, got, tt.status, wantKind, tt.want)
			}
		})
	}
	body := string(mustScrape(context.Background(), t, in, "GET", "metrics").Body)
	for _, line := range []string{
		"# TYPE opnsense_wireguard_peer_received_bytes_total counter",
		`opnsense_wireguard_interfaces_status{device="wg0",device_name="road-warrior",device_type="interface",opnsense_instance="a firewall"} 1`,
		`opnsense_wireguard_peer_status{device="wg1",device_name="site-to-site",device_type="peer",opnsense_instance="a firewall",` +
			`peer_name="site-b",public_key="oFJNGb4a4xy3WbwbRTHfWaAPn80HcZR7tslVpdal3xk=",site="true"} 1`,
	} {
		if !strings.Contains(body, line+"\n") {
			t.Errorf("no line %s in\n%s", line, body)
		}
	}
	if strings.Contains(body, `"b firewall"`+",peer") || strings.Contains(body, `opnsense_wireguard_poll_duration_seconds{opnsense_instance="b firewall"}`) {
		t.Errorf("something is told of a firewall that does not answer:\n%s", body)
	}
	if n := a.calls.Load(); n != 1 {
		t.Errorf("%d calls for all that, want one", n)
	}
}

// A data source that has no firewall is a failed scrape, not an empty one.
func TestMetricsWithoutFirewalls(t *testing.T) {
	in := mustInstance(t, settingsOf(t))
	r := mustScrape(context.Background(), t, in, "GET", "metrics")
	if want := `{"error":"setting firewalls: none is configured: add at least one with name, URL, API key and secret"}`; r.Status != http.StatusBadRequest ||
		strings.TrimSpace(string(r.Body)) != want {
		t.Errorf("%d %s", r.Status, r.Body)
	}
}

// One silent firewall does not cost the others their samples: the answer is in
// time, and says nothing of the one of which nothing is known yet.
func TestMetricsInTime(t *testing.T) {
	a, b := newFakeFirewall(t), newFakeFirewall(t)
	instead(&b.show, silent)
	in := mustInstance(t, settingsOf(t, a.entry("a", "ca"), b.entry("b", "pin")))
	start := time.Now()
	r := mustScrape(context.Background(), t, in, "GET", "metrics", "X-Prometheus-Scrape-Timeout-Seconds", "1.5")
	if took := time.Since(start); took > 1500*time.Millisecond || r.Status != http.StatusOK {
		t.Errorf("%d after %s", r.Status, took)
	}
	if got := reachable(t, r.Body); got != "a firewall 1" {
		t.Error(got)
	}
}

func TestScrapeContext(t *testing.T) {
	for _, tt := range []struct {
		header string
		want   time.Duration // 0: none
	}{
		{"", 0}, {"soon", 0}, {"-1", 0}, {"0", 0}, {"NaN", 0}, {"+Inf", 0}, {"1e300", 0}, {"3600", 0},
		{"0.4", 200 * time.Millisecond}, {"1", 500 * time.Millisecond}, {"10", 9500 * time.Millisecond},
	} {
		r, err := http.NewRequest(http.MethodGet, "/metrics", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Prometheus-Scrape-Timeout-Seconds", tt.header)
		ctx, cancel := scrapeContext(r)
		deadline, has := ctx.Deadline()
		if got := time.Until(deadline); has != (tt.want > 0) || (has && (got > tt.want || got < tt.want-100*time.Millisecond)) {
			t.Errorf("%q: %s, want %s", tt.header, got, tt.want)
		}
		cancel()
	}
}

// A scraper that left, or whose host did, is told so.
func TestMetricsCancelled(t *testing.T) {
	a := newFakeFirewall(t)
	instead(&a.show, silent)
	in := mustInstance(t, settingsOf(t, a.entry("a", "ca")))
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if r := mustScrape(gone, t, in, "GET", "metrics"); r.Status != 499 || strings.TrimSpace(string(r.Body)) != `{"error":"context canceled"}` {
		t.Errorf("%d %s", r.Status, r.Body)
	}
	late, cancelLate := context.WithDeadline(context.Background(), time.Unix(1, 0))
	defer cancelLate()
	if r := mustScrape(late, t, in, "GET", "metrics"); r.Status != http.StatusGatewayTimeout {
		t.Errorf("%d %s", r.Status, r.Body)
	}
}
