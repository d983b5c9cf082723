package simulator

import (
	"fmt"
	"time"
)

// webRoutes change the web interface: privileges, release, clock, certificate, faults.
func webRoutes() []controlRoute {
	return []controlRoute{
		post(onFirewall+"/privileges", "replace the key's privileges", `{"privileges": ["VPN: WireGuard: Status"]}`,
			func(c *controlCall) error {
				c.firewall.SetPrivileges(c.body.Privileges...)
				return nil
			}),
		post(onFirewall+"/privileges/grant", "add a privilege", `{"privilege": "Status: Services"}`, func(c *controlCall) error {
			c.firewall.Grant(Privilege(c.body.Privilege))
			return nil
		}),
		post(onFirewall+"/privileges/revoke", "take a privilege away", `{"privilege": "Status: Services"}`, func(c *controlCall) error {
			c.firewall.Revoke(Privilege(c.body.Privilege))
			return nil
		}),
		post(onFirewall+"/user", "disable or enable the key's user", `{"disabled": true}`, func(c *controlCall) error {
			c.firewall.SetUserDisabled(c.body.Disabled)
			return nil
		}),
		post(onFirewall+"/generation", "another release of OPNsense", `{"generation": "25.1.12"}`, func(c *controlCall) error {
			g, err := ParseGeneration(c.body.Generation)
			if err == nil {
				c.firewall.SetGeneration(g)
			}
			return err
		}),
		post(onFirewall+"/clock/skew", "a clock that is wrong by seconds", `{"seconds": 90}`, func(c *controlCall) error {
			c.firewall.SetClockSkew(time.Duration(c.body.Seconds) * time.Second)
			return nil
		}),
		post(onFirewall+"/clock/step", "move the clock; handshakes keep their times", `{"seconds": 600}`, func(c *controlCall) error {
			c.firewall.StepClock(time.Duration(c.body.Seconds) * time.Second)
			return nil
		}),
		post(onFirewall+"/clock/zone", "the firewall's time zone", `{"zone": "Europe/Berlin"}`, func(c *controlCall) error {
			zone, err := time.LoadLocation(c.body.Zone)
			if err == nil {
				c.firewall.SetTimeZone(zone)
			}
			return err
		}),
		post(onFirewall+"/certificate", "a new certificate", `{"kind": "valid|expired|wrong-host"}`, func(c *controlCall) error {
			return c.firewall.SetCertificate(CertificateKind(c.body.Kind))
		}),
		post(onFirewall+"/refuse", "close the web interface", "", func(c *controlCall) error {
			c.firewall.Refuse()
			return nil
		}),
		post(onFirewall+"/accept", "open the web interface again", "", func(c *controlCall) error { return c.firewall.Accept() }),
		post(onFirewall+"/faults", fmt.Sprintf("fail: kind is one of %v", faultKinds),
			`{"kind": "slow", "delay_ms": 3000, "endpoint": "", "status": 0, "count": 0}`, func(c *controlCall) error {
				return c.firewall.SetFault(Fault{
					Kind: FaultKind(c.body.Kind), Endpoint: c.body.Endpoint, Status: c.body.Status, Count: c.body.Count,
					Delay: time.Duration(c.body.DelayMS) * time.Millisecond,
				})
			}),
		post(onFirewall+"/faults/clear", "heal, all or one kind", `{"kind": ""}`, func(c *controlCall) error {
			if c.body.Kind == "" {
				c.firewall.ClearFaults()
			} else {
				c.firewall.ClearFault(FaultKind(c.body.Kind))
			}
			return nil
		}),
		post(onFirewall+"/odd-rows", "append a raw row to show", `{"row": {"if": "wg9"}}`, func(c *controlCall) error {
			return c.firewall.AddOddRow(c.body.Row)
		}),
		post(onFirewall+"/odd-rows/clear", "take them away", "", func(c *controlCall) error {
			c.firewall.ClearOddRows()
			return nil
		}),
	}
}

// firewallView is a firewall as the control API shows it.
type firewallView struct {
	Name           string          `json:"name"`
	URL            string          `json:"url"`
	APIKey         string          `json:"api_key"`
	APISecret      string          `json:"api_secret"`
	Fingerprint    string          `json:"fingerprint"`
	Generation     string          `json:"generation"`
	Privileges     []Privilege     `json:"privileges"`
	ServiceOn      bool            `json:"service_on"`
	Faults         []Fault         `json:"faults"`
	VirtualIPs     []VirtualIP     `json:"virtual_ips"`
	Interfaces     []interfaceView `json:"interfaces"`
	CertificatePEM string          `json:"certificate_pem"`
	CAPEM          string          `json:"ca_pem"`
}

type interfaceView struct {
	Device    string     `json:"device"`
	Name      string     `json:"name"`
	PublicKey string     `json:"public_key"`
	Enabled   bool       `json:"enabled"`
	Running   bool       `json:"running"`
	Up        bool       `json:"up"`
	Peers     []peerView `json:"peers"`
}

type peerView struct {
	Name      string `json:"name"`
	PublicKey string `json:"public_key"`
	Cut       bool   `json:"cut"`
	Connects  bool   `json:"connects"` // somebody holds the private key
}

func viewFirewall(f *Firewall) firewallView {
	view := firewallView{
		Name: f.Name(), URL: f.URL(), APIKey: f.APIKey(), APISecret: f.APISecret(), Fingerprint: f.Fingerprint(),
		Generation: f.Generation().String(), Privileges: f.Privileges(), ServiceOn: f.ServiceOn(),
		Faults: append([]Fault{}, f.Faults()...), VirtualIPs: append([]VirtualIP{}, f.VirtualIPs()...), // [] and not null
		Interfaces: []interfaceView{}, CertificatePEM: string(f.CertificatePEM()), CAPEM: string(f.CAPEM()),
	}
	for _, instance := range f.Instances() {
		shown := interfaceView{
			Device: instance.Device(), Name: instance.Name(), PublicKey: instance.PublicKey(),
			Enabled: instance.Enabled(), Running: instance.Running(), Up: instance.Up(),
			Peers: []peerView{},
		}
		for _, peer := range instance.Peers() {
			peer.mu.Lock()
			shown.Peers = append(shown.Peers, peerView{peer.name, peer.PublicKey(), peer.cut, len(peer.remotes) > 0})
			peer.mu.Unlock()
		}
		view.Interfaces = append(view.Interfaces, shown)
	}
	return view
}
