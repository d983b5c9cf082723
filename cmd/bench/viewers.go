package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
)

// The crowd that looks at one firewall: each viewer has a dashboard of panels open,
// which asks for all of them at each refresh.
const (
	viewersPanels  = 100
	viewers        = 10
	viewersRefresh = 5 * time.Second
	viewersPoll    = 10 * time.Second // the shortest poll interval that may be set
	viewersPeers   = 1_000
)

// intervals is over how many polls they look.
func (s settings) intervals() int {
	if s.quick {
		return 1
	}
	return 3
}

// panels are what they look at, each another query.
func panels() []model {
	var out []model
	for i := range viewersPanels {
		m := maps.Clone(asked[i%len(asked)])
		if m["queryType"] == "peers" {
			m["filter"] = map[string]any{"peers": []string{fmt.Sprint("peer-0-", i)}}
		}
		m["refId"] = fmt.Sprint("P", i)
		out = append(out, m)
	}
	return out
}

// countViewers counts the calls on a firewall while they look at it, from the first
// query on, which finds nothing known.
func countViewers(ctx context.Context, s settings, out io.Writer) error {
	host, lab, end, err := setUp(s)
	if err != nil {
		return err
	}
	defer end()
	f, err := addFirewall(lab, viewersPeers)
	if err != nil {
		return err
	}
	d, err := saveFleet(host, lab, "viewers", viewersPoll, f)
	if err != nil {
		return err
	}
	span := time.Duration(s.intervals()) * viewersPoll
	until := time.Now().Add(span)
	var calls map[string]int // when the intervals are over, whoever still waits for an answer
	counted := make(chan struct{})
	counting := time.AfterFunc(span, func() { calls = f.Requests().ByEndpoint; close(counted) })
	defer counting.Stop()
	queries, err := look(ctx, d, until)
	if err != nil {
		return err
	}
	<-counted
	if calls[showPath] == 0 {
		return fmt.Errorf("no call on %s was counted", showPath)
	}
	var t table
	t.line("panels", "viewers", "refresh", "queries", "endpoint", "calls", "in each interval", "promised")
	var broken error
	for _, path := range slices.Sorted(maps.Keys(calls)) {
		most := 1 // in 5 minutes
		if path == showPath {
			most = s.intervals()
		}
		t.line(viewersPanels, viewers, viewersRefresh, count(queries), path, calls[path], fmt.Sprintf("%.2f", float64(calls[path])/float64(s.intervals())), most)
		if calls[path] > most {
			broken = fmt.Errorf("broken promise: %d calls on %s in %d poll intervals, promised are %d", calls[path], path, s.intervals(), most)
		}
	}
	return errors.Join(t.print(out, fmt.Sprintf("6a. Calls on a firewall that a crowd looks at, over %d poll intervals of %s", s.intervals(), viewersPoll)), broken, countHanging(ctx, s, out))
}

// look has all viewers refresh until a moment, one after the other. It returns how
// many queries were answered.
func look(ctx context.Context, d *grafanahost.DataSource, until time.Time) (queries int, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	all := panels()
	var looking sync.WaitGroup
	var mu sync.Mutex
	for v := range viewers {
		looking.Go(func() {
			for at := time.Now().Add(time.Duration(v) * viewersRefresh / viewers); at.Before(until) && ctx.Err() == nil; at = at.Add(viewersRefresh) {
				time.Sleep(time.Until(at))
				if err := refresh(ctx, d, all); err != nil {
					cancel(err)
					return
				}
				mu.Lock()
				queries += len(all)
				mu.Unlock()
			}
		})
	}
	looking.Wait()
	if late := time.Since(until); late > viewersRefresh {
		return queries, fmt.Errorf("the machine was %s late with the refreshes: nothing was counted", late)
	}
	return queries, context.Cause(ctx)
}

// refresh asks for all panels at once and waits for their answers.
func refresh(ctx context.Context, d *grafanahost.DataSource, all []model) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var waiting sync.WaitGroup
	for _, m := range all {
		waiting.Go(func() {
			if err := ask(d, m, 1)(ctx); err != nil {
				cancel(err)
			}
		})
	}
	waiting.Wait()
	return context.Cause(ctx)
}
