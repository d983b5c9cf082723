package wireguard

import (
	"slices"
	"time"
)

// StaleAfter is the age of a handshake from which OPNsense calls a peer stale.
// WireGuard renews a session that carries traffic every 120 seconds.
const StaleAfter = 300 * time.Second

// Snapshot is the judged state of one firewall at one moment. It is never
// changed after Join made it, so that readers may share it.
type Snapshot struct {
	At         time.Time   // when the report arrived; zero: the firewall never answered
	Interfaces []Interface // by device, in natural order
	Peers      []Peer      // by device, name and key
	Readings               // what was read besides
	Oddities   Oddities

	skew  time.Duration
	peers map[peerID]int // index into Peers of those with an identity
}

// Interface is a WireGuard interface (OPNsense's instance): one that runs, or
// one that should.
type Interface struct {
	Device    string // "wg0"; "" when the row had none: it has no identity then
	Name      string // the last name that was not empty
	PublicKey string // base64; "" when never seen
	Status    InterfaceStatus
	Reason    string    // why it has this status, for people
	Since     time.Time // when it came to have it, as far as this process saw
	CARP      string    // virtual IPs that may decide over it, "vhid 1 BACKUP"; "" when there are none

	ListenPort  int   // 0 when not known
	Peers       int   // configured peers
	PeersOnline int   // -1 when not known
	RxBytes     int64 // sum over its peers; -1 when not known
	TxBytes     int64
	RxRate      float64 // sum over its peers, bytes a second; -1 when not known
	TxRate      float64

	LastSeen time.Time // when a report last had it; zero when only expected
	Gone     time.Time // when it rightly went: the row stays a while for alerts; zero: it did not

	Twin        string    // the same tunnel on another firewall, "up on hq-b"; "" when there is none
	BothNodesUp Flag      // up here and on the twin though CARP gave it to one of them
	BothSince   time.Time // when the later of the two came up; zero when BothNodesUp is not yes

	lastKnown   InterfaceStatus // the newest status that was known
	silent      bool            // the report tells nothing of its peers
	named       bool            // known by its name alone
	twinDecides bool            // reported down, and a twin that is up makes it standby
	carpBackup  bool            // a virtual IP that may decide over it is BACKUP
	upSince     time.Time       // up without a restart since; zero when it is not up
	watch       []vhidWatch
}

// LastKnown is the status, or the newest known one where it is not known now.
func (i *Interface) LastKnown() InterfaceStatus { return i.lastKnown }

// HasIdentity says whether the row can be told from every other.
func (i *Interface) HasIdentity() bool { return i.Device != "" || i.named }

// id is the device, or the name of what was never seen running.
func (i *Interface) id() string {
	if i.Device == "" {
		return "name " + i.Name
	}
	return i.Device
}

// Peer is a peer of one interface; the same key on two interfaces is two peers.
type Peer struct {
	Device        string
	InterfaceName string
	Name          string
	PublicKey     string // "" when the row had none: it has no identity then
	Endpoint      string // "" when there is none
	AllowedIPs    string // CIDRs, joined by commas
	Keepalive     int    // seconds; 0 is off

	Status PeerStatus
	Reason string
	Since  time.Time

	InterfaceUp     bool      // its interface is reported up
	LatestHandshake time.Time // zero when it never shook hands
	RxBytes         int64     // -1 when not known
	TxBytes         int64
	RxRate, TxRate  float64 // bytes a second over the last 300 s, or since as long as is known; -1 when not known

	Site            bool      // a site rather than a single device
	SiteDown        Flag      // a site that should be reachable and is not
	NoReturnTraffic Flag      // sends, and unlike before gets nothing back
	NoReturnSince   time.Time // when that was first seen; zero when it is not so

	wide        bool       // an allowed IP is a network rather than one host
	lastKnown   PeerStatus // the newest status that was known
	siteWas     Flag       // the newest SiteDown that was known
	onlineSince time.Time  // online at every poll since; zero when it is not
	steady      bool       // was online for an hour at every poll before it went stale
	traffic     traffic
}

// LastKnown is the status, or the newest known one where it is not known now.
func (p *Peer) LastKnown() PeerStatus { return p.lastKnown }

// HasIdentity says whether the row can be told from every other.
func (p *Peer) HasIdentity() bool { return p.Device != "" && p.PublicKey != "" }

// HandshakeAge is the time from the last handshake to at, and false for a peer
// that never shook hands. A handshake in the future, which a stepping clock can
// make, has the age 0.
func (p *Peer) HandshakeAge(at time.Time) (time.Duration, bool) {
	if p.LatestHandshake.IsZero() {
		return 0, false
	}
	return max(0, at.Sub(p.LatestHandshake)), true
}

type peerID struct{ device, key string }

// Policy is what the settings say about one firewall's tunnels.
type Policy struct {
	Expect      []Expectation
	ExpectPeers []string      // names or public keys of peers that must be online
	IgnorePeers []string      // of peers that are no sites, whatever they look like
	ForgetAfter time.Duration // how long a vanished interface stays known as down
}

// Expectation is an interface that must be there.
type Expectation struct {
	Device string
	Name   string // used until the firewall itself names the device
	CARP   CARPDependency
}

func (p Policy) expects(device string) bool {
	return slices.ContainsFunc(p.Expect, func(e Expectation) bool { return e.Device == device })
}
