package deploy

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// values are those of Grafana's chart that are set, each of which it has
// (looked up in 12.11.1). Any other is an error.
type values struct {
	Image   struct{ Tag string }
	Plugins []string
	INI     struct {
		Plugins struct {
			Allow string `yaml:"allow_loading_unsigned_plugins"`
		}
	} `yaml:"grafana.ini"`
	EnvFromSecrets []struct{ Name string } `yaml:"envFromSecrets"`
	Datasources    map[string]any
	Sidecar        struct {
		Dashboards struct {
			Enabled  bool
			Label    string
			Provider struct {
				Name, Folder   string
				AllowUIUpdates bool `yaml:"allowUiUpdates"`
			}
		}
		Alerts struct {
			Enabled    bool
			Label      string
			InitAlerts bool `yaml:"initAlerts"`
		}
	}
}

type kustomization struct {
	APIVersion       string `yaml:"apiVersion"`
	Kind             string
	GeneratorOptions struct {
		DisableNameSuffixHash bool `yaml:"disableNameSuffixHash"`
	} `yaml:"generatorOptions"`
	ConfigMapGenerator []struct {
		Name    string
		Files   []string
		Options struct{ Labels map[string]string }
	} `yaml:"configMapGenerator"`
}

func mustVersion(tb testing.TB) string {
	tb.Helper()
	var p struct{ Version string }
	if err := json.Unmarshal([]byte(mustRead(tb, "package.json")), &p); err != nil {
		tb.Fatal(err)
	}
	return p.Version
}

// The values give the chart the same data source as provisioning/, the released
// plugin, and the Grafana of the demo.
func TestKubernetesValues(t *testing.T) {
	var v values
	mustDecode(t, "deploy/kubernetes/values.yaml", &v)
	const id = "opnsense-wireguard-datasource"
	version := mustVersion(t)
	plugin := id + "@" + version + "@https://github.com/opnsense-wireguard/" + id + "/releases/download/v" + version + "/" + id + "-" + version + ".zip"
	if diff := cmp.Diff([]string{plugin}, v.Plugins); diff != "" || v.INI.Plugins.Allow != id {
		t.Errorf("plugins (-want +got):\n%s, unsigned %q", diff, v.INI.Plugins.Allow)
	}
	var provisioned map[string]any
	mustLoad(t, "provisioning/datasources/opnsense-wireguard.yaml", &provisioned)
	if diff := cmp.Diff(map[string]any{"opnsense-wireguard.yaml": provisioned}, v.Datasources); diff != "" {
		t.Errorf("data source (-provisioning +values):\n%s", diff)
	}
	if want := "GRAFANA_VERSION:-" + v.Image.Tag + "}"; v.Image.Tag == "" || !strings.Contains(mustRead(t, "docker-compose.yaml"), want) {
		t.Errorf("docker-compose.yaml has not %s", want)
	}
	if len(v.EnvFromSecrets) != 1 || !v.Sidecar.Dashboards.Enabled || !v.Sidecar.Alerts.Enabled || !v.Sidecar.Alerts.InitAlerts {
		t.Errorf("%+v", v)
	}
	// The documentation makes the Secret with every variable that the file wants.
	guide := mustRead(t, "deploy/README.md")
	for _, name := range regexp.MustCompile(`\$OPNSENSE_[A-Z_]+`).FindAllString(mustRead(t, "deploy/kubernetes/values.yaml"), -1) {
		if !strings.Contains(guide, "--from-literal="+name[1:]+"=") {
			t.Errorf("deploy/README.md does not put %s into the Secret", name[1:])
		}
	}
	if !strings.Contains(guide, "secret generic "+v.EnvFromSecrets[0].Name+" ") {
		t.Errorf("deploy/README.md makes no Secret %s", v.EnvFromSecrets[0].Name)
	}
}

// Every dashboard and every rule file becomes a ConfigMap, with the label that
// the values have a sidecar look for, and none is too long for kubectl apply.
func TestKustomization(t *testing.T) {
	var v values
	mustDecode(t, "deploy/kubernetes/values.yaml", &v)
	var k kustomization
	mustDecode(t, "provisioning/kustomization.yaml", &k)
	var want, got []string
	for pattern, label := range map[string]string{"dashboards/*.json": v.Sidecar.Dashboards.Label, "alerting/*.yaml": v.Sidecar.Alerts.Label} {
		files, err := filepath.Glob(filepath.Join(root, "provisioning", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			want = append(want, label+" "+filepath.Base(file))
		}
	}
	for _, m := range k.ConfigMapGenerator {
		size := 0
		for _, file := range m.Files {
			size += len(mustRead(t, "provisioning/"+file))
			for label := range m.Options.Labels {
				got = append(got, label+" "+filepath.Base(file))
			}
		}
		if size > 200_000 {
			t.Errorf("%s has %d bytes; an annotation that kubectl makes of it may have 262144", m.Name, size)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-files +ConfigMaps):\n%s", diff)
	}
}

// Alloy finds in its environment all that its configuration asks for, and writes
// and reads where the demo has it.
func TestAlloy(t *testing.T) {
	var compose struct {
		Services map[string]struct {
			Environment map[string]string
			Entrypoint  any
		}
	}
	mustLoad(t, "docker-compose.yaml", &compose)
	given := compose.Services["alloy"].Environment
	config := mustRead(t, "deploy/alloy/config.alloy")
	asked := map[string]bool{}
	for _, m := range regexp.MustCompile(`sys\.env\("([A-Z_]+)"\)`).FindAllStringSubmatch(config, -1) {
		asked[m[1]] = true
		if given[m[1]] == "" {
			t.Errorf("docker-compose.yaml does not give Alloy %s", m[1])
		}
		if !strings.Contains(config, "//   "+m[1]+" ") {
			t.Errorf("config.alloy does not say what %s is", m[1])
		}
	}
	if len(asked) != len(given) {
		t.Errorf("Alloy asks for %v and is given %v", asked, given)
	}
	entry, _ := compose.Services["token"].Entrypoint.([]any)
	if len(entry) != 4 || entry[3] != given["GRAFANA_TOKEN_FILE"] {
		t.Errorf("the token is written by %v, and read from %s", entry, given["GRAFANA_TOKEN_FILE"])
	}
	if opened, closed := strings.Count(config, "{"), strings.Count(config, "}"); opened != closed {
		t.Errorf("%d { and %d }", opened, closed)
	}
}
