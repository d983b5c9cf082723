package scenario

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/hashicorp/go-hclog"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

const (
	// dayStep is as far apart as polls can be: every half minute they would take
	// minutes here.
	dayStep = 2 * time.Minute
	// dayInterval is less, so that each step brings a poll: an interval may be longer
	// by a twentieth than the settings have it.
	dayInterval = 110 * time.Second

	perDay  = int(24 * time.Hour / dayStep)
	perHour = int(time.Hour / dayStep)

	roomyBytes = 8 << 20
	tightBytes = 1 << 20 // the least that can be set
	// dayMargin is what the plugin may take above its histories and what it took
	// after its first polls: garbage, and queries over a day. Snapshots of every poll
	// would take many times as much.
	dayMargin = 16 << 20
)

// day is two data sources of one plugin over a day and an hour, of which one has
// less room for its history than the day needs.
type day struct {
	t      *testing.T
	ctx    context.Context
	clock  string
	added  time.Duration
	now    time.Time // by the clock that is stepped
	host   *grafanahost.Host
	light  *simulator.LightFirewall
	bytes  []float64 // what a peer had received at each poll
	base   int64     // memory after the first polls
	most   int64     // ever since
	source map[string]*grafanahost.DataSource
}

func newDay(t *testing.T) *day {
	dir := t.TempDir()
	if err := grafanahost.BuildAsShipped(root, "./internal/steppedplugin", dir); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	t.Cleanup(cancel)
	d := &day{t: t, ctx: ctx, clock: filepath.Join(dir, "clock"), source: map[string]*grafanahost.DataSource{}}
	lab := simulator.NewLab(hclog.NewNullLogger())
	t.Cleanup(lab.Close)
	var err error
	d.light, err = lab.AddLight(simulator.LightConfig{APIConfig: simulator.APIConfig{Name: "hq", AuthDelay: -1}, Interfaces: 4, Peers: 30})
	d.must(err)
	d.now = time.Now()
	d.advance(0)
	d.host, err = grafanahost.Start(dir, hclog.NewNullLogger(), d.clock)
	d.must(err)
	t.Cleanup(d.host.Kill)
	for name, most := range map[string]int{"roomy": roomyBytes, "tight": tightBytes} {
		source, err := d.host.Save(name, name, map[string]any{
			"pollInterval": dayInterval.String(), "historyMaxBytes": most,
			"firewalls": []any{map[string]any{
				"id": "hq", "name": "hq", "url": d.light.URL(), "tls": map[string]any{"mode": "pin", "fingerprint": d.light.Fingerprint()},
			}},
		}, map[string]string{"hq.apiKey": d.light.APIKey(), "hq.apiSecret": d.light.APISecret()})
		d.must(err)
		d.source[name] = source.At(d.time)
	}
	return d
}

func (d *day) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *day) time() time.Time { return time.Now().Add(d.added) }

// advance sets the clocks of the plugin and the firewall.
func (d *day) advance(by time.Duration) {
	d.now = d.now.Add(by)
	d.added += d.now.Sub(d.time())
	d.light.SetClockSkew(d.added)
	d.must(grafanahost.WriteClock(d.clock, d.added))
}

// poll has both data sources poll, and looks at the memory.
func (d *day) poll() {
	for _, source := range d.source {
		resp, err := source.Get(d.ctx, "metrics")
		d.must(err)
		if !bytes.Contains(resp.Body, []byte(`opnsense_up{opnsense_instance="hq"} 1`)) {
			d.t.Fatalf("poll %d: status %d", len(d.bytes), resp.Status)
		}
	}
	if len(d.bytes)%50 == 0 {
		d.most = max(d.most, d.memory())
	}
}

// memory is what the plugin's process has in RAM, in bytes.
func (d *day) memory() int64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", d.host.Pid()))
	d.must(err)
	pages, err := strconv.ParseInt(strings.Fields(string(raw))[1], 10, 64)
	d.must(err)
	return pages * int64(os.Getpagesize())
}

// ask sends a query as a panel does that shows a day.
func (d *day) ask(source string, model map[string]any) data.Frames {
	d.t.Helper()
	model["refId"] = "A"
	answer, err := d.source[source].QueryPanel(d.ctx, model, d.source[source].Last(24*time.Hour))
	d.must(err)
	d.must(answer.Error)
	return answer.Frames
}

// counted is how often a firewall was polled in a day, as the history has it.
func (d *day) counted(source string) float64 {
	d.t.Helper()
	numbers, err := grafanahost.ReadNumbers(d.ask(source, map[string]any{"queryType": "promql", "format": "numeric", "expr": "count_over_time(opnsense_up[24h])"}))
	d.must(err)
	if len(numbers) != 1 {
		d.t.Fatalf("%d series", len(numbers))
	}
	return *numbers[0].Value
}

// A day and an hour of polls of a firewall with a hundred peers: memory stays
// within bounds, and what is drawn of the day is what happened.
func TestDay(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/statm"); err != nil {
		t.Skip("this system does not tell the memory of a process")
	}
	d := newDay(t)
	random, received := rand.New(rand.NewPCG(1, 2)), int64(0)
	for n := range perDay + perHour {
		sent := 1000 + random.Int64N(100_000)
		received += sent
		d.bytes = append(d.bytes, float64(received))
		d.light.Refresh(sent)
		switch n {
		case 12 * perHour:
			d.light.SetUp("wg1", false)
		case 13 * perHour:
			d.light.SetUp("wg1", true)
		}
		d.poll()
		if n == 30 {
			d.base = d.memory()
		}
		d.advance(dayStep)
	}
	t.Run("points", d.checkPoints)
	t.Run("tight", d.checkTight)
	d.most = max(d.most, d.memory())
	t.Logf("%d polls of each of two; memory %.1f MiB after 30 polls, at most %.1f MiB", len(d.bytes), mib(d.base), mib(d.most))
	if bound := d.base + roomyBytes + tightBytes + dayMargin; d.most > bound {
		t.Errorf("memory rose from %.1f to %.1f MiB, want %.1f at most", mib(d.base), mib(d.most), mib(bound))
	}
}

func mib(n int64) float64 { return float64(n) / (1 << 20) }

// checkPoints looks at the day where all of it is kept.
func (d *day) checkPoints(t *testing.T) {
	if got := d.counted("roomy"); math.Abs(got-float64(perDay)) > 1 {
		t.Errorf("%v polls in a day of %d", got, perDay)
	}
	tunnels := d.ask("roomy", map[string]any{"queryType": "interfaces", "format": "time_series", "metric": "status"})
	if len(tunnels) != 4 {
		t.Fatalf("%d interfaces", len(tunnels))
	}
	for i, f := range tunnels {
		every := time.Duration(f.Fields[0].Config.Interval) * time.Millisecond
		if every != dayInterval {
			t.Errorf("a point every %s", every)
		}
		down := 0
		for row := range f.Rows() {
			if row > 0 {
				if gap := f.Fields[0].At(row).(time.Time).Sub(f.Fields[0].At(row - 1).(time.Time)); gap != every {
					t.Fatalf("%s from one point to the next instead of %s", gap, every)
				}
			}
			if v, _ := f.Fields[1].FloatAt(row); v == 0 {
				down++
			}
		}
		if want := int(24 * time.Hour / every); f.Rows() < want-1 || f.Rows() > want+1 {
			t.Errorf("%d points over 24 h, want %d", f.Rows(), want)
		}
		want := 0
		if i == 1 {
			want = int(time.Hour / every)
		}
		if down < want || down > want+1 {
			t.Errorf("%s: %d points are down, want %d", f.Fields[1].Config.DisplayNameFromDS, down, want)
		}
		if f.Meta != nil && len(f.Meta.Notices) > 0 {
			t.Errorf("%s", f.Meta.Notices[0].Text)
		}
	}
	d.checkRates(t)
	events := d.ask("roomy", map[string]any{"queryType": "events", "filter": map[string]any{"kinds": []string{"interface"}}})
	got, err := grafanahost.ReadAnnotations(events[0])
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[1].Title != "tunnel-1 (wg1) is down" || got[1].End.Sub(got[1].Time).Round(time.Minute) != time.Hour {
		t.Errorf("%+v", got)
	}
}

// checkRates: what is drawn of a day's traffic makes as many bytes as there were.
func (d *day) checkRates(t *testing.T) {
	series := d.ask("roomy", map[string]any{"queryType": "peers", "format": "time_series", "metric": "rx_rate", "filter": map[string]any{"interfaces": []string{"wg0"}}})
	if len(series) != 30 {
		t.Fatalf("%d peers", len(series))
	}
	silent := 0
	for _, f := range series {
		every, sum := f.Fields[0].Config.Interval/1000, 0.0
		for row := range f.Rows() {
			v, _ := f.Fields[1].FloatAt(row)
			if !(v >= 0) {
				t.Fatalf("a rate of %v", v)
			}
			sum += v * every
		}
		if sum == 0 {
			silent++ // never shook hands
			continue
		}
		last := len(d.bytes) - 1
		want := d.bytes[last] - d.bytes[last-perDay]
		if math.Abs(sum-want) > 0.01*want {
			t.Errorf("%s: %.0f bytes are drawn, %.0f were received", f.Fields[1].Config.DisplayNameFromDS, sum, want)
		}
	}
	if silent != 1 {
		t.Errorf("%d peers receive nothing", silent)
	}
}

// checkTight looks at the day where it does not fit: the newest part is kept.
func (d *day) checkTight(t *testing.T) {
	kept := d.counted("tight")
	t.Logf("%v polls of %d fit into %d bytes", kept, len(d.bytes), tightBytes)
	if kept < 120 || kept > 0.9*float64(perDay) {
		t.Errorf("%v polls are kept in %d bytes", kept, tightBytes)
	}
	f := d.ask("tight", map[string]any{"queryType": "interfaces", "format": "time_series", "metric": "status"})[0]
	every := time.Duration(f.Fields[0].Config.Interval) * time.Millisecond
	newest := f.Fields[0].At(f.Rows() - 1).(time.Time)
	if age := d.time().Sub(newest); age > every {
		t.Errorf("the newest point is %s old", age)
	}
	if want := kept * dayStep.Seconds() / every.Seconds(); math.Abs(float64(f.Rows())-want) > 2 {
		t.Errorf("%d points, want %.0f", f.Rows(), want)
	}
	if n := f.Meta.Notices; len(n) != 1 || !strings.HasPrefix(n[0].Text, "The history begins at ") {
		t.Errorf("not told that the history is short: %v", n)
	}
}
