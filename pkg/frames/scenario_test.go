package frames

import (
	"errors"
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
		Snapshot: s, Tried: now, Next: now.Add(30 * time.Second), Latency: 120 * time.Millisecond, PollInterval: 30 * time.Second,
	}
}

// broken is the same firewall after a poll failed.
func broken(f wireguard.Firewall, why string) wireguard.Firewall {
	f.Err, f.Latency = errors.New(f.Name+": "+why), 0
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
	hq.Tried, hq.Next = time.Time{}, time.Time{}
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
