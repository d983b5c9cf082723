package wireguard

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// FuzzJoinReadings makes polls from bytes in which interfaces come and go, move
// and are renamed, with everything that is read besides and with twins.
func FuzzJoinReadings(f *testing.F) {
	for seed := range uint64(100) {
		data := make([]byte, 400)
		r := rand.New(rand.NewPCG(seed, 2))
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		g := &dice{data}
		policy := Policy{ForgetAfter: []time.Duration{0, time.Minute, time.Hour}[g.roll(3)]}
		for _, device := range []string{"wg1", "wg9"}[:g.roll(3)] {
			policy.Expect = append(policy.Expect, Expectation{device, names[g.roll(4)], CARPDependency{g.roll(2) == 0, g.roll(3)}})
		}
		prev, at, read := Unseen(policy), start, Readings{}
		for len(g.data) > 0 {
			at = at.Add(time.Duration(g.roll(256)-20) * 3 * time.Second)
			for _, what := range []string{vipTexts[g.roll(len(vipTexts))], serviceTexts[g.roll(len(serviceTexts))], configurationTexts[g.roll(len(configurationTexts))]} {
				read = read.then(what, at)
			}
			read.Service = ServiceState(g.roll(3))
			r := g.report(at)
			for k := range r.Interfaces {
				r.Interfaces[k].Name = names[g.roll(4)]
				r.Interfaces[k].PublicKey = []string{"", NotConfigured, "k", "l", "key of " + r.Interfaces[k].Device}[g.roll(5)]
			}
			before := fmt.Sprintf("%+v", *prev)
			s := Join(prev, r, read, policy)
			if after := fmt.Sprintf("%+v", *prev); before != after {
				t.Fatalf("the previous snapshot changed:\n%s\n%s", before, after)
			}
			checkRows(t, s, prev, r, policy)
			checkTwins(t, s, g)
			prev = s
		}
	})
}

var (
	names              = []string{"", "a", "b", "site"}
	vipTexts           = []string{"", "empty", "fail", "forbidden", "1 BACKUP", "1 MASTER, 2 BACKUP", "1 INIT"}
	serviceTexts       = []string{"", "services fail", "services forbidden", "services empty", "services a, site", "services ?, b", "services a, a, b"}
	configurationTexts = []string{"", "", "configuration fail", "configuration forbidden", "configuration wg1 on a vhid 1, wg2 off b none",
		"configuration wg1 on, wg1 off b, - on site", "configuration empty"}
)

// checkRows: what is reported is there, as what it is reported; what the settings
// expect is there, or lives elsewhere, or did just now; everything else has a reason to be there.
func checkRows(t *testing.T, s, prev *Snapshot, r Report, policy Policy) {
	t.Helper()
	labels := map[[2]string]bool{}
	// A row without a device may be that of any interface that seems to be missing.
	missing := InterfaceDown
	if r.Oddities[OddRow] > 0 || slices.ContainsFunc(r.Interfaces, func(row InterfaceReport) bool { return row.Device == "" }) {
		missing = InterfaceNotKnown
	}
	for k := range s.Interfaces {
		i := &s.Interfaces[k]
		label := [2]string{i.Device, i.Name}
		if i.HasIdentity() && labels[label] {
			t.Fatalf("two rows %q:\n%+v", label, s.Interfaces)
		}
		labels[label] = i.HasIdentity() || labels[label]
		reported := slices.ContainsFunc(r.Interfaces, func(row InterfaceReport) bool { return row.Device == i.Device && row.Device != "" })
		runs := slices.ContainsFunc(r.Interfaces, func(row InterfaceReport) bool {
			return row.Device == i.Device && row.PublicKey != NotConfigured
		})
		switch {
		case i.Reason == "" || i.Since.IsZero() || i.PublicKey == NotConfigured || i.lastKnown == InterfaceNotKnown && i.Status != InterfaceNotKnown:
			t.Fatalf("row without a reason, a time, or with an odd key: %+v", i)
		case !i.Gone.IsZero() && (i.Status != InterfaceDisabled || s.At.Sub(i.Gone) >= leaveAfter):
			t.Fatalf("a ghost that is none: %+v", i)
		case i.Gone.IsZero() && !runs && i.Status != InterfaceDown && i.Status != InterfaceDisabled && i.Status != missing,
			i.Gone.IsZero() && i.Device != "" && !reported && i.Status == InterfaceDown && missing != InterfaceDown:
			t.Fatalf("does not run and is %s: %+v", i.Status, i)
		case i.Status == InterfaceDisabled && i.Gone.IsZero() && policy.expects(i.Device):
			t.Fatalf("expected by the settings, and disabled: %+v", i)
		case i.Gone.IsZero() && reported && !i.LastSeen.Equal(s.At):
			t.Fatalf("reported, not seen: %+v", i)
		case i.BothNodesUp == FlagYes || i.Twin != "":
			t.Fatalf("a twin before anybody spoke of one: %+v", i)
		}
		if k > 0 && compareInterfaces(s.Interfaces[k-1], *i) > 0 {
			t.Fatalf("%v is out of order", label)
		}
	}
	present := byIdentity(s.Interfaces)
	for _, row := range r.Interfaces {
		if row.Device != "" && present[row.Device] == nil {
			t.Fatalf("reported, and not there: %+v", row)
		}
	}
	for _, e := range policy.Expect {
		elsewhere := slices.ContainsFunc(slices.Concat(s.Interfaces, prev.Interfaces), func(i Interface) bool {
			return i.Device != e.Device && (i.Name == e.Name || i.PublicKey != "")
		})
		if present[e.Device] == nil && !elsewhere {
			t.Fatalf("%s is expected, and nowhere:\n%+v", e.Device, s.Interfaces)
		}
	}
}

// checkTwins: twins change no row's identity, make none, and decide only between
// down, standby and not known.
func checkTwins(t *testing.T, s *Snapshot, g *dice) {
	t.Helper()
	twins := parseTwins([]string{"", "up b", "down b", "? b", "up c backup, ? d", "down b backup, up a"}[g.roll(6)])
	before := fmt.Sprintf("%+v", *s)
	got := s.WithTwins(func(key string) []Twin {
		if key == "" || key == NotConfigured {
			t.Fatalf("twins of %q", key)
		}
		return twins
	})
	if after := fmt.Sprintf("%+v", *s); before != after {
		t.Fatalf("the receiver changed:\n%s\n%s", before, after)
	}
	if len(got.Interfaces) != len(s.Interfaces) || (len(twins) == 0 && got != s) {
		t.Fatalf("%d rows of %d", len(got.Interfaces), len(s.Interfaces))
	}
	for k := range got.Interfaces {
		was, is := s.Interfaces[k], got.Interfaces[k]
		if is.Status != was.Status && (is.Status != InterfaceStandby || was.silent || (was.Status != InterfaceDown && was.Status != InterfaceNotKnown)) {
			t.Fatalf("a twin made %s of %+v", is.Status, was)
		}
		if is.BothNodesUp == FlagYes && is.Status != InterfaceUp || is.Since.Before(was.Since) || !is.Gone.IsZero() && is.Twin != "" {
			t.Fatalf("a twin made of\n%+v\n%+v", was, is)
		}
	}
}
