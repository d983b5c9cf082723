package frames

import (
	"errors"
	"fmt"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// now is when every scenario is looked at.
var now = time.Date(2026, 11, 22, 8, 10, 0, 0, time.UTC)

// scenarios are states of a fleet worth a golden file. They are made by
// wireguard.Join, as in production.
var scenarios = map[string]func() []wireguard.Firewall{
	"healthy":        healthy,
	"failing":        failing,
	"never_answered": neverAnswered,
	"not_tried":      notTried,
	"odd":            oddRows,
	"carp":           carpStates,
	"vanished":       vanished,
	"no_rows":        noRows,
	"troubles":       troubled,
	"no_firewall":    func() []wireguard.Firewall { return nil },
}

// face is an interface row, peer a peer row as a firewall sends them; an age
// below 0 is a peer that never shook hands.
func face(device, name string, link wireguard.Link) wireguard.InterfaceReport {
	return wireguard.InterfaceReport{Device: device, Name: name, PublicKey: "key-of-" + device, ListenPort: 51820, Link: link}
}

func peer(device, name string, age time.Duration) wireguard.PeerReport {
	p := wireguard.PeerReport{
		Device: device, Name: name, PublicKey: "key-of-" + name, AllowedIPs: "10.66.0.2/32",
		RxBytes: 468, TxBytes: 380, HandshakeAge: -1,
	}
	if age >= 0 {
		p.LatestHandshake = now.Add(-age).Unix()
		p.Endpoint, p.Keepalive = "198.51.100.11:51900", 25
	} else {
		p.RxBytes, p.TxBytes = 0, 740
	}
	return p
}

func carpVIP(vhid int, role string) wireguard.VirtualIPs {
	return wireguard.VirtualIPs{Reading: wireguard.Reading{At: now}, Rows: []wireguard.VirtualIP{{VHID: vhid, Role: role, Mode: "carp", Interface: "LAN", Subnet: "198.51.100.10"}}}
}

// answering is a firewall whose newest poll gave the snapshot.
func answering(name string, s *wireguard.Snapshot) wireguard.Firewall {
	return wireguard.Firewall{
		ID: name, Name: name, URL: "https://" + name + ".example:8443",
		Snapshot: s, Looked: now, Tried: now, Next: now.Add(30 * time.Second), Latency: 120 * time.Millisecond, PollInterval: 30 * time.Second,
	}
}

// broken is the same firewall after a poll failed.
func broken(f wireguard.Firewall, why string) wireguard.Firewall {
	f.Err, f.Latency, f.FailingSince = errors.New(f.Name+": "+why), 0, now.Add(-20*time.Second)
	return f
}

func join(r wireguard.Report, vips wireguard.VirtualIPs, expect ...wireguard.Expectation) *wireguard.Snapshot {
	r.At = now
	return wireguard.Join(nil, r, wireguard.Readings{VirtualIPs: vips}, wireguard.Policy{Expect: expect, ForgetAfter: time.Hour})
}

func hqReport() wireguard.Report {
	return wireguard.Report{
		Interfaces: []wireguard.InterfaceReport{
			face("wg0", "road-warrior", wireguard.LinkUp), face("wg1", "site-to-site", wireguard.LinkUp),
		},
		Peers: []wireguard.PeerReport{
			peer("wg0", "alice", 23*time.Second), peer("wg0", "bob", 1000*time.Second), peer("wg0", "carol-never", -1),
			peer("wg1", "site-b", 10*time.Second),
		},
	}
}

func branch() wireguard.Firewall {
	return answering("branch", join(wireguard.Report{
		Interfaces: []wireguard.InterfaceReport{face("wg0", "site-to-site", wireguard.LinkUp)},
		Peers:      []wireguard.PeerReport{peer("wg0", "hq", 10*time.Second)},
	}, wireguard.VirtualIPs{Reading: wireguard.Reading{At: now}}))
}

func healthy() []wireguard.Firewall {
	return []wireguard.Firewall{answering("hq", join(hqReport(), carpVIP(1, "MASTER"))), branch()}
}

func failing() []wireguard.Firewall {
	all := healthy()
	all[0] = broken(all[0], "no answer within 10s")
	return all
}

func neverAnswered() []wireguard.Firewall {
	unseen := wireguard.Unseen(wireguard.Policy{Expect: []wireguard.Expectation{{Device: "wg1", Name: "site-to-site"}, {Device: "wg0"}}})
	return []wireguard.Firewall{broken(answering("hq", unseen), "the connection was refused"), branch()}
}

func notTried() []wireguard.Firewall {
	hq := broken(answering("hq", &wireguard.Snapshot{}), "no answer yet")
	hq.Tried, hq.Next, hq.FailingSince = time.Time{}, time.Time{}, time.Time{}
	return []wireguard.Firewall{hq, branch()}
}

// oddRows has rows without device or key, duplicates, unknown words, negative
// counters and names from the far end of Unicode.
func oddRows() []wireguard.Firewall {
	strange := face("wg1", "site-to-site", wireguard.LinkUnknown)
	strange.StatusWord = "<b>half-up</b>"
	nameless := face("wg2", "", wireguard.LinkUp)
	nameless.ListenPort = 0
	keyless, homeless := peer("wg0", "keyless", time.Second), peer("", "homeless", time.Second)
	keyless.PublicKey = ""
	uncounted := peer("wg0", "日本 \"Co\" & <b>", 2*time.Second)
	uncounted.RxBytes, uncounted.TxBytes = -1, -1
	future := peer("wg0", "from-the-future", 0)
	future.LatestHandshake = now.Add(time.Hour).Unix()
	unheard := peer("wg2", "unheard-word", 5*time.Second)
	unheard.Status = wireguard.PeerUnknown
	return []wireguard.Firewall{answering("hq", join(wireguard.Report{
		Interfaces: []wireguard.InterfaceReport{
			face("", "no-device", wireguard.LinkUp), face("", "no-device-either", wireguard.LinkDown),
			face("wg0", "road-warrior", wireguard.LinkDown), face("wg0", "road-warrior", wireguard.LinkUp), strange, nameless,
		},
		Peers: []wireguard.PeerReport{
			peer("wg0", "alice", 400*time.Second), peer("wg0", "alice", 23*time.Second),
			keyless, homeless, uncounted, future, unheard, peer("wg9", "on-no-interface", time.Second),
		},
		Oddities: wireguard.Oddities{wireguard.OddKey: 1, wireguard.OddDevice: 3, wireguard.OddStatus: 1},
	}, wireguard.VirtualIPs{Reading: wireguard.Reading{At: now}}))}
}

// carpStates has every status: a standby node, nodes whose virtual IPs cannot be
// read, a missing and a not configured interface.
func carpStates() []wireguard.Firewall {
	unset := face("wg3", "", wireguard.LinkDown)
	unset.PublicKey = wireguard.NotConfigured
	down := wireguard.Report{Interfaces: []wireguard.InterfaceReport{face("wg0", "road-warrior", wireguard.LinkDown)}}
	standby := join(wireguard.Report{
		Interfaces: []wireguard.InterfaceReport{face("wg0", "road-warrior", wireguard.LinkDown), face("wg1", "site-to-site", wireguard.LinkUnknown), unset},
		Peers:      []wireguard.PeerReport{peer("wg0", "alice", -1)},
	}, carpVIP(1, "BACKUP"), wireguard.Expectation{Device: "wg2", Name: "expected"})
	forbidden := answering("hq-d", join(down, wireguard.VirtualIPs{Reading: wireguard.Reading{Forbidden: true, Failing: true}}))
	forbidden.VIPErr = errors.New("hq-d: the API key's user lacks a privilege")
	return []wireguard.Firewall{
		answering("hq-b", standby),
		answering("hq-c", join(down, wireguard.VirtualIPs{Reading: wireguard.Reading{Failing: true}})),
		forbidden,
		answering("hq-e", join(down, carpVIP(1, "MASTER"))),
	}
}

// vanished lost one of two interfaces between two polls.
func vanished() []wireguard.Firewall {
	report := hqReport()
	report.At = now.Add(-30 * time.Second)
	before := wireguard.Join(nil, report, wireguard.Readings{VirtualIPs: wireguard.VirtualIPs{Reading: wireguard.Reading{At: report.At}}}, wireguard.Policy{ForgetAfter: time.Hour})
	after := wireguard.Report{At: now, Interfaces: report.Interfaces[:1], Peers: report.Peers[:3]}
	return []wireguard.Firewall{answering("hq", wireguard.Join(before, after, wireguard.Readings{VirtualIPs: wireguard.VirtualIPs{Reading: wireguard.Reading{At: now}}}, wireguard.Policy{ForgetAfter: time.Hour}))}
}

func noRows() []wireguard.Firewall {
	return []wireguard.Firewall{answering("hq", join(wireguard.Report{}, wireguard.VirtualIPs{Reading: wireguard.Reading{At: now}}))}
}

// roleLost was standby until its virtual IPs could no longer be read.
func roleLost() []wireguard.Firewall {
	report := wireguard.Report{At: now.Add(-time.Hour), Interfaces: []wireguard.InterfaceReport{face("wg0", "road-warrior", wireguard.LinkDown)}}
	vips := carpVIP(1, "BACKUP")
	vips.At = report.At
	before := wireguard.Join(nil, report, wireguard.Readings{VirtualIPs: vips}, wireguard.Policy{})
	report.At, vips.Failing = now, true
	return []wireguard.Firewall{answering("hq", wireguard.Join(before, report, wireguard.Readings{VirtualIPs: vips}, wireguard.Policy{}))}
}

// site is a peer with networks behind it.
func site(device, name string, age time.Duration, networks string) wireguard.PeerReport {
	p := peer(device, name, age)
	p.AllowedIPs = networks
	return p
}

// troubled has every kind of trouble at once: a firewall that fell silent three
// polls ago, one whose settings cannot work, and one with tunnels and sites in
// each state that is not right, and in some that are.
func troubled() []wireguard.Firewall {
	silent := branch()
	silent.Snapshot = silentSnapshot()
	silent = broken(silent, "the connection was refused")
	silent.FailingSince = now.Add(-time.Minute)
	unusable := answering("lab", wireguard.Unseen(wireguard.Policy{Expect: []wireguard.Expectation{{Device: "wg7", Name: "test-bed"}}}))
	unusable.Err = errors.Join(errors.New("setting url: is missing"), errors.New("setting apiKey: is missing"))
	unusable.FailingSince, unusable.PollInterval, unusable.URL = now.Add(-time.Hour), 0, ""
	hq := answering("hq", troubledSnapshot().WithTwins(func(key string) []wireguard.Twin {
		if key != "key-of-wg4" {
			return nil
		}
		return []wireguard.Twin{{Firewall: "hq-b", Known: true, Up: true, CARPBackup: true, Since: now.Add(-7 * time.Minute)}}
	}))
	return []wireguard.Firewall{hq, silent, unusable}
}

func silentSnapshot() *wireguard.Snapshot {
	r := wireguard.Report{
		At:         now.Add(-90 * time.Second),
		Interfaces: []wireguard.InterfaceReport{face("wg0", "site-to-site", wireguard.LinkUp), face("wg1", "backup-link", wireguard.LinkUp), face("wg2", "standby-link", wireguard.LinkDown)},
		Peers: []wireguard.PeerReport{
			site("wg0", "hq", 100*time.Second, "10.1.0.0/16,10.66.0.1/32"), site("wg1", "lte-router", 130*time.Second, "10.1.0.0/16,fd00:1::/48"),
			peer("wg1", "alice", 200*time.Second), site("wg2", "not-affected", 200*time.Second, "10.99.0.0/16"),
		},
	}
	vips := carpVIP(1, "BACKUP")
	vips.At = r.At
	return wireguard.Join(nil, r, wireguard.Readings{VirtualIPs: vips}, wireguard.Policy{})
}

// troubledSnapshot lets two hours pass, a minute at a time.
func troubledSnapshot() *wireguard.Snapshot {
	unset := face("wg5", "odd-word", wireguard.LinkUnknown)
	unset.StatusWord = "half-up"
	var s *wireguard.Snapshot
	received, sent := int64(0), int64(0)
	for minute := 120; minute >= 0; minute-- {
		at := now.Add(-time.Duration(minute) * time.Minute)
		switch sent += 20_000; {
		case minute > 12:
			received += 20_000 // later next to nothing comes back
		default:
			received += 200
		}
		silentPartner := site("wg0", "one-way-site", time.Duration(minute)*time.Minute+30*time.Second, "10.5.0.0/16")
		silentPartner.RxBytes, silentPartner.TxBytes = received, sent
		silentPhone := silentPartner
		silentPhone.Name, silentPhone.PublicKey, silentPhone.AllowedIPs = "one-way-phone", "key-of-one-way-phone", "10.66.0.9/32"
		r := wireguard.Report{
			At: at,
			Interfaces: []wireguard.InterfaceReport{
				face("wg0", "road-warrior", wireguard.LinkUp), face("wg1", "site-to-site", wireguard.LinkUp),
				face("wg2", "", wireguard.LinkUp), face("wg4", "both", wireguard.LinkUp), unset,
			},
			Peers: []wireguard.PeerReport{
				silentPartner, silentPhone, peer("wg0", "sleeping-phone", 8*time.Hour), peer("wg0", "never-phone", -1),
				site("wg1", "gone-site", time.Duration(min(minute, 30))*time.Minute+10*time.Minute, "10.6.0.0/16, 10.7.0.0/16"),
				site("wg1", "well", time.Duration(minute)*time.Minute+10*time.Second, "10.8.0.0/16"),
				site("wg4", "paired", time.Duration(minute)*time.Minute+10*time.Second, "10.9.0.0/16"),
			},
		}
		for i := range 12 { // more than a cell has room for
			p := site("wg2", fmt.Sprintf("office-%02d", i), time.Duration(minute)*time.Minute+30*time.Second, fmt.Sprintf("10.%d.0.0/16,fd00:%d::/48", 20+i, 20+i))
			r.Peers = append(r.Peers, p)
		}
		if minute < 4 {
			r.Interfaces[2].Link = wireguard.LinkDown
		}
		vips := carpVIP(1, "MASTER")
		vips.At = at
		if s == nil {
			s = wireguard.Unseen(wireguard.Policy{})
		}
		s = wireguard.Join(s, r, wireguard.Readings{VirtualIPs: vips}, wireguard.Policy{ForgetAfter: time.Hour})
	}
	return s
}
