package query

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// Error is a query that cannot be answered: which field, and what is allowed.
type Error struct{ Field, Problem string }

func (e *Error) Error() string { return "query field " + e.Field + ": " + e.Problem }

// Parse reads a query as the front end saves it. Fields that Grafana adds are
// passed over, empty ones get their defaults; whatever cannot be meant is an
// *Error. outer is the query type beside the JSON, which applies when the JSON
// names none.
func Parse(raw []byte, outer string) (Query, error) { return parse(raw, outer, false) }

// ParseForRule is Parse for an alert rule. Rows whose format is not named are
// numeric there: Grafana shows the front end's default for rules in a new one,
// and stores nothing until somebody changes it.
func ParseForRule(raw []byte, outer string) (Query, error) { return parse(raw, outer, true) }

func parse(raw []byte, outer string, rule bool) (Query, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil || fields == nil {
		return Query{}, &Error{"(whole query)", "not a JSON object"}
	}
	var q Query
	var err error
	if q.Type, err = choice(fields, "queryType", types, Type(outer)); err != nil {
		return Query{}, err
	}
	var fallback Format
	if rule && len(metrics[q.Type]) > 0 {
		fallback = Numeric
	}
	if q.Format, err = choice(fields, "format", formats[q.Type], fallback); err != nil {
		return Query{}, err
	}
	if q.Type == PromQL {
		if q.Expr, q.Legend, err = parseExpr(fields); err != nil {
			return Query{}, err
		}
		q.Filter.Labels, err = parseAdhoc(fields["adhoc"])
		return q, err
	}
	if len(metrics[q.Type]) > 0 {
		// Checked for tables too: a typing error must not wait until the format changes.
		if q.Metric, err = choice(fields, "metric", metrics[q.Type], ""); err != nil {
			return Query{}, err
		}
	}
	if q.Format == Table {
		q.Metric = ""
	}
	if q.Filter, err = parseFilter(fields["filter"], q.Type); err != nil {
		return Query{}, err
	}
	if q.Filter.Labels, err = parseAdhoc(fields["adhoc"]); err != nil {
		return Query{}, err
	}
	return q, nil
}

// choice reads a word out of those allowed; the first one stands in where
// neither the query nor fallback names one.
func choice[T ~string](fields map[string]json.RawMessage, field string, allowed []T, fallback T) (T, error) {
	word := string(fallback)
	if raw, ok := fields[field]; ok && string(raw) != "null" {
		var given string
		if json.Unmarshal(raw, &given) != nil {
			return "", &Error{field, "must be a text, one of " + list(allowed)}
		}
		if given != "" {
			word = given
		}
	}
	if word == "" {
		return allowed[0], nil
	}
	if !slices.Contains(allowed, T(word)) {
		return "", &Error{field, quote(word) + " is unknown; allowed: " + list(allowed)}
	}
	return T(word), nil
}

func parseExpr(fields map[string]json.RawMessage) (expr, legend string, err error) {
	if expr, err = text(fields, "expr"); err == nil {
		legend, err = text(fields, "legendFormat")
	}
	switch {
	case err != nil:
		return "", "", err
	case strings.TrimSpace(expr) == "":
		return "", "", &Error{"expr", "is missing: a PromQL expression, such as opnsense_wireguard_interfaces_status == 0"}
	case len(expr) > mostExpr:
		return "", "", &Error{"expr", fmt.Sprintf("has %d bytes; at most %d can be read", len(expr), mostExpr)}
	}
	return expr, legend, nil
}

// mostExpr is how long an expression may be, in bytes.
const mostExpr = 16 << 10

// text reads a text; "" where there is none.
func text(fields map[string]json.RawMessage, field string) (string, error) {
	var s *string
	if raw, ok := fields[field]; ok && json.Unmarshal(raw, &s) != nil {
		return "", &Error{field, "must be a text"}
	}
	if s == nil {
		return "", nil
	}
	return *s, nil
}

// filterFields says which filters go with which type.
var filterFields = map[Type][]string{
	Interfaces: {"firewalls", "interfaces", "statuses"},
	Peers:      {"firewalls", "interfaces", "peers", "statuses", "interfaceUp", "site"},
	Firewalls:  {"firewalls"},
	Problems:   {"firewalls", "interfaces", "peers"},
	Events:     {"firewalls", "interfaces", "peers", "kinds"},
}

func parseFilter(raw json.RawMessage, t Type) (Filter, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return Filter{}, nil
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return Filter{}, &Error{"filter", "must be an object with any of " + list(filterFields[t])}
	}
	var f Filter
	var problems []error
	for name, value := range fields {
		if isEmpty(value) || (string(value) == "false" && name != "site") {
			continue // what an editor leaves behind when a filter is cleared
		}
		if !slices.Contains(filterFields[t], name) {
			problems = append(problems, &Error{"filter." + word(name), "not a filter of " + string(t) + "; allowed: " + list(filterFields[t])})
			continue
		}
		if err := f.set(name, value, t); err != nil {
			problems = append(problems, err)
		}
	}
	// A map has no order, an error message must have one.
	slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	if len(problems) > 0 {
		return Filter{}, problems[0]
	}
	return f, nil
}

func isEmpty(raw json.RawMessage) bool {
	s := string(raw)
	return s == "null" || s == "[]" || s == `""`
}

func (f *Filter) set(name string, raw json.RawMessage, t Type) (err error) {
	field := "filter." + name
	if name == "interfaceUp" {
		if json.Unmarshal(raw, &f.InterfaceUp) != nil {
			return &Error{field, "must be true or false"}
		}
		return nil
	}
	if name == "site" {
		f.Site = new(bool)
		if json.Unmarshal(raw, f.Site) != nil {
			return &Error{field, "must be true or false"}
		}
		return nil
	}
	var values []string
	if json.Unmarshal(raw, &values) != nil {
		return &Error{field, "must be a list of texts"}
	}
	switch name {
	case "firewalls":
		f.Firewalls, err = NewMatchers(field, values)
	case "interfaces":
		f.Interfaces, err = NewMatchers(field, values)
	case "peers":
		f.Peers, err = NewMatchers(field, values)
	case "statuses":
		f.Statuses, err = words(field, values, Statuses(t))
	case "kinds":
		f.Kinds, err = words(field, values, Kinds())
	}
	return err
}

func words(field string, values, allowed []string) ([]string, error) {
	for _, v := range values {
		if !slices.Contains(allowed, v) {
			return nil, &Error{field, quote(v) + " is unknown; allowed: " + list(allowed)}
		}
	}
	return values, nil
}

// Statuses lists the status words of a type; none for firewalls.
func Statuses(t Type) []string {
	var out []string
	switch t {
	case Interfaces:
		for _, s := range wireguard.InterfaceStatuses() {
			out = append(out, s.String())
		}
	case Peers:
		for _, s := range wireguard.PeerStatuses() {
			out = append(out, s.String())
		}
	case Firewalls, Problems, Events, PromQL:
	}
	return out
}

// Kinds lists the words for what an event is about.
func Kinds() []string {
	var out []string
	for _, k := range wireguard.Kinds() {
		out = append(out, string(k))
	}
	return out
}

func list[T ~string](allowed []T) string {
	var words []string
	for _, a := range allowed {
		words = append(words, string(a))
	}
	return strings.Join(words, ", ")
}

// quote shows foreign text in a message: bounded, on one line.
func quote(s string) string {
	const most = 80
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return strconv.Quote(s)
}

// word is quote without the marks, for names of fields.
func word(s string) string {
	q := quote(s)
	return q[1 : len(q)-1]
}

func reason(err error) string {
	var syn *syntax.Error
	if errors.As(err, &syn) {
		return fmt.Sprintf("%s %s", syn.Code, quote(syn.Expr))
	}
	return "cannot be compiled"
}
