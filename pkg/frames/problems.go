package frames

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// trouble is how a thing is not right, the worst first.
type trouble int

const (
	unreachable trouble = iota
	down
	siteDown
	bothNodesUp
	noReturnTraffic
	unknownWord
	notKnown
)

var troubles = [...]struct{ word, colour string }{
	unreachable:     {"unreachable", "red"},
	down:            {wireguard.InterfaceDown.String(), interfaceColours[wireguard.InterfaceDown]},
	siteDown:        {"site down", "red"},
	bothNodesUp:     {"up on both nodes", "red"},
	noReturnTraffic: {"no return traffic", "orange"},
	unknownWord:     {wireguard.InterfaceUnknown.String(), interfaceColours[wireguard.InterfaceUnknown]},
	notKnown:        {wireguard.InterfaceNotKnown.String(), "purple"},
}

// problemRow is one thing that is not right: a firewall, which stands for all of
// its tunnels, an interface, or a site.
type problemRow struct {
	firewall           *wireguard.Firewall
	kind               wireguard.Kind
	device, face, peer string // "" where the row is about more than one
	publicKey          string // of the site
	what               trouble
	reason             string
	since              time.Time // zero when not known
	behind
}

func (r problemRow) owner() *wireguard.Firewall { return r.firewall }

// problemLabels are those of the thing that a row is about.
var problemLabels = []column[problemRow]{
	text("opnsense_instance", "Firewall", func(r problemRow) string { return r.firewall.Name }),
	text("device", "Device", func(r problemRow) string { return r.device }),
	text("device_name", "Tunnel", func(r problemRow) string { return r.face }),
	text("peer_name", "Peer", func(r problemRow) string { return r.peer }),
	text("public_key", "Public key", func(r problemRow) string { return r.publicKey }),
	text("site", "Site", func(r problemRow) string {
		if r.kind == wireguard.KindSite {
			return "true"
		}
		return ""
	}),
}

var problemColumns = []column[problemRow]{
	problemLabels[0],
	text("kind", "Kind", func(r problemRow) string { return string(r.kind) }),
	problemLabels[1], problemLabels[2], problemLabels[3],
	problemColumn(),
	text("reason", "Reason", func(r problemRow) string { return r.reason }),
	instant("since", "Since", func(r problemRow) time.Time { return r.since }),
	text("affected", "Affected", func(r problemRow) string { return r.affected() }),
	text("networks", "Networks", func(r problemRow) string { return shortList(r.networks) }),
	instant("latest_handshake", "Last handshake", func(r problemRow) time.Time { return r.handshake }),
	text("twin", "Twin", func(r problemRow) string { return shortList(r.twins) }),
	problemLabels[4],
	text("url", "URL", func(r problemRow) string { return r.firewall.URL }),
	instant("observed_at", "Observed", func(r problemRow) time.Time { return r.firewall.Snapshot.At }),
}

func problemColumn() column[problemRow] {
	c := text("problem", "Problem", func(r problemRow) string { return troubles[r.what].word })
	mapper := data.ValueMapper{}
	for i, t := range troubles {
		mapper[t.word] = data.ValueMappingResult{Text: t.word, Color: t.colour, Index: i}
	}
	c.config = coloured("Problem", mapper)
	return c
}

// worseFirst orders by how bad a thing is; of what is as bad, the newest is first.
func worseFirst(a, b problemRow) int {
	return cmp.Or(cmp.Compare(a.what, b.what), b.since.Compare(a.since))
}

// problemRows lists what is not right with a firewall. A filter of interfaces or
// peers lets also those through that its things hang on.
func problemRows(f *wireguard.Firewall, filter query.Filter) []problemRow {
	if !f.Known() {
		return firewallProblem(f, filter)
	}
	var rows []problemRow
	for i := range f.Snapshot.Interfaces {
		face := &f.Snapshot.Interfaces[i]
		if !filter.Interfaces.Match(face.Device, face.Name) {
			continue
		}
		r := problemRow{firewall: f, kind: wireguard.KindInterface, device: face.Device, face: face.Name, reason: face.Reason, since: face.Since}
		switch {
		case face.Status == wireguard.InterfaceDown:
			r.what = down
		case face.BothNodesUp == wireguard.FlagYes:
			r.what, r.since = bothNodesUp, face.BothSince
			r.reason = "up here and " + face.Twin + ", though CARP has one of the two as backup"
		case face.Status == wireguard.InterfaceUnknown:
			r.what = unknownWord
		case face.Status == wireguard.InterfaceNotKnown:
			r.what = notKnown
		default:
			continue
		}
		if r.onto(f, face, filter) {
			rows = append(rows, r)
		}
	}
	return append(rows, siteProblems(f, filter)...)
}

// firewallProblem is the one row of a firewall that does not answer.
func firewallProblem(f *wireguard.Firewall, filter query.Filter) []problemRow {
	r := problemRow{firewall: f, kind: wireguard.KindFirewall, since: f.FailingSince, reason: strings.ReplaceAll(f.Err.Error(), "\n", "; ")}
	if f.Tried.IsZero() {
		r.what = notKnown
	}
	concerned := !f.Answered() // then nobody knows what hangs on it
	for i := range f.Snapshot.Interfaces {
		face := &f.Snapshot.Interfaces[i]
		if !filter.Interfaces.Match(face.Device, face.Name) {
			continue
		}
		switch face.LastKnown() {
		case wireguard.InterfaceStandby, wireguard.InterfaceDisabled:
			// Nothing hangs on it, but it can no longer be seen either.
			concerned = concerned || len(filter.Peers) == 0
			continue
		default:
		}
		if r.onto(f, face, filter) {
			concerned = true
			r.tunnels = append(r.tunnels, cmp.Or(face.Name, face.Device))
		}
	}
	if !concerned && len(filter.Interfaces)+len(filter.Peers) > 0 {
		return nil
	}
	return []problemRow{r}
}

func siteProblems(f *wireguard.Firewall, filter query.Filter) []problemRow {
	var rows []problemRow
	for i := range f.Snapshot.Peers {
		p := &f.Snapshot.Peers[i]
		if !p.Site || !filter.Interfaces.Match(p.Device, p.InterfaceName) || !filter.Peers.Match(p.Name, p.PublicKey) {
			continue
		}
		r := problemRow{firewall: f, kind: wireguard.KindSite, device: p.Device, face: p.InterfaceName, peer: p.Name, publicKey: p.PublicKey, reason: p.Reason}
		switch {
		case p.SiteDown == wireguard.FlagYes:
			r.what, r.since = siteDown, p.Since
		case p.NoReturnTraffic == wireguard.FlagYes:
			r.what, r.since = noReturnTraffic, p.NoReturnSince
			r.reason = "shakes hands, but sends next to nothing back for what it is sent"
		default:
			continue
		}
		r.networks, r.handshake = networksOf(p), p.LatestHandshake
		for k := range f.Snapshot.Interfaces {
			if face := &f.Snapshot.Interfaces[k]; face.Device == p.Device && face.Twin != "" {
				r.twins = []string{face.Twin}
			}
		}
		rows = append(rows, r)
	}
	return rows
}

// behind is what hangs on a thing that is not right.
type behind struct {
	tunnels, sites, networks, twins []string
	others                          int       // peers that are no sites
	handshake                       time.Time // the newest of all these peers; zero: none ever
}

// onto adds an interface with its peers, and says whether the filter wants any of it.
func (b *behind) onto(f *wireguard.Firewall, face *wireguard.Interface, filter query.Filter) bool {
	wanted := len(filter.Peers) == 0
	for i := range f.Snapshot.Peers {
		p := &f.Snapshot.Peers[i]
		if p.Device != face.Device || !filter.Peers.Match(p.Name, p.PublicKey) {
			continue
		}
		wanted = true
		if p.LatestHandshake.After(b.handshake) {
			b.handshake = p.LatestHandshake
		}
		if !p.Site {
			b.others++
			continue
		}
		b.sites = append(b.sites, cmp.Or(p.Name, p.PublicKey))
		b.networks = append(b.networks, networksOf(p)...)
	}
	if wanted && face.Twin != "" {
		b.twins = append(b.twins, face.Twin)
	}
	return wanted
}

// affected names what hangs on it: "tunnels: a, b; sites: c; other peers: 2".
func (b *behind) affected() string {
	var parts []string
	for _, list := range []struct {
		title string
		names []string
	}{{"tunnels", b.tunnels}, {"sites", b.sites}} {
		if len(list.names) > 0 {
			parts = append(parts, list.title+": "+shortList(list.names))
		}
	}
	if b.others > 0 {
		parts = append(parts, fmt.Sprintf("other peers: %d", b.others))
	}
	return strings.Join(parts, "; ")
}

func networksOf(p *wireguard.Peer) []string {
	var out []string
	for part := range strings.SplitSeq(p.AllowedIPs, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// Bounds of a list in one cell, in characters.
const (
	mostOfList = 160
	mostOfItem = 60
)

// shortList joins texts, each once, up to a length; "+3" stands for those left out.
func shortList(items []string) string {
	var out []string
	seen, length := map[string]bool{}, 0
	left := 0
	for _, item := range items {
		if seen[item] {
			continue
		}
		seen[item] = true
		if r := []rune(item); len(r) > mostOfItem {
			item = string(r[:mostOfItem]) + "…"
		}
		if length += len([]rune(item)) + 2; left > 0 || length > mostOfList {
			left++
			continue
		}
		out = append(out, item)
	}
	if left > 0 {
		out = append(out, fmt.Sprintf("+%d", left))
	}
	return strings.Join(out, ", ")
}
