package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

const (
	statedFile = "cmd/bench/stated.json" // from the root of the repository
	// A figure that is so many times what docs/performance.md states is reported.
	worse = 1.25
)

//go:embed stated.json
var statedJSON []byte

// figures are what was measured, by a name that begins with the part, each as it
// is printed: "0.65", "1/26", "172 MB". Less is better. The zero value is ready.
type figures struct {
	names []string
	texts map[string]string
}

// note keeps a figure and returns its text, which goes into the table as it is. It
// keeps none where f is nil, as in a smoke run.
func (f *figures) note(name, text string) string {
	if f == nil {
		return text
	}
	if f.texts == nil {
		f.texts = map[string]string{}
	}
	if _, known := f.texts[name]; !known {
		f.names = append(f.names, name)
	}
	f.texts[name] = text
	return text
}

// readStated returns the figures that the documentation states.
func readStated() (map[string]string, error) {
	var stated map[string]string
	err := json.Unmarshal(statedJSON, &stated)
	return stated, err
}

// report tells which figures are more than a quarter worse than stated. A machine
// that is busy or another one may be the reason: it fails nothing.
func (f *figures) report(stated map[string]string, out io.Writer) error {
	var t table
	t.line("figure", "stated", "now", "times")
	for _, name := range f.names {
		was, known := stated[name]
		if !known {
			t.line(name, "-", f.texts[name], "not stated yet")
			continue
		}
		before, err := parseFigure(was)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", statedFile, name, err)
		}
		now, err := parseFigure(f.texts[name])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if now > worse*before {
			t.line(name, was, f.texts[name], fmt.Sprintf("%.2f", now/before))
		}
	}
	if len(t.lines) == 1 {
		_, _ = fmt.Fprintf(out, "\nNone of the %d figures that are stated is worse than %g times what docs/performance.md says.\n", len(f.names), worse)
		return nil
	}
	return t.print(out, fmt.Sprintf("REGRESSED: worse than %g times what docs/performance.md states. Is the machine quiet?", worse))
}

// parseFigure reads a figure as it is printed: a share, or a number with or without a unit.
func parseFigure(text string) (float64, error) {
	if of, ok := strings.CutPrefix(text, "1/"); ok {
		n, err := strconv.ParseFloat(of, 64)
		return 1 / n, err
	}
	number, _, _ := strings.Cut(text, " ")
	return strconv.ParseFloat(number, 64)
}

// state writes what was measured over what is stated; figures of other parts stay.
func (f *figures) state(stated map[string]string) error {
	for name, text := range f.texts {
		stated[name] = text
	}
	text, err := json.MarshalIndent(stated, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(statedFile, append(text, '\n'), 0o600)
}
