package wireguard

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Twin is the same interface, by its public key, on another firewall of the data
// source: the nodes of a failover pair share the key.
type Twin struct {
	Firewall   string
	Known      bool // the firewall answered at most two polls ago
	Up         bool
	CARPBackup bool
	Since      time.Time // of its status
}

// AsTwin tells of an interface what its twins need to know.
func (i *Interface) AsTwin(firewall string, known bool) Twin {
	return Twin{Firewall: firewall, Known: known && i.Status != InterfaceNotKnown,
		Up: i.Status == InterfaceUp, CARPBackup: i.carpBackup, Since: i.Since}
}

const (
	twinDown = iota
	twinNotKnown
	twinUp
)

// tells ranks twins: whether one is up somewhere matters most.
func (t Twin) tells() int {
	switch {
	case !t.Known:
		return twinNotKnown
	case t.Up:
		return twinUp
	}
	return twinDown
}

// WithTwins tells standby from down by what runs on the other firewalls. find
// returns the twins of a public key. The snapshot itself stays as it is; where
// no interface has a twin it is also what is returned.
func (s *Snapshot) WithTwins(find func(publicKey string) []Twin) *Snapshot {
	out := s
	for k := range s.Interfaces {
		i := s.Interfaces[k]
		var twins []Twin
		if i.PublicKey != "" && i.Gone.IsZero() {
			twins = find(i.PublicKey)
		}
		if len(twins) == 0 {
			continue
		}
		if out == s {
			copied := *s
			copied.Interfaces = append([]Interface(nil), s.Interfaces...)
			out = &copied
		}
		i.meet(twins)
		out.Interfaces[k] = i
	}
	return out
}

func (i *Interface) meet(twins []Twin) {
	// One that is up tells most, and of those the one that is up for longest.
	twins = slices.Clone(twins)
	slices.SortFunc(twins, func(a, b Twin) int {
		return cmp.Or(b.tells()-a.tells(), a.Since.Compare(b.Since), strings.Compare(a.Firewall, b.Firewall))
	})
	i.Twin = [...]string{"down on ", "not known on ", "up on "}[twins[0].tells()] + twins[0].Firewall
	if twins[0].tells() == twinUp {
		i.yield(twins[0])
	}
	both, unknown := false, false
	for _, t := range twins {
		unknown = unknown || !t.Known
		if t.Known && t.Up && i.Status == InterfaceUp && (i.carpBackup || t.CARPBackup) {
			both = true
			i.BothSince = later(i.BothSince, later(i.Since, t.Since))
		}
	}
	switch {
	case i.Status == InterfaceNotKnown, unknown && !both && i.Status == InterfaceUp:
		i.BothNodesUp = FlagNotKnown
	default:
		i.BothNodesUp = flag(both)
	}
}

// yield makes an interface that is reported down standby for a twin that is up.
func (i *Interface) yield(t Twin) {
	if !i.twinDecides {
		return
	}
	if i.Status != InterfaceStandby && t.Since.After(i.Since) {
		i.Since = t.Since
	}
	i.Status, i.lastKnown, i.Reason = InterfaceStandby, InterfaceStandby, "up on "+t.Firewall
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
