package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

const (
	fleetPeers = 20 // of each firewall
	fleetPoll  = 30 * time.Second
	fleetCrowd = 4 // queries at a time
)

// fleets are the sizes that are measured, the last one in all respects.
func (s settings) fleets() []int {
	if s.quick {
		return []int{5, 20}
	}
	return []int{50, 500}
}

// watch is for how long the processor is watched: whole poll intervals.
func (s settings) watch() time.Duration {
	if s.quick {
		return 2 * time.Second
	}
	return 2 * fleetPoll
}

// measureFleet measures a data source of many firewalls, each of its own address.
func measureFleet(ctx context.Context, s settings, out io.Writer) error {
	var cost table
	cost.line("firewalls", "peers each", "first answer", "processor", "of one core", "a poll", "memory")
	for _, size := range s.fleets() {
		f, err := newFleet(s, size)
		if err != nil {
			return err
		}
		err = f.cost(ctx, s, &cost)
		if err == nil && size == s.fleets()[len(s.fleets())-1] {
			err = errors.Join(cost.print(out, "8a. A fleet in one data source, polled every 30 s, that nobody asks"), f.queries(ctx, s, out))
		}
		f.close()
		if err != nil {
			return fmt.Errorf("%d firewalls: %w", size, err)
		}
	}
	return hourOfFleet(ctx, s, out)
}

// fleet is the plugin and the firewalls that it reads.
type fleet struct {
	lab       *simulator.Lab
	host      *grafanahost.Host
	close     func()
	firewalls []*simulator.LightFirewall
	source    *grafanahost.DataSource
}

func newFleet(s settings, size int) (*fleet, error) {
	host, lab, end, err := setUp(s)
	if err != nil {
		return nil, err
	}
	f := &fleet{lab: lab, host: host, close: end}
	if err := f.fill(size); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

// fill starts the firewalls and saves the data source.
func (f *fleet) fill(size int) (err error) {
	if f.firewalls, err = addFleet(f.lab, size, fleetPeers); err != nil {
		return err
	}
	f.source, err = saveFleet(f.host, f.lab, "fleet", fleetPoll, f.firewalls...)
	return err
}

// cost measures what the polls alone take.
func (f *fleet) cost(ctx context.Context, s settings, t *table) error {
	begin := time.Now()
	if err := ask(f.source, interfacesNumeric, len(f.firewalls))(ctx); err != nil {
		return err
	}
	first := time.Since(begin)
	before, err := processCPU(f.host.Pid())
	if err != nil {
		return err
	}
	f.resetRequests()
	if err := pause(ctx, s.watch()); err != nil {
		return err
	}
	after, err := processCPU(f.host.Pid())
	if err != nil {
		return err
	}
	spent, polls := after-before, max(f.shows(), 1)
	t.line(len(f.firewalls), fleetPeers, first.Round(10*time.Millisecond), fmt.Sprintf("%s in %s", spent, s.watch()),
		s.figures.note(fmt.Sprintf("8a. processor, %d firewalls", len(f.firewalls)), fmt.Sprintf("%.1f %%", 100*spent.Seconds()/s.watch().Seconds())), fmt.Sprintf("%.2f ms", spent.Seconds()*1000/float64(polls)), s.figures.note(fmt.Sprintf("8a. memory, %d firewalls", len(f.firewalls)), readRSS(f.host.Pid()).String()))
	return nil
}

func (f *fleet) resetRequests() {
	for _, one := range f.firewalls {
		one.ResetRequests()
	}
}

// shows is how often service/show was called since the last reset.
func (f *fleet) shows() (calls int) {
	for _, one := range f.firewalls {
		calls += one.Requests().ByEndpoint[showPath]
	}
	return calls
}

// queries compares queries for one firewall of the fleet, all well, with the same
// while a tenth of the fleet hangs.
func (f *fleet) queries(ctx context.Context, s settings, out io.Writer) error {
	healthy := f.firewalls[len(f.firewalls)/10:]
	among := func(i int) model { return interfacesOf(healthy[i%len(healthy)].Name()) }
	well, err := latencies(ctx, s, f.source, among)
	if err != nil {
		return err
	}
	for _, one := range f.firewalls[:len(f.firewalls)-len(healthy)] {
		if err := one.SetFault(simulator.Fault{Kind: simulator.FaultHang}); err != nil {
			return err
		}
	}
	// Until the polls of all that hang have begun to.
	if err := pause(ctx, min(s.watch(), fleetPoll+5*time.Second)); err != nil {
		return err
	}
	sick, err := latencies(ctx, s, f.source, among)
	if err != nil {
		return err
	}
	var t table
	t.line("query for one firewall", "median", "p99", "p99 against the healthy fleet")
	for _, row := range []struct {
		what string
		took []time.Duration
	}{{fmt.Sprintf("one of %d", len(f.firewalls)), well}, {"the same, a tenth of them hanging", sick}} {
		t.line(row.what, milliseconds(percentile(row.took, 50)), milliseconds(percentile(row.took, 99)), ratio(percentile(row.took, 99), percentile(well, 99)))
	}
	s.figures.note("8b. 99th percentile while a tenth hangs", ratio(percentile(sick, 99), percentile(well, 99)))
	return t.print(out, fmt.Sprintf("8b. Queries for one firewall of a fleet, %d at a time (time by the clock)", fleetCrowd))
}

func interfacesOf(firewall string) model {
	return model{
		"refId": "A", "queryType": "interfaces", "format": "numeric", "metric": "status",
		"filter": map[string]any{"firewalls": []string{firewall}},
	}
}

// latencies asks until enough answers are there, each for one row.
func latencies(ctx context.Context, s settings, d *grafanahost.DataSource, what func(int) model) ([]time.Duration, error) {
	enough := 20_000
	if s.quick {
		enough = 200
	}
	return timeEach(ctx, fleetCrowd, enough, func(ctx context.Context, i int) error { return ask(d, what(i), 1)(ctx) })
}

func ratio(a, b time.Duration) string { return fmt.Sprintf("%.2f", a.Seconds()/b.Seconds()) }

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// hourOfFleet plays an hour of the largest fleet by a clock that is stepped, and
// tells what memory the process has then.
func hourOfFleet(ctx context.Context, s settings, out io.Writer) error {
	size, span := s.fleets()[len(s.fleets())-1], time.Hour
	if s.quick {
		span = 5 * time.Minute
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	host, c, err := startStepped(dir, -span)
	if err != nil {
		return err
	}
	defer host.Kill()
	f := &fleet{lab: simulator.NewLab(nil), host: host}
	defer f.lab.Close()
	if err := f.fill(size); err != nil {
		return err
	}
	all := model{"refId": "A", "queryType": "firewalls", "format": "numeric", "metric": "up"}
	polls, begin := 0, c.now()
	for at := begin; at.Before(begin.Add(span)); at = at.Add(fleetPoll + fleetPoll/10) {
		for _, one := range f.firewalls {
			one.Refresh(10_000)
		}
		if err := errors.Join(c.step(at), ask(f.source, all, size)(ctx)); err != nil {
			return err
		}
		polls++
	}
	var t table
	t.line("firewalls", "peers each", "history", "polls of each", "memory of the process")
	t.line(size, fleetPeers, span, polls, s.figures.note("8c. memory with an hour of history", readRSS(host.Pid()).String()))
	return t.print(out, "8c. Memory of a fleet with its history, polled in simulated time")
}
