package ruler

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const shipped = "../../deploy/prometheus/opnsense-wireguard.rules.yml"

func TestOpenBadFiles(t *testing.T) {
	tests := []struct{ what, content, want string }{
		{"no YAML", "groups: [", "rules.yml"},
		{"no expression", "groups:\n  - name: a\n    rules:\n      - alert: A\n        expr: \"(\"\n", "could not parse expression"},
	}
	for _, test := range tests {
		file := filepath.Join(t.TempDir(), "bad.yml")
		if err := os.WriteFile(file, []byte(test.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.TempDir(), file, Options{}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.what, err, test.want)
		}
	}
	if _, err := Open(t.TempDir(), "missing.yml", Options{}); err == nil {
		t.Error("a missing file is no error")
	}
}

func TestOpen(t *testing.T) {
	tests := []struct {
		options           Options
		evaluated, paused int
		holds             time.Duration // of the first rule that is evaluated, OPNsenseFirewallUnreachable
	}{
		{Options{}, 4, 3, 3 * time.Minute},
		{Options{Paused: true}, 7, 0, 3 * time.Minute},
		{Options{For: 10 * time.Second}, 4, 3, 10 * time.Second},
	}
	for _, test := range tests {
		r := mustOpen(t, test.options)
		evaluated, paused := r.Rules()
		if len(evaluated) != test.evaluated || len(paused) != test.paused {
			t.Errorf("%+v: %d rules and %d paused", test.options, len(evaluated), len(paused))
		}
		for _, rule := range evaluated {
			if rule.Name() == "OPNsenseFirewallUnreachable" && rule.HoldDuration() != test.holds {
				t.Errorf("%+v: it waits %s", test.options, rule.HoldDuration())
			}
		}
	}
}

// A series that a scrape lacks is gone at once, as in Prometheus, and a page that
// cannot be read leaves nothing behind.
func TestScrape(t *testing.T) {
	r := mustOpen(t, Options{})
	at := time.Now()
	for i, page := range []string{"a 1\nb 2\n", "a 1\n"} {
		if err := r.Scrape(at.Add(time.Duration(i)*time.Minute), []byte(page)); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Scrape(at.Add(2*time.Minute), []byte("c 1\nnot a metric {\n")); err == nil {
		t.Error("a page that cannot be read is no error")
	}
	for expr, want := range map[string]int{"a": 1, "b": 0, "c": 0, "up == 1": 1} {
		v, err := r.Query(t.Context(), expr, at.Add(time.Minute))
		if err != nil || len(v) != want {
			t.Errorf("%s: %v %v, want %d series", expr, v, err, want)
		}
	}
	if err := r.Scrape(at.Add(3*time.Minute), nil); err != nil {
		t.Fatal(err)
	}
	if v, err := r.Query(t.Context(), "up == 0", at.Add(3*time.Minute)); err != nil || len(v) != 1 {
		t.Errorf("after a scrape that failed: %v %v", v, err)
	}
}

func mustOpen(tb testing.TB, options Options) *Ruler {
	tb.Helper()
	r, err := Open(tb.TempDir(), shipped, options)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = r.Close() })
	return r
}
