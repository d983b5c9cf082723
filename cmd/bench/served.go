package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

const (
	referencePlugin = "github.com/opnsense-wireguard/opnsense-wireguard-datasource/cmd/bench/reference"
	// askers of a table at a time, of whose waits the 99th percentile is taken.
	askers = 50
)

// waits is how many answers the 99th percentile is taken of, in each round.
func (s settings) waits() int {
	if s.quick {
		return askers
	}
	return 2 * askers
}

// measureServed compares the table of peers with that of a plugin that fetches and
// decodes for every query: what a query takes of the plugin's process, and how long
// many who ask at once wait until the answer is there, not decoded yet.
func measureServed(ctx context.Context, s settings, out io.Writer) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := grafanahost.BuildAsShipped(".", referencePlugin, dir); err != nil {
		return err
	}
	lab := simulator.NewLab(nil)
	defer lab.Close()
	ours, err := startPlugin(s)
	if err != nil {
		return err
	}
	defer ours.Kill()
	theirs, err := grafanahost.Start(dir, hclog.NewNullLogger())
	if err != nil {
		return err
	}
	defer theirs.Kill()
	var t table
	t.line("peers", "what", "reference", "plugin", "ratio", "goal")
	for _, peers := range s.peers() {
		f, err := addFirewall(lab, peers)
		if err != nil {
			return err
		}
		m := served{peers: peers}
		for i, host := range []*grafanahost.Host{theirs, ours} {
			if m.sides[i], err = newSide(ctx, host, lab, f, peers); err != nil {
				return fmt.Errorf("%d peers: %w", peers, err)
			}
		}
		if err := m.measure(ctx, s); err != nil {
			return fmt.Errorf("%d peers: %w", peers, err)
		}
		m.print(s, &t)
	}
	return t.print(out, "5. The table of peers, against a plugin that fetches, decodes with encoding/json and frames for each query")
}

// side is one of the two plugins.
type side struct {
	pid    int
	source *grafanahost.DataSource
	bytes  int      // of an answer
	shape  []string // of the frame: names and types of its columns
}

func newSide(ctx context.Context, host *grafanahost.Host, lab *simulator.Lab, f *simulator.LightFirewall, peers int) (side, error) {
	d, err := save(host, lab, f, fmt.Sprintf("served-%d", peers))
	if err != nil {
		return side{}, err
	}
	one := side{pid: host.Pid(), source: d}
	answer, err := d.Query(ctx, peersTable)
	if err := errors.Join(err, answer.Error); err != nil {
		return one, err
	}
	if len(answer.Frames) != 1 || answer.Frames[0].Rows() != peers {
		return one, fmt.Errorf("not one frame of %d rows", peers)
	}
	for _, field := range answer.Frames[0].Fields {
		one.shape = append(one.shape, field.Name+" "+field.Type().String())
	}
	encoded, err := d.QueryEncoded(ctx, peersTable)
	if err != nil {
		return one, err
	}
	one.bytes = len(encoded[0])
	return one, nil
}

// query makes calls that send the query and take the answer as it comes.
func (d *side) query(m model) func(context.Context) error {
	return func(ctx context.Context) error {
		encoded, err := d.source.QueryEncoded(ctx, m)
		if err == nil && (len(encoded) != 1 || len(encoded[0]) < d.bytes/2) {
			err = errors.New("an answer is not one frame of the usual size")
		}
		return err
	}
}

// anew makes queries that nobody asked before: none is encoded already.
func (d *side) anew() func(context.Context) error {
	var n atomic.Int64
	return func(ctx context.Context) error {
		m := maps.Clone(peersTable)
		m["refId"] = fmt.Sprint("Q", n.Add(1))
		return d.query(m)(ctx)
	}
}

// served is what is measured, of the reference first and then of the plugin.
type served struct {
	peers       int
	sides       [2]side
	cpu, p99    [2][]time.Duration
	made        []time.Duration // CPU of the plugin where no answer is shared
	cpus, p99s  []float64       // ratios
	madeOver    []float64
	hostReceive []time.Duration // CPU of this process for taking an answer
	hostDecode  []time.Duration // and for decoding it, too
}

func (m *served) measure(ctx context.Context, s settings) error {
	if !slices.Equal(m.sides[0].shape, m.sides[1].shape) {
		return fmt.Errorf("the columns differ: %v and %v", m.sides[0].shape, m.sides[1].shape)
	}
	for range s.rounds {
		for i := range m.sides {
			d := &m.sides[i]
			spent, here, err := cpuPerCall(ctx, s, d.pid, d.query(peersTable))
			if err != nil {
				return err
			}
			m.cpu[i] = append(m.cpu[i], spent)
			if i == 1 {
				m.hostReceive = append(m.hostReceive, here)
			}
			query := d.query(peersTable)
			waits, err := timeEach(ctx, askers, s.waits(), func(ctx context.Context, _ int) error { return query(ctx) })
			if err != nil {
				return err
			}
			m.p99[i] = append(m.p99[i], percentile(waits, 99))
		}
		ours := &m.sides[1]
		made, _, err := cpuPerCall(ctx, s, ours.pid, ours.anew())
		if err != nil {
			return err
		}
		_, decode, err := cpuPerCall(ctx, s, ours.pid, ask(ours.source, peersTable, m.peers))
		if err != nil {
			return err
		}
		m.made, m.hostDecode = append(m.made, made), append(m.hostDecode, decode)
		m.cpus = append(m.cpus, last(m.cpu[1])/last(m.cpu[0]))
		m.p99s = append(m.p99s, last(m.p99[1])/last(m.p99[0]))
		m.madeOver = append(m.madeOver, last(m.made)/last(m.cpu[0]))
	}
	return nil
}

func last(of []time.Duration) float64 { return float64(of[len(of)-1]) }

func (m *served) print(s settings, t *table) {
	const goal = "1/20"
	share := func(ratios []float64) string { return fmt.Sprintf("1/%.1f", 1/median(ratios)) }
	name := count(m.peers)
	t.line(name, "CPU of the plugin for a query", milliseconds(median(m.cpu[0])), milliseconds(median(m.cpu[1])), s.figures.note("5. processor, "+name+" peers", share(m.cpus)), goal)
	t.line(name, "the same, an answer that nobody had asked for", milliseconds(median(m.cpu[0])), milliseconds(median(m.made)), share(m.madeOver), "-")
	t.line(name, fmt.Sprintf("wait, 99th percentile, %d at a time", askers), milliseconds(median(m.p99[0])), milliseconds(median(m.p99[1])), s.figures.note("5. wait, "+name+" peers", share(m.p99s)), goal)
	t.line(name, "CPU of the host to receive; to decode, too", "-", milliseconds(median(m.hostReceive))+"; "+milliseconds(median(m.hostDecode)), "-", "-")
	t.line(name, "bytes of the answer", count(m.sides[0].bytes), count(m.sides[1].bytes), "-", "-")
}

// cpuPerCall makes calls one after the other until the plugin's process took
// so much of the processor that the clock's ticks do not matter. It returns what a
// call takes there and here.
func cpuPerCall(ctx context.Context, s settings, pid int, call func(context.Context) error) (there, here time.Duration, err error) {
	before, err := processCPU(pid)
	if err != nil {
		return 0, 0, err
	}
	mine, calls := cpuTime(), 0
	for ; there < 3*s.least(); calls++ {
		if err := call(ctx); err != nil {
			return 0, 0, err
		}
		now, err := processCPU(pid)
		if err != nil {
			return 0, 0, err
		}
		there = now - before
	}
	return there / time.Duration(calls), (cpuTime() - mine) / time.Duration(calls), nil
}
