package opnsense

import (
	"context"
	"io"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// phase is how far a call came.
type phase = int32

const (
	phaseConnect   phase = iota // also: waiting for a proxy, or nothing happened yet
	phaseResolve                // looking up the name
	phaseHandshake              // TLS
	phaseAnswer                 // connected; sending, then waiting
	phaseBody                   // reading the answer
)

// exchange is one call on its way: what an error needs to say what happened.
type exchange struct {
	client   *Client
	endpoint endpoint
	parent   context.Context // the caller's
	ctx      context.Context // with the time-out of the call
	cancel   context.CancelFunc
	start    time.Time
	phase    atomic.Int32 // written by the transport's goroutines, which may outlive the call
}

func newExchange(parent context.Context, c *Client, e endpoint) *exchange {
	x := &exchange{client: c, endpoint: e, parent: parent, start: time.Now()}
	ctx := httptrace.WithClientTrace(parent, &httptrace.ClientTrace{
		GetConn:           func(string) { x.reached(phaseConnect) }, // at each attempt
		DNSStart:          func(httptrace.DNSStartInfo) { x.dialling(phaseResolve) },
		ConnectStart:      func(string, string) { x.dialling(phaseConnect) },
		TLSHandshakeStart: func() { x.dialling(phaseHandshake) },
		GotConn:           func(httptrace.GotConnInfo) { x.reached(phaseAnswer) },
	})
	x.ctx, x.cancel = context.WithTimeout(ctx, c.timeout)
	return x
}

func (x *exchange) reached(p phase) { x.phase.Store(p) }

// dialling notes how far a connection came that is being made. Once the call has
// one, others are no concern of it: the transport goes on making them for later.
func (x *exchange) dialling(p phase) {
	for {
		old := x.phase.Load()
		if old >= phaseAnswer || x.phase.CompareAndSwap(old, p) {
			return
		}
	}
}

// fail makes the error of the call.
func (x *exchange) fail(kind Kind, message string, cause error) *Error {
	return &Error{Kind: kind, Firewall: x.client.name, Endpoint: x.endpoint.path, Message: message, Err: cause}
}

// host is where the call went, "fw.example:8443".
func (x *exchange) host() string { return x.client.base.Host }

func (x *exchange) encrypted() bool { return x.client.base.Scheme == "https" }

// boundedBody reads at most MaxAnswer bytes and remembers what the decoder's
// error does not tell.
type boundedBody struct {
	r     io.Reader
	n     int64
	first byte  // that is not white space; 0 for none
	err   error // of the connection, not io.EOF
	large bool
}

func (b *boundedBody) Read(p []byte) (int, error) {
	left := MaxAnswer - b.n
	if left < 0 {
		b.large = true
		return 0, io.ErrUnexpectedEOF
	}
	if int64(len(p)) > left+1 {
		p = p[:left+1] // one more than allowed, to tell "just full" from "too large"
	}
	n, err := b.r.Read(p)
	if b.first == 0 {
		b.first = firstByte(p[:n])
	}
	b.n += int64(n)
	if err != nil && err != io.EOF {
		b.err = err
	}
	return n, err
}

func firstByte(p []byte) byte {
	for _, c := range p {
		switch c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}
