package query

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// FuzzParse: whatever comes, Parse does not panic, its errors name a field on one
// bounded line, and what it accepts says the same when written down again.
func FuzzParse(f *testing.F) {
	for _, seed := range []struct{ raw, outer string }{
		{``, ``}, {`null`, ``}, {`{}`, `peers`}, {`[1]`, ``}, {`{"queryType":{}}`, `x`},
		{`{"queryType":"interfaces","format":"numeric","metric":"status"}`, ``},
		{`{"queryType":"firewalls","format":"numeric","metric":"latency","filter":{"firewalls":["/hq|b/"]}}`, ``},
		{`{"queryType":"peers","filter":{"firewalls":["hq"],"interfaces":["wg0"],"peers":["/site-.*/"],"statuses":["stale"],"interfaceUp":true}}`, ``},
		{`{"filter":{"interfaces":["$tunnel"]}}`, ``}, {`{"filter":{"interfaces":["/a)|(b/"]}}`, ``},
		{`{"filter":{"interfaces":["/\\Qa/","//","/"]}}`, ``}, {`{"filter":{"a\nb":[1]}}`, ``},
		{`{"adhoc":[{"key":"device","operator":"=~","value":"wg.|a"},{"key":"site","operator":"!=|","value":"","values":["true",""]}]}`, `events`},
		{`{"queryType":"promql","expr":"1","adhoc":[{"key":"peer_name","operator":"=","value":"$a"}]}`, ``}, {`{"adhoc":[{}]}`, ``}, {`{"adhoc":{}}`, ``},
		{"{\"filter\":{\"firewalls\":[\"\xff\"]}}", "\xff"},
	} {
		f.Add([]byte(seed.raw), seed.outer)
	}
	f.Fuzz(func(t *testing.T, raw []byte, outer string) {
		q, err := Parse(raw, outer)
		if err != nil {
			checkError(t, err)
			return
		}
		again, err := Parse(marshal(t, q), "")
		if err != nil {
			t.Fatalf("%q was accepted, but not when written down again: %v", q, err)
		}
		if diff := cmp.Diff(plain(q), plain(again)); diff != "" {
			t.Errorf("written down again the query is another (-first +again):\n%s", diff)
		}
		if q.Type != PromQL && (q.Format == Table) != (q.Metric == "") {
			t.Errorf("%q: a metric belongs to numeric queries, and to each", q)
		}
	})
}

func checkError(t *testing.T, err error) {
	t.Helper()
	var typed *Error
	if !errors.As(err, &typed) || typed.Field == "" || typed.Problem == "" {
		t.Errorf("error names no field or no problem: %#v", err)
	}
	text := err.Error()
	if len(text) > 1500 || strings.ContainsFunc(text, unicode.IsControl) {
		t.Errorf("error is not one bounded line: %.200q (%d bytes)", text, len(text))
	}
}

// written is a query as src/types.ts has it.
type written struct {
	QueryType Type           `json:"queryType"`
	Format    Format         `json:"format"`
	Metric    Metric         `json:"metric,omitempty"`
	Filter    writtenFilter  `json:"filter"`
	Adhoc     []writtenAdhoc `json:"adhoc,omitempty"`
	Expr      string         `json:"expr,omitempty"`
}

type writtenAdhoc struct {
	Key      string   `json:"key"`
	Operator string   `json:"operator"`
	Value    string   `json:"value"`
	Values   []string `json:"values"`
}

type writtenFilter struct {
	Firewalls   []string `json:"firewalls,omitempty"`
	Interfaces  []string `json:"interfaces,omitempty"`
	Peers       []string `json:"peers,omitempty"`
	Statuses    []string `json:"statuses,omitempty"`
	InterfaceUp bool     `json:"interfaceUp,omitempty"`
}

func plain(q Query) written {
	w := written{QueryType: q.Type, Format: q.Format, Metric: q.Metric, Expr: q.Expr, Filter: writtenFilter{
		q.Filter.Firewalls.texts(), q.Filter.Interfaces.texts(), q.Filter.Peers.texts(), q.Filter.Statuses, q.Filter.InterfaceUp,
	}}
	for _, m := range q.Filter.Labels {
		w.Adhoc = append(w.Adhoc, writtenAdhoc{m.Key, m.Operator, m.Values[0], m.Values})
	}
	return w
}

func marshal(t *testing.T, q Query) []byte {
	t.Helper()
	raw, err := json.Marshal(plain(q))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
