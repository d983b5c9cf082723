package opnsense

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
)

// Each way to trust a certificate, against real handshakes.
func TestTrust(t *testing.T) {
	t.Parallel()
	ca := testCert{names: []string{"our CA"}}.must(t)
	signed := testCert{signer: &ca}.must(t)
	named := testCert{names: []string{"fw.example"}}.must(t)
	pin := fingerprintOf(named)
	for _, tt := range []struct {
		name  string
		cert  tls.Certificate
		trust TLS
		want  Kind // "" for none
	}{
		{"system, self-signed", named, TLS{}, KindCertificateName},
		{"CA", signed, TLS{Mode: TLSCA, CA: pemOf(ca)}, ""},
		{"CA after another in the file", signed, TLS{Mode: TLSCA, CA: pemOf(named) + pemOf(ca)}, ""},
		{"the certificate itself as CA", named, TLS{Mode: TLSCA, CA: pemOf(named), ServerName: "fw.example"}, ""},
		{"CA, wrong name", named, TLS{Mode: TLSCA, CA: pemOf(named)}, KindCertificateName},
		{"another CA", named, TLS{Mode: TLSCA, CA: pemOf(ca), ServerName: "fw.example"}, KindCertificateUnknown},
		{"pin, whatever the name", named, TLS{Mode: TLSPin, Fingerprint: pin}, ""},
		{"pin in lower case", named, TLS{Mode: TLSPin, Fingerprint: strings.ToLower(strings.ReplaceAll(pin, ":", " "))}, ""},
		{"pin as openssl prints it", named, TLS{Mode: TLSPin, Fingerprint: "sha256 Fingerprint=" + pin + "\n"}, ""},
		{"pin of the authority", signed, TLS{Mode: TLSPin, Fingerprint: fingerprintOf(ca)}, KindPinMismatch},
		{"insecure", named, TLS{Mode: TLSInsecure}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := testConfig(serveTLS(t, tt.cert, document(200, noRows)))
			cfg.TLS = tt.trust
			_, err := mustClient(t, cfg, nil).Show(t.Context())
			if got := kindOf(err); got != tt.want {
				t.Errorf("got %q, want %q: %v", got, tt.want, err)
			}
		})
	}
}

// kindOf returns "" for what is no *Error.
func kindOf(err error) Kind {
	var e *Error
	if !errors.As(err, &e) {
		return ""
	}
	return e.Kind
}

// The fingerprint in an error is the one to pin.
func TestFingerprintCanBePinned(t *testing.T) {
	t.Parallel()
	cfg := testConfig(serveTLS(t, testCert{}.must(t), document(200, noRows)))
	cfg.TLS = TLS{}
	_, err := mustClient(t, cfg, nil).Show(t.Context())
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an *Error", err)
	}
	cfg.TLS = TLS{Mode: TLSPin, Fingerprint: e.Fingerprint}
	_, err = mustClient(t, cfg, nil).Show(t.Context())
	must(t, err)
}

// A resumed session is checked too: else a transport shared by mistake, or a
// pin changed since, would let another certificate through.
func TestPinHoldsForResumedSessions(t *testing.T) {
	t.Parallel()
	cert := testCert{}.must(t)
	url := serveTLS(t, cert, document(200, noRows))
	cache := tls.NewLRUClientSessionCache(1)
	show := func(pin string) error {
		cfg := testConfig(url)
		cfg.TLS = TLS{Mode: TLSPin, Fingerprint: pin}
		tlsConfig, err := cfg.TLS.ClientConfig(nil)
		must(t, err)
		tlsConfig.ClientSessionCache = cache
		c := mustClient(t, cfg, &http.Client{Transport: &http.Transport{TLSClientConfig: tlsConfig}})
		_, err = c.Show(t.Context())
		return err
	}
	must(t, show(fingerprintOf(cert)))
	if err := show(strings.Repeat("00", 32)); kindOf(err) != KindPinMismatch {
		t.Errorf("got %v", err)
	}
}

// The first call's session spares the second, on a connection of its own, the
// exchange of certificates; a server that was started anew asks for it again.
func TestSessionsAreResumed(t *testing.T) {
	t.Parallel()
	cert := testCert{}.must(t)
	var key [32]byte // of the server's tickets
	server := func(c *tls.Config) {
		c.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
			own := &tls.Config{Certificates: []tls.Certificate{cert}}
			own.SetSessionTicketKeys([][32]byte{key})
			return own, nil
		}
	}
	for _, trust := range []TLS{{Mode: TLSInsecure}, {Mode: TLSPin, Fingerprint: fingerprintOf(cert)}, {Mode: TLSCA, CA: pemOf(cert)}} {
		cfg := testConfig(serveTLS(t, cert, document(200, noRows), server))
		cfg.TLS = trust
		c := mustClient(t, cfg, nil)
		resumed := func() (was bool) {
			ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
				TLSHandshakeDone: func(s tls.ConnectionState, _ error) { was = s.DidResume },
			})
			_, err := c.Show(ctx)
			must(t, err)
			c.CloseIdleConnections()
			return was
		}
		first, second := resumed(), resumed()
		key[0]++
		if anew := resumed(); first || !second || anew {
			t.Errorf("%s: resumed %v, %v, and %v after a new start", trust.Mode, first, second, anew)
		}
	}
}

func TestServerNameIsSent(t *testing.T) {
	t.Parallel()
	for _, trust := range []TLS{{Mode: TLSInsecure}, {Mode: TLSPin}} {
		cert := testCert{}.must(t)
		var sent string
		cfg := testConfig(serveTLS(t, cert, document(200, noRows), func(c *tls.Config) {
			c.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) { sent = h.ServerName; return nil, nil }
		}))
		trust.ServerName, trust.Fingerprint = "fw.example", fingerprintOf(cert)
		cfg.TLS = trust
		_, err := mustClient(t, cfg, nil).Show(t.Context())
		must(t, err)
		if sent != "fw.example" {
			t.Errorf("%s: sent %q", trust.Mode, sent)
		}
	}
}

func TestClientConfig(t *testing.T) {
	base := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, RootCAs: x509.NewCertPool()}
	got, err := TLS{}.ClientConfig(base)
	must(t, err)
	if got.InsecureSkipVerify || got.MinVersion != tls.VersionTLS12 || got.RootCAs != base.RootCAs {
		t.Errorf("verify %v, version %x", !got.InsecureSkipVerify, got.MinVersion)
	}
	if !base.InsecureSkipVerify {
		t.Error("base was changed")
	}
	if _, err := (TLS{Mode: "x"}).ClientConfig(nil); err == nil {
		t.Error("no error for an unknown mode")
	}
	base.MinVersion = tls.VersionTLS13
	must(t, TLS{Mode: TLSInsecure}.Apply(base))
	if base.MinVersion != tls.VersionTLS13 {
		t.Error("TLS 1.3 was lowered")
	}
}
