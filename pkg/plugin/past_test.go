package plugin

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
)

// lived is a data source that was asked for a while, by a clock that goes as the
// test wants it: wg0 with the peers alice, who never sends, and branch, a site
// that sends 3,200 bytes from poll to poll and is sent 6,400.
type lived struct {
	*instance
	tb       testing.TB
	firewall *fakeFirewall
	now      atomic.Int64 // Unix milliseconds
	up       atomic.Bool
	sent     atomic.Int64 // polls' worth
}

// pause is from poll to poll: longer than the longest interval of 30 s.
const pause = 32 * time.Second

func mustLive(tb testing.TB, general string) *lived {
	tb.Helper()
	l := &lived{tb: tb, firewall: newFakeFirewall(tb)}
	l.now.Store(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixMilli())
	l.up.Store(true)
	instead(&l.firewall.show, l.show)
	instead(&l.firewall.vips, denied)
	instead(&l.firewall.services, denied)
	s := settingsOf(tb, l.firewall.entry("a", "ca"))
	if general != "" {
		s.JSONData = []byte(strings.Replace(string(s.JSONData), "{", "{"+general+",", 1))
	}
	l.instance = mustInstanceOn(tb, NewRegistry(l.time), s)
	return l
}

func (l *lived) time() time.Time { return time.UnixMilli(l.now.Load()).UTC() }

func (l *lived) show(w http.ResponseWriter, _ *http.Request) {
	status, n := "up", l.sent.Load()
	if !l.up.Load() {
		status = "down"
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.Header().Set("Date", l.time().Format(http.TimeFormat))
	_, _ = fmt.Fprintf(w, `{"total":3,"rowCount":3,"current":1,"rows":[
		{"if":"wg0","type":"interface","public-key":"K0=","listen-port":"51820","status":%q,"name":"main","ifname":"main"},
		{"if":"wg0","type":"peer","public-key":"K1=","endpoint":"(none)","allowed-ips":"10.0.0.2/32","latest-handshake":0,"transfer-rx":0,"transfer-tx":0,"persistent-keepalive":"off","name":"alice","ifname":"main"},
		{"if":"wg0","type":"peer","public-key":"K2=","endpoint":"198.51.100.7:51820","allowed-ips":"10.9.0.0/16","latest-handshake":%d,"transfer-rx":%d,"transfer-tx":%d,"persistent-keepalive":"25","name":"branch","ifname":"main"}]}`,
		status, l.time().Unix()-10, n*3200, n*6400)
}

// poll goes on by n polls. One that fails is not waited for by the query that asks
// for it, but here.
func (l *lived) poll(n int) {
	l.tb.Helper()
	for range n {
		l.sent.Add(1)
		l.step(pause)
		for tries := 0; ; tries++ {
			f := l.instance.ask(context.Background(), query.Filter{})[0]
			if f.Tried.Equal(l.time()) {
				break
			}
			if tries > 5000 {
				l.tb.Fatalf("not polled at %s", l.time())
			}
			time.Sleep(time.Millisecond)
		}
	}
}

func (l *lived) step(by time.Duration) { l.now.Add(by.Milliseconds()) }

// ask sends a query as a panel does that shows the time until now.
func (l *lived) ask(query string, span time.Duration) backend.DataResponse {
	l.tb.Helper()
	resp, err := l.QueryData(context.Background(), &backend.QueryDataRequest{Queries: []backend.DataQuery{{
		RefID: "A", JSON: []byte(query), Interval: 15 * time.Second, MaxDataPoints: 1000,
		TimeRange: backend.TimeRange{From: l.time().Add(-span), To: l.time()},
	}}})
	if err != nil {
		l.tb.Fatal(err)
	}
	return resp.Responses["A"]
}

// series writes frames of time series: the legend, and the values with how often
// each comes in a row; | where points are further apart than the step.
func series(frames data.Frames) string {
	var lines []string
	for _, f := range frames {
		if len(f.Fields) == 0 {
			continue
		}
		step := time.Duration(f.Fields[0].Config.Interval) * time.Millisecond
		var runs []string
		times := 0
		var last time.Time
		for i := range f.Rows() {
			at, v := f.Fields[0].At(i).(time.Time), f.Fields[1].At(i).(float64)
			if i > 0 && at.Sub(last) != step {
				runs = append(runs, "|")
				times = 0
			}
			last = at
			text := fmt.Sprintf("%.4g", v)
			if times > 0 && strings.HasPrefix(runs[len(runs)-1], text+"*") {
				runs = runs[:len(runs)-1]
			} else {
				times = 0
			}
			times++
			runs = append(runs, fmt.Sprintf("%s*%d", text, times))
		}
		lines = append(lines, f.Fields[1].Config.DisplayNameFromDS+": "+strings.Join(runs, " "))
	}
	return strings.Join(lines, "\n")
}

func TestPastRefuses(t *testing.T) {
	l := mustLive(t, "")
	l.poll(3)
	expr := func(e string) string { return fmt.Sprintf(`{"queryType":"promql","expr":%q}`, e) }
	const unfilled = ` names a dashboard variable that was not filled in: alert rules know no variables, and elsewhere the variable must exist`
	for _, tt := range []struct{ name, query, want string }{
		{"no expression", `{"queryType":"promql"}`, `400 query field expr: is missing: a PromQL expression, such as opnsense_wireguard_interfaces_status == 0`},
		{"a blank one", expr(" \n"), `400 query field expr: is missing: a PromQL expression, such as opnsense_wireguard_interfaces_status == 0`},
		{"not a text", `{"queryType":"promql","expr":1}`, `400 query field expr: must be a text`},
		{"too long", expr(strings.Repeat("1+", 9000) + "1"), `400 query field expr: has 18001 bytes; at most 16384 can be read`},
		{"broken", expr(`sum(opnsense_up`), `400 query field expr: 1:16: parse error: unclosed left parenthesis`},
		{"an unknown function", expr(`speed(opnsense_up)`), `400 query field expr: 1:1: parse error: unknown function with name "speed"`},
		{"a text", expr(`"up"`), `400 query field expr: invalid expression type "string" for range query, must be Scalar or instant Vector`},
		{"a broken regular expression", expr(`opnsense_up{opnsense_instance=~"("}`), "400 query field expr: 1:13: parse error: error parsing regexp: missing closing ): `(`"},
		{"an expression that takes too much", expr(`max_over_time(vector(1)[100y:1ms])`), "400 query field expr: the subquery vector(1)[100y:1ms] has more than 100000 steps: make its step longer or its range shorter"},
		{"labels without end", expr(`label_join(` + "label_join(label_join(label_join(opnsense_up" + strings.Repeat(`, "a", "", "a", "a", "a", "a"`+")", 4)), `400 query field expr: label_join and what is in it could make labels more than 64 times longer: use fewer of them inside each other`},
		{"a variable", expr(`opnsense_up == $threshold`), `400 query field expr: "$threshold"` + unfilled},
		{"an old variable", expr(`rate(opnsense_up[[[window]]])`), `400 query field expr: "[[w"` + unfilled},
		{"a variable that only looks known", expr(`rate(opnsense_up[$__intervals])`), `400 query field expr: "$__intervals"` + unfilled},
		{"PromQL as wide", `{"queryType":"promql","expr":"1","format":"wide"}`, `400 query field format: "wide" is unknown; allowed: time_series, numeric, table`},
		{"a metric without past", `{"format":"time_series","metric":"speed"}`, `400 query field metric: "speed" is unknown; allowed: status, both_nodes_up, peers_online, rx_bytes, tx_bytes, rx_rate, tx_rate`},
		{"events as series", `{"queryType":"events","format":"time_series"}`, `400 query field format: "time_series" is unknown; allowed: table`},
		{"events of tunnels", `{"queryType":"events","filter":{"kinds":["tunnel"]}}`, `400 query field filter.kinds: "tunnel" is unknown; allowed: firewall, interface, peer, site`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := told(t, l.ask(tt.query, time.Hour)); err != tt.want {
				t.Errorf("\n got %s\nwant %s", err, tt.want)
			}
		})
	}
}

func TestHistoryOff(t *testing.T) {
	l := mustLive(t, `"retention":"0"`)
	l.poll(3)
	const want = `400 setting retention: is 0, so nothing is kept: set it, for example to "24h", for time series, PromQL and events`
	for _, query := range []string{`{"queryType":"events"}`, `{"format":"time_series"}`, `{"queryType":"promql","expr":"1"}`} {
		if _, err := told(t, l.ask(query, time.Hour)); err != want {
			t.Errorf("%s: %s", query, err)
		}
	}
	if u := l.store.Usage(); u.Bytes != 0 || u.Samples != 0 {
		t.Errorf("kept all the same: %+v", u)
	}
}

// An hour of polls with the tunnel down for 5 minutes of it.
func TestTimeSeries(t *testing.T) {
	l := mustLive(t, "")
	l.poll(60)
	l.up.Store(false)
	l.poll(10)
	l.up.Store(true)
	l.poll(30)
	for _, tt := range []struct{ name, query, want string }{
		{"status", `{"format":"time_series"}`, "a firewall / main: 1*64 0*10 1*31"},
		{"both nodes", `{"format":"time_series","metric":"both_nodes_up"}`, "a firewall / main: 0*105"},
		{"peers of an interface", `{"format":"time_series","metric":"peers_online"}`, "a firewall / main: 1*105"},
		{"what an interface receives", `{"format":"time_series","metric":"rx_rate"}`, "a firewall / main: 61.67*1 100*103"},
		{"what it sends", `{"format":"time_series","metric":"tx_rate"}`, "a firewall / main: 123.3*1 200*103"},
		{"what a peer receives", `{"queryType":"peers","format":"time_series","metric":"rx_rate"}`, "a firewall / main / alice: 0*104\na firewall / main / branch: 61.67*1 100*103"},
		{"sites only", `{"queryType":"peers","format":"time_series","metric":"site_down","filter":{"site":true}}`, "a firewall / main / branch: 0*105"},
		{"one peer", `{"queryType":"peers","format":"time_series","filter":{"peers":["alice"]}}`, "a firewall / main / alice: 0*105"},
		{"peers that are online now", `{"queryType":"peers","format":"time_series","filter":{"statuses":["online"],"interfaceUp":true}}`, "a firewall / main / branch: 1*105"},
		{"no interface", `{"format":"time_series","filter":{"interfaces":["wg1"]}}`, ""},
		{"interfaces that are down now", `{"format":"time_series","filter":{"statuses":["down"]}}`, ""},
		{"firewalls", `{"queryType":"firewalls","format":"time_series"}`, "a firewall: 1*105"},
		{"peers of a firewall", `{"queryType":"firewalls","format":"time_series","metric":"peers_online"}`, "a firewall: 1*105"},
		{"interfaces of a firewall", `{"queryType":"firewalls","format":"time_series","metric":"interfaces_up"}`, "a firewall: 1*64 0*10 1*31"},
		{"PromQL", `{"queryType":"promql","expr":"opnsense_wireguard_interfaces_status == 0"}`,
			`opnsense_wireguard_interfaces_status{device="wg0", device_name="main", device_type="interface", opnsense_instance="a firewall"}: 0*10`},
		{"PromQL with a legend", `{"queryType":"promql","legendFormat":"{{ opnsense_instance }} {{device}}{{nothing}} {{__name__}}","expr":"opnsense_wireguard_interfaces_status == 0"}`,
			`a firewall wg0 opnsense_wireguard_interfaces_status: 0*10`},
		{"PromQL with variables", `{"queryType":"promql","expr":"sum(rate(opnsense_wireguard_peer_received_bytes_total{public_key!~\"$^\"}[$__rate_interval])) * ${__interval_ms} / $__range_s"}`, "{}: 513.9*1 833.3*103"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := l.ask(tt.query, time.Hour)
			if got.Error != nil {
				t.Fatal(got.Error)
			}
			if s := series(got.Frames); s != tt.want {
				t.Errorf("\n got %s\nwant %s", s, tt.want)
			}
			for _, f := range got.Frames {
				if f.Meta.Type != data.FrameTypeTimeSeriesMulti || f.Meta.TypeVersion != (data.FrameTypeVersion{0, 1}) {
					t.Errorf("a frame of type %s %v", f.Meta.Type, f.Meta.TypeVersion)
				}
			}
		})
	}
}

// A firewall that does not answer leaves a gap, and its counters none of their own.
func TestTimeSeriesGap(t *testing.T) {
	l := mustLive(t, "")
	l.poll(30)
	instead(&l.firewall.show, answer(http.StatusInternalServerError, `{}`))
	l.poll(10)
	instead(&l.firewall.show, l.show)
	l.sent.Store(0) // it was started anew
	l.poll(30)
	const gap = "a firewall / main: 1*32 | 1*31"
	if got := series(l.ask(`{"format":"time_series"}`, time.Hour).Frames); got != gap {
		t.Errorf("status: %s", got)
	}
	if got := series(l.ask(`{"queryType":"firewalls","format":"time_series"}`, time.Hour).Frames); got != "a firewall: 1*32 0*10 1*31" {
		t.Errorf("reachable: %s", got)
	}
	if got := series(l.ask(`{"format":"time_series","metric":"rx_rate"}`, time.Hour).Frames); strings.Contains(got, "-") {
		t.Errorf("a rate below 0: %s", got)
	}
	begins := l.ask(`{"format":"time_series"}`, 3*time.Hour)
	const notice = "The history begins at 2026-03-01T12:00:32Z: it is in memory only, since the plugin started to poll, and at most 24h long"
	if n := begins.Frames[0].Meta.Notices; len(n) != 1 || n[0].Text != notice {
		t.Errorf("notices: %+v", n)
	}
}

// What a rule reads: one numeric frame, and an error rather than a missing row.
func TestPromQLForRules(t *testing.T) {
	l := mustLive(t, "")
	l.poll(20)
	for _, tt := range []struct{ name, expr, want string }{
		{"the mirrored rule", `opnsense_wireguard_interfaces_status == bool 0`, "device=wg0 device_name=main device_type=interface opnsense_instance=a firewall value=0"},
		{"a rate over 5 minutes", `sum by (peer_name) (rate(opnsense_wireguard_peer_received_bytes_total[5m]))`, "peer_name=alice value=0\npeer_name=branch value=100"},
		{"labels that not all have", `opnsense_up or label_replace(vector(2), "a", "b", "", "")`, "a= opnsense_instance=a firewall value=1\na=b opnsense_instance= value=2"},
		{"a number", `40 + 2`, "value=42"},
		{"not a number", `0/0`, "value=NaN"},
		{"nothing", `opnsense_wireguard_interfaces_status == 0`, ""},
		{"what nobody knows", `node_load1`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := l.ask(fmt.Sprintf(`{"queryType":"promql","format":"numeric","expr":%q}`, tt.expr), time.Hour)
			if got.Error != nil || len(got.Frames) != 1 || got.Frames[0].Meta.Type != data.FrameTypeNumericLong {
				t.Fatalf("%d frames, %v", len(got.Frames), got.Error)
			}
			f := got.Frames[0]
			var rows []string
			for i := range f.Rows() {
				var cells []string
				for _, field := range f.Fields {
					v, _ := field.ConcreteAt(i)
					cells = append(cells, fmt.Sprintf("%s=%v", field.Name, v))
				}
				rows = append(rows, strings.Join(cells, " "))
			}
			if s := strings.Join(rows, "\n"); s != tt.want {
				t.Errorf("\n got %s\nwant %s", s, tt.want)
			}
		})
	}
	twice := l.ask(`{"queryType":"promql","format":"numeric","expr":"{__name__=~\"opnsense_up|opnsense_wireguard_poll_duration_seconds\"}"}`, time.Hour)
	const same = `opnsense_up and opnsense_wireguard_poll_duration_seconds both have the labels {opnsense_instance="a firewall"}, and a rule cannot tell them apart: ` +
		`ask for one of them, or tell them apart with label_replace`
	if twice.Error == nil || twice.Error.Error() != "query field expr: "+same {
		t.Errorf("%v", twice.Error)
	}
	silentOne := newFakeFirewall(t)
	instead(&silentOne.show, silent)
	in := mustInstance(t, settingsOf(t, silentOne.entry("b", "ca")))
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if got := mustQuery(ctx, t, in, "A", `{"queryType":"promql","format":"numeric","expr":"opnsense_up == 0"}`)["A"]; got.Error == nil {
		t.Error("a firewall that was never tried is left out")
	}
}

// The poll that a rule's query waits for is in its answer: be it that its sample
// is kept at a time a moment ahead, or that the rule's own time was before it.
func TestPromQLSeesTheNewestPoll(t *testing.T) {
	l := mustLive(t, "")
	l.poll(5)
	l.up.Store(false)
	l.step(pause - 200*time.Millisecond) // sooner than expected
	resp, err := l.QueryData(context.Background(), &backend.QueryDataRequest{Queries: []backend.DataQuery{{
		RefID: "A", JSON: []byte(`{"queryType":"promql","format":"numeric","expr":"opnsense_wireguard_interfaces_status == bool 0"}`),
		TimeRange: backend.TimeRange{From: l.time().Add(-time.Minute), To: l.time().Add(-time.Second)},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	f := resp.Responses["A"].Frames[0]
	if v, _ := f.Fields[len(f.Fields)-1].FloatAt(0); v != 1 {
		t.Errorf("down is told as %v", v)
	}
	l.poll(5)
	past := l.time().Add(-4 * pause)
	if r := l.steps(panel{from: past, to: past}, nil); !r.To.Equal(past) {
		t.Errorf("asked for %s, told of %s", past, r.To)
	}
}

func TestEvents(t *testing.T) {
	l := mustLive(t, "")
	l.poll(5)
	l.up.Store(false)
	l.poll(5)
	l.up.Store(true)
	l.poll(5)
	instead(&l.firewall.show, answer(http.StatusInternalServerError, `{}`))
	l.poll(2)
	got := l.ask(`{"queryType":"events"}`, time.Hour)
	if got.Error != nil {
		t.Fatal(got.Error)
	}
	var rows []string
	f := got.Frames[0]
	for i := range f.Rows() {
		var cells []string
		for _, field := range f.Fields {
			v, ok := field.ConcreteAt(i)
			switch v := v.(type) {
			case time.Time:
				if !ok {
					cells = append(cells, "-")
				} else {
					cells = append(cells, v.Format("15:04:05"))
				}
			default:
				cells = append(cells, fmt.Sprint(v))
			}
		}
		rows = append(rows, strings.Join(cells, " | "))
	}
	want := []string{
		"12:08:32 | - | a firewall is unreachable | was up; a firewall: an error inside the firewall (500): see System: Log Files: Backend and Web GUI on it | firewall,a firewall,unreachable | firewall | up | unreachable | {opnsense_instance=&#34;a firewall&#34;}",
		"12:05:52 | - | main (wg0) is up | on a firewall; was down; reported up | interface,a firewall,up | interface | down | up | {device=&#34;wg0&#34;}",
		"12:03:12 | 12:05:52 | main (wg0) is down | on a firewall; was up; reported down; CARP not readable | interface,a firewall,down | interface | up | down | x",
	}
	if len(rows) != 3 {
		t.Fatalf("%d rows:\n%s", len(rows), strings.Join(rows, "\n"))
	}
	for i := range want {
		if got, _, _ := strings.Cut(rows[i], " | {"); !strings.HasPrefix(want[i], got) {
			t.Errorf("\n got %s\nwant %s", got, want[i])
		}
	}
	for query, n := range map[string]int{
		`{"queryType":"events","filter":{"kinds":["firewall"]}}`:                           1,
		`{"queryType":"events","filter":{"kinds":["interface"],"interfaces":["main"]}}`:    2,
		`{"queryType":"events","filter":{"interfaces":["wg1"]}}`:                           0,
		`{"queryType":"events","filter":{"peers":["branch"]}}`:                             0,
		`{"queryType":"events","filter":{"firewalls":["another"]}}`:                        0,
		`{"queryType":"events","filter":{"kinds":["interface","peer","site","firewall"]}}`: 3,
	} {
		if got := l.ask(query, time.Hour); got.Error != nil || got.Frames[0].Rows() != n {
			t.Errorf("%s: %d rows, %v", query, got.Frames[0].Rows(), got.Error)
		}
	}
}

// Names are foreign: whatever they are, an annotation shows them as text.
func TestEventsEscapeNames(t *testing.T) {
	l := mustLive(t, "")
	l.poll(2)
	instead(&l.firewall.show, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		_, _ = io.WriteString(w, `{"total":1,"rowCount":1,"current":1,"rows":[{"if":"wg9","type":"interface","public-key":"K=","status":"down","name":"<img src=x onerror=alert(1)>,b","ifname":"x"}]}`)
	})
	l.poll(1)
	f := l.ask(`{"queryType":"events","filter":{"interfaces":["wg9"]}}`, time.Hour).Frames[0]
	if f.Rows() != 1 {
		t.Fatalf("%d rows", f.Rows())
	}
	for _, field := range f.Fields {
		if s, ok := field.At(0).(string); ok && field.Name != "labels" && strings.Contains(s, "<img") {
			t.Errorf("%s: %s", field.Name, s)
		}
	}
}

// An edited data source keeps the past of the firewalls that stay.
func TestHistorySurvivesSettings(t *testing.T) {
	l := mustLive(t, "")
	l.poll(20)
	s := settingsOf(t, l.firewall.entry("a", "pin"))
	s.Updated = s.Updated.Add(time.Second)
	registry := NewRegistry(l.time)
	old := mustInstanceOn(t, registry, settingsOf(t, l.firewall.entry("a", "ca")))
	l.instance = old
	l.poll(20)
	renewed := mustInstanceOn(t, registry, s)
	l.instance = renewed
	l.poll(5)
	l.instance = old // Grafana may still ask it for some seconds
	l.poll(1)
	old.Dispose()
	l.instance = renewed
	l.poll(5)
	if u := renewed.store.Usage(); u.Samples == 0 || u.Series != 15 {
		t.Errorf("%+v", u)
	}
	counted := l.ask(`{"queryType":"promql","expr":"count_over_time(opnsense_up[1h])","format":"numeric"}`, time.Minute).Frames[0]
	if got, _ := counted.Fields[1].FloatAt(0); got != 31 {
		t.Errorf("31 polls, %v samples", got)
	}
	gone := settingsOf(t, l.firewall.entry("b", "ca"))
	gone.Updated = s.Updated.Add(time.Second)
	other := mustInstanceOn(t, registry, gone)
	renewed.Dispose()
	if u := other.store.Usage(); u.Samples != 0 {
		t.Errorf("a removed firewall is kept: %+v", u)
	}
}
