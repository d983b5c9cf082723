package opnsense_test

import (
	"net/netip"
	"reflect"
	"testing"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/opnsense"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// mustFirewall has an instance that follows a CARP group, and one that is disabled.
func mustFirewall(tb testing.TB) *simulator.Firewall {
	tb.Helper()
	lab := simulator.NewLab(nil)
	tb.Cleanup(lab.Close)
	f, err := lab.AddFirewall(simulator.FirewallConfig{
		APIConfig: simulator.APIConfig{Name: "hq", Privileges: []simulator.Privilege{
			simulator.PrivilegeConfiguration, simulator.PrivilegeServices,
		}},
		VirtualIPs: []simulator.VirtualIP{{UUID: "ca55ea8a", VHID: 7, Address: "198.51.100.10"}},
	})
	must(tb, err)
	for _, i := range []simulator.InstanceConfig{
		{Number: 1, Name: "site <a> & 'b'", TunnelAddress: netip.MustParsePrefix("10.77.0.1/24"), DependOnVHID: 7},
		{Number: 4, Name: "lab", TunnelAddress: netip.MustParsePrefix("10.88.0.1/24"), Disabled: true},
	} {
		_, err := f.AddInstance(i)
		must(tb, err)
	}
	return f
}

func TestConfigurationOfReleases(t *testing.T) {
	f := mustFirewall(t)
	c, err := opnsense.New(opnsense.Config{
		URL: f.URL(), APIKey: f.APIKey(), APISecret: f.APISecret(),
		TLS: opnsense.TLS{Mode: opnsense.TLSCA, CA: string(f.CAPEM())},
	}, nil)
	must(t, err)
	t.Cleanup(c.CloseIdleConnections)
	for _, release := range []string{"24.7", "25.1.2", "25.1.3", "25.1.12", "25.7", "25.7.1", "26.1.11", "26.7", "dev"} {
		t.Run(release, func(t *testing.T) {
			generation, err := simulator.ParseGeneration(release)
			must(t, err)
			f.SetGeneration(generation)
			checkServers(t, c, generation.AtLeast(simulator.Generation25_1_3))
			checkServices(t, c, f)
		})
	}
}

func checkServers(t *testing.T, c *opnsense.Client, known bool) {
	t.Helper()
	got, err := c.Servers(t.Context())
	must(t, err)
	want := []wireguard.ConfiguredInterface{
		{Device: "wg1", Name: "site <a> & 'b'", Enabled: true, CARP: wireguard.CARPDependency{Known: known, VHID: 7}},
		{Device: "wg4", Name: "lab", CARP: wireguard.CARPDependency{Known: known}},
	}
	if !known {
		want[0].CARP.VHID = 0
	}
	for i := range got {
		if len(got[i].UUID) != 36 || len(got[i].PublicKey) != 44 {
			t.Errorf("%+v", got[i])
		}
		got[i].UUID, got[i].PublicKey = "", ""
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}

func checkServices(t *testing.T, c *opnsense.Client, f *simulator.Firewall) {
	t.Helper()
	checkEnabled(t, c, wireguard.ServiceOn, "site <a> & 'b'")
	f.SwitchOff(false)
	checkEnabled(t, c, wireguard.ServiceDisabled)
	must(t, f.SwitchOn())
}

func checkEnabled(t *testing.T, c *opnsense.Client, want wireguard.ServiceState, names ...string) {
	t.Helper()
	if got, err := c.ServiceStatus(t.Context()); got != want || err != nil {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	entries, err := c.Services(t.Context())
	must(t, err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name)
	}
	if !reflect.DeepEqual(got, names) {
		t.Errorf("got %q, want %q", got, names)
	}
}
