package wireguard

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

func TestSite(t *testing.T) {
	tests := []struct {
		allowed string
		policy  Policy
		want    bool
	}{
		// Bad ones first.
		{"", Policy{}, false},
		{"(none)", Policy{}, false},
		{"10.0.0.0/33", Policy{}, false},
		{"10.0.0.0/", Policy{}, false},
		{"10.0.0.0", Policy{}, false},
		{"nonsense,10.0.0.0/24", Policy{}, true},
		{"10.0.0.2/32", Policy{}, false},
		{"10.0.0.2/32,10.0.0.3/32, 2001:db8::2/128", Policy{}, false},
		{"10.0.0.2/31", Policy{}, true},
		{"10.0.0.2/24", Policy{}, true}, // host bits
		{"10.0.0.2/32,192.168.0.0/16", Policy{}, true},
		{"10.0.0.2/32, 2001:db8::/64", Policy{}, true},
		{"2001:db8::2/127", Policy{}, true},
		{"2001:db8::2/32", Policy{}, true}, // a host's length in IPv4
		{"0.0.0.0/0,::/0", Policy{}, true},

		{"10.0.0.2/32", Policy{ExpectPeers: []string{"other", "key of b", "name of a"}}, false},
		{"10.0.0.2/32", Policy{ExpectPeers: []string{"branch"}}, true},
		{"10.0.0.2/32", Policy{ExpectPeers: []string{"k"}}, true},
		{"10.0.0.2/32", Policy{ExpectPeers: []string{"BRANCH", "bran", "K"}}, false},
		{"10.0.0.0/24", Policy{IgnorePeers: []string{"branch"}}, false},
		{"10.0.0.0/24", Policy{IgnorePeers: []string{"k"}}, false},
		{"10.0.0.0/24", Policy{IgnorePeers: []string{"other"}}, true},
		{"10.0.0.2/32", Policy{ExpectPeers: []string{"branch"}, IgnorePeers: []string{"k"}}, false},
	}
	for _, tt := range tests {
		row := PeerReport{Device: "wg0", Name: "branch", PublicKey: "k", AllowedIPs: tt.allowed, Keepalive: 25}
		p := Join(nil, Report{At: start, Interfaces: interfaces("wg0 up"), Peers: []PeerReport{row}}, Readings{}, tt.policy).Peers[0]
		if p.Site != tt.want {
			t.Errorf("%q, %+v: site %v", tt.allowed, tt.policy, p.Site)
		}
	}
	row := PeerReport{Device: "wg0", PublicKey: "k"}
	policy := Policy{ExpectPeers: []string{""}}
	if Join(nil, Report{At: start, Peers: []PeerReport{row}}, Readings{}, policy).Peers[0].Site {
		t.Error("a peer without a name is expected by an empty one")
	}
}

// leg is a stretch of time in which a peer does one thing.
type leg struct {
	until  float64 // minutes
	state  string  // "online", "stale", "offline", "unknown 20", "unread"; handshakes as fit
	rx, tx int64   // bytes in 300 s
	iface  string  // as in interfaces; "" is "wg0 up", "-" is none
}

// drive polls a peer through legs and returns site_down and no_return_traffic by
// time: "0" no, "1" yes, "?" not known, one character per poll.
func drive(every float64, row PeerReport, policy Policy, legs ...leg) (siteDown, noReturn string) {
	var prev *Snapshot
	var rx, tx float64
	at, shaken := 0.0, start
	row.Device, row.PublicKey, row.Name = "wg0", "k", "branch"
	for k, l := range legs {
		for ; at < l.until || (k == len(legs)-1 && at <= l.until); at += every {
			now := minute(at)
			word, _, _ := strings.Cut(l.state, " ")
			switch word {
			case "online":
				shaken = now.Add(-time.Minute)
				row.Status, row.LatestHandshake = PeerOnline, shaken.Unix()
			case "stale":
				row.Status, row.LatestHandshake = PeerStale, shaken.Unix()
				if now.Sub(shaken) <= StaleAfter {
					row.Status = PeerOnline
				}
			case "offline":
				row.Status, row.LatestHandshake = PeerOffline, 0
			case "unknown":
				row.Status, row.LatestHandshake = PeerUnknown, shaken.Unix()
			case "unread":
				row.Status, row.LatestHandshake = PeerNotKnown, -1
			}
			if strings.HasSuffix(l.state, "reset") && (k == 0 || at-every < legs[k-1].until) {
				rx, tx = 0, 0
			}
			row.RxBytes, row.TxBytes = int64(math.Round(rx)), int64(math.Round(tx))
			if strings.HasSuffix(l.state, "uncounted") {
				row.RxBytes, row.TxBytes = -1, -1
			}
			r := Report{At: now, Interfaces: interfaces("wg0 up"), Peers: []PeerReport{row}}
			switch l.iface {
			case "":
			case "-":
				r.Interfaces, r.Peers = nil, nil
			default:
				r.Interfaces = interfaces(l.iface)
			}
			s := Join(prev, r, Readings{VirtualIPs: VirtualIPs{}.then("1 BACKUP", now)}, policy)
			prev = s
			rx += float64(l.rx) * every / 5
			tx += float64(l.tx) * every / 5
			siteDown += flagMark(s, func(p *Peer) Flag { return p.SiteDown })
			noReturn += flagMark(s, func(p *Peer) Flag { return p.NoReturnTraffic })
		}
	}
	return siteDown, noReturn
}

func flagMark(s *Snapshot, of func(*Peer) Flag) string {
	if len(s.Peers) == 0 {
		return "-"
	}
	return [...]string{FlagNotKnown: "?", FlagNo: "0", FlagYes: "1"}[of(&s.Peers[0])]
}

// summary shortens "0001111" to "0*3 1*4".
func summary(marks string) string {
	var parts []string
	for marks != "" {
		rest := strings.TrimLeft(marks, marks[:1])
		parts = append(parts, fmt.Sprintf("%c*%d", marks[0], len(marks)-len(rest)))
		marks = rest
	}
	return strings.Join(parts, " ")
}

func TestSiteDown(t *testing.T) {
	const network = "10.9.0.0/16"
	here := PeerReport{AllowedIPs: network, Keepalive: 25}
	quiet := PeerReport{AllowedIPs: network}
	phone := PeerReport{AllowedIPs: "10.9.0.2/32", Keepalive: 25}
	roadWarrior := PeerReport{AllowedIPs: "10.9.0.2/32"}
	expect := Policy{ExpectPeers: []string{"branch"}, ForgetAfter: time.Hour}
	none := Policy{ForgetAfter: time.Hour}
	tests := []struct {
		name   string
		row    PeerReport
		policy Policy
		legs   []leg // polled once a minute
		want   string
	}{
		// Not known.
		{"without its interface", here, none, []leg{{10, "offline", 0, 0, "wg1 up"}}, "?*11"},
		{"nothing could be read", here, none, []leg{{10, "unread", 0, 0, ""}}, "?*11"},
		{"its interface is missing", here, none, []leg{{6, "offline", 0, 0, ""}, {9, "offline", 0, 0, "-"}, {16, "offline", 0, 0, ""}}, "0*5 1*1 ?*3 0*5 1*3"},
		{"its interface is not configured", here, none, []leg{{6, "offline", 0, 0, ""}, {8, "offline", 0, 0, "wg0 (none)"}}, "0*5 1*1 0*3"},
		{"an unknown word, but its handshake is old", here, none, []leg{{1, "online", 0, 0, ""}, {12, "unknown", 0, 0, ""}}, "0*5 1*8"},

		// Not up for long enough.
		{"its interface is standby", here, expect, []leg{{10, "offline", 0, 0, "wg0 down"}}, "0*11"},
		{"its interface says an unknown word", here, expect, []leg{{10, "offline", 0, 0, "wg0 odd"}}, "0*11"},
		{"up for 5 minutes since it was first seen", here, none, []leg{{10, "offline", 0, 0, ""}}, "0*5 1*6"},
		{"up for 5 minutes since a failover", here, none, []leg{{10, "offline", 0, 0, "wg0 down"}, {20, "offline", 0, 0, ""}}, "0*15 1*6"},
		{"up for 5 minutes since a restart between two polls", here, none, []leg{{20, "online", 700, 500, ""}, {30, "offline reset", 0, 0, ""}}, "0*25 1*6"},
		{"a restart that only a handshake tells of", here, none, []leg{{20, "online", 0, 0, ""}, {30, "offline", 0, 0, ""}}, "0*25 1*6"},
		{"a restart that only the counters tell of", here, none, []leg{{20, "offline", 0, 5984, ""}, {30, "offline reset", 0, 5984, ""}}, "0*5 1*15 0*5 1*6"},
		{"a restart while it is down: 5 minutes more", here, none, []leg{{20, "stale", 0, 5984, ""}, {30, "offline reset", 0, 5984, ""}}, "0*6 1*14 0*5 1*6"},

		// Why it should be there.
		{"keepalive here, never shook hands", here, none, []leg{{7, "offline", 0, 5984, ""}}, "0*5 1*3"},
		{"keepalive here, gone", here, none, []leg{{10, "online", 712, 536, ""}, {20, "stale", 0, 5984, ""}}, "0*14 1*7"},
		{"keepalive there only, gone: it was online for 10 minutes only, and nobody calls", quiet, none, []leg{{10, "online", 744, 184, ""}, {30, "stale", 0, 0, ""}}, "0*31"},
		{"keepalive there only, gone after an hour", quiet, none, []leg{{60, "online", 744, 184, ""}, {70, "stale", 0, 0, ""}}, "0*64 1*7"},
		{"an hour to the minute", quiet, none, []leg{{56, "online", 744, 184, ""}, {70, "stale", 0, 0, ""}}, "0*60 1*11"},
		{"a minute less than an hour is not steady", quiet, none, []leg{{55, "online", 744, 184, ""}, {70, "stale", 0, 0, ""}}, "0*71"},
		{"an hour with a gap is not steady", quiet, none, []leg{{40, "online", 744, 184, ""}, {46, "stale", 0, 0, ""}, {80, "online", 744, 184, ""}, {99, "stale", 0, 0, ""}}, "0*100"},
		{"an hour in which its interface was missing is not steady", quiet, none, []leg{{10, "online", 744, 184, ""}, {50, "online", 0, 0, "-"}, {80, "online", 744, 184, ""}, {99, "stale", 0, 0, ""}}, "0*10 ?*40 0*50"},
		{"steady, its interface restarts, and it does not return", quiet, none, []leg{{61, "online", 744, 184, ""}, {62, "online", 0, 0, "-"}, {70, "offline reset", 0, 0, ""}}, "0*61 ?*1 0*5 1*4"},
		{"steady, and back after an outage", quiet, none, []leg{{60, "online", 744, 184, ""}, {70, "stale", 0, 0, ""}, {80, "online", 744, 184, ""}, {90, "stale", 0, 0, ""}}, "0*64 1*6 0*21"},
		{"somebody calls and nothing comes back", quiet, none, []leg{{10, "online", 1000, 1000, ""}, {20, "stale", 0, 148, ""}}, "0*15 1*6"},
		{"a byte less is no call", quiet, none, []leg{{10, "online", 1000, 1000, ""}, {30, "stale", 0, 147, ""}}, "0*31"},
		{"something comes back", quiet, none, []leg{{10, "online", 1000, 1000, ""}, {30, "stale", 5, 5984, ""}}, "0*31"},
		{"calls, but counters cannot be read", quiet, none, []leg{{10, "online", 1000, 1000, ""}, {30, "stale uncounted", 0, 5984, ""}}, "0*31"},
		{"calls from the start: known after 5 minutes", quiet, none, []leg{{8, "offline", 0, 12828, ""}}, "0*5 1*4"},
		{"idle and healthy, for a day", quiet, none, []leg{{20, "online", 900, 900, ""}, {1440, "stale", 0, 0, ""}}, "0*1441"},
		{"expected", quiet, expect, []leg{{10, "online", 0, 0, ""}, {20, "stale", 0, 0, ""}}, "0*14 1*7"},
		{"expected though a single device", roadWarrior, expect, []leg{{10, "online", 0, 0, ""}, {20, "stale", 0, 0, ""}}, "0*14 1*7"},
		{"300 s is not over 300 s", quiet, expect, []leg{{10, "online", 0, 0, ""}, {13, "stale", 0, 0, ""}, {20, "online", 0, 0, ""}}, "0*21"},
		{"ignored", here, Policy{IgnorePeers: []string{"branch"}, ExpectPeers: []string{"k"}}, []leg{{20, "offline", 0, 5984, ""}}, "0*21"},
		{"a phone asleep, its keepalive set, steady all day", phone, none, []leg{{120, "online", 744, 536, ""}, {200, "stale", 0, 5984, ""}}, "0*201"},
		{"a phone that was never there", phone, none, []leg{{60, "offline", 0, 5984, ""}}, "0*61"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := drive(1, tt.row, tt.policy, tt.legs...)
			if summary(got) != tt.want {
				t.Errorf("\n got %s\nwant %s", summary(got), tt.want)
			}
		})
	}
}
