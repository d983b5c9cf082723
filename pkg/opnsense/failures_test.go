package opnsense

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// failure is one way in which a call can fail. setUp returns the configuration
// and, where the network itself is replaced, the client to use.
type failure struct {
	name    string
	setUp   func(t *testing.T) (Config, *http.Client)
	ask     ask // nil asks what runs
	kind    Kind
	status  int
	message string // HOST, PRINT and DATE stand for what differs from run to run
	seen    bool   // the certificate's fingerprint is in the error
}

func plainHTTP(h http.HandlerFunc) func(*testing.T) (Config, *http.Client) {
	return func(t *testing.T) (Config, *http.Client) { return testConfig(serve(t, h)), nil }
}

func overTLS(h http.HandlerFunc) func(*testing.T) (Config, *http.Client) {
	return func(t *testing.T) (Config, *http.Client) {
		return testConfig(serveTLS(t, testCert{}.must(t), h)), nil
	}
}

func trusting(cert testCert, trust TLS) func(*testing.T) (Config, *http.Client) {
	return func(t *testing.T) (Config, *http.Client) {
		cfg := testConfig(serveTLS(t, cert.must(t), document(200, `{"rows":[]}`)))
		cfg.TLS = trust
		return cfg, nil
	}
}

func raw(scheme string, timeout time.Duration, handle func(n int, c *net.TCPConn)) func(*testing.T) (Config, *http.Client) {
	return func(t *testing.T) (Config, *http.Client) {
		cfg := testConfig(scheme + "://" + serveRaw(t, handle))
		cfg.Timeout = timeout
		return cfg, nil
	}
}

func dialling(timeout time.Duration, dial func(ctx context.Context) error) func(*testing.T) (Config, *http.Client) {
	return func(*testing.T) (Config, *http.Client) {
		cfg := testConfig("https://fw.example:8443")
		cfg.Timeout = timeout
		return cfg, &http.Client{Transport: &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Err: dial(ctx)}
			},
		}}
	}
}

func redirect(status int, to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, status) }
}

const short = 300 * time.Millisecond

func wait(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }

func reset(_ int, c *net.TCPConn) { readRequest(c); _ = c.SetLinger(0); c.Close() }

func stream(w http.ResponseWriter, head string) {
	_, _ = io.WriteString(w, head)
	w.(http.Flusher).Flush()
}

func zipped(s string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, s)
	z.Close()
	return b.Bytes()
}

// padding is a megabyte of an array. Its blanks are in pieces: the race detector
// looks at the decoder's whole buffer whenever it moves.
var padding = strings.Repeat(strings.Repeat(" ", 1<<13-2)+"0,", 1<<7)

// endless answers with more than is read.
func endless(w io.Writer, head, more []byte) {
	_, _ = w.Write(head)
	for range MaxAnswer>>20 + 2 {
		if _, err := w.Write(more); err != nil {
			return
		}
	}
}

var networkFailures = []failure{
	{name: "expired", setUp: trusting(testCert{from: time.Now().Add(-48 * time.Hour), to: time.Now().Add(-24 * time.Hour)}, TLS{}),
		kind: KindCertificateExpired, seen: true,
		message: "the certificate of HOST expired on DATE UTC: renew it on the firewall (System: Trust: Certificates), or pin it (tls.mode pin, fingerprint PRINT)"},
	{name: "not valid yet", setUp: trusting(testCert{from: time.Now().Add(time.Hour), to: time.Now().Add(2 * time.Hour)}, TLS{}),
		kind: KindCertificateExpired, seen: true,
		message: "the certificate of HOST is not valid before DATE UTC: check the clocks of the firewall and of Grafana's host, or pin it (tls.mode pin, fingerprint PRINT)"},
	{name: "wrong name", setUp: trusting(testCert{names: []string{"OPNsense.localdomain", "fw.example"}}, TLS{}),
		kind: KindCertificateName, seen: true,
		message: "the certificate of HOST is not for 127.0.0.1 but for OPNsense.localdomain, fw.example: use such a name in the URL, set tls.serverName to it, or pin the certificate (tls.mode pin, fingerprint PRINT)"},
	{name: "wrong server name", setUp: trusting(testCert{names: []string{"a", "b", "c", "d", "e", "f"}}, TLS{ServerName: "fw.example"}),
		kind: KindCertificateName, seen: true,
		message: "the certificate of HOST is not for fw.example but for a, b, c, d, e, …: use such a name in the URL, set tls.serverName to it, or pin the certificate (tls.mode pin, fingerprint PRINT)"},
	{name: "no name", setUp: trusting(testCert{names: []string{}}, TLS{ServerName: "fw.example"}),
		kind: KindCertificateName, seen: true,
		message: "the certificate of HOST is not for fw.example but for no name at all: use such a name in the URL, set tls.serverName to it, or pin the certificate (tls.mode pin, fingerprint PRINT)"},
	{name: "unknown authority", setUp: trusting(testCert{}, TLS{Mode: TLSSystem}),
		kind: KindCertificateUnknown, seen: true,
		message: "the certificate of HOST is not signed by an authority that Grafana's host trusts: give its authority (tls.mode ca), or pin it (tls.mode pin, fingerprint PRINT)"},
	{name: "another authority", setUp: func(t *testing.T) (Config, *http.Client) {
		cfg, _ := trusting(testCert{}, TLS{Mode: TLSCA, CA: pemOf(testCert{}.must(t))})(t)
		return cfg, nil
	},
		kind: KindCertificateUnknown, seen: true,
		message: "the certificate of HOST is not signed by the authority in tls.ca: check which authority signed it, or pin it (tls.mode pin, fingerprint PRINT)"},
	{name: "not the pinned one", setUp: trusting(testCert{}, TLS{Mode: TLSPin, Fingerprint: strings.Repeat("ab", 32)}),
		kind: KindPinMismatch, seen: true,
		message: "the certificate of HOST is not the pinned one: it has the fingerprint PRINT; pin that one if the firewall's certificate was renewed, else somebody stands in between"},
	{name: "TLS 1.1", setUp: func(t *testing.T) (Config, *http.Client) {
		return testConfig(serveTLS(t, testCert{}.must(t), page(200), func(c *tls.Config) {
			c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
		})), nil
	},
		kind: KindTLS, message: "the TLS handshake with HOST failed: tls: protocol version not supported (this side speaks TLS 1.2 and 1.3)"},
	{name: "client certificate wanted", setUp: func(t *testing.T) (Config, *http.Client) {
		return testConfig(serveTLS(t, testCert{}.must(t), page(200), func(c *tls.Config) {
			c.ClientAuth = tls.RequireAnyClientCert
		})), nil
	},
		kind: KindTLS, message: "the TLS handshake with HOST failed: tls: certificate required (this side speaks TLS 1.2 and 1.3)"},
	{name: "HTTPS to an HTTP port", setUp: func(t *testing.T) (Config, *http.Client) {
		return testConfig(strings.Replace(serve(t, page(200)), "http:", "https:", 1)), nil
	},
		kind: KindWrongScheme, message: "HOST speaks plain HTTP on this port: check the port, or write the URL with http://"},
	{name: "HTTP to an HTTPS port", setUp: func(t *testing.T) (Config, *http.Client) {
		return testConfig(strings.Replace(serveTLS(t, testCert{}.must(t), page(200)), "https:", "http:", 1)), nil
	},
		kind: KindWrongScheme, status: 400, message: "HOST does not take plain HTTP on this port (400): write the URL with https://"},
	{name: "HTTP to a port that answers with an alert", setUp: raw("http", time.Second, func(_ int, c *net.TCPConn) {
		readRequest(c)
		_, _ = c.Write([]byte("\x15\x03\x01\x00\x02\x02\x46\r\n"))
		c.Close()
	}),
		kind: KindWrongScheme, message: "HOST does not speak plain HTTP on this port: write the URL with https://, or check the port"},
	{name: "HTTPS to SSH", setUp: raw("https", time.Second, func(_ int, c *net.TCPConn) { _, _ = c.Write([]byte("SSH-2.0-OpenSSH_9.9\r\n")) }),
		kind: KindWrongScheme, message: "HOST does not speak TLS on this port: check the port"},
	{name: "closed without an answer", setUp: raw("http", time.Second, func(_ int, c *net.TCPConn) { readRequest(c); c.Close() }),
		kind: KindReset, message: "HOST closed the connection without an answer: if this is the HTTPS port, write the URL with https://"},
	{name: "reset", setUp: raw("http", time.Second, reset),
		kind: KindReset, message: "HOST closed the connection without an answer: if this is the HTTPS port, write the URL with https://"},
	{name: "closed in the handshake", setUp: raw("https", time.Second, func(_ int, c *net.TCPConn) {
		_, _ = c.Read(make([]byte, 1<<12))
		c.Close()
	}),
		kind: KindReset, message: "HOST closed the connection during the TLS handshake: the firewall may be starting, or this is not its web interface's port"},
	{name: "reset before the handshake", setUp: raw("https", time.Second, func(_ int, c *net.TCPConn) { _ = c.SetLinger(0); c.Close() }),
		kind: KindReset, message: "HOST closed the connection during the TLS handshake: the firewall may be starting, or this is not its web interface's port"},
	{name: "closed after the handshake", setUp: overTLS(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }),
		kind: KindReset, message: "HOST closed the connection without an answer: the firewall may be starting"},
	{name: "refused", setUp: func(t *testing.T) (Config, *http.Client) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, err)
		l.Close()
		return testConfig("https://" + l.Addr().String()), nil
	},
		kind: KindRefused, message: "HOST refused the connection: check the port, and that the firewall's web interface runs and may be reached from Grafana"},
	{name: "unreachable", setUp: dialling(time.Second, func(context.Context) error { return os.NewSyscallError("connect", syscall.EHOSTUNREACH) }),
		kind: KindNetwork, message: "there is no way to fw.example:8443: check the address and the routes of Grafana's host"},
	{name: "another trouble", setUp: dialling(time.Second, func(context.Context) error { return errors.New("socks:\nno") }),
		kind: KindNetwork, message: `the connection to fw.example:8443 failed: socks:\nno`},
	{name: "no such name", setUp: dialling(time.Second, func(context.Context) error {
		return &net.DNSError{Err: "no such host", Name: "fw.example", IsNotFound: true}
	}),
		kind: KindDNS, message: "the name fw.example does not exist: check the URL, and the DNS that Grafana's host uses"},
	{name: "DNS fails", setUp: dialling(time.Second, func(context.Context) error {
		return &net.DNSError{Err: "server misbehaving", Name: "fw.example", IsTemporary: true}
	}),
		kind: KindDNS, message: "the name fw.example could not be looked up: DNS fails on Grafana's host"},
	{name: "no connection in time", setUp: dialling(short, wait),
		kind: KindTimeout, message: "no connection to fw.example:8443 within 300ms: check address and port, and that no rule drops it on the way"},
	{name: "no handshake in time", setUp: raw("https", short, func(int, *net.TCPConn) {}),
		kind: KindTimeout, message: "HOST took the connection but did not finish the TLS handshake within 300ms"},
	{name: "no answer in time", setUp: raw("http", short, func(_ int, c *net.TCPConn) { readRequest(c) }),
		kind: KindTimeout, message: "no answer within 300ms: the firewall took the request and stayed silent, its back end (configd) may hang"},
	{name: "no end in time", setUp: raw("http", short, func(_ int, c *net.TCPConn) {
		readRequest(c)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"rows\":[")
	}),
		kind: KindTimeout, status: 200, message: "the answer began but did not end within 300ms"},
}

var answerFailures = []failure{
	{name: "401", setUp: overTLS(document(401, `{"status":401,"message":"`+testBody+`"}`)),
		kind: KindUnauthorized, status: 401, message: "the firewall refused the API key or secret (401): check both, and that their user is neither disabled nor expired"},
	{name: "401 of a proxy", setUp: overTLS(page(401)),
		kind: KindUnauthorized, status: 401, message: "the firewall refused the API key or secret (401): check both, and that their user is neither disabled nor expired; the answer is not OPNsense's own, a proxy in between may have refused"},
	{name: "403", setUp: overTLS(document(403, `{"status":403,"message":"Forbidden"}`)),
		kind: KindForbidden, status: 403, message: "the API key's user lacks the privilege VPN: WireGuard: Status (OPNsense 25.7 and later; before: VPN: WireGuard: Configuration) (403): add it, and check that the group's source networks, if set, hold Grafana's address"},
	{name: "403 for the virtual addresses", ask: askVIPs, setUp: overTLS(document(403, `{"status":403,"message":"Forbidden"}`)),
		kind: KindForbidden, status: 403, message: "the API key's user lacks the privilege Interfaces: Virtual IPs: Status (403): add it, and check that the group's source networks, if set, hold Grafana's address"},
	{name: "403 for the services", ask: askServices, setUp: overTLS(document(403, `{"status":403,"message":"Forbidden"}`)),
		kind: KindForbidden, status: 403, message: "the API key's user lacks the privilege Status: Services (403): add it, and check that the group's source networks, if set, hold Grafana's address"},
	{name: "403 for the service", ask: askStatus, setUp: overTLS(document(403, `{"status":403,"message":"Forbidden"}`)),
		kind: KindForbidden, status: 403, message: "the API key's user lacks the privilege VPN: WireGuard: Status (OPNsense 25.7 and later; before: VPN: WireGuard: Configuration) (403): add it, and check that the group's source networks, if set, hold Grafana's address"},
	{name: "403 for the configuration", ask: askServers, setUp: overTLS(document(403, `{"status":403,"message":"Forbidden"}`)),
		kind: KindForbidden, status: 403, message: "the API key's user lacks the privilege VPN: WireGuard: Configuration (403): add it, and check that the group's source networks, if set, hold Grafana's address"},
	{name: "403 of a proxy", setUp: overTLS(page(403)),
		kind: KindForbidden, status: 403, message: "the API key's user lacks the privilege VPN: WireGuard: Status (OPNsense 25.7 and later; before: VPN: WireGuard: Configuration) (403): add it, and check that the group's source networks, if set, hold Grafana's address; the answer is not OPNsense's own, a proxy in between may have refused"},
	{name: "404", setUp: overTLS(document(404, `{"errorMessage":"Endpoint not found"}`)),
		kind: KindNotFound, status: 404, message: "this OPNsense does not know /api/wireguard/service/show (404): check its version, and the path in the URL"},
	{name: "404 of another server", setUp: overTLS(page(404)),
		kind: KindNotOPNsense, status: 404, message: "this is not OPNsense's API (status 404): check host, port and path in the URL"},
	{name: "400", setUp: overTLS(document(400, `{"status":400,"message":"Invalid JSON syntax"}`)),
		kind: KindBadAnswer, status: 400, message: "the firewall could not read the request (400): a proxy in between may add a Content-Type header"},
	{name: "411", setUp: overTLS(page(411)),
		kind: KindBadAnswer, status: 411, message: "the firewall misses the length of the request (411): a proxy in between may take the Content-Length header away"},
	{name: "418", setUp: overTLS(page(418)),
		kind: KindNotOPNsense, status: 418, message: "this is not OPNsense's API (status 418): check host, port and path in the URL"},
	{name: "204", setUp: overTLS(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }),
		kind: KindNotOPNsense, status: 204, message: "this is not OPNsense's API (status 204): check host, port and path in the URL"},
	{name: "500", setUp: overTLS(document(500, `{"errorMessage":"Unexpected error, check log for details"}`)),
		kind: KindServerError, status: 500, message: "an error inside the firewall (500): see System: Log Files: Backend and Web GUI on it"},
	{name: "502", setUp: overTLS(page(502)),
		kind: KindUnavailable, status: 502, message: "the firewall's web server has nobody to answer (502): the firewall may be starting, updating or overloaded"},
	{name: "503", setUp: overTLS(page(503)),
		kind: KindUnavailable, status: 503, message: "the firewall's web server has nobody to answer (503): the firewall may be starting, updating or overloaded"},
	{name: "429", setUp: overTLS(page(429)),
		kind: KindUnavailable, status: 429, message: "the firewall's web server has nobody to answer (429): the firewall may be starting, updating or overloaded"},
	{name: "302 to the login page", setUp: overTLS(redirect(302, "/?url=/api/wireguard/service/show")),
		kind: KindNotOPNsense, status: 302, message: "the firewall answers with its login page (302): the API key did not arrive, a proxy in between may take the Authorization header away"},
	{name: "303", setUp: overTLS(redirect(303, "/ui/")),
		kind: KindNotOPNsense, status: 303, message: "a redirect came instead of OPNsense's API (303): check port and path in the URL; a login page in front of the firewall does this too"},
	{name: "302 to nowhere", setUp: overTLS(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(302) }),
		kind: KindNotOPNsense, status: 302, message: "a redirect came instead of OPNsense's API (302): check port and path in the URL; a login page in front of the firewall does this too"},
	{name: "301 to HTTPS", setUp: plainHTTP(redirect(301, "https://127.0.0.1/")),
		kind: KindWrongScheme, status: 301, message: "HOST sends plain HTTP on to HTTPS (301): write the URL with https://"},
	{name: "302 elsewhere", setUp: overTLS(redirect(302, "https://login.example/?token="+testBody)),
		kind: KindNotOPNsense, status: 302, message: "a redirect to another host, login.example, came instead of OPNsense's API (302): check the URL; a login page in front of the firewall does this too"},
	{name: "a web page", setUp: overTLS(page(200)),
		kind: KindNotOPNsense, status: 200, message: "a web page came instead of OPNsense's API: check host, port and path in the URL; a login page in front of the firewall does this too"},
	{name: "text called a web page", setUp: overTLS(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, testBody)
	}),
		kind: KindNotOPNsense, status: 200, message: "a web page came instead of OPNsense's API: check host, port and path in the URL; a login page in front of the firewall does this too"},
	{name: "empty", setUp: overTLS(document(200, "")),
		kind: KindBadAnswer, status: 200, message: "the answer is empty: the firewall may be starting"},
	{name: "an array", setUp: overTLS(document(200, `["`+testBody+`"]`)),
		kind: KindBadAnswer, status: 200, message: "the answer is an array where an object was expected"},
	{name: "null", setUp: overTLS(document(200, `null`)),
		kind: KindBadAnswer, status: 200, message: "the answer is null where an object was expected"},
	{name: "no rows", setUp: overTLS(document(200, `{"total":0}`)),
		kind: KindBadAnswer, status: 200, message: "the answer is an object without rows"},
	{name: "rows is a string", setUp: overTLS(document(200, `{"rows":"`+testBody+`"}`)),
		kind: KindBadAnswer, status: 200, message: `"rows" is a string where an array was expected`},
	{name: "rows is null", ask: askVIPs, setUp: overTLS(document(200, `{"rows":null}`)),
		kind: KindBadAnswer, status: 200, message: `"rows" is null where an array was expected`},
	{name: "broken", setUp: overTLS(document(200, `{"rows":[{"if":"wg0" "`+testBody+`":1}]}`)),
		kind: KindBadAnswer, status: 200, message: "the answer is not valid JSON (at byte 21)"},
	{name: "more after the end", setUp: overTLS(document(200, `{"rows":[]} Warning: `+testBody)),
		kind: KindBadAnswer, status: 200, message: "the answer goes on after its end"},
	{name: "deep", setUp: overTLS(document(200, `{"rows":[`+strings.Repeat("[", 100)+strings.Repeat("]", 100)+`]}`)),
		kind: KindBadAnswer, status: 200, message: "the answer nests deeper than 32 levels"},
	{name: "truncated JSON", setUp: overTLS(document(200, `{"total":1,"rows":[{"if":"wg0"`)),
		kind: KindBadAnswer, status: 200, message: "the answer breaks off after 30 bytes"},
	{name: "cut body", setUp: overTLS(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		stream(w, `{"rows":[{"if":"wg0"`)
		panic(http.ErrAbortHandler)
	}),
		kind: KindBadAnswer, status: 200, message: "the answer breaks off after 20 bytes"},
	{name: "reset body", setUp: raw("http", time.Second, func(_ int, c *net.TCPConn) {
		readRequest(c)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"rows\":[")
		time.Sleep(100 * time.Millisecond) // until it was read: a reset throws away what waits
		_ = c.SetLinger(0)
		c.Close()
	}),
		kind: KindReset, status: 200, message: "HOST closed the connection after 9 bytes of the answer"},
	{name: "huge", setUp: overTLS(func(w http.ResponseWriter, _ *http.Request) { endless(w, []byte(`{"x":[`), []byte(padding)) }),
		kind: KindTooLarge, status: 200, message: "the answer is larger than 32 MiB, the limit"},
	{name: "gzip bomb", setUp: overTLS(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		endless(w, zipped(`{"x":[`), zipped(padding)) // one after another, they make one stream
	}),
		kind: KindTooLarge, status: 200, message: "the answer is larger than 32 MiB, the limit"},
	{name: "broken gzip", setUp: overTLS(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = io.WriteString(w, testBody+testBody)
	}),
		kind: KindBadAnswer, status: 200, message: "the answer could not be read on after 0 bytes: gzip: invalid header"},
	{name: "too many rows", setUp: overTLS(document(200, `{"rows":[`+strings.Repeat("0,", MaxRows)+`0]}`)),
		kind: KindTooLarge, status: 200, message: "the answer has more than 100000 rows, the limit"},
	{name: "rows kept back", setUp: overTLS(document(200, `{"total":3,"rows":[{"type":"peer"}]}`)),
		kind: KindBadAnswer, status: 200, message: "the answer holds 1 of 3 rows, though all were asked for"},
	{name: "services kept back", ask: askServices, setUp: overTLS(document(200, `{"rows":[{"id":"cron"},7],"total":3}`)),
		kind: KindBadAnswer, status: 200, message: "the answer holds 2 of 3 rows, though no page size was asked for"},
	{name: "services without rows", ask: askServices, setUp: overTLS(document(200, `{"total":0}`)),
		kind: KindBadAnswer, status: 200, message: "the answer is an object without rows"},
	{name: "no status", ask: askStatus, setUp: overTLS(document(200, `{"widget":{"status":"disabled"}}`)),
		kind: KindBadAnswer, status: 200, message: "the answer is an object without a status"},
	{name: "status is a number", ask: askStatus, setUp: overTLS(document(200, `{"status":"disabled","status":1}`)),
		kind: KindBadAnswer, status: 200, message: "the answer is an object without a status"},
	{name: "status breaks off", ask: askStatus, setUp: overTLS(document(200, `{"status":"disab`)),
		kind: KindBadAnswer, status: 200, message: "the answer breaks off after 16 bytes"},
	{name: "instances kept back", ask: askServers, setUp: overTLS(document(200, `{"rows":[{"name":"hq"}],"total":"2"}`)),
		kind: KindBadAnswer, status: 200, message: "the answer holds 1 of 2 rows, though no page size was asked for"},
	{name: "instances, empty", ask: askServers, setUp: overTLS(document(200, "")),
		kind: KindBadAnswer, status: 200, message: "the answer is empty: the firewall may be starting"},
	{name: "instances, a web page", ask: askServers, setUp: overTLS(page(200)),
		kind: KindNotOPNsense, status: 200, message: "a web page came instead of OPNsense's API: check host, port and path in the URL; a login page in front of the firewall does this too"},
	{name: "instances, broken", ask: askServers, setUp: overTLS(document(200, `{"rows":[{"privkey" "`+testBody+`":1}]}`)),
		kind: KindBadAnswer, status: 200, message: "the answer is not valid JSON (at byte 20)"},
	{name: "instances, more after the end", ask: askServers, setUp: overTLS(document(200, `{"rows":[]} Warning: `+testBody)),
		kind: KindBadAnswer, status: 200, message: "the answer goes on after its end"},
	{name: "instances, cut in a private key", ask: askServers, setUp: overTLS(document(200, `{"rows":[{"privkey":"`+testBody)),
		kind: KindBadAnswer, status: 200, message: "the answer breaks off after 29 bytes"},
	{name: "instances, reset body", ask: askServers, setUp: raw("http", time.Second, func(_ int, c *net.TCPConn) {
		readRequest(c)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"rows\":[")
		time.Sleep(100 * time.Millisecond)
		_ = c.SetLinger(0)
		c.Close()
	}),
		kind: KindReset, status: 200, message: "HOST closed the connection after 9 bytes of the answer"},
	{name: "instances, huge", ask: askServers, setUp: overTLS(func(w http.ResponseWriter, _ *http.Request) { endless(w, []byte(`{"x":[`), []byte(padding)) }),
		kind: KindTooLarge, status: 200, message: "the answer is larger than 32 MiB, the limit"},
	{name: "back end down", ask: askVIPs, setUp: overTLS(document(200, `{"total":0,"rows":[],"carp":[]}`)),
		kind: KindBackendDown, status: 200, message: "the firewall answers, but its back end (configd) does not: the CARP roles are not known"},
}

func TestFailures(t *testing.T) {
	for _, f := range append(networkFailures, answerFailures...) {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			cfg, hc := f.setUp(t)
			c := mustClient(t, cfg, hc)
			if f.ask == nil {
				f.ask = askShow
			}
			err := f.ask(t.Context(), c)
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want an *Error", err)
			}
			f.check(t, e, c.base.Host)
			mustHoldNoSecret(t, e)
		})
	}
}

var (
	printPattern = regexp.MustCompile(`([0-9A-F]{2}:){31}[0-9A-F]{2}`)
	datePattern  = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`)
)

func (f *failure) check(t *testing.T, e *Error, host string) {
	t.Helper()
	message := e.Message
	if strings.Contains(f.message, "HOST") {
		message = strings.ReplaceAll(message, host, "HOST")
	}
	message = printPattern.ReplaceAllString(message, "PRINT")
	message = datePattern.ReplaceAllString(message, "DATE")
	if message != f.message {
		t.Errorf("message\n got %s\nwant %s\ncause %v", message, f.message, e.Err)
	}
	if e.Kind != f.kind || e.Status != f.status {
		t.Errorf("got %s, status %d, want %s, %d", e.Kind, e.Status, f.kind, f.status)
	}
	if seen := printPattern.MatchString(e.Fingerprint); seen != f.seen {
		t.Errorf("fingerprint %q", e.Fingerprint)
	}
	if e.Firewall != "hq" || e.Error() != "hq: "+e.Message || !strings.HasPrefix(e.Endpoint, "/api/") {
		t.Errorf("firewall %q, endpoint %q, error %q", e.Firewall, e.Endpoint, e.Error())
	}
	if !e.Kind.Downstream() {
		t.Error("not downstream")
	}
}

// mustHoldNoSecret looks at the error and at all it wraps, printed in every way.
func mustHoldNoSecret(t *testing.T, e *Error) {
	t.Helper()
	for err := error(e); err != nil; err = errors.Unwrap(err) {
		text := fmt.Sprintf("%v %+v %#v %s %q", err, err, err, err, err)
		for _, secret := range []string{
			testKey, testSecret, testCookie, "PHPSESSID", "Authorization:", "Basic ", testBody,
			base64.StdEncoding.EncodeToString([]byte(testKey + ":" + testSecret)),
		} {
			if strings.Contains(text, secret) {
				t.Errorf("%T holds %q: %s", err, secret, text)
			}
		}
	}
}

func TestEnd(t *testing.T) {
	t.Parallel()
	c := mustClient(t, testConfig("http://"+serveRaw(t, func(_ int, c *net.TCPConn) { readRequest(c) })), nil)
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		checkEnd(t, c, ctx, KindCancelled, "the call was cancelled")
		if _, err := c.Show(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("the cause is lost: %v", err)
		}
	})
	t.Run("the caller's deadline", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		checkEnd(t, c, ctx, KindTimeout, "no answer before the caller's deadline: the firewall took the request and stayed silent, its back end (configd) may hang")
	})
}

func checkEnd(t *testing.T, c *Client, ctx context.Context, kind Kind, message string) {
	t.Helper()
	_, err := c.Show(ctx)
	var e *Error
	if !errors.As(err, &e) || e.Kind != kind || e.Message != message {
		t.Errorf("got %v", err)
	}
}

// The SDK's middlewares wrap the transport's errors. A handshake that the
// transport gave up is a time-out all the same, after which a firewall is left in
// peace.
func TestTimeoutBehindMiddleware(t *testing.T) {
	t.Parallel()
	tr := &http.Transport{TLSHandshakeTimeout: short, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	cfg := testConfig("https://" + serveRaw(t, func(int, *net.TCPConn) {}))
	_, err := mustClient(t, cfg, &http.Client{Transport: wrapping{tr}}).Show(t.Context())
	if kindOf(err) != KindTimeout || !strings.Contains(err.Error(), "did not finish the TLS handshake within ") {
		t.Errorf("%q %v", kindOf(err), err)
	}
}

type wrapping struct{ http.RoundTripper }

func (w wrapping) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := w.RoundTripper.RoundTrip(r)
	if err != nil {
		err = fmt.Errorf("wrapped: %w", err)
	}
	return resp, err
}
