package opnsense

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

const (
	testKey    = "w86XNZob8Oq8aC5xKEY"
	testSecret = "XeD26XVrJ5ilAc5xSECRET"
	testCookie = "q4n8COOKIE"
	testBody   = "BODYTEXT" // in every error document: no message may hold it
)

// testCert is what a certificate of a test is like. The zero value is valid for
// 127.0.0.1 and signs itself.
type testCert struct {
	names     []string // instead of 127.0.0.1
	from, to  time.Time
	signer    *tls.Certificate
	authority bool // may sign, though it is signed by another
}

func (c testCert) must(tb testing.TB) tls.Certificate {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(tb, err)
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: "OPNsense.localdomain"},
		NotBefore:    c.from, NotAfter: c.to, DNSNames: c.names,
		IsCA: c.signer == nil || c.authority, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if c.names == nil {
		tmpl.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	}
	if c.from.IsZero() {
		tmpl.NotBefore = time.Now().Add(-time.Hour)
	}
	if c.to.IsZero() {
		tmpl.NotAfter = time.Now().Add(time.Hour)
	}
	parent, signer := tmpl, any(key)
	if c.signer != nil {
		parent, signer = c.signer.Leaf, c.signer.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, &key.PublicKey, signer)
	must(tb, err)
	leaf, err := x509.ParseCertificate(der)
	must(tb, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func pemOf(c tls.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]}))
}

func fingerprintOf(c tls.Certificate) string {
	return formatFingerprint(sha256.Sum256(c.Certificate[0]))
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// quiet keeps failed handshakes out of the tests' output.
func quiet(s *httptest.Server) *httptest.Server {
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	return s
}

// serveTLS starts a server over TLS, adjusted by more, and returns its URL.
func serveTLS(tb testing.TB, cert tls.Certificate, h http.HandlerFunc, more ...func(*tls.Config)) string {
	tb.Helper()
	s := quiet(httptest.NewUnstartedServer(h))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	for _, f := range more {
		f(s.TLS)
	}
	s.StartTLS()
	tb.Cleanup(s.Close)
	return s.URL
}

// serve starts a server over plain HTTP and returns its URL.
func serve(tb testing.TB, h http.HandlerFunc) string {
	tb.Helper()
	s := quiet(httptest.NewUnstartedServer(h))
	s.Start()
	tb.Cleanup(s.Close)
	return s.URL
}

// serveRaw starts a TCP server whose connections are handled one by one, and
// returns host and port. Connections still open are closed at the end.
func serveRaw(tb testing.TB, handle func(n int, c *net.TCPConn)) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(tb, err)
	done := make(chan struct{})
	var open []net.Conn
	go func() {
		defer close(done)
		for n := 0; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			open = append(open, c)
			handle(n, c.(*net.TCPConn))
		}
	}()
	tb.Cleanup(func() {
		l.Close()
		<-done
		for _, c := range open {
			c.Close()
		}
	})
	return l.Addr().String()
}

// readRequest reads one request without a body.
func readRequest(c net.Conn) { _, _ = http.ReadRequest(bufio.NewReader(c)) }

// testConfig is a configuration that accepts any certificate.
func testConfig(url string) Config {
	return Config{
		Name: "hq", URL: url, TLS: TLS{Mode: TLSInsecure},
		APIKey: testKey, APISecret: testSecret, Timeout: time.Minute,
	}
}

// mustClient makes a client that is tidied up after the test.
func mustClient(tb testing.TB, cfg Config, hc *http.Client) *Client {
	tb.Helper()
	c, err := New(cfg, hc)
	must(tb, err)
	tb.Cleanup(c.CloseIdleConnections)
	return c
}

// ask is one of the client's calls.
type ask func(context.Context, *Client) error

func askShow(ctx context.Context, c *Client) error     { _, err := c.Show(ctx); return err }
func askVIPs(ctx context.Context, c *Client) error     { _, err := c.VirtualIPs(ctx); return err }
func askServices(ctx context.Context, c *Client) error { _, err := c.Services(ctx); return err }
func askStatus(ctx context.Context, c *Client) error   { _, err := c.ServiceStatus(ctx); return err }
func askServers(ctx context.Context, c *Client) error  { _, err := c.Servers(ctx); return err }

// document answers as OPNsense does.
func document(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		http.SetCookie(w, &http.Cookie{Name: "PHPSESSID", Value: testCookie})
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// page answers as something else does.
func page(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		http.SetCookie(w, &http.Cookie{Name: "PHPSESSID", Value: testCookie})
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<html><body>"+testBody+"</body></html>")
	}
}
