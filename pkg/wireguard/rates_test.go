package wireguard

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestRates polls two peers of one interface and tells the rates of the first and
// of the interface, "rx/tx sum of rx/sum of tx", in whole bytes a second.
func TestRates(t *testing.T) {
	type counters struct{ rx, tx int64 }
	type poll struct {
		seconds    float64 // since the start
		a, b       counters
		interfaces string // "" is "wg0 up"
		want       string
	}
	const none = "-1/-1 -1/-1"
	tests := []struct {
		name  string
		polls []poll
	}{
		// Not known.
		{"at first sight", []poll{{0, counters{500, 500}, counters{}, "", none}}},
		{"counters that cannot be read", []poll{
			{0, counters{0, 0}, counters{0, 0}, "", none},
			{30, counters{-1, 300}, counters{30, 30}, "", none},
			{60, counters{600, 600}, counters{60, 60}, "", none},
			{90, counters{900, 1200}, counters{90, 90}, "", "10/20 11/21"},
		}},
		{"of another peer they make the sum not known", []poll{
			{0, counters{0, 0}, counters{0, 0}, "", none},
			{30, counters{300, 600}, counters{-1, -1}, "", "10/20 -1/-1"},
		}},
		{"the interface is missing", []poll{
			{0, counters{0, 0}, counters{0, 0}, "", none},
			{30, counters{300, 600}, counters{0, 0}, "-", none},
		}},
		{"the interface is not known to be up", []poll{
			{0, counters{0, 0}, counters{0, 0}, "", none},
			{30, counters{300, 600}, counters{0, 0}, "wg0 down", "-1/-1 -1/-1"},
		}},
		{"the same moment twice", []poll{
			{0, counters{0, 0}, counters{0, 0}, "", none},
			{0, counters{300, 300}, counters{0, 0}, "", none},
		}},
		{"the clock is set back", []poll{
			{600, counters{0, 0}, counters{0, 0}, "", none},
			{0, counters{300, 300}, counters{0, 0}, "", none},
			{30, counters{600, 900}, counters{0, 0}, "", "10/20 10/20"},
		}},
		{"a pause longer than the window", []poll{
			{0, counters{0, 0}, counters{0, 0}, "", none},
			{301, counters{3010, 3010}, counters{0, 0}, "", none},
		}},
		{"a reset: begins anew, and is never negative", []poll{
			{0, counters{5000, 5000}, counters{0, 0}, "", none},
			{30, counters{5300, 5600}, counters{0, 0}, "", "10/20 10/20"},
			{60, counters{100, 5900}, counters{0, 0}, "", "-1/-1 -1/-1"},
			{90, counters{400, 6500}, counters{0, 0}, "", "10/20 10/20"},
		}},

		{"after 5 seconds, as a live panel polls", []poll{
			{0, counters{0, 0}, counters{0, 0}, "", none},
			{5, counters{50, 100}, counters{5, 5}, "", "10/20 11/21"},
			{10, counters{100, 200}, counters{10, 10}, "", "10/20 11/21"},
		}},
		{"idle is 0, which is known", []poll{
			{0, counters{7, 7}, counters{7, 7}, "", none},
			{30, counters{7, 7}, counters{7, 7}, "", "0/0 0/0"},
		}},
		{"over the last 300 s, not since ever", []poll{
			{0, counters{0, 0}, counters{0, 0}, "", none},
			{150, counters{150_000, 0}, counters{0, 0}, "", "1000/0 1000/0"},
			{300, counters{150_000, 0}, counters{0, 0}, "", "500/0 500/0"},
			{450, counters{150_000, 0}, counters{0, 0}, "", "0/0 0/0"},
		}},
		{"a poll every two minutes: the window that is nearest", []poll{
			{0, counters{0, 0}, counters{0, 0}, "", none},
			{120, counters{1200, 0}, counters{0, 0}, "", "10/0 10/0"},
			{240, counters{1200, 0}, counters{0, 0}, "", "5/0 5/0"},
			{360, counters{1200, 0}, counters{0, 0}, "", "3/0 3/0"},
			{480, counters{1200, 0}, counters{0, 0}, "", "0/0 0/0"},
		}},
		{"as much as can be", []poll{
			{0, counters{0, 0}, counters{0, 0}, "", none},
			{1, counters{1 << 62, 1 << 62}, counters{0, 0}, "", "4611686018427387904/4611686018427387904 4611686018427387904/4611686018427387904"},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var prev *Snapshot
			for _, p := range tt.polls {
				r := Report{At: start.Add(time.Duration(p.seconds * float64(time.Second)))}
				text := p.interfaces
				if text == "" {
					text = "wg0 up"
				}
				if text != "-" {
					r.Interfaces = interfaces(text)
					for key, c := range map[string]counters{"a": p.a, "b": p.b} {
						r.Peers = append(r.Peers, PeerReport{Device: "wg0", PublicKey: key, RxBytes: c.rx, TxBytes: c.tx, Status: PeerOnline, LatestHandshake: r.At.Unix()})
					}
				}
				prev = Join(prev, r, Readings{}, Policy{ForgetAfter: time.Hour})
				first, on := prev.Peers[0], prev.Interfaces[0]
				if got := fmt.Sprintf("%.0f/%.0f %.0f/%.0f", first.RxRate, first.TxRate, on.RxRate, on.TxRate); got != p.want {
					t.Fatalf("at %g s: got %s, want %s", p.seconds, got, p.want)
				}
			}
		})
	}
}

// An interface without peers carries nothing; one that does not run is not known.
func TestRatesWithoutPeers(t *testing.T) {
	var got []string
	for _, i := range Join(nil, Report{At: start, Interfaces: interfaces("wg0 up, wg1 (none)")}, Readings{}, Policy{}).Interfaces {
		got = append(got, fmt.Sprintf("%s %g/%g", i.Device, i.RxRate, i.TxRate))
	}
	if told := strings.Join(got, ", "); told != "wg0 0/0, wg1 -1/-1" {
		t.Error(told)
	}
}
