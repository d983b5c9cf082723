package faults

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

// fault is what is wrong with a firewall, or on the way to it, until it is mended.
// Each part takes the place of a layer; nil leaves it whole.
type fault struct {
	door  func(*firewall) (mend func())                          // the listener
	tcp   func(net.Conn)                                         // has a connection to itself; it is closed afterwards
	tls   func(*firewall, *tls.Config)                           // what the handshake offers
	http  func(*firewall, http.ResponseWriter, *http.Request)    // answers every request
	saved func(f *firewall, entry map[string]any, secret secret) // what is wrong with the settings
}

// secret sets a secret of the settings.
type secret func(name, value string)

// firewall is a simulated firewall with a web server whose layers can be broken.
type firewall struct {
	light  *simulator.LightFirewall
	ca     *authority
	plain  bool // speaks HTTP
	addr   string
	server *http.Server
	ready  chan net.Conn // for server
	sent   atomic.Int64  // bytes, since the fault
	met    atomic.Int64  // requests, since the fault
	mad    atomic.Bool   // it was sent too many cookies
	skew   time.Duration // of its clock
	closed chan struct{}

	mu       sync.Mutex
	cert     tls.Certificate
	listener *net.TCPListener
	fault    fault
	mend     func()
	conns    map[net.Conn]bool
}

func mustFirewall(tb testing.TB, lab *simulator.Lab, ca *authority, name string, s setup) *firewall {
	tb.Helper()
	light, err := lab.AddLight(simulator.LightConfig{
		APIConfig:  simulator.APIConfig{Name: name, AuthDelay: -1, Key: "key", Secret: "secret", TimeZone: s.zone},
		Interfaces: 2, Peers: 2,
	})
	if err != nil {
		tb.Fatal(err)
	}
	light.SetUp("wg1", false)
	f := &firewall{
		light: light, ca: ca, plain: s.plain, cert: ca.issue(leaf{}), ready: make(chan net.Conn), closed: make(chan struct{}),
		conns: map[net.Conn]bool{},
	}
	address := "127.0.0.1:0"
	if s.ipv6 {
		address = "[::1]:0"
	}
	if err := f.listen(address); err != nil {
		tb.Fatal(err)
	}
	f.server = &http.Server{ //nolint:gosec // slow clients are none of its troubles
		Handler: http.HandlerFunc(f.serve), ErrorLog: log.New(io.Discard, "", 0),
		ConnState: f.track, MaxHeaderBytes: 64 << 10,
	}
	go func() { _ = f.server.Serve(handed{f}) }()
	tb.Cleanup(f.close)
	return f
}

func (f *firewall) listen(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.listener, f.addr = l.(*net.TCPListener), l.Addr().String()
	go f.accept(f.listener)
	return nil
}

func (f *firewall) accept(l *net.TCPListener) {
	for {
		c, err := l.AcceptTCP()
		if err != nil {
			return
		}
		f.mu.Lock()
		bad := f.fault
		f.mu.Unlock()
		if bad.tcp != nil {
			f.met.Add(1)
			go func() {
				f.track(c, http.StateNew)
				defer f.track(c, http.StateClosed)
				defer c.Close()
				bad.tcp(c)
			}()
			continue
		}
		conn := net.Conn(&counted{c, &f.sent})
		if !f.plain {
			conn = tls.Server(conn, f.tlsConfig(bad))
		}
		select {
		case f.ready <- conn:
		case <-f.closed:
			c.Close()
			return
		}
	}
}

func (f *firewall) tlsConfig(bad fault) *tls.Config {
	f.mu.Lock()
	cfg := &tls.Config{Certificates: []tls.Certificate{f.cert}, NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS12}
	f.mu.Unlock()
	if bad.tls != nil {
		f.met.Add(1)
		bad.tls(f, cfg)
	}
	return cfg
}

func (f *firewall) serve(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	bad := f.fault.http
	f.mu.Unlock()
	if bad == nil {
		f.light.ServeHTTP(w, r)
		return
	}
	f.met.Add(1)
	bad(f, w, r)
}

// inject makes a fault the firewall's; connections that were whole are closed.
func (f *firewall) inject(bad fault) {
	f.set(bad)
	f.sent.Store(0)
	f.met.Store(0)
	f.hangUp()
	if bad.door != nil {
		f.mend = bad.door(f)
	}
}

// repair takes it away again, and closes the connections that it still has hold of.
func (f *firewall) repair() {
	f.set(fault{})
	if f.mend != nil {
		f.mend()
		f.mend = nil
	}
	f.hangUp()
}

func (f *firewall) set(bad fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = bad
}

// renew gives the firewall another certificate for good.
func (f *firewall) renew(l leaf) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cert = f.ca.issue(l)
}

func (f *firewall) track(c net.Conn, state http.ConnState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch state {
	case http.StateNew:
		f.conns[c] = true
	case http.StateClosed:
		delete(f.conns, c)
	default: // a hijacked one is closed with the others
	}
}

func (f *firewall) hangUp() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.conns {
		_ = c.Close()
		delete(f.conns, c)
	}
}

func (f *firewall) close() {
	f.repair()
	close(f.closed)
	f.mu.Lock()
	_ = f.listener.Close()
	f.mu.Unlock()
	_ = f.server.Close()
}

func (f *firewall) url() string {
	if f.plain {
		return "http://" + f.addr
	}
	return "https://" + f.addr
}

// handed is the listener of the web server: the connections that got through.
type handed struct{ f *firewall }

func (h handed) Accept() (net.Conn, error) {
	select {
	case c := <-h.f.ready:
		return c, nil
	case <-h.f.closed:
		return nil, errors.New("closed")
	}
}

func (h handed) Close() error   { return nil }
func (h handed) Addr() net.Addr { return h.f.listener.Addr() }

// counted counts what is written to a connection.
type counted struct {
	*net.TCPConn
	sent *atomic.Int64
}

func (c *counted) Write(b []byte) (int, error) {
	n, err := c.TCPConn.Write(b)
	c.sent.Add(int64(n))
	return n, err
}

// ReadFrom would get around Write.
func (c *counted) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{c}, r)
}
