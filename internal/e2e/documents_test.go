package e2e

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	namedTests = regexp.MustCompile("`(?:(Test|Fuzz)(\\w+)|(src/[\\w./]+\\.test\\.tsx?))`")
	goTests    = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
)

// Promises in the documentation name the tests behind them: those are there.
func TestDocumentsNameTestsThatAreThere(t *testing.T) {
	there := map[string]bool{}
	for _, dir := range []string{"pkg", "internal", "cmd", "src"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, _ fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if rel, _ := filepath.Rel(root, path); strings.Contains(path, ".test.ts") {
				there[filepath.ToSlash(rel)] = true
			}
			if strings.HasSuffix(path, "_test.go") {
				raw, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				for _, m := range goTests.FindAllStringSubmatch(string(raw), -1) {
					there[m[1]] = true
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for file, least := range map[string]int{"docs/security.md": 40, "docs/reliability.md": 5} {
		raw, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		found := namedTests.FindAllStringSubmatch(string(raw), -1)
		for _, m := range found {
			if name := m[1] + m[2] + m[3]; !there[name] {
				t.Errorf("%s names %s, which is not there", file, name)
			}
		}
		if len(found) < least {
			t.Errorf("%s names only %d tests", file, len(found))
		}
	}
}
