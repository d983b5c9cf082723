package collector

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

var (
	errTimeout      = errors.New("time-out")
	errUnauthorized = errors.New("401")
	errForbidden    = errors.New("403")
	errRefused      = errors.New("refused")
)

func classify(err error) Class {
	switch {
	case errors.Is(err, errTimeout):
		return Timeout
	case errors.Is(err, errUnauthorized):
		return Unauthorized
	case errors.Is(err, errForbidden):
		return Forbidden
	}
	return Other
}

const (
	interval = 30 * time.Second
	timeout  = 10 * time.Second
)

// firewall is a Source in fake time. It answers at once that wg0 is up, but for
// what its fields say; a time-out takes as long as one does.
type firewall struct {
	t testing.TB

	mu                sync.Mutex // guards all below
	takes             time.Duration
	err               error // of Show
	vipErr            error
	down              bool // wg0 is
	enabled           []wireguard.ServiceEntry
	configured        []wireguard.ConfiguredInterface
	gone              bool // wg0 is not reported
	unconfigured      bool // wg0 was created, not configured
	off               bool // the service is
	thenHangs         bool // after the next answer about the tunnels
	key               string
	servicesErr       error
	serversErr        error
	statusErr         error
	services, servers []call
	statuses          []call
	shows             []call
	vips              []call
	calling           bool
	order             int // of the newest call
	logged            []string
	freed             map[string]int // how often each revision of the settings was released
}

type call struct {
	start, end time.Time
	order      int // among all calls to the firewall
	err        error
	report     report // of a show that worked
}

// report is what a show that worked said of wg0.
type report struct{ down, gone, unconfigured bool }

func newFirewall(t testing.TB) *firewall {
	return &firewall{t: t, freed: map[string]int{}}
}

func (f *firewall) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// call records a call to one endpoint and takes its time. What the firewall will
// say is settled when the call begins.
func (f *firewall) call(ctx context.Context, list *[]call, failure *error, long func() time.Duration) error {
	f.mu.Lock()
	if f.calling {
		f.t.Error("two calls in parallel")
	}
	f.calling = true
	f.order++
	c, err, takes := call{start: time.Now(), order: f.order}, *failure, long()
	if errors.Is(err, errTimeout) {
		takes = timeout
	}
	f.mu.Unlock()
	select {
	case <-time.After(takes):
	case <-ctx.Done():
		err = ctx.Err()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calling = false
	c.end, c.err = time.Now(), err
	*list = append(*list, c)
	return err
}

func (f *firewall) usually() time.Duration { return f.takes }

func (f *firewall) Show(ctx context.Context) (wireguard.Report, error) {
	if err := f.call(ctx, &f.shows, &f.err, f.usually); err != nil {
		return wireguard.Report{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.thenHangs {
		hang(f)
	}
	f.shows[len(f.shows)-1].report = report{f.down, f.gone, f.unconfigured}
	if f.gone {
		return wireguard.Report{At: time.Now()}, nil
	}
	wg0 := wireguard.InterfaceReport{Device: "wg0", Link: wireguard.LinkUp, PublicKey: f.key}
	if f.unconfigured {
		wg0.PublicKey, f.down = wireguard.NotConfigured, true
	}
	if f.down {
		wg0.Link = wireguard.LinkDown
	}
	return wireguard.Report{At: time.Now(), Interfaces: []wireguard.InterfaceReport{wg0}}, nil
}

func (f *firewall) VirtualIPs(ctx context.Context) ([]wireguard.VirtualIP, error) {
	if err := f.call(ctx, &f.vips, &f.vipErr, f.usually); err != nil {
		return nil, err
	}
	return []wireguard.VirtualIP{{VHID: 1, Role: "BACKUP", Mode: "carp"}}, nil
}

func (f *firewall) Debug(msg string, _ ...any) { f.log("debug " + msg) }
func (f *firewall) Info(msg string, _ ...any)  { f.log("info " + msg) }
func (f *firewall) Warn(msg string, _ ...any)  { f.log("warn " + msg) }

func (f *firewall) log(line string) { f.set(func() { f.logged = append(f.logged, line) }) }

// calls are those so far that ended.
func (f *firewall) calls() (shows, vips []call) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.shows), slices.Clone(f.vips)
}

func (f *firewall) counts() (shows, vips int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.shows), len(f.vips)
}

func (f *firewall) config(revision string) Config {
	return Config{
		ID: "hq", Name: "hq", URL: "https://hq.example", Revision: revision,
		Source: f, Classify: classify, Logger: f,
		Policy:       wireguard.Policy{Expect: []wireguard.Expectation{{Device: "wg0", Name: "site"}}, ForgetAfter: time.Hour},
		PollInterval: interval, Timeout: timeout,
		Release: func() { f.set(func() { f.freed[revision]++ }) },
	}
}

// borrow makes a fleet with one firewall after the other, all given back at the
// end: whatever goroutine is left then fails the test.
func borrow(t *testing.T, firewalls ...*firewall) Fleet {
	t.Helper()
	r := NewRegistry(time.Now, nil)
	var fleet Fleet
	for i, f := range firewalls {
		key := Key{Firewall: fmt.Sprint(i)}
		fleet = append(fleet, r.Borrow(key, f.config("1"), time.Time{}))
		t.Cleanup(func() { r.Return(key) })
	}
	return fleet
}

// ask returns what the fleet's first firewall is told to be like, and how long
// the question waited.
func ask(t *testing.T, fleet Fleet) (wireguard.Firewall, time.Duration) {
	t.Helper()
	start := time.Now()
	return fleet.Firewalls(t.Context())[0], time.Since(start)
}

// keepAsking asks every few seconds for that long.
func keepAsking(t *testing.T, fleet Fleet, every, long time.Duration) {
	t.Helper()
	for end := time.Now().Add(long); time.Now().Before(end); time.Sleep(every) {
		fleet.Firewalls(t.Context())
	}
	synctest.Wait() // a poll may be at work at this very moment
}

// pauses are the times from call to call: from start to start, or from the end
// of a call to the start of the next.
func pauses(calls []call, fromEnd bool) []time.Duration {
	var out []time.Duration
	for i := 1; i < len(calls); i++ {
		from := calls[i-1].start
		if fromEnd {
			from = calls[i-1].end
		}
		out = append(out, calls[i].start.Sub(from))
	}
	return out
}

// within fails when a pause is shorter than least or longer than most.
func within(t *testing.T, what string, pauses []time.Duration, least, most time.Duration) {
	t.Helper()
	if len(pauses) == 0 {
		t.Errorf("%s: called once at most", what)
	} else if slices.Min(pauses) < least || slices.Max(pauses) > most {
		t.Errorf("%s: pauses from %s to %s, want %s to %s", what, slices.Min(pauses), slices.Max(pauses), least, most)
	}
}

func status(f wireguard.Firewall) string {
	var words []string
	for _, i := range f.Snapshot.Interfaces {
		words = append(words, i.Device+"/"+i.Name+" "+i.Status.String())
	}
	return strings.Join(words, ", ")
}

// The rest takes no time, unless it times out.

func (f *firewall) Services(ctx context.Context) ([]wireguard.ServiceEntry, error) {
	return f.enabled, f.quickly(ctx, &f.services, &f.servicesErr)
}

func (f *firewall) ServiceStatus(ctx context.Context) (wireguard.ServiceState, error) {
	err := f.quickly(ctx, &f.statuses, &f.statusErr)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.off {
		return wireguard.ServiceDisabled, err
	}
	return wireguard.ServiceOn, err
}

func (f *firewall) Servers(ctx context.Context) ([]wireguard.ConfiguredInterface, error) {
	return f.configured, f.quickly(ctx, &f.servers, &f.serversErr)
}

func (f *firewall) quickly(ctx context.Context, list *[]call, failure *error) error {
	return f.call(ctx, list, failure, func() time.Duration { return 0 })
}
