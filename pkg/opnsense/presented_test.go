package opnsense

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// mustLook looks as the plugin does; roots stand for those of the host.
func mustLook(tb testing.TB, cfg Config, roots *x509.CertPool) (*Presented, error) {
	tb.Helper()
	tlsConfig := &tls.Config{RootCAs: roots}
	must(tb, cfg.TLS.ApplyLook(tlsConfig))
	tr := &http.Transport{TLSClientConfig: tlsConfig, TLSHandshakeTimeout: cfg.Timeout}
	tb.Cleanup(tr.CloseIdleConnections)
	return Look(tb.Context(), cfg, &http.Client{Transport: tr})
}

// A look that finds no certificate fails as a call does.
func TestLookFails(t *testing.T) {
	t.Parallel()
	closed := serveRaw(t, func(_ int, c *net.TCPConn) { c.Close() })
	refused := func() string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, err)
		defer l.Close()
		return l.Addr().String()
	}()
	for _, tt := range []struct {
		name, url string
		want      Kind
		says      string
	}{
		{"refused", "https://" + refused, KindRefused, "refused the connection"},
		{"hangs", "https://" + serveRaw(t, func(int, *net.TCPConn) {}), KindTimeout, "did not finish the TLS handshake within 300ms"},
		{"hangs up", "https://" + closed, KindReset, "during the TLS handshake"},
		{"plain HTTP", strings.Replace(serve(t, document(200, noRows)), "http:", "https:", 1), KindWrongScheme, "speaks plain HTTP on this port"},
		{"not TLS at all", "https://" + serveRaw(t, func(_ int, c *net.TCPConn) { _, _ = io.WriteString(c, "SSH-2.0-OpenSSH_9.9\r\n") }), KindWrongScheme, "does not speak TLS"},
		{"TLS 1.1", serveTLS(t, testCert{}.must(t), page(200), func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }), KindTLS, "this side speaks TLS 1.2 and 1.3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := testConfig(tt.url)
			cfg.Timeout = 300 * time.Millisecond
			seen, err := mustLook(t, cfg, nil)
			if kindOf(err) != tt.want || !strings.Contains(err.Error(), tt.says) || seen != nil {
				t.Errorf("%q %v, want %q and %q", kindOf(err), err, tt.want, tt.says)
			}
		})
	}
	for _, url := range []string{"", "http://127.0.0.1", "ftp://127.0.0.1", "https://user:password@127.0.0.1"} {
		var bad *ConfigError
		if _, err := mustLook(t, testConfig(url), nil); !errors.As(err, &bad) || bad.Field != "url" || strings.Contains(err.Error(), "password@") {
			t.Errorf("%q: %v", url, err)
		}
	}
	if err := (TLS{ServerName: "https://fw"}).ApplyLook(&tls.Config{}); err == nil {
		t.Error("no error for a bad server name")
	}
	// A transport that would go on to send a request is a bug, and not taken for an answer.
	cfg := testConfig(serve(t, page(200)))
	cfg.URL = strings.Replace(cfg.URL, "http:", "https:", 1)
	if _, err := Look(t.Context(), cfg, &http.Client{Transport: answering{strings.NewReader("")}}); kindOf(err) != KindInternal {
		t.Errorf("got %v", err)
	}
}

// What is seen and judged, of real handshakes.
func TestLook(t *testing.T) {
	t.Parallel()
	ca, other := testCert{names: []string{"our CA"}}.must(t), testCert{names: []string{"another CA"}}.must(t)
	old := testCert{from: time.Now().Add(-2 * time.Hour), to: time.Now().Add(-time.Hour)}.must(t)
	trusted := x509.NewCertPool()
	trusted.AddCert(ca.Leaf)
	signed := testCert{signer: &ca}.must(t)
	through := testCert{names: []string{"branch CA"}, signer: &ca, authority: true}.must(t)
	chained := testCert{signer: &through}.must(t)
	chained.Certificate = append(chained.Certificate, through.Certificate[0])
	wantsClient := func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }
	for _, tt := range []struct {
		name       string
		cert       tls.Certificate
		trust      TLS
		selfSigned bool
		reason     string // "" when it is trusted
	}{
		{"expired", old, TLS{}, true, "it expired on " + old.Leaf.NotAfter.UTC().Format(time.DateTime) + " UTC"},
		{"not valid yet", testCert{from: time.Now().Add(time.Hour), to: time.Now().Add(2 * time.Hour)}.must(t), TLS{}, true, "it is not valid before "},
		{"of another name", testCert{names: []string{"fw.example"}, signer: &ca}.must(t), TLS{}, false, "it is not for 127.0.0.1 but for fw.example"},
		{"of another name than the set one", signed, TLS{ServerName: "fw.example"}, false, "it is not for fw.example but for 127.0.0.1"},
		{"self-signed", testCert{}.must(t), TLS{}, true, "it is not signed by an authority that Grafana's host trusts"},
		{"signed by an unknown authority", testCert{signer: &other}.must(t), TLS{}, false, "it is not signed by an authority that Grafana's host trusts"},
		{"pinned to another, whatever the pin", testCert{}.must(t), TLS{Mode: TLSPin, Fingerprint: fingerprintOf(ca)}, true, "it is not signed"},
		{"mode whose settings cannot work", testCert{}.must(t), TLS{Mode: TLSPin}, true, "it is not signed"},
		{"signed by the authority in tls.ca, which is not the host's", testCert{signer: &other}.must(t), TLS{Mode: TLSCA, CA: pemOf(other)}, false, "that Grafana's host trusts"},

		{"trusted", signed, TLS{}, false, ""},
		{"trusted through another", chained, TLS{}, false, ""},
		{"of the set name", testCert{names: []string{"fw.example"}, signer: &ca}.must(t), TLS{ServerName: "fw.example"}, false, ""},
	} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(tt.name+", "+tls.VersionName(version), func(t *testing.T) {
				cfg := testConfig(serveTLS(t, tt.cert, noRequest(t), wantsClient, func(c *tls.Config) { c.MaxVersion = version }))
				cfg.TLS = tt.trust
				got, err := mustLook(t, cfg, trusted)
				must(t, err)
				if got.SHA256 != fingerprintOf(tt.cert) || got.SelfSigned != tt.selfSigned || got.Trusted != (tt.reason == "") || !strings.Contains(got.Reason, tt.reason) {
					t.Errorf("%+v\nwant %+v", got, tt)
				}
				leaf := tt.cert.Leaf
				if got.Subject != leaf.Subject.String() || got.Issuer != leaf.Issuer.String() || !slices.Equal(got.DNSNames, leaf.DNSNames) ||
					len(got.IPAddresses) != len(leaf.IPAddresses) || !got.NotBefore.Equal(leaf.NotBefore) || !got.NotAfter.Equal(leaf.NotAfter) {
					t.Errorf("%+v is not the certificate", got)
				}
			})
		}
	}
}

// noRequest fails the test when any request arrives.
func noRequest(tb testing.TB) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		tb.Errorf("a request came: %s %s %v", r.Method, r.URL, r.Header)
	}
}

// What a firewall presents can be pinned, and no foreign text is too long to show.
func TestLookAtOddCertificate(t *testing.T) {
	t.Parallel()
	names := make([]string, 300)
	for i := range names {
		names[i] = strings.Repeat("ab", 150) + ".example"
	}
	cert := testCert{names: names}.must(t)
	cfg := testConfig(serveTLS(t, cert, document(200, noRows)))
	seen, err := mustLook(t, cfg, nil)
	must(t, err)
	if len(seen.DNSNames) != maxShownNames || len(seen.DNSNames[0]) > maxShown+len("…") {
		t.Errorf("%d names, the first of %d bytes", len(seen.DNSNames), len(seen.DNSNames[0]))
	}
	cfg.TLS = TLS{Mode: TLSPin, Fingerprint: seen.SHA256}
	_, err = mustClient(t, cfg, nil).Show(t.Context())
	must(t, err)
}

func TestLookSendsServerName(t *testing.T) {
	t.Parallel()
	sent := make(chan string, 1)
	cfg := testConfig(serveTLS(t, testCert{}.must(t), noRequest(t), func(c *tls.Config) {
		c.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) { sent <- h.ServerName; return nil, nil }
	}))
	cfg.TLS.ServerName = "fw.example"
	_, err := mustLook(t, cfg, nil)
	must(t, err)
	if name := <-sent; name != "fw.example" {
		t.Errorf("sent %q", name)
	}
}
