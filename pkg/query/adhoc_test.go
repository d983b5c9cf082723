package query

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/prometheus/prometheus/model/labels"
)

func TestAdhocRefuses(t *testing.T) {
	const operatorsAllowed = "; allowed: =, !=, =~, !~, =|, !=|"
	const keysAllowed = "; allowed: opnsense_instance, device, device_name, peer_name, public_key, site"
	one := func(operator, rest string) string {
		return `[{"key":"device","operator":"` + operator + `"` + rest + `}]`
	}
	for _, tt := range []struct{ name, adhoc, want string }{
		{"a text", `"device"`, `adhoc: must be a list of objects with key, operator and value`},
		{"an object", `{"key":"device"}`, `adhoc: must be a list of objects with key, operator and value`},
		{"a list of texts", `["device"]`, `adhoc: must be a list of objects with key, operator and value`},
		{"nothing in it", `[{}]`, `adhoc[0].key: "" is unknown` + keysAllowed},
		{"unknown key", `[{"key":"device","operator":"=","value":"wg0"},{"key":"job","operator":"=","value":"x"}]`, `adhoc[1].key: "job" is unknown` + keysAllowed},
		{"a name's key", `[{"key":"__name__","operator":"=","value":"x"}]`, `adhoc[0].key: "__name__" is unknown` + keysAllowed},
		{"key is a number", `[{"key":1,"operator":"=","value":"x"}]`, `adhoc[0].key: must be a text`},
		{"no operator", `[{"key":"device","value":"x"}]`, `adhoc[0].operator: "" is unknown` + operatorsAllowed},
		{"unknown operator", one("<", `,"value":"x"`), `adhoc[0].operator: "<" is unknown` + operatorsAllowed},
		{"operator on two lines", one(`\n=`, `,"value":"x"`), `adhoc[0].operator: "\n=" is unknown` + operatorsAllowed},
		{"value is a list", one("=", `,"value":["x"]`), `adhoc[0].value: must be a text`},
		{"values are a text", one("=|", `,"value":"x","values":"x"`), `adhoc[0].values: must be a list of texts`},
		{"values are numbers", one("!=|", `,"value":"x","values":[1]`), `adhoc[0].values: must be a list of texts`},
		{"broken expression", one("=~", `,"value":"wg("`), `adhoc[0].value: "wg(" is not a regular expression: missing closing ) "wg("`},
		{"expression that would break out", one("!~", `,"value":"a)|(b"`), `adhoc[0].value: "a)|(b" is not a regular expression: unexpected ) "a)|(b"`},
		{"leftover variable", one("=", `,"value":"$tunnel"`), `adhoc[0].value: "$tunnel" names a dashboard variable that was not filled in: alert rules know no variables, and elsewhere the variable must exist`},
		{"leftover variable among several", one("=|", `,"value":"a","values":["a","${b}"]`), `adhoc[0].values: "${b}" names a dashboard variable that was not filled in: alert rules know no variables, and elsewhere the variable must exist`},
	} {
		for _, typ := range types {
			t.Run(tt.name+", "+string(typ), func(t *testing.T) {
				q, err := Parse([]byte(`{"queryType":"`+string(typ)+`","expr":"up","adhoc":`+tt.adhoc+`}`), "")
				if err == nil {
					t.Fatalf("accepted as %q", q)
				}
				if err.Error() != "query field "+tt.want {
					t.Errorf("\n got %s\nwant query field %s", err, tt.want)
				}
			})
		}
	}
}

func TestAdhoc(t *testing.T) {
	for _, tt := range []struct{ adhoc, want string }{
		{`null`, ""},
		{`[]`, ""},
		{`""`, ""},
		{`[{"key":"device","operator":"=","value":"wg0","values":["other"],"origin":"dashboard","condition":"AND"}]`, ` device="wg0"`},
		{`[{"key":"device","operator":"=|","value":"wg0","values":["wg0","wg1"]}]`, ` device=|"wg0"|"wg1"`},
		{`[{"key":"device","operator":"!=|","value":"wg0"}]`, ` device!=|"wg0"`},
		{`[{"key":"device","operator":"!=|","value":"wg0","values":[]}]`, ` device!=|"wg0"`},
		{`[{"key":"peer_name","operator":"=","value":null}]`, ` peer_name=""`},
		{`[{"key":"peer_name","operator":"=~","value":"a$"},{"key":"site","operator":"!=","value":"true"}]`, ` peer_name=~"a$" site!="true"`},
	} {
		for _, typ := range types {
			q := mustParse(t, `{"queryType":"`+string(typ)+`","expr":"up","adhoc":`+tt.adhoc+`}`)
			got := strings.TrimSuffix(strings.TrimPrefix(q.String(), string(typ)+" "+string(q.Format)), " up")
			if got != tt.want {
				t.Errorf("%s of %s was read as %q, want %q", tt.adhoc, typ, got, tt.want)
			}
		}
	}
}

// labelValues are what a label can be; the first is that of a row without it.
var labelValues = []string{"", "wg0", "wg1", "wg", "a\nb", "WG0", "true", "日本"}

func mustLabels(tb testing.TB, operator string, values ...string) LabelMatchers {
	tb.Helper()
	raw, err := json.Marshal([]any{map[string]any{"key": "device", "operator": operator, "value": values[0], "values": values}})
	if err != nil {
		tb.Fatal(err)
	}
	m, err := parseAdhoc(raw)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// Every operator that PromQL has does what it does there.
func TestAdhocIsAsInPromQL(t *testing.T) {
	kinds := map[string]labels.MatchType{"=": labels.MatchEqual, "!=": labels.MatchNotEqual, "=~": labels.MatchRegexp, "!~": labels.MatchNotRegexp}
	for operator, kind := range kinds {
		for _, pattern := range []string{"", "wg0", "wg", "wg.", "wg|wg0", "w.*?", "a.b", ".*", ".+", "^wg0$", "(?i)wg0", "(?m)^b$", "true|false", "日.", "a|", "[^w]*"} {
			ours, theirs := mustLabels(t, operator, pattern), labels.MustNewMatcher(kind, "device", pattern)
			for _, v := range labelValues {
				got := ours.Match(func(string) string { return v })
				if want := theirs.Matches(v); got != want {
					t.Errorf("%s of %q: %v, in PromQL %v", ours[0], v, got, want)
				}
			}
		}
	}
}

func TestAdhocOfSeveralValues(t *testing.T) {
	for _, tt := range []struct {
		operator string
		values   []string
		want     string // those of labelValues that match
	}{
		{"=|", []string{"wg0", "wg1"}, `["wg0" "wg1"]`},
		{"=|", []string{"wg.", "x"}, `[]`},
		{"=|", []string{"", "true"}, `["" "true"]`},
		{"!=|", []string{"", "wg0", "wg1", "wg", "a\nb"}, `["WG0" "true" "日本"]`},
	} {
		m := mustLabels(t, tt.operator, tt.values...)
		found := []string{}
		for _, v := range labelValues {
			if m.Match(func(string) string { return v }) {
				found = append(found, v)
			}
		}
		if got := fmt.Sprintf("%q", found); got != tt.want {
			t.Errorf("%s lets %s through, want %s", m[0], got, tt.want)
		}
	}
}

// Several must all match, each its own label, and none matches all.
func TestAdhocOfSeveralLabels(t *testing.T) {
	row := map[string]string{"device": "wg0", "peer_name": "alice"}
	label := func(key string) string { return row[key] }
	device, peer := LabelMatcher{Key: "device", Operator: "=", Values: []string{"wg0"}}, LabelMatcher{Key: "peer_name", Operator: "=", Values: []string{"bob"}}
	for _, tt := range []struct {
		m    LabelMatchers
		want bool
	}{
		{LabelMatchers{device, peer}, false},
		{LabelMatchers{peer}, false},
		{LabelMatchers{device}, true},
		{nil, true},
	} {
		if got := tt.m.Match(label); got != tt.want {
			t.Errorf("%v: %v", tt.m, got)
		}
	}
	// Of firewalls only their own label is known before they are asked.
	f := Filter{Labels: LabelMatchers{peer, {Key: "opnsense_instance", Operator: "!=", Values: []string{"hq"}}}}
	if f.Firewall("hq", "id") || !f.Firewall("branch", "hq") {
		t.Error("the wrong firewalls are asked")
	}
}

// FuzzLabelMatcher: what is accepted of a regular expression is read as
// Prometheus reads it.
func FuzzLabelMatcher(f *testing.F) {
	for _, seed := range []string{"", "a|ab", "(?i)X", "a.b", "^$", "[^a]+?"} {
		f.Add(seed, "ab")
	}
	f.Fuzz(func(t *testing.T, pattern, value string) {
		raw, err := json.Marshal([]any{map[string]any{"key": "device", "operator": "=~", "value": pattern}})
		if err != nil {
			t.Skip()
		}
		m, err := parseAdhoc(raw)
		if err != nil {
			checkError(t, err)
			return
		}
		theirs, err := labels.NewMatcher(labels.MatchRegexp, "device", m[0].Values[0])
		if err != nil || strings.Contains(pattern, `\Q`) || !utf8.ValidString(value) {
			return // an open quotation would swallow Prometheus' anchors; labels are valid texts
		}
		if got := m.Match(func(string) string { return value }); got != theirs.Matches(value) {
			t.Errorf("%q of %q: %v", pattern, value, got)
		}
	})
}
