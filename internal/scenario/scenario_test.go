package scenario

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
)

const (
	root     = "../.."
	ruleFile = root + "/deploy/prometheus/opnsense-wireguard.rules.yml"
)

var (
	// pluginDir holds the plugin whose clock can be stepped, with the race detector.
	pluginDir string
	// ending are the plugins that are being ended.
	ending sync.WaitGroup
)

func TestMain(m *testing.M) {
	grafanahost.Main(root, "./internal/steppedplugin", func(dir string) int {
		pluginDir = dir
		hclog.SetDefault(hclog.NewNullLogger())
		code := m.Run()
		ending.Wait()
		return code
	})
}

// provisioned are the shipped rules, those too that are paused.
func provisioned(tb testing.TB) []grafanahost.Rule {
	tb.Helper()
	groups, err := grafanahost.LoadRules(filepath.Join(root, "provisioning/alerting/opnsense-wireguard.yaml"))
	if err != nil {
		tb.Fatal(err)
	}
	var out []grafanahost.Rule
	for _, g := range groups {
		out = append(out, g.Rules...)
	}
	if len(out) == 0 {
		tb.Fatal("no rule is provisioned")
	}
	return out
}

// Every row of the table: at the end of each phase exactly what it says fires, in
// Grafana and in Prometheus. Within a phase nothing else ever fires, and what
// fires at its beginning and its end does not resolve in between.
func TestScenarios(t *testing.T) {
	all, err := readTable(document)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 40 {
		t.Errorf("%d rows", len(all))
	}
	for _, s := range all {
		t.Run(s.id, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, s.setup)
			defer func() {
				if t.Failed() {
					w.note()
					t.Logf("%s\n%s", s.happens, strings.Join(w.timeline, "\n"))
				}
			}()
			for i, p := range s.phases {
				w.play(t, i+1, p)
			}
		})
	}
}

// watch looks at what fires at each evaluation of a phase.
type watch struct {
	name          string
	now           *[]string
	begin         []string
	want          []string
	ever, dropped map[string]bool
}

func newWatch(name string, now *[]string, want []string) *watch {
	return &watch{name, now, unkept(*now), unkept(want), map[string]bool{}, map[string]bool{}}
}

func (w *watch) look() {
	now := unkept(*w.now)
	for _, s := range now {
		w.ever[s] = true
	}
	for _, s := range w.begin {
		if !slices.Contains(now, s) && slices.Contains(w.want, s) {
			w.dropped[s] = true
		}
	}
}

// problems are what never fires or resolves in a phase, and did.
func (w *watch) problems() []string {
	var out []string
	for s := range w.ever {
		if !slices.Contains(w.begin, s) && !slices.Contains(w.want, s) {
			out = append(out, fmt.Sprintf("%s: %s fired meanwhile", w.name, s))
		}
	}
	for s := range w.dropped {
		out = append(out, fmt.Sprintf("%s: %s resolved meanwhile", w.name, s))
	}
	return out
}

func (w *world) play(t *testing.T, number int, p phase) {
	t.Helper()
	watches := []*watch{newWatch("Grafana", &w.grafanaNow, p.grafana), newWatch("Prometheus", &w.prometheusNow, p.prometheus)}
	w.watches = watches
	for _, command := range p.script {
		w.timeline = append(w.timeline, "> "+command)
		if err := w.do(command); err != nil {
			t.Fatalf("phase %d: %s: %v", number, command, err)
		}
	}
	for _, watch := range watches {
		for _, problem := range watch.problems() {
			t.Errorf("phase %d: %s", number, problem)
		}
	}
	if !slices.Equal(w.grafanaNow, p.grafana) {
		t.Errorf("phase %d: in Grafana fires\n%s, want\n%s", number, or(w.grafanaNow), or(p.grafana))
	}
	if !slices.Equal(w.prometheusNow, p.prometheus) {
		t.Errorf("phase %d: in Prometheus fires\n%s, want\n%s", number, or(w.prometheusNow), or(p.prometheus))
	}
}
