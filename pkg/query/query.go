// Package query is the query model: what a panel, an alert rule or a variable
// may ask. It is the Go twin of src/types.ts.
package query

import (
	"fmt"
	"slices"
	"strings"
)

// Type says what a query's rows are.
type Type string

const (
	Interfaces Type = "interfaces" // one row per WireGuard interface
	Peers      Type = "peers"      // one row per peer and interface
	Firewalls  Type = "firewalls"  // one row per configured firewall
)

// Format says what shape the answer has.
type Format string

const (
	Table   Format = "table"   // all columns
	Numeric Format = "numeric" // one metric, for alerts and stats
)

// Metric is the value of a numeric query.
type Metric string

const (
	Status       Metric = "status"
	PeersOnline  Metric = "peers_online"
	RxBytes      Metric = "rx_bytes"
	TxBytes      Metric = "tx_bytes"
	HandshakeAge Metric = "handshake_age"
	Up           Metric = "up"
	Latency      Metric = "latency"
	InterfacesUp Metric = "interfaces_up"

	BothNodesUp     Metric = "both_nodes_up"     // of interfaces: 1 or 0
	SiteDown        Metric = "site_down"         // of peers: 1 or 0
	NoReturnTraffic Metric = "no_return_traffic" // of peers: 1 or 0
)

// metrics lists what each type can be asked for; the first is the default.
var metrics = map[Type][]Metric{
	Interfaces: {Status, BothNodesUp, PeersOnline, RxBytes, TxBytes},
	Peers:      {Status, HandshakeAge, RxBytes, TxBytes, SiteDown, NoReturnTraffic},
	Firewalls:  {Up, Latency, PeersOnline, InterfacesUp},
}

var (
	types   = []Type{Interfaces, Peers, Firewalls}
	formats = []Format{Table, Numeric}
)

// Metrics lists the metrics of a type, the default first.
func Metrics(t Type) []Metric { return slices.Clone(metrics[t]) }

// Query is a valid query.
type Query struct {
	Type   Type
	Format Format
	Metric Metric // "" when Format is Table
	Filter Filter
}

// Filter narrows the rows: the values of one list are alternatives, the lists
// must all match. The zero value lets every row through.
type Filter struct {
	Firewalls   Matchers // by name or id
	Interfaces  Matchers // by device or name
	Peers       Matchers // by name or public key
	Statuses    []string // words of InterfaceStatus or PeerStatus
	InterfaceUp bool     // only peers whose interface is up
	Site        *bool    // only peers that are sites, or only those that are none; nil: all
}

// String tells the query in one line, as people would write it down.
func (q Query) String() string {
	parts := []string{string(q.Type), string(q.Format)}
	if q.Metric != "" {
		parts = append(parts, string(q.Metric))
	}
	add := func(name string, values []string) {
		if len(values) > 0 {
			parts = append(parts, name+"="+strings.Join(values, "|"))
		}
	}
	add("firewalls", q.Filter.Firewalls.texts())
	add("interfaces", q.Filter.Interfaces.texts())
	add("peers", q.Filter.Peers.texts())
	add("statuses", q.Filter.Statuses)
	if q.Filter.InterfaceUp {
		parts = append(parts, "interfaceUp")
	}
	if q.Filter.Site != nil {
		parts = append(parts, fmt.Sprintf("site=%t", *q.Filter.Site))
	}
	return strings.Join(parts, " ")
}
