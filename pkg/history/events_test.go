package history

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// told tells events as "at-until title; text", times in seconds since the start.
func told(events []Event) []string {
	var out []string
	for _, e := range events {
		until := ""
		if !e.Until.IsZero() {
			until = fmt.Sprint(e.Until.Sub(start).Seconds())
		}
		out = append(out, fmt.Sprintf("%g-%s %s; %s", e.At.Sub(start).Seconds(), until, e.Title(e.Firewall), e.Text(e.Firewall)))
	}
	return out
}

// TestEvents runs polls every 30 s; wants are in the order of Events.
func TestEvents(t *testing.T) {
	type happens = func(*box) error // nil: the firewall answers
	link := func(device string, link wireguard.Link) happens {
		return func(b *box) error {
			for k := range b.faces {
				if b.faces[k].Device == device {
					b.faces[k].Link = link
				}
			}
			return nil
		}
	}
	peerIs := func(device string, status wireguard.PeerStatus) happens {
		return func(b *box) error {
			for k := range b.peers {
				if b.peers[k].Device == device {
					b.peers[k].Status = status
				}
			}
			return nil
		}
	}
	rows := func(faces ...wireguard.InterfaceReport) happens {
		return func(b *box) error {
			b.faces = faces
			return nil
		}
	}
	nothing := func(*box) error { return nil }
	refused := func(*box) error { return errRefused }
	hung := func(*box) error { return errors.New("no answer within 10s") }
	readable := func(b *box) error {
		b.read.VirtualIPs = wireguard.VirtualIPs{Reading: wireguard.Reading{At: start}}
		return nil
	}
	unreadable := func(b *box) error {
		b.read, b.faces[0].Link = wireguard.Readings{}, wireguard.LinkDown
		return nil
	}
	const (
		up, down      = wireguard.LinkUp, wireguard.LinkDown
		online, stale = wireguard.PeerOnline, wireguard.PeerStale
	)
	tests := []struct {
		name  string
		polls []happens
		want  []string
	}{
		// Nothing.
		{"nothing at first sight", []happens{readable, nothing}, nil},
		{"not even of what is down", []happens{func(b *box) error {
			_ = readable(b)
			return link("wg0", down)(b)
		}, nothing}, nil},
		{"not known in between", []happens{nothing, unreadable, nothing, link("wg0", up)}, nil},
		{"it never answered", []happens{refused, refused}, nil},
		{"it fails with another error", []happens{refused, hung, refused}, nil},

		// The firewall.
		{"it answers at last", []happens{refused, nothing, nothing}, []string{"30- hq is up; was unreachable; answers again"}},
		{"unreachable and back", []happens{nothing, refused, refused, nothing, nothing, hung}, []string{
			"150- hq is unreachable; was up; no answer within 10s",
			"90-150 hq is up; was unreachable; answers again",
			"30-90 hq is unreachable; was up; connection refused",
		}},
		{"what changed while it did not answer", []happens{readable, refused, link("wg0", down), nothing}, []string{
			"60- hq is up; was unreachable; answers again",
			"60- net (wg0) is down; on hq; was up; reported down",
			"30-60 hq is unreachable; was up; connection refused",
		}},
		{"unreachable, and all as before: only that", []happens{nothing, refused, nothing}, []string{
			"60- hq is up; was unreachable; answers again",
			"30-60 hq is unreachable; was up; connection refused",
		}},

		// Interfaces.
		{"up, down, up", []happens{readable, link("wg0", down), nothing, link("wg0", up)}, []string{
			"90- net (wg0) is up; on hq; was down; reported up",
			"30-90 net (wg0) is down; on hq; was up; reported down",
		}},
		{"down, not known, up", []happens{readable, link("wg0", down), unreadable, link("wg0", up)}, []string{
			"90- net (wg0) is up; on hq; was down; reported up",
			"30-90 net (wg0) is down; on hq; was up; reported down",
		}},
		{"two of one name do not mix", []happens{func(b *box) error {
			b.faces = []wireguard.InterfaceReport{face("wg0", "net"), face("wg1", "net")}
			return readable(b)
		}, link("wg0", down), link("wg1", down), link("wg1", up), nothing}, []string{
			"90- net (wg1) is up; on hq; was down; reported up",
			"60-90 net (wg1) is down; on hq; was up; reported down",
			"30- net (wg0) is down; on hq; was up; reported down",
		}},
		{"new", []happens{nothing, rows(face("wg0", "net"), face("wg1", "more"))}, []string{"30- more (wg1) is up; on hq; new; reported up"}},
		{"renamed", []happens{nothing, rows(face("wg0", "other")), nothing}, []string{"30- net (wg0) is disabled; on hq; was up; renamed to other"}},
		{"renamed while it goes down: neither ends the other", []happens{readable, func(b *box) error {
			b.faces[0].Name, b.faces[0].Link = "other", down
			return nil
		}, nothing, link("wg0", up)}, []string{
			"90- other (wg0) is up; on hq; was down; reported up",
			"30-90 other (wg0) is down; on hq; was up; reported down",
			"30-90 net (wg0) is disabled; on hq; was up; renamed to other",
		}},
		{"moved", []happens{nothing, rows(wireguard.InterfaceReport{Device: "wg7", Name: "net", PublicKey: "key of wg0", Link: up})}, []string{
			"30- net (wg0) is disabled; on hq; was up; moved to wg7",
			"30- net (wg7) is up; on hq; new; reported up",
		}},
		{"missing, and forgotten", append([]happens{nothing, rows()}, slices.Repeat([]happens{nothing}, 20)...), []string{
			"270- net (wg0) is gone; on hq; was down; missing for so long that it is forgotten",
			"30-270 net (wg0) is down; on hq; was up; missing: reported before, now not",
		}},
		{"two without a device do not mix", []happens{func(b *box) error {
			b.read.Services = wireguard.Services{Reading: wireguard.Reading{At: start}, Enabled: []wireguard.ServiceEntry{{Name: "net"}}}
			return nil
		}, func(b *box) error {
			b.read.Services.Enabled = append(b.read.Services.Enabled, wireguard.ServiceEntry{Name: "b"}, wireguard.ServiceEntry{Name: "c"})
			return nil
		}, func(b *box) error {
			b.read.Services.Enabled = b.read.Services.Enabled[:2]
			return nil
		}}, []string{
			"60- c is disabled; on hq; was down; no longer expected under this name",
			"30- b is down; on hq; new; missing: enabled, never seen running",
			"30-60 c is down; on hq; new; missing: enabled, never seen running",
		}},
		{"switched off, and on again", []happens{nothing, func(b *box) error {
			b.faces = nil
			b.read.Service = wireguard.ServiceDisabled
			return nil
		}, nothing, func(b *box) error {
			b.faces, b.read.Service = small("", 0).faces, wireguard.ServiceNotKnown
			return nil
		}}, []string{
			"90- net (wg0) is up; on hq; was disabled; reported up",
			"30-90 net (wg0) is disabled; on hq; was up; WireGuard is switched off on this firewall",
		}},

		// Peers.
		{"online, stale, online", []happens{nothing, peerIs("wg0", stale), nothing, peerIs("wg0", online), peerIs("wg0", stale)}, []string{
			"120- Peer p0 is stale; on hq, net (wg0); was online; no handshake for over 5 minutes",
			"90-120 Peer p0 is online; on hq, net (wg0); was stale; handshake within 5 minutes",
			"30-90 Peer p0 is stale; on hq, net (wg0); was online; no handshake for over 5 minutes",
		}},
		{"renamed in between: the same peer", []happens{nothing, peerIs("wg0", stale), func(b *box) error {
			b.peers[0].Name = "renamed"
			return nil
		}, peerIs("wg0", online)}, []string{
			"90- Peer renamed is online; on hq, net (wg0); was stale; handshake within 5 minutes",
			"30-90 Peer p0 is stale; on hq, net (wg0); was online; no handshake for over 5 minutes",
		}},
		{"the same peer on two interfaces does not mix", []happens{func(b *box) error {
			b.faces = append(b.faces, face("wg1", "net"))
			b.peers = append(b.peers, peer("wg1", "p0"))
			return nil
		}, peerIs("wg0", stale), peerIs("wg1", stale), peerIs("wg1", online)}, []string{
			"90- Peer p0 is online; on hq, net (wg1); was stale; handshake within 5 minutes",
			"60-90 Peer p0 is stale; on hq, net (wg1); was online; no handshake for over 5 minutes",
			"30- Peer p0 is stale; on hq, net (wg0); was online; no handshake for over 5 minutes",
		}},
		{"new and gone", []happens{nothing, func(b *box) error {
			b.peers = append(b.peers, peer("wg0", "eve"))
			return nil
		}, func(b *box) error {
			b.peers = b.peers[:1]
			return nil
		}}, []string{
			"60- Peer eve is gone; on hq, net (wg0); was online; no longer configured on this interface",
			"30-60 Peer eve is online; on hq, net (wg0); new; handshake within 5 minutes",
		}},

		// Sites: judged once their interface is up for 5 minutes.
		{"a site is down and back, its interface missing in between", append(append([]happens{func(b *box) error {
			b.peers[0].AllowedIPs, b.peers[0].Keepalive, b.policy.ForgetAfter = "10.0.0.0/8", 25, time.Hour
			b.faces = append(b.faces, face("wg1", "other"))
			return nil
		}}, slices.Repeat([]happens{nothing}, 10)...), peerIs("wg0", stale), func(b *box) error {
			b.faces = b.faces[1:]
			b.peers[0].Device = "" // a row that tells nothing
			return nil
		}, func(b *box) error {
			b.faces = append(b.faces, face("wg0", "net"))
			b.peers[0].Device, b.peers[0].Status = "wg0", online
			return nil
		}), []string{
			"390- net (wg0) is up; on hq; was down; reported up",
			"390- Peer p0 is online; on hq, net (wg0); was stale; handshake within 5 minutes",
			"390- Site p0 is reachable; on hq, net (wg0); was down; handshake within 5 minutes",
			"360-390 net (wg0) is down; on hq; was up; missing: reported before, now not",
			"330-390 Peer p0 is stale; on hq, net (wg0); was online; no handshake for over 5 minutes",
			"330-390 Site p0 is down; on hq, net (wg0); was reachable; no handshake for over 5 minutes",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, b := newStore(roomy), small("hq", 1)
			b.policy.ForgetAfter = 4 * time.Minute
			for n, happens := range tt.polls {
				at := after(30 * float64(n))
				if err := happens(b); err != nil {
					s.Record(b.firewall(at, err, every))
				} else {
					s.Record(b.answers(at))
				}
			}
			if diff := cmp.Diff(tt.want, told(s.Events([]ID{b.ID()}))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Events of several firewalls are one list, newest first; they bear the name that
// their firewall had, and may be changed by whoever asked.
func TestEventsOfSeveral(t *testing.T) {
	s, a, b := newStore(roomy), small("a", 1), small("b", 1)
	flip := func(x *box) {
		x.peers[0].Status = map[wireguard.PeerStatus]wireguard.PeerStatus{wireguard.PeerOnline: wireguard.PeerStale, wireguard.PeerStale: wireguard.PeerOnline}[x.peers[0].Status]
	}
	for n := range 3 {
		s.Record(b.answers(after(float64(30 * n))))
		s.Record(a.answers(after(float64(30 * n))))
		flip(a)
		if n == 0 {
			flip(b)
		}
		b.name = "second"
	}
	s.Record(a.fails(after(90), every))
	ids := []ID{b.ID(), a.ID(), {"nobody", ""}}
	want := []string{
		"90- a is unreachable; was up; connection refused",
		"60- Peer p0 is online; on a, net (wg0); was stale; handshake within 5 minutes",
		"30-60 Peer p0 is stale; on a, net (wg0); was online; no handshake for over 5 minutes",
		"30- Peer p0 is stale; on second, net (wg0); was online; no handshake for over 5 minutes",
	}
	events := s.Events(ids)
	if diff := cmp.Diff(want, told(events)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	clear(events)
	if diff := cmp.Diff(want, told(s.Events(ids))); diff != "" {
		t.Errorf("after a change to the answer (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want[3:], told(s.Events(ids[:1]))); diff != "" {
		t.Errorf("of one (-want +got):\n%s", diff)
	}
	if s.Events(nil) != nil {
		t.Error("of none there are some")
	}
}

// After the clock was set far back, events of the future are gone, too; while it
// is only a little back, changes wait with the samples and are not lost.
func TestEventsAndTheClock(t *testing.T) {
	s, b := newStore(roomy), small("hq", 1)
	s.Record(b.answers(after(3600)))
	b.peers[0].Status = wireguard.PeerStale
	s.Record(b.answers(after(3600 - 60))) // waits
	if got := told(s.Events([]ID{b.ID()})); got != nil {
		t.Errorf("while it waits: %q", got)
	}
	s.Record(b.answers(after(3630)))
	if diff := cmp.Diff([]string{"3630- Peer p0 is stale; on hq, net (wg0); was online; no handshake for over 5 minutes"}, told(s.Events([]ID{b.ID()}))); diff != "" {
		t.Errorf("then (-want +got):\n%s", diff)
	}
	b.peers[0].Status = wireguard.PeerOnline
	s.Record(b.answers(after(0)))
	if diff := cmp.Diff([]string{"0- Peer p0 is online; on hq, net (wg0); was stale; handshake within 5 minutes"}, told(s.Events([]ID{b.ID()}))); diff != "" {
		t.Errorf("an hour back (-want +got):\n%s", diff)
	}
}
