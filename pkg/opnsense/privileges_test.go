package opnsense_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/opnsense"
)

// The documentation gives the least privileges for what is wanted, on each release.
// Each row is tried: with them it is read, and without any one of them it is not.
func TestLeastPrivileges(t *testing.T) {
	docs, err := os.ReadFile("../../docs/opnsense.md")
	must(t, err)
	lab := simulator.NewLab(nil)
	t.Cleanup(lab.Close)
	f, err := lab.AddFirewall(simulator.FirewallConfig{APIConfig: simulator.APIConfig{Name: "hq"}})
	must(t, err)
	c, err := opnsense.New(opnsense.Config{
		URL: f.URL(), APIKey: f.APIKey(), APISecret: f.APISecret(), TLS: opnsense.TLS{Mode: opnsense.TLSCA, CA: string(f.CAPEM())},
	}, nil)
	must(t, err)
	t.Cleanup(c.CloseIdleConnections)
	ctx := t.Context()
	tunnels := func() error { _, err := c.Show(ctx); return err }
	standby := func() error { _, err := c.VirtualIPs(ctx); return errors.Join(tunnels(), err) }
	services := func() error { _, err := c.Services(ctx); return errors.Join(standby(), err) }
	configuration := func() error { _, err := c.Servers(ctx); return errors.Join(standby(), err) }
	const status, config, vips, list = simulator.PrivilegeStatus, simulator.PrivilegeConfiguration, simulator.PrivilegeVirtualIPs, simulator.PrivilegeServices
	tried := 0
	for _, row := range []struct {
		want      string
		read      func() error
		old, from []simulator.Privilege // before 25.7, since then
	}{
		{"tunnels and peers", tunnels, []simulator.Privilege{config}, []simulator.Privilege{status}},
		{"and tell standby from down", standby, []simulator.Privilege{config, vips}, []simulator.Privilege{status, vips}},
		{"and tell stopped from switched off or removed", services, []simulator.Privilege{config, vips, list}, []simulator.Privilege{status, vips, list}},
		{"and read the configuration", configuration, []simulator.Privilege{config, vips}, []simulator.Privilege{config, vips}},
	} {
		if line := "   | " + row.want + " | " + names(row.old) + " | " + names(row.from) + " |\n"; !strings.Contains(string(docs), line) {
			t.Errorf("docs/opnsense.md lacks the row\n%s", line)
		}
		for _, release := range []string{"24.7", "25.1.2", "25.1.8", "25.1.12", "25.7", "26.1.11", "26.7", "dev"} {
			generation, err := simulator.ParseGeneration(release)
			must(t, err)
			f.SetGeneration(generation)
			need := row.old
			if generation.AtLeast(simulator.Generation25_7) {
				need = row.from
			}
			f.SetPrivileges(need...)
			if err := row.read(); err != nil {
				t.Errorf("%s, %s with %s: %v", release, row.want, names(need), err)
			}
			for i := range need {
				f.SetPrivileges(append(append([]simulator.Privilege{}, need[:i]...), need[i+1:]...)...)
				if err := row.read(); err == nil || !strings.Contains(err.Error(), "(403)") {
					t.Errorf("%s, %s without %s: %v", release, row.want, need[i], err)
				}
				tried++
			}
			tried++
		}
	}
	t.Logf("%d sets of privileges tried", tried)
}

func names(list []simulator.Privilege) string {
	var out []string
	for _, p := range list {
		out = append(out, string(p))
	}
	return strings.Join(out, "; ")
}
