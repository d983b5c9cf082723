package alertrules

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// A rule group as PUT /api/v1/provisioning/folder/{folder}/rule-groups/{group}
// takes it. The folder is the one in the address.
type (
	apiGroup struct {
		Title    string    `json:"title"`
		Interval int64     `json:"interval"` // seconds
		Rules    []apiRule `json:"rules"`
	}
	apiRule struct {
		UID          string            `json:"uid"`
		OrgID        int64             `json:"orgID"`
		RuleGroup    string            `json:"ruleGroup"`
		Title        string            `json:"title"`
		Condition    string            `json:"condition"`
		Data         []dataQuery       `json:"data"`
		NoDataState  outcome           `json:"noDataState"`
		ExecErrState outcome           `json:"execErrState"`
		Missing      int               `json:"missingSeriesEvalsToResolve,omitempty"`
		For          string            `json:"for"`
		IsPaused     bool              `json:"isPaused"`
		Labels       map[string]string `json:"labels"`
		Annotations  apiAnnotations    `json:"annotations"`
	}
	// apiAnnotations also link the panel: the API has no fields for that.
	apiAnnotations struct {
		texts
		DashboardUID string `json:"__dashboardUid__"`
		PanelID      string `json:"__panelId__"`
	}
)

// API writes the rules as the body of a rule group for Grafana's HTTP API.
func (d DataSource) API() ([]byte, error) {
	every, err := time.ParseDuration(interval)
	if err != nil {
		return nil, err
	}
	group := apiGroup{Title: d.Group(), Interval: int64(every.Seconds())}
	for i := range rules {
		r := &rules[i]
		group.Rules = append(group.Rules, apiRule{
			UID: d.ruleUID(r), OrgID: max(d.OrgID, 1), RuleGroup: group.Title,
			Title: r.name, Condition: condition, Data: r.data(d.UID),
			NoDataState: r.onNothing, ExecErrState: r.onNothing, Missing: r.missing,
			For: r.wait, IsPaused: r.paused, Labels: r.labels(),
			Annotations: apiAnnotations{r.texts, dashboard, strconv.Itoa(int(r.panel))},
		})
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false) // people read it
	e.SetIndent("", "  ")
	if err := e.Encode(group); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
