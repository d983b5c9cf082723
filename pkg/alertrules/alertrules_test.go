package alertrules

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
)

var update = flag.Bool("update", false, "write the shipped rule files anew; read the difference before you commit it")

// What is shipped is what is generated.
func TestShippedFiles(t *testing.T) {
	for _, tt := range []struct {
		path   string
		format Format
	}{
		{"../../provisioning/alerting/opnsense-wireguard.yaml", File},
		{"../../deploy/prometheus/opnsense-wireguard.rules.yml", Prometheus},
	} {
		want := mustWrite(t, Default, tt.format)
		if *update {
			if err := os.WriteFile(tt.path, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(tt.path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s is not what is generated (go test ./pkg/alertrules -update writes it):\n%s", tt.path, diff)
		}
	}
}

func mustWrite(tb testing.TB, d DataSource, f Format) []byte {
	tb.Helper()
	out, err := d.Write(f)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func TestRuleUIDs(t *testing.T) {
	for _, tt := range []struct {
		name, uid string
		want      string // of what stands before the slug
	}{
		{"empty", "", "[0-9a-f]{19}"},
		{"the default", "opnsense-wireguard", "opnsense-wireguard"},
		{"made by Grafana", "cf1x8s0kq9fcwb", "cf1x8s0kq9fcwb"},
		{"the longest that stays", "a23456789012345678", "a23456789012345678"},
		{"one longer", "a234567890123456789", "[0-9a-f]{19}"},
		{"the longest in Grafana", strings.Repeat("x", 40), "[0-9a-f]{19}"},
		{"odd characters", "a b$c", "[0-9a-f]{19}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for i := range rules {
				r := &rules[i]
				uid := DataSource{UID: tt.uid}.ruleUID(r)
				if !regexp.MustCompile("^"+tt.want+"-"+r.slug+"$").MatchString(uid) || len(uid) > 40 {
					t.Errorf("%s (%d characters), want %s-%s", uid, len(uid), tt.want, r.slug)
				}
			}
		})
	}
}

func TestGroups(t *testing.T) {
	for _, tt := range []struct{ name, uid, title, want string }{
		{"the default", "opnsense-wireguard", "OPNsense WireGuard", "OPNsense WireGuard"},
		{"the default, renamed", "opnsense-wireguard", "Berlin", "OPNsense WireGuard"},
		{"short", "x", "Berlin", "OPNsense WireGuard Berlin 2d711642"},
		{"no name", "x", "", "OPNsense WireGuard 2d711642"},
		{"the usual name", "x", "OPNsense WireGuard", "OPNsense WireGuard 2d711642"},
		{"the usual name and more", "x", "OPNsense WireGuard Berlin", "OPNsense WireGuard Berlin 2d711642"},
		{"long", "x", "Headquarters, Berlin", "OPNsense WireGuard Headquarters 2d711642"},
		{"cut before a space", "x", "Head quarte rs", "OPNsense WireGuard Head quarte 2d711642"},
		{"cut within a letter", "x", "aaaaaaaaaaaü", "OPNsense WireGuard aaaaaaaaaaa 2d711642"},
		{"other letters", "x", "Zürich", "OPNsense WireGuard Zürich 2d711642"},
		{"odd characters", "x", "a/b$c\n{{d}}\xff", "OPNsense WireGuard a-b-c---d--- 2d711642"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := DataSource{UID: tt.uid, Name: tt.title}.Group()
			if got != tt.want || len(got) > 40 {
				t.Errorf("%q (%d), want %q", got, len(got), tt.want)
			}
		})
	}
}

// Neither uids nor groups of different data sources are ever the same.
func TestNoCollisions(t *testing.T) {
	seen := map[string]string{}
	take := func(what, uid string) {
		if other, again := seen[what]; again && other != uid {
			t.Errorf("%q belongs to the data sources %q and %q", what, other, uid)
		}
		seen[what] = uid
	}
	uids := []string{"", "opnsense-wireguard", "OPNsense-WireGuard", "opnsense-wireguard-peer", "x", "x-peer", "x-both", "x-firewall", "x y", "x$y"}
	for n := range 300 {
		uids = append(uids, strings.Repeat("a", n), fmt.Sprint("shared-beginning-of-a-long-uid-", n))
	}
	for _, uid := range uids {
		take(DataSource{UID: uid, Name: "the same"}.Group(), uid)
		for i := range rules {
			take(DataSource{UID: uid}.ruleUID(&rules[i]), uid)
		}
	}
	// What makes it so: no slug ends with another, none is longer than reckoned with.
	for _, r := range rules {
		for _, other := range rules {
			if strings.HasSuffix(r.slug, "-"+other.slug) {
				t.Errorf("slug %s ends with %s", r.slug, other.slug)
			}
		}
		if len(r.slug) > longSlug {
			t.Errorf("slug %s has %d characters", r.slug, len(r.slug))
		}
	}
}

// Rules that are paused come last, and every query is one that the data source
// answers.
func TestRules(t *testing.T) {
	names := map[string]bool{}
	paused := false
	for i := range rules {
		r := &rules[i]
		if names[r.name] || names[r.slug] {
			t.Errorf("%s is there twice", r.name)
		}
		names[r.name], names[r.slug] = true, true
		if paused && !r.paused {
			t.Errorf("%s comes after one that is paused", r.name)
		}
		paused = r.paused
		raw, err := json.Marshal(r.data("x")[0].Model)
		if err != nil {
			t.Fatal(err)
		}
		q, err := query.Parse(raw, "")
		if err != nil || q.Format != query.Numeric || q.Metric != r.metric || q.Filter.InterfaceUp != r.interfaceUp {
			t.Errorf("%s asks %s: %v", r.name, q, err)
		}
		if _, err := time.ParseDuration(r.wait); err != nil {
			t.Error(err)
		}
		if len(r.why) == 0 {
			t.Errorf("%s does not say what it is for", r.name)
		}
	}
}

// Texts are templates that work in Grafana and in Prometheus, and those of a
// rule that fires for a dead data source without labels too.
func TestTexts(t *testing.T) {
	labels := map[string]string{"opnsense_instance": "hq", "device": "wg1", "device_name": "site", "peer_name": "branch"}
	for i := range rules {
		r := &rules[i]
		for _, text := range []string{r.texts.Summary, r.texts.Description, r.texts.Where, r.texts.Runbook, r.texts.RunbookURL} {
			if strings.Contains(text, "${") {
				t.Errorf("%s: newer releases of Grafana expand ${…} in %q", r.name, text)
			}
			said := mustExpand(t, text, labels)
			if r.onNothing == alerting {
				said += mustExpand(t, text, nil)
			}
			if strings.Contains(said, "<no value>") {
				t.Errorf("%s says %s", r.name, said)
			}
		}
	}
}

// mustExpand fills in a text as Grafana does; Prometheus must be able to do it too.
func mustExpand(tb testing.TB, text string, labels map[string]string) string {
	tb.Helper()
	var out bytes.Buffer
	for _, missing := range []string{"zero", "invalid"} {
		out.Reset()
		one, err := template.New("").Option("missingkey=" + missing).Parse("{{ $labels := .Labels }}{{ $value := .Value }}" + text)
		if err == nil {
			err = one.Execute(&out, map[string]any{"Labels": labels, "Value": "1"})
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	return out.String()
}

func TestAPI(t *testing.T) {
	d := DataSource{UID: "x", Name: "Berlin", OrgID: 7}
	var group struct {
		Title    string
		Interval int
		Rules    []map[string]any
	}
	if err := json.Unmarshal(mustWrite(t, d, API), &group); err != nil {
		t.Fatal(err)
	}
	if group.Title != d.Group() || group.Interval != 60 || len(group.Rules) != len(rules) {
		t.Errorf("%s every %d s with %d rules", group.Title, group.Interval, len(group.Rules))
	}
	first := group.Rules[0]
	want := map[string]any{
		"uid": "x-interface-down", "orgID": 7.0, "ruleGroup": d.Group(), "title": "OPNsenseWireGuardInterfaceDown",
		"condition": "B", "for": "2m", "noDataState": "KeepLast", "execErrState": "KeepLast",
		"isPaused": false, "missingSeriesEvalsToResolve": 60.0,
		"labels": map[string]any{"severity": "critical"},
		"data": []any{
			map[string]any{"refId": "A", "datasourceUid": "x", "relativeTimeRange": map[string]any{"from": 600.0, "to": 0.0},
				"model": map[string]any{"refId": "A", "queryType": "interfaces", "format": "numeric", "metric": "status"}},
			map[string]any{"refId": "B", "datasourceUid": "__expr__",
				"model": map[string]any{"refId": "B", "type": "math", "expression": "$A == 0"}},
		},
	}
	annotations, _ := first["annotations"].(map[string]any)
	delete(first, "annotations")
	if diff := cmp.Diff(want, first); diff != "" {
		t.Error(diff)
	}
	if annotations["__dashboardUid__"] != dashboard || annotations["__panelId__"] != "21" || annotations["summary"] != rules[0].texts.Summary {
		t.Errorf("annotations: %v", annotations)
	}
	if last := group.Rules[len(rules)-1]; last["isPaused"] != true || last["missingSeriesEvalsToResolve"] != nil {
		t.Errorf("the last rule: %v", last)
	}
}

// Another data source's file differs in organisation, group and uids only.
func TestFileOfAnother(t *testing.T) {
	got := string(mustWrite(t, DataSource{UID: "x", Name: "Berlin", OrgID: 7}, File))
	for _, change := range [][2]string{
		{"orgId: 7", "orgId: 1"},
		{"name: OPNsense WireGuard Berlin 2d711642", "name: OPNsense WireGuard"},
		{"uid: x-", "uid: opnsense-wireguard-"},
		{"datasourceUid: x\n", "datasourceUid: opnsense-wireguard\n"},
	} {
		if !strings.Contains(got, change[0]) {
			t.Errorf("there is no %q", change[0])
		}
		got = strings.ReplaceAll(got, change[0], change[1])
	}
	if diff := cmp.Diff(string(mustWrite(t, Default, File)), got); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(string(mustWrite(t, DataSource{UID: "x"}, File)), "orgId: 1\n") {
		t.Error("no organisation is not the first")
	}
}

// A uid or name that YAML could misread stays a text.
func TestAwkwardDataSources(t *testing.T) {
	for _, d := range []DataSource{{UID: "123", Name: "true"}, {UID: "null", Name: "- a: b # c"}, {UID: "1e3", Name: "'"}, {UID: "0x1f", Name: `"`}} {
		var got struct {
			Groups []struct {
				Name  any
				Rules []struct {
					UID  any
					Data []struct {
						DatasourceUID any `yaml:"datasourceUid"`
					}
				}
			}
		}
		if err := yaml.Unmarshal(mustWrite(t, d, File), &got); err != nil {
			t.Fatal(err)
		}
		g := got.Groups[0]
		if g.Name != d.Group() || g.Rules[0].UID != d.ruleUID(&rules[0]) || g.Rules[0].Data[0].DatasourceUID != d.UID {
			t.Errorf("%+v became %v, %v, %v", d, g.Name, g.Rules[0].UID, g.Rules[0].Data[0].DatasourceUID)
		}
	}
}

// The rules of Prometheus are all there once those that are paused are turned on.
func TestPrometheus(t *testing.T) {
	text := string(mustWrite(t, Default, Prometheus))
	names := func(text string) (out []string) {
		var f promFile
		if err := yaml.Unmarshal([]byte(text), &f); err != nil {
			t.Fatal(err)
		}
		for _, g := range f.Groups {
			for _, r := range g.Rules {
				out = append(out, r.Alert)
			}
		}
		return out
	}
	var all, on []string
	for _, r := range rules {
		all = append(all, r.name)
		if !r.paused {
			on = append(on, r.name)
		}
	}
	if got := names(text); !slices.Equal(got, on) {
		t.Errorf("as it is: %v", got)
	}
	if got := names(regexp.MustCompile(`(?m)^#  `).ReplaceAllString(text, "  ")); !slices.Equal(got, all) {
		t.Errorf("all turned on: %v", got)
	}
}

func TestFormats(t *testing.T) {
	const unknown = "unknown format; allowed: file, api, prometheus"
	for _, tt := range []struct {
		name        string
		want        Format
		contentType string
		problem     string
	}{
		{"yaml", "", "", unknown},
		{"FILE", "", "", unknown},
		{"file ", "", "", unknown},
		{"", File, "application/yaml", ""},
		{"file", File, "application/yaml", ""},
		{"api", API, "application/json", ""},
		{"prometheus", Prometheus, "application/yaml", ""},
	} {
		got, err := ParseFormat(tt.name)
		if err != nil {
			if err.Error() != tt.problem {
				t.Errorf("%q: %v", tt.name, err)
			}
			continue
		}
		if got != tt.want || got.ContentType() != tt.contentType || tt.problem != "" {
			t.Errorf("%q: %s %s", tt.name, got, got.ContentType())
		}
	}
}
