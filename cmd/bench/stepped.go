package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
)

const (
	steppedPlugin = "github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/steppedplugin"
	// steppedInterval and the stretch that a collector gives it are less than a
	// step, so that each step brings a poll.
	steppedInterval = 29 * time.Second
)

// clock is one that is stepped: the real one, and what a file says is added to it.
type clock struct {
	file  string
	mu    sync.Mutex // the firewall looks while the clock is stepped
	added time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.added)
}

// step sets the clock on to a moment, or not at all where it is past it.
func (c *clock) step(to time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.added += max(0, to.Sub(time.Now().Add(c.added)))
	return grafanahost.WriteClock(c.file, c.added)
}

// firewall serves a crowd as OPNsense does.
type firewall struct {
	*httptest.Server
	clock *clock
	mu    sync.Mutex // guards crowd
	crowd *crowd
}

// emptyPage is what it says where it has nothing: no virtual IP, no service.
const emptyPage = `{"total":0,"rowCount":0,"current":1,"rows":[]}`

func (f *firewall) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.clock.now()
	body, err := []byte(emptyPage), error(nil)
	if r.URL.Path == showPath {
		f.crowd.advance(now)
		body, err = f.crowd.answer()
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	_, _ = w.Write(body)
}

// stepped is the plugin with a clock that is stepped, a firewall that it polls,
// and all samples that it served to scrapes.
type stepped struct {
	clock    *clock
	host     *grafanahost.Host
	source   *grafanahost.DataSource
	firewall *firewall
	scrapes  *scrapes
	last     int64 // the newest of times, in Unix milliseconds
	samples  int
	times    []int64 // of all polls, as the history has them

	before, after rss // of the plugin's process, with one poll and with all
}

func newStepped(s settings, dir string, to remote) (*stepped, error) {
	host, c, err := startStepped(dir, -s.span())
	if err != nil {
		return nil, err
	}
	w := &stepped{clock: c, host: host, scrapes: newScrapes(to)}
	w.firewall = &firewall{clock: c, crowd: newCrowd(s.crowd(), company, c.now())}
	w.firewall.Server = httptest.NewTLSServer(w.firewall)
	if err := w.save(s); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

// startStepped builds the plugin with a stepped clock, and starts it with one that
// is off by so much.
func startStepped(dir string, added time.Duration) (*grafanahost.Host, *clock, error) {
	if err := grafanahost.BuildAsShipped(".", steppedPlugin, dir); err != nil {
		return nil, nil, err
	}
	c := &clock{file: filepath.Join(dir, "clock"), added: added}
	if err := c.step(time.Time{}); err != nil {
		return nil, nil, err
	}
	host, err := grafanahost.Start(dir, hclog.NewNullLogger(), c.file)
	return host, c, err
}

func (w *stepped) close() {
	w.host.Kill()
	w.firewall.Close()
}

// save has the plugin keep a little more than is measured, so that nothing is
// dropped while it is.
func (w *stepped) save(s settings) (err error) {
	sum := sha256.Sum256(w.firewall.Certificate().Raw)
	type object = map[string]any
	w.source, err = w.host.Save("stepped", "stepped", object{
		"pollInterval": steppedInterval.String(), "requestTimeout": "25s", "retention": (s.span() + time.Hour).String(), "historyMaxBytes": historyBytes,
		"firewalls": []any{object{
			"id": "bench", "name": "bench", "url": w.firewall.URL,
			"tls": object{"mode": "pin", "fingerprint": hex.EncodeToString(sum[:])},
		}},
	}, map[string]string{"bench.apiKey": "key", "bench.apiSecret": "secret"})
	return err
}

// run plays the whole time.
func (w *stepped) run(ctx context.Context, span time.Duration) error {
	begin := w.clock.now()
	for at := begin; at.Before(begin.Add(span)); at = at.Add(pollPause) {
		if err := errors.Join(ctx.Err(), w.clock.step(at)); err != nil {
			return err
		}
		if err := w.scrape(ctx); err != nil {
			return fmt.Errorf("%s after the beginning: %w", at.Sub(begin), err)
		}
		if w.before == 0 {
			w.before = readRSS(w.host.Pid())
		}
		if w.scrapes.waiting == batch {
			if err := w.flush(ctx); err != nil {
				return err
			}
		}
	}
	w.after = readRSS(w.host.Pid())
	return w.flush(ctx)
}

// scrape has the plugin poll, and takes what it then serves.
func (w *stepped) scrape(ctx context.Context) error {
	page, err := w.source.Get(ctx, "metrics")
	if err != nil {
		return err
	}
	if page.Status != http.StatusOK {
		return fmt.Errorf("the metrics route answers with %d", page.Status)
	}
	n, err := w.scrapes.take(page.Body)
	w.samples += n
	return err
}

// flush gives the scrapes the times that the history has of the polls behind them.
// The newest it may have moved a moment into the future.
func (w *stepped) flush(ctx context.Context) error {
	var times []int64
	for deadline := time.Now().Add(2 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		var err error
		if times, err = w.newer(ctx); err != nil {
			return err
		}
		if len(times) == w.scrapes.waiting {
			if len(times) > 0 {
				w.times, w.last = append(w.times, times...), times[len(times)-1]
			}
			return w.scrapes.flush(ctx, times)
		}
	}
	return fmt.Errorf("of %d scrapes the history has %d polls", w.scrapes.waiting, len(times))
}

// newer finds the polls since the last that is known: points are closer than
// polls, but for the newest, which may come after the last point.
func (w *stepped) newer(ctx context.Context) ([]int64, error) {
	now := w.clock.now()
	q := question{expr: "timestamp(opnsense_up)", from: now.Add(-(batch + 2) * pollPause), to: now}
	found := map[int64]bool{}
	for _, q.instant = range []bool{false, true} {
		answer, err := w.ask(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, points := range answer {
			for _, seconds := range points {
				if at := int64(math.Round(seconds * 1000)); at > w.last {
					found[at] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(found)), nil
}
