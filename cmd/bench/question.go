package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/history"
)

const (
	panelPoints   = 1000 // that a wide panel has room for
	panelInterval = 30 * time.Second
	// window is how far back a value may come from: the range of each rate here,
	// and how long a sample stands for the present.
	window = 5 * time.Minute
)

// question is an expression that both are asked: over time, or at its end alone.
type question struct {
	expr     string
	instant  bool
	from, to time.Time
}

// steps are the times at which the plugin evaluates an expression for the panel.
func (q question) steps() history.Range {
	step := max(panelInterval, steppedInterval, q.to.Sub(q.from)/(panelPoints-1))
	return history.Range{From: q.from, To: q.to, Step: step}.Align()
}

// answers are numbers by series, in the notation of labels, and time.
type answers map[string]map[int64]float64

// frames asks the plugin as Grafana does, and decodes as Grafana does: a panel, or
// a rule where it is the present.
func (w *stepped) frames(ctx context.Context, q question) (data.Frames, error) {
	m := model{"refId": "A", "queryType": "promql", "format": "time_series", "expr": q.expr}
	if q.instant {
		m["format"] = "numeric"
	}
	answer, err := w.source.QueryPanel(ctx, m, grafanahost.Panel{From: q.from, To: q.to, Interval: panelInterval, MaxDataPoints: panelPoints})
	if err := errors.Join(err, answer.Error); err != nil {
		return nil, fmt.Errorf("%s: %w", q.expr, err)
	}
	return answer.Frames, nil
}

// ask returns the numbers of the plugin's answer.
func (w *stepped) ask(ctx context.Context, q question) (answers, error) {
	frames, err := w.frames(ctx, q)
	if err != nil {
		return nil, err
	}
	if q.instant {
		return q.present(frames)
	}
	out := answers{}
	for _, f := range frames {
		if len(f.Fields) != 2 {
			return nil, fmt.Errorf("%s: a frame of %d fields", q.expr, len(f.Fields))
		}
		times, values := f.Fields[0], f.Fields[1]
		if step := q.steps().Step; times.Config == nil || times.Config.Interval != float64(step.Milliseconds()) {
			return nil, fmt.Errorf("%s: points are not %s apart", q.expr, step)
		}
		points := make(map[int64]float64, f.Rows())
		for i := range f.Rows() {
			v, err := values.FloatAt(i)
			at, ok := times.ConcreteAt(i)
			if err != nil || !ok {
				return nil, fmt.Errorf("%s: row %d has no time or value", q.expr, i)
			}
			points[at.(time.Time).UnixMilli()] = v
		}
		out[values.Labels.String()] = points
	}
	return out, nil
}

// present reads the one frame of an instant query: labels, and the value.
func (q question) present(frames data.Frames) (answers, error) {
	out := answers{}
	for _, f := range frames {
		for i := range f.Rows() {
			labels, value := data.Labels{}, math.NaN()
			for _, field := range f.Fields {
				switch v, _ := field.ConcreteAt(i); v := v.(type) {
				case float64:
					value = v
				case string:
					if v != "" {
						labels[field.Name] = v
					}
				default:
					return nil, fmt.Errorf("%s: a column %s of %T", q.expr, field.Name, v)
				}
			}
			out[labels.String()] = map[int64]float64{q.to.UnixMilli(): value}
		}
	}
	return out, nil
}

// compare says how many numbers agree, or that some do not. It leaves out those
// times whose window begins with a sample exactly: since version 3 Prometheus'
// engine, which is the plugin's, does not count that one.
func (w *stepped) compare(ours, theirs answers) (agreed int, err error) {
	const near = 1e-9
	for name := range theirs {
		if ours[name] == nil {
			return 0, fmt.Errorf("only Prometheus has the series {%s}", name)
		}
	}
	for name, points := range ours {
		if theirs[name] == nil {
			return 0, fmt.Errorf("only the plugin has the series {%s}", name)
		}
		times := map[int64]bool{}
		for at := range points {
			times[at] = true
		}
		for at := range theirs[name] {
			times[at] = true
		}
		for at := range times {
			v, here := points[at]
			other, there := theirs[name][at]
			switch {
			case w.polled(at - window.Milliseconds()):
			case here != there || !(math.Abs(v-other) <= near*max(math.Abs(v), math.Abs(other))):
				return 0, fmt.Errorf("{%s} at %s is %g (%t) in the plugin, %g (%t) in Prometheus", name, time.UnixMilli(at).UTC(), v, here, other, there)
			default:
				agreed++
			}
		}
	}
	return agreed, nil
}

func (w *stepped) polled(at int64) bool {
	_, found := slices.BinarySearch(w.times, at)
	return found
}
