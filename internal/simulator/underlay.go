package simulator

import (
	"net/netip"
	"sync"
)

// underlay is the network between the firewalls: invented addresses (of the documentation ranges), each mapped to a UDP
// socket on 127.0.0.1. So both ends may listen on port 51820, a lab never collides with another one on the same
// machine, and an endpoint in an answer looks as it does on a firewall.
type underlay struct {
	mu        sync.RWMutex
	byAddress map[netip.AddrPort][]*loopbackBind // the last one that opened the address answers
	byLocal   map[uint16]*loopbackBind           // by port of the socket on 127.0.0.1
	cuts      map[cut]bool
	hosts     netip.Addr // the last address given to a host
	nextPort  uint16
}

// cut names two sockets between which nothing passes.
type cut struct{ a, b *loopbackBind }

func newUnderlay() *underlay {
	return &underlay{
		byAddress: map[netip.AddrPort][]*loopbackBind{},
		byLocal:   map[uint16]*loopbackBind{},
		cuts:      map[cut]bool{},
		hosts:     netip.MustParseAddr("192.0.2.10"),
		nextPort:  49152,
	}
}

// host returns an address that nobody has yet.
func (u *underlay) host() netip.Addr {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.hosts = u.hosts.Next()
	return u.hosts
}

// port returns a source port that nobody has yet, as a client's system would choose one.
func (u *underlay) port() uint16 {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.nextPort++
	if u.nextPort < 49152 {
		u.nextPort = 49152
	}
	return u.nextPort
}

func (u *underlay) register(address netip.AddrPort, local uint16, bind *loopbackBind) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.byAddress[address] = append(u.byAddress[address], bind)
	u.byLocal[local] = bind
}

func (u *underlay) unregister(address netip.AddrPort, local uint16, bind *loopbackBind) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.byLocal, local)
	rest := u.byAddress[address][:0:0]
	for _, other := range u.byAddress[address] {
		if other != bind {
			rest = append(rest, other)
		}
	}
	if len(rest) == 0 {
		delete(u.byAddress, address)
		return
	}
	u.byAddress[address] = rest
}

// route finds the socket behind an address. Nil means that the packet is lost: nobody is there, or the way is cut.
func (u *underlay) route(from *loopbackBind, to netip.AddrPort) *loopbackBind {
	u.mu.RLock()
	defer u.mu.RUnlock()
	candidates := u.byAddress[to]
	if len(candidates) == 0 {
		return nil
	}
	target := candidates[len(candidates)-1]
	if u.cuts[cut{from, target}] {
		return nil
	}
	return target
}

// sender finds who sent a packet that arrived at to. Nil means that it must be dropped.
func (u *underlay) sender(local uint16, to *loopbackBind) *loopbackBind {
	u.mu.RLock()
	defer u.mu.RUnlock()
	from := u.byLocal[local]
	if from == nil || u.cuts[cut{from, to}] {
		return nil
	}
	return from
}

// setCut drops, or passes again, everything between two sockets in both directions.
func (u *underlay) setCut(a, b *loopbackBind, dropped bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, c := range []cut{{a, b}, {b, a}} {
		if dropped {
			u.cuts[c] = true
		} else {
			delete(u.cuts, c)
		}
	}
}
