package history

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// FuzzExpr evaluates whatever is written. It ends, and is either a result with
// points in the order of time, or an error of the expression.
func FuzzExpr(f *testing.F) {
	for _, expr := range expressions {
		f.Add(atTime(expr, after(1800)), int64(30_000))
	}
	for _, expr := range []string{"", "(", `"text"`, "opnsense_up[5m]", "opnsense_up[5m:]", "1 / 0", "opnsense_up @ 1e300", "opnsense_up offset 292y", "opnsense_up offset -292y",
		"topk(1e18, opnsense_up)", "quantile(NaN, opnsense_up)", "round(opnsense_up, 0)", "vector(0) % 0", "label_join(opnsense_up, \"a\", \"b\")", "sort_by_label(opnsense_up)",
		"histogram_quantile(0.9, opnsense_up)", "opnsense_up[292y:1ms]", "holt_winters(opnsense_up[1h], 0.5, 0.5)", "info(opnsense_up)", "{__name__=~\".+\"}",
		"count_values(\"x\", {__name__=~\".+\"})", "group_left", "day_of_month()", "rate({__name__=~\".+\"}[1h:1s])", "absent(nothing{a=\"b\"})", "\xff", "opnsense_up{a=\"\\xff\"}"} {
		f.Add(expr, int64(1000))
	}
	over, engine := hour(f), newEngine(200_000, 5*time.Second)
	f.Fuzz(func(t *testing.T, expr string, step int64) {
		r := Range{start, after(600), time.Duration(step%100_000) * time.Millisecond}
		for n := range 2 {
			var series []Series
			var err error
			if n == 0 {
				series, _, err = engine.Range(context.Background(), over, expr, r.Align())
			} else {
				series, _, err = engine.Instant(context.Background(), over, expr, after(600))
			}
			var bad *ExprError
			if err != nil && (!errors.As(err, &bad) || bad.Problem == "" || strings.Contains(bad.Problem, "runtime error")) {
				t.Fatalf("%q: %v", expr, err)
			}
			seen := map[string]bool{}
			for _, s := range series {
				if key := s.Name + fmt.Sprint(s.Labels); seen[key] {
					t.Fatalf("%q: twice %s", expr, key)
				} else {
					seen[key] = true
				}
				for k, p := range s.Points {
					if k > 0 && s.Points[k-1].T >= p.T {
						t.Fatalf("%q: %+v", expr, s)
					}
				}
			}
		}
	})
}

// bytesOf takes decisions from bytes; 0 when they are used up.
type bytesOf struct{ data []byte }

func (b *bytesOf) roll(n int) int {
	if len(b.data) == 0 {
		return 0
	}
	v := int(b.data[0])
	b.data = b.data[1:]
	return v % n
}

// FuzzRecord makes polls, clocks and limits from bytes. Whatever comes, memory is
// bounded, what is counted is there, and times of samples grow.
func FuzzRecord(f *testing.F) {
	for seed := range uint64(20) {
		data := make([]byte, 150)
		random := rand.New(rand.NewPCG(seed, 9))
		for k := range data {
			data[k] = byte(random.Uint32())
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		g := &bytesOf{data[:min(len(data), 300)]}
		boxes := []*box{small("a", 2), small("b", 4)}
		clock, saved := start, start
		s := NewStore()
		limits := func() {
			saved = saved.Add(time.Duration(g.roll(3)-1) * time.Second)
			s.SetLimits(Limits{[]time.Duration{time.Hour, 0, time.Minute, 24 * time.Hour}[g.roll(4)], []int{mega, 0, 2000, 5000, 12_000, -1}[g.roll(6)]}, saved)
		}
		s.SetLimits(Limits{time.Hour, mega}, saved)
		for len(g.data) > 0 {
			b := boxes[g.roll(2)]
			at := clock
			switch g.roll(16) {
			case 0:
				limits()
			case 1:
				s.Drop(b.firewall(clock, nil, 0))
			case 2:
				at = clock.Add(time.Duration(g.roll(256)-128) * time.Duration(g.roll(256)) * time.Second)
			case 3:
				at = clock.Add(time.Duration(g.roll(256)-128) * time.Millisecond)
			case 4:
				b.peers[g.roll(len(b.peers))].Name = fmt.Sprint(g.roll(256))
			case 5:
				b.faces[0].Link = wireguard.Link(g.roll(3))
			case 6:
				b.peers[g.roll(len(b.peers))].Status = wireguard.PeerStatus(g.roll(5))
			case 7:
				b.name = []string{"", "a", "b", "c"}[g.roll(4)]
			case 8:
				b.peers[g.roll(len(b.peers))].RxBytes = int64(g.roll(256)-1) << (g.roll(56))
			case 9:
				b.peers[0].Device = []string{"wg0", "", "wg1"}[g.roll(3)]
			case 10:
				s.Record(b.fails(clock, time.Duration(g.roll(256))*time.Second))
				continue
			}
			for range 1 + g.roll(3)*g.roll(8) {
				s.Record(b.answers(at))
				at = at.Add(time.Duration(g.roll(90)) * time.Second)
			}
			clock = at
			if l, usage := s.Limits(), s.Usage(); usage.Bytes > max(0, l.MaxBytes) || usage.Bytes < 0 {
				t.Fatalf("%+v with %+v", usage, l)
			}
		}
		checkCounts(t, s, boxes)
		for _, b := range boxes {
			raw(t, s, b.ID()) // checks times
			if begins, ok, _ := s.Begins([]ID{b.ID()}); ok != (newest(s, b.ID()) != 0 && len(raw(t, s, b.ID())) > 0) {
				t.Fatalf("begins %s, %v", begins, ok)
			}
		}
		for k, events := 1, s.Events([]ID{boxes[0].ID(), boxes[1].ID()}); k < len(events); k++ {
			if events[k].At.After(events[k-1].At) || !events[k].Until.IsZero() && !events[k].Until.After(events[k].At) {
				t.Fatalf("%+v after %+v", events[k], events[k-1])
			}
		}
	})
}
