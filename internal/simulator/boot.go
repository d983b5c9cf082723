package simulator

import (
	"fmt"
	"net/http"
	"time"
)

// BootPhase is how far a firewall has come after a reboot began.
type BootPhase string

// The phases in the order in which a client sees them (observed).
const (
	BootOff     BootPhase = "off"     // connections are refused, nothing runs
	BootTLS     BootPhase = "tls"     // TLS handshakes fail
	BootGateway BootPhase = "gateway" // 503 HTML
	BootEmpty   BootPhase = "empty"   // show has no rows
	BootEarly   BootPhase = "early"   // interfaces are created, not configured
	BootReady   BootPhase = "ready"   // all runs again, counters from 0
)

var bootPhases = []BootPhase{BootOff, BootTLS, BootGateway, BootEmpty, BootEarly, BootReady}

// SetBootPhase moves a rebooting firewall to a phase. Begin with BootOff, end with BootReady.
func (f *Firewall) SetBootPhase(phase BootPhase) error {
	f.ClearFault(FaultGateway)
	f.server.setBroken(phase == BootTLS)
	switch phase {
	case BootOff:
		f.stopAll()
		f.Refuse()
		return nil
	case BootTLS, BootEmpty:
		f.stopAll()
	case BootGateway:
		f.stopAll()
		if err := f.SetFault(Fault{Kind: FaultGateway, Status: http.StatusServiceUnavailable}); err != nil {
			return err
		}
	case BootEarly:
		for _, instance := range f.Instances() {
			instance.node.create()
		}
	case BootReady:
		if err := f.startAll(); err != nil {
			return err
		}
	default:
		return fmt.Errorf("boot phase %q: want one of %v", phase, bootPhases)
	}
	return f.Accept()
}

// startAll starts what is enabled. With the service switched off, the interfaces of enabled instances stay created only.
func (f *Firewall) startAll() error {
	if !f.ServiceOn() {
		f.SwitchOff(true)
		return nil
	}
	return f.SwitchOn()
}

// Reboot goes through all phases, with a pause of this length after each but the last.
func (f *Firewall) Reboot(pause time.Duration) error {
	for _, phase := range bootPhases {
		if err := f.SetBootPhase(phase); err != nil {
			return err
		}
		if phase != BootReady && !sleep(f.lab.closing, pause) {
			return ErrLabClosed
		}
	}
	return nil
}

// Refuse closes the web interface: connections are refused. WireGuard goes on.
func (a *API) Refuse() { a.server.refuse() }

// Accept opens the web interface again, on the same port.
func (a *API) Accept() error { return a.server.listen() }
