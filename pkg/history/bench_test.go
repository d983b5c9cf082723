package history

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// BenchmarkRecord keeps polls of a firewall, made beforehand.
func BenchmarkRecord(b *testing.B) {
	for _, peers := range []int{200, 10_000} {
		b.Run(fmt.Sprintf("%d peers", peers), func(b *testing.B) {
			c := newCrowd("hq", peers)
			s := newStore(Limits{24 * time.Hour, 1 << 30})
			var at time.Duration
			for b.Loop() {
				b.StopTimer()
				f := c.poll(start.Add(at))
				at += every
				b.StartTimer()
				s.Record(f)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*s.Usage().Series), "ns/sample")
		})
	}
}

// BenchmarkRecordJoined is the same with snapshots that were joined, so that what
// changed is looked for among all peers.
func BenchmarkRecordJoined(b *testing.B) {
	box := small("hq", 10_000)
	s := newStore(Limits{24 * time.Hour, 1 << 30})
	var at time.Duration
	var f [8]*wireguard.Firewall
	for k := range f {
		f[k] = box.answers(start.Add(time.Duration(k) * every))
	}
	for n := 0; b.Loop(); n++ {
		next := *f[n%8]
		snapshot := *next.Snapshot
		snapshot.At, next.Tried, next.Next, next.Snapshot = start.Add(at), start.Add(at), start.Add(at+every), &snapshot
		at += every
		s.Record(&next)
	}
}

func day(b *testing.B, peers int) Scope {
	b.Helper()
	c, s := newCrowd("hq", peers), newStore(Limits{25 * time.Hour, 1 << 30})
	for n := range 24 * 120 {
		s.Record(c.poll(start.Add(time.Duration(n) * every)))
	}
	return Scope{Store: s, IDs: []ID{{"hq", "https://hq"}}}
}

func BenchmarkRange(b *testing.B) {
	over, engine := day(b, 200), NewEngine()
	r := Range{start, start.Add(24 * time.Hour), 86400 * time.Millisecond}
	for name, expr := range map[string]string{
		"rate":   "rate(opnsense_wireguard_peer_received_bytes_total[5m])",
		"status": "opnsense_wireguard_peer_status",
		"sum":    "sum by (device) (rate(opnsense_wireguard_peer_received_bytes_total[5m]))",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := engine.Range(context.Background(), over, expr, r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkInstant(b *testing.B) {
	over, engine := day(b, 200), NewEngine()
	at := start.Add(24 * time.Hour).Add(-every)
	for name, expr := range map[string]string{
		"status": "opnsense_wireguard_peer_status",
		"rate":   "rate(opnsense_wireguard_peer_received_bytes_total[5m])",
		"one":    `opnsense_wireguard_interfaces_status{device="wg0"}`,
		"day":    "max_over_time(opnsense_wireguard_peer_status[1d])",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := engine.Instant(context.Background(), over, expr, at); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
