package scenario

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

// keepalive is the usual one, in seconds.
const keepalive = 25

// build makes the lab and the settings that the column "Lab" names. The words
// are explained in the document.
func (w *world) build(setup []string) {
	switch setup[0] {
	case "single":
		w.buildSingle()
	case "pair":
		w.buildPair()
	default:
		w.tb.Fatalf("lab %q is not known", setup[0])
	}
	for _, word := range setup[1:] {
		w.must(w.arrange(strings.Fields(word)))
	}
	for _, client := range w.lab.Clients() {
		if !strings.HasSuffix(client.Name(), "-phone") {
			w.must(client.Wake())
		}
	}
	w.lab.Elapse(0)
}

func (w *world) buildSingle() {
	hq, branch := w.addFirewall("hq"), w.addFirewall("branch")
	road := w.addInstance(hq, simulator.InstanceConfig{Number: 0, Name: "road-warrior", TunnelAddress: netip.MustParsePrefix("10.10.0.1/24")})
	a := w.addInstance(hq, simulator.InstanceConfig{Number: 1, Name: "site-to-site", TunnelAddress: netip.MustParsePrefix("10.20.0.1/24")})
	b := w.addInstance(branch, simulator.InstanceConfig{Number: 0, Name: "site-to-site", TunnelAddress: netip.MustParsePrefix("10.20.0.2/24")})
	w.addClient(simulator.ClientConfig{Name: "alice-laptop", Instance: road, Keepalive: keepalive})
	w.connect(a, b)
}

// buildPair makes two nodes whose wg1 follows vhid 1, and a branch.
func (w *world) buildPair() {
	a, b, branch := w.addFirewall("a"), w.addFirewall("b"), w.addFirewall("branch")
	a.AddVirtualIP(simulator.VirtualIP{VHID: 1, Interface: "WAN", Address: "198.51.100.1", Role: simulator.Master})
	b.AddVirtualIP(simulator.VirtualIP{VHID: 1, Interface: "WAN", Address: "198.51.100.1", Role: simulator.Backup, AdvSkew: 100})
	tunnel := w.addInstance(a, simulator.InstanceConfig{Number: 1, Name: "site-to-site", TunnelAddress: netip.MustParsePrefix("10.20.0.1/24"), DependOnVHID: 1})
	far := w.addInstance(branch, simulator.InstanceConfig{Number: 0, Name: "site-to-site", TunnelAddress: netip.MustParsePrefix("10.20.0.2/24")})
	w.connect(tunnel, far)
	_, err := b.AddTwin(tunnel)
	w.must(err)
}

func (w *world) addFirewall(name string) *simulator.Firewall {
	f, err := w.lab.AddFirewall(simulator.FirewallConfig{APIConfig: simulator.APIConfig{Name: name, AuthDelay: -1}})
	w.must(err)
	w.list(f)
	return f
}

// list names a firewall in the settings.
func (w *world) list(f *simulator.Firewall) {
	w.json["firewalls"] = append(w.json["firewalls"].([]any), map[string]any{
		"id": f.Name(), "name": f.Name(), "url": f.URL(), "tls": map[string]any{"mode": "pin", "fingerprint": f.Fingerprint()},
	})
	w.secure[f.Name()+".apiKey"], w.secure[f.Name()+".apiSecret"] = f.APIKey(), f.APISecret()
}

// addInstance gives an instance a key that can be told from its name, so that it
// can be moved.
func (w *world) addInstance(f *simulator.Firewall, config simulator.InstanceConfig) *simulator.Instance {
	if config.PrivateKey == (simulator.Key{}) {
		config.PrivateKey = simulator.KeyFrom(f.Name() + config.Name)
	}
	i, err := f.AddInstance(config)
	w.must(err)
	return i
}

func (w *world) addClient(config simulator.ClientConfig) {
	config.Asleep = true
	_, err := w.lab.AddClient(config)
	w.must(err)
}

// connect joins two sites, with a keepalive on both sides.
func (w *world) connect(a, b *simulator.Instance) {
	_, _, err := w.lab.Connect(a, b,
		simulator.Side{PeerName: "branch-office", AllowedIPs: []netip.Prefix{netip.MustParsePrefix("192.168.20.0/24")}, Keepalive: keepalive},
		simulator.Side{PeerName: "headquarters", AllowedIPs: []netip.Prefix{netip.MustParsePrefix("192.168.10.0/24")}, Keepalive: keepalive})
	w.must(err)
}

// settingsOf is a firewall's entry in the settings.
func (w *world) settingsOf(name string) map[string]any {
	for _, entry := range w.json["firewalls"].([]any) {
		if e := entry.(map[string]any); e["name"] == name {
			return e
		}
	}
	w.tb.Fatalf("the settings have no firewall %s", name)
	return nil
}

// arrange does one word or two of the column "Lab".
func (w *world) arrange(words []string) error {
	all := w.lab.Firewalls()
	switch words[0] {
	case "expects": // hq/wg1, and its vhid or none
		i := w.instance(words[1])
		expectation := map[string]any{"device": i.Device(), "name": i.Name()}
		if len(words) == 4 {
			expectation["carp"] = words[3]
		}
		entry := w.settingsOf(i.Firewall().Name())
		list, _ := entry["expect"].([]any)
		entry["expect"] = append(list, expectation)
	case "misses": // hq depot
		w.settingsOf(words[1])["expectPeers"] = []string{words[2]}
	case "ignores":
		w.settingsOf(words[1])["ignorePeers"] = []string{words[2]}
	case "lists-services":
		for _, f := range all {
			f.Grant(simulator.PrivilegeServices)
		}
	case "reads-configuration":
		for _, f := range all {
			f.Grant(simulator.PrivilegeConfiguration)
			w.settingsOf(f.Name())["readConfiguration"] = true
		}
	case "no-virtual-ips":
		for _, f := range all {
			f.Revoke(simulator.PrivilegeVirtualIPs)
		}
	case "release":
		g, err := simulator.ParseGeneration(words[1])
		if err != nil {
			return err
		}
		for _, f := range all {
			f.SetGeneration(g)
			f.SetPrivileges(simulator.PrivilegeConfiguration, simulator.PrivilegeVirtualIPs)
		}
	case "skew": // hq 10m
		d, err := time.ParseDuration(words[2])
		if err != nil {
			return err
		}
		w.firewall(words[1]).SetClockSkew(d)
	default:
		return w.furnish(words)
	}
	return nil
}

// furnish adds peers and tunnels.
func (w *world) furnish(words []string) error {
	switch words[0] {
	case "phone": // sleeps, and keeps alive when awake
		w.addClient(simulator.ClientConfig{Name: "bob-phone", Instance: w.instance("hq/wg0"), Keepalive: keepalive})
	case "depot": // a site at hq: keepalive here, there, both or nowhere
		config := simulator.ClientConfig{Name: "depot", Instance: w.instance("hq/wg1"), Networks: []netip.Prefix{netip.MustParsePrefix("192.168.30.0/24")}}
		if words[1] == "here" || words[1] == "both" {
			config.KeepaliveToClient = keepalive
		}
		if words[1] == "there" || words[1] == "both" {
			config.Keepalive = keepalive
		}
		w.addClient(config)
	case "namesake": // another alice-laptop
		w.addClient(simulator.ClientConfig{Name: "alice-laptop", Instance: w.instance("hq/wg0"), Keepalive: keepalive})
	case "same-key": // a laptop with one key on both interfaces
		key := simulator.KeyFrom("carol")
		for device, name := range map[string]string{"wg0": "carol-laptop", "wg1": "carol-laptop-too"} {
			w.addClient(simulator.ClientConfig{Name: name, Instance: w.instance("hq/" + device), PrivateKey: key, Keepalive: keepalive})
		}
	case "guests": // on the pair: a second vhid, which wg2 follows
		a, b := w.firewall("a"), w.firewall("b")
		a.AddVirtualIP(simulator.VirtualIP{VHID: 2, Interface: "GUEST", Address: "198.51.100.2", Role: simulator.Backup})
		b.AddVirtualIP(simulator.VirtualIP{VHID: 2, Interface: "GUEST", Address: "198.51.100.2", Role: simulator.Master})
		return w.both(simulator.InstanceConfig{Number: 2, Name: "guests", TunnelAddress: netip.MustParsePrefix("10.30.0.1/24"), DependOnVHID: 2})
	case "free": // on the pair: wg2, which follows no vhid and runs on both nodes, as synchronization makes it
		return w.both(simulator.InstanceConfig{Number: 2, Name: "free", TunnelAddress: netip.MustParsePrefix("10.30.0.1/24")})
	case "unpaired": // on a alone: wg2, which follows no vhid
		w.addInstance(w.firewall("a"), simulator.InstanceConfig{Number: 2, Name: "unpaired", TunnelAddress: netip.MustParsePrefix("10.30.0.1/24")})
	default:
		return fmt.Errorf("%q is not known in the column Lab", strings.Join(words, " "))
	}
	return nil
}

func (w *world) both(config simulator.InstanceConfig) error {
	_, err := w.firewall("b").AddTwin(w.addInstance(w.firewall("a"), config))
	return err
}

func (w *world) firewall(name string) *simulator.Firewall {
	f := w.lab.Firewall(name)
	if f == nil {
		w.tb.Fatalf("there is no firewall %q", name)
	}
	return f
}

// instance finds "hq/wg1".
func (w *world) instance(path string) *simulator.Instance {
	name, device, _ := strings.Cut(path, "/")
	i := w.firewall(name).Instance(device)
	if i == nil {
		w.tb.Fatalf("there is no interface %q", path)
	}
	return i
}

// peer finds "hq/wg1/branch-office".
func (w *world) peer(path string) *simulator.Peer {
	at := strings.LastIndex(path, "/")
	p := w.instance(path[:at]).Peer(path[at+1:])
	if p == nil {
		w.tb.Fatalf("there is no peer %q", path)
	}
	return p
}
