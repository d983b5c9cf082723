package simulator

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
)

// Lab is a set of firewalls and lone peers with a network between them.
type Lab struct {
	logger    hclog.Logger
	underlay  *underlay
	authority *authority

	mu        sync.Mutex
	firewalls []*Firewall
	light     []*LightFirewall
	clients   []*Client
	flows     []*Flow
	control   []*http.Server
	serving   sync.WaitGroup
	closed    bool
	closing   context.Context // done when Close begins
	cancel    context.CancelFunc
}

// ErrLabClosed answers whoever adds something to a closed lab.
var ErrLabClosed = errors.New("the lab is closed")

// NewLab makes an empty lab. Close ends everything in it. A nil logger is silent.
func NewLab(logger hclog.Logger) *Lab {
	a, err := newAuthority(authorityName)
	if err != nil {
		panic(fmt.Sprintf("make a certificate authority: %v", err)) // only without randomness
	}
	return newLab(logger, a)
}

func newLab(logger hclog.Logger, a *authority) *Lab {
	if logger == nil {
		logger = hclog.NewNullLogger()
	}
	closing, cancel := context.WithCancel(context.Background())
	return &Lab{logger: logger, underlay: newUnderlay(), authority: a, closing: closing, cancel: cancel}
}

// CAPEM is the certificate of the authority that signs the lab's web interfaces.
func (l *Lab) CAPEM() []byte { return l.authority.pem() }

// AddFirewall starts a firewall without WireGuard instances; its service is on.
func (l *Lab) AddFirewall(config FirewallConfig) (*Firewall, error) {
	if config.Name == "" {
		return nil, errors.New("a firewall needs a name")
	}
	if l.Firewall(config.Name) != nil {
		return nil, fmt.Errorf("firewall %s exists already", config.Name)
	}
	if !config.Address.IsValid() {
		config.Address = l.underlay.host()
	}
	f := &Firewall{lab: l, address: config.Address, enabled: true, vips: slices.Clone(config.VirtualIPs)}
	for i := range f.vips {
		f.vips[i].complete()
	}
	clock := &clock{zone: config.TimeZone}
	api, err := newAPI(config.APIConfig, f, l.authority, clock, l.logger.Named(config.Name))
	if err != nil {
		return nil, err
	}
	f.API = api
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		api.close()
		return nil, ErrLabClosed
	}
	l.firewalls = append(l.firewalls, f)
	return f, nil
}

// Firewall finds a firewall by name. Nil: there is none.
func (l *Lab) Firewall(name string) *Firewall {
	for _, f := range l.Firewalls() {
		if f.Name() == name {
			return f
		}
	}
	return nil
}

// Firewalls are the firewalls with real devices, in the order in which they were added.
func (l *Lab) Firewalls() []*Firewall {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.firewalls)
}

// Clients are the lone peers with devices of their own.
func (l *Lab) Clients() []*Client {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.clients)
}

// newNode prepares a WireGuard interface that does not run yet.
func (l *Lab) newNode(name string, key Key, tunnelAddress netip.Prefix, host netip.Addr, listenPort uint16) *node {
	return &node{
		logger:     l.logger.Named(name),
		underlay:   l.underlay,
		bind:       newLoopbackBind(l.underlay, host),
		key:        key,
		address:    tunnelAddress,
		listenPort: listenPort,
	}
}

// background runs a longer control, which Close waits for.
func (l *Lab) background(run func()) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return ErrLabClosed
	}
	l.serving.Go(run)
	return nil
}

// Close ends traffic, devices and web interfaces. It may be called twice.
func (l *Lab) Close() {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return
	}
	l.closed = true
	flows, firewalls, light, clients, control := l.flows, l.firewalls, l.light, l.clients, l.control
	l.mu.Unlock()
	l.cancel()
	stopControl(control)
	l.serving.Wait()
	for _, flow := range flows {
		flow.Stop()
	}
	for _, f := range firewalls {
		f.close()
	}
	for _, f := range light {
		f.close()
	}
	for _, client := range clients {
		client.node.end()
	}
	for _, f := range firewalls {
		for _, instance := range f.allNodes() {
			instance.node.end()
		}
	}
}

// stopControl lets running controls finish, so that nothing starts a device again later.
func stopControl(servers []*http.Server) {
	atMost, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, server := range servers {
		if server.Shutdown(atMost) != nil {
			_ = server.Close()
		}
	}
}
