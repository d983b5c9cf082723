package faults

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

const root = "../.."

// pluginDir holds the plugin whose clock can be stepped, with the race detector.
var pluginDir string

func TestMain(m *testing.M) {
	// The firewalls here may have keys that Go refuses to make; the plugin's process
	// hears nothing of it.
	if err := os.Setenv("GODEBUG", "rsa1024min=0,tls10server=1"); err != nil {
		panic(err)
	}
	grafanahost.Main(root, "./internal/steppedplugin", func(dir string) int {
		pluginDir = dir
		hclog.SetDefault(hclog.NewNullLogger())
		return m.Run()
	})
}

// plugin is a process of the plugin with a clock that can be stepped.
type plugin struct {
	*grafanahost.Host
	tb    testing.TB
	clock string
	log   *grafanahost.Alarm
	added time.Duration
}

func mustPlugin(tb testing.TB) *plugin {
	tb.Helper()
	p := &plugin{tb: tb, clock: filepath.Join(tb.TempDir(), "clock"), log: &grafanahost.Alarm{}}
	p.step(0)
	var err error
	if p.Host, err = p.another(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		p.Kill()
		if said := p.log.String(); said != "" {
			tb.Errorf("the plugin said:\n%s", said)
		}
	})
	return p
}

// another starts one more process.
func (p *plugin) another() (*grafanahost.Host, error) {
	return grafanahost.Start(pluginDir, hclog.New(&hclog.LoggerOptions{Level: hclog.Debug, Output: p.log}), p.clock)
}

// step sets the clock forward.
func (p *plugin) step(by time.Duration) {
	p.tb.Helper()
	p.added += by
	if err := grafanahost.WriteClock(p.clock, p.added); err != nil {
		p.tb.Fatal(err)
	}
}

func (p *plugin) time() time.Time { return time.Now().Add(p.added) }

func mustLab(tb testing.TB) *simulator.Lab {
	lab := simulator.NewLab(hclog.NewNullLogger())
	tb.Cleanup(lab.Close)
	return lab
}

// shippedRules are the two rules that must never be wrong.
func shippedRules(tb testing.TB) (interfaceDown, unreachable grafanahost.Rule) {
	tb.Helper()
	groups, err := grafanahost.LoadRules(filepath.Join(root, "provisioning/alerting/opnsense-wireguard.yaml"))
	if err != nil {
		tb.Fatal(err)
	}
	for _, g := range groups {
		for _, r := range g.Rules {
			switch r.Title {
			case "OPNsenseWireGuardInterfaceDown":
				interfaceDown = r
			case "OPNsenseFirewallUnreachable":
				unreachable = r
			}
		}
	}
	if interfaceDown.UID == "" || unreachable.UID == "" {
		tb.Fatal("the rules are not shipped any more")
	}
	return interfaceDown, unreachable
}
