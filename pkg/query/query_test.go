package query

import "testing"

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
