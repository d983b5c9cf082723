package main

import (
	"os"
	"strings"
	"testing"
)

func TestFigures(t *testing.T) {
	for _, row := range []struct {
		text string
		want float64 // 0: refused
	}{
		{"", 0}, {"1/", 0}, {"not told by this system", 0}, {"B", 0},
		{"0.65", 0.65}, {"1/26", 1.0 / 26}, {"5.3 %", 5.3}, {"172.00 MB", 172}, {"1.59 B", 1.59},
	} {
		got, err := parseFigure(row.text)
		if (err != nil) != (row.want == 0) || (err == nil && got != row.want) {
			t.Errorf("%q: %v, %v", row.text, got, err)
		}
	}
}

func TestRegressionsAreReported(t *testing.T) {
	stated := map[string]string{"slower": "0.40", "as it was": "1/20", "broken": "many"}
	var f figures
	for _, row := range []struct{ name, now, want string }{
		{"slower", "0.51", "1.27"}, {"as it was", "1/17", ""}, {"new", "3", "not stated yet"},
	} {
		f.note(row.name, row.now)
		var out strings.Builder
		if err := f.report(stated, &out); err != nil {
			t.Fatal(err)
		}
		line := lineWith(out.String(), row.name)
		if (row.want == "") != (line == "") || !strings.Contains(line, row.want) {
			t.Errorf("%s: %q", row.name, line)
		}
	}
	f.note("broken", "1")
	if err := f.report(stated, &strings.Builder{}); err == nil {
		t.Error("a stated figure that is no figure is not told")
	}
	var none *figures
	if none.note("a", "1") != "1" {
		t.Error("a smoke run changes what it prints")
	}
}

func lineWith(text, name string) string {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), name) {
			return line
		}
	}
	return ""
}

// What the bench compares with is what people read.
func TestStatedFiguresAreThoseOfTheDocumentation(t *testing.T) {
	docs, err := os.ReadFile("../../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	stated, err := readStated()
	if err != nil || len(stated) == 0 {
		t.Fatal("no figure is stated:", err)
	}
	for name, text := range stated {
		if !strings.Contains(string(docs), "**"+text+"**") {
			t.Errorf("docs/performance.md does not say **%s**: %s", text, name)
		}
	}
}
