package wireguard

import "strings"

// Kind says what changed.
type Kind string

const (
	KindFirewall  Kind = "firewall"  // whether it answers
	KindInterface Kind = "interface" // its status
	KindPeer      Kind = "peer"      // its status
	KindSite      Kind = "site"      // whether a peer that is a site is down
)

// Kinds lists all of them.
func Kinds() []Kind { return []Kind{KindFirewall, KindInterface, KindPeer, KindSite} }

// Words of states that are no status.
const (
	StateAnswers     = "up"
	StateUnreachable = "unreachable"
	StateSiteUp      = "reachable"
	StateSiteDown    = "down"
)

// Change is one thing that came to have another state.
type Change struct {
	Kind      Kind
	Device    string // of an interface or peer
	Interface string // name of the interface, also of a peer's
	Peer      string // name of the peer
	PublicKey string // of the peer
	From      string // a word; "" for what is new
	To        string // a word; "" for what is gone
	Reason    string // why it has its new state, for people
}

// Trouble says whether the new state is one that somebody may have to look after.
func (c *Change) Trouble() bool {
	switch c.To {
	case StateUnreachable, InterfaceDown.String(), InterfaceUnknown.String(), PeerOffline.String(), PeerStale.String():
		return true
	}
	return false
}

// Changes tells what changed from one snapshot of a firewall to a later one: all
// of it, in the order of the rows. What is not known for a while is no change.
// Before the first answer there is nothing to compare with.
func Changes(prev, now *Snapshot) []Change {
	if prev == nil || prev.At.IsZero() {
		return nil
	}
	return append(interfaceChanges(prev, now), peerChanges(prev, now)...)
}

func interfaceChanges(prev, now *Snapshot) []Change {
	var out []Change
	before := byIdentity(prev.Interfaces)
	for k := range now.Interfaces {
		i := &now.Interfaces[k]
		if !i.HasIdentity() || i.lastKnown == InterfaceNotKnown {
			continue
		}
		from, old := "", before[i.id()]
		switch {
		case old == nil && i.Gone.IsZero(): // new
		case old == nil, !i.Gone.IsZero() && old.Name != i.Name: // told when it went
			continue
		case old.lastKnown == i.lastKnown, old.lastKnown == InterfaceNotKnown:
			continue
		default:
			from = old.lastKnown.String()
		}
		out = append(out, i.change(from, i.lastKnown.String(), i.Reason))
	}
	return append(out, forgottenChanges(prev, now)...)
}

// forgottenChanges tells of interfaces that were missing until nobody waited for
// them any more.
func forgottenChanges(prev, now *Snapshot) []Change {
	var out []Change
	told := make(map[string]bool, len(now.Interfaces))
	for k := range now.Interfaces {
		told[now.Interfaces[k].id()] = true
	}
	for k := range prev.Interfaces {
		i := &prev.Interfaces[k]
		if i.HasIdentity() && i.Gone.IsZero() && !told[i.id()] && i.lastKnown != InterfaceNotKnown {
			out = append(out, i.change(i.lastKnown.String(), "", "missing for so long that it is forgotten"))
		}
	}
	return out
}

func (i *Interface) change(from, to, reason string) Change {
	return Change{Kind: KindInterface, Device: i.Device, Interface: i.Name, From: from, To: to, Reason: reason}
}

func peerChanges(prev, now *Snapshot) []Change {
	var out []Change
	for k := range now.Peers {
		p := &now.Peers[k]
		if !p.HasIdentity() || p.lastKnown == PeerNotKnown {
			continue
		}
		old := prev.peer(p)
		if old == nil {
			out = append(out, p.change(KindPeer, "", p.lastKnown.String(), p.Reason))
			continue
		}
		if old.lastKnown != p.lastKnown && old.lastKnown != PeerNotKnown {
			out = append(out, p.change(KindPeer, old.lastKnown.String(), p.lastKnown.String(), p.Reason))
		}
		if old.siteWas != p.siteWas && old.siteWas != FlagNotKnown {
			words := [...]string{FlagNotKnown: "", FlagNo: StateSiteUp, FlagYes: StateSiteDown}
			out = append(out, p.change(KindSite, words[old.siteWas], words[p.siteWas], p.Reason))
		}
	}
	return append(out, goneChanges(prev, now)...)
}

// goneChanges tells of peers that are no longer configured on interfaces that are
// still reported.
func goneChanges(prev, now *Snapshot) []Change {
	var out []Change
	on := byIdentity(now.Interfaces)
	for k := range prev.Peers {
		p := &prev.Peers[k]
		face := on[p.Device]
		if p.HasIdentity() && now.peer(p) == nil && face != nil && !face.silent && p.lastKnown != PeerNotKnown {
			out = append(out, p.change(KindPeer, p.lastKnown.String(), "", "no longer configured on this interface"))
		}
	}
	return out
}

// peer finds the same peer in a snapshot.
func (s *Snapshot) peer(p *Peer) *Peer {
	if k, ok := s.peers[peerID{p.Device, p.PublicKey}]; ok {
		return &s.Peers[k]
	}
	return nil
}

func (p *Peer) change(kind Kind, from, to, reason string) Change {
	return Change{Kind: kind, Device: p.Device, Interface: p.InterfaceName, Peer: p.Name, PublicKey: p.PublicKey, From: from, To: to, Reason: reason}
}

// Title tells of a change in a few words, "site-to-site (wg1) is down".
func (c *Change) Title(firewall string) string {
	what := firewall
	switch c.Kind {
	case KindFirewall:
	case KindInterface:
		what = c.tunnel()
	case KindPeer:
		what = "Peer " + c.peer()
	case KindSite:
		what = "Site " + c.peer()
	}
	if c.To == "" {
		return what + " is gone"
	}
	return what + " is " + c.To
}

// Text tells the rest: where, what it was before, and why.
func (c *Change) Text(firewall string) string {
	var parts []string
	if c.Kind != KindFirewall {
		parts = append(parts, "on "+firewall)
	}
	if c.Kind == KindPeer || c.Kind == KindSite {
		parts[0] += ", " + c.tunnel()
	}
	switch c.From {
	case "":
		parts = append(parts, "new")
	default:
		parts = append(parts, "was "+c.From)
	}
	if c.Reason != "" {
		parts = append(parts, c.Reason)
	}
	return strings.Join(parts, "; ")
}

func (c *Change) tunnel() string {
	switch {
	case c.Interface == "":
		return c.Device
	case c.Device == "":
		return c.Interface
	}
	return c.Interface + " (" + c.Device + ")"
}

func (c *Change) peer() string {
	if c.Peer == "" {
		return c.PublicKey
	}
	return c.Peer
}
