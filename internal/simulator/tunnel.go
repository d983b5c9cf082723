package simulator

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"

	"github.com/hashicorp/go-hclog"
	"golang.zx2c4.com/wireguard/device"
	"golang.zx2c4.com/wireguard/tun"
	"golang.zx2c4.com/wireguard/tun/netstack"
)

// The ports of RFC 862 and RFC 863, which every tunnel serves inside: what goes to echo comes back, what goes to discard
// does not.
const (
	echoPort    = 7
	discardPort = 9
)

// tunnelMTU is WireGuard's usual MTU in bytes.
const tunnelMTU = 1420

// tunnel is one running WireGuard device with a network stack on its inner side.
type tunnel struct {
	device  *device.Device
	echo    net.PacketConn
	discard net.PacketConn
	servers sync.WaitGroup

	mu     sync.RWMutex // held for reading while a packet is being sent
	closed bool
}

// openTunnel makes a device with this configuration. It is down until up is called.
func openTunnel(bind *loopbackBind, address netip.Addr, configuration string, logger hclog.Logger) (*tunnel, error) {
	stack, inner, err := netstack.CreateNetTUN([]netip.Addr{address}, nil, tunnelMTU)
	if err != nil {
		return nil, fmt.Errorf("network stack for %s: %w", address, err)
	}
	t := &tunnel{device: device.NewDevice(newManualTUN(stack), bind, deviceLogger(logger))}
	if err := t.device.IpcSet(configuration); err != nil {
		t.device.Close()
		return nil, fmt.Errorf("configure WireGuard: %w", err)
	}
	echo, err := inner.ListenUDPAddrPort(netip.AddrPortFrom(address, echoPort))
	if err != nil {
		t.device.Close()
		return nil, fmt.Errorf("echo port of %s: %w", address, err)
	}
	discard, err := inner.ListenUDPAddrPort(netip.AddrPortFrom(address, discardPort))
	if err != nil {
		_ = echo.Close()
		t.device.Close()
		return nil, fmt.Errorf("discard port of %s: %w", address, err)
	}
	t.echo, t.discard = echo, discard
	t.servers.Go(t.serveEcho)
	t.servers.Go(t.serveDiscard)
	return t, nil
}

// deviceLogger passes the device's messages on. Its errors are a lab's daily bread (a peer without endpoint), so they
// are logged as debug.
func deviceLogger(logger hclog.Logger) *device.Logger {
	silent := device.DiscardLogf
	if !logger.IsDebug() {
		return &device.Logger{Verbosef: silent, Errorf: silent}
	}
	return &device.Logger{
		Verbosef: func(format string, args ...any) { logger.Trace(fmt.Sprintf(format, args...)) },
		Errorf:   func(format string, args ...any) { logger.Debug(fmt.Sprintf(format, args...)) },
	}
}

func (t *tunnel) serveEcho() {
	buffer := make([]byte, tunnelMTU)
	for {
		n, from, err := t.echo.ReadFrom(buffer)
		if err != nil {
			return
		}
		_ = t.write(t.echo, buffer[:n], from)
	}
}

func (t *tunnel) serveDiscard() {
	buffer := make([]byte, tunnelMTU)
	for {
		if _, _, err := t.discard.ReadFrom(buffer); err != nil {
			return
		}
	}
}

var errTunnelClosed = errors.New("the WireGuard device is not running")

// send puts one UDP packet into the tunnel. It leaves from the discard port: an answer needs no answer.
func (t *tunnel) send(payload []byte, to netip.AddrPort) error {
	return t.write(t.discard, payload, net.UDPAddrFromAddrPort(to))
}

// write guards against the stack's habit of panicking when a packet is sent while it is being closed.
func (t *tunnel) write(from net.PacketConn, payload []byte, to net.Addr) error {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.closed {
		return errTunnelClosed
	}
	_, err := from.WriteTo(payload, to)
	return err
}

// close ends the device. The order matters: first nothing comes in, then nothing is sent, then the stack goes.
func (t *tunnel) close() {
	_ = t.device.Down()
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	_ = t.echo.Close()
	_ = t.discard.Close()
	t.servers.Wait()
	t.device.Close()
}

// manualTUN hides the network stack's wish to be up at once: a firewall decides when an interface is up.
type manualTUN struct {
	tun.Device
	events chan tun.Event
	once   sync.Once
}

func newManualTUN(inner tun.Device) *manualTUN {
	return &manualTUN{Device: inner, events: make(chan tun.Event)}
}

// Events implements tun.Device.
func (m *manualTUN) Events() <-chan tun.Event { return m.events }

// Close implements tun.Device.
func (m *manualTUN) Close() error {
	var err error
	m.once.Do(func() {
		close(m.events)
		err = m.Device.Close()
	})
	return err
}
