package grafanahost

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// ProvisionedDataSource is one entry of provisioning/datasources/*.yaml.
type ProvisionedDataSource struct {
	Name     string
	Type     string
	UID      string
	Access   string
	JSONData map[string]any    `yaml:"jsonData"`
	Secure   map[string]string `yaml:"secureJsonData"`
}

// LoadDataSources reads a file of provisioned data sources. Grafana expands
// variables of the environment in all of it; lookup stands in for the environment.
func LoadDataSources(path string, lookup func(string) string) ([]ProvisionedDataSource, error) {
	var file struct {
		APIVersion      int                     `yaml:"apiVersion"`
		DataSources     []ProvisionedDataSource `yaml:"datasources"`
		Prune           bool                    `yaml:"prune"`
		DeleteDataSouce []map[string]any        `yaml:"deleteDatasources"`
	}
	if err := loadYAML(path, &file, false); err != nil {
		return nil, err
	}
	for i := range file.DataSources {
		d := &file.DataSources[i]
		d.JSONData, _ = expand(d.JSONData, lookup).(map[string]any)
		for k, v := range d.Secure {
			d.Secure[k] = expandText(v, lookup)
		}
	}
	return file.DataSources, nil
}

// Provision saves the first data source of a provisioned file, polling as often
// as the caller says, with env as its environment.
func (h *Host) Provision(file string, env map[string]string, pollInterval string) (*DataSource, error) {
	sources, err := LoadDataSources(file, func(name string) string { return env[name] })
	if err != nil {
		return nil, err
	}
	if len(sources) == 0 {
		return nil, fmt.Errorf("%s: no data source", file)
	}
	source := sources[0]
	source.JSONData["pollInterval"] = pollInterval
	return h.Save(source.UID, source.Name, source.JSONData, source.Secure)
}

// LoadRules reads a file of provisioned alert rules. Keys that Grafana would
// silently ignore are an error.
func LoadRules(path string) ([]Group, error) {
	var file struct {
		APIVersion int `yaml:"apiVersion"`
		Groups     []Group
	}
	if err := loadYAML(path, &file, true); err != nil {
		return nil, err
	}
	return file.Groups, nil
}

func loadYAML(path string, into any, strict bool) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(strict)
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

var variable = regexp.MustCompile(`\$\$|\$\{([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*)`)

// expandText replaces $NAME and ${NAME}; $$ is a dollar. Grafana knows no
// defaults in the manner of a shell.
func expandText(s string, lookup func(string) string) string {
	return variable.ReplaceAllStringFunc(s, func(m string) string {
		if m == "$$" {
			return "$"
		}
		parts := variable.FindStringSubmatch(m)
		return lookup(parts[1] + parts[2])
	})
}

func expand(v any, lookup func(string) string) any {
	switch v := v.(type) {
	case string:
		return expandText(v, lookup)
	case []any:
		for i := range v {
			v[i] = expand(v[i], lookup)
		}
	case map[string]any:
		for k := range v {
			v[k] = expand(v[k], lookup)
		}
	}
	return v
}

// PanelQuery is one query of a dashboard's panel.
type PanelQuery struct {
	Panel string
	Model map[string]any
}

// LoadDashboard reads a dashboard's uid and the queries of all its panels and
// variables' data source type, rows unfolded.
func LoadDashboard(path string) (uid string, queries []PanelQuery, err error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", nil, err
	}
	var d struct {
		UID    string
		Panels []panel
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return "", nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, p := range d.Panels {
		queries = append(queries, p.queries()...)
	}
	return d.UID, queries, nil
}

type panel struct {
	Title   string
	Targets []map[string]any
	Panels  []panel // of a folded row
}

func (p panel) queries() []PanelQuery {
	var out []PanelQuery
	for _, t := range p.Targets {
		out = append(out, PanelQuery{p.Title, t})
	}
	for _, inner := range p.Panels {
		out = append(out, inner.queries()...)
	}
	return out
}

// WithAllVariables returns a copy of a query with dashboard variables filled in
// as the front end does for "All": a filter's value that is a variable goes.
func WithAllVariables(model map[string]any) map[string]any {
	out := maps.Clone(model)
	filter, ok := model["filter"].(map[string]any)
	if !ok {
		return out
	}
	filter = maps.Clone(filter)
	for name, raw := range filter {
		if list, ok := raw.([]any); ok {
			filter[name] = slices.DeleteFunc(slices.Clone(list), func(v any) bool {
				text, _ := v.(string)
				return strings.HasPrefix(text, "$")
			})
		}
	}
	out["filter"] = filter
	return out
}
