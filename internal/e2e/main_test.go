// Package e2e tests the whole: the built plugin, started as Grafana starts it,
// against simulated firewalls with real tunnels, with what provisioning/ ships.
package e2e

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

const root = "../.."

// pluginDir holds the plugin as built for these tests, with the race detector.
var pluginDir string

func TestMain(m *testing.M) {
	grafanahost.Main(root, "./pkg", func(dir string) int {
		pluginDir = dir
		return m.Run()
	})
}

// mustStart starts the plugin; what it logs shows up when the test fails.
func mustStart(tb testing.TB) *grafanahost.Host {
	tb.Helper()
	h, err := grafanahost.Start(pluginDir, hclog.NewNullLogger())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(h.Kill)
	return h
}

func mustDemoLab(tb testing.TB) *simulator.Lab {
	tb.Helper()
	lab, err := simulator.NewDemoLab(hclog.NewNullLogger(), simulator.DemoOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(lab.Close)
	return lab
}

// saved is the provisioned data source, saved in a plugin.
type saved struct {
	*grafanahost.DataSource
	tb     testing.TB
	json   map[string]any
	saves  int
	forget time.Duration
}

func mustProvision(tb testing.TB, h *grafanahost.Host, lab *simulator.Lab) *saved {
	tb.Helper()
	env := lab.Environment()
	sources, err := grafanahost.LoadDataSources(filepath.Join(root, "provisioning/datasources/opnsense-wireguard.yaml"),
		func(name string) string { return env[name] })
	if err != nil || len(sources) != 1 {
		tb.Fatalf("%d data sources, %v", len(sources), err)
	}
	d, err := h.Save(sources[0].UID, sources[0].Name, sources[0].JSONData, sources[0].Secure)
	if err != nil {
		tb.Fatal(err)
	}
	return &saved{DataSource: d, tb: tb, json: sources[0].JSONData, forget: 168 * time.Hour}
}

// pollNow has every firewall polled again without waiting for the interval, as
// saving a changed setting does.
func (s *saved) pollNow() {
	s.tb.Helper()
	s.saves++
	s.json["forgetAfter"] = (s.forget - time.Duration(s.saves)*time.Second).String()
	if err := s.Update(s.json, nil); err != nil {
		s.tb.Fatal(err)
	}
}

func testContext(tb testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	tb.Cleanup(cancel)
	return ctx
}
