package simulator

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"sync"
	"time"
)

// LightConfig describes a firewall without devices, for benchmarks.
type LightConfig struct {
	APIConfig
	Interfaces int // 0: 1
	Peers      int // per interface
}

// LightFirewall has the same web interface as a Firewall; its rows are generated, and its answers of show are encoded once and
// kept. Refresh lets time pass.
type LightFirewall struct {
	*API
	config LightConfig

	mu             sync.Mutex
	rows           []Row
	firstPage, all []byte
}

var (
	_ Backend  = (*LightFirewall)(nil)
	_ prepared = (*LightFirewall)(nil)
)

// AddLight starts a firewall with generated rows.
func (l *Lab) AddLight(config LightConfig) (*LightFirewall, error) {
	if config.Name == "" || config.Interfaces < 0 || config.Peers < 0 {
		return nil, errors.New("a light firewall needs a name, and no negative numbers")
	}
	config.Interfaces = max(config.Interfaces, 1)
	f := &LightFirewall{config: config}
	clock := &clock{zone: config.TimeZone}
	api, err := newAPI(config.APIConfig, f, l.authority, clock, l.logger.Named(config.Name))
	if err != nil {
		return nil, err
	}
	f.API = api
	f.generate()
	f.Refresh(0)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		api.close()
		return nil, ErrLabClosed
	}
	l.light = append(l.light, f)
	return f, nil
}

// generate makes rows that differ from firewall to firewall and are the same from run to run. One peer in 16 never shook
// hands.
func (f *LightFirewall) generate() {
	for n := range f.config.Interfaces {
		device := fmt.Sprintf("wg%d", n)
		name := fmt.Sprintf("tunnel-%d", n)
		f.rows = append(f.rows, Row{
			Device: device, PublicKey: f.fakeKey(n, -1), Name: name, IfName: name, ListenPort: firstPort + n, Up: true,
		})
		for p := range f.config.Peers {
			row := Row{
				Device: device, Peer: true, PublicKey: f.fakeKey(n, p), Name: fmt.Sprintf("peer-%d-%d", n, p), IfName: name,
				AllowedIPs: fmt.Sprintf("10.%d.%d.%d/32", n&255, p>>8&255, p&255), Keepalive: 25,
			}
			if p%16 != 15 {
				row.Handshake = time.Now()
				row.Endpoint = fmt.Sprintf("198.51.100.%d:%d", p&255, 1024+p%60000)
			}
			f.rows = append(f.rows, row)
		}
	}
}

// fakeKey has the form of a public key.
func (f *LightFirewall) fakeKey(number, peer int) string {
	key := KeyFrom(fmt.Sprintf("%s/%d/%d", f.config.Name, number, peer))
	return base64.StdEncoding.EncodeToString(key[:])
}

// Refresh lets every connected peer shake hands now and carry bytes (received; half as many sent), and encodes the answers.
func (f *LightFirewall) Refresh(bytes int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.rows {
		if row := &f.rows[i]; row.Peer && !row.Handshake.IsZero() {
			row.Handshake, row.RX, row.TX = time.Now(), row.RX+bytes, row.TX+bytes/2
		}
	}
	f.firstPage, f.all = f.encode(parameters{}), nil
}

func (f *LightFirewall) encode(p parameters) []byte {
	now := f.clock.now()
	generation := f.Generation()
	rows := make([]any, 0, len(f.rows))
	for _, row := range f.rows {
		rows = append(rows, row.fields(generation, f.clock, now))
	}
	return bytes.Clone(answer{body: p.paginate(rows)}.encode())
}

// preparedShow implements prepared. The answer with all rows is made when it is first asked for.
func (f *LightFirewall) preparedShow() (firstPage, all []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.all == nil {
		f.all = f.encode(parameters{post: map[string]any{"rowCount": float64(-1)}})
	}
	return f.firstPage, f.all
}

// SetUp sets a generated interface ("wg0") up or down.
func (f *LightFirewall) SetUp(device string, up bool) {
	f.mu.Lock()
	for i := range f.rows {
		if row := &f.rows[i]; row.Device == device && !row.Peer {
			row.Up = up
		}
	}
	f.mu.Unlock()
	f.Refresh(0)
}

// Running implements Backend.
func (f *LightFirewall) Running() ([]Row, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Row(nil), f.rows...), nil
}

// Configuration implements Backend.
func (f *LightFirewall) Configuration() Configuration {
	configuration := Configuration{Enabled: true}
	for n := range f.config.Interfaces {
		configuration.Instances = append(configuration.Instances, InstanceSettings{
			UUID:    fmt.Sprintf("00000000-0000-4000-8000-%012d", n),
			Enabled: true, Name: fmt.Sprintf("tunnel-%d", n), Number: n, Port: firstPort + n,
		})
	}
	return configuration
}

// VirtualIPs implements Backend: a light firewall has none.
func (*LightFirewall) VirtualIPs() []VirtualIP { return nil }
