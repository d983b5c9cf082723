package opnsense

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// seed adds the recorded answers, also cut, and nasty ones.
func seed(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	must(f, err)
	for _, file := range files {
		doc, err := os.ReadFile(file)
		must(f, err)
		f.Add(doc)
		f.Add(doc[:len(doc)/2])
	}
	for _, doc := range []string{
		"", "{", "[]", "null", "<html>", `{"rows":[`, `{"rows":[{}`, `{"rows":{}}`, `{"rows":[]}{"rows":[]}`,
		`{"rows":[{"type":"peer","if":"\ud800","name":"` + "\xff\xfe" + `","transfer-rx":-9223372036854775808}]}`,
		`{"rows":[{"type":"peer","transfer-rx":1e999,"transfer-tx":"0x1p4","latest-handshake":"-0"}]}`,
		`{"total":1e400,"rows":[{"type":"interface","listen-port":"99999999999999999999"}]}`,
		`{"rows":[{"type":"peer"}],"total":"x","rows":[null,{"type":"peer","type":"interface"}]}`,
		`{"rows":[],"a":` + strings.Repeat(`{"a":`, 40) + `1` + strings.Repeat(`}`, 40) + `}`,
		`{"carp":[],"rows":[{"vhid":"-1"},{"vhid":1e2}]}`, `{"carp":{"demotion":"0"},"rows":[{"vhid":[[[]]]}]}`,
	} {
		f.Add([]byte(doc))
	}
}

func FuzzDecodeShow(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, doc []byte) {
		s, err := decodeShow(bytes.NewReader(doc))
		slow, slowErr := decodeShow(iotest.OneByteReader(bytes.NewReader(doc)))
		if (err == nil) != (slowErr == nil) || err == nil && (s.rows != slow.rows || s.total != slow.total) {
			t.Errorf("depends on how the answer arrives: %v, %v", err, slowErr)
		}
		if err != nil {
			return
		}
		kept := len(s.report.Interfaces) + len(s.report.Peers)
		if kept > s.rows || s.rows > len(doc) || s.total < -1 {
			t.Errorf("%d kept of %d rows, total %d", kept, s.rows, s.total)
		}
		for _, i := range s.report.Interfaces {
			if i.ListenPort < 0 || i.ListenPort > 65535 || i.Link == wireguard.LinkDown && i.StatusWord != "" {
				t.Errorf("%+v", i)
			}
			mustBeText(t, i.Device, i.Name, i.PublicKey, i.StatusWord)
		}
		for _, p := range s.report.Peers {
			if min(p.RxBytes, p.TxBytes, p.HandshakeAge, p.LatestHandshake) < -1 || p.Keepalive < 0 || p.Keepalive > 65535 {
				t.Errorf("%+v", p)
			}
			if p.LatestHandshake < 0 && p.Status == wireguard.PeerNotKnown {
				t.Errorf("nothing to derive a status from: %+v", p)
			}
			mustBeText(t, p.Device, p.Name, p.PublicKey, p.Endpoint, p.AllowedIPs)
		}
		for kind, n := range s.report.Oddities {
			if n < 1 || n > s.rows {
				t.Errorf("%d rows %s, of %d", n, kind, s.rows)
			}
		}
	})
}

func FuzzDecodeVirtualIPs(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, doc []byte) {
		vips, err := decodeVirtualIPs(bytes.NewReader(doc))
		if err != nil && vips != nil || len(vips) > len(doc) {
			t.Errorf("%d rows, %v", len(vips), err)
		}
		for _, v := range vips {
			if v.VHID < 0 || v.VHID > 255 {
				t.Errorf("%+v", v)
			}
			mustBeText(t, v.Role, v.Mode, v.Interface, v.Subnet)
		}
	})
}

// FuzzParseURL holds that a URL that is accepted stays the same when it is
// written out and read again, and leads to the host that it names.
func FuzzParseURL(f *testing.F) {
	for _, s := range []string{"https://fw.example:8443/", "http://[::1]:80/ui/x#y", "https://a@b", "//x", "https://fw/?url=/", "https://h/%2e%2e/%3f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := parseURL(raw)
		if err != nil {
			if len(raw) > 12 && strings.Contains(err.Error(), raw) {
				t.Errorf("quotes the URL: %v", err)
			}
			return
		}
		if u.User != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || strings.HasSuffix(u.Path, "//") {
			t.Errorf("%q became %s", raw, u)
		}
		again, err := parseURL(u.String())
		if err != nil || again.String() != u.String() {
			t.Errorf("%q became %s, then %v, %v", raw, u, again, err)
		}
	})
}

func mustBeText(t *testing.T, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if !utf8.ValidString(s) || len(s) > maxText {
			t.Errorf("not a text: %.100q", s)
		}
	}
}

// FuzzTrust: settings of trust that have no problem can be used, and no others; a
// fingerprint that is taken is the same when written down as messages do.
func FuzzTrust(f *testing.F) {
	authority := pemOf(testCert{}.must(f))
	for _, t := range []TLS{
		{}, {Mode: TLSSystem, ServerName: "fw.example"}, {Mode: TLSInsecure}, {Mode: "other", ServerName: "a b"}, {Mode: TLSCA}, {Mode: TLSCA, CA: authority},
		{Mode: TLSCA, CA: authority[:200]}, {Mode: TLSCA, CA: "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n" + authority},
		{Mode: TLSPin, Fingerprint: strings.Repeat("ab", 32)}, {Mode: TLSPin, Fingerprint: "SHA256 Fingerprint=" + strings.Repeat("AB:", 31) + "AB"},
		{Mode: TLSPin, Fingerprint: "=" + strings.Repeat("-0 ", 64)}, {Mode: TLSPin, Fingerprint: "xyz"},
	} {
		f.Add(t.Mode, t.CA, t.Fingerprint, t.ServerName)
	}
	f.Fuzz(func(t *testing.T, mode, ca, fingerprint, serverName string) {
		trust := TLS{Mode: mode, CA: ca, Fingerprint: fingerprint, ServerName: serverName}
		problems := trust.validate()
		cfg, err := trust.ClientConfig(nil)
		if (len(problems) == 0) != (err == nil) {
			t.Fatalf("problems %v, but %v", problems, err)
		}
		for _, p := range problems {
			if len(p.Error()) > 300 {
				t.Errorf("a message of %d bytes", len(p.Error()))
			}
		}
		if err == nil && (cfg.MinVersion < tls.VersionTLS12 || mode == TLSCA && cfg.RootCAs == nil || mode == TLSPin && cfg.VerifyConnection == nil ||
			cfg.InsecureSkipVerify && mode != TLSPin && mode != TLSInsecure) {
			t.Errorf("%q trusts too much", mode)
		}
		if sum, ok := parseFingerprint(fingerprint); ok {
			if again, ok := parseFingerprint(formatFingerprint(sum)); !ok || again != sum {
				t.Errorf("%q becomes %x", fingerprint, again)
			}
		}
	})
}

// FuzzPresented: whatever certificate a firewall shows, what is told of it is short,
// and valid UTF-8.
func FuzzPresented(f *testing.F) {
	f.Add(testCert{}.must(f).Certificate[0])
	f.Add(testCert{names: []string{"a.example", "*.b.example", "10.0.0.1"}}.must(f).Certificate[0])
	f.Add([]byte{0x30, 0})
	f.Fuzz(func(t *testing.T, der []byte) {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return
		}
		p := presented([]*x509.Certificate{cert}, "fw.example", x509.NewCertPool())
		raw, err := json.Marshal(p)
		if err != nil || len(raw) > 256<<10 || !utf8.Valid(raw) || len(p.SHA256) != 95 {
			t.Errorf("%d bytes, %v: %.300s", len(raw), err, raw)
		}
		kind, problem, advice := certificateProblem(x509.UnknownAuthorityError{Cert: cert}, cert, true)
		if names := certificateNames(cert); kind == "" || len(problem)+len(advice)+len(names) > 4<<10 {
			t.Errorf("%s: %d bytes", kind, len(problem)+len(advice)+len(names))
		}
	})
}
