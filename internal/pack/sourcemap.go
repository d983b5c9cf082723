package pack

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// sourceMap is what tells where the front end's bundle comes from.
type sourceMap struct {
	Sources  []string `json:"sources"`
	Contents []string `json:"sourcesContent"` // one for each of Sources
}

func readSourceMap(raw []byte) (*sourceMap, error) {
	var m sourceMap
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("module.js.map: %w", err)
	}
	if len(m.Sources) == 0 || len(m.Sources) != len(m.Contents) {
		return nil, fmt.Errorf("module.js.map: %d sources with %d contents", len(m.Sources), len(m.Contents))
	}
	return &m, nil
}

// Bundled lists the folders of the npm packages of which something is in a bundle,
// by its source map; each begins with node_modules/.
func Bundled(mapFile string) ([]string, error) {
	raw, err := os.ReadFile(mapFile)
	if err != nil {
		return nil, err
	}
	m, err := readSourceMap(raw)
	if err != nil {
		return nil, err
	}
	var folders []string
	for _, source := range m.Sources {
		if folder, found := bundled(source); found {
			folders = append(folders, folder)
		}
	}
	slices.Sort(folders)
	return slices.Compact(folders), nil
}

// NPMPackage is what an npm package says of itself.
type NPMPackage struct{ Name, Version, License string }

// ReadNPMPackage reads the package in a folder.
func ReadNPMPackage(folder string) (p NPMPackage, err error) {
	raw, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err == nil {
		err = json.Unmarshal(raw, &p)
	}
	if err != nil {
		return p, fmt.Errorf("%s: %w", folder, err)
	}
	return p, nil
}

// own is the path of a source below src/; false where it is not one of ours.
func own(source string) (name string, ours bool) {
	_, name, ours = strings.Cut(source, "/./")
	return name, ours
}

// bundled is the folder of the npm package that a source belongs to, beginning
// with node_modules/; false where it belongs to none.
func bundled(source string) (folder string, found bool) {
	const modules = "node_modules/"
	start, end := strings.Index(source, modules), strings.LastIndex(source, modules)
	if start < 0 {
		return "", false
	}
	parts := strings.Split(source[end+len(modules):], "/")
	name := parts[0]
	if strings.HasPrefix(name, "@") && len(parts) > 1 {
		name += "/" + parts[1]
	}
	return source[start:end+len(modules)] + name, true
}
