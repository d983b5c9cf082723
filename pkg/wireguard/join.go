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
func Join(prev *Snapshot, r Report, readings Readings, policy Policy) *Snapshot {
	if prev == nil {
		prev = &Snapshot{}
	}
	s := &Snapshot{At: r.At, Readings: readings, skew: steadySkew(prev.skew, r.ClockSkew)}
	for kind, n := range r.Oddities {
		s.Oddities = s.Oddities.Add(kind, n)
	}
	s.joinInterfaces(prev, r.Interfaces, policy)
	s.addMissing(prev, policy)
	before := s.joinPeers(prev, r.Peers)
	s.judgeSites(s.At.Sub(prev.At) > learnGap, before, policy)
	s.sum()
	return s
}

// Unseen is what can be told of a firewall before its first answer: the
// interfaces that the settings expect, their status not known. Its At is zero.
func Unseen(policy Policy) *Snapshot {
	s := &Snapshot{}
	for i, e := range policy.Expect {
		if slices.ContainsFunc(policy.Expect[:i], func(other Expectation) bool { return other.Device == e.Device }) {
			continue
		}
		s.Interfaces = append(s.Interfaces, Interface{
			Device: e.Device, Name: e.Name, Reason: "no answer yet",
			PeersOnline: -1, RxBytes: -1, TxBytes: -1, RxRate: -1, TxRate: -1,
		})
	}
	slices.SortFunc(s.Interfaces, compareInterfaces)
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

func (s *Snapshot) joinInterfaces(prev *Snapshot, rows []InterfaceReport, policy Policy) {
	before := byIdentity(prev.Interfaces)
	j := judge{Snapshot: s, prev: prev, policy: policy}
	at := map[string]int{}
	for _, row := range rows {
		if i, again := at[row.Device]; again && row.Device != "" {
			s.Oddities = s.Oddities.Add(OddDuplicate, 1)
			if twin := j.row(row, before[row.Device]); twin.tells() > s.Interfaces[i].tells() {
				s.Interfaces[i] = twin
			}
			continue
		}
		at[row.Device] = len(s.Interfaces)
		s.Interfaces = append(s.Interfaces, j.row(row, before[row.Device]))
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

// byIdentity finds interfaces that are, or should be: not those that went.
func byIdentity(list []Interface) map[string]*Interface {
	m := make(map[string]*Interface, len(list))
	for i := range list {
		if list[i].HasIdentity() && list[i].Gone.IsZero() {
			m[list[i].id()] = &list[i]
		}
	}
	return m
}

// judge decides over the rows that the firewall reported.
type judge struct {
	*Snapshot
	prev   *Snapshot
	policy Policy
}

// row decides the status of one. old is the same device in the previous
// snapshot, or nil.
func (j judge) row(row InterfaceReport, old *Interface) Interface {
	i := Interface{
		Device: row.Device, Name: row.Name, PublicKey: row.PublicKey,
		ListenPort: row.ListenPort, LastSeen: j.At,
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
	i.watch = watchVHIDs(i.watch, j.prev, j.VirtualIPs, j.At, row.Link == LinkUp)
	f := j.follows(&i)
	i.CARP, i.carpBackup = f.describe(), f.backup() != 0

	switch {
	case row.PublicKey == NotConfigured && j.Service == ServiceDisabled && !j.policy.expects(i.Device):
		i.Status, i.Reason, i.silent = InterfaceDisabled, "created, but WireGuard is switched off on this firewall", true
	case row.PublicKey == NotConfigured:
		i.Status, i.Reason, i.silent = InterfaceDown, "created but not configured", true
	case row.Link == LinkUp:
		i.Status, i.Reason, i.upSince = InterfaceUp, "reported up", j.At
		if old != nil && !old.upSince.IsZero() {
			i.upSince = old.upSince
		}
	case row.Link == LinkUnknown:
		i.Status, i.Reason = InterfaceUnknown, fmt.Sprintf("OPNsense says %q", row.StatusWord)
	default:
		i.Status, i.Reason, i.twinDecides = f.judgeDown(j.At)
	}
	if i.Status != InterfaceNotKnown {
		i.BothNodesUp = FlagNo // until a twin says otherwise
	}
	i.sinceChange(j.At, old)
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

// joinPeers needs the interfaces to be complete. It returns what the previous
// snapshot has of each peer, in the order of s.Peers; nil where it has none.
func (s *Snapshot) joinPeers(prev *Snapshot, rows []PeerReport) []*Peer {
	slices.SortFunc(s.Interfaces, compareInterfaces)
	interfaces := byIdentity(s.Interfaces)
	if !s.placePeers(prev, rows, interfaces) {
		s.sortInPeers(prev, rows, interfaces)
	}
	old := prev.before(s)
	s.carrySince(old)
	return old
}

// placePeers puts each peer where the previous snapshot has it: there is nothing to
// sort and to index where a firewall reports the peers that it had before, as it
// nearly always does. It says whether it does; else nothing is changed.
func (s *Snapshot) placePeers(prev *Snapshot, rows []PeerReport, interfaces map[string]*Interface) bool {
	if len(rows) == 0 || len(rows) != len(prev.Peers) || len(rows) != len(prev.peers) {
		return false
	}
	places, taken := make([]int, len(rows)), make([]bool, len(rows))
	for i := range rows {
		k, known := prev.peers[peerID{rows[i].Device, rows[i].PublicKey}]
		if !known || taken[k] || rows[i].Name != prev.Peers[k].Name {
			return false
		}
		places[i], taken[k] = k, true
	}
	s.Peers, s.peers = make([]Peer, len(rows)), prev.peers
	for i := range rows {
		s.judgePeer(&s.Peers[places[i]], &rows[i], interfaces[rows[i].Device])
	}
	return true
}

// sortInPeers takes rows of peers that are new, gone, renamed or told twice.
func (s *Snapshot) sortInPeers(prev *Snapshot, rows []PeerReport, interfaces map[string]*Interface) {
	s.Peers = make([]Peer, 0, len(rows))
	at := make(map[peerID]int, len(rows))
	for i := range rows {
		var p Peer
		s.judgePeer(&p, &rows[i], interfaces[rows[i].Device])
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
	s.sortPeers()
	s.indexPeers(at)
}

// before is what a snapshot has of each peer of a later one; nil where it has none.
func (s *Snapshot) before(later *Snapshot) []*Peer {
	old := make([]*Peer, len(later.Peers))
	for i := range later.Peers {
		p := &later.Peers[i]
		if k := i; k < len(s.Peers) && s.Peers[k].PublicKey == p.PublicKey && s.Peers[k].Device == p.Device && p.HasIdentity() {
			old[i] = &s.Peers[k] // as placePeers has it
		} else if p.HasIdentity() {
			old[i] = s.peer(p)
		}
	}
	return old
}

// judgePeer fills in what a row tells of a peer.
func (s *Snapshot) judgePeer(p *Peer, row *PeerReport, on *Interface) {
	*p = Peer{
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
		p.Status = statusByAge(p, s.At)
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
		p.RxBytes, p.TxBytes, p.RxRate, p.TxRate = -1, -1, -1, -1
		s.Peers = append(s.Peers, p)
	}
}

// sortPeers moves each peer once: they are large, and a sort moves what it sorts
// many times.
func (s *Snapshot) sortPeers() {
	order := make([]*Peer, len(s.Peers))
	for i := range s.Peers {
		order[i] = &s.Peers[i]
	}
	slices.SortFunc(order, comparePeers)
	sorted := make([]Peer, len(order))
	for i, p := range order {
		sorted[i] = *p
	}
	s.Peers = sorted
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
func (s *Snapshot) carrySince(before []*Peer) {
	for i := range s.Peers {
		p := &s.Peers[i]
		if old := before[i]; old != nil && (old.lastKnown == p.Status || p.Status == PeerNotKnown) {
			p.Since = old.Since
		}
		if p.Status == PeerStale && !p.LatestHandshake.IsZero() {
			p.Since = p.LatestHandshake.Add(StaleAfter)
		}
	}
}

// sum fills in what an interface tells about its peers.
func (s *Snapshot) sum() {
	on := byIdentity(s.Interfaces)
	for i := range s.Interfaces {
		face := &s.Interfaces[i]
		face.Peers, face.PeersOnline, face.RxBytes, face.TxBytes, face.RxRate, face.TxRate = 0, 0, 0, 0, 0, 0
		if face.silent {
			face.PeersOnline, face.RxBytes, face.TxBytes, face.RxRate, face.TxRate = -1, -1, -1, -1, -1
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
		face.RxBytes = addKnown(face.RxBytes, p.RxBytes)
		face.TxBytes = addKnown(face.TxBytes, p.TxBytes)
		face.RxRate = addKnown(face.RxRate, p.RxRate)
		face.TxRate = addKnown(face.TxRate, p.TxRate)
	}
}

// addKnown adds what is known; a sum with an unknown part is not known, and
// neither is one that would not fit.
func addKnown[N int64 | float64](sum, n N) N {
	if sum < 0 || n < 0 || sum+n < 0 {
		return -1
	}
	return sum + n
}

func compareInterfaces(a, b Interface) int {
	return cmp.Or(compareDevices(a.Device, b.Device), a.Gone.Compare(b.Gone), strings.Compare(a.Name, b.Name))
}

// comparePeers looks no further than it must: a join sorts all peers, and most
// of them are on one device under different names.
func comparePeers(a, b *Peer) int {
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
