package history

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// A series that is not in a poll ends with it, as in a scrape.
func TestSeriesEnd(t *testing.T) {
	const (
		status = "peer_status"
		rx     = "received_bytes"
		shaken = "last_handshake"
	)
	name := func(b *box, name string) { b.peers[0].Name = name }
	tests := []struct {
		name  string
		polls []func(*box) // before each, every 30 s; nil: nothing happens
		words []string
		want  string
	}{
		{"nothing happens", []func(*box){nil, nil, nil}, []string{status}, "0:1 30:1 60:1"},
		{"a peer is removed and added again", []func(*box){nil, func(b *box) { b.peers = nil }, nil, func(b *box) { b.peers = small("", 1).peers }},
			[]string{status}, "0:1 30:end 90:1"},
		{"renamed: the old name", []func(*box){nil, func(b *box) { name(b, "new") }, nil}, []string{status, `"p0"`}, "0:1 30:end"},
		{"renamed: the new name", []func(*box){nil, func(b *box) { name(b, "new") }, nil}, []string{status, `"new"`}, "30:1 60:1"},
		{"renamed there and back", []func(*box){nil, func(b *box) { name(b, "new") }, func(b *box) { name(b, "p0") }, nil}, []string{status, `"p0"`}, "0:1 30:end 60:1 90:1"},
		{"a counter that is not known for one poll", []func(*box){nil, func(b *box) { b.peers[0].RxBytes = -1 }, func(b *box) { b.peers[0].RxBytes = 5 }},
			[]string{rx}, "0:1000 30:end 60:5"},
		{"and the status beside it", []func(*box){nil, func(b *box) { b.peers[0].RxBytes = -1 }, func(b *box) { b.peers[0].RxBytes = 5 }},
			[]string{status}, "0:1 30:1 60:1"},
		{"never shook hands: no series", []func(*box){func(b *box) { b.peers[0].Status, b.peers[0].LatestHandshake = wireguard.PeerOffline, 0 }, nil}, []string{shaken}, ""},
		{"a handshake that is forgotten", []func(*box){nil, func(b *box) { b.peers[0].Status, b.peers[0].LatestHandshake = wireguard.PeerOffline, 0 }},
			[]string{shaken}, "0:1.7723664e+09 30:end"},
		{"peers of an interface that is missing", []func(*box){nil, func(b *box) { b.faces, b.peers = nil, nil }, nil}, []string{status}, "0:1 30:end"},
		{"and the interface", []func(*box){nil, func(b *box) { b.faces, b.peers = nil, nil }, nil}, []string{"interfaces_status"}, "0:1 30:0 60:0"},
		{"not known whether down or standby", []func(*box){nil, func(b *box) { b.faces[0].Link = wireguard.LinkDown }, func(b *box) { b.faces[0].Link = wireguard.LinkUp }},
			[]string{"interfaces_status"}, "0:1 30:end 60:1"},
		{"a peer becomes a site: another series", []func(*box){nil, func(b *box) { b.peers[0].AllowedIPs = "10.0.0.0/8" }}, []string{status, `site="false"`}, "0:1 30:end"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, b := newStore(roomy), small("hq", 1)
			b.policy.ForgetAfter = time.Hour
			for n, happens := range tt.polls {
				if happens != nil {
					happens(b)
				}
				s.Record(b.answers(after(30 * float64(n))))
			}
			if got := line(t, s, b.ID(), tt.words...); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

// Series end in the first poll of a block as elsewhere.
func TestSeriesEndsAcrossBlocks(t *testing.T) {
	for _, last := range []int{118, 119, 120, 121} {
		s, b := newStore(roomy), small("hq", 1)
		for n := range 130 {
			if n == last {
				b.peers = nil
			}
			s.Record(b.answers(after(float64(n))))
		}
		for name, samples := range raw(t, s, b.ID()) {
			ends := slices.IndexFunc(samples, sample.ends)
			if name[:20] == `{__name__="opnsense_wireguard_peer`[:20] && len(samples) != last+1 && ends >= 0 || ends >= 0 && ends != last {
				t.Errorf("last %d: %s has %d samples and ends with number %d", last, name, len(samples), ends)
			}
		}
	}
}

func TestFirewallFailsOrIsNotAsked(t *testing.T) {
	minutes := func(n float64) time.Duration { return time.Duration(n * float64(time.Minute)) }
	tests := []struct {
		name     string
		steps    []step
		up, peer string
	}{
		{"never answered", []step{{0, every}, {30, every}}, "0:0 30:0", ""},
		{"fails: all but opnsense_up end at once", []step{{0, 0}, {30, every}, {60, every}, {90, 0}}, "0:1 30:0 60:0 90:1", "0:1 30:end 90:1"},
		{"left in peace: no gap", []step{{0, 0}, {30, minutes(1)}, {90, minutes(2)}, {210, minutes(4)}, {450, minutes(4)}, {690, minutes(4)}, {930, 0}},
			"0:1 30:0 90:0 210:0 450:0 690:0 930:1", "0:1 30:end 930:1"},
		{"nobody asks for 20 minutes: a gap", []step{{0, 0}, {30, 0}, {1230, 0}, {1260, 0}}, "0:1 30:1 60:end 1230:1 1260:1", "0:1 30:1 60:end 1230:1 1260:1"},
		{"and again: two gaps, though the first was longer", []step{{0, 0}, {1800, 0}, {2700, 0}, {2730, 0}},
			"0:1 30:end 1800:1 1830:end 2700:1 2730:1", "0:1 30:end 1800:1 1830:end 2700:1 2730:1"},
		{"nobody asks of one that is left in peace", []step{{0, minutes(4)}, {1200, minutes(4)}}, "0:0 240:end 1200:0", ""},
		{"a poll that takes long is no gap", []step{{0, 0}, {85, 0}, {170, 0}}, "0:1 85:1 170:1", "0:1 85:1 170:1"},
		{"just not a gap", []step{{0, 0}, {150, 0}}, "0:1 150:1", "0:1 150:1"},
		{"just a gap", []step{{0, 0}, {150.001, 0}}, "0:1 30:end 150.001:1", "0:1 30:end 150.001:1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, b := newStore(roomy), small("hq", 1)
			play(s, b, tt.steps)
			if got := line(t, s, b.ID(), "opnsense_up"); got != tt.up {
				t.Errorf("opnsense_up\n got %s\nwant %s", got, tt.up)
			}
			if got := line(t, s, b.ID(), "peer_status"); got != tt.peer {
				t.Errorf("peer_status\n got %s\nwant %s", got, tt.peer)
			}
		})
	}
}

// What is seen in a graph: opnsense_up without a gap while a firewall is left in
// peace, and a gap where nobody asked.
func TestGaps(t *testing.T) {
	s, b := newStore(roomy), small("hq", 1)
	steps := at(0, 30)
	for _, seconds := range []float64{60, 300, 540, 780} {
		steps = append(steps, step{seconds, 4 * time.Minute})
	}
	play(s, b, append(append(steps, at(1020)...), at(3000, 3030)...))
	engine := NewEngine()
	up := func(expr string) string {
		t.Helper()
		series, _, err := engine.Range(context.Background(), Scope{Store: s, IDs: []ID{b.ID()}}, expr, Range{start, after(3030), 30 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		out := slices.Repeat([]byte("-"), 102)
		for _, p := range series[0].Points {
			out[(p.T-start.UnixMilli())/30_000] = '0' + byte(p.V)
		}
		return string(out)
	}
	gap := string(slices.Repeat([]byte("-"), 65))
	if got, want := up("opnsense_up"), "11"+"00000000"+"00000000"+"00000000"+"00000000"+"1"+gap+"11"; got != want {
		t.Errorf("opnsense_up\n got %s\nwant %s", got, want)
	}
	if got, want := up("opnsense_wireguard_interfaces_status"), "11"+"--------"+"--------"+"--------"+"--------"+"1"+gap+"11"; got != want {
		t.Errorf("status\n got %s\nwant %s", got, want)
	}
}
