package hostile

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

var (
	links  = regexp.MustCompile(`"url": "([^"]*)"`)
	fields = regexp.MustCompile(`\$\{[^}]*\}`)
	// harmless are the only ways in which something variable may stand in a link: a
	// name is escaped, and only the base address from the settings is not.
	harmless = regexp.MustCompile(`^\$\{(__data\.fields\.[a-z_]+:percentencode|__data\.fields\.url:raw|__url_time_range|datasource|[a-z]+:percentencode)\}$`)
)

// No name of a firewall's can make a dashboard's link lead elsewhere.
func TestLinksOfDashboards(t *testing.T) {
	files, err := filepath.Glob("../../provisioning/dashboards/*.json")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d dashboards, %v", len(files), err)
	}
	n := 0
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range links.FindAllStringSubmatch(string(raw), -1) {
			for _, variable := range fields.FindAllString(link[1], -1) {
				n++
				if !harmless.MatchString(variable) {
					t.Errorf("%s: %s in %s", file, variable, link[1])
				}
			}
		}
	}
	if n < 50 {
		t.Errorf("only %d variables in links", n)
	}
}
