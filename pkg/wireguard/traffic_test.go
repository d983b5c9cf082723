package wireguard

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// The byte counts are those that were measured on real tunnels, in 300 s.
func TestNoReturnTraffic(t *testing.T) {
	var (
		busy     = leg{0, "online", 100_000, 50_000, ""}
		idleBoth = leg{0, "online", 712, 536, ""}
		idleFar  = leg{0, "online", 744, 184, ""}
		idle     = leg{0, "stale", 0, 0, ""}
		dead     = leg{0, "stale", 0, 5_984, ""}
		pinged   = leg{0, "stale", 0, 12_828, ""}
		oneWay   = leg{0, "online", 1_112, 83_320, ""}
	)
	const never, told = false, true
	type stretch struct {
		leg
		minutes float64
	}
	tests := []struct {
		name  string
		legs  []stretch
		want  bool // told at the end
		early bool // told at any poll before that
	}{
		{"healthy and busy", []stretch{{busy, 120}}, never, never},
		{"idle after it was busy, keepalive on both sides", []stretch{{busy, 120}, {idleBoth, 30}}, never, never},
		{"idle after it was busy, keepalive on the far side", []stretch{{busy, 120}, {idleFar, 30}}, never, never},
		{"idle after it was busy, no keepalive", []stretch{{busy, 120}, {idle, 30}}, never, never},
		{"dead after it was busy", []stretch{{busy, 120}, {dead, 30}}, never, never},
		{"dead while the LAN pings: no handshake, that is another flag", []stretch{{busy, 120}, {pinged, 30}}, never, never},
		{"nothing but handshakes comes back", []stretch{{busy, 120}, {oneWay, 12}}, told, told},
		{"for hours: it is told as long as it lasts", []stretch{{busy, 120}, {oneWay, 600}}, told, told},
		{"and no longer", []stretch{{busy, 120}, {oneWay, 60}, {busy, 12}}, never, told},
		{"again, after an hour", []stretch{{busy, 120}, {oneWay, 60}, {busy, 60}, {oneWay, 12}}, told, told},
		{"after what is too short for a habit", []stretch{{busy, 48}, {oneWay, 60}}, never, never},
		{"after what makes a habit", []stretch{{busy, 76}, {oneWay, 12}}, told, told},
		{"a one-way stream that always was one", []stretch{{oneWay, 600}}, never, never},
		{"a one-way stream, once answered for a while", []stretch{{oneWay, 300}, {busy, 120}, {oneWay, 60}}, never, never},
		{"a little is sent and nothing returns", []stretch{{busy, 120}, {leg{0, "online", 1_112, 9_000, ""}, 30}}, never, never},
		{"a little more than handshakes returns", []stretch{{busy, 120}, {leg{0, "online", 3_500, 83_320, ""}, 30}}, never, never},
		{"idle in between changes no habit", []stretch{{busy, 120}, {idleFar, 600}, {oneWay, 12}}, told, told},
	}
	for _, tt := range tests {
		for name, every := range map[string]float64{"10 s": 1. / 6, "31.5 s": 31.5 / 60, "2 min": 2} {
			t.Run(tt.name+", every "+name, func(t *testing.T) {
				var legs []leg
				var at float64
				for _, s := range tt.legs {
					at += s.minutes
					s.until = at
					legs = append(legs, s.leg)
				}
				_, marks := drive(every, PeerReport{AllowedIPs: "10.9.0.0/16"}, Policy{}, legs...)
				last := strings.TrimRight(marks, "?")
				if got := strings.HasSuffix(last, "1"); got != tt.want || strings.Contains(marks, "1") != tt.early {
					t.Errorf("told at the end: %v; all: %s", got, summary(marks))
				}
			})
		}
	}
}

func TestNoReturnTrafficByThePoll(t *testing.T) {
	busy := func(until float64, state string) leg { return leg{until, state, 100_000, 50_000, ""} }
	oneWay := func(until float64, state, iface string) leg { return leg{until, state, 1_112, 83_320, iface} }
	tests := []struct {
		name  string
		every float64
		legs  []leg
		want  string
	}{
		{"known once the samples span 270 s", 1, []leg{busy(8, "online")}, "?*5 0*4"},
		{"at 4.5 minutes", 4.5, []leg{busy(9, "online")}, "?*1 0*2"},
		{"a poll every 5 minutes is enough", 5, []leg{busy(10, "online")}, "?*1 0*2"},
		{"one every 5 and a bit is not", 5.1, []leg{busy(12, "online")}, "?*3"},
		{"a window of silence first, then it is told", 1, []leg{busy(80, "online"), oneWay(90, "online", "")}, "?*5 0*80 1*6"},
		{"counters went back: not known for a window", 1, []leg{busy(80, "online"), oneWay(90, "online", ""), oneWay(100, "online reset", "")}, "?*5 0*80 1*5 ?*5 1*6"},
		{"counters cannot be read", 1, []leg{busy(80, "online"), oneWay(90, "online", ""), oneWay(92, "online uncounted", ""), oneWay(99, "online", "")}, "?*5 0*80 1*5 ?*7 1*3"},
		{"its interface was missing", 1, []leg{busy(80, "online"), oneWay(90, "online", ""), oneWay(97, "online", "-"), oneWay(105, "online", "")}, "?*5 0*80 1*5 ?*12 1*4"},
		{"no handshake any more: that is another flag", 1, []leg{busy(80, "online"), oneWay(90, "online", ""), oneWay(100, "stale", "")}, "?*5 0*80 1*9 0*7"},
		{"a handshake at the end of the window only", 1, []leg{busy(80, "online"), oneWay(90, "stale", ""), oneWay(98, "online", "")}, "?*5 0*90 1*4"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, got := drive(tt.every, PeerReport{}, Policy{ForgetAfter: time.Hour}, tt.legs...)
			if summary(got) != tt.want {
				t.Errorf("\n got %s\nwant %s", summary(got), tt.want)
			}
		})
	}
}

// It is told since when: the first poll that found it, whatever was not known in
// between; and anew when it was not so.
func TestNoReturnSince(t *testing.T) {
	row := PeerReport{Device: "wg0", PublicKey: "k", AllowedIPs: "10.9.0.0/16", Status: PeerOnline}
	var s *Snapshot
	var since []float64
	for m := range 150 {
		row.TxBytes += 20_000
		if oneWay := m >= 80 && m < 110 || m >= 130; !oneWay {
			row.RxBytes += 20_000
		}
		row.LatestHandshake = minute(float64(m)).Add(-time.Minute).Unix()
		s = Join(s, Report{At: minute(float64(m)), Interfaces: interfaces("wg0 up"), Peers: []PeerReport{row}}, Readings{}, Policy{})
		p := &s.Peers[0]
		if (p.NoReturnTraffic == FlagYes) != !p.NoReturnSince.IsZero() {
			t.Fatalf("minute %d: no return traffic %s, since %s", m, flagWord(p.NoReturnTraffic), p.NoReturnSince)
		}
		if at := p.NoReturnSince.Sub(start).Minutes(); p.NoReturnTraffic == FlagYes && !slices.Contains(since, at) {
			since = append(since, at)
		}
	}
	if !slices.Equal(since, []float64{84, 134}) {
		t.Errorf("told since the minutes %v", since)
	}
}

// A clock set back starts a new window rather than a wrong one.
func TestTrafficClock(t *testing.T) {
	var tr traffic
	tr.add(mark{at: minute(60).UnixNano(), tx: 1})
	for n := range 6 {
		tr.add(mark{at: minute(float64(n)).UnixNano(), tx: int64(n + 2)})
	}
	if rx, tx, _, ok := tr.over(mark{at: minute(5).UnixNano(), tx: 7}); !ok || rx != 0 || tx != 5 {
		t.Errorf("received %d, sent %d, %v", rx, tx, ok)
	}
}
