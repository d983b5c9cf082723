package scenario

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/hashicorp/go-hclog"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/ruler"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

const (
	// step is how far the clock is moved at once.
	step = 30 * time.Second
	// pollInterval is less, so that each step brings a poll, on a busy machine too.
	pollInterval = 25 * time.Second
	// requestTimeout is real time, unlike the others.
	requestTimeout = time.Second
)

// world is what one row is played in: a lab, a plugin, Grafana's rules and a
// Prometheus.
type world struct {
	tb      testing.TB
	ctx     context.Context
	lab     *simulator.Lab
	traffic map[*simulator.Peer]simulator.Traffic

	host   *grafanahost.Host // nil while it does not run
	source *grafanahost.DataSource
	json   map[string]any
	secure map[string]string

	clock string        // file with what is added to the real time
	added time.Duration // what stands in it
	start time.Time
	now   time.Time // by the stepped clock, a whole number of steps from start

	rules      []*rule
	shipped    []grafanahost.Rule
	prometheus *ruler.Ruler
	asked      map[*simulator.Firewall]int // calls before the newest step

	settle                    func()   // nil, or what is done before the poll of each step
	grafanaNow, prometheusNow []string // what fires since the newest evaluation
	watches                   []*watch
	timeline                  []string
}

func newWorld(tb testing.TB, setup []string) *world {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	tb.Cleanup(cancel)
	w := &world{
		tb: tb, ctx: ctx, lab: simulator.NewLab(hclog.NewNullLogger()),
		traffic: map[*simulator.Peer]simulator.Traffic{}, clock: mustClock(tb),
		asked: map[*simulator.Firewall]int{}, prometheus: mustRuler(tb, ruleFile),
		json:   map[string]any{"pollInterval": pollInterval.String(), "requestTimeout": requestTimeout.String(), "firewalls": []any{}},
		secure: map[string]string{},
	}
	tb.Cleanup(w.lab.Close)
	for _, r := range provisioned(tb) {
		state, err := newRule(r)
		if err != nil {
			tb.Fatal(err)
		}
		w.rules, w.shipped = append(w.rules, state), append(w.shipped, r)
	}
	w.start = time.Now()
	w.now = w.start
	w.writeClock()
	w.build(setup)
	w.startPlugin()
	w.poll()
	return w
}

func (w *world) must(err error) {
	w.tb.Helper()
	if err != nil {
		w.tb.Fatal(err)
	}
}

// time is the time in the plugin, of which w.now is a little short.
func (w *world) time() time.Time { return time.Now().Add(w.added) }

func (w *world) writeClock() { w.must(grafanahost.WriteClock(w.clock, w.added)) }

func (w *world) startPlugin() {
	log := &grafanahost.Alarm{}
	host, err := grafanahost.Start(pluginDir, hclog.New(&hclog.LoggerOptions{Level: hclog.Debug, Output: log}), w.clock)
	w.must(err)
	w.tb.Cleanup(func() {
		ending.Go(host.Kill) // takes a second, which no other row need wait for
		if said := log.String(); said != "" {
			w.tb.Errorf("the plugin said:\n%s", said)
		}
	})
	w.host = host
	if w.source == nil {
		w.source, err = host.Save("opnsense-wireguard", "OPNsense WireGuard", w.json, w.secure)
		w.must(err)
		w.source = w.source.At(w.time)
		return
	}
	w.source = w.source.On(host)
}

// mustClock names a file that outlives the row, as its plugin does for a moment.
func mustClock(tb testing.TB) string {
	dir, err := os.MkdirTemp(pluginDir, "clock")
	if err != nil {
		tb.Fatal(err)
	}
	return filepath.Join(dir, "clock")
}

// save saves the settings as they are now.
func (w *world) save() {
	if w.source != nil {
		w.must(w.source.Update(w.json, w.secure))
	}
}

// wait lets time go by.
func (w *world) wait(d time.Duration) {
	for end := w.now.Add(d); w.now.Before(end); {
		w.now = w.now.Add(step)
		by := w.now.Sub(time.Now().Add(w.added))
		if by < 0 {
			w.tb.Fatalf("the machine is too slow: a step of %s took %s", step, step-by)
		}
		w.added += by
		w.lab.Elapse(by, slices.Collect(maps.Values(w.traffic))...)
		w.writeClock()
		if w.settle != nil {
			w.settle()
		}
		w.poll()
		if w.now.Sub(w.start)%evaluationInterval == 0 {
			w.evaluate()
		}
	}
}

// poll lets the plugin poll, as a scrape does, and waits until it has.
func (w *world) poll() {
	for _, f := range w.lab.Firewalls() {
		w.asked[f] = f.Requests().Total
	}
	page := w.page()
	w.must(w.prometheus.Scrape(w.now, page))
	if w.host == nil || (page != nil && !unreachable.Match(page)) {
		return
	}
	// A firewall that failed is polled in the background.
	pause := 30 * time.Millisecond
	for _, f := range w.lab.Firewalls() {
		hangs := slices.ContainsFunc(f.Faults(), func(x simulator.Fault) bool { return x.Kind == simulator.FaultHang })
		if hangs && f.Requests().Total > w.asked[f] {
			pause = requestTimeout + 100*time.Millisecond
		}
	}
	time.Sleep(pause)
}

// unreachable is how the metrics route tells of a firewall that does not answer.
var unreachable = regexp.MustCompile(`(?m)^opnsense_up.* 0$`)

// page is what a scrape of the metrics route gets, nil if it fails.
func (w *world) page() []byte {
	if w.host == nil {
		return nil
	}
	resp, err := w.source.Get(w.ctx, "metrics")
	w.must(err)
	if resp.Status != http.StatusOK {
		return nil
	}
	return resp.Body
}

// evaluate evaluates all rules once, as Grafana and Prometheus do each minute.
func (w *world) evaluate() {
	before := fmt.Sprint(w.grafanaNow, w.prometheusNow)
	w.grafanaNow = nil
	var said []string
	for i, r := range w.shipped {
		var condition []grafanahost.Number
		err := fmt.Errorf("the plugin does not run")
		if w.host != nil {
			_, condition, err = r.Evaluate(w.ctx, w.source)
		}
		w.rules[i].evaluate(w.now, condition, err)
		said = append(said, tell(w.rules[i], condition, err)...)
		w.grafanaNow = append(w.grafanaNow, w.rules[i].firing()...)
	}
	slices.Sort(w.grafanaNow)
	var err error
	w.prometheusNow, err = prometheusFires(w.prometheus, w.now)
	w.must(err)
	for _, watch := range w.watches {
		watch.look()
	}
	w.timeline = append(w.timeline, fmt.Sprintf("%s Grafana: %s | Prometheus: %s | %s",
		w.now.Sub(w.start), or(w.grafanaNow), or(w.prometheusNow), strings.Join(said, ", ")))
	if before != fmt.Sprint(w.grafanaNow, w.prometheusNow) {
		w.note()
	}
}

// tell says what a rule makes of an evaluation, where it is not simply normal.
func tell(r *rule, condition []grafanahost.Number, err error) []string {
	if err != nil {
		return []string{r.name + ": " + err.Error()}
	}
	var out []string
	for _, n := range condition {
		if a := r.alerts[key(n.Labels)]; a != nil && (a.state != normal || a.reason != "") {
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s", subject(r.name, n.Labels), a.state, a.reason)))
		}
	}
	return out
}

// note adds all rows to the timeline, which is shown when the scenario fails.
func (w *world) note() {
	if w.host == nil {
		return
	}
	for _, q := range []string{"firewalls", "interfaces", "peers"} {
		answer, err := w.source.Query(w.ctx, map[string]any{"refId": "A", "queryType": q})
		w.must(err)
		if answer.Error != nil {
			w.timeline = append(w.timeline, fmt.Sprintf("    %s: %s", q, answer.Error))
			continue
		}
		f := answer.Frames[0]
		for row := range f.Rows() {
			w.timeline = append(w.timeline, "    "+describe(f, row))
		}
	}
}

// describe says of a row what matters to the rules.
func describe(f *data.Frame, row int) string {
	var parts []string
	for _, name := range []string{
		"opnsense_instance", "device", "device_name", "peer_name", "up", "status", "reason", "error", "carp", "twin",
		"handshake_age", "rx_bytes", "tx_bytes", "site", "site_down", "no_return_traffic",
	} {
		field, _ := f.FieldByName(name)
		if field == nil {
			continue
		}
		if v, ok := field.ConcreteAt(row); ok && fmt.Sprint(v) != "" {
			parts = append(parts, fmt.Sprintf("%s=%v", name, v))
		}
	}
	return strings.Join(parts, " ")
}

func or(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	return strings.Join(list, ", ")
}
