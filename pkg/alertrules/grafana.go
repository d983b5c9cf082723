package alertrules

import "github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"

// dataQuery is one query or expression of a rule, the same in files and API.
type dataQuery struct {
	RefID         string     `yaml:"refId" json:"refId"`
	TimeRange     *timeRange `yaml:"relativeTimeRange,flow,omitempty" json:"relativeTimeRange,omitempty"`
	DatasourceUID string     `yaml:"datasourceUid" json:"datasourceUid"`
	Model         model      `yaml:"model" json:"model"`
}

// timeRange is in seconds before now. Grafana wants one, our queries ask for now.
type timeRange struct {
	From int `yaml:"from" json:"from"`
	To   int `yaml:"to" json:"to"`
}

// model is a query of this data source, or a math expression.
type model struct {
	RefID      string       `yaml:"refId" json:"refId"`
	QueryType  query.Type   `yaml:"queryType,omitempty" json:"queryType,omitempty"`
	Format     query.Format `yaml:"format,omitempty" json:"format,omitempty"`
	Metric     query.Metric `yaml:"metric,omitempty" json:"metric,omitempty"`
	Filter     *filter      `yaml:"filter,omitempty" json:"filter,omitempty"`
	Type       string       `yaml:"type,omitempty" json:"type,omitempty"`
	Expression string       `yaml:"expression,omitempty" json:"expression,omitempty"`
}

type filter struct {
	InterfaceUp bool `yaml:"interfaceUp" json:"interfaceUp"`
}

// condition is the refId of the expression that decides.
const condition = "B"

func (r *rule) data(uid string) []dataQuery {
	ask := model{RefID: "A", QueryType: r.rows, Format: query.Numeric, Metric: r.metric}
	if r.interfaceUp {
		ask.Filter = &filter{InterfaceUp: true}
	}
	return []dataQuery{
		{RefID: "A", TimeRange: &timeRange{From: 600}, DatasourceUID: uid, Model: ask},
		{RefID: condition, DatasourceUID: "__expr__", Model: model{RefID: condition, Type: "math", Expression: "$A " + r.compare}},
	}
}

func (r *rule) labels() map[string]string { return map[string]string{"severity": r.severity} }
