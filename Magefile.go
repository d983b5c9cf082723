//go:build mage

// The work on this repository: `go tool mage -l` lists it.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/build"
	"github.com/magefile/mage/mg"
	"github.com/magefile/mage/sh"
)

// Default is what plain `go tool mage` does.
var Default = Build

// golangci-lint is run at this version and not kept in go.mod: its hundreds of
// dependencies would drive the versions of ours.
const golangci = "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0"

// actionlint checks the workflows.
const actionlint = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"

// Build makes the plugin for this machine in dist/, front end and back end.
func Build() { mg.Deps(Frontend, Backend) }

// BuildAll makes the plugin for all systems in dist/.
func BuildAll() error {
	mg.Deps(Frontend)
	return buildTargets()
}

// Backend makes the back end for this machine in dist/.
func Backend() error {
	say("building the back end")
	return build.Build{}.Backend()
}

// Frontend makes the front end in dist/.
func Frontend() error {
	mg.Deps(packages)
	say("building the front end")
	return npm("run", "build")
}

// Test runs all tests, back end (with the race detector) and front end.
func Test() { mg.SerialDeps(Build, TestBackend, TestFrontend) }

// TestBackend runs the Go tests with the race detector, on the built plugin.
func TestBackend() error {
	mg.Deps(Backend)
	say("testing the back end")
	rest, err := others()
	if err != nil {
		return err
	}
	if err := sh.RunV("go", append([]string{"test", "-race", "-timeout", "10m"}, rest...)...); err != nil {
		return err
	}
	return TestFaults()
}

// TestFrontend checks types, lints and tests the front end.
func TestFrontend() error {
	mg.Deps(packages)
	for _, script := range []string{"typecheck", "lint", "test"} {
		say("front end: " + script)
		if err := npm("run", script); err != nil {
			return err
		}
	}
	return nil
}

// TestBrowser drives the demo's page in Chromium, and the Grafana at GRAFANA_URL if one is named.
func TestBrowser() error {
	mg.Deps(Build, Page, DemoProgram)
	say("testing in the browser")
	return npm("run", "test:browser")
}

// Measure prints the size of the front end and how soon its editors can be used.
func Measure() error {
	mg.Deps(Build, Page, DemoProgram)
	return npm("run", "measure")
}

// DemoProgram makes the demo in build/demo.
func DemoProgram() error {
	return sh.RunV("go", "build", "-o", "build/demo", "./cmd/demo")
}

// Lint runs gofmt, go vet, actionlint and golangci-lint.
func Lint() error {
	say("linting the back end")
	files, err := sh.Output("gofmt", "-l", "Magefile.go", "Mageaudit.go", "Magefaults.go", "Magepackage.go", "cmd", "internal", "pkg")
	if err != nil {
		return err
	}
	if files != "" {
		return fmt.Errorf("not formatted, run gofmt -w on:\n%s", files)
	}
	// stdmethods takes the Seek of Prometheus' iterators for that of io.Seeker.
	if err := sh.RunV("go", "vet", "-stdmethods=false", "./..."); err != nil {
		return err
	}
	if err := sh.RunV("go", "run", actionlint, "-color=false"); err != nil {
		return err
	}
	return sh.RunV("go", "run", golangci, "run")
}

// Page makes the demo's page in build/page.
func Page() error {
	mg.Deps(packages)
	say("building the demo's page")
	return npm("run", "build:page")
}

// Demo serves a page with the plugin on simulated firewalls, until interrupted.
func Demo() error {
	mg.Deps(Build, Page)
	return sh.RunV("go", "run", "./cmd/demo")
}

// Tour shows the main job on simulated firewalls as text, and ends.
func Tour() error {
	mg.Deps(Build)
	return sh.RunV("go", "run", "./cmd/tour")
}

// Bench measures and prints ratios; docs/performance.md states the figures.
func Bench() error {
	mg.Deps(Backend)
	return sh.RunV("go", "run", "./cmd/bench")
}

// Soak has the plugin, with the race detector, go through faults at random while it
// is queried, watched and saved: for ten minutes, and for three simulated days.
// docs/reliability.md states the figures.
func Soak() error {
	say("soaking the plugin for ten minutes, and three simulated days")
	return sh.RunV("go", "test", "-race", "-count=1", "-v", "-timeout", "40m", "-run", "^TestSoak", "./internal/faults", "-soakfor", "10m", "-soakdays", "3")
}

// Fuzz runs every fuzz test for half a minute.
func Fuzz() error {
	for _, target := range []struct{ dir, name string }{
		{"./pkg/opnsense", "FuzzDecodeShow"},
		{"./pkg/opnsense", "FuzzDecodeVirtualIPs"},
		{"./pkg/opnsense", "FuzzDecodeServers"},
		{"./pkg/opnsense", "FuzzDecodeServices"},
		{"./pkg/opnsense", "FuzzDecodeStatus"},
		{"./pkg/opnsense", "FuzzRedact"},
		{"./pkg/opnsense", "FuzzParseURL"},
		{"./pkg/opnsense", "FuzzTrust"},
		{"./pkg/opnsense", "FuzzPresented"},
		{"./pkg/plugin", "FuzzSettings"},
		{"./pkg/plugin", "FuzzLive"},
		{"./pkg/plugin", "FuzzResources"},
		{"./pkg/query", "FuzzParse"},
		{"./pkg/query", "FuzzExpand"},
		{"./pkg/history", "FuzzExpr"},
		{"./pkg/history", "FuzzRecord"},
		{"./pkg/wireguard", "FuzzJoin"},
		{"./pkg/wireguard", "FuzzJoinReadings"},
	} {
		if err := sh.RunV("go", "test", "-run", "^$", "-fuzz", "^"+target.name+"$", "-fuzztime", "30s", target.dir); err != nil {
			return err
		}
	}
	return nil
}

// Clean removes what was built.
func Clean() error { return errors.Join(sh.Rm("dist"), sh.Rm("build")) }

// packages installs the front end's packages when the lock file is newer than
// what is installed.
func packages() error {
	lock, err := os.Stat("package-lock.json")
	if err != nil {
		return err
	}
	installed, err := os.Stat(filepath.Join("node_modules", ".package-lock.json"))
	if err == nil && installed.ModTime().After(lock.ModTime()) {
		return nil
	}
	say("installing the front end's packages")
	return npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
}

func npm(args ...string) error {
	if args[0] == "run" {
		args = append([]string{"run", "--silent"}, args[1:]...)
	}
	return sh.RunV("npm", args...)
}

var started = time.Now()

func say(what string) {
	fmt.Printf("[%4.0fs] %s\n", time.Since(started).Seconds(), what)
}
