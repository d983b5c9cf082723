package licences

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/google/licensecheck"
)

// Dependency is something of other people's that ships.
type Dependency struct {
	Ecosystem string   `json:"ecosystem"` // "go" or "npm"
	Name      string   `json:"name"`
	Version   string   `json:"version"`
	Licences  []string `json:"licences"` // by their SPDX identifiers, all that its files hold
	Files     []string `json:"-"`        // the files that say so, and notices that go along
}

// allowed are the licences under which work may be part of what is licensed under
// Apache-2.0. MPL-2.0 asks that its own files stay available, which they do where
// they come from: they are used unchanged.
var allowed = []string{
	"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MPL-2.0", "Unlicense", "Zlib",
}

// Check names every dependency whose licence is not known or not allowed.
func Check(all []Dependency) error {
	var out []error
	for _, d := range all {
		if len(d.Licences) == 0 {
			out = append(out, fmt.Errorf("%s %s: no licence is found", d.Name, d.Version))
		}
		for _, id := range d.Licences {
			if !slices.Contains(allowed, id) {
				out = append(out, fmt.Errorf("%s %s: the licence %s is not among those that may be shipped: %s",
					d.Name, d.Version, id, strings.Join(allowed, ", ")))
			}
		}
	}
	return errors.Join(out...)
}

// Unknown stands for a text of which too little is known to be a licence.
const Unknown = "unknown"

// enough is how much of a file, in percent of its words, must be known texts. Some
// files name the holders and parts of the work at length.
const enough = 75

// classify names the licences in the text of a file.
func classify(text []byte) []string {
	coverage := licensecheck.Scan(text)
	if coverage.Percent < enough {
		return []string{Unknown}
	}
	var ids []string
	for _, m := range coverage.Match {
		ids = append(ids, m.ID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// add reads the licences of the files into d, and takes notices along.
func (d *Dependency) add(files []string) error {
	for _, file := range files {
		if slices.Contains(d.Files, file) {
			continue
		}
		d.Files = append(d.Files, file)
		if isNotice(file) {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		d.Licences = append(d.Licences, classify(text)...)
	}
	slices.Sort(d.Licences)
	d.Licences = slices.Compact(d.Licences)
	return nil
}

func isNotice(file string) bool {
	return strings.HasPrefix(strings.ToUpper(filepath.Base(file)), "NOTICE")
}

// licenceFiles are the files of a folder that hold a licence or a notice, nil when
// none holds a licence.
func licenceFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []string
	found := false
	for _, e := range entries {
		word := strings.ToUpper(strings.TrimLeftFunc(e.Name(), func(r rune) bool { return !unicode.IsLetter(r) }))
		word = word[:cmp.Or(max(strings.IndexFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }), 0), len(word))]
		switch word {
		case "LICENSE", "LICENCE", "LICENSES", "COPYING", "UNLICENSE":
			found = true
		case "NOTICE":
		default:
			continue
		}
		if ext := filepath.Ext(e.Name()); e.Type().IsRegular() && ext != ".go" && ext != ".js" {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	if !found {
		return nil, nil
	}
	return out, nil
}

func sorted(all map[string]*Dependency) []Dependency {
	out := make([]Dependency, 0, len(all))
	for _, d := range all {
		out = append(out, *d)
	}
	slices.SortFunc(out, func(a, b Dependency) int {
		return cmp.Or(cmp.Compare(a.Ecosystem, b.Ecosystem), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	return out
}
