package faults

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"net"
	"testing"
	"time"
)

// authority signs certificates, good ones and others.
type authority struct {
	tb   testing.TB
	cert *x509.Certificate
	key  crypto.Signer
}

// leaf is what is wrong with a certificate. The zero value is a good one.
type leaf struct {
	from, until time.Time
	names       []string
	key         crypto.Signer // nil: an elliptic one
	alone       bool          // signed by itself
}

func newAuthority(tb testing.TB) *authority {
	a := &authority{tb: tb, key: a256(tb)}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(240 * time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	a.cert = a.sign(template, template, a.key.Public(), a.key)
	return a
}

func a256(tb testing.TB) crypto.Signer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

func (a *authority) sign(template, parent *x509.Certificate, public crypto.PublicKey, by crypto.Signer) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, by)
	if err != nil {
		a.tb.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		a.tb.Fatal(err)
	}
	return cert
}

func (a *authority) issue(l leaf) tls.Certificate {
	if l.from.IsZero() {
		l.from = time.Now().Add(-time.Hour)
	}
	if l.until.IsZero() {
		l.until = time.Now().Add(240 * time.Hour)
	}
	if l.key == nil {
		l.key = a256(a.tb)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		a.tb.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "firewall"}, NotBefore: l.from, NotAfter: l.until,
		DNSNames: l.names, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if l.names == nil {
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	}
	parent, by := a.cert, a.key
	if l.alone {
		parent, by = template, l.key
	}
	cert := a.sign(template, parent, l.key.Public(), by)
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: l.key, Leaf: cert}
}

func (a *authority) pem() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}))
}

func fingerprint(c tls.Certificate) string {
	sum := sha256.Sum256(c.Certificate[0])
	return hex.EncodeToString(sum[:])
}

// weakKey is an RSA key that nobody should use any more.
func weakKey(tb testing.TB) crypto.Signer {
	key, err := rsa.GenerateKey(rand.Reader, 768)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}
