package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"runtime"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/history"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/metrics"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/opnsense"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

const (
	// historyBytes is the default of historyMaxBytes.
	historyBytes = 64 << 20
	// longestRetention is the longest that may be set.
	longestRetention = 720 * time.Hour
	// pollPause is from one poll to the next: 30 s and the stretch that a collector
	// gives its interval, give or take a moment.
	pollPause  = 30_700 * time.Millisecond
	pollMoment = 3 * time.Millisecond
)

// feed polls a crowd in this process, in simulated time. From the bytes of the
// answer to the store all is the plugin's own.
type feed struct {
	crowd    *crowd
	random   *rand.Rand
	now      time.Time
	body     []byte
	client   *opnsense.Client
	firewall wireguard.Firewall // after the newest poll
}

func newFeed(peers int, habits []habit) (*feed, error) {
	f := &feed{random: rand.New(rand.NewPCG(1, 2)), now: time.Now()}
	f.crowd = newCrowd(peers, habits, f.now)
	f.firewall = wireguard.Firewall{ID: "bench", Name: "bench", URL: "https://firewall.invalid", PollInterval: pollPause}
	var err error
	f.client, err = opnsense.New(opnsense.Config{
		Name: f.firewall.Name, URL: f.firewall.URL, APIKey: "key", APISecret: "secret", Now: func() time.Time { return f.now },
	}, &http.Client{Transport: f})
	return f, err
}

// RoundTrip answers with what the crowd is up to.
func (f *feed) RoundTrip(r *http.Request) (*http.Response, error) { return canned(f.body).RoundTrip(r) }

func (f *feed) poll(ctx context.Context) error {
	f.now = f.now.Add(pollPause + time.Duration(f.random.NormFloat64()*float64(pollMoment)))
	f.crowd.advance(f.now)
	var err error
	if f.body, err = f.crowd.answer(); err != nil {
		return err
	}
	report, err := f.client.Show(ctx)
	if err != nil {
		return err
	}
	if len(report.Peers) != len(f.crowd.peers) || report.Oddities != nil {
		return fmt.Errorf("the client read %d peers of %d, oddities %v", len(report.Peers), len(f.crowd.peers), report.Oddities)
	}
	f.firewall.Snapshot = wireguard.Join(f.firewall.Snapshot, report, wireguard.Readings{}, wireguard.Policy{ForgetAfter: time.Hour})
	f.firewall.Tried, f.firewall.Next = f.now, f.now.Add(pollPause)
	f.firewall.Latency = time.Duration(100+f.random.IntN(100)) * time.Millisecond
	return nil
}

// heap is what lives on the heap of this process.
func heap() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what has a finalizer goes with the second
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// measureMemory fills stores with the whole time that they keep.
func measureMemory(ctx context.Context, s settings, out io.Writer) error {
	var t table
	t.line("peers", "time", "polls", "series", "samples", "counted by the store", "a sample", "heap grew by", "a sample", "goal")
	for _, kind := range []struct {
		name   string
		habits []habit
	}{{"a company's", company}, {"all busy", allBusy}} {
		f, err := newFeed(s.crowd(), kind.habits)
		if err != nil {
			return err
		}
		if err := f.poll(ctx); err != nil {
			return err
		}
		before := heap()
		store, polls, err := f.fill(ctx, s.span())
		if err != nil {
			return err
		}
		grew, u := heap()-before, store.Usage()
		if u.Samples < polls*s.crowd() || u.Refused > 0 {
			return fmt.Errorf("%d polls left %d samples in the store", polls, u.Samples)
		}
		per := func(bytes int) string { return fmt.Sprintf("%.2f B", float64(bytes)/float64(u.Samples)) }
		t.line(fmt.Sprintf("%s, %s", count(s.crowd()), kind.name), hours(s.span()), count(polls), count(u.Series), count(u.Samples),
			megabytes(u.Bytes), s.figures.note("4a. a sample, "+kind.name, per(u.Bytes)), megabytes(grew), per(grew), "≤ 2 B")
		runtime.KeepAlive(f)
	}
	return t.print(out, "4a. Memory of the history of one firewall, polled in simulated time")
}

// fill records polls for so long.
func (f *feed) fill(ctx context.Context, span time.Duration) (store *history.Store, polls int, err error) {
	store = history.NewStore()
	store.SetLimits(history.Limits{Retention: span, MaxBytes: historyBytes}, f.now)
	for end := f.now.Add(span); f.now.Before(end); polls++ {
		store.Record(&f.firewall)
		if err := f.poll(ctx); err != nil {
			return nil, 0, err
		}
	}
	return store, polls, nil
}

// few is how many different polls are recorded, forth and back, so that each
// differs from the one before as polls do.
const few = 8

// appender records the same few polls over and over, as time goes on.
type appender struct {
	*feed
	store     *history.Store
	snapshots []*wireguard.Snapshot
	next      int
}

// newAppender makes one whose history never fills up: that would take longer than
// all that is measured.
func newAppender(ctx context.Context, peers int) (*appender, error) {
	f, err := newFeed(peers, company)
	if err != nil {
		return nil, err
	}
	a := &appender{feed: f, store: history.NewStore()}
	a.store.SetLimits(history.Limits{Retention: longestRetention, MaxBytes: math.MaxInt}, f.now)
	for range few {
		if err := f.poll(ctx); err != nil {
			return nil, err
		}
		a.snapshots = append(a.snapshots, f.firewall.Snapshot)
	}
	for range 2 * few {
		if err := a.record(ctx); err != nil { // makes the series
			return nil, err
		}
	}
	return a, nil
}

func (a *appender) record(context.Context) error {
	a.now = a.now.Add(pollPause)
	at := a.next % (2*few - 2)
	snapshot := *a.snapshots[min(at, 2*few-2-at)]
	a.next++
	snapshot.At = a.now
	a.firewall.Snapshot, a.firewall.Tried, a.firewall.Next = &snapshot, a.now, a.now.Add(pollPause)
	a.store.Record(&a.firewall)
	return nil
}

// measureAppend compares time of the processor, as part 1 does.
func measureAppend(ctx context.Context, s settings, out io.Writer) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var t table
	t.line("peers", "samples a poll", "encoding/json alone", "record", "ratio", "decode + join + record", "ratio")
	for _, peers := range s.peers() {
		a, err := newAppender(ctx, peers)
		if err != nil {
			return fmt.Errorf("%d peers: %w", peers, err)
		}
		p, err := pipelineOf(ctx, a.body, peers, len(a.crowd.faces))
		if err != nil {
			return fmt.Errorf("%d peers: %w", peers, err)
		}
		poll := func(ctx context.Context) error { return errors.Join(p.decode(ctx), p.join(ctx), a.record(ctx)) }
		costs := []cost{{task: a.record}, {task: poll}}
		plain, err := p.measure(ctx, s, costs)
		if err != nil {
			return fmt.Errorf("%d peers: %w", peers, err)
		}
		samples := len(metrics.Of(&a.firewall))
		if got := a.store.Usage().Samples; samples < peers || got < samples*a.next*9/10 {
			return fmt.Errorf("%d polls of %d peers left %d samples in the store", a.next, peers, got)
		}
		t.line(count(peers), count(samples), milliseconds(median(plain)), milliseconds(median(costs[0].spent)), costs[0].ratio(),
			milliseconds(median(costs[1].spent)), s.figures.note("4b. poll and record, "+count(peers)+" peers", costs[1].ratio()))
	}
	return t.print(out, "4b. A poll recorded in the history, against encoding/json reading the answer it is from (time of the processor)")
}
