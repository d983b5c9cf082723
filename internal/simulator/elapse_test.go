package simulator

import (
	"net/netip"
	"testing"
	"time"
)

// An hour that is stepped over in half minutes leaves a tunnel as an hour that
// passed would: young handshakes where one side keeps alive, old ones where
// nobody does, tries in vain where the far side is gone.
func TestElapse(t *testing.T) {
	lab := NewLab(nil)
	t.Cleanup(lab.Close)
	f, err := lab.AddFirewall(FirewallConfig{APIConfig: APIConfig{Name: "hq"}})
	if err != nil {
		t.Fatal(err)
	}
	wg0, err := f.AddInstance(InstanceConfig{TunnelAddress: netip.MustParsePrefix("10.0.0.1/24")})
	if err != nil {
		t.Fatal(err)
	}
	peers := map[string]*Client{}
	for _, config := range []ClientConfig{
		{Name: "there", Keepalive: 25}, {Name: "here", KeepaliveToClient: 25}, {Name: "nowhere"}, {Name: "gone", KeepaliveToClient: 25},
		{Name: "busy"},
	} {
		config.Instance = wg0
		if peers[config.Name], err = lab.AddClient(config); err != nil {
			t.Fatal(err)
		}
		if err := peers[config.Name].Wake(); err != nil {
			t.Fatal(err)
		}
		if !peers[config.Name].Peer().awaitNewer(time.Time{}, 5*time.Second) {
			t.Fatalf("%s never shook hands", config.Name)
		}
	}
	peers["gone"].Sleep()
	before := map[string]peerState{}
	for name, c := range peers {
		before[name], _ = c.Peer().running()
	}
	for range 120 {
		lab.Elapse(30*time.Second, Traffic{To: peers["busy"].Peer(), Packets: 2, Size: 500})
	}
	for name, c := range peers {
		now, _ := c.Peer().running()
		age := f.clock.now().Sub(f.clock.shown(now.handshake)).Round(time.Second)
		rx, tx := now.rx-before[name].rx, now.tx-before[name].tx
		t.Logf("%s: age %s, received %d, sent %d", name, age, rx, tx)
		young := name != "nowhere" && name != "gone"
		if young != (age <= 3*time.Minute) || (!young && age < time.Hour) {
			t.Errorf("%s: handshake %s ago", name, age)
		}
		if young != (rx > 0) || (name != "nowhere") != (tx > 0) {
			t.Errorf("%s: received %d, sent %d", name, rx, tx)
		}
	}
}
