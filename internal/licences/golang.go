package licences

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// systems are those for which the plugin is built.
var systems = []string{"linux", "darwin", "windows"}

// Go lists the modules in the binary of a Go package, on any system, and Go's own
// library.
func Go(root, pkg string) ([]Dependency, error) {
	all := map[string]*Dependency{}
	for _, system := range systems {
		packages, err := listPackages(root, pkg, system)
		if err != nil {
			return nil, err
		}
		for _, p := range packages {
			d := all[p.module+"@"+p.version]
			if d == nil {
				d = &Dependency{Ecosystem: "go", Name: p.module, Version: p.version}
				all[p.module+"@"+p.version] = d
			}
			if err := d.addNearest(p.dir, p.root); err != nil {
				return nil, err
			}
		}
	}
	library, err := standardLibrary(root)
	if err != nil {
		return nil, err
	}
	return append([]Dependency{library}, sorted(all)...), nil
}

// goPackage is one package of another module.
type goPackage struct{ dir, root, module, version string }

func listPackages(root, pkg, system string) ([]goPackage, error) {
	const format = "{{with .Module}}{{if not .Main}}{{$.Dir}}\t{{.Dir}}\t{{.Path}}\t{{.Version}}{{end}}{{end}}"
	cmd := exec.Command("go", "list", "-deps", "-f", format, pkg)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
	var said bytes.Buffer
	cmd.Stderr = &said
	raw, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list what %s needs on %s: %w\n%s", pkg, system, err, said.String())
	}
	var out []goPackage
	for line := range strings.Lines(string(raw)) {
		if f := strings.Split(strings.TrimSpace(line), "\t"); len(f) == 4 {
			out = append(out, goPackage{f[0], f[1], f[2], f[3]})
		}
	}
	return out, nil
}

// addNearest adds the licence of the nearest folder above a package that has one: a
// part of a module may be other people's again. The module's own counts too.
func (d *Dependency) addNearest(dir, root string) error {
	for {
		files, err := licenceFiles(dir)
		if err != nil {
			return err
		}
		if err := d.add(files); err != nil {
			return err
		}
		if dir == root {
			return nil
		}
		dir = filepath.Dir(dir)
	}
}

func standardLibrary(root string) (Dependency, error) {
	cmd := exec.Command("go", "env", "GOROOT")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return Dependency{}, fmt.Errorf("find Go's library: %w", err)
	}
	d := Dependency{Ecosystem: "go", Name: "Go's standard library"}
	files, err := licenceFiles(strings.TrimSpace(string(out)))
	if err != nil {
		return d, err
	}
	return d, d.add(files)
}
