package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/prompb"
)

func TestCompare(t *testing.T) {
	w := &stepped{times: []int64{1000}}
	one := answers{"a": {400_000: 3, 500_000: 4}}
	for problem, other := range map[string]answers{
		"":                    {"a": {400_000: 3, 500_000: 4 + 1e-10}},
		"only the plugin":     {},
		"only Prometheus":     {"a": one["a"], "b": {1: 2}},
		"is 4 (true)":         {"a": {400_000: 3, 500_000: 4.1}},
		"0 (false) in Promet": {"a": {400_000: 3}},
		"0 (false) in the pl": {"a": {400_000: 3, 500_000: 4, 600_000: 5}},
	} {
		equal, err := w.compare(one, other)
		if problem == "" && (err != nil || equal != 2) {
			t.Errorf("%d, %v", equal, err)
		}
		if problem != "" && (err == nil || !strings.Contains(err.Error(), problem)) {
			t.Errorf("%v instead of %q", err, problem)
		}
	}
	edge := answers{"a": {1000 + window.Milliseconds(): 1, 500_000: 4}}
	if equal, err := w.compare(edge, answers{"a": {500_000: 4}}); err != nil || equal != 1 {
		t.Errorf("with a sample where the window begins: %d, %v", equal, err)
	}
}

// A series that a scrape lacks ends with it.
func TestScrapes(t *testing.T) {
	got := map[string][]int64{}
	s := newScrapes(func(_ context.Context, all []prompb.TimeSeries) error {
		for _, one := range all {
			name := one.Labels[0].Value
			for _, sample := range one.Samples {
				if v := sample.Value; value.IsStaleNaN(v) {
					got[name] = append(got[name], -sample.Timestamp)
				} else {
					got[name] = append(got[name], sample.Timestamp, int64(v))
				}
			}
		}
		return nil
	})
	for _, page := range []string{"a 1\nb 2\n", "a 3\n", "a 4\nb 5\n"} {
		if _, err := s.take([]byte(page)); err != nil {
			t.Fatal(err)
		}
		if s.waiting == 2 {
			if err := s.flush(t.Context(), []int64{10, 20}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.flush(t.Context(), []int64{30}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string][]int64{"a": {10, 1, 20, 3, 30, 4}, "b": {10, 2, -20, 30, 5}}, got); diff != "" {
		t.Error(diff)
	}
	if _, err := s.take([]byte("{")); err == nil {
		t.Error("a page that is none is taken")
	}
}

func TestPromAnswer(t *testing.T) {
	for raw, want := range map[string]answers{
		`{"data":{"result":[{"metric":{"__name__":"up","a":"b"},"values":[[1.5,"1"],[2,"-2e3"]]}]}}`: {"a=b": {1500: 1, 2000: -2000}},
		`{"data":{"result":[{"metric":{},"value":[3.25,"0.5"]}]}}`:                                   {"": {3250: 0.5}},
		`{"data":{"result":[]}}`: {},
	} {
		var a promAnswer
		if err := json.Unmarshal([]byte(raw), &a); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, a.answers()); diff != "" {
			t.Errorf("%s: %s", raw, diff)
		}
	}
	for _, raw := range []string{`[1]`, `["x","1"]`, `[1,"x"]`} {
		if err := new(promPoint).UnmarshalJSON([]byte(raw)); err == nil {
			t.Errorf("%s is read as a point", raw)
		}
	}
}
