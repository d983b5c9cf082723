package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// family begins all names here.
const family = "opnsense_wireguard_"

// expressions are asked over time and at the present, as panels and rules ask.
var expressions = []struct {
	expr    string
	instant bool
}{
	{"opnsense_wireguard_peer_status", false},
	{"rate(opnsense_wireguard_peer_received_bytes_total[5m])", false},
	{"sum by (opnsense_instance) (rate(opnsense_wireguard_peer_received_bytes_total[5m]))", false},
	{"opnsense_wireguard_interfaces_status == 0", true},
	{"sum by (peer_name) (rate(opnsense_wireguard_peer_received_bytes_total[5m]))", true},
}

func measureHistory(ctx context.Context, s settings, out io.Writer) error {
	for _, part := range []func(context.Context, settings, io.Writer) error{measureMemory, measureAppend, measurePast} {
		if err := part(ctx, s, out); err != nil {
			return err
		}
	}
	return nil
}

// measurePast fills the history of a plugin's process, and a Prometheus where one
// is installed with the very same samples.
func measurePast(ctx context.Context, s settings, out io.Writer) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var p *prometheus
	var to remote
	if _, err := exec.LookPath(prometheusProgram); err == nil {
		if p, err = startPrometheus(ctx, dir); err != nil {
			return fmt.Errorf("starting Prometheus: %w", err)
		}
		defer p.kill()
		to = p.write
	}
	w, err := newStepped(s, dir, to)
	if err != nil {
		return err
	}
	defer w.close()
	if err := w.run(ctx, s.span()); err != nil {
		return err
	}
	if p == nil {
		_, _ = fmt.Fprintf(out, "\n4c. is left out: %s is not installed, against which it measures (apt-get install --no-install-recommends prometheus)\n", prometheusProgram)
	} else if err := w.against(ctx, s, p, out); err != nil {
		return err
	}
	return w.memory(s, p, out)
}

// against asks the plugin and Prometheus in turn.
func (w *stepped) against(ctx context.Context, s settings, p *prometheus, out io.Writer) error {
	if err := p.settle(ctx); err != nil {
		return p.explain(err)
	}
	var t table
	t.line("query", "", "series", "points", "equal", "plugin", "Prometheus", "ratio", "bare gRPC round trip", "Prometheus, not decoded")
	for _, e := range expressions {
		end := time.UnixMilli(w.last)
		d := duel{question: question{e.expr, e.instant, end.Add(-s.span()), end}, plugin: w, prometheus: p}
		if err := d.check(ctx); err != nil {
			return fmt.Errorf("%s: %w", e.expr, err)
		}
		if err := d.measure(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", e.expr, err)
		}
		kind := hours(s.span())
		if e.instant {
			kind = "instant"
		}
		name := strings.ReplaceAll(e.expr, family, "")
		t.line(name, kind, count(d.series), count(d.points), count(d.equal),
			milliseconds(median(d.ours)), milliseconds(median(d.theirs)), s.figures.note("4c. "+name+", "+kind, fmt.Sprintf("%.2f", median(d.ratios))),
			milliseconds(median(d.bare)), milliseconds(median(d.raw)))
	}
	return t.print(out, fmt.Sprintf("4c. PromQL in the plugin, asked over gRPC, against a Prometheus with the same %s samples, asked over HTTP\n"+
		"(time by the clock, one at a time; names without %s)", count(w.samples), family))
}

// duel is one question to both.
type duel struct {
	question
	plugin                *stepped
	prometheus            *prometheus
	series, points, equal int

	ours, theirs, bare, raw []time.Duration
	ratios                  []float64
}

// check has both answer and compares. An answer without any number is none to
// measure.
func (d *duel) check(ctx context.Context) error {
	ours, err := d.plugin.ask(ctx, d.question)
	if err != nil {
		return err
	}
	answer, err := d.prometheus.query(ctx, d.question)
	if err != nil {
		return err
	}
	d.series = len(ours)
	for _, points := range ours {
		d.points += len(points)
	}
	if d.equal, err = d.plugin.compare(ours, answer.answers()); err != nil {
		return err
	}
	if d.equal == 0 {
		return fmt.Errorf("none of %d points could be compared", d.points)
	}
	return nil
}

func (d *duel) measure(ctx context.Context, s settings) error {
	calls := []struct {
		call  func(context.Context) error
		spent *[]time.Duration
	}{
		{func(ctx context.Context) error { _, err := d.prometheus.query(ctx, d.question); return err }, &d.theirs},
		{func(ctx context.Context) error { _, err := d.plugin.frames(ctx, d.question); return err }, &d.ours},
		{func(ctx context.Context) error { _, err := d.prometheus.read(ctx, d.question); return err }, &d.raw},
		{bare(d.plugin.source), &d.bare},
	}
	for n := range s.rounds {
		for _, c := range calls {
			spent, err := timePerCall(ctx, s.least(), 1, c.call)
			if err != nil {
				return err
			}
			*c.spent = append(*c.spent, spent)
		}
		d.ratios = append(d.ratios, float64(d.ours[n])/float64(d.theirs[n]))
	}
	return nil
}

// memory tells of whole processes, garbage and all.
func (w *stepped) memory(s settings, p *prometheus, out io.Writer) error {
	now := readRSS(w.host.Pid())
	var t table
	t.line("process", "samples", "before", "with all", "grew by", "at the end")
	t.line("plugin", count(w.samples), w.before, w.after, w.after.since(w.before), now)
	if p != nil {
		t.line("Prometheus", count(w.samples), p.before, p.after, p.after.since(p.before), readRSS(p.cmd.Process.Pid))
	}
	return t.print(out, fmt.Sprintf("4d. Memory of the processes (RSS) with %s of %s peers, a poll every %s", hours(s.span()), count(s.crowd()), pollPause))
}
