package wireguard

import (
	"testing"
	"time"
)

// What an interface depends on is known from the settings or the configuration.
// Twins are told by a firewall hq-b that has the same keys.
func TestKnownDependency(t *testing.T) {
	const (
		dependsNot = "reported down; it depends on no CARP address"
		master     = "reported down; CARP vhid 1 is MASTER here"
		neither    = "reported down; CARP vhid 1 is neither MASTER nor BACKUP"
		backup     = "CARP vhid 1 is BACKUP here"
		notRead    = "reported down; virtual IPs could not be read, so it may be standby"
		noLonger   = "reported down; virtual IPs can no longer be read, so it may be standby"
		forbidden  = "reported down; CARP not readable"
	)
	tests := []struct {
		name     string
		settings CARPDependency
		read     string // at once; "" is nothing
		alone    string // without a twin
		twinUp   string // with one that is up
	}{
		// Bad readings first.
		{"vhid 1, never read", CARPDependency{true, 1}, "", "not known: " + notRead, "standby: up on hq-b"},
		{"vhid 1, failing from the start", CARPDependency{true, 1}, "fail", "not known: " + notRead, "standby: up on hq-b"},
		{"vhid 1, forbidden", CARPDependency{true, 1}, "forbidden", "down: " + forbidden, "standby: up on hq-b"},
		{"vhid 1, which is not there", CARPDependency{true, 1}, "2 BACKUP", "down: " + neither, "standby: up on hq-b"},
		{"vhid 1, no address by CARP at all", CARPDependency{true, 1}, "empty", "down: " + neither, "standby: up on hq-b"},
		{"vhid 1, an address without CARP", CARPDependency{true, 1}, "1 BACKUP ipalias", "down: " + neither, "standby: up on hq-b"},
		{"none, forbidden", CARPDependency{true, 0}, "forbidden", "down: " + dependsNot, "down: " + dependsNot},
		{"none, never read", CARPDependency{true, 0}, "", "down: " + dependsNot, "down: " + dependsNot},

		{"vhid 1 INIT", CARPDependency{true, 1}, "1 INIT, 2 BACKUP", "down: " + neither, "standby: up on hq-b"},
		{"vhid 1 DISABLED", CARPDependency{true, 1}, "1 DISABLED", "down: " + neither, "standby: up on hq-b"},
		{"vhid 1 MASTER", CARPDependency{true, 1}, "1 MASTER, 2 BACKUP", "down: " + master, "down: " + master},
		{"vhid 1 BACKUP", CARPDependency{true, 1}, "1 BACKUP, 2 MASTER", "standby: " + backup, "standby: " + backup},
		{"none, others BACKUP", CARPDependency{true, 0}, "1 BACKUP", "down: " + dependsNot, "down: " + dependsNot},

		{"by configuration", CARPDependency{}, "1 INIT, 2 BACKUP; configuration wg0 on - vhid 1", "down: " + neither, "standby: up on hq-b"},
		{"by configuration none", CARPDependency{}, "1 BACKUP; configuration wg0 on - none", "down: " + dependsNot, "down: " + dependsNot},
		{"the settings outdo the configuration", CARPDependency{true, 1}, "1 MASTER, 2 BACKUP; configuration wg0 on - vhid 2", "down: " + master, "down: " + master},
		{"the settings say none, the configuration a vhid", CARPDependency{true, 0}, "2 BACKUP; configuration wg0 on - vhid 2", "down: " + dependsNot, "down: " + dependsNot},
		{"the configuration of another", CARPDependency{}, "1 BACKUP; configuration wg1 on - none", "standby: " + backup, "standby: up on hq-b"},
		{"the configuration does not say, before 25.1.3", CARPDependency{}, "1 BACKUP; configuration wg0 on", "standby: " + backup, "standby: up on hq-b"},
		{"the configuration may not be read", CARPDependency{}, "1 BACKUP; configuration forbidden", "standby: " + backup, "standby: up on hq-b"},

		// Nothing is known of it: a twin counts more than candidates.
		{"no candidate", CARPDependency{}, "empty", "down: reported down", "standby: up on hq-b"},
		{"MASTER", CARPDependency{}, "1 MASTER", "down: reported down; no CARP address is BACKUP", "standby: up on hq-b"},
		{"INIT", CARPDependency{}, "1 INIT", "down: reported down; no CARP address is BACKUP", "standby: up on hq-b"},
		{"never read", CARPDependency{}, "", "not known: " + notRead, "standby: up on hq-b"},
		{"forbidden", CARPDependency{}, "forbidden", "down: " + forbidden, "standby: up on hq-b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			policy := Policy{Expect: []Expectation{{Device: "wg0", CARP: tt.settings}, {Device: "wg9", CARP: CARPDependency{true, 9}}}}
			report := Report{At: start, Interfaces: interfaces("wg0 down")}
			s := Join(nil, report, Readings{}.then(tt.read, start), policy)
			for twins, want := range map[string]string{"": tt.alone, "up hq-b": tt.twinUp, "down hq-b": tt.alone, "? hq-b": tt.alone} {
				i := s.WithTwins(func(string) []Twin { return parseTwins(twins) }).Interfaces[0]
				if got := i.Status.String() + ": " + i.Reason; got != want {
					t.Errorf("twins %q: got %q, want %q", twins, got, want)
				}
				if status, _ := i.LastKnown().Value(); i.Status != InterfaceNotKnown && i.LastKnown() != i.Status {
					t.Errorf("twins %q: last known as %v", twins, status)
				}
			}
		})
	}

	// Time passes.
	depends := Policy{Expect: []Expectation{{Device: "wg0", CARP: CARPDependency{true, 1}}}}
	runScripts(t, depends, []script{
		{"nothing is learned against the settings", []poll{
			{0, "wg0 up", "1 BACKUP", "wg0 up 0: reported up"},
			{10, "wg0 up", "1 BACKUP", "wg0 up 0: reported up"},
			{20, "wg0 down", "1 BACKUP", "wg0 standby 20: " + backup},
		}},
		{"the last verdict holds for 5 minutes", []poll{
			{0, "wg0 down", "1 BACKUP", "wg0 standby 0: " + backup},
			{5, "wg0 down", "fail", "wg0 standby 0: " + backup},
			{5.1, "wg0 down", "fail", "wg0 not known 0: " + noLonger},
			{6, "wg0 down", "1 INIT", "wg0 down 6: " + neither},
		}},
		{"failover, there and back", []poll{
			{0, "wg0 up", "1 MASTER", "wg0 up 0: reported up"},
			{1, "wg0 down", "1 BACKUP", "wg0 standby 1: " + backup},
			{2, "wg0 up", "1 MASTER", "wg0 up 2: reported up"},
		}},
		{"missing is never standby", []poll{
			{0, "wg0 down", "1 BACKUP", "wg0 standby 0: " + backup},
			{1, "", "1 BACKUP; service on", "wg0 down 1: " + nothingRuns},
			{2, "wg0 (none)", "1 BACKUP; service on", "wg0 down 1: created but not configured"},
			{3, "wg0 odd", "1 BACKUP", `wg0 unknown 3: OPNsense says "odd"`},
		}},
	})
	runScripts(t, Policy{ForgetAfter: time.Hour}, []script{
		{"what was learned counts again once the configuration is kept from us", []poll{
			{0, "wg0 up", "1 BACKUP", "wg0 up 0: reported up"},
			{10, "wg0 up", "1 BACKUP", "wg0 up 0: reported up"},
			{11, "wg0 down", "1 BACKUP; configuration wg0 on - vhid 1", "wg0 standby 11: " + backup},
			{12, "wg0 down", "1 BACKUP; configuration forbidden", "wg0 down 12: reported down"},
		}},
	})
}
