package plugin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// wire is a TCP server that remembers what it was sent and hands each connection
// to serve, which may be nil: nothing is answered then.
type wire struct {
	url   string // https
	conns atomic.Int32
	mu    sync.Mutex
	heard bytes.Buffer
}

func newWire(tb testing.TB, serve func(net.Conn)) *wire {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	w := &wire{url: "https://" + l.Addr().String()}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			w.conns.Add(1)
			all.Go(func() {
				defer c.Close()
				if serve != nil {
					serve(&listening{c, w})
				}
				_, _ = io.Copy(io.Discard, &listening{c, w}) // until the other side leaves
			})
		}
	})
	tb.Cleanup(func() { l.Close(); all.Wait() })
	return w
}

// listening tells its wire all that is read.
type listening struct {
	net.Conn
	w *wire
}

func (l *listening) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	l.w.heard.Write(p[:n])
	return n, err
}

// pinless is a firewall whose settings are not complete: no key, no fingerprint.
func pinless(id, url string) map[string]any {
	return map[string]any{"id": id, "name": id + " firewall", "url": url, "tls": map[string]any{"mode": "pin"}}
}

func TestCertificateRoute(t *testing.T) {
	f := newFakeFirewall(t)
	instead(&f.show, func(http.ResponseWriter, *http.Request) {}) // the collectors' own calls
	plain := newWire(t, func(c net.Conn) { _, _ = io.WriteString(c, "SSH-2.0-OpenSSH_9.9\r\n") })
	silent := newWire(t, nil)
	gone := newWire(t, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.url = "https://" + l.Addr().String()
	l.Close()
	noKey, badName, badType := pinless("no-key", f.URL), pinless("bad-name", f.URL), pinless("bad-type", f.URL)
	badName["tls"] = map[string]any{"serverName": "https://fw"}
	badType["url"] = 5
	twin := pinless("no-key", "https://other.example")
	s := settingsOf(t, f.entry("ok", "ca"), noKey, twin, badName, badType, pinless("no-url", ""), pinless("in-url", "https://u:"+markerSecret+"@127.0.0.1"),
		pinless("http", "http://127.0.0.1"), pinless("gone", gone.url), pinless("plain", plain.url), pinless("silent", silent.url))
	delete(s.DecryptedSecureJSONData, "no-key.apiKey")
	var general map[string]any
	if err := json.Unmarshal(s.JSONData, &general); err != nil {
		t.Fatal(err)
	}
	general["requestTimeout"] = "1s"
	if s.JSONData, err = json.Marshal(general); err != nil {
		t.Fatal(err)
	}
	in := mustInstance(t, s)
	const adminsOnly, nameOne, unknown = "only Admins may", "name one firewall by the parameter firewall, its id", `{"error":"no firewall with this id is saved: save the data source first"}`
	for _, tt := range []struct {
		name, role, method, query string
		status                    int
		says                      string
	}{
		{"by nobody", "", "GET", "firewall=ok", 403, adminsOnly},
		{"by a Viewer", "Viewer", "GET", "firewall=ok", 403, adminsOnly},
		{"by an Editor", "Editor", "GET", "firewall=ok", 403, adminsOnly},
		{"by an Editor, unknown", "Editor", "GET", "firewall=x", 403, adminsOnly},
		{"posted", "Admin", "POST", "firewall=ok", 405, "only GET"},
		{"of none", "Admin", "GET", "", 400, nameOne},
		{"of an empty id", "Admin", "GET", "firewall=", 400, nameOne},
		{"of two", "Admin", "GET", "firewall=ok&firewall=http", 400, nameOne},
		{"of an address", "Admin", "GET", "firewall=ok&url=https://127.0.0.1", 400, nameOne},
		{"broken query", "Admin", "GET", "firewall=%zz", 400, nameOne},
		{"unknown", "Admin", "GET", "firewall=x", 404, unknown},
		{"by name", "Admin", "GET", "firewall=ok+firewall", 404, unknown},
		{"by an expression", "Admin", "GET", "firewall=/.*/", 404, unknown},
		{"by address", "Admin", "GET", "firewall=" + f.URL, 404, unknown},
		{"no URL", "Admin", "GET", "firewall=no-url", 400, "no-url firewall).url: is missing"},
		{"secret in the URL", "Admin", "GET", "firewall=in-url", 400, "in-url firewall).url: must not contain a user or password"},
		{"server name that cannot be", "Admin", "GET", "firewall=bad-name", 400, "bad-name firewall).tls.serverName: must be a bare name"},
		{"settings that cannot be read", "Admin", "GET", "firewall=bad-type", 400, "must be a text"},
		{"unencrypted", "Admin", "GET", "firewall=http", 400, "has no certificate"},
		{"refused", "Admin", "GET", "firewall=gone", 502, "gone firewall: 127.0.0.1:"},
		{"not TLS", "Admin", "GET", "firewall=plain", 502, "does not speak TLS on this port: check the port"},
		{"silent", "Admin", "GET", "firewall=silent", 502, "did not finish the TLS handshake within 1s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, body := mustResourceAs(t, in, tt.role, tt.method, "certificate?"+tt.query)
			if status != tt.status || !strings.Contains(body, tt.says) || strings.Contains(body, markerSecret) {
				t.Errorf("%d %s, want %d and %q", status, body, tt.status, tt.says)
			}
		})
	}
	cert := f.Certificate()
	sum, _ := f.entry("", "pin")["tls"].(map[string]any)["fingerprint"].(string)
	var pairs []string
	for i := 0; i < len(sum); i += 2 {
		pairs = append(pairs, strings.ToUpper(sum[i:i+2]))
	}
	for _, id := range []string{"ok", "no-key"} { // the first of two with the same id
		want := fmt.Sprintf(`{"firewall":%q,"name":%q,"url":%q,"subject":"O=Acme Co","issuer":"O=Acme Co","dnsNames":["example.com","*.example.com"],`+
			`"ipAddresses":["127.0.0.1","::1"],"notBefore":%q,"notAfter":%q,"sha256":%q,"selfSigned":true,"trusted":false,`+
			`"reason":"it is not signed by an authority that Grafana's host trusts"}`,
			id, id+" firewall", f.URL, cert.NotBefore.UTC().Format(time.RFC3339), cert.NotAfter.UTC().Format(time.RFC3339), strings.Join(pairs, ":"))
		if status, body := mustResourceAs(t, in, "Admin", "GET", "certificate?firewall="+id); status != 200 || strings.TrimSpace(body) != want {
			t.Errorf("%d %s\nwant %s", status, body, want)
		}
	}
	// What was told can be pinned.
	pin := f.entry("pinned", "pin")
	pin["tls"].(map[string]any)["fingerprint"] = strings.Join(pairs, ":")
	f.show.Store(nil)
	if h := mustHealth(t, mustInstance(t, settingsOf(t, pin))); !strings.Contains(h.Message, "can be read") {
		t.Error(h.Message)
	}
}

// The whole handshake with a real firewall is heard, and nothing else comes: no
// request, header or secret.
func TestCertificateSendsNoSecrets(t *testing.T) {
	f := newFakeFirewall(t)
	f.Config.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("a request came: %s %v", r.URL, r.Header) })
	w := newWire(t, func(c net.Conn) {
		up, err := net.Dial("tcp", f.Listener.Addr().String())
		if err != nil {
			return
		}
		defer up.Close()
		go func() { _, _ = io.Copy(c, up) }()
		_, _ = io.Copy(up, c)
	})
	raw := settingsOf(t, f.entry("a", "insecure"))
	s := parseSettings(raw)
	s.Firewalls[0].Connection.URL = w.url
	in := &instance{now: time.Now}
	seen, err := in.newLook(raw, s, s.Firewalls[0]).see(t.Context())
	if err != nil || seen.Subject != "O=Acme Co" {
		t.Fatalf("%+v, %v", seen, err)
	}
	w.mu.Lock()
	heard := w.heard.String()
	w.mu.Unlock()
	if len(heard) < 100 || heard[0] != 22 { // a handshake record
		t.Errorf("heard %q, want a TLS hello", heard)
	}
	for _, secret := range []string{markerKey, markerSecret, markerHeader, "GET ", "Authorization"} {
		if strings.Contains(heard, secret) {
			t.Errorf("%q was sent", secret)
		}
	}
}

// Nobody can hammer a firewall: one look at a time, and one answer for all who
// ask within some seconds, whether it failed or not.
func TestCertificateIsShared(t *testing.T) {
	f := newFakeFirewall(t)
	begin := make(chan struct{})
	w := newWire(t, func(c net.Conn) {
		<-begin
		_, _ = io.WriteString(c, "220 not TLS\r\n")
	})
	var added atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(added.Load())) }
	entry := f.entry("a", "insecure")
	entry["url"] = w.url
	raw := settingsOf(t, entry)
	in := &instance{now: now}
	s := parseSettings(raw)
	in.members = []member{{id: "a", name: "a", look: in.newLook(raw, s, s.Firewalls[0])}}
	in.resources = newResources(in)
	ask := func() (int, string) { return mustResourceAs(t, in, "Admin", "GET", "certificate?firewall=a") }

	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if status, body := ask(); status != 502 || !strings.Contains(body, "does not speak TLS") {
				t.Errorf("%d %s", status, body)
			}
		})
	}
	close(begin)
	all.Wait()
	if n := w.conns.Load(); n != 1 {
		t.Fatalf("%d looks for ten who ask at once, want 1", n)
	}
	ask()
	added.Store(int64(lookEvery - time.Second))
	ask()
	if n := w.conns.Load(); n != 1 {
		t.Errorf("%d looks within %s, want 1", n, lookEvery)
	}
	added.Store(int64(lookEvery + time.Second))
	ask()
	if n := w.conns.Load(); n != 2 {
		t.Errorf("%d looks after %s, want 2", n, lookEvery)
	}
}
