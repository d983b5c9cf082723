package collector

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// twinPause is the least pause between two polls when a change on a twin asks
// for one.
const twinPause = 5 * time.Second

// twins finds, by public key, the interfaces of a data source that run on more
// than one of its firewalls. It has its own lock, which is never held while a
// collector's is taken.
type twins struct {
	mu    sync.RWMutex
	byKey map[string]map[*Collector]twin
	owned map[*Collector][]string // the keys that a collector has entries under
}

type twin struct {
	wireguard.Twin
	until time.Time // when it is too old to decide anything
}

func newTwins() *twins {
	return &twins{byKey: map[string]map[*Collector]twin{}, owned: map[*Collector][]string{}}
}

// of returns the twins of a public key on the other firewalls.
func (t *twins) of(key string, self *Collector) []wireguard.Twin {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if len(t.byKey[key]) < 2 {
		return nil
	}
	var out []wireguard.Twin
	for c, other := range t.byKey[key] {
		if c != self {
			other.Known = other.Known && self.now().Before(other.until)
			out = append(out, other.Twin)
		}
	}
	slices.SortFunc(out, func(a, b wireguard.Twin) int { return strings.Compare(a.Firewall, b.Firewall) })
	return out
}

// met is a snapshot with its twins, as it was looked at last: while neither changes
// all who look get the same one, and can tell that it is.
type met struct {
	mu    sync.Mutex
	of    *wireguard.Snapshot
	twins [][]wireguard.Twin // of each interface that may have some
	with  *wireguard.Snapshot
}

func (m *met) meet(s *wireguard.Snapshot, find func(publicKey string) []wireguard.Twin) *wireguard.Snapshot {
	var found [][]wireguard.Twin
	with := s.WithTwins(func(key string) []wireguard.Twin {
		twins := find(key)
		found = append(found, twins)
		return twins
	})
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.of != s || !slices.EqualFunc(m.twins, found, slices.Equal) {
		m.of, m.twins, m.with = s, found, with
	}
	return m.with
}

func (t *twins) remove(c *Collector) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drop(c)
}

func (t *twins) drop(c *Collector) {
	for _, key := range t.owned[c] {
		delete(t.byKey[key], c)
		if len(t.byKey[key]) == 0 {
			delete(t.byKey, key)
		}
	}
	delete(t.owned, c)
}

// update takes over what a firewall tells after a poll, and has the twins of
// what changed polled at once.
func (t *twins) update(c *Collector, now wireguard.Firewall, before *wireguard.Snapshot) {
	until := now.Snapshot.At.Add(2*now.PollInterval + c.patience())
	was := map[string]bool{}
	for _, i := range before.Interfaces {
		was[i.PublicKey] = was[i.PublicKey] || i.Status == wireguard.InterfaceUp
	}
	is := map[string]bool{}
	var hurried []*Collector
	t.mu.Lock()
	t.drop(c)
	if c.stopped.Err() != nil { // removed, or about to be
		t.mu.Unlock()
		return
	}
	for i := range now.Snapshot.Interfaces {
		face := &now.Snapshot.Interfaces[i]
		if face.PublicKey == "" || !face.Gone.IsZero() {
			continue
		}
		if t.byKey[face.PublicKey] == nil {
			t.byKey[face.PublicKey] = map[*Collector]twin{}
		}
		// The same key twice on one firewall: the one that is up counts.
		if _, again := is[face.PublicKey]; !again || face.Status == wireguard.InterfaceUp {
			t.byKey[face.PublicKey][c] = twin{face.AsTwin(now.Name, now.Known()), until}
		}
		is[face.PublicKey] = is[face.PublicKey] || face.Status == wireguard.InterfaceUp
		t.owned[c] = append(t.owned[c], face.PublicKey)
	}
	for key, up := range was {
		if up != is[key] {
			for other := range t.byKey[key] {
				if other != c {
					hurried = append(hurried, other)
				}
			}
		}
	}
	t.mu.Unlock()
	for _, other := range hurried {
		other.pollSoon()
	}
}

func (c *Collector) patience() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cfg.Timeout
}

// pollSoon has the firewall polled at once, or a little later if it was just now;
// not if its newest poll failed, or nobody asks for it.
func (c *Collector) pollSoon() {
	c.mu.Lock()
	defer c.mu.Unlock()
	soon := c.view.Tried.Add(twinPause)
	if !c.polls || c.view.Err != nil || !soon.Before(c.show.due) {
		return
	}
	c.show.due, c.fullDue = soon, time.Time{}
	c.view.Next = c.show.due
	c.signal()
}
