package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

// asked is what dashboards and rules ask for, in turn. The peers are narrowed to
// one: what counts here are calls, not the gigabytes of 1,000 tables.
var asked = []model{
	interfacesNumeric,
	{"refId": "A", "queryType": "interfaces", "format": "table"},
	{"refId": "A", "queryType": "peers", "format": "table", "filter": map[string]any{"peers": []string{"peer-0-1"}}},
	{"refId": "A", "queryType": "firewalls", "format": "numeric", "metric": "up"},
}

// countCalls sends queries to a data source that knows nothing yet, and once
// more when it does, all within one poll interval.
func countCalls(ctx context.Context, s settings, out io.Writer) error {
	host, lab, end, err := setUp(s)
	if err != nil {
		return err
	}
	defer end()
	var t table
	t.line("peers", "queries at once", "endpoint", "calls, nothing known yet", "further calls, known", "promised")
	for _, peers := range s.peers() {
		c, err := newCalls(host, lab, peers, s.atOnce)
		if err != nil {
			return err
		}
		if err := c.count(ctx); err != nil {
			return fmt.Errorf("%d peers: %w", peers, err)
		}
		for _, path := range slices.Sorted(maps.Keys(c.cold)) {
			t.line(count(peers), count(s.atOnce), path, c.cold[path], c.warm[path], c.promised(path))
		}
	}
	return t.print(out, "3. Calls on a firewall in one poll interval")
}

// calls counts what one firewall is asked.
type calls struct {
	peers      int
	atOnce     int // queries
	firewall   *simulator.LightFirewall
	source     *grafanahost.DataSource
	cold, warm map[string]int // by endpoint; warm without those of cold
}

func newCalls(host *grafanahost.Host, lab *simulator.Lab, peers, atOnce int) (*calls, error) {
	f, err := addFirewall(lab, peers)
	if err != nil {
		return nil, err
	}
	d, err := save(host, lab, f, fmt.Sprintf("calls-%d", peers))
	return &calls{peers: peers, atOnce: atOnce, firewall: f, source: d}, err
}

// promised is once for each endpoint, however many ask. More rows than OPNsense
// puts on a page take a second call, the one that reads them all.
func (c *calls) promised(path string) int {
	if path == showPath && c.peers+1 > defaultPage {
		return 2
	}
	return 1
}

func (c *calls) count(ctx context.Context) error {
	start := time.Now()
	for _, counts := range []*map[string]int{&c.cold, &c.warm} {
		c.firewall.ResetRequests()
		if err := burst(ctx, c.source, c.atOnce); err != nil {
			return err
		}
		*counts = c.firewall.Requests().ByEndpoint
	}
	if took := time.Since(start); took >= pollInterval {
		return fmt.Errorf("%d queries took %s, more than a poll interval: nothing was counted", 2*c.atOnce, took)
	}
	if c.cold[showPath] == 0 {
		return fmt.Errorf("no call on %s was counted", showPath)
	}
	return c.check()
}

func (c *calls) check() error {
	total := maps.Clone(c.cold)
	for path, n := range c.warm {
		total[path] += n
	}
	for path, n := range total {
		if n > c.promised(path) {
			return fmt.Errorf("broken promise: %d calls on %s in one poll interval, promised are %d", n, path, c.promised(path))
		}
	}
	return nil
}

// burst sends all queries at once and waits for their answers, but not forever:
// beyond a poll interval nothing could be told from them.
func burst(ctx context.Context, d *grafanahost.DataSource, atOnce int) error {
	ctx, end := context.WithTimeoutCause(ctx, pollInterval, fmt.Errorf("%d queries at once were not all answered within %s", atOnce, pollInterval))
	defer end()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var waiting sync.WaitGroup
	for i := range atOnce {
		waiting.Go(func() {
			if err := ask(d, asked[i%len(asked)], 1)(ctx); err != nil {
				cancel(err) // the first one counts; that the time is up comes before all
			}
		})
	}
	waiting.Wait()
	return context.Cause(ctx)
}
