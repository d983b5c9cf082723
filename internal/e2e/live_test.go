package e2e

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

type model = map[string]any

// liveEvery is the fastest that live panels can be.
const liveEvery = time.Second

// mustLive is the provisioned data source with live panels as fast as they can be.
func mustLive(tb testing.TB, lab *simulator.Lab) *saved {
	tb.Helper()
	d := mustProvision(tb, mustStart(tb), lab)
	d.json["liveMinInterval"] = liveEvery.String()
	d.pollNow()
	return d
}

// livePanel shows the last five minutes, and moves as often as it may.
func livePanel() grafanahost.Panel {
	now := time.Now()
	return grafanahost.Panel{From: now.Add(-5 * time.Minute), To: now, Interval: liveEvery, MaxDataPoints: 1000}
}

// watcher is somebody who looks at a live panel.
type watcher struct {
	tb    testing.TB
	first *data.Frame // what the panel began with; nil: nothing
	next  chan *data.Frame
	ended chan error
	end   context.CancelFunc
}

func mustWatch(tb testing.TB, d *saved, m model) *watcher {
	tb.Helper()
	c, err := d.Channel(m, livePanel())
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(testContext(tb))
	w := &watcher{tb: tb, next: make(chan *data.Frame, 1000), ended: make(chan error, 1), end: cancel}
	status, first, err := d.Subscribe(ctx, c)
	if err != nil || status != backend.SubscribeStreamStatusOK {
		tb.Fatalf("status %d, %v", status, err)
	}
	w.first = first
	go func() {
		w.ended <- d.Watch(ctx, c, func(f *data.Frame) error {
			w.next <- f // there is room for more than a test can wait for
			return nil
		})
	}()
	tb.Cleanup(w.leave)
	return w
}

// frame waits for the next one.
func (w *watcher) frame() *data.Frame {
	w.tb.Helper()
	select {
	case f := <-w.next:
		return f
	case err := <-w.ended:
		w.ended <- err
		w.tb.Fatalf("the stream ended: %v", err)
	case <-time.After(30 * time.Second):
		w.tb.Fatal("no frame came")
	}
	return nil
}

// until waits for a frame that is wanted.
func (w *watcher) until(what string, wanted func(*data.Frame) bool) {
	w.tb.Helper()
	for range 30 {
		if wanted(w.frame()) {
			return
		}
	}
	w.tb.Fatalf("30 frames, none with %s", what)
}

// leave closes the panel, and waits until the plugin has let go of it.
func (w *watcher) leave() {
	w.end()
	err := <-w.ended
	w.ended <- err
	if !errors.Is(err, context.Canceled) {
		w.tb.Errorf("the stream ended with %v", err)
	}
}

// only is the value of a column in a frame of one row.
func only[T any](tb testing.TB, f *data.Frame, column string) T {
	tb.Helper()
	var none T
	field, _ := f.FieldByName(column)
	if field == nil || f.Rows() != 1 {
		tb.Fatalf("%d rows, column %s: %v", f.Rows(), column, field)
		return none
	}
	v, known := field.ConcreteAt(0)
	value, ok := v.(T)
	if !known || !ok {
		tb.Fatalf("%s is null or no %T: %v", column, none, v)
	}
	return value
}

// shows counts the calls of the endpoint that tells of tunnels.
func shows(f *simulator.Firewall) int { return f.Requests().ByEndpoint["/api/wireguard/service/show"] }

// Live panels move with the tunnel's traffic, second by second. A second watcher
// has the firewall asked no more often; when all have left, it is asked at the poll
// interval again.
func TestLivePanels(t *testing.T) {
	t.Parallel()
	lab := mustDemoLab(t)
	hq := lab.Firewall("hq")
	d := mustLive(t, lab)
	chosen := model{"firewalls": []string{"hq"}, "peers": []string{"branch-office"}}

	table := mustWatch(t, d, model{"queryType": "peers", "format": "table", "filter": chosen})
	if table.first == nil {
		t.Fatal("the table begins with nothing")
	}
	at, received := only[time.Time](t, table.first, "observed_at"), only[float64](t, table.first, "rx_bytes")
	moved := 0
	move := func(f *data.Frame) {
		t.Helper()
		now, bytes := only[time.Time](t, f, "observed_at"), only[float64](t, f, "rx_bytes")
		if now.Before(at) || bytes < received {
			t.Errorf("a frame of %s with %v bytes after one of %s with %v", now, bytes, at, received)
		}
		if bytes > received {
			moved++
		}
		at, received = now, bytes
	}
	for range 3 {
		move(table.frame())
	}

	line := mustWatch(t, d, model{"queryType": "peers", "format": "time_series", "metric": "rx_bytes", "filter": chosen})
	const column = "hq / site-to-site / branch-office"
	if line.first == nil || line.first.Rows() == 0 || line.first.Fields[1].Name != column {
		t.Fatalf("the time series begins with %v", line.first)
	}
	newest := line.first.Fields[0].At(line.first.Rows() - 1).(time.Time)
	var points []float64
	begun, calls := time.Now(), shows(hq)
	for range 5 {
		move(table.frame())
		f := line.frame()
		if now := only[time.Time](t, f, "time"); !now.After(newest) {
			t.Errorf("a point of %s after one of %s", now, newest)
		} else {
			newest = now
		}
		points = append(points, only[float64](t, f, column))
	}
	calls, took := shows(hq)-calls, time.Since(begun)
	t.Logf("two watchers, 5 frames to each in %s: %d calls", took, calls)
	if most := int(took/liveEvery) + 2; calls > most || calls < 4 {
		t.Errorf("%d calls in %s, want 4 to %d", calls, took, most)
	}
	if moved < 4 {
		t.Errorf("the table moved %d times in 8 frames", moved)
	}
	if !slices.IsSorted(points) || points[0] == points[4] {
		t.Errorf("the time series does not rise: %v", points)
	}

	table.leave()
	line.leave()
	time.Sleep(liveEvery + 200*time.Millisecond) // the poll that was due
	calls = shows(hq)
	time.Sleep(3 * liveEvery)
	if calls = shows(hq) - calls; calls > 1 {
		t.Errorf("nobody watches, and %d calls in 3 s", calls)
	}
}

// A tunnel falls and comes back: seen live, in the time series of a panel, and as
// annotations.
func TestFallAndReturn(t *testing.T) {
	t.Parallel()
	lab := mustDemoLab(t)
	d := mustProvision(t, mustStart(t), lab)
	d.json["liveMinInterval"], d.json["pollInterval"] = liveEvery.String(), "10s" // a point every 10 s
	d.pollNow()
	tunnel := lab.Firewall("branch").Instance("wg1")
	chosen := model{"firewalls": []string{"branch"}, "interfaces": []string{"wg1"}}
	series := model{"refId": "A", "queryType": "interfaces", "format": "time_series", "metric": "status", "filter": chosen}
	// runs are the values that the panel shows, each once for as long as it stays.
	runs := func() string {
		answer, err := d.QueryPanel(testContext(t), series, livePanel())
		if err != nil || answer.Error != nil || len(answer.Frames) != 1 {
			t.Fatalf("%d frames, %v %v", len(answer.Frames), err, answer.Error)
		}
		var values []float64
		for i := range answer.Frames[0].Rows() {
			v, _ := answer.Frames[0].Fields[1].FloatAt(i)
			values = append(values, v)
		}
		return fmt.Sprint(slices.Compact(values))
	}
	shown := func(want string) func() string {
		return func() string {
			if got := runs(); got != want {
				return fmt.Sprintf("%s, want %s", got, want)
			}
			return ""
		}
	}
	status := func(want float64) func(*data.Frame) bool {
		return func(f *data.Frame) bool { return only[float64](t, f, "branch / backup-link") == want }
	}
	w := mustWatch(t, d, series)
	w.until("the tunnel up", status(1))
	eventually(t, "up", shown("[1]"))
	if err := tunnel.SetDown(); err != nil {
		t.Fatal(err)
	}
	w.until("the tunnel down", status(0))
	eventually(t, "down", shown("[1 0]"))
	if err := tunnel.SetUp(); err != nil {
		t.Fatal(err)
	}
	w.until("the tunnel up again", status(1))
	eventually(t, "up again", shown("[1 0 1]"))

	answer, err := d.Query(testContext(t), model{"refId": "Anno", "queryType": "events", "filter": model{"interfaces": []string{"wg1"}, "kinds": []string{"interface"}}})
	if err != nil || answer.Error != nil || len(answer.Frames) != 1 {
		t.Fatalf("%d frames, %v %v", len(answer.Frames), err, answer.Error)
	}
	got, err := grafanahost.ReadAnnotations(answer.Frames[0])
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || !got[0].End.IsZero() || !got[1].End.Equal(got[0].Time) || !got[1].Time.Before(got[0].Time) {
		t.Fatalf("not a return now and a fall until then: %+v", got)
	}
	for i, want := range []grafanahost.Annotation{
		{Title: "backup-link (wg1) is up", Text: "on branch; was down; reported up", Tags: []string{"interface", "branch", "up"}},
		{Title: "backup-link (wg1) is down", Text: "on branch; was up; reported down; no CARP address is BACKUP", Tags: []string{"interface", "branch", "down"}},
	} {
		if got[i].Title != want.Title || got[i].Text != want.Text || !slices.Equal(got[i].Tags, want.Tags) {
			t.Errorf("\n got %+v\nwant %+v", got[i], want)
		}
	}
}
