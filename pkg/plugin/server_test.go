package plugin

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"go.uber.org/goleak"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/collector"
)

// The secrets of every test: nothing that the plugin says may hold them.
const (
	markerKey    = "MARKERKEYw86XNZob8Oq8aC5x"
	markerSecret = "MARKERSECRETXeD26XVrJ5ilAc5x"
	markerHeader = "MARKERHEADERq4n8"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

//go:embed testdata/show.json
var showAnswer string

//go:embed testdata/get_vip_status.json
var vipAnswer string

// servicesAnswer lists what show reports as running.
const servicesAnswer = `{"total":3,"rowCount":3,"current":1,"rows":[{"id":"sshd","description":"Secure Shell Daemon"},` +
	`{"id":"wireguard/be93f232","description":"WireGuard road-warrior"},{"id":"wireguard/3c36174c","description":"WireGuard site-to-site"}]}`

// fakeFirewall is a server that answers as OPNsense does.
type fakeFirewall struct {
	*httptest.Server
	show, vips, services atomic.Pointer[http.HandlerFunc] // instead of the usual answer
	calls                atomic.Int32                     // of show
	seen                 atomic.Pointer[http.Header]      // of the newest request
}

func newFakeFirewall(tb testing.TB) *fakeFirewall {
	tb.Helper()
	f := &fakeFirewall{}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/wireguard/service/show", func(w http.ResponseWriter, r *http.Request) {
		f.calls.Add(1)
		f.serve(w, r, &f.show, showAnswer)
	})
	mux.HandleFunc("/api/diagnostics/interface/get_vip_status", func(w http.ResponseWriter, r *http.Request) {
		f.serve(w, r, &f.vips, vipAnswer)
	})
	mux.HandleFunc("/api/core/service/search", func(w http.ResponseWriter, r *http.Request) {
		f.serve(w, r, &f.services, servicesAnswer)
	})
	f.Server = httptest.NewUnstartedServer(mux)
	f.Config.ErrorLog = log.New(io.Discard, "", 0)
	f.StartTLS()
	tb.Cleanup(f.Close)
	return f
}

func (f *fakeFirewall) serve(w http.ResponseWriter, r *http.Request, special *atomic.Pointer[http.HandlerFunc], usual string) {
	f.seen.Store(&r.Header)
	if h := special.Load(); h != nil {
		(*h)(w, r)
		return
	}
	if key, secret, _ := r.BasicAuth(); key != markerKey || secret != markerSecret {
		answer(http.StatusUnauthorized, `{"status":401,"message":"Authentication Failed"}`)(w, r)
		return
	}
	answer(http.StatusOK, usual)(w, r)
}

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// denied is what a key without the privilege gets.
var denied = answer(http.StatusForbidden, `{"status":403,"message":"Forbidden"}`)

// silent takes a request and stays silent until its caller leaves.
func silent(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func instead(p *atomic.Pointer[http.HandlerFunc], h http.HandlerFunc) { p.Store(&h) }

// entry is the firewall's settings, trusting its certificate in the given mode.
func (f *fakeFirewall) entry(id, mode string) map[string]any {
	sum := sha256.Sum256(f.Certificate().Raw)
	return map[string]any{
		"id": id, "name": id + " firewall", "url": f.URL,
		"tls": map[string]any{
			"mode":        mode,
			"ca":          string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: f.Certificate().Raw})),
			"fingerprint": hex.EncodeToString(sum[:]),
		},
	}
}

// settingsOf is a data source with these firewalls and the secrets for each.
func settingsOf(tb testing.TB, entries ...map[string]any) backend.DataSourceInstanceSettings {
	tb.Helper()
	raw, err := json.Marshal(map[string]any{"firewalls": entries, "httpHeaderName1": "X-Proxy"})
	if err != nil {
		tb.Fatal(err)
	}
	secrets := map[string]string{"httpHeaderValue1": markerHeader}
	for _, e := range entries {
		id, _ := e["id"].(string)
		secrets[id+".apiKey"], secrets[id+".apiSecret"] = markerKey, markerSecret
	}
	return backend.DataSourceInstanceSettings{
		UID: "uid", Type: ID, Name: "Firewalls", JSONData: raw, DecryptedSecureJSONData: secrets, Updated: time.Unix(1, 0),
	}
}

// mustInstance makes an instance as Grafana does, on a registry of its own.
func mustInstance(tb testing.TB, s backend.DataSourceInstanceSettings) *instance {
	tb.Helper()
	return mustInstanceOn(tb, NewRegistry(time.Now), s)
}

func mustInstanceOn(tb testing.TB, r *collector.Registry, s backend.DataSourceInstanceSettings) *instance {
	tb.Helper()
	made, err := NewFactory(r)(context.Background(), s)
	if err != nil {
		tb.Fatalf("the factory failed: %v", err)
	}
	in := made.(*instance)
	tb.Cleanup(in.Dispose)
	return in
}

// mustQuery sends queries, refIDs and JSON in turn.
func mustQuery(ctx context.Context, tb testing.TB, in *instance, queries ...string) backend.Responses {
	tb.Helper()
	req := &backend.QueryDataRequest{}
	for i := 0; i < len(queries); i += 2 {
		req.Queries = append(req.Queries, backend.DataQuery{RefID: queries[i], JSON: []byte(queries[i+1])})
	}
	resp, err := in.QueryData(ctx, req)
	if err != nil {
		tb.Fatal(err)
	}
	return resp.Responses
}

func mustHealth(tb testing.TB, in *instance) *backend.CheckHealthResult {
	tb.Helper()
	res, err := in.CheckHealth(context.Background(), &backend.CheckHealthRequest{})
	if err != nil {
		tb.Fatal(err)
	}
	return res
}

// mustResource asks for a resource and returns status and body.
func mustResource(tb testing.TB, in *instance, method, url string) (int, string) {
	tb.Helper()
	return mustResourceAs(tb, in, "", method, url)
}

// mustResourceAs asks as somebody with a role; empty is nobody.
func mustResourceAs(tb testing.TB, in *instance, role, method, url string) (int, string) {
	tb.Helper()
	path, _, _ := strings.Cut(url, "?")
	req := &backend.CallResourceRequest{Method: method, Path: path, URL: url}
	if role != "" {
		req.PluginContext.User = &backend.User{Login: "somebody", Role: role}
	}
	var got *backend.CallResourceResponse
	err := in.CallResource(context.Background(), req,
		backend.CallResourceResponseSenderFunc(func(r *backend.CallResourceResponse) error {
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
	return got.Status, string(got.Body)
}
