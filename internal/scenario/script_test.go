package scenario

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

// do plays one command of a script: a verb and words.
func (w *world) do(command string) error {
	words := strings.Fields(command)
	need := func(n int) bool { return len(words) == n }
	verb := words[0]
	switch {
	case verb == "wait" && need(2):
		d, err := time.ParseDuration(words[1])
		if err != nil || d%step != 0 {
			return fmt.Errorf("%q is not a multiple of %s", words[1], step)
		}
		w.wait(d)
		return nil
	case tunnels[verb] != nil && need(2):
		return tunnels[verb](w.instance(words[1]))
	case firewalls[verb] != nil && need(2):
		return firewalls[verb](w.firewall(words[1]))
	case peers[verb] != nil && need(2):
		return peers[verb](w, w.peer(words[1]))
	case clients[verb] != nil && need(2):
		client := w.lab.Client(words[1])
		if client == nil {
			return fmt.Errorf("there is no client %q", words[1])
		}
		return clients[verb](client)
	case others[verb] != nil:
		return others[verb](w, words[1:])
	}
	return errors.New("not known")
}

func plain[T any](f func(T)) func(T) error {
	return func(t T) error { f(t); return nil }
}

// tunnels are the verbs with an interface: "down hq/wg1".
var tunnels = map[string]func(*simulator.Instance) error{
	"down":           (*simulator.Instance).SetDown,
	"up":             (*simulator.Instance).SetUp,
	"stop":           plain((*simulator.Instance).Stop),
	"start":          (*simulator.Instance).Start,
	"restart":        (*simulator.Instance).Restart,
	"disable":        plain((*simulator.Instance).Disable),
	"enable":         (*simulator.Instance).Enable,
	"remove":         func(i *simulator.Instance) error { i.Remove(true); return nil },
	"half-configure": plain((*simulator.Instance).CreateOnly),
}

// firewalls are the verbs with a firewall: "refuse hq".
var firewalls = map[string]func(*simulator.Firewall) error{
	"refuse":             func(f *simulator.Firewall) error { f.Refuse(); return nil },
	"accept":             func(f *simulator.Firewall) error { return f.Accept() },
	"service-off":        func(f *simulator.Firewall) error { f.SwitchOff(false); return nil },
	"service-off-reboot": func(f *simulator.Firewall) error { f.SwitchOff(true); return nil },
	"service-on":         (*simulator.Firewall).SwitchOn,
	"wrong-key":          func(f *simulator.Firewall) error { f.SetUserDisabled(true); return nil },
	"right-key":          func(f *simulator.Firewall) error { f.SetUserDisabled(false); return nil },
	"no-privilege":       func(f *simulator.Firewall) error { f.SetPrivileges(simulator.PrivilegeSystemStatus); return nil },
	"privilege": func(f *simulator.Firewall) error {
		f.SetPrivileges(simulator.DefaultPrivileges(f.Generation())...)
		return nil
	},
	"hang":       fault(simulator.FaultHang),
	"break-wg":   fault(simulator.FaultWG),
	"break-vips": fault(simulator.FaultVIPs),
	"login-page": fault(simulator.FaultLogin),
	"error-500":  fault(simulator.FaultError),
	"heal":       func(f *simulator.Firewall) error { f.ClearFaults(); return nil },
}

func fault(kind simulator.FaultKind) func(*simulator.Firewall) error {
	return func(f *simulator.Firewall) error { return f.SetFault(simulator.Fault{Kind: kind}) }
}

// peers are the verbs with a peer: "cut hq/wg1/branch-office".
var peers = map[string]func(*world, *simulator.Peer) error{
	"cut":  func(_ *world, p *simulator.Peer) error { p.CutOff(); return nil },
	"mend": func(_ *world, p *simulator.Peer) error { p.Restore(); return nil },
	"talk": func(w *world, p *simulator.Peer) error {
		w.traffic[p] = simulator.Traffic{To: p, Packets: 4, Size: 1000}
		return nil
	},
	"stream": func(w *world, p *simulator.Peer) error {
		w.traffic[p] = simulator.Traffic{To: p, Packets: 4, Size: 1000, OneWay: true}
		return nil
	},
	"quiet": func(w *world, p *simulator.Peer) error { delete(w.traffic, p); return nil },
}

// clients are the verbs with a lone peer: "sleep bob-phone".
var clients = map[string]func(*simulator.Client) error{
	"sleep": plain((*simulator.Client).Sleep),
	"wake":  (*simulator.Client).Wake,
	"roam":  (*simulator.Client).Roam,
}

// others are the verbs that take words of their own.
var others = map[string]func(*world, []string) error{
	"carp": func(w *world, words []string) error { // a 1 BACKUP
		vhid, err := strconv.Atoi(words[1])
		if err != nil {
			return err
		}
		return w.firewall(words[0]).SetCARP(vhid, simulator.CARPRole(words[2]))
	},
	"rename": func(w *world, words []string) error { w.instance(words[0]).Rename(words[1]); return nil },
	"move":   (*world).move,
	"boot": func(w *world, words []string) error {
		return w.firewall(words[0]).SetBootPhase(simulator.BootPhase(words[1]))
	},
	"skew":           func(w *world, words []string) error { return w.arrange(append([]string{"skew"}, words...)) },
	"forget":         (*world).forget,
	"save-and-test":  func(w *world, _ []string) error { _, err := w.source.Health(w.ctx); return err },
	"kill-plugin":    func(w *world, _ []string) error { w.host.Kill(); w.host = nil; return nil },
	"start-plugin":   func(w *world, _ []string) error { w.startPlugin(); return nil },
	"add-firewall":   (*world).another,
	"drop-firewall":  (*world).drop,
	"release":        func(w *world, words []string) error { return w.arrange(append([]string{"release"}, words...)) },
	"broken-setting": func(w *world, _ []string) error { w.json["firewalls"] = []any{}; w.save(); return nil },
}

// move gives a tunnel another device: hq/wg1 wg5.
func (w *world) move(words []string) error {
	old := w.instance(words[0])
	number, err := strconv.Atoi(strings.TrimPrefix(words[1], "wg"))
	if err != nil {
		return err
	}
	f, all := old.Firewall(), old.Peers()
	old.Remove(true)
	i := w.addInstance(f, simulator.InstanceConfig{
		Number: number, Name: old.Name(), TunnelAddress: netip.MustParsePrefix("10.20.0.1/24"), ListenPort: 51821,
	})
	if i.PublicKey() != old.PublicKey() {
		return errors.New("it did not keep its key")
	}
	for _, p := range all {
		if _, err := i.AddTwinPeer(p); err != nil {
			return err
		}
	}
	return nil
}

// forget lets go of an interface that is gone, as an Editor does: hq/wg1 site-to-site.
func (w *world) forget(words []string) error {
	name, device, _ := strings.Cut(words[0], "/")
	resp, err := w.source.As("Editor").Resource(w.ctx, http.MethodPost, "forget?firewall="+name+"&device="+device+"&name="+words[1])
	if err == nil && resp.Status != http.StatusNoContent {
		err = fmt.Errorf("status %d: %s", resp.Status, resp.Body)
	}
	return err
}

// another adds a firewall with one tunnel and saves the settings.
func (w *world) another(words []string) error {
	f := w.addFirewall(words[0])
	w.addInstance(f, simulator.InstanceConfig{Name: "road-warrior", TunnelAddress: netip.MustParsePrefix("10.40.0.1/24")})
	w.save()
	return nil
}

// drop takes a firewall out of the settings.
func (w *world) drop(words []string) error {
	w.json["firewalls"] = slices.DeleteFunc(w.json["firewalls"].([]any), func(e any) bool { return e.(map[string]any)["name"] == words[0] })
	w.save()
	return nil
}
