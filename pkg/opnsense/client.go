package opnsense

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	// MaxAnswer bounds an answer in bytes, after decompression. A peer's row is
	// about 400 bytes: 10,000 peers are 4 MB.
	MaxAnswer = 32 << 20
	// MaxRows bounds the rows of an answer.
	MaxRows = 100_000
	// IdleTimeout is for the transport: OPNsense's web server closes a connection
	// after 30 s idle or 15 requests, and a client that lets go first never
	// sends a request into a connection that is just being closed.
	IdleTimeout = 25 * time.Second
	// maxSkipped bounds what is read of an error document, so that its
	// connection can be used again.
	maxSkipped = 64 << 10
)

// endpoint is one address of the API. The privilege check compares the raw URI,
// so the path must be sent exactly so, without a query or a slash at the end.
type endpoint struct {
	path      string
	privilege string // its name in OPNsense
}

// Client asks one firewall. It is safe for concurrent use. It keeps no secret in
// a field that prints.
type Client struct {
	base      *url.URL
	name      string // of the firewall, in messages
	caMode    bool
	timeout   time.Duration
	now       func() time.Time
	authorize func(*http.Request)
	http      *http.Client
}

// New returns a client for one firewall. It uses the transport of hc, which must
// be configured with [TLS.Apply]; nil makes one. The cookie jar and the handling
// of redirects are the client's own, set on a copy. The error joins all that
// [Config.Validate] finds.
func New(cfg Config, hc *http.Client) (*Client, error) {
	if err := joined(cfg.Validate()); err != nil {
		return nil, err
	}
	base, err := parseURL(cfg.URL)
	if err != nil {
		return nil, err
	}
	if hc == nil {
		if hc, err = newHTTPClient(cfg.TLS); err != nil {
			return nil, err
		}
	}
	jar, err := newJar()
	if err != nil {
		return nil, err
	}
	c := newClient(cfg, base, hc)
	c.http.Jar = jar // without the session cookie every call leaves a session file on the firewall
	key, secret := strings.TrimSpace(cfg.APIKey), strings.TrimSpace(cfg.APISecret)
	c.authorize = func(r *http.Request) { r.SetBasicAuth(key, secret) }
	return c, nil
}

// newClient makes a client that knows no secrets, with a copy of hc.
func newClient(cfg Config, base *url.URL, hc *http.Client) *Client {
	own := *hc
	own.Timeout = 0
	// A redirect is never the API: it is the login page, a proxy, or another scheme.
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c := &Client{
		base: base, name: cfg.Name, caMode: cfg.TLS.Mode == TLSCA, timeout: cfg.Timeout, http: &own,
		now: cfg.Now,
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.name == "" {
		c.name = base.Host
	}
	if c.timeout == 0 {
		c.timeout = DefaultTimeout
	}
	return c
}

func newHTTPClient(t TLS) (*http.Client, error) {
	cfg, err := t.ClientConfig(nil)
	if err != nil {
		return nil, err
	}
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig:     cfg,
		DialContext:         (&net.Dialer{Timeout: DefaultTimeout}).DialContext,
		TLSHandshakeTimeout: DefaultTimeout,
		IdleConnTimeout:     IdleTimeout,
		MaxIdleConnsPerHost: 2,
	}}, nil
}

// CloseIdleConnections closes the connections that no call uses.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

// String names the firewall.
func (c *Client) String() string { return "opnsense.Client(" + c.name + ")" }

// arrival is when an answer came and what the firewall's clock said then.
type arrival struct {
	at   time.Time
	skew time.Duration
}

// call sends one request and hands the body of a 200 to decode. The request is a
// GET, or a POST of the JSON in post. Every error is an [*Error].
func (c *Client) call(ctx context.Context, e endpoint, post string, decode func(io.Reader) error) (arrival, error) {
	x := newExchange(ctx, c, e)
	defer x.cancel()

	req, err := c.request(x.ctx, e, post)
	if err != nil {
		return arrival{}, x.fail(KindInternal, "the request could not be made", err)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return arrival{}, x.transportError(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return arrival{}, x.statusError(resp)
	}
	x.reached(phaseBody)
	now := c.now()
	a := arrived(now.Add(-time.Since(x.start)), now, resp.Header)
	body := &boundedBody{r: resp.Body}
	if err := decode(body); err != nil {
		return arrival{}, x.bodyError(err, body, resp.Header)
	}
	return a, nil
}

func (c *Client) request(ctx context.Context, e endpoint, post string) (*http.Request, error) {
	method, body := http.MethodGet, io.Reader(nil)
	if post != "" {
		method, body = http.MethodPost, strings.NewReader(post) // its length is sent: OPNsense answers 411 without
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base.String()+e.path, body)
	if err != nil {
		return nil, err
	}
	c.authorize(req)
	req.Header.Set("Accept", "application/json")
	if post != "" {
		// Only with a body: on a GET OPNsense would answer 400.
		req.Header.Set("Content-Type", "application/json")
		// Tells the transport that this POST only reads, so that it may be sent
		// again when the server closes a reused connection; empty, it is not sent.
		req.Header["Idempotency-Key"] = []string{}
	}
	return req, nil
}

// minSkew is the difference of clocks that is taken for one: the Date header has
// a grain of a second, and the answer was some time on its way.
const minSkew = 5 * time.Second

// arrived compares the Date header with the middle of the request.
func arrived(start, now time.Time, h http.Header) arrival {
	a := arrival{at: now}
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return a
	}
	if skew := date.Sub(start.Add(now.Sub(start) / 2)); skew.Abs() > minSkew {
		a.skew = skew.Round(time.Second)
	}
	return a
}
