package simulator

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
)

// server is the HTTPS listener of a web interface: TLS 1.2 or later, HTTP/2 by ALPN. It can be taken away and brought back on
// the same port.
type server struct {
	handler http.Handler
	logger  hclog.Logger

	mu          sync.Mutex
	address     string // fixed after the first listen
	http        *http.Server
	served      sync.WaitGroup
	certificate *tls.Certificate
	tickets     [32]byte // key of the sessions that clients may resume
	broken      bool     // every TLS handshake fails
	closed      bool     // for good

	tracking    sync.Mutex // of its own: mu is held while http.Server waits for its connections' state to be tracked
	connections map[net.Conn]bool
}

func newServer(address string, handler http.Handler, logger hclog.Logger) (*server, error) {
	if address == "" {
		address = "127.0.0.1:0"
	}
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, fmt.Errorf("listen address: %w", err)
	}
	return &server{handler: handler, logger: logger, address: address, connections: map[net.Conn]bool{}}, nil
}

var errBrokenTLS = errors.New("the simulated web interface is not ready for TLS")

// listen begins to serve. It does nothing while the server is listening.
func (s *server) listen() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrLabClosed
	}
	if s.http != nil {
		return nil
	}
	listener, err := listenAgain(s.address)
	if err != nil {
		return err
	}
	s.address = listener.Addr().String()
	s.http = &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          s.logger.StandardLogger(&hclog.StandardLoggerOptions{ForceLevel: hclog.Debug}),
		TLSConfig:         &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: s.present},
		ConnState:         s.track,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connectionKey{}, c)
		},
	}
	serving := s.http
	s.served.Go(func() {
		if err := serving.ServeTLS(listener, "", ""); !errors.Is(err, http.ErrServerClosed) {
			s.logger.Error("the simulated web interface ended", "error", err)
		}
	})
	return nil
}

// listenAgain tries for a while: another process may use the port for a moment after it was given up.
func listenAgain(address string) (net.Listener, error) {
	var err error
	for range 20 {
		var listener net.Listener
		if listener, err = net.Listen("tcp", address); err == nil {
			return listener, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return nil, err
}

// refuse closes the listener and every connection: new ones are refused.
func (s *server) refuse() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.http != nil {
		_ = s.http.Close()
		s.http = nil
	}
}

func (s *server) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.refuse()
	s.served.Wait()
}

// hangUp closes every connection, so that the next call makes a new TLS handshake.
func (s *server) hangUp() {
	s.tracking.Lock()
	defer s.tracking.Unlock()
	for c := range s.connections {
		_ = c.Close()
	}
}

func (s *server) track(c net.Conn, state http.ConnState) {
	s.tracking.Lock()
	defer s.tracking.Unlock()
	switch state {
	case http.StateNew:
		s.connections[c] = true
	case http.StateClosed, http.StateHijacked:
		delete(s.connections, c)
	default: // in use, or idle: as before
	}
}

// present is what a client meets: HTTP/2 as by OPNsense's web server, and sessions
// that can be resumed until the certificate is another one.
func (s *server) present(*tls.ClientHelloInfo) (*tls.Config, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken {
		return nil, errBrokenTLS
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*s.certificate}, NextProtos: []string{"h2", "http/1.1"}}
	c.SetSessionTicketKeys([][32]byte{s.tickets})
	return c, nil
}

// setCertificate starts the web interface anew, as OPNsense does: it knows no
// session of before.
func (s *server) setCertificate(c *tls.Certificate) {
	s.mu.Lock()
	s.certificate = c
	_, _ = rand.Read(s.tickets[:]) // never fails
	s.mu.Unlock()
	s.hangUp()
}

func (s *server) setBroken(broken bool) {
	s.mu.Lock()
	s.broken = broken
	s.mu.Unlock()
	s.hangUp()
}

func (s *server) leaf() *tls.Certificate {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.certificate
}

// url names 127.0.0.1 when the server listens on all addresses.
func (s *server) url() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return "https://" + reachable(s.address)
}

func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// connectionKey finds the connection of a call in its context.
type connectionKey struct{}

// reset ends the connection of a call with a TCP reset.
func reset(r *http.Request) {
	c, _ := r.Context().Value(connectionKey{}).(net.Conn)
	if secured, ok := c.(*tls.Conn); ok {
		c = secured.NetConn()
	}
	if plain, ok := c.(*net.TCPConn); ok {
		_ = plain.SetLinger(0)
		_ = plain.Close()
	}
}
