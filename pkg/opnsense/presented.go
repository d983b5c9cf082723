package opnsense

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"time"
)

// Presented is the certificate that a firewall presents, trusted or not. Texts
// are the other side's, cut to a size that can be shown.
type Presented struct {
	Subject, Issuer       string // distinguished names, "CN=OPNsense.localdomain,O=OPNsense"
	DNSNames, IPAddresses []string
	NotBefore, NotAfter   time.Time
	SHA256                string // the fingerprint that TLS.Fingerprint takes, "AB:CD:…"
	SelfSigned            bool
	Trusted               bool   // by the roots of the host, for this URL or server name, now
	Reason                string // why it is not trusted, "it expired on …"; empty when it is
}

const (
	maxShownNames = 100 // of a certificate
	maxShown      = 256 // bytes of one text of it
)

// Look returns what the firewall at cfg's address presents in a TLS handshake. It
// uses the URL, TLS.ServerName, Name and Timeout of cfg, and the transport of hc,
// which must be configured with [TLS.ApplyLook]: the handshake is broken off as
// soon as the certificate is there, so that no request is ever sent. A failure is
// a [*ConfigError] of the URL or an [*Error].
func Look(ctx context.Context, cfg Config, hc *http.Client) (*Presented, error) {
	base, err := parseURL(cfg.URL)
	if err != nil {
		return nil, err
	}
	if base.Scheme != "https" {
		return nil, &ConfigError{"url", "begins with http://: an unencrypted connection has no certificate"}
	}
	c := newClient(cfg, base, hc)
	x := newExchange(ctx, c, endpoint{})
	defer x.cancel()
	req, err := http.NewRequestWithContext(x.ctx, http.MethodGet, base.String(), nil)
	if err != nil {
		return nil, x.fail(KindInternal, "the request could not be made", err)
	}
	resp, err := c.http.Do(req)
	if err == nil {
		_ = resp.Body.Close()
		return nil, x.fail(KindInternal, "the transport does not look at certificates", nil)
	}
	var seen *lookError
	if !errors.As(err, &seen) {
		return nil, x.transportError(err)
	}
	name := cfg.TLS.ServerName
	if name == "" {
		name = base.Hostname()
	}
	return presented(seen.chain, name, seen.roots), nil
}

// ApplyLook makes cfg break off every handshake for [Look], before anything else
// is sent. Of t only ServerName counts. Roots that cfg already has stand for those
// of the host.
func (t TLS) ApplyLook(cfg *tls.Config) error {
	if err := (TLS{ServerName: t.ServerName}).Apply(cfg); err != nil {
		return err
	}
	cfg.InsecureSkipVerify = true // to see a certificate whatever it is; no connection comes of it
	roots := cfg.RootCAs
	cfg.VerifyConnection = func(s tls.ConnectionState) error { return &lookError{s.PeerCertificates, roots} }
	return nil
}

// lookError breaks off a handshake and brings what was seen.
type lookError struct {
	chain []*x509.Certificate // the leaf first; TLS has no empty one
	roots *x509.CertPool      // nil: those of the host
}

func (e *lookError) Error() string { return "only looked at the certificate" }

// presented describes the leaf, and judges it as a client in mode "system" does.
func presented(chain []*x509.Certificate, name string, roots *x509.CertPool) *Presented {
	leaf := chain[0]
	p := &Presented{
		Subject: excerpt(leaf.Subject.String()), Issuer: excerpt(leaf.Issuer.String()),
		NotBefore: leaf.NotBefore.UTC(), NotAfter: leaf.NotAfter.UTC(),
		SHA256: formatFingerprint(sha256.Sum256(leaf.Raw)),
		SelfSigned: bytes.Equal(leaf.RawIssuer, leaf.RawSubject) &&
			leaf.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature) == nil,
	}
	for _, n := range leaf.DNSNames[:min(len(leaf.DNSNames), maxShownNames)] {
		p.DNSNames = append(p.DNSNames, excerpt(n))
	}
	for _, ip := range leaf.IPAddresses[:min(len(leaf.IPAddresses), maxShownNames)] {
		p.IPAddresses = append(p.IPAddresses, ip.String())
	}
	others := x509.NewCertPool()
	for _, c := range chain[1:] {
		others.AddCert(c)
	}
	_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: others, DNSName: name})
	if p.Trusted = err == nil; !p.Trusted {
		_, problem, _ := certificateProblem(err, leaf, false)
		p.Reason = "it " + problem
	}
	return p
}

func excerpt(s string) string { return clippedTo(s, maxShown) }
