package alertrules

import (
	"bytes"
	"slices"
	"strings"
)

// A rule file of Prometheus and Mimir.
type (
	promFile struct {
		Groups []promGroup `yaml:"groups"`
	}
	promGroup struct {
		Name     string     `yaml:"name"`
		Interval string     `yaml:"interval"`
		Rules    []promRule `yaml:"rules"`
	}
	promRule struct {
		Alert       string            `yaml:"alert"`
		Expr        string            `yaml:"expr"`
		For         string            `yaml:"for"`
		Labels      map[string]string `yaml:"labels"`
		Annotations texts             `yaml:"annotations"`
	}
)

const (
	promHead = `# The alert rules of the OPNsense WireGuard data source for the ruler of
# Prometheus or Mimir, over the series that it is scraped for (docs/alerts.md).
# Generated: change them in pkg/alertrules.
#
# Use these or the rules in Grafana, not both: they have the same names.
# Prometheus has no "keep last state": while a firewall or the scrape is silent
# its series end, and what fires for its tunnels resolves.
# OPNsenseFirewallUnreachable speaks up instead.
`
	promPaused = `
# Prometheus cannot pause rules, so those that are paused in Grafana are a group
# of comments. To turn one on, take away the # before the group's first lines and
# before the rule; to turn on all of them: sed -i 's/^#  /  /' FILE
`
	// off begins a line that is turned off. Explanations begin with "# " and a
	// letter, so that sed can tell them apart.
	off = "#"
)

// Prometheus writes the rules as a rule file. Those that are paused are comments.
func (d DataSource) Prometheus() ([]byte, error) {
	on, err := promPart(promHead, d.Group(), false)
	if err != nil {
		return nil, err
	}
	paused, err := promPart("", d.Group()+", paused", true)
	if err != nil {
		return nil, err
	}
	return slices.Concat(on, []byte(promPaused), commented(paused)), nil
}

// promPart writes a group of the rules that are paused, or of those that are not.
func promPart(head, group string, paused bool) ([]byte, error) {
	g := promGroup{Name: group, Interval: interval}
	var comments [][]string
	for i := range rules {
		if r := &rules[i]; r.paused == paused {
			g.Rules = append(g.Rules, promRule{Alert: r.name, Expr: r.promql, For: r.wait, Labels: r.labels(), Annotations: r.texts})
			comments = append(comments, r.why)
		}
	}
	return marshal(head, promFile{[]promGroup{g}}, comments)
}

// commented turns all but the key "groups:" into comments.
func commented(document []byte) []byte {
	lines := slices.Collect(strings.Lines(string(document)))
	var out bytes.Buffer
	for _, line := range lines[1:] {
		out.WriteString(off + line)
	}
	return out.Bytes()
}
