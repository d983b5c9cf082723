package history

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// heap is what is reachable, in bytes.
func heap() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc) //nolint:gosec // fits
}

// TestSize compares what a store says that it takes with what is freed when it is
// let go of. The newest snapshot is not counted: the collector has it, too.
func TestSize(t *testing.T) {
	polls := func(c *crowd, n int) func(*Store) *wireguard.Firewall {
		return func(s *Store) (last *wireguard.Firewall) {
			for k := range n {
				last = c.poll(start.Add(time.Duration(k) * every))
				s.Record(last)
			}
			return last
		}
	}
	tests := []struct {
		name string
		fill func(*Store) *wireguard.Firewall
		most float64 // bytes a sample; 0: too few samples to tell
	}{
		{"200 peers for a day", polls(newCrowd("hq", 200), 24*120), 2},
		{"10,000 peers for three minutes", polls(newCrowd("hq", 10_000), 6), 0},
		{"a peer that is renamed at every poll", func(s *Store) (last *wireguard.Firewall) {
			c := newCrowd("hq", 1)
			for k := range 1000 {
				c.peers[0].Name = fmt.Sprintf("laptop-%06d", k)
				last = c.poll(start.Add(time.Duration(k) * every))
				s.Record(last)
			}
			return last
		}, 0},
		{"events of 100 peers that come and go", func(s *Store) (last *wireguard.Firewall) {
			b := small("hq", 100)
			for k := range 50 {
				for i := range b.peers {
					b.peers[i].Name = fmt.Sprintf("a laptop with a long name, %d", i)
					b.peers[i].Device, b.peers[i].PublicKey = strings.Clone("wg0"), fmt.Sprintf("%s%038d=", "kkkkk", i)
					b.peers[i].Status = []wireguard.PeerStatus{wireguard.PeerOnline, wireguard.PeerStale}[k%2]
				}
				last = b.answers(start.Add(time.Duration(k) * every))
				s.Record(last)
			}
			return last
		}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := []*Store{newStore(Limits{24 * time.Hour, 1 << 30})}
			last := tt.fill(s[0])
			usage := s[0].Usage()
			with := heap()
			clear(s) // and it is gone
			taken := with - heap()
			runtime.KeepAlive(last)
			runtime.KeepAlive(tt.fill)

			perSample := float64(usage.Bytes) / float64(usage.Samples)
			t.Logf("%d series, %d samples, %d events: %d bytes, %.2f a sample; really %d", usage.Series, usage.Samples, usage.Events, usage.Bytes, perSample, taken)
			if off := math.Abs(float64(usage.Bytes-taken)) / float64(taken); off > 0.15 {
				t.Errorf("%d bytes are told, %d are taken: %.0f %% off", usage.Bytes, taken, off*100)
			}
			if tt.most > 0 && perSample > tt.most {
				t.Errorf("%.2f bytes a sample", perSample)
			}
		})
	}
}
