package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
)

// evaluationInterval is how often the shipped group is evaluated.
const evaluationInterval = time.Minute

// missingByDefault is after how many evaluations Grafana resolves an alert whose
// label set is not in the answer any more, where the rule does not say.
const missingByDefault = 2

// state is the state of one label set of a rule, in Grafana's words.
type state string

const (
	normal   state = "Normal"
	pending  state = "Pending"
	alerting state = "Alerting"
	noData   state = "NoData"
	failed   state = "Error"
)

// reasons why a state is what it is, where the condition itself does not tell.
const (
	reasonNoData = "NoData"
	reasonError  = "Error"
	reasonKept   = "KeepLast"
)

// alert is what Grafana keeps of one label set.
type alert struct {
	labels data.Labels
	state  state
	reason string
	since  time.Time // when it came into this state
	seen   time.Time // the newest evaluation that had it
}

// rule is a rule with the states that it has brought up. It does what Grafana
// 12.4.3 was seen to do and has in its source.
type rule struct {
	name    string
	hold    time.Duration
	missing int
	onNull  string // noDataState
	onError string // execErrState
	alerts  map[string]*alert
}

func newRule(r grafanahost.Rule) (*rule, error) {
	out := &rule{name: r.Title, missing: missingByDefault, onNull: r.NoDataState, onError: r.ExecErrState, alerts: map[string]*alert{}}
	if r.KeepFiringFor != "" && r.KeepFiringFor != "0s" {
		return nil, fmt.Errorf("rule %s: keepFiringFor is not known here", r.Title)
	}
	if r.MissingToResove > 0 {
		out.missing = r.MissingToResove
	}
	if r.For == "" {
		return out, nil
	}
	var err error
	out.hold, err = r.ForDuration()
	return out, err
}

// result is what one evaluation says of one label set.
type result struct {
	labels data.Labels
	state  state // normal, alerting, noData or failed
}

// evaluate takes over one evaluation: what the condition said, or why it could
// not be evaluated.
func (r *rule) evaluate(now time.Time, condition []grafanahost.Number, err error) {
	results := read(condition, err)
	if how := r.forAll(results); how != "" && len(r.alerts) > 0 {
		for _, a := range r.alerts {
			a.without(now, r.hold, results[0].state, how)
		}
		return
	}
	for _, each := range results {
		a := r.alerts[key(each.labels)]
		if a == nil {
			a = &alert{labels: each.labels, state: normal, since: now}
			r.alerts[key(each.labels)] = a
		}
		r.next(a, now, each)
	}
	maps.DeleteFunc(r.alerts, func(_ string, a *alert) bool {
		return !a.seen.Add(time.Duration(r.missing) * evaluationInterval).After(now)
	})
}

func read(condition []grafanahost.Number, err error) []result {
	if err != nil {
		return []result{{data.Labels{"ref_id": "A"}, failed}}
	}
	if len(condition) == 0 {
		return []result{{data.Labels{"ref_id": "A"}, noData}}
	}
	var out []result
	for _, n := range condition {
		s := normal
		if fires, known := n.Fires(); !known {
			s = noData
		} else if fires {
			s = alerting
		}
		out = append(out, result{n.Labels, s})
	}
	return out
}

// forAll says what an evaluation that tells nothing of any label set does to all
// that are known, or "" when each is looked at by itself.
func (r *rule) forAll(results []result) string {
	all := func(s state) bool {
		return !slices.ContainsFunc(results, func(each result) bool { return each.state != s })
	}
	switch {
	case all(noData) && r.onNull != "NoData":
		return r.onNull
	case all(failed) && r.onError != "Error":
		return r.onError
	}
	return ""
}

func (r *rule) next(a *alert, now time.Time, each result) {
	switch each.state {
	case normal:
		a.become(normal, "", now)
	case alerting:
		a.fire(now, r.hold, "")
	case noData:
		a.without(now, r.hold, noData, r.onNull)
	default:
		a.without(now, r.hold, failed, r.onError)
	}
}

// without is an evaluation without a value, by what the rule wants then.
func (a *alert) without(now time.Time, hold time.Duration, why state, how string) {
	reason := reasonNoData
	if why == failed {
		reason = reasonError
	}
	switch how {
	case "Alerting":
		a.fire(now, hold, reason)
	case "OK":
		a.become(normal, reason, now)
	case "KeepLast":
		reason += ", " + reasonKept
		if a.state == pending && now.Sub(a.since) >= hold {
			a.fire(now, hold, reason)
		} else {
			a.become(a.state, reason, now)
		}
	default:
		a.become(why, "", now)
	}
}

func (a *alert) fire(now time.Time, hold time.Duration, reason string) {
	switch {
	case a.state == alerting, hold <= 0, a.state == pending && now.Sub(a.since) >= hold:
		a.become(alerting, reason, now)
	default:
		a.become(pending, reason, now)
	}
}

func (a *alert) become(s state, reason string, now time.Time) {
	if a.state != s {
		a.state, a.since = s, now
	}
	a.reason, a.seen = reason, now
}

// firing lists what fires, in the words of the table.
func (r *rule) firing() []string {
	var out []string
	for _, a := range r.alerts {
		if a.state == alerting {
			word := subject(r.name, a.labels)
			if strings.Contains(a.reason, reasonKept) {
				word += " (kept)"
			}
			out = append(out, word)
		}
	}
	slices.Sort(out)
	return out
}

// subject names an alert as the table does: InterfaceDown hq/wg1.
func subject(name string, labels map[string]string) string {
	name = strings.TrimPrefix(strings.TrimPrefix(name, "OPNsense"), "WireGuard")
	var parts []string
	for _, l := range []string{"opnsense_instance", "device", "peer_name"} {
		if v, ok := labels[l]; ok && (v != "" || l == "peer_name") {
			parts = append(parts, v)
		}
	}
	return strings.TrimSpace(name + " " + strings.Join(parts, "/"))
}

func key(l data.Labels) string { return l.Fingerprint().String() }
