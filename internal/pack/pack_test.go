package pack

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	pluginJSON = `{"type":"datasource","name":"Good","id":"org-good-datasource","executable":"gpx_good","backend":true,"alerting":true,
"info":{"description":"It is good.","author":{"name":"Us"},"keywords":["good"],"logos":{"small":"img/logo.svg","large":"img/logo.svg"},
"links":[{"name":"Home","url":"https://example.org"}],"screenshots":[{"name":"All","path":"img/all.png"}],"version":"1.2.3","updated":"2026-11-22"},
"includes":[{"type":"dashboard","name":"D","path":"dashboards/d.json"}],"dependencies":{"grafanaDependency":">=12.1.0-0"}}`
	moduleTS = "export const plugin = 1;\n"
	mainGo   = "package main\n"
	bomJSON  = `{"metadata":{"component":{"name":"org-good-datasource","version":"1.2.3"}},"components":[{"purl":"pkg:golang/stdlib@1"},{"purl":"pkg:npm/a@1"}]}`
	mapJSON  = `{"sources":["webpack://x/./module.ts","webpack://x/../node_modules/@a/b/node_modules/c/i.js"],"sourcesContent":["export const plugin = 1;\n","x"]}`
)

var day = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// good is a package in which nothing is found but that the executables are
// missing, and the sources that it is of.
func good(tb testing.TB) (files map[string]string, root string) {
	tb.Helper()
	root = tb.TempDir()
	mustWrite(tb, root, map[string]string{
		"package.json": `{"version":"1.2.3"}`, "src/module.ts": moduleTS, "pkg/main.go": mainGo, "node_modules/x/x.go": "package x\n",
		"node_modules/@a/b/node_modules/c/package.json": `{"name":"c","version":"4.5.6","license":"MIT"}`,
	})
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		tb.Fatal(err)
	}
	return map[string]string{
		"plugin.json": pluginJSON, "module.js": "define();\n//# sourceMappingURL=module.js.map", "module.js.map": mapJSON,
		"README.md":    "# Good\n\n[All](https://example.org), [below](#below), ![it](https://example.org/a.png)\n" + strings.Repeat("It is good.\n", 100),
		"CHANGELOG.md": "# Changelog\n\n## 1.2.3 (2026-11-22)\n", "LICENSE": "Apache License\n", LicencesFile: "MIT",
		"go_plugin_build_manifest": fmt.Sprintf("%x:pkg/main.go\n", sha256.Sum256([]byte(mainGo))),
		BOMFile:                    bomJSON, "img/logo.svg": "<svg></svg>", "img/all.png": picture.String(), "dashboards/d.json": "{}",
	}, root
}

func mustWrite(tb testing.TB, dir string, files map[string]string) {
	tb.Helper()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
}

func mustPack(tb testing.TB, files map[string]string) (raw []byte, file string) {
	tb.Helper()
	dir := tb.TempDir()
	mustWrite(tb, dir, files)
	var out bytes.Buffer
	if err := Write(&out, dir, "org-good-datasource", day); err != nil {
		tb.Fatal(err)
	}
	file = filepath.Join(tb.TempDir(), "x.zip")
	if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes(), file
}

func TestCheck(t *testing.T) {
	missing := make([]string, 0, len(Targets))
	for _, target := range Targets {
		missing = append(missing, target.Executable("gpx_good")+" is missing")
	}
	plugin := func(old, text string) func(map[string]string) {
		return func(f map[string]string) {
			if !strings.Contains(pluginJSON, old) {
				t.Fatalf("plugin.json has no %s", old)
			}
			f["plugin.json"] = strings.Replace(pluginJSON, old, text, 1)
		}
	}
	set := func(name, text string) func(map[string]string) {
		return func(f map[string]string) { f[name] = text }
	}
	for _, tt := range []struct {
		name  string
		spoil func(map[string]string)
		want  string
		early bool // nothing more is looked at
	}{
		{"junk", set("img/.DS_Store", "x"), "org-good-datasource/img/.DS_Store does not belong into the package", true},
		{"sources", set("pkg/main.go", mainGo), "org-good-datasource/pkg/main.go does not belong into the package", true},
		{"no map", func(f map[string]string) { delete(f, "module.js.map") }, "module.js.map is missing", true},
		{"no licence", func(f map[string]string) { delete(f, "LICENSE") }, "LICENSE is missing", true},
		{"id", plugin(`"org-good-datasource"`, `"org-other-datasource"`), "plugin.json: id is not the folder's name, org-good-datasource\n" + BOMFile + " is of org-good-datasource 1.2.3", false},
		{"name", plugin(`"name":"Good"`, `"name":"org-good-datasource"`), "plugin.json: name is not one for people", false},
		{"backend", plugin(`"backend":true`, `"backend":false`), "plugin.json: backend and alerting are what this plugin is for", false},
		{"description", plugin("It is good.", ""), "plugin.json: info.description is missing", false},
		{"keywords", plugin(`["good"]`, `[]`), "plugin.json: info.keywords are missing", false},
		{"author", plugin(`"Us"`, `""`), "plugin.json: info.author.name is missing", false},
		{"link", plugin("https://example.org", "http://example.org"), `plugin.json: the link "Home" leads to "http://example.org", not to an https address`, false},
		{"no screenshots", plugin(`[{"name":"All","path":"img/all.png"}]`, "[]"), "plugin.json: info.screenshots are missing", false},
		{"screenshot", plugin("img/all.png", "img/none.png"), `plugin.json: the image "img/none.png" is missing`, false},
		{"version left", plugin(`"1.2.3"`, `"%VERSION%"`), "plugin.json: info.version is not a semantic version: %VERSION%\nplugin.json has the version %VERSION%, package.json 1.2.3\n" +
			"CHANGELOG.md does not tell of %VERSION%\n" + BOMFile + " is of org-good-datasource 1.2.3", false},
		{"day left", plugin(`"2026-11-22"`, `"%TODAY%"`), "plugin.json: info.updated is not a day, as 2006-01-02: %TODAY%", false},
		{"no pre-releases", plugin(">=12.1.0-0", ">=12.1.0"), "plugin.json: dependencies.grafanaDependency must be one lowest version with -0: >=12.1.0", false},
		{"dashboard", plugin("dashboards/d.json", "dashboards/e.json"), "plugin.json: includes names dashboards/e.json, which is missing", false},
		{"script in svg", set("img/logo.svg", "<svg><script>alert()</script></svg>"), "img/logo.svg is no plain SVG", false},
		{"handler in svg", set("img/logo.svg", `<svg onload="x()"></svg>`), "img/logo.svg is no plain SVG", false},
		{"not a png", set("img/all.png", "GIF89a, of some length"), "img/all.png is no PNG: png: invalid format: not a PNG file", false},
		{"relative link", set("README.md", strings.Repeat("good\n", 300)+"[more](docs/more.md)"), "README.md: the link docs/more.md leads nowhere in the catalog", false},
		{"template", set("README.md", strings.Repeat("good\n", 300)+"# Grafana data source plugin template"), `README.md: "Grafana data source plugin template" is not for the catalog's readers`, false},
		{"short", set("README.md", "# Good"), "README.md has only 6 bytes", false},
		{"unchanged", set("CHANGELOG.md", "# Changelog\n\n## 1.2.2 (2026-01-01)\n"), "CHANGELOG.md does not tell of 1.2.3", false},
		{"licence", set("LICENSE", "All rights reserved"), "LICENSE is not the Apache licence, filled in", false},
		{"map not named", set("module.js", "define();"), "module.js does not name its source map", false},
		{"other source", set("module.js.map", strings.Replace(mapJSON, "plugin = 1", "plugin = 2", 1)), "module.js.map: module.ts is not that of src/ (<nil>)", false},
		{"no source", set("module.js.map", `{"sources":[],"sourcesContent":[]}`), "module.js.map: 0 sources with 0 contents", false},
		{"old React", set("module.js.map", strings.Replace(mapJSON, `"x"`, `"x.findDOMNode(y)"`, 1)),
			"webpack://x/../node_modules/@a/b/node_modules/c/i.js uses findDOMNode, which React 19 does not have", false},
		{"bill of another", set(BOMFile, strings.Replace(bomJSON, "1.2.3", "1.2.2", 1)), BOMFile + " is of org-good-datasource 1.2.2", false},
		{"bill without npm", set(BOMFile, strings.Replace(bomJSON, "pkg:npm", "pkg:nuget", 1)), BOMFile + " names no pkg:npm/", false},
		{"nothing", func(map[string]string) {}, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files, root := good(t)
			tt.spoil(files)
			_, zipped := mustPack(t, files)
			got, err := Check(zipped, root)
			if err != nil {
				t.Fatal(err)
			}
			want := missing
			if tt.early {
				want = nil
			}
			var others []string
			for _, finding := range got {
				if !strings.HasPrefix(finding, "gpx_") {
					others = append(others, finding)
				}
			}
			if len(got)-len(others) != len(want) {
				t.Errorf("%d executables are missing, want %d", len(got)-len(others), len(want))
			}
			if text := strings.Join(others, "\n"); text != tt.want {
				t.Errorf("found %q, want %q", text, tt.want)
			}
		})
	}
}

// The manifest and the sources are compared in both directions.
func TestCheckGoManifest(t *testing.T) {
	files, root := good(t)
	files["go_plugin_build_manifest"] = strings.Repeat("0", 64) + ":pkg/main.go\n" + strings.Repeat("0", 64) + ":pkg/gone.go\n"
	_, zipped := mustPack(t, files)
	got, err := Check(zipped, root)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"go_plugin_build_manifest lacks pkg/main.go as it is now", "go_plugin_build_manifest has 2 files, there are 1"} {
		if !strings.Contains(strings.Join(got, "\n"), want) {
			t.Errorf("not found: %s in %q", want, got)
		}
	}
}

// A program of another system, or one that was not built to be built again, is
// found out. This test's own program is one.
func TestCheckExecutables(t *testing.T) {
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(own)
	if err != nil {
		t.Fatal(err)
	}
	files, root := good(t)
	files["gpx_good_windows_arm64.exe"] = string(program)
	files["gpx_good_linux_amd64"] = "#!/bin/sh\n"
	files["gpx_other_linux_amd64"] = "x"
	_, zipped := mustPack(t, files)
	got, err := Check(zipped, root)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"gpx_good_linux_amd64 is not a program built by Go: ", "gpx_good_windows_arm64.exe was built with GOOS=", "gpx_good_windows_arm64.exe was built with -trimpath=",
		"gpx_other_linux_amd64 is an executable that plugin.json does not name", "gpx_good_darwin_amd64 is missing",
	} {
		if !strings.Contains(strings.Join(got, "\n"), want) {
			t.Errorf("not found: %s in %q", want, got)
		}
	}
}

// What is in the zip beside the one folder, or is no file, is found.
func TestCheckLayout(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.zip")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	for _, e := range []struct {
		name string
		mode os.FileMode
	}{{"a/plugin.json", 0o755}, {"b/module.js", 0o644}, {"a/LICENSE", os.ModeSymlink | 0o777}, {"a/module.js", 0o644}, {"a/module.js", 0o644}} {
		h := &zip.FileHeader{Name: e.name}
		h.SetMode(e.mode)
		if _, err := z.CreateHeader(h); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := Check(file, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"a/plugin.json has the mode -rwxr-xr-x, not -rw-r--r--",
		"b/module.js is not in the folder a: the zip must hold one folder",
		"a/LICENSE is not a file: Lrwxrwxrwx",
		"a/module.js is there twice",
		"module.js.map is missing", "README.md is missing", "CHANGELOG.md is missing", "go_plugin_build_manifest is missing", BOMFile + " is missing", LicencesFile + " is missing",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The same files give the same bytes, whatever their times and modes on disk.
func TestWriteIsReproducible(t *testing.T) {
	files, _ := good(t)
	files["gpx_good_linux_amd64"] = "x"
	first, _ := mustPack(t, files)
	dir := t.TempDir()
	mustWrite(t, dir, files)
	for name := range files {
		file := filepath.Join(dir, name)
		if err := os.Chmod(file, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, time.Unix(1, 0), time.Unix(1, 0)); err != nil {
			t.Fatal(err)
		}
	}
	var second bytes.Buffer
	if err := Write(&second, dir, "org-good-datasource", day.In(time.FixedZone("there", 3600))); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, second.Bytes()) {
		t.Error("other bytes")
	}
	z, err := zip.NewReader(bytes.NewReader(first), int64(len(first)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if !f.Modified.Equal(day) {
			t.Errorf("%s is of %s", f.Name, f.Modified)
		}
		if (f.Mode() == 0o755) != strings.Contains(f.Name, "/gpx_") {
			t.Errorf("%s has the mode %s", f.Name, f.Mode())
		}
	}
}

func TestWriteRefusesLinks(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink("/etc/hosts", filepath.Join(dir, "LICENSE")); err != nil {
		t.Fatal(err)
	}
	if err := Write(&bytes.Buffer{}, dir, "x", day); err == nil || !strings.Contains(err.Error(), "is not a file") {
		t.Errorf("got %v", err)
	}
}

// The bill names Go's library and the packages in the bundle. This test's own
// program stands for a plugin's; Go does not note the modules of a test.
func TestWriteBOM(t *testing.T) {
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(own)
	if err != nil {
		t.Fatal(err)
	}
	files, root := good(t)
	files["gpx_good_linux_amd64"] = string(program)
	dir := t.TempDir()
	mustWrite(t, dir, files)
	var first, second bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		if err := WriteBOM(out, dir, root, "org-good-datasource", "1.2.3"); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("two bills differ")
	}
	for _, want := range []string{
		`"purl": "pkg:npm/c@4.5.6"`, `"expression": "MIT"`, `"purl": "pkg:golang/stdlib@1.`, `"specVersion": "1.6"`,
		`"version": "1.2.3"`,
	} {
		if !strings.Contains(first.String(), want) {
			t.Errorf("no %s in\n%s", want, first.String())
		}
	}
	for _, unwanted := range []string{"timestamp", "serialNumber"} {
		if strings.Contains(first.String(), unwanted) {
			t.Errorf("it has a %s", unwanted)
		}
	}
	delete(files, "gpx_good_linux_amd64")
	dir = t.TempDir()
	mustWrite(t, dir, files)
	if err := WriteBOM(&first, dir, root, "x", "1"); err == nil {
		t.Error("a bill without executables")
	}
}

// A module whose content is not known cannot be billed.
func TestHash(t *testing.T) {
	const sum = "h1:aGVsbG8="
	for _, tt := range []struct {
		name   string
		module debug.Module
		want   string
	}{
		{"no sum", debug.Module{Path: "a", Version: "v1"}, ""},
		{"not a sum", debug.Module{Path: "a", Version: "v1", Sum: "h1:?"}, ""},
		{"replaced", debug.Module{Path: "a", Version: "v1", Sum: sum, Replace: &debug.Module{Path: "../a"}}, ""},
		{"known", debug.Module{Path: "a", Version: "v1", Sum: sum}, "68656c6c6f"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := hash(&tt.module)
			if (err == nil) != (tt.want != "") || err == nil && (*got)[0].Value != tt.want {
				t.Errorf("got %v, %v, want %q", got, err, tt.want)
			}
		})
	}
}
