package simulator

import "time"

// Backend is what the API shows: a firewall with real devices or one with generated rows.
type Backend interface {
	// Running is what wg reports, in a stable order. An error is wg failing.
	Running() ([]Row, error)
	// Configuration is the saved configuration.
	Configuration() Configuration
	// VirtualIPs are the configured ones.
	VirtualIPs() []VirtualIP
}

// Row is one row of show, before a release gives it its form.
type Row struct {
	Device     string
	PublicKey  string // "(none)" for an interface that is not configured
	Name       string // "" if unknown to the configuration
	IfName     string // "" becomes null: unknown to the configuration
	Peer       bool
	ListenPort int    // interface rows
	Up         bool   // interface rows
	Endpoint   string // peer rows; "" becomes "(none)"
	AllowedIPs string // peer rows; "" becomes "(none)"
	Handshake  time.Time
	RX, TX     int64 // bytes
	Keepalive  int   // seconds; 0 becomes "off"
}

// Configuration is the saved configuration of WireGuard.
type Configuration struct {
	Enabled   bool // the whole service
	Instances []InstanceSettings
	Peers     []PeerSettings
}

// InstanceSettings is one instance as search_server shows it.
type InstanceSettings struct {
	UUID          string
	Enabled       bool
	Name          string
	Number        int // n of wgn
	PublicKey     Key
	PrivateKey    Key
	Port          int
	TunnelAddress string
	DependOn      *VirtualIP // nil: does not depend on CARP
	PeerUUIDs     []string
	PeerNames     []string
}

// PeerSettings is one peer as search_client shows it.
type PeerSettings struct {
	UUID       string
	Name       string
	PublicKey  string
	Preshared  string // "" for none
	AllowedIPs string
	Keepalive  int // seconds, 0: off
}

// CARPRole is the status of a virtual IP.
type CARPRole string

// The states of a CARP address. Disabled also means configured but not present, and back end down.
const (
	Master   CARPRole = "MASTER"
	Backup   CARPRole = "BACKUP"
	Init     CARPRole = "INIT"
	Disabled CARPRole = "DISABLED"
)

// VirtualIP is one virtual IP of a firewall.
type VirtualIP struct {
	UUID        string   `json:"uuid"`        // "": a new one
	VHID        int      `json:"vhid"`        // 0 for an alias
	Interface   string   `json:"interface"`   // "": "LAN"
	Address     string   `json:"address"`     // "198.51.100.10"
	Description string   `json:"description"` // "": "LAN CARP"
	AdvSkew     int      `json:"advskew"`     // 0 on the preferred node, 100 by custom on the other
	Alias       bool     `json:"alias"`       // mode ipalias instead of carp
	Role        CARPRole `json:"role"`        // "": MASTER
}
