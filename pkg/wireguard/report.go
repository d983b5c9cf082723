package wireguard

import "time"

// NotConfigured is what OPNsense sends as the public key of an interface that
// was created but not configured: early at boot, or while it is restarted.
const NotConfigured = "(none)"

// Report is what one firewall said of its tunnels in one answer, before any
// judgement. Rows may be odd: without a device, without a key, more than once.
type Report struct {
	At         time.Time     // when the answer arrived
	ClockSkew  time.Duration // the firewall's clock minus ours; 0 when not known
	Interfaces []InterfaceReport
	Peers      []PeerReport
	Oddities   Oddities // what the decoder already found wrong
}

// Link is the state of an interface in a report. The zero value is a word that
// this version does not know.
type Link uint8

const (
	LinkUnknown Link = iota
	LinkUp
	LinkDown
)

// InterfaceReport is one interface row of a report.
type InterfaceReport struct {
	Device     string // "wg0"; "" is odd, the row then has no identity
	Name       string // of the instance; "" when the configuration does not know it
	PublicKey  string // base64, NotConfigured or ""
	ListenPort int    // 0 when not known
	Link       Link
	StatusWord string // what the firewall said, for LinkUnknown
}

// PeerReport is one peer row of a report: one peer on one interface.
type PeerReport struct {
	Device          string
	Name            string // "" when the configuration does not know the peer
	PublicKey       string // base64; "" is odd, the row then has no identity
	Endpoint        string // "ip:port"; "" when there is none
	AllowedIPs      string // CIDRs, joined by commas as OPNsense sends them
	LatestHandshake int64  // Unix seconds by the firewall's clock; 0 is never, -1 could not be read
	RxBytes         int64  // received by the firewall; -1 when not known
	TxBytes         int64  // sent by the firewall; -1 when not known
	Keepalive       int    // seconds; 0 is off
	Status          PeerStatus
	HandshakeAge    int64 // seconds by the firewall's clock; -1 when not sent (before OPNsense 25.1.2) or never
}

// VirtualIP is one row of the firewall's virtual addresses.
type VirtualIP struct {
	VHID      int    // 0 for an address without CARP
	Role      string // MASTER, BACKUP, INIT, DISABLED, or a word of a later version
	Mode      string // "carp", "ipalias"
	Interface string
	Subnet    string
}

// Oddity names one kind of row or field that did not make sense.
type Oddity string

const (
	OddDevice     Oddity = "without a device name"
	OddKey        Oddity = "without a public key"
	OddType       Oddity = "of an unknown type, left out"
	OddRow        Oddity = "that do not say what they are, left out"
	OddStatus     Oddity = "with an unknown status word"
	OddUnassigned Oddity = "unknown to the configuration"
	OddDuplicate  Oddity = "sent more than once, merged"
	OddNumber     Oddity = "with a number that makes no sense"
	OddField      Oddity = "with a field of an unexpected type"
)

// Oddities counts odd rows by kind. A nil map is an answer without any.
type Oddities map[Oddity]int

// Add counts n rows of a kind and returns the map, made if need be.
func (o Oddities) Add(kind Oddity, n int) Oddities {
	if n == 0 {
		return o
	}
	if o == nil {
		o = Oddities{}
	}
	o[kind] += n
	return o
}
