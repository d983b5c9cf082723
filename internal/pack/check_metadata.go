package pack

import (
	"encoding/json"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// plugin is what the catalog reads in plugin.json.
type plugin struct {
	Type, Name, ID, Executable string
	Backend, Alerting          bool
	Info                       struct {
		Description string
		Author      struct{ Name string }
		Keywords    []string
		Logos       struct{ Small, Large string }
		Links       []struct{ Name, URL string }
		Screenshots []struct{ Name, Path string }
		Version     string
		Updated     string
	}
	Includes     []struct{ Type, Name, Path string }
	Dependencies struct{ GrafanaDependency string }
}

var (
	semver     = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$`)
	dependency = regexp.MustCompile(`^>=\d+\.\d+\.\d+-0$`)
)

// metadata has everything in plugin.json that the catalog shows or searches.
func (c *checker) metadata() error {
	raw, err := c.read("plugin.json")
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, &c.plugin); err != nil {
		c.find("plugin.json: %v", err)
		return nil
	}
	p := &c.plugin
	for _, rule := range []struct {
		bad  bool
		what string
	}{
		{p.ID != c.id, "id is not the folder's name, " + c.id},
		{!strings.HasSuffix(p.ID, "-"+p.Type) || strings.Count(p.ID, "-") < 2, "id must be organisation-name-" + p.Type},
		{p.Name == "" || p.Name == p.ID, "name is not one for people"},
		{!strings.HasPrefix(p.Executable, "gpx_"), "executable must begin with gpx_"},
		{!p.Backend || !p.Alerting, "backend and alerting are what this plugin is for"},
		{p.Info.Description == "", "info.description is missing"},
		{len(p.Info.Keywords) == 0, "info.keywords are missing"},
		{p.Info.Author.Name == "", "info.author.name is missing"},
		{len(p.Info.Links) == 0, "info.links are missing"},
		{len(p.Info.Screenshots) == 0, "info.screenshots are missing"},
		{!semver.MatchString(p.Info.Version), "info.version is not a semantic version: " + p.Info.Version},
		{!isDay(p.Info.Updated), "info.updated is not a day, as 2006-01-02: " + p.Info.Updated},
		{!dependency.MatchString(p.Dependencies.GrafanaDependency), "dependencies.grafanaDependency must be one lowest version with -0: " + p.Dependencies.GrafanaDependency},
	} {
		if rule.bad {
			c.find("plugin.json: %s", rule.what)
		}
	}
	for _, l := range p.Info.Links {
		if !strings.HasPrefix(l.URL, "https://") || l.Name == "" {
			c.find("plugin.json: the link %q leads to %q, not to an https address", l.Name, l.URL)
		}
	}
	for _, i := range p.Includes {
		if c.files[i.Path] == nil {
			c.find("plugin.json: includes names %s, which is missing", i.Path)
		}
	}
	return c.versions()
}

func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

// versions has package.json say the same version as plugin.json.
func (c *checker) versions() error {
	raw, err := os.ReadFile(filepath.Join(c.root, "package.json"))
	if err != nil {
		return err
	}
	var p struct{ Version string }
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	if p.Version != c.plugin.Info.Version {
		c.find("plugin.json has the version %s, package.json %s", c.plugin.Info.Version, p.Version)
	}
	return nil
}

// unsafe is what an SVG must not hold: it would run or load something.
var unsafe = regexp.MustCompile(`(?i)<script|<foreignObject|\son[a-z]+=|javascript:|(href|src)="[^#"]|<!ENTITY`)

// images are there, and what their names say.
func (c *checker) images() error {
	info := c.plugin.Info
	names := []string{info.Logos.Small, info.Logos.Large}
	for _, s := range info.Screenshots {
		names = append(names, s.Path)
	}
	for _, name := range names {
		if c.files[name] == nil {
			c.find("plugin.json: the image %q is missing", name)
		}
	}
	for name, f := range c.files {
		switch filepath.Ext(name) {
		case ".svg":
			raw, err := c.read(name)
			if err != nil {
				return err
			}
			if !strings.Contains(string(raw), "<svg") || unsafe.Match(raw) {
				c.find("%s is no plain SVG", name)
			}
		case ".png":
			r, err := f.Open()
			if err != nil {
				return err
			}
			if _, err := png.Decode(r); err != nil {
				c.find("%s is no PNG: %v", name, err)
			}
			if err := r.Close(); err != nil {
				return err
			}
		}
	}
	return nil
}
