package wireguard

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Join judges a report: it tells down from standby, adds the interfaces that
// are missing though expected, and carries over from the previous snapshot what
// a single answer cannot tell (names, since when, which virtual IPs matter).
// The previous snapshot is nil at first and is left as it is.
func Join(prev *Snapshot, r Report, vips VirtualIPs, policy Policy) *Snapshot {
	if prev == nil {
		prev = &Snapshot{}
	}
	s := &Snapshot{At: r.At, VirtualIPs: vips, skew: steadySkew(prev.skew, r.ClockSkew)}
	for kind, n := range r.Oddities {
		s.Oddities = s.Oddities.Add(kind, n)
	}
	s.joinInterfaces(prev, r.Interfaces)
	s.addMissing(prev, policy)
	s.joinPeers(prev, r.Peers)
	s.sum()
	return s
}

// Unseen is what can be told of a firewall before its first answer: the
// interfaces that the settings expect, their status not known. Its At is zero.
func Unseen(policy Policy) *Snapshot {
	s := &Snapshot{}
	for _, e := range policy.Expect {
		s.Interfaces = append(s.Interfaces, Interface{
			Device: e.Device, Name: e.Name, Reason: "no answer yet", PeersOnline: -1, RxBytes: -1, TxBytes: -1,
		})
	}
	slices.SortFunc(s.Interfaces, func(a, b Interface) int { return compareDevices(a.Device, b.Device) })
	return s
}

// steadySkew keeps the skew that was used before while the new reading differs
// only by what the one-second grain of the firewall's clock explains, so that
// handshake times do not tremble from poll to poll.
func steadySkew(used, read time.Duration) time.Duration {
	if read != 0 && (used-read).Abs() <= 2*time.Second {
		return used
	}
	return read
}

func (s *Snapshot) joinInterfaces(prev *Snapshot, rows []InterfaceReport) {
	before := byDevice(prev.Interfaces)
	at := map[string]int{}
	for _, row := range rows {
		if i, again := at[row.Device]; again && row.Device != "" {
			s.Oddities = s.Oddities.Add(OddDuplicate, 1)
			if twin := s.judge(row, prev, before[row.Device]); twin.tells() > s.Interfaces[i].tells() {
				s.Interfaces[i] = twin
			}
			continue
		}
		at[row.Device] = len(s.Interfaces)
		s.Interfaces = append(s.Interfaces, s.judge(row, prev, before[row.Device]))
	}
}

// tells ranks rows of the same device, which come in no stable order: one that
// is up tells most, one that is not configured least.
func (i *Interface) tells() int {
	switch {
	case i.silent:
		return 0
	case i.Status == InterfaceUnknown:
		return 1
	case i.Status == InterfaceUp:
		return 3
	default:
		return 2
	}
}

func byDevice(list []Interface) map[string]*Interface {
	m := make(map[string]*Interface, len(list))
	for i := range list {
		if list[i].HasIdentity() {
			m[list[i].Device] = &list[i]
		}
	}
	return m
}

// judge decides the status of a row that the firewall reported. old is the same
// device in the previous snapshot, or nil.
func (s *Snapshot) judge(row InterfaceReport, prev *Snapshot, old *Interface) Interface {
	i := Interface{
		Device: row.Device, Name: row.Name, PublicKey: row.PublicKey,
		ListenPort: row.ListenPort, LastSeen: s.At,
	}
	if old != nil {
		i.Name = cmp.Or(i.Name, old.Name)
		i.watch, i.lastKnown = old.watch, old.lastKnown
		if i.PublicKey == NotConfigured || i.PublicKey == "" {
			i.PublicKey = old.PublicKey
		}
	}
	if i.PublicKey == NotConfigured {
		i.PublicKey = ""
	}
	i.watch = watchVHIDs(i.watch, prev, s.VirtualIPs, s.At, row.Link == LinkUp)
	i.CARP = s.VirtualIPs.describe(i.watch)

	switch {
	case row.PublicKey == NotConfigured:
		i.Status, i.Reason, i.silent = InterfaceDown, "created but not configured", true
	case row.Link == LinkUp:
		i.Status, i.Reason = InterfaceUp, "reported up"
	case row.Link == LinkUnknown:
		i.Status, i.Reason = InterfaceUnknown, fmt.Sprintf("OPNsense says %q", row.StatusWord)
	default:
		i.Status, i.Reason = s.VirtualIPs.judgeDown(i.watch, s.At)
	}
	i.sinceChange(s.At, old)
	return i
}

// sinceChange sets the time of the last change. To become not known, and known
// again as before, is no change.
func (i *Interface) sinceChange(now time.Time, old *Interface) {
	i.Since = now
	if old != nil && !old.Since.IsZero() && (i.Status == old.lastKnown || i.Status == InterfaceNotKnown) {
		i.Since = old.Since
	}
	if i.Status != InterfaceNotKnown {
		i.lastKnown = i.Status
	}
}

// addMissing adds the interfaces that the report lacks: those named in the
// settings, and those seen before that nobody has forgotten yet. OPNsense leaves
// a stopped or destroyed instance out of its answer.
func (s *Snapshot) addMissing(prev *Snapshot, policy Policy) {
	s.Interfaces = slices.Grow(s.Interfaces, len(policy.Expect)+len(prev.Interfaces)) // present points into it
	present := byDevice(s.Interfaces)
	before := byDevice(prev.Interfaces)
	for _, e := range policy.Expect {
		if now, ok := present[e.Device]; ok {
			now.Name = cmp.Or(now.Name, e.Name)
			continue
		}
		missing := Interface{Device: e.Device, Name: e.Name}
		if old := before[e.Device]; old != nil {
			missing = *old
			missing.Name = cmp.Or(old.Name, e.Name)
		}
		s.addDown(missing, before[e.Device], "missing: expected by the settings, not reported")
		present[e.Device] = &missing
	}
	for _, old := range prev.Interfaces {
		if !old.HasIdentity() || present[old.Device] != nil || old.LastSeen.IsZero() ||
			s.At.Sub(old.LastSeen) > policy.ForgetAfter {
			continue
		}
		s.addDown(old, &old, "missing: reported before, now not")
	}
}

func (s *Snapshot) addDown(i Interface, old *Interface, reason string) {
	i.Status, i.Reason, i.CARP, i.ListenPort, i.silent = InterfaceDown, reason, "", 0, true
	i.sinceChange(s.At, old)
	i.watch = interrupted(i.watch)
	s.Interfaces = append(s.Interfaces, i)
}

// joinPeers needs the interfaces to be complete.
func (s *Snapshot) joinPeers(prev *Snapshot, rows []PeerReport) {
	slices.SortFunc(s.Interfaces, func(a, b Interface) int { return compareDevices(a.Device, b.Device) })
	interfaces := byDevice(s.Interfaces)
	s.Peers = make([]Peer, 0, len(rows))
	at := make(map[peerID]int, len(rows))
	for i := range rows {
		p := s.judgePeer(&rows[i], interfaces[rows[i].Device])
		if !p.HasIdentity() {
			s.Peers = append(s.Peers, p)
			continue
		}
		id := peerID{p.Device, p.PublicKey}
		if k, again := at[id]; again {
			s.Oddities = s.Oddities.Add(OddDuplicate, 1)
			if p.LatestHandshake.After(s.Peers[k].LatestHandshake) {
				s.Peers[k] = p
			}
			continue
		}
		at[id] = len(s.Peers)
		s.Peers = append(s.Peers, p)
	}
	s.keepPeersOfMissing(prev, interfaces, at)
	slices.SortFunc(s.Peers, comparePeers)
	s.indexPeers(at)
	s.carrySince(prev)
}

func (s *Snapshot) judgePeer(row *PeerReport, on *Interface) Peer {
	p := Peer{
		Device: row.Device, Name: row.Name, PublicKey: row.PublicKey,
		Endpoint: row.Endpoint, AllowedIPs: row.AllowedIPs, Keepalive: row.Keepalive,
		RxBytes: row.RxBytes, TxBytes: row.TxBytes, Status: row.Status, Since: s.At,
	}
	if on != nil {
		p.InterfaceName, p.InterfaceUp = on.Name, on.Status == InterfaceUp
	}
	if row.LatestHandshake > 0 {
		p.LatestHandshake = time.Unix(row.LatestHandshake, 0).Add(-s.skew).UTC()
	}
	unread := row.LatestHandshake < 0 // not the same as never
	switch {
	case p.Status != PeerNotKnown:
	case unread:
		p.Status = PeerUnknown
	default:
		p.Status = statusByAge(&p, s.At)
	}
	switch p.Status {
	case PeerOnline:
		p.Reason = "handshake within 5 minutes"
	case PeerStale:
		p.Reason = "no handshake for over 5 minutes"
	case PeerOffline:
		p.Reason = "never shook hands"
	default:
		p.Reason = "OPNsense sent a status word that this version does not know"
		if unread {
			p.Reason = "neither its status nor its last handshake could be read"
		}
	}
	p.lastKnown = p.Status
	return p
}

// statusByAge is OPNsense's own rule, which releases before 25.1.2 leave to us.
func statusByAge(p *Peer, now time.Time) PeerStatus {
	age, ever := p.HandshakeAge(now)
	switch {
	case !ever:
		return PeerOffline
	case age <= StaleAfter:
		return PeerOnline
	default:
		return PeerStale
	}
}

// keepPeersOfMissing keeps the last known peers of an interface that is missing
// or not configured: whether they are online is not known, but they did not
// cease to be.
func (s *Snapshot) keepPeersOfMissing(prev *Snapshot, interfaces map[string]*Interface, at map[peerID]int) {
	for i := range prev.Peers {
		p := prev.Peers[i]
		on := interfaces[p.Device]
		if _, reported := at[peerID{p.Device, p.PublicKey}]; reported || on == nil || !on.silent || !p.HasIdentity() {
			continue
		}
		p.Status, p.Reason = PeerNotKnown, "its interface does not run"
		p.InterfaceName, p.InterfaceUp = on.Name, false
		p.RxBytes, p.TxBytes = -1, -1
		s.Peers = append(s.Peers, p)
	}
}

func (s *Snapshot) indexPeers(index map[peerID]int) {
	clear(index)
	for i := range s.Peers {
		if s.Peers[i].HasIdentity() {
			index[peerID{s.Peers[i].Device, s.Peers[i].PublicKey}] = i
		}
	}
	s.peers = index
}

// carrySince keeps the time of a peer's last change; to become not known, and
// known again as before, is no change. A stale peer turned so
// exactly StaleAfter its last handshake, which is better than when we looked.
func (s *Snapshot) carrySince(prev *Snapshot) {
	for i := range s.Peers {
		p := &s.Peers[i]
		if k, ok := prev.peers[peerID{p.Device, p.PublicKey}]; ok && p.HasIdentity() {
			if old := &prev.Peers[k]; old.lastKnown == p.Status || p.Status == PeerNotKnown {
				p.Since = old.Since
			}
		}
		if p.Status == PeerStale && !p.LatestHandshake.IsZero() {
			p.Since = p.LatestHandshake.Add(StaleAfter)
		}
	}
}

// sum fills in what an interface tells about its peers.
func (s *Snapshot) sum() {
	on := byDevice(s.Interfaces)
	for i := range s.Interfaces {
		face := &s.Interfaces[i]
		face.Peers, face.PeersOnline, face.RxBytes, face.TxBytes = 0, 0, 0, 0
		if face.silent {
			face.PeersOnline, face.RxBytes, face.TxBytes = -1, -1, -1
		}
	}
	for i := range s.Peers {
		p := &s.Peers[i]
		face := on[p.Device]
		if face == nil {
			continue
		}
		face.Peers++
		if p.Status == PeerOnline && face.PeersOnline >= 0 {
			face.PeersOnline++
		}
		face.RxBytes = addCounter(face.RxBytes, p.RxBytes)
		face.TxBytes = addCounter(face.TxBytes, p.TxBytes)
	}
}

// addCounter adds what is known; a sum with an unknown part is not known, and
// neither is one that would not fit.
func addCounter(sum, n int64) int64 {
	if sum < 0 || n < 0 || sum+n < 0 {
		return -1
	}
	return sum + n
}

// comparePeers looks no further than it must: a join sorts all peers, and most
// of them are on one device under different names.
func comparePeers(a, b Peer) int {
	if a.Device != b.Device {
		return compareDevices(a.Device, b.Device)
	}
	if a.Name != b.Name {
		return strings.Compare(a.Name, b.Name)
	}
	return strings.Compare(a.PublicKey, b.PublicKey)
}

// compareDevices puts wg2 before wg10.
func compareDevices(a, b string) int {
	trim := func(s string) string { return strings.TrimRight(s, "0123456789") }
	return cmp.Or(strings.Compare(trim(a), trim(b)), len(a)-len(b), strings.Compare(a, b))
}
