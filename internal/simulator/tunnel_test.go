package simulator

import (
	"net/http"
	"testing"
	"time"
)

// TestHandshakes shows that the numbers in show are those of real tunnels.
func TestHandshakes(t *testing.T) {
	lab := mustLab(t)
	hq, branch := mustFirewall(t, lab, FirewallConfig{APIConfig: APIConfig{Name: "hq"}}),
		mustFirewall(t, lab, FirewallConfig{APIConfig: APIConfig{Name: "branch"}})
	a := mustInstance(t, hq, InstanceConfig{Number: 1, Name: "site-to-site", TunnelAddress: prefix("10.77.0.1/24")})
	b := mustInstance(t, branch, InstanceConfig{Name: "to-hq", TunnelAddress: prefix("10.77.0.2/24")})
	onHQ, onBranch, err := lab.Connect(a, b, Side{PeerName: "branch-office", Keepalive: 25}, Side{PeerName: "hq", Keepalive: 25})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "a handshake on both sides", func() bool { return handshook(onHQ) && handshook(onBranch) })
	before := counters(onHQ)
	if err := onHQ.Send(1000, false); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the echo", func() bool { return counters(onHQ).rx >= before.rx+1000 })

	row := newCaller(t, hq.API).show().row("wg1", "branch-office")
	if row["latest-handshake"] == 0.0 || row["peer-status"] != "online" || row["transfer-tx"].(float64) < 1000 {
		t.Errorf("row %v", row)
	}
	if want := branch.address.String() + ":51820"; row["endpoint"] != want || row["persistent-keepalive"] != "25" {
		t.Errorf("endpoint %v, keepalive %v", row["endpoint"], row["persistent-keepalive"])
	}

	before, far := settled(onHQ), settled(onBranch)
	for range 10 {
		if err := onHQ.Send(1000, true); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "packets at the far side", func() bool { return counters(onBranch).rx >= far.rx+10_000 })
	if after := settled(onHQ); after.rx > before.rx+500 || after.tx < before.tx+10_000 {
		t.Errorf("one way: received %d, sent %d bytes", after.rx-before.rx, after.tx-before.tx)
	}
}

// TestInterfaceControls follows one tunnel through everything that can happen to an interface.
func TestInterfaceControls(t *testing.T) {
	lab := mustLab(t)
	f := mustFirewall(t, lab, FirewallConfig{
		APIConfig:  APIConfig{Privileges: []Privilege{PrivilegeAll}},
		VirtualIPs: []VirtualIP{{VHID: 3, Address: "198.51.100.10"}, {Alias: true, Address: "198.51.100.11"}},
	})
	instance := mustInstance(t, f, InstanceConfig{Name: "site", TunnelAddress: prefix("10.77.0.1/24"), DependOnVHID: 3})
	client := mustClient(t, lab, ClientConfig{Name: "router", Instance: instance, Keepalive: 25})
	eventually(t, "a handshake", func() bool { return handshook(client.Peer()) })
	c := newCaller(t, f.API)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const gone, bareRow = "gone", "(none)"
	expect := func(step, want string, handshake bool) {
		t.Helper()
		table := c.show()
		row, got := table.row("wg0", ""), gone
		if row != nil && row["public-key"] == bareRow {
			got = bareRow
			if row["status"] != "down" || row["name"] != "" || row["ifname"] != "site" || len(table.Rows) != 1 {
				t.Errorf("%s: rows %v", step, table.Rows)
			}
		} else if row != nil {
			got = row["status"].(string)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", step, got, want)
		}
		peer := table.row("wg0", "router")
		if shook := peer != nil && peer["latest-handshake"] != 0.0; shook != handshake {
			t.Errorf("%s: handshake %t, want %t", step, shook, handshake)
		}
	}
	expect("at first", "up", true)
	must(instance.SetDown())
	expect("set down by hand", "down", true)
	must(instance.SetUp())
	expect("set up by hand", "up", true)
	for _, role := range []CARPRole{Backup, Init, Disabled} {
		must(f.SetCARP(3, role))
		expect(string(role), "down", true)
		if got := c.table(vipPath).Rows[0]["status"]; got != string(role) {
			t.Errorf("virtual IP %v, want %s", got, role)
		}
	}
	client.Peer().CutOff()
	must(instance.Start())
	expect("started as backup", "down", false)
	must(f.SetCARP(3, Master))
	expect("master", "up", false)

	instance.Stop()
	expect("stopped", gone, false)
	instance.CreateOnly()
	expect("created only", bareRow, false)
	must(instance.Start())
	expect("started", "up", false)
	instance.Disable()
	expect("disabled", gone, false)
	must(instance.Start())
	expect("started while disabled", gone, false)
	must(instance.Enable())
	expect("enabled", "up", false)
	f.SwitchOff(false)
	expect("service off", gone, false)
	f.SwitchOff(true)
	expect("service off, rebooted", bareRow, false)
	must(f.SwitchOn())
	expect("service on", "up", false)
	must(instance.Restart())
	expect("restarted", "up", false)

	instance.Rename("renamed")
	if row := c.show().row("wg0", "router"); row["ifname"] != "renamed" {
		t.Errorf("row %v after renaming", row)
	}
	instance.Remove(false)
	if row := c.show().row("wg0", ""); row == nil || row["name"] != "" || row["ifname"] != nil {
		t.Errorf("row %v after deleting without apply", row)
	}
	if got := c.table(serverPath).Total; got != 0 {
		t.Errorf("%d instances configured", got)
	}
}

func TestPeerControls(t *testing.T) {
	lab := mustLab(t)
	f := mustFirewall(t, lab, FirewallConfig{})
	instance := mustInstance(t, f, InstanceConfig{Name: "road-warrior", TunnelAddress: prefix("10.66.0.1/24")})
	client := mustClient(t, lab, ClientConfig{Name: "phone", Instance: instance, Asleep: true})
	nobody, err := instance.AddPeer(PeerConfig{Name: "nobody"})
	if err != nil {
		t.Fatal(err)
	}
	if err := nobody.Ping(); err != ErrNoSuchPeer {
		t.Errorf("ping to nobody: %v", err)
	}
	peer := client.Peer()
	if endpoint := counters(peer).endpoint; handshook(peer) || endpoint != "" {
		t.Errorf("asleep: handshake %t, endpoint %q", handshook(peer), endpoint)
	}
	if err := client.Wake(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a handshake", func() bool { return handshook(peer) })
	old := counters(peer).endpoint
	if err := client.Roam(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a new endpoint", func() bool { return counters(peer).endpoint != old })

	peer.CutOff()
	before := settled(peer)
	for range 5 {
		if err := peer.Ping(); err != nil {
			t.Fatal(err)
		}
		if err := client.Uplink().Ping(); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "bytes sent into the void", func() bool { return counters(peer).tx >= before.tx+5*64 })
	if after := counters(peer); after.rx != before.rx {
		t.Errorf("received %d bytes while cut off", after.rx-before.rx)
	}
	peer.Restore()
	eventually(t, "bytes again", func() bool {
		_ = client.Uplink().Ping()
		return counters(peer).rx > before.rx
	})
	flow, err := lab.StartFlow(peer, FlowConfig{Every: time.Millisecond, Size: 100})
	if err != nil {
		t.Fatal(err)
	}
	before = counters(peer)
	eventually(t, "steady traffic", func() bool { return counters(peer).rx > before.rx+1000 })
	flow.Stop()
	if err := instance.RemovePeer(nobody); err != nil || instance.Peer("nobody") != nil {
		t.Errorf("removed: %v, %v", err, instance.Peer("nobody"))
	}
	if row := newCaller(t, f.API).show(); row.Total != 2 {
		t.Errorf("%d rows", row.Total)
	}
}

// settled reads a peer's numbers when what was on its way has been counted.
func settled(p *Peer) peerState {
	for {
		before := counters(p)
		time.Sleep(20 * time.Millisecond)
		if after := counters(p); after.rx == before.rx && after.tx == before.tx {
			return after
		}
	}
}

// TestCARPPair moves a tunnel from one node to the other.
func TestCARPPair(t *testing.T) {
	lab := mustLab(t)
	vip := VirtualIP{VHID: 1, Address: "198.51.100.10"}
	standby := vip
	standby.Role, standby.AdvSkew = Backup, 100
	a := mustFirewall(t, lab, FirewallConfig{APIConfig: APIConfig{Name: "hq-a"}, VirtualIPs: []VirtualIP{vip}})
	b := mustFirewall(t, lab, FirewallConfig{APIConfig: APIConfig{Name: "hq-b"}, VirtualIPs: []VirtualIP{standby}})
	first := mustInstance(t, a, InstanceConfig{Name: "site", TunnelAddress: prefix("10.77.0.1/24"), DependOnVHID: 1})
	client := mustClient(t, lab, ClientConfig{Name: "router", Instance: first, Keepalive: 1})
	second, err := b.AddTwin(first)
	if err != nil {
		t.Fatal(err)
	}
	if first.PublicKey() != second.PublicKey() || !first.Up() || second.Up() {
		t.Fatalf("keys %s and %s, up %t and %t", first.PublicKey(), second.PublicKey(), first.Up(), second.Up())
	}
	eventually(t, "a handshake with the first node", func() bool { return handshook(client.Peer()) })
	if err := a.SetCARP(1, Backup); err != nil {
		t.Fatal(err)
	}
	if err := b.SetCARP(1, Master); err != nil {
		t.Fatal(err)
	}
	// The client's session is the first node's; a new device begins a new one at once instead of after 15 s.
	client.Sleep()
	if err := client.Wake(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a handshake with the second node", func() bool { return handshook(second.Peer("router")) })
	row := newCaller(t, b.API).show().row("wg0", "")
	if row["status"] != "up" || row["public-key"] != first.PublicKey() {
		t.Errorf("row %v", row)
	}
	if err := a.SetCARP(9, Master); err == nil {
		t.Error("an unknown vhid has a role")
	}
	if err := a.SetCARP(1, "KING"); err == nil {
		t.Error("an unknown role is taken")
	}
}

func TestReboot(t *testing.T) {
	lab := mustLab(t)
	f := mustFirewall(t, lab, FirewallConfig{})
	mustInstance(t, f, InstanceConfig{Name: "site", TunnelAddress: prefix("10.77.0.1/24")})
	if err := f.SetBootPhase("halfway"); err == nil {
		t.Error("an unknown phase is taken")
	}
	tests := []struct {
		phase  BootPhase
		status int // 0: no answer
		rows   int
	}{
		{BootOff, 0, 0},
		{BootTLS, 0, 0},
		{BootGateway, http.StatusServiceUnavailable, 0},
		{BootEmpty, http.StatusOK, 0},
		{BootEarly, http.StatusOK, 1},
		{BootReady, http.StatusOK, 1},
	}
	url := f.URL()
	for _, test := range tests {
		if err := f.SetBootPhase(test.phase); err != nil {
			t.Fatal(err)
		}
		c := newCaller(t, f.API)
		response, err := c.Do(c.request(http.MethodGet, showPath, ""))
		if (err != nil) != (test.status == 0) {
			t.Errorf("%s: error %v", test.phase, err)
		}
		if err != nil {
			continue
		}
		_ = response.Body.Close()
		if response.StatusCode != test.status {
			t.Errorf("%s: status %d", test.phase, response.StatusCode)
		}
		if test.status == http.StatusOK && c.show().Total != test.rows {
			t.Errorf("%s: %v", test.phase, c.show().Rows)
		}
	}
	if f.URL() != url {
		t.Errorf("URL %s, before %s", f.URL(), url)
	}
	if err := f.Reboot(time.Millisecond); err != nil {
		t.Error(err)
	}
}
