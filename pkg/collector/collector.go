package collector

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// idleAfter is how long a firewall is still polled after the last question.
const idleAfter = 15 * time.Minute

// Source reads one firewall. Calls are never made in parallel.
type Source interface {
	Show(ctx context.Context) (wireguard.Report, error)
	VirtualIPs(ctx context.Context) ([]wireguard.VirtualIP, error)
	Services(ctx context.Context) ([]wireguard.ServiceEntry, error)
	ServiceStatus(ctx context.Context) (wireguard.ServiceState, error)
	Servers(ctx context.Context) ([]wireguard.ConfiguredInterface, error)
}

// Logger takes a message and pairs of key and value.
type Logger interface {
	Debug(msg string, args ...any)
	Info(msg string, args ...any)
	Warn(msg string, args ...any)
}

// Archive keeps the past of the firewalls of one data source.
type Archive interface {
	// Record keeps what is known of a firewall after a poll of it ended, or that it
	// still cannot be read while it is left in peace. Those of one firewall come one
	// after the other.
	Record(f *wireguard.Firewall)
	// Drop lets go of all of a firewall that is no longer read.
	Drop(f *wireguard.Firewall)
}

// Config says how one firewall is read.
type Config struct {
	ID, Name, URL string
	Source        Source
	Policy        wireguard.Policy
	Configuration bool // read the configuration too, which carries private keys
	PollInterval  time.Duration
	Timeout       time.Duration // the longest that a question waits for a poll
	Classify      func(error) Class
	Logger        Logger
	Release       func() // frees what Source holds once it is replaced; may be nil

	// Revision changes with anything above that matters to an answer, secrets
	// included (as a hash).
	Revision string
}

// Collector polls one firewall while somebody asks for it.
type Collector struct {
	stop    context.CancelFunc
	stopped context.Context
	wake    chan struct{} // the time of the next poll changed
	shared  shared        // with the other firewalls of the data source
	now     func() time.Time
	stretch float64 // of its interval
	met     met

	mu        sync.Mutex // guards all below
	cfg       Config
	view      wireguard.Firewall
	show      endpointState
	others    others
	asked     time.Time     // when somebody last asked
	polls     bool          // the goroutine runs
	ended     chan struct{} // closed at the end of every poll, then replaced
	outdated  bool          // view.Err comes from settings or privileges that were replaced
	rechecks  int           // how often recheck made a poll due
	rechecked time.Time     // when it last did
	forgets   []forgotten   // since the newest poll began
	watchers  watchers      // live panels
	fullDue   time.Time     // when a poll reads again all that it may need, not only the tunnels
	recorded  sync.Mutex    // held while a poll is recorded
}

func newCollector(cfg Config, with shared, now func() time.Time) *Collector {
	ctx, cancel := context.WithCancel(context.Background())
	c := &Collector{stop: cancel, stopped: ctx, shared: with, now: now, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	c.stretch = rand.Float64() * stretch //nolint:gosec // spreads load, guards nothing
	c.apply(cfg)
	return c
}

// apply takes over the settings; callers hold mu, or are the only ones.
func (c *Collector) apply(cfg Config) {
	c.cfg = cfg
	c.view.ID, c.view.Name, c.view.URL, c.view.PollInterval = cfg.ID, cfg.Name, cfg.URL, cfg.PollInterval
	if c.view.Snapshot == nil || !c.view.Answered() {
		c.view.Snapshot = wireguard.Unseen(cfg.Policy)
	}
}

// reconfigure takes over changed settings. What is known of the firewall stays;
// it is polled again at once, but for one that timed out, which is left in peace.
func (c *Collector) reconfigure(cfg Config) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if cfg.Revision == c.cfg.Revision {
		release(cfg)
		return
	}
	release(c.cfg)
	c.apply(cfg)
	c.outdated = true
	c.others.hurry()
	c.hurry()
	c.signal()
}

// hurry has a full poll made at once, unless the firewall timed out; callers hold mu.
func (c *Collector) hurry() {
	c.show.hurry()
	c.fullDue = time.Time{}
	c.view.Next = c.show.due
}

// Archive is where the polls of the data source are recorded; nil: nowhere.
func (c *Collector) Archive() Archive { return c.shared.archive }

func release(cfg Config) {
	if cfg.Release != nil {
		cfg.Release()
	}
}

// close ends polling; it does not wait for a call under way to notice.
func (c *Collector) close() {
	c.stop()
	c.shared.twins.remove(c)
	c.recorded.Lock()
	defer c.recorded.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	release(c.cfg)
	if c.shared.archive != nil {
		c.shared.archive.Drop(&c.view)
	}
}

// record keeps what the newest poll told.
func (c *Collector) record() { c.keep(c.look()) }

// recordAgain keeps, during a long pause after a failure, that the firewall still
// cannot be read: an hour of it is no gap.
func (c *Collector) recordAgain() {
	if f := c.look(); f.Err != nil {
		f.Tried = c.now()
		c.keep(f)
	}
}

// keep has a state archived, unless the firewall was removed meanwhile.
func (c *Collector) keep(f wireguard.Firewall) {
	if c.shared.archive == nil {
		return
	}
	c.recorded.Lock()
	defer c.recorded.Unlock()
	if c.stopped.Err() == nil {
		c.shared.archive.Record(&f)
	}
}

func (c *Collector) signal() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// ask notes that somebody wants to know. It returns what to wait for and how
// long at most; nil when what is known answers already.
func (c *Collector) ask() (ended <-chan struct{}, patience time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	c.asked = now
	resumed := !c.polls
	if resumed && c.stopped.Err() == nil {
		c.polls = true
		go c.run()
	}
	due := !now.Before(c.show.due)
	// A firewall whose newest poll failed is not waited for again: what is known
	// is given at once until a poll succeeds.
	failing := c.view.Err != nil && !c.outdated && (!resumed || c.show.class == Timeout)
	if due {
		c.signal() // it may sleep until a time that came sooner than time usually does
	}
	if c.view.Tried.IsZero() || (due && !failing) {
		return c.ended, c.cfg.Timeout + c.cfg.Timeout/10 // the call's own time-out comes first
	}
	return nil, 0
}

// look returns what is known now, with what runs on the other firewalls.
func (c *Collector) look() wireguard.Firewall {
	v := c.own()
	v.Snapshot = c.met.meet(v.Snapshot, func(key string) []wireguard.Twin { return c.shared.twins.of(key, c) })
	return v
}

// own returns what this firewall alone tells.
func (c *Collector) own() wireguard.Firewall {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.view
	v.Looked = c.now()
	switch {
	case v.Tried.IsZero():
		v.Err = &NotAskedError{v.Name}
	case v.Err == nil && v.Looked.Sub(v.Snapshot.At) > 2*v.PollInterval+c.cfg.Timeout:
		v.Err, v.FailingSince = &OverdueError{v.Name, v.Snapshot.At}, v.Snapshot.At
	}
	return v
}

// recheckEvery is the least time from one poll that recheck makes due to the next.
// Whoever may query may press Save & test, as often as he likes: no more comes of it
// than of the shortest poll interval that can be set.
const recheckEvery = 10 * time.Second

// recheck has what a privilege kept from us asked again at once, or not at all when
// that was just done.
func (c *Collector) recheck() {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if !c.rechecked.IsZero() && now.Sub(c.rechecked) < recheckEvery {
		return
	}
	if c.retryForbidden() {
		c.rechecks++
		c.rechecked = now
		c.signal()
	}
}

// retryForbidden makes the next poll due at once where a privilege was missing,
// and says whether it did; callers hold mu.
func (c *Collector) retryForbidden() bool {
	if others := c.others.retryForbidden(); c.show.class != Forbidden && !others {
		return false
	}
	if c.show.class == Timeout || c.show.class == Unauthorized {
		return false // no privilege helps there
	}
	c.hurry()
	c.outdated = true
	return true
}
