package opnsense

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kind is the machine code of a failure. The zero value is no kind.
type Kind string

const (
	KindUnauthorized       Kind = "unauthorized"        // 401: key or secret refused
	KindForbidden          Kind = "forbidden"           // 403: privilege missing
	KindNotOPNsense        Kind = "not_opnsense"        // a web page, a redirect: something else answers
	KindNotFound           Kind = "not_found"           // 404 of OPNsense's own
	KindWrongScheme        Kind = "wrong_scheme"        // HTTP spoken to HTTPS, or the reverse
	KindCertificateUnknown Kind = "certificate_unknown" // no trusted authority signed it
	KindCertificateName    Kind = "certificate_name"    // it is for another name
	KindCertificateExpired Kind = "certificate_expired" // expired, or not valid yet
	KindPinMismatch        Kind = "pin_mismatch"        // not the pinned certificate
	KindTLS                Kind = "tls"                 // another failure of the handshake: old version, client certificate wanted
	KindTimeout            Kind = "timeout"
	KindRefused            Kind = "refused"
	KindDNS                Kind = "dns"
	KindReset              Kind = "reset"        // closed without an answer
	KindBadAnswer          Kind = "bad_answer"   // broken or cut JSON, unexpected shape
	KindTooLarge           Kind = "too_large"    // beyond MaxAnswer or MaxRows
	KindServerError        Kind = "server_error" // 5xx
	KindUnavailable        Kind = "unavailable"  // 429, 502, 503, 504
	KindBackendDown        Kind = "backend_down" // the firewall answers, its back end does not
	KindCancelled          Kind = "cancelled"
	KindNetwork            Kind = "network"  // any other failure on the way
	KindInternal           Kind = "internal" // a bug of ours
)

// Downstream reports whether the failure lies beyond this plugin: with the
// firewall, the network or the settings. All but a bug of ours do.
func (k Kind) Downstream() bool { return k != KindInternal }

// Error is the one error type of this package's calls.
type Error struct {
	Kind        Kind
	Firewall    string // its configured name, or its host
	Endpoint    string // path, "/api/wireguard/service/show"
	Message     string // a sentence for people: what happened, what to do
	Status      int    // HTTP status; 0 when no answer came
	Fingerprint string // SHA-256 of the certificate seen, "AB:CD:…", where the certificate is the trouble; else ""
	Err         error  // the cause, for logs and errors.Is; may be nil
}

// Error returns the firewall's name and the message.
func (e *Error) Error() string {
	if e.Firewall == "" {
		return e.Message
	}
	return e.Firewall + ": " + e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// maxQuoted bounds what a message quotes from the other side, in bytes.
const maxQuoted = 80

// quoted makes a string that came from the other side safe to show: printable,
// on one line, short.
func quoted(s string) string { return strconv.Quote(clipped(s)) }

// plain is quoted without the marks, for names of certificates and the like.
func plain(s string) string {
	q := quoted(s)
	return q[1 : len(q)-1]
}

func clipped(s string) string { return clippedTo(s, maxQuoted) }

// clippedTo cuts s to at most most bytes of whole characters and a mark of the cut.
func clippedTo(s string, most int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= most {
		return s
	}
	s = s[:most]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s + "…"
}
