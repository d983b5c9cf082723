package plugin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/log"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
)

// heard collects all that the plugin says.
type heard struct {
	mu    sync.Mutex
	texts []string
	logs  int
}

func (h *heard) hear(values ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, v := range values {
		h.texts = append(h.texts, fmt.Sprintf("%v", v), fmt.Sprintf("%+v", v), fmt.Sprintf("%#v", v))
		for err, ok := v.(error); ok && err != nil; {
			h.texts = append(h.texts, err.Error())
			u, more := err.(interface{ Unwrap() error })
			if !more {
				break
			}
			err = u.Unwrap()
		}
	}
}

// checkSecrets looks for the secrets as they are and as they are sent.
func (h *heard) checkSecrets(t *testing.T) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	encoded := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, secret := range []string{
		markerKey, markerSecret, markerHeader, encoded(markerSecret),
		encoded(markerKey + ":" + markerSecret), encoded("root:" + markerSecret),
	} {
		for _, text := range h.texts {
			if strings.Contains(text, secret) {
				t.Errorf("%q is told: %.300s", secret, text)
			}
		}
	}
}

// listener is a logger that only remembers.
type listener struct{ *heard }

func (l listener) say(msg string, args []any) {
	l.hear(append([]any{msg}, args...)...)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.logs++
}

func (l listener) Debug(msg string, args ...any)          { l.say(msg, args) }
func (l listener) Info(msg string, args ...any)           { l.say(msg, args) }
func (l listener) Warn(msg string, args ...any)           { l.say(msg, args) }
func (l listener) Error(msg string, args ...any)          { l.say(msg, args) }
func (l listener) With(args ...any) log.Logger            { l.hear(args...); return l }
func (l listener) Level() log.Level                       { return log.Debug }
func (l listener) FromContext(context.Context) log.Logger { return l }

// hostile are answers of servers that throw a request back at who sent it.
func hostile() map[string]http.HandlerFunc {
	echo := func(r *http.Request) string {
		key, secret, _ := r.BasicAuth()
		return key + " " + secret + " " + r.Header.Get("Authorization") + " " + r.Header.Get("X-Proxy")
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("WWW-Authenticate", echo(r))
			answer(code, echo(r))(w, r)
		}
	}
	return map[string]http.HandlerFunc{
		"refuses": status(http.StatusUnauthorized),
		"forbids": status(http.StatusForbidden),
		"breaks":  status(http.StatusInternalServerError),
		"no-json": status(http.StatusOK),
		"tea":     status(http.StatusTeapot),
		"half":    func(w http.ResponseWriter, r *http.Request) { answer(200, `{"rows":[{"if":"`+echo(r))(w, r) },
		"no-rows": func(w http.ResponseWriter, r *http.Request) { answer(200, `{"`+echo(r)+`":1}`)(w, r) },
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "https://other.example/"+echo(r))
			w.WriteHeader(302)
		},
		"hangs up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	}
}

func TestSecretsAreNeverTold(t *testing.T) {
	h := &heard{}
	usual := backend.Logger
	backend.Logger = listener{h}
	t.Cleanup(func() { backend.Logger = usual })

	var entries []map[string]any
	for name, handler := range hostile() {
		f := newFakeFirewall(t)
		instead(&f.show, handler)
		entries = append(entries, f.entry(strings.ReplaceAll(name, " ", "-"), "insecure"))
	}
	good := newFakeFirewall(t)
	instead(&good.vips, hostile()["breaks"])
	untrusted, inURL, inPEM := good.entry("untrusted", "system"), good.entry("in-url", "insecure"), good.entry("in-pem", "ca")
	inURL["url"] = strings.Replace(good.URL, "https://", "https://root:"+markerSecret+"@", 1)
	inPEM["tls"] = map[string]any{"mode": "ca", "ca": markerSecret, "fingerprint": markerSecret}
	entries = append(entries, good.entry("good", "pin"), untrusted, inURL, inPEM)
	s := settingsOf(t, entries...)
	s.DecryptedSecureJSONData["in-pem.apiKey"] = "key=" + markerKey
	s.DecryptedSecureJSONData["in-url.apiSecret"] = markerSecret + " " + markerSecret
	in := mustInstance(t, s)

	// The text of a setting is no secret: in-pem's own mistake is left out here.
	parsed := parseSettings(settingsOf(t, entries[:len(entries)-2]...))
	h.hear(parsed, &parsed, parsed.Firewalls, parsed.Firewalls[0].Connection, in, *in)
	for _, m := range in.members {
		h.hear(m, m.broken)
	}
	queries := []string{"interfaces", `{}`, "peers", `{"queryType":"peers"}`, "up", `{"queryType":"firewalls","format":"numeric"}`, "firewalls", `{"queryType":"firewalls"}`, "bad", `{"format":"x"}`}
	for _, m := range in.members {
		queries = append(queries, m.id, `{"filter":{"firewalls":["`+m.id+`"]}}`)
	}
	for _, r := range mustQuery(context.Background(), t, in, queries...) {
		raw, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		h.hear(r.Error, string(raw), r)
	}
	for _, f := range in.ask(context.Background(), query.Filter{}) {
		h.hear(f, f.Err, f.VIPErr)
	}
	res := mustHealth(t, in)
	h.hear(res, res.Message, string(res.JSONDetails))
	for _, url := range []string{"firewalls", "interfaces", "peers", "tunnels"} {
		_, body := mustResource(t, in, "GET", url)
		h.hear(body)
	}
	for _, m := range in.members {
		_, body := mustResourceAs(t, in, "Admin", "GET", "certificate?firewall="+m.id)
		h.hear(body)
	}
	h.checkSecrets(t)
	if h.logs < len(hostile()) {
		t.Errorf("%d logs were heard: the firewalls that fail should all have been logged", h.logs)
	}
	for _, want := range []string{"(401)", "(500)", "untrusted firewall: the certificate of", "in-url firewall", "must be only what follows"} {
		if !strings.Contains(strings.Join(h.texts, "\n"), want) {
			t.Errorf("nothing said %q: the test heard too little", want)
		}
	}
}
