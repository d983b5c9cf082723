package scenario

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/util/teststorage"
)

// prometheus is what a Prometheus that scrapes the metrics route and has the
// shipped rule file would have: its own storage, its own rules engine.
type prometheus struct {
	storage *teststorage.TestStorage
	engine  *promql.Engine
	groups  []*rules.Group
	known   map[string]labels.Labels // series of the newest scrape
}

// pausedLine is how the shipped file has a rule that is paused in Grafana.
var pausedLine = regexp.MustCompile(`(?m)^#  `)

func newPrometheus(tb testing.TB, file string) *prometheus {
	tb.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	all := filepath.Join(tb.TempDir(), "rules.yml")
	if err := os.WriteFile(all, pausedLine.ReplaceAll(raw, []byte("  ")), 0o600); err != nil {
		tb.Fatal(err)
	}
	p := &prometheus{storage: teststorage.New(tb), known: map[string]labels.Labels{}}
	p.engine = promql.NewEngine(promql.EngineOpts{MaxSamples: 1e6, Timeout: time.Minute, LookbackDelta: 5 * time.Minute, Parser: parser.NewParser(parser.Options{})})
	tb.Cleanup(func() { _ = p.engine.Close() })
	manager := rules.NewManager(&rules.ManagerOptions{
		QueryFunc: rules.EngineQueryFunc(p.engine, p.storage), NotifyFunc: func(context.Context, string, ...*rules.Alert) {},
		Context: context.Background(), Appendable: p.storage, Queryable: p.storage,
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	groups, errs := manager.LoadGroups(evaluationInterval, labels.EmptyLabels(), "", nil, false, all)
	if len(errs) > 0 {
		tb.Fatal(errs)
	}
	for _, g := range groups {
		p.groups = append(p.groups, g)
	}
	return p
}

// scrape takes over one page, or a scrape that failed when it is nil. Series that
// the page lacks get the stale markers that Prometheus sets.
func (p *prometheus) scrape(at time.Time, page []byte) error {
	app := p.storage.Appender(context.Background())
	seen := map[string]labels.Labels{}
	add := func(l labels.Labels, v float64) error {
		seen[l.String()] = l
		_, err := app.Append(0, l, at.UnixMilli(), v)
		return err
	}
	if err := add(labels.FromStrings(model.MetricNameLabel, "up", "job", "opnsense-wireguard"), gauge(page != nil)); err != nil {
		return err
	}
	for parse := textparse.NewPromParser(page, labels.NewSymbolTable(), false); ; {
		entry, err := parse.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if entry != textparse.EntrySeries {
			continue
		}
		_, _, v := parse.Series()
		var l labels.Labels
		parse.Labels(&l)
		if err := add(labels.NewBuilder(l).Set("job", "opnsense-wireguard").Labels(), v); err != nil {
			return fmt.Errorf("%s: %w", l, err)
		}
	}
	for name, l := range p.known {
		if _, still := seen[name]; !still {
			if _, err := app.Append(0, l, at.UnixMilli(), math.Float64frombits(value.StaleNaN)); err != nil {
				return err
			}
		}
	}
	p.known = seen
	return app.Commit()
}

func gauge(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// evaluate evaluates all rules once and lists what fires, in the words of the table.
func (p *prometheus) evaluate(at time.Time) ([]string, error) {
	var out []string
	for _, g := range p.groups {
		g.Eval(context.Background(), at)
		for _, r := range g.AlertingRules() {
			if r.LastError() != nil {
				return nil, fmt.Errorf("%s: %w", r.Name(), r.LastError())
			}
			for _, a := range r.ActiveAlerts() {
				if a.State == rules.StateFiring {
					out = append(out, subject(r.Name(), a.Labels.Map()))
				}
			}
		}
	}
	slices.Sort(out)
	return out, nil
}

// query evaluates an expression over what was scraped.
func (p *prometheus) query(ctx context.Context, expr string, at time.Time) (promql.Vector, error) {
	q, err := p.engine.NewInstantQuery(ctx, p.storage, nil, expr, at)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	v, err := q.Exec(ctx).Vector()
	return slices.Clone(v), err
}
