package licences

import (
	"fmt"
	"io"
	"os"
	"strings"
)

const head = `# Licences of what ships

Made by ` + "`go tool mage licences`" + ` from the licence files of each dependency; ` + "`go tool mage audit`" + ` fails when it is out of
date, or when a licence is unknown or not one of those that may be part of a work under Apache-2.0:
%s.

## In the back end's binaries

The Go modules of which a package is compiled in, on any of the systems for which it is built.

`

// WriteTable writes the list for people to read, in Markdown.
func WriteTable(w io.Writer, all []Dependency) error {
	var b strings.Builder
	fmt.Fprintf(&b, head, strings.Join(allowed, ", "))
	row := func(cells ...string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	table := func(ecosystem, what string) {
		row(what, "Version", "Licence")
		row("---", "---", "---")
		for _, d := range all {
			if d.Ecosystem == ecosystem {
				row(d.Name, d.Version, strings.Join(d.Licences, ", "))
			}
		}
	}
	table("go", "Module")
	b.WriteString("\n## In the front end's module.js\n\nWhat Grafana provides is not in it.\n\n")
	table("npm", "Package")
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteTexts writes the licences and notices themselves, as they have to go along
// with a binary: each text once, below the names of all that it is of.
func WriteTexts(w io.Writer, all []Dependency) error {
	var texts []string
	of := map[string][]string{}
	for _, d := range all {
		name := strings.TrimSpace(d.Name + " " + d.Version)
		if len(d.Files) == 0 {
			text := "Licence, as its package.json says: " + strings.Join(d.Licences, ", ")
			texts, of[text] = append(texts, text), []string{name}
		}
		for _, file := range d.Files {
			raw, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			text := strings.TrimSpace(strings.ReplaceAll(string(raw), "\r\n", "\n"))
			if of[text] == nil {
				texts = append(texts, text)
			}
			of[text] = append(of[text], name)
		}
	}
	line := strings.Repeat("=", 80)
	for _, text := range texts {
		if _, err := fmt.Fprintf(w, "%s\n%s\n%s\n\n%s\n\n", line, strings.Join(of[text], "\n"), line, text); err != nil {
			return err
		}
	}
	return nil
}
