package simulator

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
)

// TestBadLabs lists what a lab refuses to build.
func TestBadLabs(t *testing.T) {
	lab := mustLab(t)
	f := mustFirewall(t, lab, FirewallConfig{})
	instance := mustInstance(t, f, InstanceConfig{TunnelAddress: prefix("10.1.0.1/24")})
	bad := map[string]func() error{
		"firewall without a name": func() error { _, err := lab.AddFirewall(FirewallConfig{}); return err },
		"firewall twice":          func() error { _, err := lab.AddFirewall(FirewallConfig{APIConfig: APIConfig{Name: "fw"}}); return err },
		"bad address": func() error {
			_, err := lab.AddFirewall(FirewallConfig{APIConfig: APIConfig{Name: "x", Listen: "here"}})
			return err
		},
		"light without a name":     func() error { _, err := lab.AddLight(LightConfig{}); return err },
		"instance without address": func() error { _, err := f.AddInstance(InstanceConfig{Number: 1}); return err },
		"instance twice": func() error {
			_, err := f.AddInstance(InstanceConfig{TunnelAddress: prefix("10.1.0.1/24")})
			return err
		},
		"client without instance":   func() error { _, err := lab.AddClient(ClientConfig{Name: "c"}); return err },
		"tunnel to itself":          func() error { _, _, err := lab.Connect(instance, instance, Side{}, Side{}); return err },
		"tunnel to nobody":          func() error { _, _, err := lab.Connect(instance, nil, Side{}, Side{}); return err },
		"control API at no address": func() error { _, err := lab.ServeControl("here"); return err },
	}
	for name, try := range bad {
		if try() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestClosedLab(t *testing.T) {
	lab := NewLab(nil)
	f := mustFirewall(t, lab, FirewallConfig{})
	instance := mustInstance(t, f, InstanceConfig{TunnelAddress: prefix("10.1.0.1/24")})
	client := mustClient(t, lab, ClientConfig{Name: "c", Instance: instance})
	lab.Close()
	lab.Close()
	_, err := lab.AddFirewall(FirewallConfig{APIConfig: APIConfig{Name: "late"}})
	_, lightErr := lab.AddLight(LightConfig{APIConfig: APIConfig{Name: "late"}})
	_, clientErr := lab.AddClient(ClientConfig{Name: "late", Instance: instance})
	_, flowErr := lab.StartFlow(client.Uplink(), FlowConfig{})
	_, late := f.AddInstance(InstanceConfig{Number: 1, TunnelAddress: prefix("10.2.0.1/24")})
	_, controlErr := lab.ServeControl("")
	for i, err := range []error{err, lightErr, clientErr, flowErr, controlErr, late, instance.Start(), client.Wake(), f.Accept(), f.Reboot(1)} {
		if !errors.Is(err, ErrLabClosed) {
			t.Errorf("call %d: %v", i, err)
		}
	}
	if err := client.Uplink().Ping(); !errors.Is(err, errTunnelClosed) {
		t.Errorf("ping: %v", err)
	}
}

// TestStateDirectory: a client that trusts the authority of one start trusts the next one too.
func TestStateDirectory(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "state")
	start := func() (string, error) {
		lab, err := NewDemoLab(nil, DemoOptions{StateDir: directory, Keys: "demo", Traffic: -1})
		if err != nil {
			return "", err
		}
		defer lab.Close()
		return string(lab.CAPEM()) + lab.Firewall("hq").Instance("wg0").PublicKey(), nil
	}
	first, err := start()
	if err != nil {
		t.Fatal(err)
	}
	if second, err := start(); err != nil || second != first {
		t.Errorf("%v, %s, before %s", err, second, first)
	}
	for _, file := range []string{caKeyFile, caFile} {
		if err := os.WriteFile(filepath.Join(directory, file), []byte("spoilt"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := start(); err == nil {
			t.Errorf("%s is spoilt, and nobody says so", file)
		}
	}
}

func TestLightFirewall(t *testing.T) {
	lab := mustLab(t)
	f, err := lab.AddLight(LightConfig{APIConfig: APIConfig{Name: "light"}, Interfaces: 2, Peers: 16})
	if err != nil {
		t.Fatal(err)
	}
	c := newCaller(t, f.API)
	first := c.show()
	if first.Total != 34 || first.row("wg1", "peer-1-15")["latest-handshake"] != 0.0 {
		t.Errorf("%d rows, %v", first.Total, first.row("wg1", "peer-1-15"))
	}
	f.Refresh(1000)
	f.SetUp("wg1", false)
	row := c.show().row("wg0", "peer-0-3")
	if row["transfer-rx"] != 1000.0 || row["transfer-tx"] != 500.0 || row["public-key"] != first.row("wg0", "peer-0-3")["public-key"] {
		t.Errorf("row %v", row)
	}
	if got := c.show().row("wg1", "")["status"]; got != "down" {
		t.Errorf("status %v", got)
	}
}

// TestManyFirewalls: 500 light ones fit into a process and a moment.
func TestManyFirewalls(t *testing.T) {
	lab := mustLab(t)
	for n := range 500 {
		if _, err := lab.AddLight(LightConfig{APIConfig: APIConfig{Name: fmt.Sprintf("fw-%d", n)}, Peers: 10}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTaken(t *testing.T) {
	lab := mustLab(t)
	f := mustFirewall(t, lab, FirewallConfig{})
	instance := mustInstance(t, f, InstanceConfig{TunnelAddress: prefix("10.1.0.1/24")})
	var taken []netip.Addr
	for range 3 {
		peer, err := instance.AddPeer(PeerConfig{})
		if err != nil {
			t.Fatal(err)
		}
		taken = append(taken, peer.AllowedIPs()[0].Addr())
	}
	if got := fmt.Sprint(taken); got != "[10.1.0.2 10.1.0.3 10.1.0.4]" {
		t.Errorf("addresses %s", got)
	}
}
