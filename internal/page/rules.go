package page

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/prometheus/rules"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/ruler"
)

// Rules evaluates the shipped alert rules and keeps what came of it.
type Rules struct {
	ruler    *ruler.Ruler
	every    time.Duration
	shortFor time.Duration // 0: each rule has its own

	mu   sync.Mutex
	view rulesView
}

// rulesView is what the page shows.
type rulesView struct {
	Every     float64    `json:"evaluationSeconds"`
	ShortFor  float64    `json:"shortForSeconds"` // 0: as shipped
	Evaluated *time.Time `json:"evaluated"`       // null: not yet
	Error     string     `json:"error,omitempty"`
	Rules     []ruleView `json:"rules"`
}

// ruleView is one rule; its state is that of its worst alert: inactive, pending,
// firing, or paused.
type ruleView struct {
	Name     string      `json:"name"`
	Expr     string      `json:"expr"`
	State    string      `json:"state"`
	For      float64     `json:"forSeconds"`
	Severity string      `json:"severity"`
	Error    string      `json:"error,omitempty"`
	Alerts   []alertView `json:"alerts"`
}

// alertView is one label set that meets the rule's expression.
type alertView struct {
	State       string            `json:"state"`
	Since       time.Time         `json:"since"`
	Left        float64           `json:"leftSeconds"` // until it fires
	Value       float64           `json:"value"`
	Labels      map[string]string `json:"labels"`
	Summary     string            `json:"summary"`
	Description string            `json:"description"`
}

// OpenRules reads the shipped rule file. Dir is for what the rules' storage
// writes. A shortFor over 0 stands in for the rules' own "for".
func OpenRules(dir, file string, every, shortFor time.Duration) (*Rules, error) {
	r, err := ruler.Open(dir, file, ruler.Options{For: shortFor})
	if err != nil {
		return nil, err
	}
	return &Rules{ruler: r, every: every, shortFor: shortFor}, nil
}

// Run scrapes and evaluates until ctx ends, and closes the storage.
func (r *Rules) Run(ctx context.Context, scrape func(context.Context) ([]byte, error)) error {
	ticker := time.NewTicker(r.every)
	defer ticker.Stop()
	for {
		page, err := scrape(ctx)
		if ctx.Err() != nil {
			return r.ruler.Close()
		}
		now := time.Now()
		r.evaluate(now, page, err)
		select {
		case <-ctx.Done():
			return r.ruler.Close()
		case <-ticker.C:
		}
	}
}

// evaluate takes over a page, nil when the scrape failed.
func (r *Rules) evaluate(now time.Time, page []byte, scraped error) {
	err := errors.Join(scraped, r.ruler.Scrape(now, page))
	r.ruler.Evaluate(now)
	view := rulesView{Every: r.every.Seconds(), ShortFor: r.shortFor.Seconds(), Evaluated: &now}
	if err != nil {
		view.Error = err.Error()
	}
	evaluated, paused := r.ruler.Rules()
	for _, rule := range evaluated {
		view.Rules = append(view.Rules, viewRule(rule, rule.State().String(), now))
	}
	for _, rule := range paused {
		view.Rules = append(view.Rules, viewRule(rule, "paused", now))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.view = view
}

func viewRule(rule *rules.AlertingRule, state string, now time.Time) ruleView {
	view := ruleView{
		Name: rule.Name(), Expr: rule.Query().String(), State: state, For: rule.HoldDuration().Seconds(),
		Severity: rule.Labels().Get("severity"), Alerts: []alertView{},
	}
	if err := rule.LastError(); err != nil {
		view.Error = err.Error()
	}
	for _, a := range rule.ActiveAlerts() {
		shown := alertView{
			State: a.State.String(), Since: a.ActiveAt, Value: a.Value, Labels: a.Labels.Map(),
			Summary: a.Annotations.Get("summary"), Description: a.Annotations.Get("description"),
		}
		if a.State == rules.StatePending {
			shown.Left = max(0, a.ActiveAt.Add(rule.HoldDuration()).Sub(now).Seconds())
		}
		view.Alerts = append(view.Alerts, shown)
	}
	return view
}

func (s *Server) rules(w http.ResponseWriter, _ *http.Request) {
	s.Rules.mu.Lock()
	view := s.Rules.view
	s.Rules.mu.Unlock()
	if view.Evaluated == nil {
		fail(w, http.StatusServiceUnavailable, errors.New("the rules have not been evaluated yet"))
		return
	}
	reply(w, http.StatusOK, view)
}

// Scrape asks a data source's metrics route as Prometheus does.
func (s *Server) Scrape(ctx context.Context) ([]byte, error) {
	answer, err := s.source.Load().Get(ctx, "metrics")
	if err != nil {
		return nil, err
	}
	if answer.Status != http.StatusOK {
		return nil, fmt.Errorf("the metrics route answered %d", answer.Status)
	}
	return answer.Body, nil
}
