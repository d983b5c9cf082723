package wireguard

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

// Peers that are put where the snapshot before has them are those that would be
// sorted in.
func TestPlacedPeersAreSortedPeers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	report := func(at time.Time) Report {
		r := Report{At: at, Interfaces: []InterfaceReport{{Device: "wg0", Link: LinkUp, PublicKey: "i0"}, {Device: "wg1", Link: LinkDown, PublicKey: "i1"}}}
		for range rng.IntN(12) {
			r.Peers = append(r.Peers, PeerReport{
				Device: fmt.Sprint("wg", rng.IntN(3)), PublicKey: []string{"a", "b", "c", "d", "e", ""}[rng.IntN(6)],
				Name: []string{"x", "y", ""}[rng.IntN(3)], AllowedIPs: []string{"10.0.0.1/32", "10.0.0.0/8", "nonsense"}[rng.IntN(3)],
				LatestHandshake: at.Unix() - rng.Int64N(600), RxBytes: rng.Int64N(1 << 20), TxBytes: rng.Int64N(1 << 20),
			})
		}
		return r
	}
	// later is the same peers in another order, and mostly nothing else.
	later := func(r Report, at time.Time) Report {
		r.At, r.Peers = at, append([]PeerReport(nil), r.Peers...)
		rng.Shuffle(len(r.Peers), func(i, k int) { r.Peers[i], r.Peers[k] = r.Peers[k], r.Peers[i] })
		for i := range r.Peers {
			p := &r.Peers[i]
			p.RxBytes, p.LatestHandshake = p.RxBytes+rng.Int64N(100), at.Unix()-rng.Int64N(600)
			switch rng.IntN(20) {
			case 0:
				p.Name += "!"
			case 1:
				p.AllowedIPs = "192.0.2.0/24"
			case 2:
				p.PublicKey = "new"
			}
		}
		return r
	}
	placed := 0
	for range 3_000 {
		at := time.Unix(1_700_000_000, 0)
		r := report(at)
		prev := Join(nil, r, Readings{}, Policy{ExpectPeers: []string{"x"}})
		for range 4 {
			at = at.Add(30 * time.Second)
			r = later(r, at)
			unplaced := *prev
			unplaced.peers = maps.Clone(prev.peers)
			unplaced.peers[peerID{"no device", "no key"}] = 0 // keeps it from placing any
			got := Join(prev, r, Readings{}, Policy{ExpectPeers: []string{"x"}})
			want := Join(&unplaced, r, Readings{}, Policy{ExpectPeers: []string{"x"}})
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("placed:\n%+v\nsorted:\n%+v\nof %+v\nafter %+v", got, want, r, prev)
			}
			if len(got.Peers) > 0 && reflect.ValueOf(got.peers).Pointer() == reflect.ValueOf(prev.peers).Pointer() {
				placed++
			}
			prev = got
		}
	}
	if placed < 1_000 {
		t.Errorf("only %d snapshots were placed: nothing was tested", placed)
	}
}
