package plugin

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/log"
	"github.com/grafana/grafana-plugin-sdk-go/backend/tracing"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
)

// heard collects all that the plugin says.
type heard struct {
	mu    sync.Mutex
	texts []string
	logs  int
	spans *tracetest.SpanRecorder
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
		"line":    garbled(func(said string) string { return "HTTP/1.1 " + said }),
		"version": garbled(func(said string) string { return said + " 200 OK" }),
		"header":  garbled(func(said string) string { return "HTTP/1.1 200 OK\r\n" + said + "\r\n" }),
		"length":  garbled(func(said string) string { return "HTTP/1.1 200 OK\r\nContent-Length: " + said + "\r\n" }),
		"coding":  garbled(func(said string) string { return "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + said + "\r\n" }),
		"trailer": garbled(func(said string) string {
			return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n2\r\n{}\r\n0\r\n" + said + "\r\n"
		}),
		"nowhere": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "https://%zz"+echo(r))
			w.WriteHeader(302)
		},
		"hangs up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	}
}

func TestSecretsAreNeverTold(t *testing.T) {
	h := listenIn(t)
	tellAll(t, h, markerKey, markerSecret)
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

// unusual are secrets that come out in other letters than they went in: whoever
// quotes, escapes or encodes them tells them all the same. Each holds core.
var unusual = map[string]string{
	"quotes":       `a"'` + core + "`\"",
	"percent":      "%s%d%v%!" + core + "%2F%00",
	"base64":       "+/" + core + "/+==",
	"backslashes":  `\` + core + `\u0041\n`,
	"line feed":    "first\n" + core + "\r\nlast",
	"tab and null": "\t" + core + "\x00\x01",
	"no UTF-8":     "\xff\xfe" + core + "\xc0",
	"unicode":      "ключ-" + core + "-秘密\u202e",
	"HTML":         "<b>&amp;" + core + "</b>",
	"URL":          "https://u:" + core + "@fw/?a=b&c#d",
	"JSON":         `{"secret":"` + core + `"}`,
	"template":     "{{ ." + core + " }}${" + core + "}$__interval",
	"a colon":      "a:" + core + ":b",
	"blanks":       "  " + core + "  ",
	"as a file":    "secret=" + core,
}

// core is long enough to be found in any encoding, whatever stands around it.
const core = "Qz7mVx2Lw9KtRb4Yp8Hn"

// forms are the ways in which a text may come out.
func forms(s string) []string {
	quoted := strconv.Quote(s)
	asJSON, _ := json.Marshal(s)
	sum := sha256.Sum256([]byte(s))
	out := []string{
		s, quoted[1 : len(quoted)-1], string(asJSON[1 : len(asJSON)-1]), url.QueryEscape(s), url.PathEscape(s), html.EscapeString(s),
		hex.EncodeToString([]byte(s)), hex.EncodeToString(sum[:]), strings.Trim(fmt.Sprintf("%d", []byte(s)), "[]"), fmt.Sprintf("%#v", []byte(s)),
	}
	// Three positions in a group of three bytes; the ends depend on what stands around.
	for _, ahead := range []string{"", "x", "xx"} {
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			encoded := encoding.EncodeToString([]byte(ahead + s))
			out = append(out, encoded[min(4, len(encoded)):max(4, len(encoded)-6)])
		}
	}
	return out
}

func TestUnusualSecretsAreNeverTold(t *testing.T) {
	outputs, wanted := 0, 0
	for name, secret := range unusual {
		t.Run(name, func(t *testing.T) {
			h := listenIn(t)
			tellAll(t, h, "key"+secret, secret)
			tellAll(t, h, "Kn5"+markerKey, secret) // where the key alone would be refused
			search := append(forms(core), forms(secret)...)
			search = append(search, forms("key"+secret+":"+secret)...)
			search = append(search, forms(strings.TrimSpace(secret))...)
			wanted += len(search)
			outputs += len(h.texts)
			for _, form := range search {
				for _, text := range h.texts {
					if strings.Contains(text, form) {
						t.Fatalf("%q is told: %.300q", form, text)
					}
				}
			}
			if len(h.texts) < 500 {
				t.Errorf("only %d outputs were looked at", len(h.texts))
			}
		})
	}
	t.Logf("%d secrets in %d forms, looked for in %d outputs", len(unusual), wanted, outputs)
}

// A search that finds nothing proves nothing unless it finds what is there.
func TestFormsAreFound(t *testing.T) {
	for name, secret := range unusual {
		asJSON, _ := json.Marshal(map[string]string{"error": "refused " + secret})
		r, err := http.NewRequest(http.MethodGet, "https://fw.example", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth("root", secret)
		for how, text := range map[string]string{
			"as it is": "x" + secret, "quoted": fmt.Sprintf("%q", "y"+secret), "%#v": fmt.Sprintf("%#v", struct{ S string }{secret}), "JSON": string(asJSON),
			"URL": (&url.URL{Path: secret}).String(), "query": url.Values{"a": {secret}}.Encode(), "header": fmt.Sprint(r.Header),
			"bytes": fmt.Sprintf("%d", []byte("ab"+secret)), "hex": hex.EncodeToString([]byte("ab" + secret)),
		} {
			found := false
			for _, form := range append(forms(core), forms(secret)...) {
				found = found || strings.Contains(text, form)
			}
			if !found {
				t.Errorf("%s, %s: not found in %q", name, how, text)
			}
		}
	}
}

// garbled answers what is no HTTP, with the secrets in it.
func garbled(answer func(said string) string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		key, secret, _ := r.BasicAuth()
		said := strings.NewReplacer("\r", "", "\n", "").Replace(key + " " + secret + " " + r.Header.Get("Authorization"))
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		defer c.Close()
		_, _ = io.WriteString(c, answer(said)+"\r\n\r\n")
	}
}

// listenIn has all logs and traces heard.
func listenIn(t *testing.T) *heard {
	h := &heard{}
	usual, tracer := backend.Logger, tracing.DefaultTracer()
	spans := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
	backend.Logger = listener{h}
	tracing.InitDefaultTracer(provider.Tracer("test"))
	h.spans = spans
	t.Cleanup(func() {
		backend.Logger = usual
		tracing.InitDefaultTracer(tracer)
	})
	return h
}

// tellAll has the plugin say all that it can, of firewalls that throw back what they
// were sent, and of settings that cannot work.
func tellAll(t *testing.T, h *heard, key, secret string) {
	var entries []map[string]any
	for name, handler := range hostile() {
		f := newFakeFirewall(t)
		instead(&f.show, handler)
		entries = append(entries, f.entry(strings.ReplaceAll(name, " ", "-"), "insecure"))
	}
	good := newFakeFirewall(t)
	instead(&good.vips, hostile()["breaks"])
	untrusted, inURL, inPEM := good.entry("untrusted", "system"), good.entry("in-url", "insecure"), good.entry("in-pem", "ca")
	inURL["url"] = strings.Replace(good.URL, "https://", (&url.URL{Scheme: "https", User: url.UserPassword("root", secret)}).String()+"@", 1)
	inPEM["tls"] = map[string]any{"mode": "ca", "ca": secret, "fingerprint": secret}
	entries = append(entries, good.entry("good", "pin"), untrusted, inURL, inPEM)
	s := settingsOf(t, entries...)
	for name := range s.DecryptedSecureJSONData {
		switch {
		case strings.HasSuffix(name, ".apiKey"):
			s.DecryptedSecureJSONData[name] = key
		case strings.HasSuffix(name, ".apiSecret"):
			s.DecryptedSecureJSONData[name] = secret
		}
	}
	s.DecryptedSecureJSONData["in-pem.apiKey"] = "key=" + key
	s.DecryptedSecureJSONData["in-url.apiSecret"] = secret + " " + secret
	in := mustInstance(t, s)

	// The text of a setting is no secret: in-pem's own mistake is left out here.
	without := s
	without.JSONData = settingsOf(t, entries[:len(entries)-2]...).JSONData
	parsed := parseSettings(without)
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
	for _, path := range []string{"firewalls", "interfaces", "peers", "tunnels", "metrics"} {
		_, body := mustResource(t, in, "GET", path)
		h.hear(body)
	}
	for _, m := range in.members {
		_, body := mustResourceAs(t, in, "Admin", "GET", "certificate?firewall="+m.id)
		h.hear(body)
	}
	for _, span := range h.spans.Ended() {
		h.hear(span.Name(), span.Attributes(), span.Events(), span.Status())
	}
}
