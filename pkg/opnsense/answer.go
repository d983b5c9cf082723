package opnsense

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// statusError says what an answer other than 200 means. Of its body only the
// first byte is looked at: '{' is OPNsense's own, anything else came from
// something before it.
func (x *exchange) statusError(resp *http.Response) *Error {
	body := &boundedBody{r: io.LimitReader(resp.Body, maxSkipped)}
	_, _ = io.Copy(io.Discard, body) // an error here changes nothing: the status already tells
	own := body.first == '{'
	kind, message := x.statusMessage(resp, own)
	e := x.fail(kind, message, nil)
	e.Status = resp.StatusCode
	return e
}

func (x *exchange) statusMessage(resp *http.Response, own bool) (Kind, string) {
	status := resp.StatusCode
	switch {
	case status >= 300 && status < 400:
		return x.redirectMessage(resp)
	case status == http.StatusBadRequest && !x.encrypted():
		return KindWrongScheme, x.host() + " does not take plain HTTP on this port (400): write the URL with https://"
	case status == http.StatusUnauthorized:
		return KindUnauthorized, "the firewall refused the API key or secret (401): check both, and that their user is neither disabled nor expired" + unless(own)
	case status == http.StatusForbidden:
		return KindForbidden, "the API key's user lacks the privilege " + x.endpoint.privilege + " (403): add it, and check that the group's source networks, if set, hold Grafana's address" + unless(own)
	case status == http.StatusNotFound && own:
		return KindNotFound, "this OPNsense does not know " + x.endpoint.path + " (404): check its version, and the path in the URL"
	case status == http.StatusTooManyRequests, status >= 502 && status <= 504:
		return KindUnavailable, fmt.Sprintf("the firewall's web server has nobody to answer (%d): the firewall may be starting, updating or overloaded", status)
	case status >= 500:
		return KindServerError, fmt.Sprintf("an error inside the firewall (%d): see System: Log Files: Backend and Web GUI on it", status)
	case status == http.StatusBadRequest && own:
		return KindBadAnswer, "the firewall could not read the request (400): a proxy in between may add a Content-Type header"
	case status == http.StatusLengthRequired:
		return KindBadAnswer, "the firewall misses the length of the request (411): a proxy in between may take the Content-Length header away"
	}
	return KindNotOPNsense, fmt.Sprintf("this is not OPNsense's API (status %d): check host, port and path in the URL", status)
}

// unless warns that an answer was not written by OPNsense.
func unless(own bool) string {
	if own {
		return ""
	}
	return "; the answer is not OPNsense's own, a proxy in between may have refused"
}

// redirectMessage: OPNsense redirects to its login page when no Authorization
// arrived, and its HTTP port to its HTTPS port. No redirect is ever followed.
func (x *exchange) redirectMessage(resp *http.Response) (Kind, string) {
	to, err := resp.Location()
	if err != nil {
		to = &url.URL{}
	}
	status := resp.StatusCode
	sameHost := strings.EqualFold(to.Hostname(), x.client.base.Hostname())
	switch {
	case sameHost && !x.encrypted() && to.Scheme == "https":
		return KindWrongScheme, fmt.Sprintf("%s sends plain HTTP on to HTTPS (%d): write the URL with https://", x.host(), status)
	case sameHost && strings.HasPrefix(to.RawQuery, "url="):
		return KindNotOPNsense, fmt.Sprintf("the firewall answers with its login page (%d): the API key did not arrive, a proxy in between may take the Authorization header away", status)
	case sameHost || to.Host == "":
		return KindNotOPNsense, fmt.Sprintf("a redirect came instead of OPNsense's API (%d): check port and path in the URL; a login page in front of the firewall does this too", status)
	}
	return KindNotOPNsense, fmt.Sprintf("a redirect to another host, %s, came instead of OPNsense's API (%d): check the URL; a login page in front of the firewall does this too", plain(to.Host), status)
}

// bodyError says why an answer of status 200 could not be used.
func (x *exchange) bodyError(err error, body *boundedBody, h http.Header) *Error {
	e := x.bodyProblem(err, body, h)
	e.Status = http.StatusOK
	return e
}

func (x *exchange) bodyProblem(err error, body *boundedBody, h http.Header) *Error {
	var shape *shapeError
	switch {
	case body.large:
		return x.fail(KindTooLarge, fmt.Sprintf("the answer is larger than %d MiB, the limit", MaxAnswer>>20), err)
	case errors.As(err, &shape):
		return x.fail(shape.kind, shape.message, err)
	case body.err != nil && !errors.Is(body.err, io.ErrUnexpectedEOF):
		return x.readError(body.err, body.n)
	case body.first == 0 && body.err == nil:
		return x.fail(KindBadAnswer, "the answer is empty: the firewall may be starting", err)
	case body.first == '<', body.first != '{' && strings.HasPrefix(h.Get("Content-Type"), "text/html"):
		return x.fail(KindNotOPNsense, "a web page came instead of OPNsense's API: check host, port and path in the URL; a login page in front of the firewall does this too", err)
	case errors.Is(err, io.ErrUnexpectedEOF), body.err != nil:
		return x.fail(KindBadAnswer, fmt.Sprintf("the answer breaks off after %d bytes", body.n), err)
	}
	return x.fail(KindBadAnswer, "the answer is not valid JSON"+position(err), err)
}

// readError is a connection that failed in the middle of an answer.
func (x *exchange) readError(err error, n int64) *Error {
	err = withoutForeign(err)
	if e := x.stopped(err); e != nil {
		return e
	}
	switch {
	case isTimeout(err):
		return x.timedOut(err)
	case isReset(err):
		return x.fail(KindReset, fmt.Sprintf("%s closed the connection after %d bytes of the answer", x.host(), n), err)
	}
	return x.fail(KindBadAnswer, fmt.Sprintf("the answer could not be read on after %d bytes: %s", n, plain(innermost(err).Error())), err)
}

// position never quotes the answer.
func position(err error) string {
	var syntax *jsontext.SyntacticError
	if !errors.As(err, &syntax) {
		return ""
	}
	return fmt.Sprintf(" (at byte %d)", syntax.ByteOffset)
}
