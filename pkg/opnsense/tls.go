package opnsense

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"strings"
)

// The ways to trust a firewall's certificate.
const (
	TLSSystem   = "system"   // signed by an authority that Grafana's host trusts; also the empty mode
	TLSCA       = "ca"       // signed by the authority in TLS.CA, or being it
	TLSPin      = "pin"      // the very certificate of TLS.Fingerprint; name, dates and chain do not matter
	TLSInsecure = "insecure" // any
)

// TLS says how the firewall's certificate is trusted.
type TLS struct {
	Mode        string // "system" (also ""), "ca", "pin", "insecure"
	CA          string // PEM, for "ca"
	Fingerprint string // SHA-256 of the certificate in hex, for "pin"; colons, spaces and case do not matter
	ServerName  string // sent and expected instead of the URL's host; optional
}

func (t TLS) validate() []error {
	var problems []error
	add := func(field, problem string) {
		problems = append(problems, &ConfigError{field, problem})
	}
	switch t.Mode {
	case TLSSystem, TLSInsecure, "":
	case TLSCA:
		if strings.TrimSpace(t.CA) == "" {
			add("tls.ca", `is missing: mode "ca" needs the authority's certificate in PEM`)
		} else if !x509.NewCertPool().AppendCertsFromPEM([]byte(t.CA)) {
			add("tls.ca", "holds no certificate: paste the PEM block, -----BEGIN CERTIFICATE----- and all")
		}
	case TLSPin:
		if strings.TrimSpace(t.Fingerprint) == "" {
			add("tls.fingerprint", `is missing: mode "pin" needs the SHA-256 fingerprint of the firewall's certificate`)
		} else if _, ok := parseFingerprint(t.Fingerprint); !ok {
			add("tls.fingerprint", "is not a SHA-256 fingerprint: 64 hexadecimal digits, colons allowed")
		}
	default:
		add("tls.mode", `is unknown: allowed are "system", "ca", "pin" and "insecure"`)
	}
	if strings.ContainsAny(t.ServerName, "/: \t\r\n") {
		add("tls.serverName", "must be a bare name without scheme, port or path")
	}
	return problems
}

// ClientConfig returns a copy of base, which may be nil, that trusts as t says.
// The errors are [*ConfigError]s, joined.
func (t TLS) ClientConfig(base *tls.Config) (*tls.Config, error) {
	cfg := &tls.Config{}
	if base != nil {
		cfg = base.Clone()
	}
	if err := t.Apply(cfg); err != nil {
		return nil, err
	}
	return cfg, nil
}

// Apply is ClientConfig in place, for the SDK's ConfigureTLSConfig. TLS 1.2 is
// the least; roots that cfg already has stay in mode "system". The configuration
// is left as it was when there is an error.
func (t TLS) Apply(cfg *tls.Config) error {
	if err := joined(t.validate()); err != nil {
		return err
	}
	cfg.MinVersion = max(cfg.MinVersion, tls.VersionTLS12)
	cfg.InsecureSkipVerify = false
	// OPNsense's web server ends a connection before the next poll is due. A session that is resumed spares
	// both sides the costly part of the next handshake; one is enough, and it is of this firewall alone.
	cfg.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	if t.ServerName != "" {
		cfg.ServerName = t.ServerName
	}
	switch t.Mode {
	case TLSCA:
		cfg.RootCAs = x509.NewCertPool()
		cfg.RootCAs.AppendCertsFromPEM([]byte(t.CA))
	case TLSPin:
		// The pin is checked in VerifyConnection, which also runs when a session is resumed.
		pinned, _ := parseFingerprint(t.Fingerprint)
		cfg.InsecureSkipVerify = true
		cfg.VerifyConnection = func(s tls.ConnectionState) error { return checkPin(s, pinned) }
	case TLSInsecure:
		cfg.InsecureSkipVerify = true
	}
	return nil
}

func checkPin(s tls.ConnectionState, pinned [sha256.Size]byte) error {
	if len(s.PeerCertificates) == 0 {
		return &pinError{pinned: formatFingerprint(pinned)}
	}
	seen := sha256.Sum256(s.PeerCertificates[0].Raw)
	if !bytes.Equal(seen[:], pinned[:]) {
		return &pinError{seen: formatFingerprint(seen), pinned: formatFingerprint(pinned)}
	}
	return nil
}

// pinError is a certificate that is not the pinned one.
type pinError struct{ seen, pinned string }

func (e *pinError) Error() string {
	return fmt.Sprintf("certificate %s is not the pinned %s", e.seen, e.pinned)
}

// parseFingerprint reads 32 bytes of hex, however they are grouped, and with the
// "SHA256 Fingerprint=" of openssl in front or without.
func parseFingerprint(s string) (sum [sha256.Size]byte, ok bool) {
	if _, after, found := strings.Cut(s, "="); found {
		s = after
	}
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(": \t\r\n-", r) {
			return -1
		}
		return r
	}, s)
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(sum) {
		return sum, false
	}
	return [sha256.Size]byte(b), true
}

// formatFingerprint writes it as OPNsense and openssl do: "AB:CD:…".
func formatFingerprint(sum [sha256.Size]byte) string {
	return strings.ReplaceAll(fmt.Sprintf("% X", sum[:]), " ", ":")
}
