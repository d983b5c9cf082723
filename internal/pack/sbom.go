package pack

import (
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/url"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/CycloneDX/cyclonedx-go"
)

// BOMFile is the bill of materials' name in the package.
const BOMFile = "sbom.cdx.json"

// LicencesFile is the name in the package of the licences of what is built in.
const LicencesFile = "THIRD_PARTY_LICENSES.txt"

// materials are components by their package URLs.
type materials map[string]cyclonedx.Component

// WriteBOM writes what the package in dir is made of, as CycloneDX JSON: the
// modules that its executables say they were linked from, and the npm packages
// that module.js holds according to its source map, in the versions installed
// below root. It has neither time nor serial number, so that it is the same for
// the same package.
func WriteBOM(w io.Writer, dir, root, id, version string) error {
	executables, err := filepath.Glob(filepath.Join(dir, "gpx_*"))
	if err != nil {
		return err
	}
	if len(executables) == 0 {
		return fmt.Errorf("no executable in %s", dir)
	}
	parts := materials{}
	for _, file := range executables {
		if err := parts.addModules(file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	if err := parts.addPackages(filepath.Join(dir, "module.js.map"), root); err != nil {
		return err
	}
	bom := cyclonedx.NewBOM()
	bom.Metadata = &cyclonedx.Metadata{Component: &cyclonedx.Component{
		BOMRef: id, Type: cyclonedx.ComponentTypeApplication, Name: id, Version: version, Licenses: license("Apache-2.0"),
	}}
	sorted := make([]cyclonedx.Component, 0, len(parts))
	for _, purl := range slices.Sorted(maps.Keys(parts)) {
		sorted = append(sorted, parts[purl])
	}
	bom.Components = &sorted
	return cyclonedx.NewBOMEncoder(w, cyclonedx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(bom, cyclonedx.SpecVersion1_6)
}

func (m materials) add(kind string, c cyclonedx.Component) {
	c.Type = cyclonedx.ComponentTypeLibrary
	c.PackageURL = "pkg:" + kind + "/" + strings.ReplaceAll(c.Name, "@", "%40") + "@" + url.PathEscape(c.Version)
	c.BOMRef = c.PackageURL
	m[c.PackageURL] = c
}

// addModules adds the Go modules of an executable, and Go's own library.
func (m materials) addModules(file string) error {
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return err
	}
	m.add("golang", cyclonedx.Component{Name: "stdlib", Version: strings.TrimPrefix(info.GoVersion, "go"), Licenses: license("BSD-3-Clause")})
	for _, module := range info.Deps {
		hashes, err := hash(module)
		if err != nil {
			return err
		}
		m.add("golang", cyclonedx.Component{Name: module.Path, Version: module.Version, Hashes: hashes})
	}
	return nil
}

// hash is what go.sum says of a module; it is an error if it says nothing, as
// where the module was replaced by a folder.
func hash(module *debug.Module) (*[]cyclonedx.Hash, error) {
	sum, isHash := strings.CutPrefix(module.Sum, "h1:")
	raw, err := base64.StdEncoding.DecodeString(sum)
	if err != nil || !isHash || module.Replace != nil {
		return nil, fmt.Errorf("module %s %s has the sum %q, or is replaced: not known what it is", module.Path, module.Version, module.Sum)
	}
	return &[]cyclonedx.Hash{{Algorithm: cyclonedx.HashAlgoSHA256, Value: hex.EncodeToString(raw)}}, nil
}

// addPackages adds the npm packages of a bundle.
func (m materials) addPackages(mapFile, root string) error {
	folders, err := Bundled(mapFile)
	if err != nil {
		return err
	}
	for _, folder := range folders {
		p, err := ReadNPMPackage(filepath.Join(root, filepath.FromSlash(folder)))
		if err != nil {
			return err
		}
		m.add("npm", cyclonedx.Component{Name: p.Name, Version: p.Version, Licenses: license(p.License)})
	}
	return nil
}

// license is one in SPDX's words, or an expression of them.
func license(expression string) *cyclonedx.Licenses {
	if expression == "" {
		return nil
	}
	return &cyclonedx.Licenses{{Expression: expression}}
}
