package history

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/metrics"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

const (
	every = 30 * time.Second // from one poll to the next
	mega  = 1 << 20
)

// start is the moment 0 of every test.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func after(seconds float64) time.Time {
	return start.Add(time.Duration(seconds * float64(time.Second)))
}

var errRefused = errors.New("connection refused")

// box is a simulated firewall. Tests change its rows between polls.
type box struct {
	id     string
	name   string // "" is the id
	faces  []wireguard.InterfaceReport
	peers  []wireguard.PeerReport
	read   wireguard.Readings
	policy wireguard.Policy
	last   *wireguard.Snapshot
}

func (b *box) ID() ID { return ID{b.id, "https://" + b.id} }

func (b *box) firewall(at time.Time, err error, next time.Duration) *wireguard.Firewall {
	if b.last == nil {
		b.last = wireguard.Unseen(b.policy)
	}
	f := &wireguard.Firewall{ID: b.id, Name: b.id, URL: "https://" + b.id, Snapshot: b.last, Err: err,
		Tried: at, Next: at.Add(next), PollInterval: every}
	if b.name != "" {
		f.Name = b.name
	}
	if err == nil {
		f.Latency = 125 * time.Millisecond
	}
	return f
}

// answers is the firewall after a poll that it answered.
func (b *box) answers(at time.Time) *wireguard.Firewall {
	r := wireguard.Report{At: at, Interfaces: slices.Clone(b.faces), Peers: slices.Clone(b.peers)}
	b.last = wireguard.Join(b.last, r, b.read, b.policy)
	return b.firewall(at, nil, every)
}

// fails is the firewall after a poll that it did not answer, with a pause until the next.
func (b *box) fails(at time.Time, next time.Duration) *wireguard.Firewall {
	return b.firewall(at, errRefused, next)
}

func face(device, name string) wireguard.InterfaceReport {
	return wireguard.InterfaceReport{Device: device, Name: name, PublicKey: "key of " + device, Link: wireguard.LinkUp}
}

func peer(device, name string) wireguard.PeerReport {
	return wireguard.PeerReport{Device: device, Name: name, PublicKey: "key of " + name, Status: wireguard.PeerOnline,
		LatestHandshake: start.Unix(), RxBytes: 1000, TxBytes: 2000}
}

// small is a firewall with one interface and some peers.
func small(id string, peers int) *box {
	b := &box{id: id, faces: []wireguard.InterfaceReport{face("wg0", "net")}}
	for n := range peers {
		b.peers = append(b.peers, peer("wg0", fmt.Sprintf("p%d", n)))
	}
	return b
}

// crowd is a firewall with many peers, whose counters move as those of people do.
// Its snapshots are made without a join, which takes longer than what is tested;
// they share the peers, so that only the newest one is right. What a store keeps
// of them shares no strings with it, as if it was read from a firewall.
type crowd struct {
	random *rand.Rand
	id     string
	peers  []wireguard.Peer
	busy   []float64 // bytes a second; 0: only keepalives
	told   []string  // names, at the newest poll
	renew  []bool    // the newest poll was the first with that name
	at     time.Time
}

func newCrowd(id string, peers int) *crowd {
	c := &crowd{random: rand.New(rand.NewPCG(uint64(peers), 1)), id: id, at: start}
	for n := range peers {
		p := wireguard.Peer{Device: "wg0", InterfaceName: "road-warriors", Name: fmt.Sprintf("%s-laptop-%05d", id, n),
			PublicKey: fmt.Sprintf("%s%038d=", strings.Repeat("k", 5), n), Status: wireguard.PeerOnline,
			RxBytes: c.random.Int64N(5e9), TxBytes: c.random.Int64N(5e9),
			SiteDown: wireguard.FlagNo, NoReturnTraffic: wireguard.FlagNo, LatestHandshake: start.Add(-time.Duration(c.random.IntN(120)) * time.Second)}
		if n%4 == 0 {
			p.Status = wireguard.PeerStale
		}
		c.peers, c.busy, c.told = append(c.peers, p), append(c.busy, 0), append(c.told, "")
		c.renew = append(c.renew, false)
	}
	return c
}

// poll moves all peers to a time and returns the firewall then.
func (c *crowd) poll(at time.Time) *wireguard.Firewall {
	seconds := at.Sub(c.at).Seconds()
	c.at = at
	s := &wireguard.Snapshot{At: at, Peers: c.peers,
		Interfaces: []wireguard.Interface{{Device: strings.Clone("wg0"), Name: strings.Clone("road-warriors"), Status: wireguard.InterfaceUp, BothNodesUp: wireguard.FlagNo}}}
	for n := range c.peers {
		p := &c.peers[n]
		if p.Status == wireguard.PeerOnline {
			dice := c.random.Uint64()
			if dice%64 == 0 { // somebody begins or ends to work
				c.busy[n] = max(0, c.random.NormFloat64()*50_000-25_000)
			}
			rate := c.busy[n] * (0.5 + float64(dice>>11)/(1<<53))
			p.RxBytes += int64(seconds * (1.3 + rate))
			p.TxBytes += int64(seconds * (1.3 + rate*8))
			if at.Sub(p.LatestHandshake) > 120*time.Second {
				p.LatestHandshake = at.Add(-time.Duration(c.random.IntN(int(seconds)+1)) * time.Second).Truncate(time.Second)
			}
		}
		// A store keeps the strings that it is told first.
		if first := c.told[n] != p.Name; first || c.renew[n] {
			c.told[n], c.renew[n] = p.Name, first
			p.Device, p.InterfaceName = strings.Clone(p.Device), strings.Clone(p.InterfaceName)
			p.Name, p.PublicKey = strings.Clone(p.Name), strings.Clone(p.PublicKey)
		}
	}
	return &wireguard.Firewall{ID: c.id, Name: c.id, URL: "https://" + c.id, Snapshot: s, Tried: at, Next: at.Add(every),
		Latency: time.Duration(80+c.random.IntN(60)) * time.Millisecond, PollInterval: every}
}

func newStore(l Limits) *Store {
	s := NewStore()
	s.SetLimits(l, start)
	return s
}

// roomy are limits within which nothing is dropped.
var roomy = Limits{24 * time.Hour, 64 * mega}

// sample is one as it is kept, ends of series and all.
type sample struct {
	T int64
	V float64
}

func (s sample) ends() bool { return value.IsStaleNaN(s.V) }

// raw reads all samples of firewalls.
func raw(tb testing.TB, s *Store, ids ...ID) map[string][]sample {
	tb.Helper()
	q, err := Scope{Store: s, IDs: ids}.Querier(math.MinInt64, math.MaxInt64)
	if err != nil {
		tb.Fatal(err)
	}
	set := q.Select(context.Background(), true, nil, labels.MustNewMatcher(labels.MatchRegexp, model.MetricNameLabel, ".+"))
	out := map[string][]sample{}
	var it chunkenc.Iterator
	for set.Next() {
		var list []sample
		it = set.At().Iterator(it)
		for it.Next() != chunkenc.ValNone {
			t, v := it.At()
			if n := len(list); n > 0 && list[n-1].T >= t {
				tb.Fatalf("%s: a sample of %d after one of %d", set.At().Labels(), t, list[n-1].T)
			}
			list = append(list, sample{t, v})
		}
		if it.Err() != nil {
			tb.Fatal(it.Err())
		}
		name := set.At().Labels().String()
		if out[name] != nil {
			tb.Fatalf("%s twice", name)
		}
		if list != nil {
			out[name] = list
		}
	}
	if set.Err() != nil {
		tb.Fatal(set.Err())
	}
	return out
}

// line tells the samples of the one series whose name and labels contain all
// words as "0:1 30:1 60:end", times in seconds since the start.
func line(tb testing.TB, s *Store, id ID, words ...string) string {
	tb.Helper()
	var found []string
	for name, samples := range raw(tb, s, id) {
		if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(name, w) }) {
			continue
		}
		var parts []string
		for _, one := range samples {
			at := time.UnixMilli(one.T).Sub(start).Seconds()
			if one.ends() {
				parts = append(parts, fmt.Sprintf("%g:end", at))
			} else {
				parts = append(parts, fmt.Sprintf("%g:%g", at, one.V))
			}
		}
		found = append(found, strings.Join(parts, " "))
	}
	if len(found) > 1 {
		tb.Fatalf("%d series have %q", len(found), words)
	}
	return strings.Join(found, "")
}

// newest is the time of the newest poll that a store has of a firewall.
func newest(s *Store, id ID) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sh := s.shelves[id]; sh != nil {
		return sh.maxT
	}
	return 0
}

// prometheusLabels are the labels that a scrape would give a sample.
func prometheusLabels(one metrics.Sample) labels.Labels {
	all := map[string]string{model.MetricNameLabel: one.Name}
	for _, l := range one.Labels {
		if l.Value != "" {
			all[l.Name] = l.Value
		}
	}
	return labels.FromMap(all)
}
