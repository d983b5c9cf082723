package opnsense

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
	"time"
)

// certificateError says what is wrong with the firewall's certificate, or is nil
// when that is not the trouble.
func (x *exchange) certificateError(err error) *Error {
	var pin *pinError
	if errors.As(err, &pin) {
		e := x.fail(KindPinMismatch, "the certificate of "+x.host()+" is not the pinned one: it has the fingerprint "+pin.seen+
			"; pin that one if the firewall's certificate was renewed, else somebody stands in between", err)
		e.Fingerprint = pin.seen
		return e
	}
	var failed *tls.CertificateVerificationError
	if !errors.As(err, &failed) || len(failed.UnverifiedCertificates) == 0 {
		return nil
	}
	leaf := failed.UnverifiedCertificates[0]
	fingerprint := formatFingerprint(sha256.Sum256(leaf.Raw))
	kind, problem, advice := certificateProblem(failed.Err, leaf, x.client.caMode)
	e := x.fail(kind, "the certificate of "+x.host()+" "+problem+": "+advice+" (tls.mode pin, fingerprint "+fingerprint+")", err)
	e.Fingerprint = fingerprint
	return e
}

// certificateProblem tells what is wrong, and what to do: that ends in the advice
// to pin, to which the fingerprint is added.
func certificateProblem(err error, leaf *x509.Certificate, caMode bool) (kind Kind, problem, advice string) {
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &name):
		return KindCertificateName, "is not for " + plain(name.Host) + " but for " + certificateNames(leaf),
			"use such a name in the URL, set tls.serverName to it, or pin the certificate"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		problem, advice = validity(invalid.Cert)
		return KindCertificateExpired, problem, advice + ", or pin it"
	case caMode:
		return KindCertificateUnknown, "is not signed by the authority in tls.ca", "check which authority signed it, or pin it"
	}
	return KindCertificateUnknown, "is not signed by an authority that Grafana's host trusts", "give its authority (tls.mode ca), or pin it"
}

// validity says which end of its life the certificate is beyond. The verifier
// has only one reason for both.
func validity(c *x509.Certificate) (problem, advice string) {
	if c != nil && time.Now().Before(c.NotBefore) {
		return "is not valid before " + c.NotBefore.UTC().Format(time.DateTime) + " UTC", "check the clocks of the firewall and of Grafana's host"
	}
	if c == nil {
		return "has expired", "renew it on the firewall"
	}
	return "expired on " + c.NotAfter.UTC().Format(time.DateTime) + " UTC", "renew it on the firewall (System: Trust: Certificates)"
}

// maxNames bounds the names that a message lists.
const maxNames = 5

func certificateNames(c *x509.Certificate) string {
	names := make([]string, 0, maxNames+1)
	for _, n := range c.DNSNames {
		names = append(names, plain(n))
	}
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	switch {
	case len(names) == 0:
		return "no name at all"
	case len(names) > maxNames:
		names = append(names[:maxNames], "…")
	}
	return strings.Join(names, ", ")
}
