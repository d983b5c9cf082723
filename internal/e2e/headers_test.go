package e2e

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// Nothing of who looks at a panel reaches a firewall: no header, cookie or token that
// Grafana hands on with a request.
func TestHeadersOfAViewerAreNotSent(t *testing.T) {
	var mu sync.Mutex
	var sent []http.Header
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		sent = append(sent, r.Header.Clone())
		mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"total":0,"rowCount":0,"current":1,"rows":[]}`)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	host := mustStart(t)
	settings := func(uid string) backend.PluginContext {
		raw, err := json.Marshal(map[string]any{"oauthPassThru": true, "keepCookies": []string{"grafana_session"}, "firewalls": []any{
			map[string]any{"id": "a", "name": "a", "url": s.URL, "tls": map[string]any{"mode": "insecure"}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		return backend.PluginContext{
			Namespace: "default", PluginID: "opnsense-wireguard-datasource", User: &backend.User{Login: "viewer-marker", Email: "viewer-marker@example.org", Role: "Viewer"},
			DataSourceInstanceSettings: &backend.DataSourceInstanceSettings{
				ID: 1, UID: uid, Name: uid, Type: "opnsense-wireguard-datasource", JSONData: raw, Updated: time.Now(),
				DecryptedSecureJSONData: map[string]string{"a.apiKey": "key", "a.apiSecret": "secret"},
			},
		}
	}
	headers := map[string]string{
		"Authorization": "Bearer viewer-marker", "X-Id-Token": "viewer-marker", "X-Grafana-Id": "viewer-marker", "X-Grafana-User": "viewer-marker",
		"Cookie": "grafana_session=viewer-marker", "X-Real-Ip": "viewer-marker", "http_X-Anything": "viewer-marker", "http_Authorization": "Bearer viewer-marker",
		"http_X-Grafana-User": "viewer-marker", "User-Agent": "viewer-marker",
	}
	lists := map[string][]string{}
	for name, value := range headers {
		lists[name] = []string{value}
	}
	// A data source of its own for each: its first request is the one that calls.
	if _, err := host.QueryData(testContext(t), &backend.QueryDataRequest{
		PluginContext: settings("queried"), Headers: headers,
		Queries: []backend.DataQuery{{RefID: "A", JSON: []byte(`{"queryType":"firewalls"}`), Interval: time.Second, TimeRange: backend.TimeRange{From: time.Now(), To: time.Now()}}},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := host.CheckHealth(testContext(t), &backend.CheckHealthRequest{PluginContext: settings("tested"), Headers: headers}); err != nil {
		t.Fatal(err)
	}
	if _, err := host.CallResource(testContext(t), &backend.CallResourceRequest{
		PluginContext: settings("listed"), Headers: lists, Method: http.MethodGet, Path: "firewalls", URL: "firewalls",
	}); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(sent) < 6 {
		t.Errorf("only %d calls were made", len(sent))
	}
	for _, h := range sent {
		for name, values := range h {
			if strings.Contains(strings.Join(values, " "), "viewer-marker") {
				t.Errorf("a firewall was sent %s: %s", name, values)
			}
		}
		if key, secret, _ := (&http.Request{Header: h}).BasicAuth(); key != "key" || secret != "secret" {
			t.Errorf("a firewall was sent %s", h.Get("Authorization"))
		}
	}
}
