package wireguard

import (
	"net/netip"
	"slices"
	"strings"
	"time"
)

const (
	// settled is how long an interface must be up before its sites are judged:
	// after a restart peers come back within two and a half minutes.
	settled = 5 * time.Minute
	// steadyAfter is how long a peer must be online at every poll to be missed
	// when it goes stale.
	steadyAfter = time.Hour
)

// judgeSites tells which peers are sites, and which of those are down or answer
// nothing. It needs the peers to be complete, and what was known of each before;
// paused says that nobody looked for so long that little follows from that.
func (s *Snapshot) judgeSites(paused bool, before []*Peer, policy Policy) {
	on := byIdentity(s.Interfaces)
	for device := range s.restarted(before) {
		if face := on[device]; face != nil && !face.upSince.IsZero() {
			face.upSince = s.At
		}
	}
	for i := range s.Peers {
		p, o := &s.Peers[i], before[i]
		if o != nil {
			p.onlineSince, p.steady, p.traffic, p.siteWas, p.NoReturnSince = o.onlineSince, o.steady, o.traffic, o.siteWas, o.NoReturnSince
			p.wide = o.wide
		}
		if o == nil || o.AllowedIPs != p.AllowedIPs {
			p.wide = wide(p.AllowedIPs)
		}
		expected := named(policy.ExpectPeers, p)
		p.Site = (expected || p.wide) && !named(policy.IgnorePeers, p)
		p.remember(s.At, paused)
		p.judgeSite(s.At, on[p.Device], expected)
		switch {
		case p.NoReturnTraffic == FlagNo:
			p.NoReturnSince = time.Time{}
		case p.NoReturnTraffic == FlagYes && p.NoReturnSince.IsZero():
			p.NoReturnSince = s.At
		}
	}
}

// restarted finds the interfaces that were restarted since: a counter of a peer
// went back, or a handshake was forgotten.
func (s *Snapshot) restarted(before []*Peer) map[string]bool {
	out := map[string]bool{}
	for i := range s.Peers {
		p, old := &s.Peers[i], before[i]
		if old == nil || p.RxBytes < 0 || p.TxBytes < 0 {
			continue
		}
		if p.RxBytes < old.RxBytes || p.TxBytes < old.TxBytes || (p.Status == PeerOffline && !old.LatestHandshake.IsZero()) {
			out[p.Device] = true
		}
	}
	return out
}

// remember carries on what is kept of a peer's past.
func (p *Peer) remember(now time.Time, paused bool) {
	if paused {
		p.onlineSince = time.Time{}
	}
	switch {
	case p.Status == PeerOnline && p.onlineSince.IsZero():
		p.onlineSince, p.steady = now, false
	case p.Status == PeerOnline:
	case !p.onlineSince.IsZero():
		p.steady = now.Sub(p.onlineSince) >= steadyAfter
		p.onlineSince = time.Time{}
	}
}

// judgeSite decides over site_down and no_return_traffic.
func (p *Peer) judgeSite(now time.Time, on *Interface, expected bool) {
	p.SiteDown, p.NoReturnTraffic, p.RxRate, p.TxRate = FlagNotKnown, FlagNotKnown, -1, -1
	if p.Status == PeerNotKnown || on == nil || on.Status == InterfaceNotKnown {
		return
	}
	at := mark{at: now.UnixNano(), rx: p.RxBytes, tx: p.TxBytes, online: p.Status == PeerOnline}
	p.traffic.add(at)
	p.RxRate, p.TxRate = p.traffic.rates(at)
	rx, tx, online, spans := p.traffic.over(at)

	up := on.Status == InterfaceUp && now.Sub(on.upSince) >= settled
	calls := spans && tx >= initiation && rx == 0
	if away, known := p.away(now); known {
		p.SiteDown = flag(p.Site && up && away && (expected || p.Keepalive > 0 || calls || p.steady))
		if p.SiteDown == FlagYes || !away || p.siteWas == FlagNotKnown {
			p.siteWas = p.SiteDown // one whose interface went down did not come back
		}
	}
	if spans {
		p.NoReturnTraffic = flag(online && tx >= busySent && rx <= silentReceived && p.traffic.usuallyAnswered())
	}
	p.traffic.count(at)
}

// away says whether there is no session with the peer, and whether that is known.
func (p *Peer) away(now time.Time) (away, known bool) {
	if p.Status != PeerUnknown {
		return p.Status != PeerOnline, true
	}
	age, ever := p.HandshakeAge(now)
	return age > StaleAfter, ever
}

// named says whether a list of names and public keys has the peer.
func named(list []string, p *Peer) bool {
	return slices.Contains(list, p.PublicKey) || (p.Name != "" && slices.Contains(list, p.Name))
}

// wide says whether an allowed IP is a network rather than one host.
func wide(allowedIPs string) bool {
	for part := range strings.SplitSeq(allowedIPs, ",") {
		prefix, err := netip.ParsePrefix(strings.TrimSpace(part))
		if err == nil && !prefix.IsSingleIP() {
			return true
		}
	}
	return false
}
