package licences

import (
	"fmt"
	"path/filepath"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/pack"
)

// NPM lists the packages of which something is in a bundle, by its source map, as
// they are installed below root.
func NPM(root, sourceMap string) ([]Dependency, error) {
	folders, err := pack.Bundled(sourceMap)
	if err != nil {
		return nil, fmt.Errorf("%w: build the front end first", err)
	}
	all := map[string]*Dependency{}
	for _, folder := range folders {
		d, err := installed(filepath.Join(root, filepath.FromSlash(folder)))
		if err != nil {
			return nil, err
		}
		all[folder] = d
	}
	return sorted(all), nil
}

func installed(folder string) (*Dependency, error) {
	p, err := pack.ReadNPMPackage(folder)
	if err != nil {
		return nil, err
	}
	d := &Dependency{Ecosystem: "npm", Name: p.Name, Version: p.Version}
	files, err := licenceFiles(folder)
	if err != nil {
		return nil, err
	}
	if files == nil && p.License != "" {
		d.Licences = []string{p.License} // it only names its licence
		return d, nil
	}
	return d, d.add(files)
}
