package wireguard

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// FuzzJoin makes polls from bytes and holds every snapshot to what must be true
// of it, whatever the firewall says.
func FuzzJoin(f *testing.F) {
	f.Add([]byte{})
	for seed := range uint64(200) {
		data := make([]byte, 300)
		r := rand.New(rand.NewPCG(seed, 1))
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		g := &dice{data}
		policy := Policy{ForgetAfter: []time.Duration{0, time.Minute, time.Hour}[g.roll(3)]}
		for k := range g.roll(3) {
			policy.Expect = append(policy.Expect, Expectation{Device: []string{"wg1", "wg9"}[k], Name: []string{"", "expected"}[g.roll(2)]})
		}
		prev, at, vips := Unseen(policy), start, VirtualIPs{}
		lastSeen := map[string]time.Time{}
		for len(g.data) > 0 {
			at = at.Add(time.Duration(g.roll(256)-20) * 5 * time.Second) // clocks go back, too
			vips = vips.then([]string{"", "empty", "fail", "forbidden", "1 BACKUP", "1 MASTER, 2 BACKUP", "1 INIT"}[g.roll(7)], at)
			r := g.report(at)
			before := fmt.Sprintf("%+v", *prev)
			s := Join(prev, r, Readings{VirtualIPs: vips}, policy)
			if after := fmt.Sprintf("%+v", *prev); before != after {
				t.Fatalf("the previous snapshot changed:\n%s\n%s", before, after)
			}
			for _, row := range r.Interfaces {
				lastSeen[row.Device] = at
			}
			checkInterfaces(t, s, r, lastSeen, policy)
			checkPeers(t, s, prev, r)
			prev = s
		}
	})
}

// checkInterfaces: every device that was reported, is expected or was seen not
// too long ago, once, and no other; rows without a device as they came; in order.
func checkInterfaces(t *testing.T, s *Snapshot, r Report, lastSeen map[string]time.Time, policy Policy) {
	t.Helper()
	want := map[string]int{}
	for device, seen := range lastSeen {
		if r.At.Sub(seen) > policy.ForgetAfter {
			delete(lastSeen, device)
		} else if device != "" {
			want[device] = 1
		}
	}
	for _, e := range policy.Expect {
		want[e.Device] = 1
	}
	for _, row := range r.Interfaces {
		if row.Device == "" {
			want[""]++
		}
	}
	got := map[string]int{}
	for k, i := range s.Interfaces {
		got[i.Device]++
		if i.Reason == "" || i.Since.IsZero() || i.PublicKey == NotConfigured {
			t.Fatalf("row without a reason, a time or with an odd key: %+v", i)
		}
		if up := slices.ContainsFunc(r.Interfaces, func(row InterfaceReport) bool {
			return row.Device == i.Device && row.Link == LinkUp && row.PublicKey != NotConfigured
		}); i.HasIdentity() && up != (i.Status == InterfaceUp) {
			t.Fatalf("reported up: %v, got %s", up, i.Status)
		}
		for _, later := range s.Interfaces[k+1:] {
			if compareDevices(i.Device, later.Device) > 0 || compareDevices(later.Device, i.Device) < 0 {
				t.Fatalf("%q comes before %q", i.Device, later.Device)
			}
		}
	}
	if !maps.Equal(got, want) {
		t.Fatalf("devices %v, want %v", got, want)
	}
}

// checkPeers: every peer that was reported, or that its interface keeps while it
// does not run, once, and no other; what interfaces say of them is their sum.
func checkPeers(t *testing.T, s, prev *Snapshot, r Report) {
	t.Helper()
	want := map[peerID]int{}
	for _, row := range r.Peers {
		id := peerID{row.Device, row.PublicKey}
		if row.Device == "" || row.PublicKey == "" {
			want[id]++
		} else {
			want[id] = 1
		}
	}
	for _, p := range prev.Peers {
		known := slices.ContainsFunc(s.Interfaces, func(i Interface) bool { return i.Device == p.Device })
		runs := slices.ContainsFunc(r.Interfaces, func(row InterfaceReport) bool { return row.Device == p.Device && row.PublicKey != NotConfigured })
		if p.HasIdentity() && known && !runs {
			want[peerID{p.Device, p.PublicKey}] = 1
		}
	}
	got := map[peerID]int{}
	for k := range s.Peers {
		p := &s.Peers[k]
		id := peerID{p.Device, p.PublicKey}
		got[id]++
		if p.Reason == "" || p.Since.IsZero() {
			t.Fatalf("row without a reason or a time: %+v", p)
		}
		if i, ok := s.peers[id]; p.HasIdentity() && (!ok || i != k) {
			t.Fatalf("peer %v is indexed at %d, stands at %d", id, i, k)
		}
		if k > 0 && comparePeers(&s.Peers[k-1], p) > 0 {
			t.Fatalf("peer %v is out of order", id)
		}
	}
	if !maps.Equal(got, want) {
		t.Fatalf("peers %v, want %v", got, want)
	}
	for _, i := range s.Interfaces {
		var n, online int
		for _, p := range s.Peers {
			if p.Device == i.Device && i.HasIdentity() {
				n++
				online += map[PeerStatus]int{PeerOnline: 1}[p.Status]
			}
		}
		if i.Peers != n || (i.PeersOnline != online && i.PeersOnline != -1) || i.RxBytes < -1 || i.TxBytes < -1 {
			t.Fatalf("%d peers, %d online, but the interface says %+v", n, online, i)
		}
	}
}

var devices = []string{"wg0", "wg1", "wg2", "wg10", "wg1x", ""}

// dice makes choices from bytes; when they are used up every choice is the first.
type dice struct{ data []byte }

func (g *dice) roll(n int) int {
	if len(g.data) == 0 {
		return 0
	}
	b := g.data[0]
	g.data = g.data[1:]
	return int(b) % n
}

func (g *dice) report(at time.Time) Report {
	r := Report{At: at, ClockSkew: time.Duration(g.roll(5)-2) * 10 * time.Second}
	keys := []string{"a", "b", "c", "", NotConfigured}
	numbers := []int64{-1, 0, 1, at.Unix(), at.Unix() - 300, at.Unix() + 99, math.MaxInt64}
	for range g.roll(6) {
		// Every device has its own key and no name: that interfaces move and are
		// renamed is tested by scripts, here none may come or go.
		device := devices[g.roll(6)]
		r.Interfaces = append(r.Interfaces, InterfaceReport{
			Device: device, PublicKey: []string{"key of " + device, "", NotConfigured}[g.roll(3)], Link: Link(g.roll(3)),
		})
	}
	for range g.roll(8) {
		r.Peers = append(r.Peers, PeerReport{
			Device: devices[g.roll(6)], PublicKey: keys[g.roll(4)], Name: keys[g.roll(5)], Status: PeerStatus(g.roll(5)),
			LatestHandshake: numbers[g.roll(7)], RxBytes: numbers[g.roll(7)], TxBytes: numbers[g.roll(7)],
		})
	}
	return r
}
