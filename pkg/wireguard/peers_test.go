package wireguard

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// shook is a handshake so many seconds before the poll, by an exact clock.
func shook(ago int64) int64 { return start.Unix() - ago }

func TestPeerStatus(t *testing.T) {
	const (
		online  = "handshake within 5 minutes"
		stale   = "no handshake for over 5 minutes"
		offline = "never shook hands"
		word    = "OPNsense sent a status word that this version does not know"
		unread  = "neither its status nor its last handshake could be read"
	)
	tests := []struct {
		name      string
		sent      PeerStatus
		handshake int64
		skew      time.Duration
		status    PeerStatus
		reason    string
		age       time.Duration // -1: never
	}{
		{"unknown word", PeerUnknown, shook(5), 0, PeerUnknown, word, 5 * time.Second},
		{"nothing could be read: that is not never", PeerNotKnown, -1, 0, PeerUnknown, unread, -1},
		{"unknown word and handshake", PeerUnknown, -1, 0, PeerUnknown, unread, -1},
		{"a handshake that could not be read, a word that could", PeerOnline, -1, 0, PeerOnline, online, -1},
		{"in the year 9999", PeerNotKnown, 253402300799, 0, PeerOnline, online, 0},

		{"as OPNsense says, online", PeerOnline, shook(10), 0, PeerOnline, online, 10 * time.Second},
		{"as OPNsense says, though older by our clock", PeerOnline, shook(400), 0, PeerOnline, online, 400 * time.Second},
		{"as OPNsense says, stale", PeerStale, shook(301), 0, PeerStale, stale, 301 * time.Second},
		{"as OPNsense says, offline", PeerOffline, 0, 0, PeerOffline, offline, -1},

		{"before 25.1.2, never", PeerNotKnown, 0, 0, PeerOffline, offline, -1},
		{"before 25.1.2, just now", PeerNotKnown, shook(0), 0, PeerOnline, online, 0},
		{"before 25.1.2, 300 s", PeerNotKnown, shook(300), 0, PeerOnline, online, 300 * time.Second},
		{"before 25.1.2, 301 s", PeerNotKnown, shook(301), 0, PeerStale, stale, 301 * time.Second},
		{"before 25.1.2, in the future", PeerNotKnown, shook(-60), 0, PeerOnline, online, 0},
		{"before 25.1.2, 1970", PeerNotKnown, 1, 0, PeerStale, stale, start.Sub(time.Unix(1, 0))},
		{"a clock an hour ahead", PeerNotKnown, shook(-3600 + 10), time.Hour, PeerOnline, online, 10 * time.Second},
		{"a clock an hour ahead, stale", PeerNotKnown, shook(-3600 + 301), time.Hour, PeerStale, stale, 301 * time.Second},
		{"a clock an hour behind", PeerNotKnown, shook(3600 + 10), -time.Hour, PeerOnline, online, 10 * time.Second},
		{"a wrong clock makes no handshake of none", PeerNotKnown, 0, time.Hour, PeerOffline, offline, -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			row := PeerReport{Device: "wg0", PublicKey: "k", Status: tt.sent, LatestHandshake: tt.handshake}
			p := Join(nil, Report{At: start, ClockSkew: tt.skew, Peers: []PeerReport{row}}, Readings{}, Policy{}).Peers[0]
			age, ever := p.HandshakeAge(start)
			if !ever {
				age = -1
			}
			if p.Status != tt.status || p.LastKnown() != tt.status || p.Reason != tt.reason || age != tt.age {
				t.Errorf("got %s (%s), age %s; want %s (%s), age %s", p.Status, p.Reason, age, tt.status, tt.reason, tt.age)
			}
		})
	}
}

func TestClockSkewDoesNotTremble(t *testing.T) {
	var prev *Snapshot
	for _, poll := range []struct{ read, want time.Duration }{
		{time.Minute, time.Minute},
		{time.Minute + 2*time.Second, time.Minute}, // within the grain of the clock
		{time.Minute - 2*time.Second, time.Minute},
		{time.Minute + 3*time.Second, time.Minute + 3*time.Second}, // it was set
		{0, 0}, // right again, or not known
		{-time.Hour, -time.Hour},
	} {
		r := Report{At: start, ClockSkew: poll.read, Peers: []PeerReport{{Device: "wg0", PublicKey: "k", LatestHandshake: start.Unix()}}}
		prev = Join(prev, r, Readings{}, Policy{})
		if got := start.Sub(prev.Peers[0].LatestHandshake); got != poll.want {
			t.Errorf("read %s: handshake moved by %s, want %s", poll.read, got, poll.want)
		}
	}
}

// TestPeers runs polls a minute apart and tells every peer as
// "device name status since", since in minutes.
func TestPeers(t *testing.T) {
	peer := func(device, key string, s PeerStatus, handshake int64) PeerReport {
		return PeerReport{Device: device, Name: "name of " + key, PublicKey: key, Status: s, LatestHandshake: handshake}
	}
	type step struct {
		interfaces string
		peers      []PeerReport
		want       []string
	}
	tests := []struct {
		name  string
		steps []step
	}{
		{"rows without identity stay apart and are not remembered", []step{
			{"wg0 up", []PeerReport{peer("", "k", PeerOnline, 0), peer("wg0", "", PeerOnline, 0), peer("wg0", "", PeerOnline, 0)}, []string{
				" name of k online 0", "wg0 name of  online 0", "wg0 name of  online 0",
			}},
			{"wg0 (none)", nil, nil},
		}},
		{"of a duplicate the later handshake counts", []step{
			{"wg0 up", []PeerReport{peer("wg0", "k", PeerStale, shook(500)), peer("wg0", "k", PeerOnline, shook(5))}, []string{"wg0 name of k online 0"}},
			{"wg0 up", []PeerReport{peer("wg0", "k", PeerOnline, shook(5)), peer("wg0", "k", PeerOffline, 0)}, []string{"wg0 name of k online 0"}},
		}},
		{"the same key on two interfaces is two peers", []step{
			{"wg0 up, wg1 up", []PeerReport{peer("wg1", "k", PeerOnline, 0), peer("wg0", "k", PeerOffline, 0)}, []string{
				"wg0 name of k offline 0", "wg1 name of k online 0",
			}},
		}},
		{"a peer of an interface that runs is gone when it is gone", []step{
			{"wg0 up", []PeerReport{peer("wg0", "a", PeerOnline, 0), peer("wg0", "b", PeerOnline, 0)}, []string{"wg0 name of a online 0", "wg0 name of b online 0"}},
			{"wg0 down", []PeerReport{peer("wg0", "b", PeerOnline, 0)}, []string{"wg0 name of b online 0"}},
			{"wg0 odd", nil, nil},
		}},
		{"peers of a missing interface are not known, and no change is none", []step{
			{"wg0 up", []PeerReport{peer("wg0", "a", PeerOnline, 0), peer("wg0", "b", PeerOffline, 0)}, []string{"wg0 name of a online 0", "wg0 name of b offline 0"}},
			{"", nil, []string{"wg0 name of a not known 0", "wg0 name of b not known 0"}},
			{"wg0 (none)", nil, []string{"wg0 name of a not known 0", "wg0 name of b not known 0"}},
			{"wg0 up", []PeerReport{peer("wg0", "a", PeerOffline, 0), peer("wg0", "b", PeerOffline, 0)}, []string{"wg0 name of a offline 3", "wg0 name of b offline 0"}},
		}},
		{"since is when it changed; for stale, 5 minutes after the handshake", []step{
			{"wg0 up", []PeerReport{peer("wg0", "k", PeerOnline, shook(240))}, []string{"wg0 name of k online 0"}},
			{"wg0 up", []PeerReport{peer("wg0", "k", PeerOnline, shook(240))}, []string{"wg0 name of k online 0"}},
			{"wg0 up", []PeerReport{peer("wg0", "k", PeerStale, shook(240))}, []string{"wg0 name of k stale 1"}},
			{"", nil, []string{"wg0 name of k not known 1"}},
			{"wg0 up", []PeerReport{peer("wg0", "k", PeerStale, -1)}, []string{"wg0 name of k stale 1"}},
			{"wg0 up", []PeerReport{peer("wg0", "k", PeerOnline, shook(-300))}, []string{"wg0 name of k online 5"}},
		}},
		{"peers without their interface's row", []step{
			{"", []PeerReport{peer("wg0", "k", PeerOnline, 0)}, []string{"wg0 name of k online 0"}},
			{"", nil, nil},
		}},
		{"by device, name and key", []step{
			{"", []PeerReport{peer("wg10", "a", PeerOnline, 0), peer("wg2", "b", PeerOnline, 0), peer("wg2", "a", PeerOnline, 0)}, []string{
				"wg2 name of a online 0", "wg2 name of b online 0", "wg10 name of a online 0",
			}},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var prev *Snapshot
			for k, s := range tt.steps {
				prev = Join(prev, Report{At: minute(float64(k)), Interfaces: interfaces(s.interfaces), Peers: s.peers}, Readings{}, Policy{ForgetAfter: time.Hour})
				var got []string
				for _, p := range prev.Peers {
					got = append(got, fmt.Sprintf("%s %s %s %g", p.Device, p.Name, p.Status, p.Since.Sub(start).Minutes()))
				}
				if diff := cmp.Diff(s.want, got); diff != "" {
					t.Fatalf("at %d minutes (-want +got):\n%s", k, diff)
				}
			}
		})
	}
}

func TestPeersOfMissingInterfaceAreKeptAsLastKnown(t *testing.T) {
	row := PeerReport{Device: "wg0", PublicKey: "k", Endpoint: "192.0.2.1:51820", AllowedIPs: "10.0.0.0/8", Keepalive: 25, Status: PeerOnline, LatestHandshake: shook(1), RxBytes: 7, TxBytes: 8}
	first := Join(nil, Report{At: start, Interfaces: interfaces("wg0 up"), Peers: []PeerReport{row}}, Readings{}, Policy{})
	policy := Policy{ForgetAfter: time.Hour, Expect: []Expectation{{Device: "wg0", Name: "site"}}}
	got := Join(first, Report{At: minute(1)}, Readings{}, policy).Peers[0]

	want := first.Peers[0]
	want.InterfaceName, want.InterfaceUp = "site", false // as its interface's row has it now
	want.Status, want.Reason, want.RxBytes, want.TxBytes = PeerNotKnown, "its interface does not run", -1, -1
	want.SiteDown, want.NoReturnTraffic = FlagNotKnown, FlagNotKnown
	want.onlineSince = time.Time{} // whether it is online nobody sees
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Peer{}, traffic{}, mark{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.LastKnown() != PeerOnline {
		t.Errorf("last known as %s", got.LastKnown())
	}
	if s := Join(first, Report{At: minute(61)}, Readings{}, Policy{ForgetAfter: time.Hour}); len(s.Peers) != 0 {
		t.Error("peers outlived their forgotten interface")
	}
}

func TestInterfaceUpOfPeers(t *testing.T) {
	prev := Join(nil, Report{At: start, Interfaces: interfaces("wg0 up")}, Readings{}, Policy{})
	for status, up := range map[string]bool{"wg0 up": true, "wg0 down": false, "wg0 odd": false, "wg0 (none)": false, "": false} {
		// The virtual IPs were never read: "down" is not known to be down or standby, but is not up.
		s := Join(prev, Report{At: minute(1), Interfaces: interfaces(status), Peers: []PeerReport{{Device: "wg0", PublicKey: "k"}}}, Readings{}, Policy{ForgetAfter: time.Hour})
		if got := s.Peers[0].InterfaceUp; got != up {
			t.Errorf("%q: got %v", status, got)
		}
	}
}

func TestSums(t *testing.T) {
	rx := func(key string, n int64, s PeerStatus) PeerReport {
		return PeerReport{Device: "wg0", PublicKey: key, RxBytes: n, TxBytes: 1, Status: s, LatestHandshake: shook(1)}
	}
	type sums struct {
		Peers, Online int
		Rx, Tx        int64
	}
	tests := []struct {
		name, interfaces string
		peers            []PeerReport
		want             sums
	}{
		{"one counter is not known", "wg0 up", []PeerReport{rx("a", -1, PeerOnline), rx("b", 5, PeerOnline)}, sums{2, 2, -1, 2}},
		{"nor is the sum when it comes last", "wg0 up", []PeerReport{rx("a", 5, PeerOnline), rx("b", -1, PeerOnline)}, sums{2, 2, -1, 2}},
		{"more than fits", "wg0 up", []PeerReport{rx("a", math.MaxInt64, PeerOnline), rx("b", 1, PeerOnline)}, sums{2, 2, -1, 2}},
		{"without a key a peer counts too", "wg0 up", []PeerReport{rx("", 5, PeerOnline), rx("a", 5, PeerStale)}, sums{2, 1, 10, 2}},
		{"without a device it does not", "wg0 up, - up", []PeerReport{{PublicKey: "a", RxBytes: 5}}, sums{}},
		{"only those online", "wg0 down", []PeerReport{rx("a", 1, PeerOnline), rx("b", 1, PeerStale), rx("c", 1, PeerOffline), rx("d", 1, PeerUnknown)}, sums{4, 1, 4, 4}},
		{"created but not configured", "wg0 (none)", []PeerReport{rx("a", 1, PeerOnline)}, sums{1, -1, -1, -1}},
		{"no peers", "wg0 up", nil, sums{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := Join(nil, Report{At: start, Interfaces: interfaces(tt.interfaces), Peers: tt.peers}, Readings{}, Policy{})
			i := s.Interfaces[len(s.Interfaces)-1]
			if got := (sums{i.Peers, i.PeersOnline, i.RxBytes, i.TxBytes}); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}
