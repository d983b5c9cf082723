package faults

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the tables of docs/reliability.md anew; read the difference before you commit it")

// The part of the document that is made of the rows.
const (
	document = root + "/docs/reliability.md"
	begins   = "<!-- made by internal/faults: go test ./internal/faults -run TestMatrix -update -->\n"
	ends     = "<!-- end -->\n"
)

// checkDocument compares the document with what was injected, told and answered.
func checkDocument(t *testing.T, all []*patient) {
	t.Helper()
	raw, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(raw), begins)
	is, after, ended := strings.Cut(rest, ends)
	if !found || !ended {
		t.Fatalf("%s has no place for the tables", document)
	}
	want := tables(all)
	switch {
	case is == want:
	case *update:
		if err := os.WriteFile(document, []byte(before+begins+want+ends+after), 0o600); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s is not what was found; run with -update and read the difference:\n%s", document, difference(is, want))
	}
}

func difference(is, want string) string {
	has := map[string]bool{}
	for line := range strings.Lines(is) {
		has[line] = true
	}
	var out strings.Builder
	for line := range strings.Lines(want) {
		if !has[line] {
			out.WriteString("found: " + line)
		}
	}
	return out.String()
}

func tables(all []*patient) string {
	var out strings.Builder
	number := map[outcome]int{}
	fmt.Fprintf(&out, "%d rows. What is answered, by what kind of outcome:\n\n", len(all))
	for i, o := range outcomes {
		number[o.name] = i + 1
		fmt.Fprintf(&out, "%d. **%s%s**", i+1, strings.ToUpper(o.title[:1]), o.title[1:])
		separator := ": "
		for _, q := range questions {
			if got := o.name.answers()[q.name]; i == 0 || got != whole[q.name] {
				fmt.Fprintf(&out, "%s%s `%s`", separator, q.name, strings.TrimSpace(got))
				separator = "; "
			}
		}
		out.WriteString("\n")
	}
	n := 0
	for _, g := range groups {
		fmt.Fprintf(&out, "\n### %s\n\n| What is wrong | Outcome | What is told | As ever again |\n|---|---|---|---|\n", g.title)
		for range g.rows {
			p := all[n]
			n++
			again := "at the next poll"
			switch {
			case p.fault.saved != nil:
				again = "when saved"
			case p.want == asEver || p.want == odd:
				again = "all the time"
			case p.again > 0:
				again = "after " + strings.TrimSuffix(strings.TrimSuffix(p.again.Round(time.Minute).String(), "0s"), "0m")
			}
			fmt.Fprintf(&out, "| %s | %d | %s | %s |\n", p.name, number[p.want], neutral(p.told, p.fw.addr), again)
		}
	}
	return out.String()
}

var passing = []struct {
	what *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`([0-9A-F]{2}:){31}[0-9A-F]{2}`), "AB:CD:…"},
	{regexp.MustCompile(`(after|at) \d+ bytes`), "$1 … bytes"},
	{regexp.MustCompile(`\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} UTC`), "…"},
	{regexp.MustCompile(` \(asked again in .*\)`), ""},
	{regexp.MustCompile(`x{60,}`), "x…"},
	{regexp.MustCompile(`localhost:\d+`), "another.example"},
	{regexp.MustCompile(`\\"`), `"`},
}

// neutral is what is told, without what is another at each run.
func neutral(told, address string) string {
	told = strings.ReplaceAll(told, address, "fw.example")
	for _, p := range passing {
		told = p.what.ReplaceAllString(told, p.with)
	}
	return strings.ReplaceAll(told, "|", "\\|")
}
