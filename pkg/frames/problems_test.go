package frames

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// listed tells the rows of a list of problems as "problem firewall/device/peer"; a
// filter that is a list is ad-hoc.
func listed(tb testing.TB, filter string, scope []wireguard.Firewall) []string {
	tb.Helper()
	raw := `{"queryType":"problems","filter":` + filter + `}`
	if strings.HasPrefix(filter, "[") {
		raw = `{"queryType":"problems","adhoc":` + filter + `}`
	}
	q, err := query.Parse([]byte(raw), "")
	if err != nil {
		tb.Fatal(err)
	}
	return problemsIn(mustBuild(tb, q, scope))
}

func problemsIn(f *data.Frame) []string {
	what, _ := f.FieldByName("problem")
	var out []string
	for row, id := range identities(f) {
		out = append(out, what.At(row).(string)+" "+strings.TrimRight(id, "/"))
	}
	return out
}

func TestProblems(t *testing.T) {
	all := []string{
		"unreachable branch", "unreachable lab", "down hq/wg2", "site down hq/wg1/gone-site",
		"up on both nodes hq/wg4", "no return traffic hq/wg0/one-way-site", "unknown hq/wg5",
	}
	for _, tt := range []struct {
		name, filter string
		scope        []wireguard.Firewall
		want         []string
	}{
		{"no firewall at all", `{}`, nil, nil},
		{"none ever answered", `{}`, neverAnswered()[:1], []string{"unreachable hq"}},
		{"first poll under way", `{}`, notTried(), []string{"not known hq"}},
		{"standby, CARP not readable, never read, MASTER", `{}`, carpStates(), []string{
			"down hq-b/wg2", "down hq-b/wg3", "down hq-d/wg0", "down hq-e/wg0", "unknown hq-b/wg1", "not known hq-c/wg0",
		}},
		{"a tunnel vanished", `{}`, vanished(), []string{"down hq/wg1"}},
		{"no rows: nothing is expected", `{}`, noRows(), nil},
		{"healthy, with a stale and an offline phone", `{}`, healthy(), nil},
		{"everything", `{}`, troubled(), all},

		{"a firewall that does not exist", `{"firewalls":["x"]}`, nil, nil},
		{"an interface that does not exist; the one never seen may have it", `{"interfaces":["wg99"]}`, troubled(), []string{"unreachable lab"}},
		{"a peer that does not exist", `{"peers":["nobody"]}`, troubled(), []string{"unreachable lab"}},
		{"an interface by name, silent and well", `{"interfaces":["site-to-site"]}`, troubled(), []string{"unreachable branch", "unreachable lab", "site down hq/wg1/gone-site"}},
		{"an interface that was standby when its firewall fell silent", `{"interfaces":["standby-link"]}`, troubled(), []string{"unreachable branch", "unreachable lab"}},
		{"a site whose interface is down", `{"peers":["office-03"]}`, troubled(), []string{"unreachable lab", "down hq/wg2"}},
		{"a site whose firewall is silent", `{"peers":["lte-router"]}`, troubled(), []string{"unreachable branch", "unreachable lab"}},
		{"a site on a tunnel that was standby", `{"peers":["not-affected"]}`, troubled(), []string{"unreachable lab"}},
		{"a site by key", `{"peers":["key-of-gone-site"]}`, troubled(), []string{"unreachable lab", "site down hq/wg1/gone-site"}},
		{"ad hoc, of one tunnel: what is about more than it has no device", `[{"key":"device","operator":"=","value":"wg1"}]`, troubled(), []string{"site down hq/wg1/gone-site"}},
		{"ad hoc, sites", `[{"key":"site","operator":"=","value":"true"}]`, troubled(), []string{"site down hq/wg1/gone-site", "no return traffic hq/wg0/one-way-site"}},
		{"ad hoc, all but a firewall", `[{"key":"opnsense_instance","operator":"!=","value":"hq"}]`, troubled(), []string{"unreachable branch", "unreachable lab"}},
		{"a site elsewhere", `{"interfaces":["wg0"],"peers":["gone-site"]}`, troubled(), []string{"unreachable lab"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := listed(t, tt.filter, tt.scope); !slices.Equal(got, tt.want) {
				t.Errorf("\n got %q\nwant %q", got, tt.want)
			}
		})
	}
}

// Only what the filter lets through counts as affected.
func TestProblemsAffected(t *testing.T) {
	q, err := query.Parse([]byte(`{"queryType":"problems","filter":{"interfaces":["backup-link"],"peers":["lte-router"]}}`), "")
	if err != nil {
		t.Fatal(err)
	}
	f := mustBuild(t, q, troubled()[1:2])
	for name, want := range map[string]string{"affected": "tunnels: backup-link; sites: lte-router", "networks": "10.1.0.0/16, fd00:1::/48"} {
		if field, _ := f.FieldByName(name); field.At(0) != want {
			t.Errorf("%s: %q, want %q", name, field.At(0), want)
		}
	}
}

func TestShortList(t *testing.T) {
	long := strings.Repeat("ü", 1000)
	for _, tt := range []struct {
		name  string
		items []string
		want  string
	}{
		{"none", nil, ""},
		{"one without end", []string{long}, strings.Repeat("ü", 60) + "…"},
		{"the same again", []string{"a", "b", "a"}, "a, b"},
		{"too many", slices.Repeat([]string{long + "1", long + "2", long + "3", "d"}, 2), strings.Repeat("ü", 60) + "…, " + strings.Repeat("ü", 60) + "…, +2"},
	} {
		if got := shortList(tt.items); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Whatever the fleet: the worst is first; a firewall that does not answer has one
// row, and one that does has a row for each tunnel that is down and none for
// what is well; a filter adds nothing.
func TestRandomProblems(t *testing.T) {
	ranks := map[string]int{}
	for i, known := range troubles {
		ranks[known.word] = i
	}
	q := query.Query{Type: query.Problems, Format: query.Table}
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 2))
		fleet := randomFleet(r)
		all := problemsIn(mustBuild(t, q, fleet))
		want := map[string]int{}
		for i := range fleet {
			f := &fleet[i]
			for k := range f.Snapshot.Interfaces {
				if f.Known() && f.Snapshot.Interfaces[k].Status == wireguard.InterfaceDown {
					want[strings.TrimRight("down "+f.Name+"/"+f.Snapshot.Interfaces[k].Device, "/")]++
				}
			}
			switch {
			case f.Known():
			case f.Tried.IsZero():
				want["not known "+f.Name]++
			default:
				want["unreachable "+f.Name]++
			}
		}
		rank := -1
		for _, row := range all {
			word, id := cutTrouble(row)
			if ranks[word] < rank {
				t.Errorf("%q comes too late in %q", row, all)
			}
			rank = ranks[word]
			name, _, _ := strings.Cut(id, "/")
			silent := slices.ContainsFunc(fleet, func(f wireguard.Firewall) bool { return f.Name == name && !f.Known() })
			if silent != (word == "unreachable" || word == "not known" && id == name) {
				t.Errorf("%q, though it is silent: %v", row, silent)
			}
			want[row]--
		}
		for row, left := range want {
			if left > 0 {
				t.Errorf("%q is missing from %q", row, all)
			}
		}
		narrow := q
		narrow.Filter = randomFilter(r, query.Problems)
		for _, row := range problemsIn(mustBuild(t, narrow, fleet)) {
			if !slices.Contains(all, row) {
				t.Errorf("%s adds %q", narrow, row)
			}
		}
		if t.Failed() {
			t.Fatalf("with seed %d", seed)
		}
	}
}

// cutTrouble splits "no return traffic hq/wg0" in two.
func cutTrouble(row string) (word, id string) {
	for _, known := range troubles {
		if rest, ok := strings.CutPrefix(row, known.word+" "); ok {
			return known.word, rest
		}
	}
	return "", row
}
