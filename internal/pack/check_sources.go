package pack

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

var (
	link     = regexp.MustCompile(`\[[^\]]*\]\(([^)\s]+)[^)]*\)`)
	template = regexp.MustCompile(`(?i)grafana (data source|panel|app) plugin template|create-plugin`)
	// jargon is what the catalog's validator calls so.
	jargon = regexp.MustCompile(`yarn|nodejs`)
)

// texts are there for people who come from the catalog, where no other file of
// the repository is.
func (c *checker) texts() error {
	readme, err := c.read("README.md")
	if err != nil {
		return err
	}
	for _, m := range link.FindAllSubmatch(readme, -1) {
		if to := string(m[1]); !strings.HasPrefix(to, "#") && !strings.HasPrefix(to, "https://") && !strings.HasPrefix(to, "http://") {
			c.find("README.md: the link %s leads nowhere in the catalog", to)
		}
	}
	for _, word := range []*regexp.Regexp{template, jargon} {
		if found := word.Find(readme); found != nil {
			c.find("README.md: %q is not for the catalog's readers", found)
		}
	}
	if len(readme) < 1000 {
		c.find("README.md has only %d bytes", len(readme))
	}
	changes, err := c.read("CHANGELOG.md")
	if err != nil {
		return err
	}
	if !bytes.Contains(changes, []byte("\n## "+c.plugin.Info.Version+" (")) {
		c.find("CHANGELOG.md does not tell of %s", c.plugin.Info.Version)
	}
	licence, err := c.read("LICENSE")
	if err != nil {
		return err
	}
	if !bytes.Contains(licence, []byte("Apache License")) || bytes.Contains(licence, []byte("{yyyy}")) || bytes.Contains(licence, []byte("{name of copyright owner}")) {
		c.find("LICENSE is not the Apache licence, filled in")
	}
	return nil
}

// removed are the names of what React 19 has no more. What a bundle calls by
// such a name works in React 18 only.
var removed = regexp.MustCompile(`\b(findDOMNode|unmountComponentAtNode|createFactory|propTypes|contextTypes|childContextTypes|getChildContext|` +
	`__SECRET_INTERNALS_DO_NOT_USE_OR_YOU_WILL_BE_FIRED|ReactCurrentOwner)\b|\.defaultProps\s*=|react-dom/test-utils|\bReactDOM\.(render|hydrate)\b`)

// bundle is the front end with the sources that it is made of, ours as they are
// below src/.
func (c *checker) bundle() error {
	module, err := c.read("module.js")
	if err != nil {
		return err
	}
	if !bytes.Contains(module, []byte("//# sourceMappingURL=module.js.map")) {
		c.find("module.js does not name its source map")
	}
	raw, err := c.read("module.js.map")
	if err != nil {
		return err
	}
	sources, err := readSourceMap(raw)
	if err != nil {
		c.find("%v", err)
		return nil
	}
	entry := false
	for i, source := range sources.Sources {
		if found := removed.FindString(sources.Contents[i]); found != "" {
			c.find("%s uses %s, which React 19 does not have", source, found)
		}
		name, ours := own(source)
		if !ours {
			continue
		}
		entry = entry || name == "module.ts"
		text, err := os.ReadFile(filepath.Join(c.root, "src", filepath.FromSlash(name)))
		if err != nil || string(text) != sources.Contents[i] {
			c.find("module.js.map: %s is not that of src/ (%v)", name, err)
		}
	}
	if !entry {
		c.find("module.js.map does not hold module.ts")
	}
	return nil
}

// goManifest names all Go files of the repository by what is in them.
func (c *checker) goManifest() error {
	raw, err := c.read("go_plugin_build_manifest")
	if err != nil {
		return err
	}
	var want []string
	err = filepath.WalkDir(c.root, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && file == filepath.Join(c.root, "node_modules"):
			return fs.SkipDir
		case entry.IsDir() || filepath.Ext(file) != ".go":
			return nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(c.root, file)
		sum := sha256.Sum256(text)
		want = append(want, hex.EncodeToString(sum[:])+":"+filepath.ToSlash(name))
		return err
	})
	if err != nil {
		return err
	}
	got := strings.Fields(string(raw))
	for _, line := range want {
		if !slices.Contains(got, line) {
			c.find("go_plugin_build_manifest lacks %s as it is now", line[strings.Index(line, ":")+1:])
		}
	}
	if len(got) != len(want) {
		c.find("go_plugin_build_manifest has %d files, there are %d", len(got), len(want))
	}
	return nil
}
