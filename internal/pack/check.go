package pack

import (
	"archive/zip"
	"bytes"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Check looks into the zip for what Grafana's catalog refuses or warns of, and
// for what differs from the sources below root that it says to be made of. It
// returns what it finds, in words; the error is about a zip that cannot be read.
func Check(file, root string) (findings []string, err error) {
	z, err := zip.OpenReader(file)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	c := &checker{root: root, files: map[string]*zip.File{}}
	c.layout(z.File)
	if len(c.findings) > 0 {
		return c.findings, nil // the rest reads what is not there
	}
	for _, look := range []func() error{c.metadata, c.images, c.texts, c.executables, c.bundle, c.goManifest, c.materials} {
		if err := look(); err != nil {
			return nil, err
		}
	}
	return c.findings, nil
}

// largest is how many bytes a zip may have, and one of its files unpacked. The
// catalog has no such bounds; what is larger is a mistake.
const largest = 128 << 20

type checker struct {
	root     string
	id       string
	files    map[string]*zip.File // by names below the top folder
	plugin   plugin
	findings []string
}

func (c *checker) find(format string, args ...any) {
	c.findings = append(c.findings, fmt.Sprintf(format, args...))
}

// read returns a file's content. The file was found before, or is found
// missing now and has none.
func (c *checker) read(name string) ([]byte, error) {
	f := c.files[name]
	if f == nil {
		c.find("%s is missing", name)
		return nil, nil
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, largest))
}

// welcome is everything that belongs into the package.
var welcome = regexp.MustCompile(`^(plugin\.json|module\.js|module\.js\.map|module\.js\.LICENSE\.txt|README\.md|CHANGELOG\.md|LICENSE|` +
	`go_plugin_build_manifest|sbom\.cdx\.json|THIRD_PARTY_LICENSES\.txt|img/[a-z-]+\.(svg|png)|dashboards/[a-z-]+\.json|locales/[a-z]{2}-[A-Z]{2}/[a-z-]+\.json|` +
	`gpx_[a-z_]+_(darwin|linux|windows)_(amd64|arm64)(\.exe)?)$`)

// needed is what is in every package.
var needed = []string{
	"plugin.json", "module.js", "module.js.map", "README.md", "CHANGELOG.md", "LICENSE", "go_plugin_build_manifest", BOMFile, LicencesFile,
}

// layout finds what is in the zip, and whether it belongs there: one folder
// named as the plugin, with files only.
func (c *checker) layout(files []*zip.File) {
	var total uint64
	for _, f := range files {
		top, name, _ := strings.Cut(f.Name, "/")
		if c.id == "" {
			c.id = top
		}
		if top != c.id {
			c.find("%s is not in the folder %s: the zip must hold one folder", f.Name, c.id)
			continue
		}
		switch {
		case !f.Mode().IsRegular():
			c.find("%s is not a file: %s", f.Name, f.Mode())
		case f.Name != path.Join(c.id, name) || !welcome.MatchString(name):
			c.find("%s does not belong into the package", f.Name)
		case c.files[name] != nil:
			c.find("%s is there twice", f.Name)
		case f.Mode().Perm() != mode(name):
			c.find("%s has the mode %s, not %s", f.Name, f.Mode().Perm(), mode(name))
		case f.UncompressedSize64 > largest:
			c.find("%s has %d bytes, more than %d", f.Name, f.UncompressedSize64, largest)
		}
		c.files[name] = f
		total += f.CompressedSize64
	}
	if total > largest {
		c.find("the zip has %d bytes, more than %d", total, largest)
	}
	for _, name := range needed {
		if c.files[name] == nil {
			c.find("%s is missing", name)
		}
	}
}

// executables has one of each system, that is what its name says and was built
// so that it can be built again.
func (c *checker) executables() error {
	var want []string
	for _, t := range Targets {
		name := t.Executable(c.plugin.Executable)
		want = append(want, name)
		raw, err := c.read(name)
		if err != nil {
			return err
		}
		if raw == nil {
			continue
		}
		info, err := buildinfo.Read(bytes.NewReader(raw))
		if err != nil {
			c.find("%s is not a program built by Go: %v", name, err)
			continue
		}
		settings := map[string]string{}
		for _, s := range info.Settings {
			settings[s.Key] = s.Value
		}
		for key, value := range map[string]string{"GOOS": t.OS, "GOARCH": t.Arch, "CGO_ENABLED": "0", "-trimpath": "true"} {
			if settings[key] != value {
				c.find("%s was built with %s=%s, not %s", name, key, settings[key], value)
			}
		}
	}
	for name := range c.files {
		if strings.HasPrefix(name, "gpx_") && !slices.Contains(want, name) {
			c.find("%s is an executable that plugin.json does not name", name)
		}
	}
	return nil
}

// materials has the bill say which plugin it is of.
func (c *checker) materials() error {
	raw, err := c.read(BOMFile)
	if err != nil {
		return err
	}
	var bom struct {
		Metadata struct {
			Component struct{ Name, Version string }
		}
		Components []struct{ Purl string }
	}
	if err := json.Unmarshal(raw, &bom); err != nil {
		c.find("%s: %v", BOMFile, err)
		return nil
	}
	if of := bom.Metadata.Component; of.Name != c.plugin.ID || of.Version != c.plugin.Info.Version {
		c.find("%s is of %s %s", BOMFile, of.Name, of.Version)
	}
	for _, kind := range []string{"pkg:golang/", "pkg:npm/"} {
		if !slices.ContainsFunc(bom.Components, func(p struct{ Purl string }) bool { return strings.HasPrefix(p.Purl, kind) }) {
			c.find("%s names no %s", BOMFile, kind)
		}
	}
	return nil
}
