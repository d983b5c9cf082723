package plugin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/frames"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/history"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// errHistoryOff tells why there is no past.
var errHistoryOff = &SettingError{"retention", `is 0, so nothing is kept: set it, for example to "24h", for time series, PromQL and events`}

// panel is what is shown: from when to when, and how finely.
type panel struct {
	from, to time.Time
	interval time.Duration // wanted from one point to the next
	least    time.Duration // that it can be
	points   int64         // room for so many; 0: for any number
	exact    bool          // not moved to multiples of the step
}

func panelOf(raw backend.DataQuery, pollInterval time.Duration) panel {
	return panel{from: raw.TimeRange.From, to: raw.TimeRange.To, interval: raw.Interval, least: pollInterval, points: raw.MaxDataPoints}
}

// past is a question for what was.
type past struct {
	query.Query
	panel
	steps history.Range
	scope []wireguard.Firewall
	ids   []history.ID
}

// steps are from when to when an expression is evaluated, and how often: no more
// often than there is something new, nor than the panel has room for. Of what is
// older than the history nothing can be told. A single value that is asked for now
// has the poll in it that was waited for.
func (in *instance) steps(p panel, ids []history.ID) history.Range {
	now := in.now()
	if newest := in.store.Newest(ids); newest.After(now) && newest.Sub(now) < in.pollInterval {
		now = newest
	}
	r := history.Range{From: p.from, To: p.to, Step: max(p.interval, p.least)}
	if r.To.IsZero() || r.To.After(now) || (p.exact && r.To.After(now.Add(-in.pollInterval))) {
		r.To = now
	}
	if oldest := now.Add(-in.limits.Retention - history.Lookback); r.From.Before(oldest) {
		r.From = oldest
	}
	if r.From.After(r.To) {
		r.From = r.To
	}
	if p.points > 1 {
		r.Step = max(r.Step, r.To.Sub(r.From)/time.Duration(p.points-1))
	}
	if p.exact {
		return r
	}
	return r.Align()
}

// answerPast answers a query from history. The firewalls are asked all the same:
// so their polls go on, and the newest one is in it.
func (in *instance) answerPast(ctx context.Context, q query.Query, shown panel) (data.Frames, error) {
	if in.limits.Retention <= 0 {
		return nil, errHistoryOff
	}
	shown.exact = shown.exact || q.Format != query.TimeSeries
	p := past{Query: q, panel: shown, scope: in.ask(ctx, q.Filter)}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	for i := range p.scope {
		p.ids = append(p.ids, history.IDOf(&p.scope[i]))
	}
	p.steps = in.steps(shown, p.ids)
	if q.Type == query.Events {
		f := frames.Events(q, in.store.Events(p.ids), shown.from, shown.to)
		return in.explained(p, data.Frames{f}, nil), nil
	}
	built, warnings, err := in.evaluate(ctx, p)
	if err != nil {
		return nil, err
	}
	return in.explained(p, built, warnings), nil
}

// evaluate has the engine work out a metric over time, or an expression.
func (in *instance) evaluate(ctx context.Context, p past) (data.Frames, []string, error) {
	over := history.Scope{Store: in.store, IDs: p.ids, Keep: keep(p.Query, p.scope)}
	stands := query.Window{Step: p.steps.Step, Range: p.to.Sub(p.from), Poll: in.pollInterval}
	if p.Type != query.PromQL {
		p.Expr = expressionOf(p.Query)
	}
	expr, err := p.Expand(stands)
	if err != nil {
		return nil, nil, err
	}
	if p.Format == query.TimeSeries {
		series, warnings, err := in.engine.Range(ctx, over, expr, p.steps)
		if err != nil {
			return nil, nil, badExpr(p.Query, err)
		}
		label(p.Query, series)
		return frames.TimeSeries(p.Query, series, p.steps.Step), warnings, nil
	}
	if p.Format == query.Numeric {
		// A row left out would resolve an alert that fires for it.
		if err := frames.Available(p.Query, p.scope); err != nil {
			return nil, nil, err
		}
	}
	series, warnings, err := in.engine.Instant(ctx, over, expr, p.steps.To)
	if err != nil {
		return nil, nil, badExpr(p.Query, err)
	}
	if p.Format == query.Numeric {
		if err := distinct(series); err != nil {
			return nil, nil, err
		}
	}
	return data.Frames{frames.Instant(p.Query, series)}, warnings, nil
}

// distinct refuses what Grafana would refuse a whole rule for: two rows with the
// same labels. The name of a metric is none of them.
func distinct(series []history.Series) error {
	seen := map[string]string{}
	for i := range series {
		labels := (&history.Series{Labels: series[i].Labels}).String()
		if first, again := seen[labels]; again {
			return &query.Error{Field: "expr", Problem: fmt.Sprintf("%s and %s both have the labels %s, and a rule cannot tell them apart: "+
				"ask for one of them, or tell them apart with label_replace", first, series[i].Name, labels)}
		}
		seen[labels] = series[i].Name
	}
	return nil
}

// badExpr makes what the engine says of an expression an error of the query.
func badExpr(q query.Query, err error) error {
	var bad *history.ExprError
	if !errors.As(err, &bad) {
		return err
	}
	field := "expr"
	if q.Type != query.PromQL {
		field = "metric"
	}
	return &query.Error{Field: field, Problem: bad.Problem}
}

// explained adds to the first frame what somebody should know of all of them.
func (in *instance) explained(p past, built data.Frames, warnings []string) data.Frames {
	first := built[0]
	frames.Explain(p.Query, p.scope, first)
	begins, any, refused := in.store.Begins(p.ids)
	tell := func(severity data.NoticeSeverity, text string) {
		first.AppendNotices(data.Notice{Severity: severity, Text: text})
	}
	if refused > 0 {
		tell(data.NoticeSeverityWarning, fmt.Sprintf("historyMaxBytes is too small for the series of %d of these firewalls: nothing is kept of them", refused))
	}
	instant := p.Type == query.PromQL && p.Format != query.TimeSeries
	switch from := p.from.Add(2 * p.steps.Step); {
	case instant:
	case any && from.Before(begins):
		tell(data.NoticeSeverityInfo, fmt.Sprintf("The history begins at %s: it is in memory only, since the plugin started to poll, and at most %s long",
			begins.Format(time.RFC3339), short(in.limits.Retention)))
	case !any && refused == 0:
		tell(data.NoticeSeverityInfo, "There is no history yet: it begins with the first poll after the plugin started")
	}
	for _, w := range warnings {
		tell(data.NoticeSeverityInfo, w)
	}
	return built
}
