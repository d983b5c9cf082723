package opnsense

import (
	"bytes"
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
