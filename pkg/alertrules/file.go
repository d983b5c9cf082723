package alertrules

import "slices"

// A provisioning file, with the keys that Grafana reads. Others it would ignore
// without a word.
type (
	file struct {
		APIVersion int         `yaml:"apiVersion"`
		Groups     []fileGroup `yaml:"groups"`
	}
	fileGroup struct {
		OrgID    int64      `yaml:"orgId"`
		Name     string     `yaml:"name"`
		Folder   string     `yaml:"folder"`
		Interval string     `yaml:"interval"`
		Rules    []fileRule `yaml:"rules"`
	}
	fileRule struct {
		UID          string            `yaml:"uid"`
		Title        string            `yaml:"title"`
		Condition    string            `yaml:"condition"`
		Data         []dataQuery       `yaml:"data"`
		DashboardUID string            `yaml:"dashboardUid"`
		PanelID      panel             `yaml:"panelId"`
		NoDataState  outcome           `yaml:"noDataState"`
		ExecErrState outcome           `yaml:"execErrState"`
		Missing      int               `yaml:"missing_series_evals_to_resolve,omitempty"`
		For          string            `yaml:"for"`
		IsPaused     bool              `yaml:"isPaused,omitempty"`
		Labels       map[string]string `yaml:"labels"`
		Annotations  texts             `yaml:"annotations"`
	}
)

const fileHead = `# Alert rules of the OPNsense WireGuard data source. What each means and what to
# do: docs/alerts.md and docs/runbooks/. Generated: change them in
# pkg/alertrules, or export your own from GET resources/alert-rules.
#
# Annotations are taken as they stand; in titles and labels Grafana would expand
# $NAME from its environment.
`

// File writes the rules as a file for Grafana's provisioning/alerting.
func (d DataSource) File() ([]byte, error) {
	group := fileGroup{OrgID: max(d.OrgID, 1), Name: d.Group(), Folder: folder, Interval: interval}
	var comments [][]string
	for i := range rules {
		r := &rules[i]
		comments = append(comments, slices.Concat(r.why, r.inGrafana))
		group.Rules = append(group.Rules, fileRule{
			UID: d.ruleUID(r), Title: r.name, Condition: condition, Data: r.data(d.UID),
			DashboardUID: dashboard, PanelID: r.panel,
			NoDataState: r.onNothing, ExecErrState: r.onNothing, Missing: r.missing,
			For: r.wait, IsPaused: r.paused, Labels: r.labels(), Annotations: r.texts,
		})
	}
	return marshal(fileHead, file{APIVersion: 1, Groups: []fileGroup{group}}, comments)
}
