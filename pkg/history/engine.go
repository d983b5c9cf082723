package history

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
)

// What protects Grafana from an expression.
const (
	// Lookback is how long a sample stands for the present: 2.5 polls at the
	// longest interval, and what Prometheus itself does.
	Lookback = 5 * time.Minute

	mostSamples  = 5_000_000 // in memory at once for one expression, 16 bytes each
	mostTime     = 20 * time.Second
	mostParallel = 4
	mostPoints   = 11_000    // of one series, as in Prometheus' own API
	mostCode     = 10_000    // bytes of an expression outside of its strings: to read them takes time by their square
	mostLength   = 1_000_000 // bytes of an expression
)

// ExprError is an expression that cannot be evaluated, in the engine's words.
type ExprError struct{ Problem string }

func (e *ExprError) Error() string { return e.Problem }

// Engine evaluates PromQL over stores. A process needs one.
type Engine struct {
	promql  *promql.Engine
	parser  parser.Parser
	places  chan struct{} // for what is evaluated at a time
	samples int           // at most in memory at once
	time    time.Duration // that one may take
}

// NewEngine makes an engine.
func NewEngine() *Engine { return newEngine(mostSamples, mostTime) }

func newEngine(samples int, timeout time.Duration) *Engine {
	p := parser.NewParser(parser.Options{})
	return &Engine{
		samples: samples,
		time:    timeout,
		promql: promql.NewEngine(promql.EngineOpts{
			MaxSamples:               samples,
			Timeout:                  timeout,
			LookbackDelta:            Lookback,
			NoStepSubqueryIntervalFn: func(int64) int64 { return defaultStep.Milliseconds() },
			EnableAtModifier:         true,
			EnableNegativeOffset:     true,
			Parser:                   p,
		}),
		parser: p,
		places: make(chan struct{}, mostParallel),
	}
}

// Series is one result. A label that is empty is not there.
type Series struct {
	Name   string            // of the metric; "" where the expression computed something
	Labels map[string]string // without the name
	Points []Point           // in the order of time
}

// Point is a value at a time.
type Point struct {
	T int64 // Unix milliseconds
	V float64
}

// Range is from when to when an expression is evaluated, and how often.
type Range struct {
	From, To time.Time
	Step     time.Duration
}

// Align widens the step so that there are no more points than are bearable, and
// moves the ends to multiples of it, so that the points of a panel that is
// refreshed stay where they are.
func (r Range) Align() Range {
	from, to := r.From.UnixMilli(), r.To.UnixMilli()
	step := max(1, r.Step.Round(time.Millisecond).Milliseconds(), (to-from)/(mostPoints-1)+1)
	r.Step = time.Duration(step) * time.Millisecond
	r.From = time.UnixMilli(floor(from, step)).UTC()
	r.To = time.UnixMilli(floor(to, step)).UTC()
	return r
}

func floor(t, step int64) int64 { return t - ((t%step)+step)%step }

// Range evaluates an expression at each step. Warnings are the engine's. A range
// that ends before it begins has no points.
func (e *Engine) Range(ctx context.Context, over storage.Queryable, expr string, r Range) (series []Series, warnings []string, err error) {
	if r.Step < time.Millisecond {
		r = r.Align() // the engine would not end
	}
	return e.run(ctx, expr, max(0, r.To.Sub(r.From)), func() (promql.Query, error) {
		return e.promql.NewRangeQuery(ctx, over, nil, expr, r.From, r.To, r.Step)
	})
}

// Instant evaluates an expression at one time: a point for each series.
func (e *Engine) Instant(ctx context.Context, over storage.Queryable, expr string, at time.Time) (series []Series, warnings []string, err error) {
	return e.run(ctx, expr, 0, func() (promql.Query, error) {
		return e.promql.NewInstantQuery(ctx, over, nil, expr, at)
	})
}

func (e *Engine) run(ctx context.Context, expr string, span time.Duration, prepare func() (promql.Query, error)) ([]Series, []string, error) {
	if err := short(expr); err != nil {
		return nil, nil, err
	}
	parsed, err := e.parser.ParseExpr(expr)
	if err != nil {
		return nil, nil, &ExprError{err.Error()}
	}
	if err := guard(parsed, span, 1); err != nil {
		return nil, nil, err
	}
	select {
	case e.places <- struct{}{}:
		defer func() { <-e.places }()
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	q, err := prepare()
	if err != nil {
		return nil, nil, &ExprError{err.Error()}
	}
	defer q.Close()
	result := q.Exec(ctx)
	if result.Err != nil {
		return nil, nil, e.failure(ctx, result.Err)
	}
	series, err := seriesOf(result.Value)
	warnings, infos := result.Warnings.AsStrings(expr, 3, 0)
	return series, append(warnings, infos...), err
}

// failure tells whose the error is: the expression's, the asker's who went away,
// or ours.
func (e *Engine) failure(ctx context.Context, err error) error {
	var tooMany promql.ErrTooManySamples
	var timeout promql.ErrQueryTimeout
	var broken promql.ErrStorage
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &tooMany):
		return &ExprError{fmt.Sprintf("it reads more than %d samples at once: narrow it to fewer series or a shorter time", e.samples)}
	case errors.As(err, &timeout):
		return &ExprError{fmt.Sprintf("it takes longer than %s: narrow it to fewer series or a shorter time", e.time)}
	case errors.As(err, &broken):
		return err
	}
	return &ExprError{err.Error()}
}

func seriesOf(v parser.Value) ([]Series, error) {
	switch v := v.(type) {
	case promql.Matrix:
		out := make([]Series, 0, len(v))
		for _, s := range v {
			one := named(s.Metric)
			one.Points = make([]Point, len(s.Floats))
			for i, p := range s.Floats {
				one.Points[i] = Point{p.T, p.F}
			}
			out = append(out, one)
		}
		return out, nil
	case promql.Vector:
		out := make([]Series, 0, len(v))
		for _, s := range v {
			one := named(s.Metric)
			one.Points = []Point{{s.T, s.F}}
			out = append(out, one)
		}
		return out, nil
	case promql.Scalar:
		return []Series{{Labels: map[string]string{}, Points: []Point{{v.T, v.V}}}}, nil
	}
	return nil, &ExprError{fmt.Sprintf("it gives a %s: only numbers can be shown", v.Type())}
}

func named(metric labels.Labels) Series {
	s := Series{Name: metric.Get(model.MetricNameLabel), Labels: map[string]string{}}
	metric.Range(func(l labels.Label) {
		if l.Name != model.MetricNameLabel {
			s.Labels[l.Name] = l.Value
		}
	})
	return s
}
