package wireguard

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	missingExpected = "missing: expected by the settings, not reported"
	missingSeen     = "missing: reported before, now not"
)

func TestInterfaces(t *testing.T) {
	week := Policy{ForgetAfter: 168 * time.Hour}
	expecting := func(e ...Expectation) Policy { return Policy{Expect: e, ForgetAfter: 168 * time.Hour} }
	tests := []struct {
		name   string
		policy Policy
		polls  []poll
	}{
		// Bad rows first.
		{"rows without a device stay apart and are not remembered", week, []poll{
			{0, "- up, - down", "empty", " up 0: reported up |  down 0: reported down"},
			{1, "- up", "", " up 1: reported up"},
			{2, "", "", ""},
		}},
		{"of a duplicate the row that is up counts", week, []poll{
			{0, "wg0 down, wg0 up", "empty", "wg0 up 0: reported up"},
			{1, "wg0 up, wg0 down", "", "wg0 up 0: reported up"},
			{2, "wg0 odd, wg0 up", "", "wg0 up 0: reported up"},
		}},
		{"of a duplicate the configured row counts, in any order", week, []poll{
			{0, "wg0 (none), wg0 down", "empty", "wg0 down 0: reported down"},
			{1, "wg0 down, wg0 (none)", "", "wg0 down 0: reported down"},
			{2, "wg0 odd, wg0 (none)", "", `wg0 unknown 2: OPNsense says "odd"`},
			{3, "wg0 odd, wg0 down", "", "wg0 down 3: reported down"},
		}},
		{"an unknown word is unknown and quoted", week, []poll{
			{0, "wg0 half-up", "empty", `wg0 unknown 0: OPNsense says "half-up"`},
			{1, "wg0", "", `wg0 unknown 0: OPNsense says ""`},
		}},
		{"created but not configured is down, keeps its name and is remembered", week, []poll{
			{0, "wg0 up site", "empty", "wg0/site up 0: reported up"},
			{1, "wg0 (none)", "1 BACKUP", "wg0/site down 1: created but not configured"},
			{2, "", "", "wg0/site down 1: " + missingSeen},
			{3, "wg0 up", "", "wg0/site up 3: reported up"},
		}},
		{"created but not configured at first sight", week, []poll{
			{0, "wg0 (none)", "", "wg0 down 0: created but not configured"},
			{1, "", "", "wg0 down 0: " + missingSeen},
		}},
		// Missing.
		{"nothing reported, nothing expected", week, []poll{{0, "", "", ""}}},
		{"expected and never seen", expecting(Expectation{Device: "wg1", Name: "site"}), []poll{
			{0, "", "", "wg1/site down 0: " + missingExpected},
			{5, "wg0 up", "", "wg0 up 5: reported up | wg1/site down 0: " + missingExpected},
			{600 * 60, "", "", "wg1/site down 0: " + missingExpected},
		}},
		{"expected is never standby when missing", expecting(Expectation{Device: "wg1", Name: ""}), []poll{
			{0, "wg1 down", "1 BACKUP", "wg1 standby 0: CARP vhid 1 is BACKUP here"},
			{1, "", "1 BACKUP", "wg1 down 1: " + missingExpected},
		}},
		{"the firewall's name outdoes the expected one", expecting(Expectation{Device: "wg1", Name: "old"}), []poll{
			{0, "", "", "wg1/old down 0: " + missingExpected},
			{1, "wg1 up", "", "wg1/old up 1: reported up"},
			{2, "wg1 up new", "", "wg1/new up 1: reported up | wg1/old disabled 2: renamed to new"},
			{3, "", "", "wg1/new down 3: " + missingExpected + " | wg1/old disabled 2: renamed to new"},
			{4, "wg1 up", "", "wg1/new up 4: reported up | wg1/old disabled 2: renamed to new"},
			{12, "wg1 up", "", "wg1/new up 4: reported up"},
		}},
		{"named by the settings beside one that is missing", expecting(Expectation{Device: "wg1", Name: ""}, Expectation{Device: "wg0", Name: "site"}), []poll{
			{0, "wg0 up", "", "wg0/site up 0: reported up | wg1 down 0: " + missingExpected},
		}},
		{"seen before and gone is down until forgotten", Policy{ForgetAfter: time.Hour}, []poll{
			{0, "wg0 up, wg1 up site", "", "wg0 up 0: reported up | wg1/site up 0: reported up"},
			{10, "wg0 up", "", "wg0 up 0: reported up | wg1/site down 10: " + missingSeen},
			{60, "wg0 up", "", "wg0 up 0: reported up | wg1/site down 10: " + missingSeen},
			{60.5, "wg0 up", "", "wg0 up 0: reported up"},
			{61, "wg0 up, wg1 up", "", "wg0 up 0: reported up | wg1 up 61: reported up"},
		}},
		{"what comes back in time is remembered anew", Policy{ForgetAfter: time.Hour}, []poll{
			{0, "wg0 up", "", "wg0 up 0: reported up"},
			{50, "", "", "wg0 down 50: " + missingSeen},
			{55, "wg0 down", "empty", "wg0 down 50: reported down"},
			{115, "", "", "wg0 down 50: " + missingSeen},
			{116, "", "", ""},
		}},
		{"expected is not forgotten", Policy{Expect: []Expectation{{Device: "wg0", Name: ""}}, ForgetAfter: time.Minute}, []poll{
			{0, "wg0 up site", "", "wg0/site up 0: reported up"},
			{60, "", "", "wg0/site down 60: " + missingExpected},
			{600, "", "", "wg0/site down 60: " + missingExpected},
		}},
		{"a clock set back loses nothing", week, []poll{
			{60, "wg0 up, wg1 up", "", "wg0 up 60: reported up | wg1 up 60: reported up"},
			{0, "wg0 up", "", "wg0 up 60: reported up | wg1 down 0: " + missingSeen},
			{0.5, "wg0 down", "empty", "wg0 down 0.5: reported down | wg1 down 0: " + missingSeen},
		}},
		{"a clock set ahead forgets only what has been gone for too long", Policy{ForgetAfter: time.Hour}, []poll{
			{0, "wg0 up", "", "wg0 up 0: reported up"},
			{600, "wg0 up, wg1 up", "", "wg0 up 0: reported up | wg1 up 600: reported up"},
		}},
		{"in natural order", week, []poll{
			{0, "wg10 up, wg2 up, wg1x up", "", "wg2 up 0: reported up | wg10 up 0: reported up | wg1x up 0: reported up"},
		}},
		{"since moves with the status only", week, []poll{
			{0, "wg0 up", "empty", "wg0 up 0: reported up"},
			{1, "wg0 up", "", "wg0 up 0: reported up"},
			{2, "wg0 down", "", "wg0 down 2: reported down"},
			{3, "", "", "wg0 down 2: " + missingSeen},
			{4, "wg0 up", "", "wg0 up 4: reported up"},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { runScript(t, tt.policy, tt.polls) })
	}
}

func TestMissingInterfaceKeepsKeyAndSaysNothingOfPeers(t *testing.T) {
	for _, then := range []string{"", "wg0 (none)"} {
		prev := Join(nil, Report{At: start, Interfaces: interfaces("wg0 up site")}, Readings{}, Policy{})
		s := Join(prev, Report{At: minute(1), Interfaces: interfaces(then)}, Readings{}, Policy{ForgetAfter: time.Hour})
		got := s.Interfaces[0]
		got.lastKnown, got.silent = 0, false
		want := Interface{
			Device: "wg0", Name: "site", PublicKey: "key of wg0", Status: InterfaceDown, Reason: got.Reason, Since: minute(1),
			PeersOnline: -1, RxBytes: -1, TxBytes: -1, RxRate: -1, TxRate: -1, LastSeen: got.LastSeen, BothNodesUp: FlagNo,
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(Interface{})); diff != "" {
			t.Errorf("after %q (-want +got):\n%s", then, diff)
		}
	}
}

// A row that does not say whose it is may be that of an interface which seems to be
// missing: nobody is woken for it. Once all rows can be read, it is down.
func TestRowsThatCannotBeReadMakeNoneMissing(t *testing.T) {
	policy := Policy{Expect: []Expectation{{Device: "wg1"}}, ForgetAfter: time.Hour}
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	up := func(devices ...string) Report {
		at = at.Add(time.Minute)
		r := Report{At: at}
		for _, d := range devices {
			r.Interfaces = append(r.Interfaces, InterfaceReport{Device: d, PublicKey: "key of " + d, Link: LinkUp})
		}
		return r
	}
	illegible := up("wg0")
	illegible.Oddities = illegible.Oddities.Add(OddRow, 1)
	s := Join(nil, up("wg0", "wg1"), Readings{}, policy)
	for i, tt := range []struct {
		report Report
		want   InterfaceStatus
	}{
		{illegible, InterfaceNotKnown}, {up("wg0", ""), InterfaceNotKnown}, {up("wg0"), InterfaceDown}, {up("wg0", "wg1"), InterfaceUp},
	} {
		s = Join(s, tt.report, Readings{}, policy)
		if got := byIdentity(s.Interfaces)["wg1"]; got == nil || got.Status != tt.want {
			t.Errorf("report %d: %+v, want %s", i, got, tt.want)
		}
	}
}

func TestNotConfiguredIsNeverAKey(t *testing.T) {
	s := Join(nil, Report{At: start, Interfaces: interfaces("wg0 (none)")}, Readings{}, Policy{})
	if got := s.Interfaces[0].PublicKey; got != "" {
		t.Errorf("public key %q", got)
	}
}

func TestOdditiesAreCountedOnCopies(t *testing.T) {
	sent := Oddities{OddDevice: 1, OddDuplicate: 2}
	s := Join(nil, Report{At: start, Interfaces: interfaces("wg0 up, wg0 up, - up"), Oddities: sent}, Readings{}, Policy{})
	if diff := cmp.Diff(Oddities{OddDevice: 1, OddDuplicate: 3}, s.Oddities); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if sent[OddDuplicate] != 2 {
		t.Error("the report's own map was changed")
	}
}

func TestUnseen(t *testing.T) {
	policy := Policy{Expect: []Expectation{{Device: "wg10", Name: "b"}, {Device: "wg2", Name: ""}}}
	s := Unseen(policy)
	if !s.At.IsZero() || len(s.Interfaces) != 2 {
		t.Fatalf("got %+v", s)
	}
	for k, device := range []string{"wg2", "wg10"} {
		i := s.Interfaces[k]
		if i.Device != device || i.Status != InterfaceNotKnown || i.PeersOnline != -1 || i.RxBytes != -1 || i.TxBytes != -1 {
			t.Errorf("row %d: %+v", k, i)
		}
	}
	// The first answer counts from its own time, and lets go of what is no longer expected.
	s = Join(s, Report{At: minute(1), Interfaces: interfaces("wg2 up")}, Readings{}, Policy{ForgetAfter: time.Hour})
	if diff := cmp.Diff([]string{"wg2 up 1: reported up", "wg10/b disabled 1: no longer expected"}, told(s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
