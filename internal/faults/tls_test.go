package faults

import (
	"crypto/tls"
	"strings"
	"time"
)

func trustAny() *tls.Config { return &tls.Config{InsecureSkipVerify: true} } //nolint:gosec // of a proxy here

var day = 24 * time.Hour

// presents has the firewall show another certificate.
func presents(l leaf) fault {
	return fault{tls: func(f *firewall, c *tls.Config) { c.Certificates = []tls.Certificate{f.ca.issue(l)} }}
}

var tlsRows = []row{
	{name: "certificate of an unknown authority", fault: fault{tls: func(f *firewall, c *tls.Config) {
		c.Certificates = []tls.Certificate{newAuthority(f.ca.tb).issue(leaf{})}
	}}, want: unreadable},
	{name: "self-signed certificate", fault: presents(leaf{alone: true}), want: unreadable},
	{name: "expired", fault: presents(leaf{from: time.Now().Add(-2 * day), until: time.Now().Add(-day)}), want: unreadable},
	{name: "not yet valid", fault: presents(leaf{from: time.Now().Add(day)}), want: unreadable},
	{name: "for another name", fault: presents(leaf{names: []string{"other.example"}}), want: unreadable},
	{name: "for no name", fault: presents(leaf{names: []string{}}), want: unreadable},
	{name: "weak key: RSA of 768 bits", fault: fault{tls: func(f *firewall, c *tls.Config) {
		c.Certificates = []tls.Certificate{f.ca.issue(leaf{key: weakKey(f.ca.tb)})}
	}}, want: unreadable},
	{name: "TLS 1.1 at most", fault: fault{tls: func(_ *firewall, c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }}, want: unreadable},
	{name: "TLS 1.2 at most", fault: fault{tls: func(_ *firewall, c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }}, want: asEver},
	{name: "client certificate wanted", fault: fault{tls: func(_ *firewall, c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }}, want: unreadable},
	{name: "client certificate wanted, TLS 1.2", fault: fault{tls: func(_ *firewall, c *tls.Config) {
		c.ClientAuth, c.MaxVersion = tls.RequireAnyClientCert, tls.VersionTLS12
	}}, want: unreadable},
	{name: "another certificate under a pin", setup: setup{pin: true}, fault: presents(leaf{}), want: unreadable},
	{name: "expired and for another name, but pinned", setup: setup{pin: true}, fault: fault{door: keepCertificate, saved: func(f *firewall, entry map[string]any, _ secret) {
		f.renew(leaf{from: time.Now().Add(-2 * day), until: time.Now().Add(-day), names: []string{"other.example"}})
		entry["tls"] = model{"mode": "pin", "fingerprint": fingerprint(f.cert)}
	}}, want: asEver},
	{name: "certificate renewed by the same authority", fault: fault{saved: func(f *firewall, _ map[string]any, _ secret) { f.renew(leaf{}) }}, want: asEver},
	{name: "settings without the authority", fault: fault{saved: func(_ *firewall, entry map[string]any, _ secret) {
		entry["tls"] = model{"mode": "ca", "ca": "-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n"}
	}}, want: unheard},
	{name: "settings with a fingerprint that is none", fault: fault{saved: func(_ *firewall, entry map[string]any, _ secret) {
		entry["tls"] = model{"mode": "pin", "fingerprint": strings.Repeat("zz", 32)}
	}}, want: unheard},
}

// keepCertificate gives the firewall its certificate back afterwards.
func keepCertificate(f *firewall) (mend func()) {
	kept := f.cert
	return func() { f.cert = kept }
}
