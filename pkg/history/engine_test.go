package history

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/storage"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/metrics"
)

// hour is an hour of a firewall with two peers: the last poll is at 3600 s.
func hour(t testing.TB) Scope {
	t.Helper()
	s, b := newStore(roomy), small("hq", 2)
	for n := range 121 {
		b.peers[0].RxBytes += 3000
		s.Record(b.answers(after(30 * float64(n))))
	}
	return Scope{Store: s, IDs: []ID{b.ID()}}
}

// shown tells series as "name{label=value …} value@seconds …".
func shown(series []Series) string {
	var lines []string
	for _, s := range series {
		var labels, points []string
		for name, value := range s.Labels {
			labels = append(labels, name+"="+value)
		}
		slices.Sort(labels)
		for _, p := range s.Points {
			points = append(points, fmt.Sprintf("%g@%g", p.V, float64(p.T-start.UnixMilli())/1000))
		}
		lines = append(lines, fmt.Sprintf("%s{%s} %s", s.Name, strings.Join(labels, " "), strings.Join(points, " ")))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func TestInstant(t *testing.T) {
	over, engine := hour(t), NewEngine()
	tests := []struct {
		expr, want, problem string
	}{
		// What cannot be evaluated.
		{"", "", "unknown position: parse error: no expression found in input"},
		{"   ", "", "1:1: parse error: no expression found in input"},
		{"opnsense_up{", "", "1:13: parse error: unexpected end of input inside braces"},
		{"opnsense_up +", "", "1:14: parse error: unexpected end of input"},
		{"opnsense_up == 1 !", "", "1:18: parse error: unexpected character after '!'"},
		{"sum(\n  opnsense_up", "", "2:14: parse error: unclosed left parenthesis"},
		{"nope(opnsense_up)", "", `1:1: parse error: unknown function with name "nope"`},
		{"rate(opnsense_up)", "", "1:6: parse error: expected type range vector in call to function \"rate\", got instant vector"},
		{`opnsense_up{opnsense_instance=~"("}`, "", "1:13: parse error: error parsing regexp: missing closing ): `(`"},
		{`opnsense_up{opnsense_instance=~"((a{1000}){1000}){1000}"}`, "", "1:13: parse error: error parsing regexp: invalid repeat count: `{1000}`"},
		{`{opnsense_instance=""}`, "", "1:1: parse error: vector selector must contain at least one non-empty matcher"},
		{`"text"`, "", "it gives a string: only numbers can be shown"},
		{"opnsense_up + on (nothing) opnsense_wireguard_peer_status", "", "found duplicate series for the match group {} on the right hand-side of the operation"},
		{"scalar(", "", "1:8: parse error: unclosed left parenthesis"},
		{"$__rate_interval", "", "1:1: parse error: unexpected character: '$'"},
		{strings.Repeat("(", 10_001), "", "it has 10001 bytes outside of its strings: 10000 are possible"},
		{strings.Repeat("-", 10_000) + "1", "", "it has 10001 bytes outside of its strings: 10000 are possible"},
		{"# it's a \"comment\n" + strings.Repeat("(", 10_001), "", "it has 10002 bytes outside of its strings: 10000 are possible"},
		{"# one # and it's still it\n" + strings.Repeat("(", 10_001), "", "it has 10002 bytes outside of its strings: 10000 are possible"},
		{"'\\'' + " + strings.Repeat("(", 10_001), "", "it has 10005 bytes outside of its strings: 10000 are possible"},
		{"`\\` + " + strings.Repeat("(", 10_001), "", "it has 10005 bytes outside of its strings: 10000 are possible"},
		{"label_join(label_join(opnsense_up, \"a\", \"\"" + strings.Repeat(", \"a\"", 9) + "), \"a\", \"\"" + strings.Repeat(", \"a\"", 9) + ")", "",
			"label_join and what is in it could make labels more than 64 times longer: use fewer of them inside each other"},
		{`opnsense_up{opnsense_instance=~"` + strings.Repeat("a", 1_000_000) + `"}`, "", "it is 1000034 bytes long: 1000000 are possible"},

		// What is empty.
		{"no_such_metric", "", ""},
		{`opnsense_up{opnsense_instance="hq-b"}`, "", ""},
		{"opnsense_up == 0", "", ""},
		{`opnsense_up{opnsense_instance=~"` + strings.Repeat("[a-z]{9}|", 10_000) + `x"}`, "", ""},

		{"opnsense_up", "opnsense_up{opnsense_instance=hq} 1@3600", ""},
		{`opnsense_up{opnsense_instance=~"` + strings.Repeat("some-firewall|", 10_000) + `hq"}`, "opnsense_up{opnsense_instance=hq} 1@3600", ""},
		{"1 + 1", "{} 2@3600", ""},
		{"-opnsense_up / 0", "{opnsense_instance=hq} -Inf@3600", ""},
		{"opnsense_up * 0 / 0", "{opnsense_instance=hq} NaN@3600", ""},
		{"opnsense_up # " + strings.Repeat("-", 20_000), "opnsense_up{opnsense_instance=hq} 1@3600", ""},
		{"opnsense_up[1m]", "opnsense_up{opnsense_instance=hq} 1@3570 1@3600", ""},
		{"max_over_time(opnsense_up[2m])[60s:30s]", "{opnsense_instance=hq} 1@3570 1@3600", ""},
		{"sum(opnsense_wireguard_peer_received_bytes_total) by (device)", "{device=wg0} 365000@3600", ""},
		{`rate(opnsense_wireguard_peer_received_bytes_total{peer_name="p0"}[5m])`,
			"{device=wg0 device_name=net device_type=peer opnsense_instance=hq peer_name=p0 public_key=key of p0 site=false} 100@3600", ""},
		{`label_replace(opnsense_up, "label", "", "", "")`, "opnsense_up{opnsense_instance=hq} 1@3600", ""},
		{"absent(opnsense_up{opnsense_instance=\"hq-b\"})", "{opnsense_instance=hq-b} 1@3600", ""},
	}
	for _, tt := range tests {
		name := tt.expr
		if len(name) > 60 {
			name = name[:60]
		}
		t.Run(name, func(t *testing.T) {
			series, _, err := engine.Instant(context.Background(), over, tt.expr, after(3600))
			var bad *ExprError
			if tt.problem != "" {
				if !errors.As(err, &bad) || !strings.HasPrefix(bad.Problem, tt.problem) || bad.Error() != bad.Problem {
					t.Errorf("error %v, want %s", err, tt.problem)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := shown(series); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestRange(t *testing.T) {
	over, engine := hour(t), NewEngine()
	every := func(from, to, step float64) Range {
		return Range{after(from), after(to), time.Duration(step * float64(time.Second))}
	}
	tests := []struct {
		name, expr string
		Range
		want, problem string
	}{
		{"a string", `"text"`, every(0, 60, 30), "", `invalid expression type "string" for range query, must be Scalar or instant Vector`},
		{"a matrix", "opnsense_up[5m]", every(0, 60, 30), "", `invalid expression type "range vector" for range query, must be Scalar or instant Vector`},
		{"a subquery of very many steps", "max_over_time(opnsense_up[1d:1ms])", every(0, 60, 30), "", "the subquery opnsense_up[1d:1ms] has more than 100000 steps: make its step longer or its range shorter"},
		{"and in one that is as long as can be", "max_over_time(max_over_time(opnsense_up[290y:9s])[290y:290y])", every(0, 60, 30), "", "the subquery opnsense_up[290y:9s] has more than 100000 steps: make its step longer or its range shorter"},
		{"it ends before it begins, with a subquery", "max_over_time(opnsense_up[5m:1m])", every(60, 0, 30), "", ""},
		{"it ends before it begins", "vector(1)", every(60, 0, 30), "", ""},
		{"it ends before it begins, by a step", "opnsense_up", every(60, 30, 30), "", ""},
		{"before there was anything", "opnsense_up", every(-3600, -30, 30), "", ""},
		{"after all of it", "opnsense_up", every(3900, 9000, 30), "", ""},

		{"one moment", "opnsense_up", every(60, 60, 30), "opnsense_up{opnsense_instance=hq} 1@60", ""},
		{"no step", "opnsense_up", every(60, 60.002, 0), "opnsense_up{opnsense_instance=hq} 1@60 1@60.001 1@60.002", ""},
		{"a step back", "opnsense_up", every(60, 60.002, -1), "opnsense_up{opnsense_instance=hq} 1@60 1@60.001 1@60.002", ""},
		{"less than a millisecond", "opnsense_up", every(60, 60.002, 1e-6), "opnsense_up{opnsense_instance=hq} 1@60 1@60.001 1@60.002", ""},
		{"a scalar", "time() - 1772366400", every(0, 60, 30), "{} 0@0 30@30 60@60", ""},
		{"the first sample is the first", "opnsense_up", every(-60, 60, 30), "opnsense_up{opnsense_instance=hq} 1@0 1@30 1@60", ""},
		{"the last stands for five minutes", "opnsense_up", every(3600, 4200, 150), "opnsense_up{opnsense_instance=hq} 1@3600 1@3750", ""},
		{"NaN and infinite are values", "1 / (time() - 1772366430)", every(0, 60, 30), "{} -0.03333333333333333@0 +Inf@30 0.03333333333333333@60", ""},
		{"across the end of a block", `opnsense_wireguard_peer_received_bytes_total{peer_name="p0"}`, every(3540, 3600, 30),
			"opnsense_wireguard_peer_received_bytes_total{device=wg0 device_name=net device_type=peer opnsense_instance=hq peer_name=p0 public_key=key of p0 site=false} 358000@3540 361000@3570 364000@3600", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			series, _, err := engine.Range(context.Background(), over, tt.expr, tt.Range)
			var bad *ExprError
			switch {
			case tt.problem != "":
				if !errors.As(err, &bad) || bad.Problem != tt.problem {
					t.Errorf("error %v, want %s", err, tt.problem)
				}
			case err != nil:
				t.Error(err)
			case shown(series) != tt.want:
				t.Errorf("\n got %s\nwant %s", shown(series), tt.want)
			}
		})
	}
}

func TestAlign(t *testing.T) {
	year := 365 * 24 * time.Hour
	tests := []struct {
		name     string
		from, to time.Time
		step     time.Duration
		want     time.Duration // the step
		points   int64
	}{
		{"ten years in milliseconds", start.Add(-10 * year), start, time.Millisecond, 28_671_698 * time.Millisecond, 11_000},
		{"since the year 1", time.Time{}, start, time.Second, 5_810_343_050 * time.Millisecond, 11_000},
		{"until the year 9999", start, time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), 0, 22_877_520_502 * time.Millisecond, 11_000},
		{"before 1970", time.UnixMilli(-100_001), time.UnixMilli(-1), time.Minute, time.Minute, 2},
		{"the other way round", start, start.Add(-time.Hour), time.Minute, time.Minute, -59},
		{"no step", start, start, 0, time.Millisecond, 1},
		{"a negative one", start, start.Add(time.Second), -time.Hour, time.Millisecond, 1001},
		{"a part of a millisecond", start, start.Add(10 * time.Millisecond), 1600 * time.Microsecond, 2 * time.Millisecond, 6},
		{"a little more points than there may be", start, start.Add(15 * time.Second), time.Millisecond, 2 * time.Millisecond, 7501},
		{"as many points as there may be", start, start.Add(10_999 * time.Millisecond), time.Millisecond, 2 * time.Millisecond, 5500},
		{"an hour", after(7), after(3607), 30 * time.Second, 30 * time.Second, 121},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Range{tt.from, tt.to, tt.step}.Align()
			step := got.Step.Milliseconds()
			points := (got.To.UnixMilli()-got.From.UnixMilli())/step + 1
			if got.Step != tt.want || points != tt.points || points > mostPoints {
				t.Errorf("step %s, %d points; want %s, %d", got.Step, points, tt.want, tt.points)
			}
			if got.From.UnixMilli()%step != 0 || got.To.UnixMilli()%step != 0 || got.From.After(tt.from) || got.To.After(tt.to) ||
				tt.from.UnixMilli()-got.From.UnixMilli() >= step || tt.to.UnixMilli()-got.To.UnixMilli() >= step {
				t.Errorf("from %s to %s", got.From, got.To)
			}
			if again := got.Align(); again != got && points > 1 && points < mostPoints-1 {
				t.Errorf("aligned again: %+v", again)
			}
		})
	}
	series, _, err := NewEngine().Range(context.Background(), hour(t), "opnsense_up", Range{start.Add(-10 * year), start.Add(time.Hour), time.Millisecond}.Align())
	if err != nil || len(series) > 1 {
		t.Errorf("%d series, %v", len(series), err)
	}
}

// What is too much is refused, with advice.
func TestTooMuch(t *testing.T) {
	over := hour(t)
	const advice = ": narrow it to fewer series or a shorter time"
	for _, tt := range []struct {
		engine *Engine
		want   string
	}{
		{newEngine(100, time.Minute), "it reads more than 100 samples at once" + advice},
		{newEngine(mostSamples, time.Nanosecond), "it takes longer than 1ns" + advice},
	} {
		_, _, err := tt.engine.Range(context.Background(), over, "rate({__name__=~\"opnsense.+\"}[1h])", Range{start, after(3600), time.Second})
		var bad *ExprError
		if !errors.As(err, &bad) || bad.Problem != tt.want {
			t.Errorf("error %v, want %s", err, tt.want)
		}
	}
}

// Who does not want an answer any more gets his own error back: it is none of the
// expression.
func TestCancelled(t *testing.T) {
	over, engine := hour(t), NewEngine()
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	late, cancel2 := context.WithDeadline(context.Background(), start)
	defer cancel2()
	midway, cancel3 := context.WithCancel(context.Background())
	defer cancel3()
	over.Keep = func(metrics.Labels) bool { cancel3(); return true }
	for want, ctxs := range map[error][]context.Context{context.Canceled: {gone, midway}, context.DeadlineExceeded: {late}} {
		for _, ctx := range ctxs {
			_, _, err := engine.Range(ctx, over, "opnsense_up", Range{start, after(3600), time.Second})
			var bad *ExprError
			if !errors.Is(err, want) || errors.As(err, &bad) {
				t.Errorf("got %v, want %v", err, want)
			}
		}
	}
}

// No more than some are evaluated at a time; one that waits may give up.
func TestPlaces(t *testing.T) {
	engine := NewEngine()
	over := hour(t)
	enter, leave := make(chan struct{}), make(chan struct{})
	busy := over
	busy.Store = newStore(roomy) // its lock is held in Keep
	busy.Store.Record(small("hq", 0).answers(after(3600)))
	stuck := stuckQueryable{busy, enter, leave}
	done := make(chan error, mostParallel)
	for range mostParallel {
		go func() {
			_, _, err := engine.Instant(context.Background(), stuck, "opnsense_up", after(3600))
			done <- err
		}()
		<-enter
	}
	ctx, cancel := context.WithCancel(context.Background())
	waits := make(chan error)
	go func() {
		_, _, err := engine.Instant(ctx, over, "opnsense_up", after(3600))
		waits <- err
	}()
	cancel()
	if err := <-waits; !errors.Is(err, context.Canceled) {
		t.Errorf("one that waits and gives up: %v", err)
	}
	// A wrong expression needs no place to be told so.
	if _, _, err := engine.Instant(context.Background(), over, "(", after(3600)); err == nil {
		t.Error("no error")
	}
	close(leave)
	for range mostParallel {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if series, _, err := engine.Instant(context.Background(), over, "opnsense_up", after(3600)); err != nil || len(series) != 1 {
		t.Errorf("afterwards: %v, %v", series, err)
	}
}

// stuckQueryable makes evaluation wait.
type stuckQueryable struct {
	Scope
	enter, leave chan struct{}
}

func (s stuckQueryable) Querier(mint, maxt int64) (storage.Querier, error) {
	s.enter <- struct{}{}
	<-s.leave
	return s.Scope.Querier(mint, maxt)
}

// What the engine remarks comes along with the result.
func TestWarnings(t *testing.T) {
	over, engine := hour(t), NewEngine()
	_, warnings, err := engine.Instant(context.Background(), over, "rate(opnsense_up[5m])", after(3600))
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "metric might not be a counter") {
		t.Errorf("%q, %v", warnings, err)
	}
	if _, warnings, _ = engine.Instant(context.Background(), over, "opnsense_up", after(3600)); len(warnings) != 0 {
		t.Errorf("%q", warnings)
	}
	if _, warnings, _ = engine.Instant(context.Background(), over, "quantile(2, opnsense_up)", after(3600)); len(warnings) != 1 {
		t.Errorf("%q", warnings)
	}
}

// An engine that is done with may be asked again: what it returned stays.
func TestResultsAreCopies(t *testing.T) {
	over, engine := hour(t), NewEngine()
	r := Range{start, after(3600), 30 * time.Second}
	first, _, err := engine.Range(context.Background(), over, "opnsense_wireguard_peer_received_bytes_total", r)
	if err != nil {
		t.Fatal(err)
	}
	before := shown(first)
	for range 20 {
		if _, _, err := engine.Range(context.Background(), over, "-2 * opnsense_wireguard_peer_received_bytes_total", r); err != nil {
			t.Fatal(err)
		}
	}
	if after := shown(first); after != before {
		t.Errorf("it changed:\n%s\n%s", before, after)
	}
	if math.IsNaN(first[0].Points[0].V) {
		t.Error("NaN")
	}
}
