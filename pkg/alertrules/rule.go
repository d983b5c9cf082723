package alertrules

import "github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"

// What is the same for all rules.
const (
	folder    = "OPNsense"
	interval  = "1m"
	dashboard = "opnsense-wireguard-overview"
)

// Severities, the value of the label of that name.
const (
	critical = "critical"
	warning  = "warning"
)

// outcome is what a rule makes of a query that fails or brings nothing.
type outcome string

const (
	keepLast outcome = "KeepLast" // alerts stay as they are
	alerting outcome = "Alerting" // it fires
)

// panel is a panel's id on the dashboard.
type panel int

const (
	firewallsPanel panel = 11
	tunnelsPanel   panel = 21
	sitesPanel     panel = 31
	peersPanel     panel = 32 // in a folded row: phones are there, too
)

// rule is one alert rule. The zero values of missing and paused mean Grafana's
// own default, and not paused.
type rule struct {
	name string // the label alertname
	slug string // the end of its uid

	why       []string // the comment above it in all files,
	inGrafana []string // and what is added in Grafana's

	rows        query.Type // what is asked: one metric,
	metric      query.Metric
	interfaceUp bool   // only of peers whose interface is up,
	compare     string // and when it fires
	promql      string // the same over the series

	wait      string // for how long it must hold
	severity  string
	onNothing outcome
	missing   int // evaluations without its row until an alert resolves
	paused    bool

	panel panel
	texts texts
}

// texts are a rule's annotations. Where is in our own rules only.
type texts struct {
	Summary     string `yaml:"summary" json:"summary"`
	Description string `yaml:"description" json:"description"`
	Where       string `yaml:"where,omitempty" json:"where,omitempty"`
	Runbook     string `yaml:"runbook,omitempty" json:"runbook,omitempty"`
	RunbookURL  string `yaml:"runbook_url" json:"runbook_url"`
}

const (
	theirRunbooks = "https://srerun.github.io/prometheus-alerts/runbooks/opnsense/"
	ourRunbooks   = "https://github.com/opnsense-wireguard/opnsense-wireguard-datasource/blob/main/docs/runbooks/"

	onInstance = " (instance {{ $labels.opnsense_instance }})"
	details    = "\n  VALUE = {{ $value }}\n  LABELS = {{ $labels }}"

	whereTunnel = "{{ $labels.opnsense_instance }} / {{ $labels.device_name }} ({{ $labels.device }})"
	wherePeer   = whereTunnel + " / {{ $labels.peer_name }}"

	ifUp = " and on (opnsense_instance, device) opnsense_wireguard_interfaces_status == 1"
)

// mirrored are the texts of a rule that the community publishes for the
// exporter, word for word.
func mirrored(title, description, runbook string) texts {
	return texts{
		Summary: title + onInstance, Description: description + details,
		Runbook: theirRunbooks + runbook + "/", RunbookURL: theirRunbooks + runbook + "/",
	}
}
