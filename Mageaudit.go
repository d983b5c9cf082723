//go:build mage

package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/magefile/mage/mg"
	"github.com/magefile/mage/sh"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/audit"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/licences"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/pack"
)

// govulncheck is run at this version and not kept in go.mod, as golangci-lint is.
const govulncheck = "golang.org/x/vuln/cmd/govulncheck@v1.9.0"

const (
	bundleMap    = "dist/module.js.map"
	licencesFile = "docs/licences.md"
)

// Licences writes docs/licences.md anew.
func Licences() error {
	mg.Deps(bundle)
	all, err := shippedLicences()
	if err != nil {
		return err
	}
	return writeFile(licencesFile, func(f *os.File) error { return licences.WriteTable(f, all) })
}

// Audit checks licences and known vulnerabilities of what ships; AUDIT=required fails where a database cannot be asked.
func Audit() error {
	mg.Deps(bundle)
	unasked := 0
	for _, part := range []struct {
		name  string
		check func() error
	}{
		{"licences", auditLicences},
		{"vulnerabilities of Go modules", auditGo},
		{"vulnerabilities of npm packages", auditNPM},
	} {
		err := part.check()
		switch {
		case err == nil:
			say(part.name + ": clean")
		case errors.Is(err, audit.ErrNotChecked):
			unasked++
			fmt.Printf("\nWARNING: %s: %v\n\n", part.name, err)
		default:
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	if unasked > 0 && os.Getenv("AUDIT") == "required" {
		return fmt.Errorf("%d of the databases could not be asked, and AUDIT=required", unasked)
	}
	return nil
}

// bundle has the front end built, unless it is there and its packages are the same.
func bundle() {
	lock, err := os.Stat("package-lock.json")
	built, builtErr := os.Stat(bundleMap)
	if err != nil || builtErr != nil || built.ModTime().Before(lock.ModTime()) {
		mg.Deps(Frontend)
	}
}

func shippedLicences() ([]licences.Dependency, error) {
	all, err := licences.Go(".", "./pkg")
	if err != nil {
		return nil, err
	}
	npm, err := licences.NPM(".", bundleMap)
	if err != nil {
		return nil, err
	}
	all = append(all, npm...)
	return all, licences.Check(all)
}

func auditLicences() error {
	all, err := shippedLicences()
	if err != nil {
		return err
	}
	var want bytes.Buffer
	if err := licences.WriteTable(&want, all); err != nil {
		return err
	}
	if got, err := os.ReadFile(licencesFile); err != nil || !bytes.Equal(got, want.Bytes()) {
		return errors.New(licencesFile + " is out of date: run go tool mage licences, and read what changed")
	}
	say(fmt.Sprintf("%d dependencies ship", len(all)))
	return nil
}

func auditGo() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := audit.Reachable(ctx, cmp.Or(os.Getenv("GOVULNDB"), "https://vuln.go.dev")); err != nil {
		return err
	}
	return sh.RunV("go", "run", govulncheck, "./pkg/...")
}

func auditNPM() error {
	bundled, err := pack.Bundled(bundleMap)
	if err != nil {
		return err
	}
	cmd := exec.Command("npm", "audit", "--omit=dev", "--json")
	cmd.Stderr = io.Discard // the report says it too
	report, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return err // else it found something, or was not answered
	}
	shipped, others, err := audit.NPM(report, bundled)
	if len(others) > 0 {
		fmt.Printf("not shipped, but provided by Grafana:\n  %s\n", strings.Join(others, "\n  "))
	}
	if len(shipped) > 0 {
		return errors.New("in module.js:\n" + strings.Join(shipped, "\n"))
	}
	return err
}
