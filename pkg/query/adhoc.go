package query

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// LabelMatcher narrows rows by one of their labels, as a matcher of PromQL does:
// a label that a row does not have is empty, and a regular expression is one on
// the whole value. Grafana makes them of ad-hoc filters.
type LabelMatcher struct {
	Key, Operator string
	Values        []string // one, or any number for the operators =| and !=|
	one           Matcher  // of a regular expression
}

// LabelMatchers must all match. None at all matches everything.
type LabelMatchers []LabelMatcher

// LabelKeys are the labels that rows can be narrowed by.
func LabelKeys() []string { return slices.Clone(labelKeys) }

const firewallKey = "opnsense_instance"

var (
	labelKeys = []string{firewallKey, "device", "device_name", "peer_name", "public_key", "site"}
	operators = []string{"=", "!=", "=~", "!~", "=|", "!=|"}
)

// Match says whether a row is wanted; label returns a label of it, "" for one that
// it does not have.
func (m LabelMatchers) Match(label func(key string) string) bool {
	for i := range m {
		if !m[i].match(label(m[i].Key)) {
			return false
		}
	}
	return true
}

func (m *LabelMatcher) match(value string) bool {
	var found bool
	if m.one.re != nil {
		found = m.one.match(value)
	} else {
		found = slices.Contains(m.Values, value)
	}
	return found != strings.HasPrefix(m.Operator, "!")
}

// Firewall says whether rows of a firewall may be wanted.
func (f Filter) Firewall(name, id string) bool {
	return f.Firewalls.Match(name, id) && !slices.ContainsFunc(f.Labels, func(m LabelMatcher) bool {
		return m.Key == firewallKey && !m.match(name)
	})
}

// String tells it as PromQL does, as far as that has the operator.
func (m LabelMatcher) String() string {
	var values []string
	for _, v := range m.Values {
		values = append(values, strconv.Quote(v))
	}
	return m.Key + m.Operator + strings.Join(values, "|")
}

// parseAdhoc reads a list of ad-hoc filters as Grafana has them. What it adds
// beside key, operator, value and values is passed over.
func parseAdhoc(raw json.RawMessage) (LabelMatchers, error) {
	if len(raw) == 0 || isEmpty(raw) {
		return nil, nil
	}
	var entries []map[string]json.RawMessage
	if json.Unmarshal(raw, &entries) != nil {
		return nil, &Error{"adhoc", "must be a list of objects with key, operator and value"}
	}
	var out LabelMatchers
	for i, entry := range entries {
		m, err := parseLabelMatcher(fmt.Sprintf("adhoc[%d].", i), entry)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

func parseLabelMatcher(field string, entry map[string]json.RawMessage) (m LabelMatcher, err error) {
	given := map[string]string{}
	for _, name := range []string{"key", "operator", "value"} {
		if given[name], err = text(entry, name); err != nil {
			return m, &Error{field + name, "must be a text"}
		}
	}
	m = LabelMatcher{Key: given["key"], Operator: given["operator"], Values: []string{given["value"]}}
	if !slices.Contains(labelKeys, m.Key) {
		return m, &Error{field + "key", quote(m.Key) + " is unknown; allowed: " + list(labelKeys)}
	}
	if !slices.Contains(operators, m.Operator) {
		return m, &Error{field + "operator", quote(m.Operator) + " is unknown; allowed: " + list(operators)}
	}
	field += "value"
	if several := entry["values"]; strings.HasSuffix(m.Operator, "|") && len(several) > 0 && !isEmpty(several) {
		field += "s"
		if m.Values = nil; json.Unmarshal(several, &m.Values) != nil {
			return m, &Error{field, "must be a list of texts"}
		}
	}
	if strings.HasSuffix(m.Operator, "~") {
		// A dot is any character, as in PromQL.
		re, err := compile(field, m.Values[0], m.Values[0], "(?s)")
		m.one = Matcher{m.Values[0], re}
		return m, err
	}
	for _, v := range m.Values {
		if leftover.MatchString(v) {
			return m, leftOver(field, v)
		}
	}
	return m, nil
}
