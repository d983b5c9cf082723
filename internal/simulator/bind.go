package simulator

import (
	"errors"
	"net"
	"net/netip"
	"sync"

	"golang.zx2c4.com/wireguard/conn"
)

var _ conn.Bind = (*loopbackBind)(nil)

// loopbackBind is a WireGuard device's UDP socket on 127.0.0.1. WireGuard's own bind listens on all addresses of the
// machine, which a simulator must not. A bind outlives its device: a restarted instance opens it again.
type loopbackBind struct {
	underlay *underlay

	mu      sync.RWMutex
	host    netip.Addr     // where the next Open appears in the underlay
	address netip.AddrPort // where the underlay sees the open socket
	local   uint16         // port on 127.0.0.1
	conn    *net.UDPConn   // nil: closed
}

func newLoopbackBind(u *underlay, host netip.Addr) *loopbackBind {
	return &loopbackBind{underlay: u, host: host}
}

// moveTo gives the socket another address of the underlay. It takes effect with the next Open.
func (b *loopbackBind) moveTo(host netip.Addr) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.host = host
}

// seenAs is the address from which others see the packets of this socket.
func (b *loopbackBind) seenAs() netip.AddrPort {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.address
}

// Open implements conn.Bind. The port is one of the underlay; 0 chooses a free one.
func (b *loopbackBind) Open(port uint16) ([]conn.ReceiveFunc, uint16, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.conn != nil {
		return nil, 0, conn.ErrBindAlreadyOpen
	}
	socket, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, 0, err
	}
	if port == 0 {
		port = b.underlay.port()
	}
	b.conn = socket
	b.local = socket.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	b.address = netip.AddrPortFrom(b.host, port)
	b.underlay.register(b.address, b.local, b)
	return []conn.ReceiveFunc{b.receiver(socket)}, port, nil
}

// Close implements conn.Bind.
func (b *loopbackBind) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.conn == nil {
		return nil
	}
	b.underlay.unregister(b.address, b.local, b)
	err := b.conn.Close()
	b.conn = nil
	return err
}

// Send implements conn.Bind. A packet to nowhere is lost without an error, as on the Internet.
func (b *loopbackBind) Send(packets [][]byte, endpoint conn.Endpoint) error {
	to, ok := endpoint.(*underlayEndpoint)
	if !ok {
		return conn.ErrWrongEndpointType
	}
	b.mu.RLock()
	socket := b.conn
	b.mu.RUnlock()
	if socket == nil {
		return net.ErrClosed
	}
	target := b.underlay.route(b, to.AddrPort)
	if target == nil {
		return nil
	}
	local := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), target.localPort())
	for _, packet := range packets {
		if _, err := socket.WriteToUDPAddrPort(packet, local); err != nil {
			return err
		}
	}
	return nil
}

func (b *loopbackBind) localPort() uint16 {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.local
}

// receiver reads one packet per call and names its sender by the underlay's address.
func (b *loopbackBind) receiver(socket *net.UDPConn) conn.ReceiveFunc {
	return func(packets [][]byte, sizes []int, endpoints []conn.Endpoint) (int, error) {
		for {
			n, source, err := socket.ReadFromUDPAddrPort(packets[0])
			if err != nil {
				if errors.Is(err, net.ErrClosed) {
					return 0, net.ErrClosed
				}
				return 0, err
			}
			from := b.underlay.sender(source.Port(), b)
			if from == nil {
				continue
			}
			sizes[0], endpoints[0] = n, &underlayEndpoint{from.seenAs()}
			return 1, nil
		}
	}
}

// SetMark implements conn.Bind; loopback needs no firewall mark.
func (*loopbackBind) SetMark(uint32) error { return nil }

// BatchSize implements conn.Bind.
func (*loopbackBind) BatchSize() int { return 1 }

// ParseEndpoint implements conn.Bind.
func (*loopbackBind) ParseEndpoint(s string) (conn.Endpoint, error) {
	address, err := netip.ParseAddrPort(s)
	if err != nil {
		return nil, err
	}
	return &underlayEndpoint{address}, nil
}

// underlayEndpoint is a peer's address in the underlay.
type underlayEndpoint struct{ netip.AddrPort }

func (*underlayEndpoint) ClearSrc()             {}
func (*underlayEndpoint) SrcToString() string   { return "" }
func (*underlayEndpoint) SrcIP() netip.Addr     { return netip.Addr{} }
func (e *underlayEndpoint) DstIP() netip.Addr   { return e.Addr() }
func (e *underlayEndpoint) DstToString() string { return e.String() }

func (e *underlayEndpoint) DstToBytes() []byte {
	b, _ := e.MarshalBinary()
	return b
}
