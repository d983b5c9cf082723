package simulator

import (
	"crypto/tls"
	"fmt"
	"slices"
	"time"
)

// CertificateKind says what is right or wrong about the web interface's certificate.
type CertificateKind string

// The certificates that a firewall can show.
const (
	CertificateValid     CertificateKind = "valid"      // a new one with each call: another fingerprint
	CertificateExpired   CertificateKind = "expired"    // since yesterday
	CertificateWrongHost CertificateKind = "wrong-host" // for another host name
)

// SetCertificate gives the web interface a new certificate and key, and ends all connections.
func (a *API) SetCertificate(kind CertificateKind) error {
	certificate, err := a.newCertificate(kind)
	if err != nil {
		return err
	}
	a.server.setCertificate(certificate)
	return nil
}

func (a *API) newCertificate(kind CertificateKind) (*tls.Certificate, error) {
	names := slices.Concat([]string{a.config.Name}, a.config.Names, []string{"localhost", "127.0.0.1"})
	from, until := time.Now().Add(-48*time.Hour), time.Now().Add(certificateLife)
	switch kind {
	case CertificateValid:
	case CertificateExpired:
		until = time.Now().Add(-24 * time.Hour)
	case CertificateWrongHost:
		names = []string{"another-host.invalid"}
	default:
		return nil, fmt.Errorf("certificate %q: want %s, %s or %s", kind,
			CertificateValid, CertificateExpired, CertificateWrongHost)
	}
	return leaf(a.authority, names, from, until)
}

// CertificatePEM is the certificate that the web interface shows now.
func (a *API) CertificatePEM() []byte { return certificatePEM(a.server.leaf().Certificate[0]) }

// Fingerprint is the SHA-256 of that certificate in lower-case hex.
func (a *API) Fingerprint() string { return fingerprint(a.server.leaf().Certificate[0]) }

// CAPEM is what a client must trust: the lab's authority, or the certificate itself if it is self-signed.
func (a *API) CAPEM() []byte {
	if a.authority == nil {
		return a.CertificatePEM()
	}
	return a.authority.pem()
}
