package licences

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// mustWrite makes files in a new folder, names and contents in turn.
func mustWrite(tb testing.TB, files ...string) string {
	tb.Helper()
	root := tb.TempDir()
	for i := 0; i < len(files); i += 2 {
		file := filepath.Join(root, files[i])
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(files[i+1]), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	return root
}

func mustRead(tb testing.TB, file string) string {
	tb.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	return string(raw)
}

const (
	isc = "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, " +
		"provided that the above copyright notice and this permission notice appear in all copies.\n\n" +
		"THE SOFTWARE IS PROVIDED \"AS IS\" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED " +
		"WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR " +
		"CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF " +
		"CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.\n"
	gpl = "This program is free software; you can redistribute it and/or modify it under the terms of the GNU General Public License as " +
		"published by the Free Software Foundation; either version 2 of the License, or (at your option) any later version.\n\n" +
		"This program is distributed in the hope that it will be useful, but WITHOUT ANY WARRANTY; without even the implied warranty of " +
		"MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU General Public License for more details.\n"
	own = "All rights reserved. You may look at this on weekdays, if you ask the author, who may be asked by post only.\n"
)

func TestCheckRefuses(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files []string
		says  string // empty: nothing
	}{
		{"nothing", nil, "x 1: no licence is found"},
		{"a notice alone", []string{"NOTICE", "Made by somebody"}, "x 1: no licence is found"},
		{"an empty licence", []string{"LICENSE", ""}, "the licence unknown is not among"},
		{"one of its own", []string{"LICENSE", own}, "the licence unknown is not among"},
		{"GPL", []string{"COPYING", gpl}, "the licence GPL-2.0-or-later is not among"},
		{"ISC and GPL", []string{"LICENSE", isc, "LICENSE.more", gpl}, "the licence GPL-2.0-or-later is not among"},
		{"ISC and another, in one file", []string{"LICENSE", isc + strings.Repeat(own, 12)}, "the licence unknown is not among"},
		{"a folder of that name", []string{"LICENSE/x", isc}, "no licence is found"},
		{"code of that name", []string{"license.go", isc}, "no licence is found"},
		{"ISC", []string{"LICENSE", "ISC License\n\nCopyright (c) 2020 Somebody\n\n" + isc}, ""},
		{"ISC, in other letters", []string{"licence.md", isc, "NOTICE.txt", own}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root := mustWrite(t, tt.files...)
			d := Dependency{Name: "x", Version: "1"}
			if err := d.addNearest(root, root); err != nil {
				t.Fatal(err)
			}
			err := Check([]Dependency{d})
			if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v, want %q", err, tt.says)
			}
		})
	}
}

// A part of a module that is other people's again has a licence of its own.
func TestNearestAndAllAbove(t *testing.T) {
	root := mustWrite(t, "LICENSE", isc, "third_party/b/COPYING", gpl, "third_party/b/deep/x.go", "package x")
	d := Dependency{Name: "x", Version: "1"}
	if err := d.addNearest(filepath.Join(root, "third_party/b/deep"), root); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(d.Licences, ", "); got != "GPL-2.0-or-later, ISC" {
		t.Errorf("found %s", got)
	}
}

func TestNPM(t *testing.T) {
	sources := []string{
		"webpack://x/./module.ts", "webpack://x/../node_modules/@a/b/dist/x.js", "webpack://x/../node_modules/@a/b/dist/y.js",
		"webpack://x/../node_modules/c/index.js", "webpack://x/../node_modules/c/node_modules/d/index.js", "webpack/runtime/x",
	}
	raw, err := json.Marshal(map[string]any{"sources": sources, "sourcesContent": sources})
	if err != nil {
		t.Fatal(err)
	}
	root := mustWrite(t, "map", string(raw), "node_modules/@a/b/package.json", `{"name":"@a/b","version":"2","license":"MIT"}`,
		"node_modules/c/package.json", `{"name":"c","version":"1","license":"MIT"}`, "node_modules/c/LICENSE", gpl,
		"node_modules/c/node_modules/d/package.json", `{"name":"d","version":"3"}`, "node_modules/e/package.json", `{"name":"e"}`)
	all, err := NPM(root, filepath.Join(root, "map"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range all {
		got = append(got, d.Name+" "+d.Version+" "+strings.Join(d.Licences, "+"))
	}
	// What its file says counts, not what it says of itself.
	if told := strings.Join(got, ", "); told != "@a/b 2 MIT, c 1 GPL-2.0-or-later, d 3 " {
		t.Errorf("found %s", told)
	}
	if _, err := NPM(root, filepath.Join(root, "no map")); err == nil || !strings.Contains(err.Error(), "build the front end first") {
		t.Error(err)
	}
}

// The Go modules of the shipped binary are all known and allowed, and the list in
// docs/ has each of them; what it says of npm packages the audit checks, which has
// the front end built.
func TestListOfGoModules(t *testing.T) {
	all, err := Go("../..", "./pkg")
	if err != nil {
		t.Fatal(err)
	}
	if err := Check(all); err != nil {
		t.Error(err)
	}
	var table strings.Builder
	if err := WriteTable(&table, all); err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(table.String(), "\n## In the front end")
	if !strings.HasPrefix(mustRead(t, "../../docs/licences.md"), before) {
		t.Error("docs/licences.md is out of date: run go tool mage licences, and read what changed")
	}
	t.Logf("%d modules", len(all))
}

// Each text is written once, below all that it is of.
func TestWriteTexts(t *testing.T) {
	root := mustWrite(t, "a/LICENSE", isc, "b/LICENSE", strings.ReplaceAll(isc, "\n", "\r\n"), "b/NOTICE", "Made by b")
	all := []Dependency{{Name: "c", Version: "3", Licences: []string{"MIT"}}}
	for _, name := range []string{"a", "b"} {
		d := Dependency{Name: name, Version: "1"}
		if err := d.addNearest(filepath.Join(root, name), filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	var got strings.Builder
	if err := WriteTexts(&got, all); err != nil {
		t.Fatal(err)
	}
	text := got.String()
	if strings.Count(text, "Permission to use") != 1 || !strings.Contains(text, "a 1\nb 1\n=") || !strings.Contains(text, "Made by b") ||
		!strings.Contains(text, "c 3\n") || !strings.Contains(text, "package.json says: MIT") {
		t.Errorf("wrote\n%s", text)
	}
}
