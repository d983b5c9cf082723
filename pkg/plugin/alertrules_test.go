package plugin

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"go.yaml.in/yaml/v3"
)

func TestAlertRulesRoute(t *testing.T) {
	f := newFakeFirewall(t)
	settings := settingsOf(t, f.entry("a", "ca"))
	in := mustInstance(t, settings)
	const wrong = `{"error":"unknown format; allowed: file, api, prometheus"}`
	for _, tt := range []struct {
		name, method, url string
		status            int
		contentType       string
		body              string // its beginning
	}{
		{"unknown format", "GET", "alert-rules?format=yaml", 400, "application/json", wrong},
		{"in capitals", "GET", "alert-rules?format=API", 400, "application/json", wrong},
		{"markup", "GET", "alert-rules?format=%3Cscript%3E", 400, "application/json", wrong},
		{"twice", "GET", "alert-rules?format=api&format=file", 400, "application/json", `{"error":"the parameter format can be given only once"}`},
		{"another parameter", "GET", "alert-rules?firewall=a", 400, "application/json", `{"error":"unknown parameter; allowed: format"}`},
		{"another beside it", "GET", "alert-rules?format=api&x=", 400, "application/json", `{"error":"unknown parameter; allowed: format"}`},
		{"not a query string", "GET", "alert-rules?format=%zz", 400, "application/json", `{"error":"the query string cannot be read"}`},
		{"posted", "POST", "alert-rules", 405, "application/json", `{"error":"only GET is allowed"}`},

		{"no format", "GET", "alert-rules", 200, "application/yaml", "# Alert rules of"},
		{"empty format", "GET", "alert-rules?format=", 200, "application/yaml", "# Alert rules of"},
		{"file", "GET", "alert-rules?format=file", 200, "application/yaml", "# Alert rules of"},
		{"api", "GET", "alert-rules?format=api", 200, "application/json", `{`},
		{"prometheus", "GET", "alert-rules?format=prometheus", 200, "application/yaml", "# The alert rules of"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := mustResourceOf(t, in, settings, tt.method, tt.url)
			if contentType := strings.Join(got.Headers["Content-Type"], ", "); got.Status != tt.status || contentType != tt.contentType || !strings.HasPrefix(string(got.Body), tt.body) {
				t.Errorf("%d %s %.200s\nwant %d %s %s", got.Status, contentType, got.Body, tt.status, tt.contentType, tt.body)
			}
		})
	}
	if n := f.calls.Load(); n > 1 {
		t.Errorf("%d calls on the firewall: rules need none", n)
	}
}

// The rules are those of the data source that is asked, in its organisation.
func TestAlertRulesOfDataSource(t *testing.T) {
	settings := backend.DataSourceInstanceSettings{UID: "cf1x8s0kq9fcwb", Name: "Berlin"}
	in := mustInstance(t, settings)
	var api struct {
		Title string
		Rules []struct {
			UID   string
			OrgID int64
			Data  []struct{ DatasourceUID string }
		}
	}
	if err := json.Unmarshal(mustResourceOf(t, in, settings, "GET", "alert-rules?format=api").Body, &api); err != nil {
		t.Fatal(err)
	}
	if r := api.Rules[0]; r.UID != "cf1x8s0kq9fcwb-interface-down" || r.OrgID != 7 || r.Data[0].DatasourceUID != settings.UID ||
		!strings.HasPrefix(api.Title, "OPNsense WireGuard Berlin ") {
		t.Errorf("%s: %+v", api.Title, r)
	}
	var file struct {
		Groups []struct {
			OrgID int64 `yaml:"orgId"`
			Name  string
			Rules []struct{ UID string }
		}
	}
	if err := yaml.Unmarshal(mustResourceOf(t, in, settings, "GET", "alert-rules").Body, &file); err != nil {
		t.Fatal(err)
	}
	if g := file.Groups[0]; g.OrgID != 7 || g.Name != api.Title || g.Rules[0].UID != api.Rules[0].UID {
		t.Errorf("%+v", g)
	}
}

func TestAlertRulesOfNobody(t *testing.T) {
	in := mustInstance(t, backend.DataSourceInstanceSettings{})
	if status, body := mustResource(t, in, "GET", "alert-rules"); status != 500 || !strings.Contains(body, "data source") {
		t.Errorf("%d %s", status, body)
	}
}

// mustResourceOf asks as Grafana does, naming organisation and data source.
func mustResourceOf(tb testing.TB, in *instance, s backend.DataSourceInstanceSettings, method, url string) *backend.CallResourceResponse {
	tb.Helper()
	path, _, _ := strings.Cut(url, "?")
	pc := backend.PluginContext{OrgID: 7, DataSourceInstanceSettings: &s} //nolint:staticcheck // Grafana sends it beside the namespace
	var got *backend.CallResourceResponse
	err := in.CallResource(context.Background(), &backend.CallResourceRequest{PluginContext: pc, Method: method, Path: path, URL: url},
		backend.CallResourceResponseSenderFunc(func(r *backend.CallResourceResponse) error {
			got = r
			return nil
		}))
	if err != nil {
		tb.Fatal(err)
	}
	return got
}
