package history

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/metrics"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// mirror is a Prometheus database that is told the same as a store, as if
// Prometheus had scraped each poll.
type mirror struct {
	*tsdb.DB
	live   map[ID]map[string]labels.Labels // series whose newest sample is a value
	due    map[ID]time.Time
	newest map[ID]int64
}

func newMirror(tb testing.TB) *mirror {
	tb.Helper()
	opts := tsdb.DefaultOptions()
	opts.MinBlockDuration = (48 * time.Hour).Milliseconds() // all stays in the head
	opts.MaxBlockDuration = opts.MinBlockDuration
	opts.StripeSize, opts.WALSegmentSize = 256, -1 // small, and without a log
	db, err := tsdb.Open(tb.TempDir(), nil, nil, opts, nil)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	return &mirror{db, map[ID]map[string]labels.Labels{}, map[ID]time.Time{}, map[ID]int64{}}
}

// record tells a poll to the store, and then to the database at the time that the
// store gave it.
func (m *mirror) record(tb testing.TB, s *Store, f *wireguard.Firewall) {
	tb.Helper()
	id, at := IDOf(f), f.Tried
	s.Record(f)
	stored, before := newest(s, id), m.newest[id]
	if stored == before {
		if at.UnixMilli() > before {
			tb.Fatalf("a poll at %s is not stored, after one at %d", at, before)
		}
		return // the clock was set back a little
	}
	if off := stored - at.UnixMilli(); off < -1200 || off > 1200 { // 1 % of two minutes
		tb.Fatalf("a poll is stored %d ms off", off)
	}
	app := m.Appender(context.Background())
	write := func(series labels.Labels, t int64, v float64) {
		if _, err := app.Append(0, series, t, v); err != nil {
			tb.Fatalf("%s at %d: %v", series, t, err)
		}
	}
	// Nobody asked: Prometheus would have ended all when the scrape that was due found nothing.
	if due, known := m.due[id]; known && at.Sub(due) > 2*f.PollInterval+longCall {
		for _, series := range m.live[id] {
			write(series, due.UnixMilli(), staleMarker)
		}
		m.live[id] = nil
	}
	now := map[string]labels.Labels{}
	for _, one := range metrics.Of(f) {
		series := prometheusLabels(one)
		now[series.String()] = series
		write(series, stored, one.Value)
	}
	for name, series := range m.live[id] {
		if now[name].IsEmpty() {
			write(series, stored, staleMarker)
		}
	}
	m.live[id], m.due[id], m.newest[id] = now, f.Next, stored
	if err := app.Commit(); err != nil {
		tb.Fatal(err)
	}
}

// chaos is a firewall to which everything happens.
type chaos struct {
	*box
	random *rand.Rand
	at     time.Time
	mode   int // how polls come
	names  int

	highest time.Time
}

func newChaos(id string, random *rand.Rand) *chaos {
	c := &chaos{box: small(id, 3), random: random, at: start.Add(time.Duration(random.IntN(30_000)) * time.Millisecond)}
	c.policy = wireguard.Policy{ForgetAfter: 10 * time.Minute, Expect: []wireguard.Expectation{{Device: "wg7", Name: "expected"}}}
	return c
}

func (c *chaos) chance(of int) bool { return c.random.IntN(of) == 0 }

func (c *chaos) name() string {
	c.names++
	return fmt.Sprintf("n%d", c.names)
}

// change lets things happen between two polls.
func (c *chaos) change() {
	if c.chance(12) && len(c.faces) < 4 {
		c.faces = append(c.faces, face(fmt.Sprintf("wg%d", c.random.IntN(9)), c.name()))
	}
	if c.chance(20) && len(c.faces) > 0 {
		i := c.random.IntN(len(c.faces))
		c.faces = slices.Delete(c.faces, i, i+1)
	}
	for k := range c.faces {
		switch i := &c.faces[k]; c.random.IntN(40) {
		case 0:
			i.Name = c.name()
		case 1:
			i.Name = "" // an empty label is none
		case 2:
			i.Link = wireguard.Link(c.random.IntN(3))
		case 3:
			i.PublicKey = wireguard.NotConfigured
		case 4:
			i.Link, i.PublicKey = wireguard.LinkUp, "key of "+i.Device
		}
	}
	if c.chance(8) && len(c.peers) < 7 && len(c.faces) > 0 {
		c.peers = append(c.peers, peer(c.faces[c.random.IntN(len(c.faces))].Device, c.name()))
	}
	if c.chance(25) && len(c.peers) > 0 {
		i := c.random.IntN(len(c.peers))
		c.peers = slices.Delete(c.peers, i, i+1)
	}
	for k := range c.peers {
		p := &c.peers[k]
		if p.RxBytes < 0 {
			p.RxBytes = 0
		}
		p.RxBytes += c.random.Int64N(1e6)
		p.TxBytes += c.random.Int64N(1e9)
		switch c.random.IntN(40) {
		case 0:
			p.Name = c.name()
		case 1:
			p.RxBytes, p.TxBytes = c.random.Int64N(100), 0
		case 2:
			p.RxBytes = -1
		case 3:
			p.Status, p.LatestHandshake = wireguard.PeerOffline, 0
		case 4:
			p.Status = wireguard.PeerStale
		case 5:
			p.Status, p.LatestHandshake = wireguard.PeerUnknown, -1
		case 6, 7, 8, 9, 10:
			p.Status, p.LatestHandshake = wireguard.PeerOnline, c.at.Unix()-int64(c.random.IntN(200))
		case 11:
			p.AllowedIPs = []string{"", "10.0.0.0/8"}[c.random.IntN(2)]
		}
	}
}

// next is the next poll.
func (c *chaos) next() *wireguard.Firewall {
	c.change()
	if c.chance(15) {
		c.mode = c.random.IntN(6)
	}
	jitter := func(ms int) time.Duration { return time.Duration(c.random.IntN(2*ms+1)-ms) * time.Millisecond }
	switch c.mode {
	case 0, 1: // as ever
		c.at = c.at.Add(every + jitter(50))
	case 2: // another interval, with more jitter than is smoothed
		c.at = c.at.Add(50*time.Second + jitter(2000))
	case 3: // a live panel
		c.at = c.at.Add(5*time.Second + jitter(100))
	case 4: // as it comes
		c.at = c.at.Add(time.Duration(1+c.random.IntN(119_000)) * time.Millisecond)
	case 5: // it does not answer
		c.mode = c.random.IntN(6)
		c.at = c.at.Add(every)
		f := c.fails(c.at, time.Duration(30+c.random.IntN(210))*time.Second)
		c.at = f.Next.Add(-every)
		return f
	}
	switch c.random.IntN(60) {
	case 0: // nobody asked
		c.at = c.at.Add(time.Duration(2+c.random.IntN(30)) * time.Minute)
	case 1, 2: // the clock is set, by less than what would drop anything
		c.at = c.at.Add(-time.Duration(c.random.IntN(200)) * time.Second)
		c.at = time.UnixMilli(max(c.at.UnixMilli(), c.highest.Add(-4*time.Minute).UnixMilli()))
	}
	if c.at.After(c.highest) {
		c.highest = c.at
	}
	return c.answers(c.at)
}

// Expressions whose results must not depend on who keeps the samples. $t is a time.
var expressions = []string{
	// What is found.
	`opnsense_up`,
	`nothing_of_this_name`,
	`{__name__=~"opnsense_wireguard_.*_status"}`,
	`{__name__!~"opnsense_wireguard_peer.*",opnsense_instance="a"}`,
	`{opnsense_instance=~"a|c",device_type!="peer"}`,
	`opnsense_wireguard_peer_status{device="wg0"}`,
	`opnsense_wireguard_peer_status{device!="wg0"}`,
	`opnsense_wireguard_peer_status{peer_name=~"n.*[02468]",site!~"tr.*"}`,
	`opnsense_wireguard_interfaces_status{device_name=""}`,
	`opnsense_wireguard_interfaces_status{device_name!=""}`,
	`opnsense_wireguard_interfaces_status{device_name=~"|n1"}`,
	`opnsense_wireguard_interfaces_status{peer_name=""}`,
	`opnsense_wireguard_interfaces_status{no_such_label=~".*"}`,
	`opnsense_wireguard_interfaces_status{no_such_label!=""}`,
	`{__name__="opnsense_up",opnsense_instance!~"a|b"}`,
	// Over time.
	`rate(opnsense_wireguard_peer_received_bytes_total[5m])`,
	`rate(opnsense_wireguard_peer_transmitted_bytes_total{device="wg0"}[1m])`,
	`irate(opnsense_wireguard_peer_transmitted_bytes_total[5m])`,
	`increase(opnsense_wireguard_peer_received_bytes_total[1h])`,
	`changes(opnsense_wireguard_peer_status[30m])`,
	`resets(opnsense_wireguard_peer_transmitted_bytes_total[2h])`,
	`avg_over_time(opnsense_up[10m])`,
	`max_over_time(opnsense_wireguard_interfaces_status[7m] offset 3m)`,
	`count_over_time({opnsense_instance="b"}[20m])`, // the same labels twice, once there are no names
	`count_over_time(opnsense_wireguard_peer_status{opnsense_instance="b"}[20m])`,
	`last_over_time(opnsense_wireguard_peer_last_handshake_seconds[15m])`,
	`timestamp(opnsense_up)`,
	`present_over_time(opnsense_wireguard_peer_site_down[10m])`,
	`absent_over_time(opnsense_up{opnsense_instance="b"}[4m])`,
	`quantile_over_time(0.9, opnsense_wireguard_poll_duration_seconds[30m])`,
	`predict_linear(opnsense_wireguard_peer_received_bytes_total[30m], 600)`,
	// Moved.
	`opnsense_wireguard_peer_status offset 10m`,
	`opnsense_wireguard_peer_status offset -10m`,
	`opnsense_up @ $t`,
	`rate(opnsense_wireguard_peer_received_bytes_total[10m] @ end())`,
	`sum(opnsense_wireguard_peer_received_bytes_total @ start()) - sum(opnsense_wireguard_peer_received_bytes_total)`,
	`max_over_time(sum(opnsense_up)[30m:1m])`,
	`avg_over_time(rate(opnsense_wireguard_peer_received_bytes_total[5m])[20m:])`,
	`count_over_time(opnsense_up[1h:7s] offset 5m)`,
	// Computed.
	`sum by (opnsense_instance, device) (rate(opnsense_wireguard_peer_received_bytes_total[5m])) * 8`,
	`sum without (peer_name, public_key, site) (opnsense_wireguard_peer_status == bool 1)`,
	`count by (device) (opnsense_wireguard_interfaces_status == 1)`,
	`absent(opnsense_up{opnsense_instance="a"})`,
	`absent(opnsense_wireguard_peer_status{peer_name="n99"})`,
	`clamp_min(time() - opnsense_wireguard_peer_last_handshake_seconds, 0)`,
	`sum(topk(3, opnsense_wireguard_peer_transmitted_bytes_total))`,
	`max(bottomk(2, opnsense_wireguard_peer_transmitted_bytes_total) > 0)`,
	`count_values("value", opnsense_wireguard_peer_status)`,
	`opnsense_wireguard_peer_status and on (opnsense_instance, device) opnsense_wireguard_interfaces_status == 1`,
	`opnsense_wireguard_peer_status * on (opnsense_instance, device) group_left (device_name) opnsense_wireguard_interfaces_status{device_name!=""}`,
	`opnsense_up or opnsense_wireguard_interfaces_status`,
	`sum by (opnsense_instance) (opnsense_wireguard_peer_status == bool 1) or on (opnsense_instance) 0 * (opnsense_up == 1)`,
	`label_replace(opnsense_up, "host", "$1.example", "opnsense_instance", "(.*)")`,
	`scalar(sum(opnsense_up)) + vector(1)`,
	`-opnsense_up / 0`,
}

// TestAsPrometheus compares with Prometheus itself: the same polls in its
// database, read by its engine, give the same results.
func TestAsPrometheus(t *testing.T) {
	tests := []struct {
		name   string
		limits Limits
		polls  int           // of each firewall
		reach  time.Duration // how far back expressions look; 0: at all
	}{
		{"all that there was", Limits{3 * time.Hour, 64 * mega}, 140, 0},
		// What is older than the retention is gone here, and there it is not.
		{"after blocks are dropped", Limits{150 * time.Minute, 64 * mega}, 320, 20 * time.Minute},
	}
	for k, tt := range tests {
		for seed := range uint64(2) {
			t.Run(fmt.Sprintf("%s, %d", tt.name, seed), func(t *testing.T) {
				t.Parallel()
				random := rand.New(rand.NewPCG(seed, uint64(k)))
				store, reference := newStore(tt.limits), newMirror(t)
				var ids []ID
				end := start
				for _, id := range []string{"a", "b", "c"} {
					c := newChaos(id, random)
					ids = append(ids, c.ID())
					for range tt.polls / 2 {
						reference.record(t, store, c.next())
					}
					for c.at.Sub(start) < time.Duration(tt.polls)*20*time.Second {
						reference.record(t, store, c.next())
					}
					if c.at.After(end) {
						end = c.at
					}
				}
				first := start.Add(-10 * time.Minute)
				if tt.reach > 0 {
					first = end.Add(-tt.reach)
				}
				compare(t, Scope{Store: store, IDs: ids}, reference, random, first, end.Add(10*time.Minute), tt.reach > 0)
			})
		}
	}
}

func compare(t *testing.T, ours Scope, reference storage.Queryable, random *rand.Rand, first, end time.Time, shallow bool) {
	t.Helper()
	engine := NewEngine()
	moment := func() time.Time { return first.Add(time.Duration(random.Int64N(int64(end.Sub(first))))) }
	found := 0
	for _, expr := range expressions {
		if shallow && strings.Contains(expr, "[2h]") {
			continue
		}
		at := moment().Truncate(time.Millisecond)
		text := atTime(expr, moment())
		got, _, err := engine.Instant(context.Background(), ours, text, at)
		want, wantErr := instantOf(t, reference, text, at)
		sameError(t, text, err, wantErr)
		sameSeries(t, fmt.Sprintf("%s at %s", text, at), got, want)
		found += len(got)

		r := Range{From: moment(), To: moment(), Step: time.Duration(1+random.IntN(300_000)) * time.Millisecond}
		if r.To.Before(r.From) {
			r.From, r.To = r.To, r.From
		}
		r.Step = max(r.Step, r.To.Sub(r.From)/50).Truncate(time.Millisecond)
		got, _, err = engine.Range(context.Background(), ours, text, r)
		want, wantErr = rangeOf(t, reference, text, r)
		sameError(t, text, err, wantErr)
		sameSeries(t, fmt.Sprintf("%s from %s to %s every %s", text, r.From, r.To, r.Step), got, want)
		found += len(got)
	}
	if found < 4*len(expressions) {
		t.Errorf("only %d series compared: the data is too poor", found)
	}
}

func atTime(expr string, at time.Time) string {
	return strings.ReplaceAll(expr, "$t", strconv.FormatInt(at.Unix(), 10))
}

// prometheus is an engine as Prometheus sets it up.
var prometheus = promql.NewEngine(promql.EngineOpts{
	MaxSamples: 50_000_000, Timeout: time.Minute, LookbackDelta: 5 * time.Minute, EnableAtModifier: true, EnableNegativeOffset: true,
	NoStepSubqueryIntervalFn: func(int64) int64 { return time.Minute.Milliseconds() }, Parser: parser.NewParser(parser.Options{}),
})

func instantOf(t *testing.T, from storage.Queryable, expr string, at time.Time) ([]Series, error) {
	t.Helper()
	q, err := prometheus.NewInstantQuery(context.Background(), from, nil, expr, at)
	return resultOf(t, q, err)
}

func rangeOf(t *testing.T, from storage.Queryable, expr string, r Range) ([]Series, error) {
	t.Helper()
	q, err := prometheus.NewRangeQuery(context.Background(), from, nil, expr, r.From, r.To, r.Step)
	return resultOf(t, q, err)
}

func resultOf(t *testing.T, q promql.Query, err error) ([]Series, error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	result := q.Exec(context.Background())
	if result.Err != nil {
		return nil, result.Err
	}
	var out []Series
	add := func(metric labels.Labels, points ...promql.FPoint) {
		s := Series{Labels: metric.Map()}
		s.Name = s.Labels[model.MetricNameLabel]
		delete(s.Labels, model.MetricNameLabel)
		for _, p := range points {
			s.Points = append(s.Points, Point{p.T, p.F})
		}
		out = append(out, s)
	}
	switch v := result.Value.(type) {
	case promql.Matrix:
		for _, s := range v {
			add(s.Metric, s.Floats...)
		}
	case promql.Vector:
		for _, s := range v {
			add(s.Metric, promql.FPoint{T: s.T, F: s.F})
		}
	case promql.Scalar:
		add(labels.EmptyLabels(), promql.FPoint{T: v.T, F: v.V})
	default:
		t.Fatalf("a %T", v)
	}
	return out, nil
}

func sameError(t *testing.T, expr string, got, want error) {
	t.Helper()
	brief := func(err error) string { // match groups come in any order
		text, _, _ := strings.Cut(fmt.Sprint(err), "{")
		return text
	}
	if brief(got) != brief(want) {
		t.Fatalf("%s: error %v, Prometheus has %v", expr, got, want)
	}
}

func sameSeries(t *testing.T, what string, got, want []Series) {
	t.Helper()
	byLabels := func(a, b Series) int { return cmp.Compare(a.Name+fmt.Sprint(a.Labels), b.Name+fmt.Sprint(b.Labels)) }
	slices.SortFunc(got, byLabels)
	slices.SortFunc(want, byLabels)
	if len(got) != len(want) {
		t.Fatalf("%s: %d series, Prometheus has %d:\n got %+v\nwant %+v", what, len(got), len(want), got, want)
	}
	for k := range want {
		if byLabels(got[k], want[k]) != 0 || len(got[k].Points) != len(want[k].Points) {
			t.Fatalf("%s:\n got %+v\nwant %+v", what, got[k], want[k])
		}
		for i, p := range want[k].Points {
			if q := got[k].Points[i]; q.T != p.T || !same(q.V, p.V) {
				t.Fatalf("%s: %s%v: got %+v, Prometheus has %+v", what, got[k].Name, got[k].Labels, q, p)
			}
		}
	}
}

// same allows for sums in another order.
func same(a, b float64) bool {
	return a == b || math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) <= 1e-9*max(math.Abs(a), math.Abs(b))
}
