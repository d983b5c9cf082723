package query

import (
	"reflect"
	"testing"
)

func mustParse(tb testing.TB, raw string) Query {
	tb.Helper()
	q, err := Parse([]byte(raw), "")
	if err != nil {
		tb.Fatalf("Parse(%s): %v", raw, err)
	}
	return q
}

func mustMatchers(tb testing.TB, values ...string) Matchers {
	tb.Helper()
	m, err := NewMatchers("filter.peers", values)
	if err != nil {
		tb.Fatalf("NewMatchers(%q): %v", values, err)
	}
	return m
}

// Queries have the same key only where they ask for the same.
func TestKey(t *testing.T) {
	seen := map[string]string{}
	for _, raw := range []string{
		`{}`, `{"queryType":"peers"}`, `{"format":"numeric"}`, `{"format":"numeric","metric":"rx_bytes"}`,
		`{"filter":{"firewalls":["a"]}}`, `{"filter":{"interfaces":["a"]}}`, `{"filter":{"firewalls":["a","b"]}}`, `{"filter":{"firewalls":["a|b"]}}`,
		`{"filter":{"firewalls":["/a/"]}}`, `{"filter":{"firewalls":["a interfaces=b"]}}`, `{"filter":{"firewalls":["a"],"interfaces":["b"]}}`,
		`{"filter":{"statuses":["up"]}}`, `{"filter":{"statuses":["up","down"]}}`,
		`{"queryType":"peers","filter":{"peers":["a"]}}`, `{"queryType":"peers","filter":{"interfaceUp":true}}`,
		`{"queryType":"peers","filter":{"site":true}}`, `{"queryType":"peers","filter":{"site":false}}`,
		`{"queryType":"events","filter":{"kinds":["peer"]}}`, `{"queryType":"promql","expr":"a"}`, `{"queryType":"promql","expr":"a","legendFormat":"b"}`,
		`{"adhoc":[{"key":"device","operator":"=","value":"a"}]}`, `{"adhoc":[{"key":"device","operator":"!=","value":"a"}]}`,
		`{"adhoc":[{"key":"device","operator":"=~","value":"a"}]}`, `{"adhoc":[{"key":"site","operator":"=","value":"a"}]}`,
		`{"adhoc":[{"key":"device","operator":"=|","values":["a","b"]}]}`, `{"adhoc":[{"key":"device","operator":"=|","values":["a|b"]}]}`,
	} {
		q, err := Parse([]byte(raw), "")
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if other, again := seen[q.Key()]; again {
			t.Errorf("%s and %s have the same key", raw, other)
		}
		seen[q.Key()] = raw
		if same, err := Parse([]byte(" "+raw), ""); err != nil || same.Key() != q.Key() {
			t.Errorf("%s read again has another key, %v", raw, err)
		}
	}
}

// What a key leaves out is made of what it has.
func TestKeyHasAllFields(t *testing.T) {
	derived := map[string]bool{"LabelMatcher.one": true, "Matcher.text": true, "Matcher.re": true} // a Matcher is written as its text
	for _, typ := range []reflect.Type{
		reflect.TypeFor[Query](), reflect.TypeFor[Filter](), reflect.TypeFor[LabelMatcher](), reflect.TypeFor[Matcher](),
	} {
		for i := range typ.NumField() {
			if f := typ.Field(i); f.IsExported() == derived[typ.Name()+"."+f.Name] {
				t.Errorf("%s.%s is not in the key", typ.Name(), f.Name)
			}
		}
	}
}
