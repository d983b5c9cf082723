package plugin

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/collector"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/history"
)

// Whatever the settings are, there is an instance, and it says what is wrong.
func TestFactoryNeverFails(t *testing.T) {
	const options = "setting jsonData: HTTP options cannot be used: a field of Grafana's own, such as httpHeaderName1, is not a text"
	for _, tt := range []struct{ name, json, want string }{
		{"nothing", ``, "setting firewalls: none is configured: add at least one with name, URL, API key and secret"},
		{"null", `null`, "setting firewalls: none is configured: add at least one with name, URL, API key and secret"},
		{"not JSON", `{`, "setting jsonData: not a JSON object"},
		{"firewalls of a wrong type", `{"firewalls":1}`, "setting firewalls: must be a list of firewalls"},
		{"firewall of a wrong type", `{"firewalls":[1]}`, "no answer from the firewalls: setting firewalls[0]: must be an object with id, name, url and tls"},
		{"access of a wrong type", `{"access":true,"firewalls":[` + good + `]}`, "no answer from the firewalls: " + options},
		{"header of a wrong type", `{"httpHeaderName1":5,"firewalls":[` + good + `]}`, "no answer from the firewalls: " + options},
	} {
		t.Run(tt.name, func(t *testing.T) {
			secrets := secretsFor("hq")
			secrets["httpHeaderValue1"] = markerHeader
			in := mustInstance(t, backend.DataSourceInstanceSettings{JSONData: []byte(tt.json), DecryptedSecureJSONData: secrets})
			if rows, err := told(t, mustQuery(context.Background(), t, in, "A", `{}`)["A"]); err != "400 "+tt.want {
				t.Errorf("rows %q, error %q, want %q", rows, err, tt.want)
			}
			if res := mustHealth(t, in); res.Status != backend.HealthStatusError || !strings.Contains(tt.want, strings.TrimPrefix(res.Message, "HQ: ")) {
				t.Errorf("health: %s %q", res.Status, res.Message)
			}
			if status, body := mustResource(t, in, "GET", "firewalls"); status != 200 || !strings.HasPrefix(body, "[") {
				t.Errorf("firewalls: %d %s", status, body)
			}
		})
	}
}

// Grafana makes a new instance before it drops the old one: both ask the
// firewall through one collector, and the older one's end costs nothing.
func TestTwoInstances(t *testing.T) {
	a := newFakeFirewall(t)
	registry := NewRegistry(time.Now)
	saved := settingsOf(t, a.entry("a", "ca"))
	ask := func(in *instance) {
		t.Helper()
		if rows, err := told(t, mustQuery(context.Background(), t, in, "A", `{"format":"numeric"}`)["A"]); rows == "" || err != "" {
			t.Errorf("rows %q, error %q", rows, err)
		}
	}
	calls := func(want int32) {
		t.Helper()
		if got := a.calls.Load(); got != want {
			t.Errorf("%d calls, want %d", got, want)
		}
	}
	old := mustInstanceOn(t, registry, saved)
	ask(old)
	same := mustInstanceOn(t, registry, saved)
	ask(same)
	calls(1) // the same settings: what is known answers

	changed := saved
	changed.Updated = saved.Updated.Add(time.Second)
	changed.DecryptedSecureJSONData = map[string]string{"a.apiKey": markerKey, "a.apiSecret": markerSecret, "httpHeaderValue1": "renewed"}
	renewed := mustInstanceOn(t, registry, changed)
	ask(renewed)
	calls(2) // other settings: asked again, with them
	if h := a.seen.Load().Get("X-Proxy"); h != "renewed" {
		t.Errorf("the firewall was asked with the header %q of the old settings", h)
	}
	ask(old)
	calls(2)

	old.Dispose()
	old.Dispose()
	same.Dispose()
	ask(renewed)
	again := mustInstanceOn(t, registry, changed)
	if again.members[0].reads != renewed.members[0].reads {
		t.Error("disposing twice gave back what another instance borrowed")
	}
	calls(2)
}

// Another data source, organisation or address is another firewall, whatever
// else is the same.
func TestNothingShared(t *testing.T) {
	a, b := newFakeFirewall(t), newFakeFirewall(t)
	registry := NewRegistry(time.Now)
	saved := settingsOf(t, a.entry("a", "ca"))
	seen := map[*collector.Collector]string{}
	add := func(name string, in *instance) {
		t.Helper()
		t.Cleanup(in.Dispose)
		reads := in.members[0].reads
		if other, shared := seen[reads]; shared || reads == nil {
			t.Errorf("%s shares a collector with %q", name, other)
		}
		seen[reads] = name
	}
	with := func(pc backend.PluginContext) context.Context {
		return backend.WithPluginContext(context.Background(), pc)
	}
	org := func(id int64) backend.PluginContext {
		return backend.PluginContext{OrgID: id} //nolint:staticcheck // what Grafana without namespaces sends
	}
	add("the first", newInstance(with(org(1)), registry, history.NewEngine(), saved))
	add("another organisation", newInstance(with(org(2)), registry, history.NewEngine(), saved))
	add("a namespace", newInstance(with(backend.PluginContext{Namespace: "stack-1"}), registry, history.NewEngine(), saved))
	add("another namespace", newInstance(with(backend.PluginContext{Namespace: "stack-2"}), registry, history.NewEngine(), saved))
	other := saved
	other.UID = "other"
	add("another data source", newInstance(with(org(1)), registry, history.NewEngine(), other))
	add("another address", newInstance(with(org(1)), registry, history.NewEngine(), settingsOf(t, b.entry("a", "ca"))))
	add("another id", newInstance(with(org(1)), registry, history.NewEngine(), settingsOf(t, a.entry("a2", "ca"))))
}

// An instance that Grafana dropped still answers its last requests, at once.
func TestDisposed(t *testing.T) {
	a := newFakeFirewall(t)
	in := mustInstance(t, settingsOf(t, a.entry("a", "ca")))
	mustQuery(context.Background(), t, in, "A", `{}`)
	in.Dispose()
	if rows, err := told(t, mustQuery(context.Background(), t, in, "A", `{"queryType":"firewalls","format":"numeric"}`)["A"]); err != "" || rows != "a firewall 1" {
		t.Errorf("after an answer: rows %q, error %q", rows, err)
	}
	unasked := mustInstance(t, settingsOf(t, a.entry("a", "ca")))
	unasked.Dispose()
	if rows, err := told(t, mustQuery(context.Background(), t, unasked, "A", `{"format":"numeric"}`)["A"]); !strings.HasPrefix(err, "502 ") {
		t.Errorf("without an answer: rows %q, error %q", rows, err)
	}
	if a.calls.Load() != 1 {
		t.Errorf("%d calls, want those before the end, 1", a.calls.Load())
	}
}

// Every setting that matters to an answer makes another revision; another
// firewall's does not.
func TestRevision(t *testing.T) {
	base := func() (map[string]any, map[string]string) {
		return map[string]any{}, map[string]string{"hq.apiKey": "k", "hq.apiSecret": "s", "b.apiKey": "k", "b.apiSecret": "s", "httpHeaderValue1": "v"}
	}
	of := func(general, hq, b string, secret ...string) string {
		_, secrets := base()
		for i := 0; i < len(secret); i += 2 {
			secrets[secret[i]] = secret[i+1]
		}
		raw := backend.DataSourceInstanceSettings{
			JSONData:                []byte(`{` + general + `"firewalls":[{"id":"hq","name":"HQ"` + hq + `},{"id":"b","name":"B"` + b + `}]}`),
			DecryptedSecureJSONData: secrets,
		}
		s := parseSettings(raw)
		return revision(s, s.Firewalls[0], withoutFirewalls(raw))
	}
	same := of("", "", "")
	for name, r := range map[string]string{
		"key":         of("", "", "", "hq.apiKey", "k2"),
		"secret":      of("", "", "", "hq.apiSecret", "s2"),
		"header":      of("", "", "", "httpHeaderValue1", "v2"),
		"general":     of(`"enableSecureSocksProxy":true,`, "", ""),
		"poll":        of(`"pollInterval":"1m",`, "", ""),
		"url":         of("", `,"url":"https://x.example"`, ""),
		"mode":        of("", `,"tls":{"mode":"insecure"}`, ""),
		"fingerprint": of("", `,"tls":{"fingerprint":"AB"}`, ""),
		"expect":      of("", `,"expect":[{"device":"wg0"}]`, ""),
	} {
		if r == same {
			t.Errorf("%s: a change makes no other revision", name)
		}
	}
	for name, r := range map[string]string{
		"nothing":             of("", "", ""),
		"the other's address": of("", "", `,"url":"https://x.example"`),
		"the other's secret":  of("", "", "", "b.apiSecret", "s2"),
	} {
		if r != same {
			t.Errorf("%s: makes another revision", name)
		}
	}
}

// What the SDK keeps for each HTTP client must not grow with the firewalls, nor
// hold their secrets.
func TestWithoutFirewalls(t *testing.T) {
	secrets := map[string]string{"hq.apiKey": "k", "hq.apiSecret": "s", "httpHeaderValue1": "v"}
	for _, tt := range []struct{ name, json, want string }{
		{"nothing", "", ""},
		{"no JSON", "{", "{"},
		{"null", "null", "null"},
		{"a list", "[1]", "[1]"},
		{"firewalls that are none", `{"firewalls":7}`, `{}`},
		{"both", `{"firewalls":[{"id":"hq"}],"httpHeaderName1":"X-A","timeout":5}`, `{"httpHeaderName1":"X-A","timeout":5}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := withoutFirewalls(backend.DataSourceInstanceSettings{UID: "u", JSONData: []byte(tt.json), DecryptedSecureJSONData: secrets})
			if string(got.JSONData) != tt.want || got.UID != "u" {
				t.Errorf("%s of %s, want %s", got.JSONData, got.UID, tt.want)
			}
			if len(got.DecryptedSecureJSONData) != 1 || got.DecryptedSecureJSONData["httpHeaderValue1"] != "v" {
				t.Errorf("secrets %v", got.DecryptedSecureJSONData)
			}
		})
	}
	if len(secrets) != 3 {
		t.Error("the settings themselves were changed")
	}
}

// Connections that nobody needs any more are closed at once, not when they have been
// idle for long: the SDK's middlewares must not keep that from the transport.
func TestIdleConnectionsAreClosed(t *testing.T) {
	open := make(chan http.ConnState, 100)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) { open <- s }
	server.Start()
	defer server.Close()
	hc, err := newHTTPClient(t.Context(), backend.DataSourceInstanceSettings{JSONData: []byte(`{}`)}, time.Second, func(*tls.Config) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	resp, err := hc.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	hc.CloseIdleConnections()
	for {
		select {
		case s := <-open:
			if s == http.StateClosed {
				return
			}
		case <-time.After(5 * time.Second):
			t.Fatal("the connection stays open")
		}
	}
}
