// Package query is the query model: what a panel, an alert rule or a variable
// may ask. It is the Go twin of src/types.ts.
package query

import (
	"encoding/json"
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
	Problems   Type = "problems"   // one row per thing that is not right, worst first
	Events     Type = "events"     // one row per change of a state, from history
	PromQL     Type = "promql"     // an expression over the history
)

// Format says what shape the answer has.
type Format string

const (
	Table      Format = "table"       // all columns; of PromQL, the present value of each series
	Numeric    Format = "numeric"     // one number for each row, for alerts and stats
	TimeSeries Format = "time_series" // one metric over time, from history
)

// Metric is the value of a numeric query or of a time series.
type Metric string

const (
	Status       Metric = "status"
	PeersOnline  Metric = "peers_online"
	RxBytes      Metric = "rx_bytes"
	TxBytes      Metric = "tx_bytes"
	RxRate       Metric = "rx_rate" // bytes a second
	TxRate       Metric = "tx_rate"
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
	Interfaces: {Status, BothNodesUp, PeersOnline, RxBytes, TxBytes, RxRate, TxRate},
	Peers:      {Status, HandshakeAge, RxBytes, TxBytes, RxRate, TxRate, SiteDown, NoReturnTraffic},
	Firewalls:  {Up, Latency, PeersOnline, InterfacesUp},
}

var types = []Type{Interfaces, Peers, Firewalls, Problems, Events, PromQL}

// formats lists what each type can be shown as; the first is the default.
var formats = map[Type][]Format{
	Interfaces: {Table, Numeric, TimeSeries},
	Peers:      {Table, Numeric, TimeSeries},
	Firewalls:  {Table, Numeric, TimeSeries},
	Problems:   {Table},
	Events:     {Table},
	PromQL:     {TimeSeries, Numeric, Table},
}

// Metrics lists the metrics of a type, the default first.
func Metrics(t Type) []Metric { return slices.Clone(metrics[t]) }

// Query is a valid query.
type Query struct {
	Type   Type
	Format Format
	Metric Metric // "" when Format is Table, and of PromQL
	Filter Filter

	Expr   string // of PromQL, as it was written
	Legend string // of PromQL: the name of a series, {{label}} stands for its value; "": all labels
}

// FromHistory says whether a query asks for the past.
func (q Query) FromHistory() bool {
	return q.Type == Events || q.Type == PromQL || q.Format == TimeSeries
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
	Kinds       []string // of events: words of wireguard.Kind

	Labels LabelMatchers // of ad-hoc filters, the field adhoc beside filter; of every type
}

// Key is the same for queries that ask for the same, and for no others.
func (q Query) Key() string {
	raw, err := json.Marshal(q)
	if err != nil {
		panic(err) // texts, truth values and lists of them can be written
	}
	return string(raw)
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
	add("kinds", q.Filter.Kinds)
	if q.Filter.InterfaceUp {
		parts = append(parts, "interfaceUp")
	}
	if q.Filter.Site != nil {
		parts = append(parts, fmt.Sprintf("site=%t", *q.Filter.Site))
	}
	for _, m := range q.Filter.Labels {
		parts = append(parts, m.String())
	}
	if q.Type == PromQL {
		parts = append(parts, q.Expr)
	}
	return strings.Join(parts, " ")
}
