package wireguard

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// scene is one poll of a script of changes, a minute after the one before.
type scene struct {
	interfaces string // as in interfaces
	peers      string // "wg0 alice online, wg0 bob stale": device, name, status; a key is "key of" the name
	read       string // as in Readings.then
	want       string // "kind: title; text | …"
}

// peerRows makes rows of "device name status [net]"; with "net" it is a site.
func peerRows(text string, now time.Time) []PeerReport {
	var rows []PeerReport
	for part := range strings.SplitSeq(text, ", ") {
		words := append(strings.Fields(part), "", "", "", "")
		if words[0] == "" {
			continue
		}
		row := PeerReport{Device: strings.Trim(words[0], "-"), Name: words[1], PublicKey: "key of " + words[1], Keepalive: 25}
		if key, renamed := strings.CutPrefix(words[3], "was-"); renamed {
			row.PublicKey = "key of " + key
		}
		if words[3] == "net" {
			row.AllowedIPs = "10.9.0.0/16"
		}
		switch words[2] {
		case "online":
			row.Status, row.LatestHandshake = PeerOnline, now.Unix()-10
		case "stale":
			row.Status, row.LatestHandshake = PeerStale, now.Unix()-400
		case "offline":
			row.Status = PeerOffline
		case "odd":
			row.Status, row.LatestHandshake = PeerUnknown, -1
		}
		rows = append(rows, row)
	}
	return rows
}

func changed(changes []Change) string {
	var out []string
	for i := range changes {
		c := &changes[i]
		out = append(out, fmt.Sprintf("%s: %s; %s", c.Kind, c.Title("hq"), c.Text("hq")))
	}
	return strings.Join(out, " | ")
}

func TestChanges(t *testing.T) {
	const unread = "fail"                   // the virtual IPs
	long := func(scenes ...scene) []scene { // an interface is up for 5 minutes before sites are judged
		first := scenes[0]
		return append(slices.Repeat([]scene{{first.interfaces, first.peers, first.read, ""}}, 5), scenes...)
	}
	tests := []struct {
		name   string
		scenes []scene
	}{
		// What is not known, or no change.
		{"nothing at first sight", []scene{{"wg0 down a, wg1 (none)", "wg0 bob stale", "empty", ""}}},
		{"rows without identity", []scene{
			{"- up a", "- bob online", "", ""},
			{"- down a, - up b", "- bob stale, - eve online", "empty", ""},
		}},
		{"not known in between", []scene{
			{"wg0 up a", "wg0 bob online", "", ""},
			{"wg0 down a", "wg0 bob online", unread, ""},
			{"wg0 up a", "wg0 bob online", "", ""},
		}},
		{"not known, and then another", []scene{
			{"wg0 up a", "", "", ""},
			{"wg0 down a", "", unread, ""},
			{"wg0 down a", "", "empty", "interface: a (wg0) is down; on hq; was up; reported down"},
		}},
		{"not known from the start, then known", []scene{
			{"wg0 down a", "", unread, ""},
			{"wg0 down a", "", "empty", ""},
		}},
		{"peers of an interface that is missing", []scene{
			{"wg0 up a, wg1 up b", "wg0 bob online", "", ""},
			{"wg1 up b", "", "", "interface: a (wg0) is down; on hq; was up; missing: reported before, now not"},
			{"wg0 up a, wg1 up b", "wg0 bob online", "", "interface: a (wg0) is up; on hq; was down; reported up"},
		}},
		{"a peer that is renamed is the same peer", []scene{
			{"wg0 up a", "wg0 bob online", "", ""},
			{"wg0 up a", "wg0 robert online was-bob", "", ""},
		}},
		{"the order of rows is nothing", []scene{
			{"wg0 up a, wg1 up b", "wg0 bob online, wg1 eve online", "", ""},
			{"wg1 up b, wg0 up a", "wg1 eve online, wg0 bob online", "", ""},
		}},
		{"a ghost that leaves after 10 minutes", append([]scene{
			{"wg0 up a, wg1 up x", "", "", ""},
			{"wg0 up b, wg1 up x", "", "", "interface: a (wg0) is disabled; on hq; was up; renamed to b"},
		}, slices.Repeat([]scene{{"wg0 up b, wg1 up x", "", "", ""}}, 12)...)},

		// Interfaces.
		{"up, down, up", []scene{
			{"wg0 up a", "", "", ""},
			{"wg0 down a", "", "empty", "interface: a (wg0) is down; on hq; was up; reported down"},
			{"wg0 down a", "", "", ""},
			{"wg0 up a", "", "", "interface: a (wg0) is up; on hq; was down; reported up"},
		}},
		{"standby by CARP", []scene{
			{"wg0 up a", "", "1 MASTER", ""},
			{"wg0 down a", "", "1 BACKUP", "interface: a (wg0) is standby; on hq; was up; CARP vhid 1 is BACKUP here"},
		}},
		{"an unknown word, without a name", []scene{
			{"wg0 up", "", "", ""},
			{"wg0 odd", "", "", `interface: wg0 is unknown; on hq; was up; OPNsense says "odd"`},
		}},
		{"named at last: no other interface", []scene{
			{"wg0 up", "", "", ""},
			{"wg0 up a", "", "", ""},
		}},
		{"renamed while its status changes", []scene{
			{"wg0 up a", "", "", ""},
			{"wg0 down b", "", "empty", "interface: b (wg0) is down; on hq; was up; reported down | interface: a (wg0) is disabled; on hq; was up; renamed to b"},
			{"wg0 down b", "", "", ""},
		}},
		{"renamed there and back", []scene{
			{"wg0 up a", "", "", ""},
			{"wg0 up b", "", "", "interface: a (wg0) is disabled; on hq; was up; renamed to b"},
			{"wg0 up a", "", "", "interface: b (wg0) is disabled; on hq; was up; renamed to a"},
		}},
		{"moved", []scene{
			{"wg0 up a key=k", "", "", ""},
			{"wg5 up a key=k", "", "", "interface: a (wg0) is disabled; on hq; was up; moved to wg5 | interface: a (wg5) is up; on hq; new; reported up"},
			{"wg5 up a key=k", "", "", ""},
		}},
		{"new, and of a name that another has", []scene{
			{"wg0 up a", "", "", ""},
			{"wg0 up a, wg1 down a", "", "empty", "interface: a (wg1) is down; on hq; new; reported down"},
		}},
		{"removed, and there again", []scene{
			{"wg0 up a, wg1 up b", "", "configuration wg0 on a, wg1 on b", ""},
			{"wg1 up b", "", "configuration wg1 on b", "interface: a (wg0) is disabled; on hq; was up; removed from the configuration"},
			{"wg1 up b", "", "configuration wg1 on b", ""},
			{"wg0 up a, wg1 up b", "", "configuration wg0 on a, wg1 on b", "interface: a (wg0) is up; on hq; new; reported up"},
		}},
		{"switched off", []scene{
			{"wg0 up a, wg1 up b", "", "configuration wg0 on a, wg1 on b", ""},
			{"wg1 up b", "", "configuration wg0 off a, wg1 on b", "interface: a (wg0) is disabled; on hq; was up; switched off in the configuration"},
			{"wg1 up b", "", "configuration wg1 on b", ""}, // removed when it was off already
		}},
		{"known by its name, then seen", []scene{
			{"wg0 up a", "", "services a, b", ""},
			{"wg0 up a, wg1 up b", "", "services a, b", "interface: b is disabled; on hq; was down; runs as wg1 | interface: b (wg1) is up; on hq; new; reported up"},
		}},
		{"missing for longer than it is remembered", append(append([]scene{
			{"wg0 up a, wg1 up b", "", "", ""},
			{"wg1 up b", "", "", "interface: a (wg0) is down; on hq; was up; missing: reported before, now not"},
		}, slices.Repeat([]scene{{"wg1 up b", "", "", ""}}, 59)...),
			scene{"wg1 up b", "", "", "interface: a (wg0) is gone; on hq; was down; missing for so long that it is forgotten"},
			scene{"wg1 up b", "", "", ""},
		)},

		// Peers.
		{"online, stale, online", []scene{
			{"wg0 up a", "wg0 bob online", "", ""},
			{"wg0 up a", "wg0 bob stale", "", "peer: Peer bob is stale; on hq, a (wg0); was online; no handshake for over 5 minutes"},
			{"wg0 up a", "wg0 bob stale", "", ""},
			{"wg0 up a", "wg0 bob online", "", "peer: Peer bob is online; on hq, a (wg0); was stale; handshake within 5 minutes"},
		}},
		{"not readable", []scene{
			{"wg0 up a", "wg0 bob offline", "", ""},
			{"wg0 up a", "wg0 bob odd", "", "peer: Peer bob is unknown; on hq, a (wg0); was offline; neither its status nor its last handshake could be read"},
		}},
		{"another while its interface was missing", []scene{
			{"wg0 up a, wg1 up b", "wg0 bob online", "", ""},
			{"wg1 up b", "", "", "interface: a (wg0) is down; on hq; was up; missing: reported before, now not"},
			{"wg0 up a, wg1 up b", "wg0 bob offline", "", "interface: a (wg0) is up; on hq; was down; reported up | peer: Peer bob is offline; on hq, a (wg0); was online; never shook hands"},
		}},
		{"new and gone", []scene{
			{"wg0 up a", "wg0 bob online", "", ""},
			{"wg0 up a", "wg0 bob online, wg0 eve offline", "", "peer: Peer eve is offline; on hq, a (wg0); new; never shook hands"},
			{"wg0 up a", "wg0 eve offline", "", "peer: Peer bob is gone; on hq, a (wg0); was online; no longer configured on this interface"},
			{"wg0 up a", "wg0 eve offline", "", ""},
		}},
		{"one gone, one new", []scene{
			{"wg0 up a", "wg0 bob online", "", ""},
			{"wg0 up a", "wg0 eve online", "", "peer: Peer eve is online; on hq, a (wg0); new; handshake within 5 minutes | peer: Peer bob is gone; on hq, a (wg0); was online; no longer configured on this interface"},
		}},
		{"the same key on two interfaces", []scene{
			{"wg0 up a, wg1 up b", "wg0 bob online, wg1 bob online", "", ""},
			{"wg0 up a, wg1 up b", "wg0 bob online, wg1 bob stale", "", "peer: Peer bob is stale; on hq, b (wg1); was online; no handshake for over 5 minutes"},
		}},

		// Sites.
		{"a site is down and back", long(
			scene{"wg0 up a", "wg0 branch online net", "", ""},
			scene{"wg0 up a", "wg0 branch stale net", "", "peer: Peer branch is stale; on hq, a (wg0); was online; no handshake for over 5 minutes" +
				" | site: Site branch is down; on hq, a (wg0); was reachable; no handshake for over 5 minutes"},
			scene{"wg0 up a", "wg0 branch stale net", "", ""},
			scene{"wg0 up a", "wg0 branch online net", "", "peer: Peer branch is online; on hq, a (wg0); was stale; handshake within 5 minutes" +
				" | site: Site branch is reachable; on hq, a (wg0); was down; handshake within 5 minutes"},
		)},
		{"a site, not known in between", long(
			scene{"wg0 up a, wg1 up b", "wg0 branch stale net", "", "site: Site branch is down; on hq, a (wg0); was reachable; no handshake for over 5 minutes"},
			scene{"wg1 up b", "", "", "interface: a (wg0) is down; on hq; was up; missing: reported before, now not"},
			scene{"wg1 up b", "", "", ""},
			scene{"wg0 up a, wg1 up b", "wg0 branch online net", "", "interface: a (wg0) is up; on hq; was down; reported up" +
				" | peer: Peer branch is online; on hq, a (wg0); was stale; handshake within 5 minutes" +
				" | site: Site branch is reachable; on hq, a (wg0); was down; handshake within 5 minutes"},
		)},
		{"a site that is down does not return when its interface falls", long(
			scene{"wg0 up a", "wg0 branch stale net", "", "site: Site branch is down; on hq, a (wg0); was reachable; no handshake for over 5 minutes"},
			scene{"wg0 down a", "wg0 branch stale net", "empty", "interface: a (wg0) is down; on hq; was up; reported down"},
			scene{"wg0 up a", "wg0 branch stale net", "", "interface: a (wg0) is up; on hq; was down; reported up"},
			scene{"wg0 up a", "wg0 branch online net", "", "peer: Peer branch is online; on hq, a (wg0); was stale; handshake within 5 minutes" +
				" | site: Site branch is reachable; on hq, a (wg0); was down; handshake within 5 minutes"},
		)},
		{"a phone is no site", long(
			scene{"wg0 up a", "wg0 phone online", "", ""},
			scene{"wg0 up a", "wg0 phone stale", "", "peer: Peer phone is stale; on hq, a (wg0); was online; no handshake for over 5 minutes"},
		)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var prev *Snapshot
			var read Readings
			for k, sc := range tt.scenes {
				now := minute(float64(k))
				read = read.then(sc.read, now)
				s := Join(prev, Report{At: now, Interfaces: interfaces(sc.interfaces), Peers: peerRows(sc.peers, now)}, read, Policy{ForgetAfter: time.Hour})
				got := changed(Changes(prev, s))
				if diff := cmp.Diff(strings.Split(sc.want, " | "), strings.Split(got, " | ")); diff != "" {
					t.Fatalf("at %d minutes (-want +got):\n%s", k, diff)
				}
				if again := Changes(s, s); again != nil {
					t.Fatalf("at %d minutes: from a snapshot to itself %+v", k, again)
				}
				prev = s
			}
		})
	}
}

// Before the first answer there is nothing to compare with, even where the
// settings name interfaces.
func TestChangesAfterNothing(t *testing.T) {
	policy := Policy{Expect: []Expectation{{Device: "wg0", Name: "a"}}}
	s := Join(Unseen(policy), Report{At: start, Interfaces: interfaces("wg1 up b")}, Readings{}, policy)
	for name, before := range map[string]*Snapshot{"nil": nil, "empty": {}, "unseen": Unseen(policy)} {
		if got := Changes(before, s); got != nil {
			t.Errorf("after %s: %+v", name, got)
		}
	}
}

func TestForgottenIsAChange(t *testing.T) {
	policy := Policy{ForgetAfter: time.Hour}
	up := Join(nil, Report{At: start, Interfaces: interfaces("wg0 up a, wg1 up b")}, Readings{}, policy)
	down := Join(up, Report{At: minute(1), Interfaces: interfaces("wg1 up b")}, Readings{}, policy)
	forgotten, err := down.Forget("wg0", "a", policy, minute(1.5))
	if err != nil {
		t.Fatal(err)
	}
	next := Join(forgotten, Report{At: minute(2), Interfaces: interfaces("wg1 up b")}, Readings{}, policy)
	const want = "interface: a (wg0) is disabled; on hq; was down; forgotten by a user"
	if got := changed(Changes(down, next)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := Changes(forgotten, next); got != nil {
		t.Errorf("told twice: %+v", got)
	}
}

func TestTitleAndText(t *testing.T) {
	tests := []struct {
		change      Change
		title, text string
		trouble     bool
	}{
		{Change{}, "hq is gone", "on hq; new", false},
		{Change{Kind: KindFirewall, From: StateAnswers, To: StateUnreachable, Reason: "refused"}, "hq is unreachable", "was up; refused", true},
		{Change{Kind: KindFirewall, From: StateUnreachable, To: StateAnswers, Reason: "answers again"}, "hq is up", "was unreachable; answers again", false},
		{Change{Kind: KindInterface, Interface: "a", From: "up", To: "down"}, "a is down", "on hq; was up", true},
		{Change{Kind: KindInterface, Device: "wg0", From: "up", To: "unknown"}, "wg0 is unknown", "on hq; was up", true},
		{Change{Kind: KindInterface, Device: "wg0", Interface: "a", From: "down", To: "standby"}, "a (wg0) is standby", "on hq; was down", false},
		{Change{Kind: KindInterface, Device: "wg0", Interface: "a", From: "down", To: "disabled"}, "a (wg0) is disabled", "on hq; was down", false},
		{Change{Kind: KindPeer, Device: "wg0", PublicKey: "k", From: "online", To: ""}, "Peer k is gone", "on hq, wg0; was online", false},
		{Change{Kind: KindPeer, Device: "wg0", Peer: "bob", PublicKey: "k", From: "online", To: "offline"}, "Peer bob is offline", "on hq, wg0; was online", true},
		{Change{Kind: KindPeer, Device: "wg0", Peer: "bob", From: "", To: "stale"}, "Peer bob is stale", "on hq, wg0; new", true},
		{Change{Kind: KindSite, Device: "wg0", Interface: "a", Peer: "branch", From: StateSiteUp, To: StateSiteDown}, "Site branch is down", "on hq, a (wg0); was reachable", true},
		{Change{Kind: KindSite, Device: "wg0", Interface: "a", Peer: "branch", From: StateSiteDown, To: StateSiteUp}, "Site branch is reachable", "on hq, a (wg0); was down", false},
	}
	for _, tt := range tests {
		if title, text := tt.change.Title("hq"), tt.change.Text("hq"); title != tt.title || text != tt.text || tt.change.Trouble() != tt.trouble {
			t.Errorf("%+v:\n got %q, %q, %v\nwant %q, %q, %v", tt.change, title, text, tt.change.Trouble(), tt.title, tt.text, tt.trouble)
		}
	}
}
