package opnsense

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"reflect"
	"strings"
	"time"
)

// transportError says why no answer came. The order matters: the special comes
// before the general.
func (x *exchange) transportError(err error) *Error {
	err = withoutForeign(err)
	if e := x.stopped(err); e != nil {
		return e
	}
	if e := x.certificateError(err); e != nil {
		return e
	}
	var dns *net.DNSError
	var record tls.RecordHeaderError
	switch {
	case errors.Is(err, http.ErrSchemeMismatch):
		return x.fail(KindWrongScheme, x.host()+" speaks plain HTTP on this port: check the port, or write the URL with http://", err)
	case errors.As(err, &record):
		return x.fail(KindWrongScheme, x.host()+" does not speak TLS on this port: check the port", err)
	case errors.As(err, &dns):
		return x.fail(KindDNS, dnsMessage(dns), err)
	case isTimeout(err):
		return x.timedOut(err)
	}
	return x.connectionError(err)
}

// stopped is the error of a call that was cancelled or ran out of time, or nil.
func (x *exchange) stopped(err error) *Error {
	switch {
	case errors.Is(x.parent.Err(), context.Canceled):
		return x.fail(KindCancelled, "the call was cancelled", err)
	case x.ctx.Err() != nil:
		return x.timedOut(err)
	}
	return nil
}

// isTimeout looks at every error in the chain: [*url.Error] asks only the one it
// holds, which a middleware may have wrapped.
func isTimeout(err error) bool {
	var t net.Error
	for errors.As(err, &t) {
		if t.Timeout() {
			return true
		}
		err = errors.Unwrap(t)
	}
	return false
}

func (x *exchange) timedOut(err error) *Error {
	within := x.within()
	var message string
	switch x.phase.Load() {
	case phaseResolve:
		message = "looking up " + x.client.base.Hostname() + " took too long, no answer from DNS " + within
	case phaseHandshake:
		message = x.host() + " took the connection but did not finish the TLS handshake " + within
	case phaseAnswer:
		message = "no answer " + within + ": the firewall took the request and stayed silent, its back end (configd) may hang"
	case phaseBody:
		message = "the answer began but did not end " + within
	default:
		message = "no connection to " + x.host() + " " + within + ": check address and port, and that no rule drops it on the way"
	}
	return x.fail(KindTimeout, message, err)
}

// within names the time that had passed: the call's own time-out when that was
// it, else the caller's, else the clock (time-outs of the transport).
func (x *exchange) within() string {
	const grain = 50 * time.Millisecond
	spent := time.Since(x.start)
	if spent >= x.client.timeout-grain {
		return "within " + x.client.timeout.String()
	}
	if end, ok := x.parent.Deadline(); ok && time.Until(end) < grain {
		return "before the caller's deadline"
	}
	return "within " + spent.Round(100*time.Millisecond).String()
}

func dnsMessage(err *net.DNSError) string {
	if err.IsNotFound {
		return "the name " + plain(err.Name) + " does not exist: check the URL, and the DNS that Grafana's host uses"
	}
	return "the name " + plain(err.Name) + " could not be looked up: DNS fails on Grafana's host"
}

func (x *exchange) connectionError(err error) *Error {
	handshake := x.phase.Load() == phaseHandshake
	switch {
	case isRefused(err):
		return x.fail(KindRefused, x.host()+" refused the connection: check the port, and that the firewall's web interface runs and may be reached from Grafana", err)
	case isUnreachable(err):
		return x.fail(KindNetwork, "there is no way to "+x.host()+": check the address and the routes of Grafana's host", err)
	case isReset(err) && x.encrypted() && x.phase.Load() < phaseAnswer: // one that comes early may overtake the handshake
		return x.fail(KindReset, x.host()+" closed the connection during the TLS handshake: the firewall may be starting, or this is not its web interface's port", err)
	case isReset(err) && !x.encrypted():
		return x.fail(KindReset, x.host()+" closed the connection without an answer: if this is the HTTPS port, write the URL with https://", err)
	case isReset(err):
		return x.fail(KindReset, x.host()+" closed the connection without an answer: the firewall may be starting", err)
	case strings.Contains(err.Error(), "malformed HTTP") && !x.encrypted():
		// net/http has no type for it. A TLS alert read as HTTP looks like this.
		return x.fail(KindWrongScheme, x.host()+" does not speak plain HTTP on this port: write the URL with https://, or check the port", err)
	case strings.Contains(err.Error(), "Location header"): // as malformed: no type for it
		return x.fail(KindNotOPNsense, x.host()+" redirects to what is no address: check host, port and path in the URL", err)
	case strings.Contains(err.Error(), "malformed"):
		return x.fail(KindNotOPNsense, x.host()+" does not speak HTTP on this port: check the port", err)
	case handshake || isAlert(err):
		return x.fail(KindTLS, "the TLS handshake with "+x.host()+" failed: "+plain(innermost(err).Error())+" (this side speaks TLS 1.2 and 1.3)", err)
	}
	return x.fail(KindNetwork, "the connection to "+x.host()+" failed: "+plain(innermost(err).Error()), err)
}

func isRefused(err error) bool { return hasErrno(err, 111, 61, 10061) }

func isReset(err error) bool {
	// EPIPE, ECONNRESET and ECONNABORTED, or an orderly close.
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		hasErrno(err, 32, 104, 54, 103, 53, 10054, 10053)
}

func isUnreachable(err error) bool {
	// ENETUNREACH, EHOSTDOWN, EHOSTUNREACH.
	return hasErrno(err, 101, 112, 113, 51, 64, 65, 10051, 10064, 10065)
}

// hasErrno reports whether the system's error number is one of those given, as
// Linux, the BSDs and macOS, and Windows have them. Plugins may not use package
// syscall, and its names do not match what Windows' sockets return.
func hasErrno(err error, numbers ...uint64) bool {
	v := reflect.ValueOf(innermost(err))
	if v.Kind() != reflect.Uintptr {
		return false
	}
	for _, n := range numbers {
		if v.Uint() == n {
			return true
		}
	}
	return false
}

// isAlert reports whether the server ended TLS with an alert, which may come
// after the handshake: with TLS 1.3, that it wants a client certificate does.
func isAlert(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "remote error"
}

func innermost(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}
