package query

import (
	"regexp"
	"slices"
	"strings"
)

// Matcher is one value of a filter: an exact text, or /a regular expression/ on
// the whole value.
type Matcher struct {
	text string
	re   *regexp.Regexp // nil for an exact text
}

// Matchers are alternatives. None at all matches everything.
type Matchers []Matcher

// Match says whether one of the names is wanted.
func (m Matchers) Match(names ...string) bool {
	return len(m) == 0 || slices.ContainsFunc(m, func(one Matcher) bool {
		return slices.ContainsFunc(names, one.match)
	})
}

func (m Matcher) match(name string) bool {
	if m.re == nil {
		return m.text == name
	}
	at := m.re.FindStringIndex(name)
	return at != nil && at[0] == 0 && at[1] == len(name)
}

// MarshalText returns what the matcher was made of.
func (m Matcher) MarshalText() ([]byte, error) { return []byte(m.text), nil }

func (m Matchers) texts() []string {
	var out []string
	for _, one := range m {
		out = append(out, one.text)
	}
	return out
}

// leftover finds a dashboard variable that nobody filled in: Grafana does not
// do so in alert rules.
var leftover = regexp.MustCompile(`\$\{?[A-Za-z_]\w*|\[\[\w`)

// NewMatchers reads the values of one filter; the error names field and value.
func NewMatchers(field string, values []string) (Matchers, error) {
	var out Matchers
	for _, v := range values {
		m := Matcher{text: v}
		switch pattern, isRegexp := cutSlashes(v); {
		case v == "":
			return nil, &Error{field, "an empty value matches nothing: remove it"}
		case isRegexp:
			var err error
			if m.re, err = compile(field, v, pattern, ""); err != nil {
				return nil, err
			}
		case leftover.MatchString(v):
			return nil, leftOver(field, v)
		}
		out = append(out, m)
	}
	return out, nil
}

// compile makes a regular expression for whole values; the error names the field
// and what was written there. Compiled as it stands: within "^(?:…)$", a)|(b would
// escape the anchors. Flags, which no error should quote, come after.
func compile(field, written, pattern, flags string) (*regexp.Regexp, error) {
	re, err := regexp.Compile(pattern)
	if err == nil && flags != "" {
		re, err = regexp.Compile(flags + pattern)
	}
	if err != nil {
		return nil, &Error{field, quote(written) + " is not a regular expression: " + reason(err)}
	}
	re.Longest() // so that the whole value is found where it matches at all
	return re, nil
}

func leftOver(field, what string) error {
	return &Error{field, quote(what) + " names a dashboard variable that was not filled in: " +
		"alert rules know no variables, and elsewhere the variable must exist"}
}

func cutSlashes(v string) (string, bool) {
	if len(v) < 2 || !strings.HasPrefix(v, "/") || !strings.HasSuffix(v, "/") {
		return "", false
	}
	return v[1 : len(v)-1], true
}
