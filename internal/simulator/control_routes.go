package simulator

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

const (
	onFirewall  = "/firewalls/{firewall}"
	onInterface = onFirewall + "/interfaces/{device}"
	onPeer      = onInterface + "/peers/{peer}"
)

// get and post make entries; post says with an example what the body may carry.
func get(path, summary string, run func(*controlCall) (any, error)) controlRoute {
	return controlRoute{http.MethodGet, path, summary, "", run}
}

func post(path, summary, body string, run func(*controlCall) error) controlRoute {
	return controlRoute{http.MethodPost, path, summary, body, func(c *controlCall) (any, error) { return nil, run(c) }}
}

func controlRoutes() []controlRoute {
	return slices.Concat(readingRoutes(), serviceRoutes(), webRoutes(), interfaceRoutes(), peerRoutes())
}

func readingRoutes() []controlRoute {
	return []controlRoute{
		get("/firewalls", "addresses, keys, fingerprints and state of all firewalls", func(c *controlCall) (any, error) {
			list := []firewallView{}
			for _, f := range c.lab.Firewalls() {
				list = append(list, viewFirewall(f))
			}
			return list, nil
		}),
		get(onFirewall, "the same of one firewall", func(c *controlCall) (any, error) {
			return viewFirewall(c.firewall), nil
		}),
		get(onFirewall+"/requests", "what the firewall has been asked", func(c *controlCall) (any, error) {
			return c.firewall.Requests(), nil
		}),
		post(onFirewall+"/requests/reset", "begin to count anew", "", func(c *controlCall) error {
			c.firewall.ResetRequests()
			return nil
		}),
	}
}

func serviceRoutes() []controlRoute {
	return []controlRoute{
		post(onFirewall+"/service/off", "switch WireGuard off as a whole", `{"rebooted": false}`, func(c *controlCall) error {
			c.firewall.SwitchOff(c.body.Rebooted)
			return nil
		}),
		post(onFirewall+"/service/on", "switch WireGuard on as a whole", "", func(c *controlCall) error {
			return c.firewall.SwitchOn()
		}),
		post(onFirewall+"/carp/{vhid}", "give a vhid another role", `{"role": "BACKUP"}`, func(c *controlCall) error {
			vhid, err := strconv.Atoi(c.request.PathValue("vhid"))
			if err != nil {
				return fmt.Errorf("vhid: %w", err)
			}
			return c.firewall.SetCARP(vhid, c.body.Role)
		}),
		post(onFirewall+"/reboot", "reboot, in the background", `{"pause_ms": 5000}`, func(c *controlCall) error {
			return c.reboot()
		}),
		post(onFirewall+"/boot-phase", "one phase of a reboot", `{"phase": "off"}`, func(c *controlCall) error {
			return c.firewall.SetBootPhase(BootPhase(c.body.Phase))
		}),
	}
}

func (c *controlCall) reboot() error {
	pause := 5 * time.Second
	if c.body.PauseMS > 0 {
		pause = time.Duration(c.body.PauseMS) * time.Millisecond
	}
	return c.lab.background(func() {
		if err := c.firewall.Reboot(pause); err != nil {
			c.lab.logger.Error("reboot", "firewall", c.firewall.Name(), "error", err)
		}
	})
}

func interfaceRoutes() []controlRoute {
	return []controlRoute{
		post(onInterface+"/down", "set down by hand: the row stays", "", func(c *controlCall) error { return c.instance.SetDown() }),
		post(onInterface+"/up", "set up by hand", "", func(c *controlCall) error { return c.instance.SetUp() }),
		post(onInterface+"/stop", "stop the instance: its rows vanish", "", func(c *controlCall) error {
			c.instance.Stop()
			return nil
		}),
		post(onInterface+"/create", "created, not configured: a row with public key (none)", "", func(c *controlCall) error {
			c.instance.CreateOnly()
			return nil
		}),
		post(onInterface+"/start", "start the instance, counters from 0", "", func(c *controlCall) error { return c.instance.Start() }),
		post(onInterface+"/restart", "absent for 0.1 s, created only for 0.2 s, then back", "", func(c *controlCall) error {
			return c.instance.Restart()
		}),
		post(onInterface+"/disable", "disable in the configuration and apply", "", func(c *controlCall) error {
			c.instance.Disable()
			return nil
		}),
		post(onInterface+"/enable", "enable in the configuration and apply", "", func(c *controlCall) error { return c.instance.Enable() }),
		post(onInterface+"/rename", "rename in the configuration", `{"name": "new"}`, func(c *controlCall) error {
			c.instance.Rename(c.body.Name)
			return nil
		}),
		post(onInterface+"/remove", "delete from the configuration", `{"applied": true}`, func(c *controlCall) error {
			c.instance.Remove(c.body.Applied)
			return nil
		}),
		post(onInterface+"/peers", "configure a peer that never connects", `{"name": "nobody"}`, func(c *controlCall) error {
			_, err := c.instance.AddPeer(PeerConfig{Name: c.body.Name})
			return err
		}),
	}
}

var errNoClient = errors.New("this peer is no client with a device of its own")

func peerRoutes() []controlRoute {
	client := func(change func(*Client) error) func(*controlCall) error {
		return func(c *controlCall) error {
			for _, client := range c.lab.Clients() {
				if client.peer == c.peer {
					return change(client)
				}
			}
			return errNoClient
		}
	}
	return []controlRoute{
		post(onPeer+"/cut", "drop everything to and from the peer", "", func(c *controlCall) error {
			c.peer.CutOff()
			return nil
		}),
		post(onPeer+"/restore", "let it pass again", "", func(c *controlCall) error {
			c.peer.Restore()
			return nil
		}),
		post(onPeer+"/rename", "rename in the configuration", `{"name": "new"}`, func(c *controlCall) error {
			c.peer.Rename(c.body.Name)
			return nil
		}),
		post(onPeer+"/remove", "delete from the configuration and apply", "", func(c *controlCall) error {
			return c.instance.RemovePeer(c.peer)
		}),
		post(onPeer+"/roam", "move the client to another address and port", "", client((*Client).Roam)),
		post(onPeer+"/wake", "start the client's device", "", client((*Client).Wake)),
		post(onPeer+"/sleep", "end the client's device", "", client(func(c *Client) error {
			c.Sleep()
			return nil
		})),
		post(onPeer+"/send", "send packets to the peer, or from it", `{"packets": 10, "size": 512, "one_way": false, "from": false}`,
			func(c *controlCall) error { return c.send() }),
		post(onPeer+"/flow", "send steadily to the peer, or from it", `{"every_ms": 1000, "size": 512, "one_way": false, "from": false}`,
			func(c *controlCall) error { return c.flow() }),
		post(onPeer+"/flow/stop", "end all steady traffic to and from the peer", "", func(c *controlCall) error {
			c.lab.StopFlows(c.peer)
			c.lab.StopFlows(c.peer.Back())
			return nil
		}),
	}
}

// sender is the peer as the sending side has it configured.
func (c *controlCall) sender() (*Peer, error) {
	if !c.body.From {
		return c.peer, nil
	}
	if back := c.peer.Back(); back != nil {
		return back, nil
	}
	return nil, ErrNoSuchPeer
}

func (c *controlCall) send() error {
	to, err := c.sender()
	for range max(c.body.Packets, 1) {
		if err == nil {
			err = to.Send(c.body.Size, c.body.OneWay)
		}
	}
	return err
}

func (c *controlCall) flow() error {
	to, err := c.sender()
	if err != nil {
		return err
	}
	_, err = c.lab.StartFlow(to, FlowConfig{
		Every: time.Duration(c.body.EveryMS) * time.Millisecond, Size: c.body.Size, OneWay: c.body.OneWay,
	})
	return err
}
