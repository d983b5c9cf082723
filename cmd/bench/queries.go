package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

// model is a query as a panel holds it.
type model map[string]any

var (
	peersTable        = model{"refId": "A", "queryType": "peers", "format": "table"}
	interfacesNumeric = model{"refId": "A", "queryType": "interfaces", "format": "numeric", "metric": "status"}
)

// startPlugin starts the built plugin as Grafana does, quiet.
func startPlugin(s settings) (*grafanahost.Host, error) {
	host, err := grafanahost.Start(s.dist, hclog.NewNullLogger())
	if err != nil {
		return nil, fmt.Errorf("%w (build it with: go tool mage backend)", err)
	}
	return host, nil
}

// setUp starts the plugin and a place for firewalls; end ends both.
func setUp(s settings) (host *grafanahost.Host, lab *simulator.Lab, end func(), err error) {
	if host, err = startPlugin(s); err != nil {
		return nil, nil, nil, err
	}
	lab = simulator.NewLab(nil)
	return host, lab, func() { lab.Close(); host.Kill() }, nil
}

// ask makes a call that sends the query and checks that its one frame has so
// many rows.
func ask(d *grafanahost.DataSource, m model, rows int) func(context.Context) error {
	return func(ctx context.Context) error {
		answer, err := d.Query(ctx, m)
		if err := errors.Join(err, answer.Error); err != nil {
			return err
		}
		if len(answer.Frames) != 1 || answer.Frames[0].Rows() != rows {
			return fmt.Errorf("%v is not answered with one frame of %d rows", m, rows)
		}
		return nil
	}
}

// bare makes the least call that passes Grafana's host, gRPC, the SDK and the
// data source: a resource that there is not.
func bare(d *grafanahost.DataSource) func(context.Context) error {
	return func(ctx context.Context) error {
		answer, err := d.Get(ctx, "nothing")
		if err == nil && answer.Status != http.StatusNotFound {
			err = fmt.Errorf("an unknown resource is answered with %d", answer.Status)
		}
		return err
	}
}

// measureQueries measures on one data source per size, one after the other,
// whose snapshots are there before the first round begins.
func measureQueries(ctx context.Context, s settings, out io.Writer) error {
	host, lab, end, err := setUp(s)
	if err != nil {
		return err
	}
	defer end()
	var t table
	t.line("peers", "query", "at a time", "bare round trip", "query", "ratio", "queries/s here")
	for _, peers := range s.peers() {
		f, err := addFirewall(lab, peers)
		if err != nil {
			return err
		}
		d, err := save(host, lab, f, fmt.Sprintf("queries-%d", peers))
		if err != nil {
			return err
		}
		for _, load := range []*load{
			{name: "interfaces, numeric", call: ask(d, interfacesNumeric, 1), parallel: 1},
			{name: "interfaces, numeric", call: ask(d, interfacesNumeric, 1), parallel: 16},
			{name: "peers, table", call: ask(d, peersTable, peers), parallel: 1},
			{name: "peers, table", call: ask(d, peersTable, peers), parallel: 16},
		} {
			if err := load.measure(ctx, s, bare(d)); err != nil {
				return fmt.Errorf("%d peers, %s: %w", peers, load.name, err)
			}
			query, times := median(load.spent), fmt.Sprintf("%.2f", median(load.ratios))
			if load.parallel == 1 {
				s.figures.note(fmt.Sprintf("2. %s, %s peers", load.name, count(peers)), times)
			}
			t.line(count(peers), load.name, load.parallel, milliseconds(median(load.bare)), milliseconds(query), times, count(int(time.Second/query)))
		}
	}
	return t.print(out, "2. Queries served from a snapshot over gRPC, against a bare gRPC round trip (time by the clock, for each)")
}

// load is one query, so many at a time, in rounds.
type load struct {
	name        string
	call        func(context.Context) error
	parallel    int
	bare, spent []time.Duration
	ratios      []float64
}

func (l *load) measure(ctx context.Context, s settings, bare func(context.Context) error) error {
	if err := l.call(ctx); err != nil { // the first one waits for the first poll
		return err
	}
	for range s.rounds {
		base, err := timePerCall(ctx, s.least(), l.parallel, bare)
		if err != nil {
			return err
		}
		spent, err := timePerCall(ctx, s.least(), l.parallel, l.call)
		if err != nil {
			return err
		}
		l.bare, l.spent = append(l.bare, base), append(l.spent, spent)
		l.ratios = append(l.ratios, float64(spent)/float64(base))
	}
	return nil
}
