package frames

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// row is what all kinds of rows have in common.
type row interface{ owner() *wireguard.Firewall }

// UnavailableError means that there is nothing to show: no firewall in the
// query's scope ever answered, or, for a numeric query, one was not tried yet. A
// row left out of a numeric frame would resolve an alert that fires for it.
type UnavailableError struct{ Causes []error }

func (e *UnavailableError) Error() string {
	return "no answer from the firewalls: " + errors.Join(e.Causes...).Error()
}

func (e *UnavailableError) Unwrap() []error { return e.Causes }

// untriedError stands in where a firewall does not say itself that no poll of it
// has ended.
type untriedError struct{ firewall string }

func (e *untriedError) Error() string { return "firewall " + e.firewall + " was not asked yet" }

// Build makes the frame that answers a query for the present: exactly one. Scope are the
// firewalls that the query's filter lets through, in the order of the settings.
func Build(q query.Query, scope []wireguard.Firewall) (data.Frames, error) {
	if err := Available(q, scope); err != nil {
		return nil, err
	}
	var f *data.Frame
	switch q.Type {
	case query.Interfaces:
		rows := collect(scope, func(fw *wireguard.Firewall) []interfaceRow { return interfaceRows(fw, q.Filter) })
		rows = narrowed(q.Filter.Labels, interfaceLabels, rows)
		f = build(q, interfaceColumns, interfaceLabels, rows, func(r interfaceRow) bool { return r.HasIdentity() })
	case query.Peers:
		rows := collect(scope, func(fw *wireguard.Firewall) []peerRow { return peerRows(fw, q.Filter) })
		rows = narrowed(q.Filter.Labels, peerLabels, rows)
		if q.Metric == query.HandshakeAge {
			rows = slices.DeleteFunc(rows, func(r peerRow) bool { return r.LatestHandshake.IsZero() })
		}
		f = build(q, peerColumns, peerLabels, rows, func(r peerRow) bool { return r.HasIdentity() })
	case query.Firewalls:
		rows := collect(scope, func(fw *wireguard.Firewall) []firewallRow { return []firewallRow{newFirewallRow(fw)} })
		rows = narrowed(q.Filter.Labels, firewallLabels, rows)
		f = build(q, firewallColumns, firewallLabels, rows, func(firewallRow) bool { return true })
	case query.Problems:
		rows := collect(scope, func(fw *wireguard.Firewall) []problemRow { return problemRows(fw, q.Filter) })
		rows = narrowed(q.Filter.Labels, problemLabels, rows)
		slices.SortStableFunc(rows, worseFirst)
		f = build(q, problemColumns, nil, rows, func(problemRow) bool { return true })
	case query.Events, query.PromQL: // of the past: Events, TimeSeries, Instant
	}
	Explain(q, scope, f)
	return data.Frames{f}, nil
}

// Explain adds to a frame what is missing from it and how it came about.
func Explain(q query.Query, scope []wireguard.Firewall, f *data.Frame) {
	f.Meta.Notices = append(f.Meta.Notices, notices(q, scope)...)
	f.Meta.ExecutedQueryString = executed(q, scope)
}

// Available is an *UnavailableError where there is nothing to show.
func Available(q query.Query, scope []wireguard.Firewall) error {
	var untried, failed []error
	known := len(scope) == 0 || q.Type == query.Firewalls || q.Type == query.Problems // which have rows all the same
	for i := range scope {
		f := &scope[i]
		err := f.Err
		if f.Tried.IsZero() {
			if err == nil {
				err = &untriedError{f.Name}
			}
			untried = append(untried, err)
		}
		if err != nil {
			failed = append(failed, err)
		}
		known = known || f.Answered() || len(f.Snapshot.Interfaces) > 0
	}
	switch {
	case q.Format == query.Numeric && len(untried) > 0:
		return &UnavailableError{untried}
	case !known:
		return &UnavailableError{failed}
	}
	return nil
}

func collect[R row](scope []wireguard.Firewall, rowsOf func(*wireguard.Firewall) []R) []R {
	if len(scope) == 1 {
		return rowsOf(&scope[0])
	}
	var rows []R
	for i := range scope {
		rows = append(rows, rowsOf(&scope[i])...)
	}
	return rows
}

func build[R row](q query.Query, columns, labels []column[R], rows []R, identified func(R) bool) *data.Frame {
	if q.Format == query.Table {
		f := data.NewFrame(string(q.Type), fields(columns, rows)...)
		return f.SetMeta(typed(data.FrameTypeTable))
	}
	all := len(rows)
	rows = slices.DeleteFunc(rows, func(r R) bool { return !identified(r) })
	value := columns[slices.IndexFunc(columns, func(c column[R]) bool { return c.name == string(q.Metric) })]
	f := data.NewFrame(string(q.Metric), numericFields(labels, value, rows)...)
	f.SetMeta(typed(data.FrameTypeNumericLong))
	if n := all - len(rows); n > 0 {
		f.AppendNotices(data.Notice{Severity: data.NoticeSeverityWarning,
			Text: fmt.Sprintf("Rows left out because they cannot be told from others (no device name or public key): %d", n)})
	}
	return f
}

// ifKnown makes a value null while its firewall does not answer.
func ifKnown[R row](get func(R) (float64, bool)) func(R) (float64, bool) {
	return func(r R) (float64, bool) {
		if !r.owner().Known() {
			return 0, false
		}
		return get(r)
	}
}

// reason tells why a row has its status, or why it has none.
func reason(f *wireguard.Firewall, why string) string {
	if f.Known() {
		return why
	}
	return "not known: the firewall did not answer"
}

// notices tells, per firewall, what is missing from the frame or odd in it.
func notices(q query.Query, scope []wireguard.Firewall) []data.Notice {
	var out []data.Notice
	if len(scope) == 0 {
		out = append(out, data.Notice{Severity: data.NoticeSeverityWarning, Text: "No firewall of this data source matches the filter"})
	}
	for i := range scope {
		f := &scope[i]
		if f.Err != nil {
			text := f.Err.Error()
			switch {
			case q.Type == query.Firewalls, q.Type == query.Problems, q.FromHistory():
			case f.Answered():
				text += ". Its last known rows stay, without values"
			case q.Type == query.Interfaces && len(f.Snapshot.Interfaces) > 0:
				text += ". Its expected rows are there, without values"
			}
			out = append(out, data.Notice{Severity: data.NoticeSeverityWarning, Text: text})
		}
		if odd := oddities(f.Snapshot.Oddities); odd != "" && f.Err == nil {
			out = append(out, data.Notice{Severity: data.NoticeSeverityInfo, Text: "Firewall " + f.Name + " sent rows " + odd})
		}
	}
	return out
}

// oddities lists counts in a fixed order, "without a public key: 2, …".
func oddities(odd wireguard.Oddities) string {
	var parts []string
	for kind, n := range odd {
		parts = append(parts, fmt.Sprintf("%s: %d", kind, n))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// executed is what the query inspector shows: the query as understood, the call
// behind it and the time of each answer.
func executed(q query.Query, scope []wireguard.Firewall) string {
	source := "from GET /api/wireguard/service/show"
	if q.FromHistory() {
		source = "from the history in memory"
	}
	lines := []string{q.String(), source}
	for i := range scope {
		at := "never answered"
		if scope[i].Answered() {
			at = "answered " + scope[i].Snapshot.At.UTC().Format(time.RFC3339)
		}
		lines = append(lines, scope[i].Name+": "+at)
	}
	return strings.Join(lines, "\n")
}
