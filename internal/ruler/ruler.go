// Package ruler is what a Prometheus that scrapes the plugin's metrics route and
// has the shipped rule file would be: a storage of its own and Prometheus' own
// rules engine, at times that the caller sets.
package ruler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/tsdb"
)

// day is how long the storage keeps all in memory, in milliseconds.
const day = int64(24 * time.Hour / time.Millisecond)

// Options change how the rule file is read. The zero value: as it is shipped.
type Options struct {
	Paused bool          // also evaluate the rules that are paused in Grafana
	For    time.Duration // instead of each rule's "for", 0: as the file says
}

// Ruler is one such Prometheus. It is for one goroutine at a time.
type Ruler struct {
	storage *tsdb.DB
	engine  *promql.Engine
	groups  []*rules.Group // evaluated
	paused  []*rules.Group // not evaluated
	known   map[string]labels.Labels
}

// The shipped file has the rules that are paused in Grafana as a group of
// comments, whose name ends so.
const pausedGroup = ", paused"

var pausedLine = regexp.MustCompile(`(?m)^#  `)

// Unpause turns these comments into rules.
func Unpause(file []byte) []byte { return pausedLine.ReplaceAll(file, []byte("  ")) }

var forLine = regexp.MustCompile(`(?m)^( +for:) .*$`)

// Open reads a rule file in Prometheus' format and makes an empty storage in dir.
func Open(dir, file string, options Options) (*Ruler, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	raw = Unpause(raw)
	if options.For > 0 {
		raw = forLine.ReplaceAll(raw, []byte("${1} "+options.For.String()))
	}
	all := filepath.Join(dir, "rules.yml")
	if err := os.WriteFile(all, raw, 0o600); err != nil {
		return nil, err
	}
	logger := slog.New(slog.DiscardHandler)
	storage, err := tsdb.Open(filepath.Join(dir, "data"), logger, nil, &tsdb.Options{
		MinBlockDuration: day, MaxBlockDuration: day, WALSegmentSize: -1, NoLockfile: true,
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("storage for the rules: %w", err)
	}
	r := &Ruler{storage: storage, known: map[string]labels.Labels{}}
	r.engine = promql.NewEngine(promql.EngineOpts{
		MaxSamples: 1e6, Timeout: time.Minute, LookbackDelta: 5 * time.Minute, Parser: parser.NewParser(parser.Options{}),
	})
	manager := rules.NewManager(&rules.ManagerOptions{
		QueryFunc: rules.EngineQueryFunc(r.engine, storage), NotifyFunc: func(context.Context, string, ...*rules.Alert) {},
		Context: context.Background(), Appendable: storage, Queryable: storage, Logger: logger,
	})
	groups, errs := manager.LoadGroups(time.Minute, labels.EmptyLabels(), "", nil, false, all)
	if len(errs) > 0 {
		return nil, errors.Join(append(errs, r.Close())...)
	}
	r.keep(groups, options.Paused)
	return r, nil
}

// keep sorts the groups by name, as they come in a map.
func (r *Ruler) keep(groups map[string]*rules.Group, paused bool) {
	for _, g := range groups {
		if strings.HasSuffix(g.Name(), pausedGroup) && !paused {
			r.paused = append(r.paused, g)
		} else {
			r.groups = append(r.groups, g)
		}
	}
	for _, list := range [][]*rules.Group{r.groups, r.paused} {
		slices.SortFunc(list, func(a, b *rules.Group) int { return strings.Compare(a.Name(), b.Name()) })
	}
}

// Close ends the engine and the storage.
func (r *Ruler) Close() error { return errors.Join(r.engine.Close(), r.storage.Close()) }

// Evaluate evaluates every rule that is not paused once. A rule's error is in
// what Rules returns.
func (r *Ruler) Evaluate(at time.Time) {
	for _, g := range r.groups {
		g.Eval(context.Background(), at)
	}
}

// Rules are the alerting rules, first those that are evaluated.
func (r *Ruler) Rules() (evaluated, paused []*rules.AlertingRule) {
	for _, g := range r.groups {
		evaluated = append(evaluated, g.AlertingRules()...)
	}
	for _, g := range r.paused {
		paused = append(paused, g.AlertingRules()...)
	}
	return evaluated, paused
}

// Query evaluates an expression over what was scraped.
func (r *Ruler) Query(ctx context.Context, expr string, at time.Time) (promql.Vector, error) {
	q, err := r.engine.NewInstantQuery(ctx, r.storage, nil, expr, at)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	v, err := q.Exec(ctx).Vector()
	return slices.Clone(v), err
}
