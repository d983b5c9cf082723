package scenario

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

// trafficState is a state of a tunnel to a site behind hq/wg1.
type trafficState struct {
	name        string
	here, there bool               // keeps alive
	dies        bool               // after six minutes
	traffic     *simulator.Traffic // nil: none
	rx, tx      float64            // bytes over 300 s, measured on real tunnels
	down        float64            // site_down
}

// trafficStates are those whose sizes were measured on real tunnels. A step of 30 s
// has as much traffic as half a minute had there.
var trafficStates = []trafficState{
	{name: "dead-here", here: true, dies: true, rx: 0, tx: 5984, down: 1},
	{name: "dead-pinged", dies: true, traffic: &simulator.Traffic{Packets: 3, Size: 64}, rx: 0, tx: 12_828, down: 1},
	{name: "idle-nowhere", rx: 0, tx: 0},
	{name: "idle-both", here: true, there: true, rx: 712, tx: 536},
	{name: "idle-there", there: true, rx: 744, tx: 184},
	{name: "one-way", traffic: &simulator.Traffic{Packets: 8, Size: 980, OneWay: true}, rx: 1112, tx: 83_320},
	{name: "busy", there: true, traffic: &simulator.Traffic{Packets: 4, Size: 1000}, rx: math.NaN(), tx: math.NaN()},
}

// sighting is what the simulator had counted of a peer around a poll, and what the
// plugin made of it.
type sighting struct {
	at             time.Time // of the poll
	before, after  counted
	told           counted
	rx, tx         *float64 // rates
	down, noReturn *float64
}

type counted struct{ rx, tx int64 }

// least and most are the bounds of what was counted from a poll to a later one.
func least(from, to sighting) counted {
	return counted{to.before.rx - from.after.rx, to.before.tx - from.after.tx}
}

func most(from, to sighting) counted {
	return counted{to.after.rx - from.before.rx, to.after.tx - from.before.tx}
}

// observer writes down sightings of the peers of hq/wg1, by name.
type observer struct {
	*world
	before map[string]counted
	seen   map[string][]sighting
}

func newObserver(t *testing.T) *observer {
	o := &observer{world: newWorld(t, []string{"single"}), seen: map[string][]sighting{}}
	for i, s := range trafficStates {
		config := simulator.ClientConfig{
			Name: s.name, Instance: o.instance("hq/wg1"),
			Networks: []netip.Prefix{netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 168, byte(40 + i), 0}), 24)},
		}
		if s.here {
			config.KeepaliveToClient = keepalive
		}
		if s.there {
			config.Keepalive = keepalive
		}
		o.addClient(config)
		o.must(o.lab.Client(s.name).Wake())
		if s.traffic != nil {
			to := *s.traffic
			to.To = o.peer("hq/wg1/" + s.name)
			o.traffic[to.To] = to
		}
	}
	o.settle = func() { o.before = o.quiet() }
	return o
}

// counters are what the simulator has counted.
func (o *observer) counters() map[string]counted {
	rows, err := o.firewall("hq").Running()
	o.must(err)
	out := map[string]counted{}
	for _, r := range rows {
		if r.Peer && r.Device == "wg1" {
			out[r.Name] = counted{r.RX, r.TX}
		}
	}
	return out
}

// quiet waits until packets that are under way have arrived, mostly.
func (o *observer) quiet() map[string]counted {
	now := o.counters()
	for range 100 {
		time.Sleep(5 * time.Millisecond)
		was := now
		if now = o.counters(); fmt.Sprint(now) == fmt.Sprint(was) {
			break
		}
	}
	return now
}

// step lets half a minute go by and writes down what is to be seen.
func (o *observer) step() {
	o.tb.Helper()
	o.wait(step)
	answer, err := o.source.Query(o.ctx, map[string]any{"refId": "A", "queryType": "peers", "filter": map[string]any{"firewalls": []string{"hq"}, "interfaces": []string{"wg1"}}})
	o.must(err)
	o.must(answer.Error)
	after, f := o.counters(), answer.Frames[0]
	for row := range f.Rows() {
		number := func(column string) *float64 {
			field, _ := f.FieldByName(column)
			v, err := field.NullableFloatAt(row)
			o.must(err)
			return v
		}
		name, s := text(f, "peer_name", row), sighting{}
		at, _ := f.FieldByName("observed_at")
		v, _ := at.ConcreteAt(row)
		s.at, _ = v.(time.Time)
		s.before, s.after = o.before[name], after[name]
		s.rx, s.tx, s.down, s.noReturn = number("rx_rate"), number("tx_rate"), number("site_down"), number("no_return_traffic")
		rx, tx := number("rx_bytes"), number("tx_bytes")
		if rx == nil || tx == nil {
			o.tb.Fatalf("%s: no bytes", name)
		}
		s.told = counted{int64(*rx), int64(*tx)}
		if s.told.rx < s.before.rx || s.told.rx > s.after.rx || s.told.tx < s.before.tx || s.told.tx > s.after.tx {
			o.tb.Errorf("%s of %s: %v bytes are told, %v to %v were counted", name, s.at, s.told, s.before, s.after)
		}
		o.seen[name] = append(o.seen[name], s)
	}
}

func text(f *data.Frame, column string, row int) string {
	field, _ := f.FieldByName(column)
	v, _ := field.ConcreteAt(row)
	s, _ := v.(string)
	return s
}

// rule makes a rule of a PromQL expression and a condition, as somebody writes it.
func ruleOf(expr, condition string) grafanahost.Rule {
	a := grafanahost.RuleQuery{RefID: "A", Model: map[string]any{"queryType": "promql", "format": "numeric", "expr": expr}}
	a.RelativeTimeRange.From = 600
	b := grafanahost.RuleQuery{RefID: "B", DatasourceUID: "__expr__", Model: map[string]any{"type": "math", "expression": condition}}
	return grafanahost.Rule{Title: "little comes", Condition: "B", Data: []grafanahost.RuleQuery{a, b}, NoDataState: "OK", ExecErrState: "Error"}
}

// fires lists the peers for which a rule fires.
func (o *observer) fires(r grafanahost.Rule) string {
	o.tb.Helper()
	_, condition, err := r.Evaluate(o.ctx, o.source)
	o.must(err)
	var out []string
	for _, n := range condition {
		if fires, _ := n.Fires(); fires {
			out = append(out, n.Labels["peer_name"])
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// Every state of a tunnel that was measured: rates are what the simulator counted,
// in tables, numbers and over time, and only what is dead is told to be down. Then
// the interface is restarted, and no rate is below 0 or higher than there was
// traffic.
func TestTraffic(t *testing.T) {
	t.Parallel()
	o := newObserver(t)
	little := ruleOf(`sum by (peer_name) (rate(opnsense_wireguard_peer_received_bytes_total[5m])) * 8`, "$A < 2")
	filtered := ruleOf(`sum by (peer_name) (rate(opnsense_wireguard_peer_received_bytes_total[5m])) * 8 < 2`, "$A < 2")
	for range 12 {
		o.step()
	}
	if got := o.fires(little); got != "idle-nowhere" {
		t.Errorf("before anything is dead, little comes from %q", got)
	}
	for _, s := range trafficStates {
		if s.dies {
			o.lab.Client(s.name).Sleep()
		}
	}
	for range 24 {
		o.step()
	}
	for _, s := range trafficStates {
		t.Run(s.name, func(t *testing.T) { o.check(t, s) })
	}
	t.Run("interface", o.checkInterface)
	const nothingComes = "dead-here dead-pinged idle-nowhere"
	if got := o.fires(little); got != nothingComes {
		t.Errorf("little comes from %q, want %s", got, nothingComes)
	}
	if got := o.fires(filtered); got != nothingComes {
		t.Errorf("of what is little, little comes from %q, want %s", got, nothingComes)
	}

	o.must(o.instance("hq/wg1").Restart())
	for _, s := range trafficStates {
		if client := o.lab.Client(s.name); !s.dies { // calls at once, as hq does not know where it is
			client.Sleep()
			o.must(client.Wake())
		}
	}
	restarted := len(o.seen["busy"])
	for range 14 {
		o.step()
	}
	t.Run("restart", func(t *testing.T) { o.checkRestart(t, restarted) })
}

// check compares with what was counted, and the verdicts with what is so.
func (o *observer) check(t *testing.T, s trafficState) {
	all := o.seen[s.name]
	now := all[len(all)-1]
	fiveMinutes := most(all[len(all)-11], now)
	t.Logf("over 300 s %d / %d bytes; on real tunnels %.0f / %.0f", fiveMinutes.rx, fiveMinutes.tx, s.rx, s.tx)
	if now.rx == nil || now.tx == nil || now.down == nil || now.noReturn == nil {
		t.Fatalf("not known: %+v", now)
	}
	if s.dies && *now.rx != 0 {
		t.Errorf("receives %v bytes a second", *now.rx)
	}
	// Sizes of another order than real ones would prove nothing.
	for _, size := range []struct {
		name      string
		got, want float64
	}{{"received", float64(fiveMinutes.rx), s.rx}, {"sent", float64(fiveMinutes.tx), s.tx}} {
		if !math.IsNaN(size.want) && (size.got > 2.5*size.want+100 || size.got < size.want/2.5) {
			t.Errorf("%.0f bytes %s over 300 s, on real tunnels it was %.0f", size.got, size.name, size.want)
		}
	}
	if why := windows(all, *now.rx, func(c counted) int64 { return c.rx }); why != "" {
		t.Errorf("rx_rate: %s", why)
	}
	if why := windows(all, *now.tx, func(c counted) int64 { return c.tx }); why != "" {
		t.Errorf("tx_rate: %s", why)
	}
	if *now.down != s.down || *now.noReturn != 0 {
		t.Errorf("site_down %v, no_return_traffic %v, want %v and 0", *now.down, *now.noReturn, s.down)
	}
	for metric, want := range map[string]float64{"rx_rate": *now.rx, "tx_rate": *now.tx, "site_down": *now.down, "no_return_traffic": *now.noReturn} {
		if got := o.number(t, "peers", metric, "peers", s.name); got != want {
			t.Errorf("%s is %v as a number, %v in the table", metric, got, want)
		}
	}
	for metric, counter := range map[string]string{"rx_rate": "received", "tx_rate": "transmitted"} {
		want := *now.rx
		if metric == "tx_rate" {
			want = *now.tx
		}
		// A handshake more or less in a window, and a few per cent.
		tolerance := 0.05*want + 300.0/300
		expr := `rate(opnsense_wireguard_peer_` + counter + `_bytes_total{peer_name="` + s.name + `"}[5m])`
		asked := map[string]any{"refId": "A", "queryType": "promql", "format": "time_series", "expr": expr}
		if got := o.mean(t, asked, 1); math.Abs(got-want) > tolerance {
			t.Errorf("%s: %v, %s is %v", expr, got, metric, want)
		}
		expr = `rate(opnsense_wireguard_peer_` + counter + `_bytes_total{peer_name="` + s.name + `"}[$__rate_interval])`
		asked = map[string]any{"refId": "A", "queryType": "promql", "format": "time_series", "expr": expr}
		if got := o.mean(t, asked, 10); math.Abs(got-want) > tolerance {
			t.Errorf("%s over 5 minutes: %v, %s is %v", expr, got, metric, want)
		}
		asked = map[string]any{"refId": "A", "queryType": "peers", "format": "time_series", "metric": metric, "filter": map[string]any{"peers": []string{s.name}}}
		if got := o.mean(t, asked, 10); math.Abs(got-want) > tolerance {
			t.Errorf("%s over 5 minutes as a time series: %v, in the table %v", metric, got, want)
		}
	}
}

// windows says why a rate is not what was counted over a window that ends now: of
// 300 s, or up to two polls more, as far as they are apart.
func windows(all []sighting, rate float64, of func(counted) int64) string {
	now := all[len(all)-1]
	var tried []string
	for _, then := range all[:len(all)-1] {
		span := now.at.Sub(then.at)
		if span < 300*time.Second || span > 300*time.Second+2*step+time.Second {
			continue
		}
		low, high := float64(of(least(then, now)))/span.Seconds(), float64(of(most(then, now)))/span.Seconds()
		if rate >= low*(1-1e-9) && rate <= high*(1+1e-9) {
			return ""
		}
		tried = append(tried, fmt.Sprintf("%v to %v over %s", low, high, span))
	}
	return fmt.Sprintf("%v, counted were %s", rate, strings.Join(tried, ", "))
}

// number asks for one metric as alerting does.
func (o *observer) number(t *testing.T, queryType, metric, filter, value string) float64 {
	t.Helper()
	model := map[string]any{"refId": "A", "queryType": queryType, "format": "numeric", "metric": metric, "filter": map[string]any{"firewalls": []string{"hq"}, filter: []string{value}}}
	answer, err := o.source.Query(o.ctx, model)
	o.must(err)
	o.must(answer.Error)
	numbers, err := grafanahost.ReadNumbers(answer.Frames)
	o.must(err)
	if len(numbers) != 1 || numbers[0].Value == nil {
		t.Fatalf("%s of %s: %+v", metric, value, numbers)
	}
	return *numbers[0].Value
}

// mean is that of the newest points of the one series that a query gives.
func (o *observer) mean(t *testing.T, model map[string]any, points int) float64 {
	t.Helper()
	values := o.points(t, model)
	if len(values) != 1 || len(values[0]) < 20 {
		t.Fatalf("%v gives %d series: %v", model, len(values), values)
	}
	sum := 0.0
	for _, v := range values[0][len(values[0])-points:] {
		sum += v
	}
	return sum / float64(points)
}

// points are those of each series that a query gives.
func (o *observer) points(t *testing.T, model map[string]any) [][]float64 {
	t.Helper()
	answer, err := o.source.QueryPanel(o.ctx, model, o.source.Last(30*time.Minute))
	o.must(err)
	o.must(answer.Error)
	var out [][]float64
	for _, f := range answer.Frames {
		if len(f.Fields) != 2 {
			continue
		}
		var values []float64
		for i := range f.Rows() {
			v, err := f.Fields[1].FloatAt(i)
			o.must(err)
			values = append(values, v)
		}
		out = append(out, values)
	}
	return out
}

// checkInterface: an interface carries what its peers do.
func (o *observer) checkInterface(t *testing.T) {
	for _, metric := range []string{"rx_rate", "tx_rate"} {
		sum := 0.0
		for _, all := range o.seen {
			now := all[len(all)-1]
			if metric == "rx_rate" {
				sum += *now.rx
			} else {
				sum += *now.tx
			}
		}
		if got := o.number(t, "interfaces", metric, "interfaces", "wg1"); math.Abs(got-sum) > 1e-9*sum {
			t.Errorf("%s is %v, of its %d peers %v", metric, got, len(o.seen), sum)
		}
	}
}

// checkRestart looks at everything since then, and what is drawn of it.
func (o *observer) checkRestart(t *testing.T, restarted int) {
	highest := 0.0 // from one poll to the next
	for name, all := range o.seen {
		for i := 1; i < len(all); i++ {
			from, to := all[i-1], all[i]
			if i == restarted {
				from.before = counted{}
			}
			n := most(from, to)
			highest = max(highest, float64(max(n.rx, n.tx))/to.at.Sub(from.at).Seconds())
		}
		for i, s := range all[restarted:] {
			was := all[restarted+i-1].told
			anew := s.told.rx < was.rx || s.told.tx < was.tx
			for _, rate := range []*float64{s.rx, s.tx} {
				if rate == nil && !anew {
					t.Errorf("%s, %d polls after the restart: no rate, %v bytes after %v", name, i, s.told, was)
				}
				if rate != nil && !(*rate >= 0 && *rate <= highest) {
					t.Errorf("%s: %v bytes a second, %d polls after the restart; there never were more than %v", name, *rate, i, highest)
				}
			}
			if alive := !strings.HasPrefix(name, "dead"); alive && s.down != nil && *s.down != 0 {
				t.Errorf("%s is told to be down, %d polls after the restart", name, i)
			}
		}
	}
	reset := false
	for _, n := range o.promQL(`resets({__name__="opnsense_wireguard_peer_received_bytes_total", device="wg1", opnsense_instance="hq"}[15m])`, o.time()) {
		reset = reset || n.Labels["peer_name"] == "busy" && *n.Value == 1
	}
	if !reset {
		t.Error("the counters were not seen to begin anew, so nothing was tested")
	}
	const chosen = `{device="wg1",opnsense_instance="hq"}`
	drawn := 0
	for _, of := range []string{"rate(%s[5m])", "rate(%s[1m])", "irate(%s[$__rate_interval])", "rate(%s[$__rate_interval])", "increase(%s[$__range]) / $__range_s"} {
		for _, counter := range []string{"received", "transmitted"} {
			expr := fmt.Sprintf(of, "opnsense_wireguard_peer_"+counter+"_bytes_total"+chosen)
			for _, values := range o.points(t, map[string]any{"refId": "A", "queryType": "promql", "format": "time_series", "expr": expr}) {
				drawn += len(values)
				// The history keeps polls at regular times, which moves each by 1 % at most.
				if low, high := slices.Min(values), slices.Max(values); !(low >= 0 && high <= highest*1.03) {
					t.Errorf("%s: from %v to %v; there never were more than %v", expr, low, high, highest)
				}
			}
		}
	}
	if drawn < 1000 {
		t.Errorf("%d points are drawn", drawn)
	}
}
