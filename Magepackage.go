//go:build mage

package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/build"
	"github.com/grafana/grafana-plugin-sdk-go/build/buildinfo"
	"github.com/magefile/mage/mg"
	"github.com/magefile/mage/sh"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/licences"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/pack"
)

// sourceDate is the environment variable by which builds are told which time it
// is, in seconds: https://reproducible-builds.org/docs/source-date-epoch/
const sourceDate = "SOURCE_DATE_EPOCH"

func init() {
	// Everything that the SDK's targets build can be built again: no paths of this
	// machine, no state of the working copy, and the time of the sources.
	_ = build.SetBeforeBuildCallback(func(cfg build.Config) (build.Config, error) {
		id, version, err := identity()
		if err != nil {
			return cfg, err
		}
		if cfg.Env == nil {
			cfg.Env = map[string]string{}
		}
		cfg.Env["GOFLAGS"] = "-trimpath -buildvcs=false"
		cfg.CustomVars = map[string]string{}
		buildinfo.Info{Time: sourceTime().UnixMilli(), PluginID: id, Version: version}.AppendFlags(cfg.CustomVars)
		return cfg, nil
	})
}

// Package makes the plugin's zip for all systems in build/, and checks it as the catalog will.
func Package() error {
	if err := os.Setenv(sourceDate, strconv.FormatInt(sourceTime().Unix(), 10)); err != nil {
		return err
	}
	id, version, err := identity()
	if err != nil {
		return err
	}
	if err := sh.Rm("dist"); err != nil { // no stranger may slip in
		return err
	}
	mg.Deps(Frontend)
	if err := buildTargets(); err != nil {
		return err
	}
	say("packing")
	if err := writeFile(filepath.Join("dist", pack.BOMFile), func(f *os.File) error {
		return pack.WriteBOM(f, "dist", ".", id, version)
	}); err != nil {
		return err
	}
	all, err := shippedLicences()
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join("dist", pack.LicencesFile), func(f *os.File) error { return licences.WriteTexts(f, all) }); err != nil {
		return err
	}
	name := zipFile(id, version)
	if err := writeFile(name, func(f *os.File) error { return pack.Write(f, "dist", id, sourceTime()) }); err != nil {
		return err
	}
	findings, err := pack.Check(name, ".")
	if err != nil || len(findings) > 0 {
		return errors.Join(err, fmt.Errorf("%s is not fit for the catalog:\n%s", name, strings.Join(findings, "\n")))
	}
	return writeSum(name)
}

// PackageTwice makes the zip here and in a clone of the last commit, and compares them.
func PackageTwice() error {
	if changed, err := sh.Output("git", "status", "--porcelain"); err != nil || changed != "" {
		return errors.Join(err, fmt.Errorf("the clone would lack what is not committed:\n%s", changed))
	}
	if err := Package(); err != nil {
		return err
	}
	clone, err := os.MkdirTemp("", "package")
	if err != nil {
		return err
	}
	defer os.RemoveAll(clone)
	if err := sh.Run("git", "clone", "--quiet", ".", clone); err != nil {
		return err
	}
	if err := sh.RunV("go", "-C", clone, "tool", "mage", "package"); err != nil {
		return err
	}
	id, version, err := identity()
	if err != nil {
		return err
	}
	name := zipFile(id, version)
	first, err := sum(name)
	if err != nil {
		return err
	}
	second, err := sum(filepath.Join(clone, name))
	if err != nil {
		return err
	}
	if first != second {
		return fmt.Errorf("%s differs: %s here, %s in a clone", name, first, second)
	}
	say("the same bytes twice")
	return nil
}

// buildTargets makes the back end for all systems in dist/.
func buildTargets() error {
	for _, t := range pack.Targets {
		say("building the back end for " + t.OS + " " + t.Arch)
		if err := (build.Build{}).Custom(t.OS, t.Arch); err != nil {
			return err
		}
	}
	return nil
}

func zipFile(id, version string) string {
	return filepath.Join("build", id+"-"+version+".zip")
}

// identity is the plugin's id and version.
func identity() (id, version string, err error) {
	for file, field := range map[string]struct {
		key string
		to  *string
	}{"src/plugin.json": {"id", &id}, "package.json": {"version", &version}} {
		raw, err := os.ReadFile(file)
		if err != nil {
			return "", "", err
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(raw, &fields); err != nil {
			return "", "", fmt.Errorf("%s: %w", file, err)
		}
		if err := json.Unmarshal(fields[field.key], field.to); err != nil {
			return "", "", fmt.Errorf("%s: %s: %w", file, field.key, err)
		}
	}
	return id, version, nil
}

// sourceTime is when the last commit was made, unless the environment says
// otherwise. Where there is no repository, in a container, it is now.
func sourceTime() time.Time {
	seconds, err := strconv.ParseInt(os.Getenv(sourceDate), 10, 64)
	if err != nil {
		text, _ := sh.Output("git", "log", "-1", "--format=%ct")
		seconds, err = strconv.ParseInt(text, 10, 64)
	}
	if err != nil {
		return started
	}
	return time.Unix(seconds, 0).UTC()
}

func writeFile(name string, write func(*os.File) error) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

func sum(name string) (string, error) {
	raw, err := os.ReadFile(name)
	return fmt.Sprintf("%x", sha256.Sum256(raw)), err
}

// writeSum writes the file's SHA-256 beside it, as sha256sum does, and prints it.
func writeSum(name string) error {
	hash, err := sum(name)
	if err != nil {
		return err
	}
	line := hash + "  " + filepath.Base(name) + "\n"
	fmt.Print(line)
	return os.WriteFile(name+".sha256", []byte(line), 0o644)
}
