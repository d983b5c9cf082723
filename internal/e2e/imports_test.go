package e2e

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/opnsense-wireguard/opnsense-wireguard-datasource/"

// allowed is the whole picture of who may import whom: imports point inward.
var allowed = map[string][]string{
	"pkg":            {"pkg/plugin"},
	"pkg/alertrules": {"pkg/query"},
	"pkg/plugin":     {"pkg/alertrules", "pkg/collector", "pkg/frames", "pkg/history", "pkg/metrics", "pkg/opnsense", "pkg/query", "pkg/wireguard"},
	"pkg/collector":  {"pkg/wireguard"},
	"pkg/frames":     {"pkg/history", "pkg/query", "pkg/wireguard"},
	"pkg/history":    {"pkg/metrics", "pkg/wireguard"},
	"pkg/metrics":    {"pkg/wireguard"},
	"pkg/query":      {"pkg/wireguard"},
	"pkg/opnsense":   {"pkg/wireguard"},
	"pkg/wireguard":  nil,
}

// sdkFree must not know Grafana's SDK beyond its data frames.
var sdkFree = []string{"pkg/alertrules", "pkg/collector", "pkg/history", "pkg/metrics", "pkg/opnsense", "pkg/query", "pkg/wireguard"}

type goPackage struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func TestImports(t *testing.T) {
	for _, p := range mustList(t, "./pkg/...") {
		name := strings.TrimPrefix(p.ImportPath, module)
		may, known := allowed[name]
		if !known {
			t.Errorf("package %s is in no room of docs/architecture.md", name)
		}
		for _, i := range p.Imports {
			inner, ours := strings.CutPrefix(i, module)
			if ours && !slices.Contains(may, inner) {
				t.Errorf("%s imports %s", name, inner)
			}
			if strings.HasPrefix(i, "github.com/grafana/") && slices.Contains(sdkFree, name) {
				t.Errorf("%s imports %s", name, i)
			}
			if (i == "os" || i == "syscall" || i == "unsafe") && name != "pkg" {
				t.Errorf("%s imports %s: what ships touches neither files nor environment", name, i)
			}
		}
		for _, d := range p.Deps {
			if strings.HasPrefix(d, module+"internal/") {
				t.Errorf("%s reaches the shipped binary through %s", d, name)
			}
		}
	}
}

func mustList(tb testing.TB, pattern string) []goPackage {
	tb.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", pattern)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		tb.Fatal(err)
	}
	var all []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			tb.Fatal(err)
		}
		all = append(all, p)
	}
}
