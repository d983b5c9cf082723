package wireguard

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// parseTwins makes twins of "up hq-b, down hq-c backup, ? hq-d", all since the start.
func parseTwins(text string) []Twin {
	var out []Twin
	for part := range strings.SplitSeq(text, ", ") {
		if words := append(strings.Fields(part), ""); words[0] != "" {
			out = append(out, Twin{Firewall: words[1], Known: words[0] != "?", Up: words[0] == "up", CARPBackup: words[2] == "backup", Since: start})
		}
	}
	return out
}

func TestMeet(t *testing.T) {
	const (
		up       = "wg0 up"
		down     = "wg0 down"
		noBackup = "down: reported down; no CARP address is BACKUP"
	)
	tests := []struct {
		name, report, read, twins string
		want                      string // "status: reason [twin, both nodes up]"
	}{
		{"none", up, "1 BACKUP", "", "up: reported up [, no]"},
		{"not known", up, "1 BACKUP", "? hq-b", "up: reported up [not known on hq-b, not known]"},
		{"not known, whatever it said", up, "1 BACKUP", "? hq-b backup", "up: reported up [not known on hq-b, not known]"},
		{"not known of one that is down", down, "1 MASTER", "? hq-b", noBackup + " [not known on hq-b, no]"},
		{"down", up, "1 BACKUP", "down hq-b backup", "up: reported up [down on hq-b, no]"},
		{"both down", down, "1 MASTER", "down hq-b backup", noBackup + " [down on hq-b, no]"},
		{"both up, nobody BACKUP", up, "1 MASTER", "up hq-b", "up: reported up [up on hq-b, no]"},
		{"both up, BACKUP here", up, "1 BACKUP", "up hq-b", "up: reported up [up on hq-b, yes]"},
		{"both up, BACKUP there", up, "1 MASTER", "up hq-b backup", "up: reported up [up on hq-b, yes]"},
		{"both up, CARP not readable here", up, "forbidden", "up hq-b", "up: reported up [up on hq-b, no]"},
		{"both up, INIT here", up, "1 INIT", "up hq-b", "up: reported up [up on hq-b, no]"},
		{"standby here", down, "1 BACKUP", "up hq-b", "standby: up on hq-b [up on hq-b, no]"},
		{"not known here, up there", down, "fail", "up hq-b backup", "standby: up on hq-b [up on hq-b, no]"},
		{"not known here, down there", down, "fail", "down hq-b backup", "not known: reported down; virtual IPs could not be read, so it may be standby [down on hq-b, not known]"},
		{"an unknown word yields to nobody", "wg0 odd", "1 BACKUP", "up hq-b", `unknown: OPNsense says "odd" [up on hq-b, no]`},

		{"three: one up, one not known, in any order", down, "1 MASTER", "? hq-c, up hq-d, down hq-b", "standby: up on hq-d [up on hq-d, no]"},
		{"three: one down, one not known", down, "1 MASTER", "down hq-b, ? hq-c", noBackup + " [not known on hq-c, no]"},
		{"three: all up", up, "1 MASTER", "up hq-c backup, up hq-b", "up: reported up [up on hq-b, yes]"},
		{"three: up here, one down, one not known", up, "1 BACKUP", "down hq-b, ? hq-c", "up: reported up [not known on hq-c, not known]"},
		{"three: both up is known, whatever of the third", up, "1 BACKUP", "? hq-b, up hq-c", "up: reported up [up on hq-c, yes]"},
		{"three: up twice, and not both here; the third is not known", up, "1 MASTER", "? hq-b, up hq-c", "up: reported up [up on hq-c, not known]"},
		{"three: of two that are up the first by name", down, "1 MASTER", "up hq-c, up hq-b", "standby: up on hq-b [up on hq-b, no]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := Join(nil, Report{At: start, Interfaces: interfaces(tt.report)}, Readings{}.then(tt.read, start), Policy{})
			twins := parseTwins(tt.twins)
			for range 2 {
				i := s.WithTwins(func(string) []Twin { return twins }).Interfaces[0]
				if got := fmt.Sprintf("%s: %s [%s, %s]", i.Status, i.Reason, i.Twin, flagWord(i.BothNodesUp)); got != tt.want {
					t.Errorf("\n got %s\nwant %s", got, tt.want)
				}
				if (i.BothNodesUp == FlagYes) != i.BothSince.Equal(start) {
					t.Errorf("both nodes up: %s, since %s", flagWord(i.BothNodesUp), i.BothSince)
				}
				slices.Reverse(twins)
			}
		})
	}
}

func flagWord(f Flag) string {
	value, known := f.Value()
	if !known {
		return "not known"
	}
	return map[float64]string{0: "no", 1: "yes"}[value]
}

// node is one of several firewalls of a data source.
type node struct {
	read Readings
	last *Snapshot
}

// TestFailover runs polls of several nodes and tells what each shows of wg0.
func TestFailover(t *testing.T) {
	type step struct {
		at    float64
		nodes string // "report / readings", one per node, by " | "; "-" did not answer
		want  string // "status since: twin, both nodes up"
	}
	tests := []struct {
		name  string
		steps []step
	}{
		{"there and back, with CARP", []step{
			{0, "wg0 up key=k / 1 MASTER | wg0 down key=k / 1 BACKUP", "up 0: down on b, no | standby 0: up on a, no"},
			{5, "wg0 down key=k / 1 BACKUP | wg0 down key=k / 1 MASTER", "standby 5: down on b, no | down 5: down on a, no"},
			{6, "wg0 down key=k / 1 BACKUP | wg0 up key=k / 1 MASTER", "standby 5: up on b, no | up 6: down on a, no"},
			{9, "wg0 up key=k / 1 MASTER | wg0 down key=k / 1 BACKUP", "up 9: down on b, no | standby 9: up on a, no"},
		}},
		{"standby since the twin came up, if that was later", []step{
			{0, "wg0 down key=k / empty | wg0 down key=k / empty", "down 0: down on b, no | down 0: down on a, no"},
			{3, "wg0 down key=k / empty | wg0 up key=k / empty", "standby 3: up on b, no | up 3: down on a, no"},
			{4, "wg0 down key=k / empty | wg0 up key=k / empty", "standby 3: up on b, no | up 3: down on a, no"},
		}},
		{"standby since it went down, if that was later", []step{
			{0, "wg0 up key=k / empty | wg0 up key=k / empty", "up 0: up on b, no | up 0: up on a, no"},
			{3, "wg0 down key=k / empty | wg0 up key=k / empty", "standby 3: up on b, no | up 0: down on a, no"},
		}},
		{"set down by hand on the master, and nobody takes over", []step{
			{0, "wg0 up key=k / 1 MASTER | wg0 down key=k / 1 BACKUP", "up 0: down on b, no | standby 0: up on a, no"},
			{1, "wg0 down key=k / 1 MASTER | wg0 down key=k / 1 BACKUP", "down 1: down on b, no | standby 0: down on a, no"},
		}},
		{"the master does not answer", []step{
			{0, "wg0 up key=k / 1 MASTER | wg0 down key=k / 1 INIT", "up 0: down on b, no | standby 0: up on a, no"},
			{1, "- | wg0 down key=k / 1 INIT", "up 0: down on b, no | down 0: not known on a, no"},
		}},
		{"stopped on the master: missing is no standby, and the twin knows", []step{
			{0, "wg0 up key=k / 1 MASTER | wg0 down key=k / 1 BACKUP", "up 0: down on b, no | standby 0: up on a, no"},
			{1, " / 1 MASTER | wg0 up key=k / 1 BACKUP", "down 1: up on b, no | up 1: down on a, no"},
			{2, "wg0 (none) / 1 MASTER | wg0 up key=k / 1 BACKUP", "down 1: up on b, no | up 1: down on a, no"},
		}},
		{"both up for hours while one is BACKUP, though it follows no CARP address", []step{
			{0, "wg0 up key=k / 1 MASTER | wg0 up key=k / 1 BACKUP", "up 0: up on b, yes | up 0: up on a, yes"},
			{5, "wg0 up key=k / 1 MASTER | wg0 up key=k / 1 BACKUP", "up 0: up on b, yes | up 0: up on a, yes"},
			{15, "wg0 up key=k / 1 MASTER | wg0 up key=k / 1 BACKUP", "up 0: up on b, yes | up 0: up on a, yes"},
			{300, "wg0 up key=k / 1 MASTER | wg0 up key=k / 1 BACKUP", "up 0: up on b, yes | up 0: up on a, yes"},
			{301, "wg0 up key=k / 1 MASTER | wg0 up key=k / 1 BACKUP; configuration wg0 on - none", "up 0: up on b, yes | up 0: up on a, yes"},
			{302, "wg0 up key=k / 1 MASTER | wg0 up key=k / 1 BACKUP, 2 MASTER; configuration wg0 on - vhid 2", "up 0: up on b, no | up 0: up on a, no"},
		}},
		{"three nodes", []step{
			{0, "wg0 up key=k / 1 MASTER | wg0 down key=k / 1 INIT | wg0 down key=k / 1 BACKUP", "up 0: down on b, no | standby 0: up on a, no | standby 0: up on a, no"},
		}},
		{"no key, no twin", []step{
			{0, "wg0 up key= / 1 BACKUP | wg0 down key= / 1 INIT", "up 0: , no | down 0: , no"},
		}},
		{"not configured is no key", []step{
			{0, "wg0 (none) / 1 BACKUP | wg0 (none) / 1 BACKUP", "down 0: , no | down 0: , no"},
		}},
		{"another key, another tunnel", []step{
			{0, "wg0 up key=k / 1 BACKUP | wg0 down key=l / 1 INIT", "up 0: , no | down 0: , no"},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var nodes []node
			for _, s := range tt.steps {
				told := strings.Split(s.nodes, " | ")
				nodes = append(nodes, make([]node, len(told)-len(nodes))...)
				for k := range nodes {
					report, read, answered := strings.Cut(told[k], " / ")
					if !answered {
						continue
					}
					nodes[k].read = nodes[k].read.then(read, minute(s.at))
					nodes[k].last = Join(nodes[k].last, Report{At: minute(s.at), Interfaces: interfaces(report)}, nodes[k].read, Policy{ForgetAfter: time.Hour})
				}
				var got []string
				for k := range nodes {
					i := meetAll(nodes, told, k).Interfaces[0]
					got = append(got, fmt.Sprintf("%s %g: %s, %s", i.Status, i.Since.Sub(start).Minutes(), i.Twin, flagWord(i.BothNodesUp)))
				}
				if diff := cmp.Diff(strings.Split(s.want, " | "), got); diff != "" {
					t.Fatalf("at %g minutes (-want +got):\n%s", s.at, diff)
				}
			}
		})
	}
}

// meetAll joins what one node tells with what the others, named a, b, c, do.
func meetAll(nodes []node, told []string, self int) *Snapshot {
	return nodes[self].last.WithTwins(func(key string) []Twin {
		var out []Twin
		for k, n := range nodes {
			for i := range n.last.Interfaces {
				if face := &n.last.Interfaces[i]; k != self && face.PublicKey == key {
					out = append(out, face.AsTwin(string(rune('a'+k)), told[k] != "-"))
				}
			}
		}
		return out
	})
}

// A ghost and a row without a key ask for no twin, and nothing is copied in vain.
func TestWhoHasTwins(t *testing.T) {
	first := Join(nil, Report{At: start, Interfaces: interfaces("wg0 up hq key=k, wg1 up key=, - down key=d")}, Readings{}, Policy{})
	s := Join(first, Report{At: minute(1), Interfaces: interfaces("wg5 up hq key=k, wg1 up key=")}, Readings{}, Policy{})
	var asked []string
	if got := s.WithTwins(func(key string) []Twin { asked = append(asked, key); return nil }); got != s {
		t.Error("copied, though nobody has a twin")
	}
	if diff := cmp.Diff([]string{"k"}, asked); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
	before := fmt.Sprintf("%+v", *s)
	if got := s.WithTwins(func(string) []Twin { return parseTwins("up hq-b") }); got == s || got.Interfaces[len(got.Interfaces)-1].Twin != "up on hq-b" {
		t.Errorf("got %+v", got.Interfaces)
	}
	if after := fmt.Sprintf("%+v", *s); after != before {
		t.Errorf("the snapshot changed:\n%s\n%s", before, after)
	}
}
