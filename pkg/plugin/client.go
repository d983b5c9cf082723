package plugin

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/httpclient"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/collector"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/opnsense"
)

// newClient makes the client that reads a firewall.
func newClient(ctx context.Context, raw backend.DataSourceInstanceSettings, s settings, f firewallSettings) (*opnsense.Client, error) {
	hc, err := newHTTPClient(ctx, raw, s.RequestTimeout, f.Connection.TLS.Apply)
	if err != nil {
		return nil, err
	}
	return opnsense.New(f.Connection, hc)
}

// newHTTPClient makes the SDK's HTTP client, which brings Grafana's secure SOCKS
// proxy, tracing and metrics, with TLS as trust says.
func newHTTPClient(ctx context.Context, raw backend.DataSourceInstanceSettings, timeout time.Duration, trust func(*tls.Config) error) (*http.Client, error) {
	options, err := httpOptions(ctx, raw)
	if err != nil {
		return nil, err
	}
	// A text in jsonData.timeout would silently remove all time-outs: set our own.
	timeouts := httpclient.DefaultTimeoutOptions
	timeouts.Timeout = 0 // the client bounds each call itself
	timeouts.DialTimeout = timeout
	timeouts.TLSHandshakeTimeout = timeout
	timeouts.IdleConnTimeout = opnsense.IdleTimeout
	options.Timeouts = &timeouts
	options.ForwardHTTPHeaders = false // a viewer's headers are none of a firewall's business
	options.TLS = nil                  // each firewall has its own
	options.BasicAuth = nil
	var tlsErr error
	options.ConfigureTLSConfig = func(_ httpclient.Options, c *tls.Config) { tlsErr = trust(c) }
	var inner *http.Transport
	options.ConfigureTransport = func(_ httpclient.Options, t *http.Transport) { inner = t }
	options.ConfigureMiddleware = func(_ httpclient.Options, usual []httpclient.Middleware) []httpclient.Middleware {
		// The last is the nearest to the network: traces shall not quote a firewall either.
		return append(slices.Clip(usual), httpclient.NamedMiddlewareFunc("without-foreign", func(_ httpclient.Options, next http.RoundTripper) http.RoundTripper {
			return opnsense.WithoutForeign(next)
		}))
	}
	hc, err := httpclient.New(options)
	if err := errors.Join(err, tlsErr); err != nil {
		return nil, &SettingError{"jsonData", fmt.Sprintf("HTTP client cannot be made: %v", err)}
	}
	hc.Transport = closable{hc.Transport, inner}
	return hc, nil
}

// closable lets idle connections be closed, which the SDK's middlewares around the
// transport do not.
type closable struct {
	http.RoundTripper
	inner *http.Transport
}

// CloseIdleConnections is looked for by [http.Client.CloseIdleConnections].
func (c closable) CloseIdleConnections() { c.inner.CloseIdleConnections() }

// httpOptions reads what the SDK knows of the settings. The SDK panics when one
// of its own fields has another type than it should.
func httpOptions(ctx context.Context, raw backend.DataSourceInstanceSettings) (options httpclient.Options, err error) {
	defer func() {
		if recover() != nil {
			err = &SettingError{"jsonData", "HTTP options cannot be used: a field of Grafana's own, such as httpHeaderName1, is not a text"}
		}
	}()
	if options, err = raw.HTTPClientOptions(ctx); err != nil {
		return options, &SettingError{"jsonData", fmt.Sprintf("HTTP options cannot be used: %v", err)}
	}
	return options, nil
}

// classify says what a failed call means for the next one.
func classify(err error) collector.Class {
	var failed *opnsense.Error
	if !errors.As(err, &failed) {
		return collector.Other
	}
	switch failed.Kind {
	case opnsense.KindTimeout:
		return collector.Timeout
	case opnsense.KindUnauthorized:
		return collector.Unauthorized
	case opnsense.KindForbidden:
		return collector.Forbidden
	default:
		return collector.Other
	}
}
