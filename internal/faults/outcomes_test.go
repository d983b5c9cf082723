package faults

import (
	"cmp"
	"maps"
)

// outcome is what a row promises: the answers to all questions.
type outcome string

const (
	asEver          outcome = "as ever"
	odd             outcome = "odd"
	unknownStatus   outcome = "unknown status"
	namelessTunnels outcome = "nameless tunnels"
	lostTunnels     outcome = "lost tunnels"
	namelessPeers   outcome = "nameless peers"
	placelessPeers  outcome = "placeless peers"
	lostPeers       outcome = "lost peers"
	unreadable      outcome = "unreadable"
	unheard         outcome = "unheard"
	elsewhere       outcome = "elsewhere"
)

// whole are the answers while nothing is wrong but that wg1 is down.
var whole = answers{
	"interfaces, table":        "wg0 1, wg1 0",
	"interfaces, numeric":      "wg0 1, wg1 0",
	"peers, table":             "peer-0-0 1, peer-0-1 1, peer-1-0 1, peer-1-1 1",
	"peers, numeric":           "peer-0-0 1, peer-0-1 1, peer-1-0 1, peer-1-1 1",
	"firewalls, table":         "fw 1",
	"firewalls, numeric":       "fw 1",
	"problems":                 "interface down",
	"events":                   "none",
	"promql, numeric":          "wg0 1, wg1 0",
	"promql, table":            "fw 1",
	"metrics route":            "opnsense_up 1, opnsense_wireguard_interfaces_status 0, opnsense_wireguard_interfaces_status 1",
	"list for editors":         "2 interfaces, 4 peers",
	"Save & test":              "OK",
	"live panel":               "wg0 1, wg1 0",
	"rule InterfaceDown":       "wg0 normal, wg1 fires",
	"rule FirewallUnreachable": "fw normal",
}

// outcomes tell what is answered instead.
var outcomes = []struct {
	name    outcome
	title   string
	answers answers
}{
	{asEver, "all as ever", nil},
	{odd, "as ever, with a notice of what was odd", noticed(nil)},
	{unknownStatus, "the tunnels' status makes no sense", noticed(answers{
		"interfaces, table": "wg0 2, wg1 2", "interfaces, numeric": "wg0 2, wg1 2", "live panel": "wg0 2, wg1 2", "promql, numeric": "wg0 2, wg1 2",
		"problems":           "interface unknown, interface unknown",
		"metrics route":      "opnsense_up 1, opnsense_wireguard_interfaces_status 2, opnsense_wireguard_interfaces_status 2",
		"rule InterfaceDown": "wg0 normal, wg1 normal",
	})},
	{namelessTunnels, "tunnels without a device", noticed(with(tunnelsNotKnown, answers{
		"interfaces, table": " 0,  1, wg0 –, wg1 –", "live panel": " 0,  1, wg0 –, wg1 –", "problems": "interface down, interface not known, interface not known",
	}))},
	{lostTunnels, "rows of tunnels that do not say so", noticed(tunnelsNotKnown)},
	{namelessPeers, "peers without a name", noticed(answers{"peers, table": " 1,  1,  1,  1", "peers, numeric": " 1,  1,  1,  1"})},
	{placelessPeers, "peers without a device or key", noticed(answers{"peers, numeric": "nothing", "list for editors": "2 interfaces, 0 peers"})},
	{lostPeers, "rows of peers that do not say so", noticed(answers{"peers, table": "nothing", "peers, numeric": "nothing", "list for editors": "2 interfaces, 0 peers"})},
	{unreadable, "the firewall cannot be read", cannotBeRead},
	{unheard, "settings that cannot work", with(cannotBeRead, answers{
		"peers, table": "nothing and a notice", "peers, numeric": "nothing", "list for editors": "2 interfaces, 0 peers", "events": "none",
		"promql, table": "no column opnsense_instance or value and a notice",
	})},
	{elsewhere, "another address, never heard of", with(cannotBeRead, answers{
		"peers, table": "nothing and a notice", "peers, numeric": "nothing", "list for editors": "2 interfaces, 0 peers", "events": "none",
	})},
}

// cannotBeRead are the answers while nothing is known: rows stay, values are null.
var cannotBeRead = with(noticed(answers{
	"interfaces, table": "wg0 –, wg1 –", "live panel": "wg0 –, wg1 –", "firewalls, table": "fw 0", "promql, table": "fw 0",
	"peers, table": "peer-0-0 –, peer-0-1 –, peer-1-0 –, peer-1-1 –",
}), answers{
	"interfaces, numeric": "wg0 –, wg1 –", "peers, numeric": "peer-0-0 –, peer-0-1 –, peer-1-0 –, peer-1-1 –", "firewalls, numeric": "fw 0",
	"problems": "firewall unreachable", "events": "fw is unreachable", "promql, numeric": "nothing", "metrics route": "opnsense_up 0",
	"Save & test": "error that says why", "rule InterfaceDown": "wg0 keeps its state, wg1 keeps its state", "rule FirewallUnreachable": "fw fires",
})

// tunnelsNotKnown: a tunnel that seems to be missing may be in a row that cannot be read.
var tunnelsNotKnown = answers{
	"interfaces, table": "wg0 –, wg1 –", "interfaces, numeric": "wg0 –, wg1 –", "live panel": "wg0 –, wg1 –", "promql, numeric": "nothing",
	"problems": "interface not known, interface not known", "metrics route": "opnsense_up 1",
	"rule InterfaceDown": "wg0 keeps its state, wg1 keeps its state",
}

func with(some, others answers) answers {
	out := maps.Clone(some)
	maps.Copy(out, others)
	return out
}

// noticed are answers whose tables have a notice that says what was odd.
func noticed(of answers) answers {
	out := with(answers{}, of)
	for _, q := range []string{"interfaces, table", "peers, table", "firewalls, table", "promql, table", "live panel"} {
		out[q] = cmp.Or(of[q], whole[q]) + " and a notice"
	}
	return out
}

// groups are all rows, as the document has them.
var groups = []struct {
	title string
	rows  []row
}{
	{"Network", network},
	{"TLS", tlsRows},
	{"HTTP", httpRows},
	{"JSON", jsonRows},
	{"Grafana", grafanaRows},
	{"Time", timeRows},
}

// answers are all that is answered.
func (o outcome) answers() answers {
	for _, k := range outcomes {
		if k.name == o {
			return with(whole, k.answers)
		}
	}
	return nil
}
