package plugin

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/collector"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/history"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
)

var fuzzSecrets = map[string]string{"hq.apiKey": markerKey, "hq.apiSecret": markerSecret, ".apiKey": markerKey}

// FuzzSettings: whatever is saved, there is an instance that says what is wrong. All
// durations are within their bounds, no two firewalls have a name in common, one
// without a problem can be read, and no problem tells a secret.
func FuzzSettings(f *testing.F) {
	for _, seed := range []string{
		``, `null`, `[]`, `7`, `{}`, `{"firewalls":null}`, `{"firewalls":{}}`, `{"firewalls":[7,null,{},"x"]}`,
		`{"firewalls":[{"id":"hq","name":"hq","url":"https://fw.example:8443","tls":{"mode":"system"}}],"pollInterval":"30s"}`,
		`{"firewalls":[{"id":"hq","url":"https://a"},{"id":"hq","url":"https://a","name":"hq"},{"id":"x","name":"hq (entry 2)"}]}`,
		`{"firewalls":[{"id":"hq","url":"http://[::1]:80/x","tls":{"mode":"pin","fingerprint":"zz"},"expect":[{"device":"wg0","carp":"1"},{"device":"wg0","carp":999},{}]}]}`,
		`{"firewalls":[{"id":"hq","url":"https://a/ui/wireguard","tls":{"mode":"ca","ca":"-----BEGIN CERTIFICATE-----"},"expectPeers":[" a ",""]}]}`,
		`{"pollInterval":"1ns","requestTimeout":7,"forgetAfter":"99999h","retention":0,"liveMinInterval":"0","historyMaxBytes":"1e9"}`,
		`{"timeout":"x","httpHeaderName1":7,"tlsAuth":"yes","enableSecureSocksProxy":1}`, `{"firewalls":[{"id":"hq","tls":7}]}`,
	} {
		f.Add([]byte(seed))
	}
	engine := history.NewEngine()
	f.Fuzz(func(t *testing.T, raw []byte) {
		saved := backend.DataSourceInstanceSettings{UID: "a", JSONData: raw, DecryptedSecureJSONData: fuzzSecrets}
		s := parseSettings(saved)
		within := func(d time.Duration, of durationSetting) {
			if (d < of.least || d > of.most) && (d != 0 || !of.orZero) {
				t.Errorf("%s is %s", of.key, d)
			}
		}
		within(s.PollInterval, pollIntervalSetting)
		within(s.RequestTimeout, requestTimeoutSetting)
		within(s.ForgetAfter, forgetAfterSetting)
		within(s.LiveInterval, liveMinSetting)
		within(s.History.Retention, retentionSetting)
		names := map[string]bool{}
		problems := s.Problems
		for _, fw := range s.Firewalls {
			if names[fw.Name] || fw.Name == "" {
				t.Errorf("the name %q is there twice, or none", fw.Name)
			}
			names[fw.Name] = true
			if len(fw.Problems) == 0 && fw.Connection.Validate() != nil {
				t.Errorf("%v cannot be read and has no problem", fw.Connection)
			}
			problems = append(problems, fw.Problems...)
		}
		told := errors.Join(problems...)
		if told != nil && (strings.Contains(told.Error(), markerKey) || strings.Contains(told.Error(), markerSecret)) {
			t.Errorf("a secret is told: %v", told)
		}
		in := newInstance(t.Context(), collector.NewRegistry(time.Now, nil), engine, saved)
		in.Dispose()
		if len(in.members) != len(s.Firewalls) || len(in.members) == 0 && len(in.problems) == 0 {
			t.Errorf("%d of %d firewalls, problems: %v", len(in.members), len(s.Firewalls), in.problems)
		}
	})
}

// FuzzLive: whatever is sent with a subscription is refused with a message, or is a
// query that can be live, at an interval and over a time within bounds.
func FuzzLive(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `[]`, `{"query":{"queryType":"peers","format":"table"},"intervalMs":5000}`, `{"query":{"queryType":"events"}}`,
		`{"query":{"queryType":"interfaces","format":"time_series","metric":"status"},"intervalMs":-1,"rangeMs":9223372036854775807}`,
		`{"query":{"queryType":"promql","expr":"1"}}`, `{"query":7,"intervalMs":1e99}`,
	} {
		f.Add([]byte(seed))
	}
	in := &instance{liveInterval: 5 * time.Second, pollInterval: 30 * time.Second, limits: history.Limits{Retention: time.Hour}}
	f.Fuzz(func(t *testing.T, raw []byte) {
		l, err := in.parseLive(livePath(raw), raw)
		var bad *query.Error
		switch {
		case err != nil && !errors.As(err, &bad):
			t.Errorf("%T: %v", err, err)
		case err == nil && (l.every < in.liveInterval || l.every > in.pollInterval || l.span < 0 || l.span > mostSpan):
			t.Errorf("every %s, over %s", l.every, l.span)
		case err == nil && (l.Type == query.Events || l.Type == query.Problems || l.Type == query.PromQL):
			t.Errorf("%s is live", l.Type)
		}
		if _, err := in.parseLive(livePath(raw)+"0", raw); err == nil {
			t.Error("a path of something else is taken")
		}
	})
}

// FuzzResources: whatever the path, method and parameters, a route answers what it
// has or what is wrong with the request, and never that the plugin failed.
func FuzzResources(f *testing.F) {
	routes := []string{"firewalls", "interfaces", "peers", "metrics", "alert-rules", "forget", "certificate", "nothing", ""}
	for i := range routes {
		f.Add(uint8(i), "", http.MethodGet, "Admin")
		f.Add(uint8(i), "firewall=/h.*/&interface=wg0", http.MethodGet, "Viewer")
		f.Add(uint8(i), "firewall=/(/&firewall=%zz&format=file&x=;", http.MethodPost, "Editor")
		f.Add(uint8(i), "firewall=hq&device=wg0&name=", http.MethodPost, "Admin")
	}
	// Its settings lack the secrets: nobody is called.
	saved := backend.DataSourceInstanceSettings{UID: "a", JSONData: []byte(`{"firewalls":[{"id":"hq","name":"hq","url":"","expect":[{"device":"wg0"}]}]}`)}
	in := newInstance(context.Background(), collector.NewRegistry(time.Now, nil), history.NewEngine(), saved)
	f.Cleanup(in.Dispose)
	f.Fuzz(func(t *testing.T, route uint8, params, method, role string) {
		path := routes[int(route)%len(routes)]
		if !utf8.ValidString(method) || strings.ContainsAny(method, " \t\r\n") || !utf8.ValidString(params) {
			t.Skip("gRPC or HTTP refuse it")
		}
		req := &backend.CallResourceRequest{
			PluginContext: backend.PluginContext{User: &backend.User{Role: role}, DataSourceInstanceSettings: &saved},
			Path:          path, URL: path + "?" + params, Method: method,
		}
		ctx := backend.WithUser(t.Context(), req.PluginContext.User)
		err := in.CallResource(ctx, req, backend.CallResourceResponseSenderFunc(func(r *backend.CallResourceResponse) error {
			if r.Status < 200 || r.Status == http.StatusInternalServerError || len(r.Body) > 1<<20 {
				t.Errorf("%s %q: %d, %d bytes: %.300s", method, req.URL, r.Status, len(r.Body), r.Body)
			}
			return nil
		}))
		if err != nil {
			t.Logf("refused: %v", err) // as a URL or method that is none
		}
	})
}
