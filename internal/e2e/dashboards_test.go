package e2e

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
)

// dashboard is what of a dashboard's file has to fit to the plugin.
type dashboard struct {
	UID, Title  string
	Links       []struct{ URL string }
	Annotations struct {
		List []struct {
			Name       string
			Datasource sourceRef
			Target     map[string]any
		}
	}
	Templating struct{ List []variable }
	Panels     []dashboardPanel
}

type sourceRef struct{ Type, UID string }

type variable struct {
	Name, Type string
	Datasource sourceRef
	Query      any // a text, or the query of one of ours
}

type dashboardPanel struct {
	ID          int
	Type, Title string
	Datasource  sourceRef
	Targets     []map[string]any
	Panels      []dashboardPanel // of a folded row
	FieldConfig struct {
		Overrides []struct {
			Matcher    struct{ ID, Options string }
			Properties []struct {
				ID    string
				Value any
			}
		}
	}
	Options struct {
		SortBy        []struct{ DisplayName string }
		ReduceOptions struct{ Fields string }
	}
	Transformations []struct {
		Options struct {
			Alias                      string
			IndexByName, ExcludeByName map[string]any
			Binary                     struct {
				Left, Right struct{ Matcher struct{ Options string } }
			}
		}
	}
}

func mustDashboards(tb testing.TB) []dashboard {
	tb.Helper()
	var all []dashboard
	for _, path := range mustGlob(tb, "dashboards/*.json") {
		var d dashboard
		raw, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(raw, &d)
		}
		if err != nil || !strings.HasSuffix(path, "/"+d.UID+".json") || len(d.Panels) == 0 {
			tb.Fatalf("%s: uid %q, %d panels, %v", path, d.UID, len(d.Panels), err)
		}
		all = append(all, d)
	}
	return all
}

// panels lists all panels with queries, rows unfolded.
func (d *dashboard) panels() []dashboardPanel {
	var out []dashboardPanel
	for _, p := range d.Panels {
		out = append(append(out, p), p.Panels...)
	}
	return slices.DeleteFunc(out, func(p dashboardPanel) bool { return p.Type == "row" })
}

func (d *dashboard) variables() []string {
	var names []string
	for _, v := range d.Templating.List {
		names = append(names, v.Name)
	}
	return names
}

// Every panel of every dashboard answers, with rows where it asks for the present;
// of the past there is none yet, and of what is wrong nothing while all is well.
// What a panel picks out is there.
func TestDashboardPanels(t *testing.T) {
	d := mustProvision(t, mustStart(t), mustDemoLab(t))
	all := mustDashboards(t)
	for i := range all {
		board := &all[i]
		t.Run(board.UID, func(t *testing.T) {
			seen := map[int]bool{}
			for _, p := range board.panels() {
				if seen[p.ID] || len(p.Targets) != 1 {
					t.Errorf("panel %q: %d queries; id %d is taken: %v", p.Title, len(p.Targets), p.ID, seen[p.ID])
				}
				seen[p.ID] = true
				answer, err := d.Query(testContext(t), grafanahost.WithAllVariables(p.Targets[0]))
				if err != nil || answer.Error != nil {
					t.Errorf("panel %q: %v %v", p.Title, err, answer.Error)
					continue
				}
				q := asked(t, p.Targets[0])
				if q.FromHistory() && q.Format == query.TimeSeries {
					continue
				}
				f := answer.Frames[0]
				if empty := q.FromHistory() || q.Type == query.Problems; len(answer.Frames) != 1 || (f.Rows() == 0) != empty {
					t.Errorf("panel %q: %d frames, %d rows", p.Title, len(answer.Frames), f.Rows())
				}
				if n := f.Meta.Notices; len(n) > 0 && !q.FromHistory() {
					t.Errorf("panel %q: %s", p.Title, n[0].Text)
				}
				p.checkColumns(t, f)
				p.checkLinks(t, f, all)
			}
		})
	}
}

// checkColumns looks for each column that the panel names in what its query returned.
func (p *dashboardPanel) checkColumns(t *testing.T, f *data.Frame) {
	t.Helper()
	titles := map[string]bool{}
	for _, field := range f.Fields {
		title := field.Config.DisplayName
		if title == "" { // as Grafana has it
			title = field.Name
		}
		titles[title] = true
	}
	var named []string
	for _, x := range p.Transformations {
		o := x.Options
		named = slices.AppendSeq(named, maps.Keys(o.IndexByName))
		named = slices.AppendSeq(named, maps.Keys(o.ExcludeByName))
		named = append(named, o.Binary.Left.Matcher.Options, o.Binary.Right.Matcher.Options)
		if o.Alias != "" {
			titles[o.Alias] = true
		}
	}
	for _, o := range p.FieldConfig.Overrides {
		named = append(named, alternatives(t, o.Matcher.ID, o.Matcher.Options)...)
	}
	for _, s := range p.Options.SortBy {
		named = append(named, s.DisplayName)
	}
	named = append(named, alternatives(t, "byRegexp", p.Options.ReduceOptions.Fields)...)
	for _, title := range named {
		if title != "" && !titles[title] {
			t.Errorf("panel %q: there is no column %q", p.Title, title)
		}
	}
}

// alternatives takes "/^(a|b)$/" apart. "/.*/" means every column.
func alternatives(t *testing.T, matcher, pattern string) []string {
	t.Helper()
	switch {
	case matcher == "byName":
		return []string{pattern}
	case pattern == "" || pattern == "/.*/":
		return nil
	case !strings.HasPrefix(pattern, "/^") || !strings.HasSuffix(pattern, "$/"):
		t.Errorf("%s %q is not a list of names", matcher, pattern)
		return nil
	}
	return strings.Split(strings.Trim(pattern, "/^$()"), "|")
}

var (
	linkField = regexp.MustCompile(`\$\{__data\.fields\.([^:}]*)[:}]`)
	linkVar   = regexp.MustCompile(`[?&]var-(\w+)=`)
	usedVar   = regexp.MustCompile(`\$(\w+)`)
)

// checkLinks follows the links of the panel's cells: to a dashboard that is there
// and has the variables, or to a page of the firewall itself.
func (p *dashboardPanel) checkLinks(t *testing.T, f *data.Frame, all []dashboard) {
	t.Helper()
	for _, o := range p.FieldConfig.Overrides {
		for _, property := range o.Properties {
			if property.ID != "links" {
				continue
			}
			for _, link := range property.Value.([]any) {
				url := link.(map[string]any)["url"].(string)
				for _, m := range linkField.FindAllStringSubmatch(url, -1) {
					if field, _ := f.FieldByName(m[1]); field == nil {
						t.Errorf("panel %q: %s names no column", p.Title, url)
					}
				}
				if !strings.HasPrefix(url, "${__data.fields.url:raw}/ui/") {
					checkTarget(t, url, all)
				}
			}
		}
	}
}

// checkTarget looks for the dashboard that a link leads to, and for its variables there.
func checkTarget(t *testing.T, url string, all []dashboard) {
	t.Helper()
	path, _, _ := strings.Cut(url, "?")
	at := slices.IndexFunc(all, func(d dashboard) bool { return "/d/"+d.UID == path })
	if at < 0 {
		t.Errorf("%s leads nowhere", url)
		return
	}
	for _, m := range linkVar.FindAllStringSubmatch(url, -1) {
		if !slices.Contains(all[at].variables(), m[1]) {
			t.Errorf("%s: dashboard %s has no variable %s", url, all[at].UID, m[1])
		}
	}
}

// Whatever asks, asks the data source that is chosen, with variables that are
// there: those of a variable itself stand before it.
func TestDashboardVariables(t *testing.T) {
	d := mustProvision(t, mustStart(t), mustDemoLab(t))
	chosen := sourceRef{"opnsense-wireguard-datasource", "${datasource}"}
	all := mustDashboards(t)
	for i := range all {
		board := &all[i]
		t.Run(board.UID, func(t *testing.T) {
			known := []string{}
			check := func(what string, source sourceRef, asks any) {
				raw, _ := json.Marshal(asks)
				for _, m := range usedVar.FindAllStringSubmatch(string(raw), -1) {
					if !slices.Contains(known, m[1]) {
						t.Errorf("%s: there is no variable $%s", what, m[1])
					}
				}
				if source != chosen {
					t.Errorf("%s asks %v", what, source)
				}
			}
			for _, v := range board.Templating.List {
				if v.Type == "datasource" {
					known = append(known, v.Name)
					if v.Query != chosen.Type {
						t.Errorf("the data sources offered are %v", v.Query)
					}
					continue
				}
				check("variable "+v.Name, v.Datasource, v.Query)
				known = append(known, v.Name)
				kind, _ := v.Query.(map[string]any)["kind"].(string)
				resp, err := d.Get(testContext(t), kind)
				if err != nil || resp.Status != http.StatusOK || len(resp.Body) < 10 {
					t.Errorf("variable %s: %v %v", v.Name, resp, err)
				}
			}
			for _, p := range board.panels() {
				check("panel "+p.Title, p.Datasource, p.Targets[0]["filter"])
				raw, _ := json.Marshal(p.Targets[0]["datasource"])
				var source sourceRef
				_ = json.Unmarshal(raw, &source)
				check("query of "+p.Title, source, nil)
			}
			for _, l := range board.Links {
				checkTarget(t, l.URL, all)
			}
			if len(board.Links) != len(all)-1 || len(board.Annotations.List) == 0 {
				t.Errorf("%d links, %d annotations", len(board.Links), len(board.Annotations.List))
			}
			for _, a := range board.Annotations.List {
				check("annotation "+a.Name, a.Datasource, a.Target["filter"])
				answer, err := d.Query(testContext(t), grafanahost.WithAllVariables(a.Target))
				if err != nil || answer.Error != nil {
					t.Errorf("annotation %s: %v %v", a.Name, err, answer.Error)
					continue
				}
				if _, err := grafanahost.ReadAnnotations(answer.Frames[0]); err != nil {
					t.Errorf("annotation %s: %v", a.Name, err)
				}
			}
		})
	}
}

// Each dashboard begins with what is wrong: which tunnel, since when, and what
// hangs on it.
func TestDashboardsListProblems(t *testing.T) {
	lab := mustDemoLab(t)
	d := mustProvision(t, mustStart(t), lab)
	mustShakeHands(t, d)
	lab.Firewall("hq").Instance("wg1").Stop()
	d.pollNow()
	for _, board := range mustDashboards(t) {
		first := board.Panels[0]
		answer, err := d.Query(testContext(t), grafanahost.WithAllVariables(first.Targets[0]))
		if err != nil || answer.Error != nil || answer.Frames[0].Rows() != 1 {
			t.Fatalf("%s: %v %v", board.UID, err, answer)
		}
		for column, want := range map[string]string{
			"opnsense_instance": "hq", "device_name": "site-to-site", "problem": "down", "kind": "interface",
			"affected": "sites: branch-office", "networks": "10.77.0.2/32, 10.66.1.0/24",
		} {
			if f, _ := answer.Frames[0].FieldByName(column); f.At(0) != want {
				t.Errorf("%s: %s is %q, want %q", board.UID, column, f.At(0), want)
			}
		}
		for _, column := range []string{"since", "latest_handshake", "observed_at"} {
			if f, _ := answer.Frames[0].FieldByName(column); f.NilAt(0) {
				t.Errorf("%s: %s is not told", board.UID, column)
			}
		}
	}
}

// asked is a query as the back end reads it.
func asked(tb testing.TB, model map[string]any) query.Query {
	tb.Helper()
	raw, err := json.Marshal(grafanahost.WithAllVariables(model))
	if err != nil {
		tb.Fatal(err)
	}
	q, err := query.Parse(raw, "")
	if err != nil {
		tb.Fatal(err)
	}
	return q
}
