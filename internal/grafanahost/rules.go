package grafanahost

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Group is a provisioned rule group, with the keys that Grafana 12.4 reads.
type Group struct {
	OrgID    int64 `yaml:"orgId"`
	Name     string
	Folder   string
	Interval string
	Rules    []Rule
}

// Rule is a provisioned alert or recording rule.
type Rule struct {
	UID             string
	Title           string
	Condition       string
	Data            []RuleQuery
	DashboardUID    string `yaml:"dashboardUid"`
	PanelID         int64  `yaml:"panelId"`
	NoDataState     string `yaml:"noDataState"`
	ExecErrState    string `yaml:"execErrState"`
	For             string
	KeepFiringFor   string `yaml:"keepFiringFor"`
	MissingToResove int    `yaml:"missing_series_evals_to_resolve"`
	Annotations     map[string]string
	Labels          map[string]string
	IsPaused        bool `yaml:"isPaused"`
	Record          Record
}

// Record makes a rule one that records, and says what; in an alert rule it is
// empty.
type Record struct {
	Metric string
	From   string // the step whose numbers are recorded
	Target string `yaml:"targetDatasourceUid"`
}

// RuleQuery is one query or expression of a rule.
type RuleQuery struct {
	RefID             string `yaml:"refId"`
	QueryType         string `yaml:"queryType"`
	RelativeTimeRange struct {
		From, To int
	} `yaml:"relativeTimeRange"`
	DatasourceUID string `yaml:"datasourceUid"`
	Model         map[string]any
}

// Expression says whether the query is one of Grafana's own expressions.
func (q RuleQuery) Expression() bool {
	return q.DatasourceUID == "__expr__" || q.DatasourceUID == "-100"
}

// panel is what alerting asks for: what the rule looks back on, by default so
// finely that nothing is left out.
func (q RuleQuery) panel(now time.Time) Panel {
	ago := func(seconds int) time.Time { return now.Add(-time.Duration(seconds) * time.Second) }
	p := Panel{From: ago(q.RelativeTimeRange.From), To: ago(q.RelativeTimeRange.To), Interval: time.Second, MaxDataPoints: 43_200}
	if ms, ok := q.Model["intervalMs"].(int); ok && ms > 0 {
		p.Interval = time.Duration(ms) * time.Millisecond
	}
	if points, ok := q.Model["maxDataPoints"].(int); ok && points > 0 {
		p.MaxDataPoints = int64(points)
	}
	return p
}

var mathExpression = regexp.MustCompile(`^\$(\w+) (==|!=|>|<) (-?[\d.]+)$`)

// Evaluate runs a rule once, as Grafana's scheduler does, and returns the
// queries' numbers by refId and those of the condition. It knows the
// expressions that the shipped rules use: math that compares a query with a
// number.
func (r Rule) Evaluate(ctx context.Context, d *DataSource) (all map[string][]Number, condition []Number, err error) {
	all = map[string][]Number{}
	for _, q := range r.Data {
		if q.Expression() {
			continue
		}
		q.Model["refId"] = q.RefID
		answer, err := d.QueryPanel(ctx, q.Model, q.panel(d.now()))
		if err != nil {
			return nil, nil, err
		}
		if answer.Error != nil {
			return nil, nil, fmt.Errorf("query %s: %w", q.RefID, answer.Error)
		}
		if all[q.RefID], err = ReadNumbers(answer.Frames); err != nil {
			return nil, nil, fmt.Errorf("query %s: %w", q.RefID, err)
		}
	}
	for _, q := range r.Data {
		if !q.Expression() {
			continue
		}
		text, _ := q.Model["expression"].(string)
		m := mathExpression.FindStringSubmatch(text)
		if q.Model["type"] != "math" || m == nil {
			return nil, nil, fmt.Errorf("expression %s: %q is not known here", q.RefID, text)
		}
		input, ok := all[m[1]]
		if !ok {
			return nil, nil, fmt.Errorf("expression %s: there is no query %s", q.RefID, m[1])
		}
		against, err := strconv.ParseFloat(m[3], 64)
		if err != nil {
			return nil, nil, err
		}
		if all[q.RefID], err = Compare(input, m[2], against); err != nil {
			return nil, nil, err
		}
	}
	condition, ok := all[r.Condition]
	if !ok {
		return nil, nil, fmt.Errorf("rule %s: there is no condition %s", r.UID, r.Condition)
	}
	return all, condition, nil
}

// ForDuration is how long the condition must hold before the rule fires.
func (r Rule) ForDuration() (time.Duration, error) { return time.ParseDuration(r.For) }
