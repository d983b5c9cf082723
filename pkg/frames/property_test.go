package frames

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// Whatever firewalls send, a numeric answer can be read by Grafana's alerting, a
// failing firewall keeps its rows and costs no other, and asking twice gives the
// same.
func TestRandomFleets(t *testing.T) {
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 1))
		fleet := randomFleet(r)
		for _, q := range allQueries() {
			q.Filter = randomFilter(r, q.Type)
			answer, err := Build(q, fleet)
			if err != nil {
				checkUnavailable(t, q, fleet, err)
				continue
			}
			if q.Format == query.Numeric {
				checkNumeric(t, q, answer)
				checkOutage(t, q, fleet, answer[0], r.IntN(max(1, len(fleet))))
			}
			if once, again := wire(t, answer[0]), wire(t, mustBuild(t, q, fleet)); once != again {
				t.Errorf("%s asked again gives another answer:\n%s\n%s", q, once, again)
			}
		}
		if t.Failed() {
			t.Fatalf("with seed %d", seed)
		}
	}
}

func wire(t *testing.T, f *data.Frame) string {
	t.Helper()
	raw, err := data.FrameToJSON(f, data.IncludeAll)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func checkUnavailable(t *testing.T, q query.Query, fleet []wireguard.Firewall, err error) {
	t.Helper()
	untried, known := false, len(fleet) == 0
	for i := range fleet {
		untried = untried || fleet[i].Tried.IsZero()
		known = known || fleet[i].Answered()
	}
	var unavailable *UnavailableError
	if !errors.As(err, &unavailable) || err.Error() == "" {
		t.Errorf("%s: error is a %T: %v", q, err, err)
	}
	if known && (q.Format != query.Numeric || !untried) {
		t.Errorf("%s: an error though something is known: %v", q, err)
	}
}

// checkOutage lets one firewall fail: the rows stay as they are, its values are
// null, but for up, which is 0.
func checkOutage(t *testing.T, q query.Query, fleet []wireguard.Firewall, before *data.Frame, down int) {
	t.Helper()
	if len(fleet) == 0 {
		return
	}
	failing := append([]wireguard.Firewall(nil), fleet...)
	failing[down] = broken(failing[down], "no answer")
	after := mustBuild(t, q, failing)
	if before.Fields[0].Len() != after.Fields[0].Len() {
		t.Fatalf("%s: %d rows before the outage, %d in it", q, before.Fields[0].Len(), after.Fields[0].Len())
	}
	for row := range before.Fields[0].Len() {
		labels := labelsOf(before, row)
		if got := labelsOf(after, row); !got.Equals(labels) {
			t.Errorf("%s: labels %s became %s", q, labels, got)
		}
		was, is := valueAt(before, row), valueAt(after, row)
		want := was
		if labels["opnsense_instance"] == fleet[down].Name {
			want = "null"
			if q.Metric == query.Up {
				want = "0"
			}
		}
		if is != want {
			t.Errorf("%s: value of %s was %s, is %s, want %s", q, labels, was, is, want)
		}
	}
}

func valueAt(f *data.Frame, row int) string {
	v := f.Fields[len(f.Fields)-1].At(row).(*float64)
	if v == nil {
		return "null"
	}
	return fmt.Sprint(*v)
}

// pick returns one of several, most often the first.
func pick[T any](r *rand.Rand, of ...T) T {
	if r.IntN(2) == 0 {
		return of[0]
	}
	return of[r.IntN(len(of))]
}

func randomFleet(r *rand.Rand) []wireguard.Firewall {
	var fleet []wireguard.Firewall
	for i := range r.IntN(4) {
		policy := wireguard.Policy{ForgetAfter: time.Hour}
		if r.IntN(2) == 0 {
			policy.Expect = []wireguard.Expectation{{Device: "wg0"}, {Device: "wg5", Name: "expected"}}
		}
		snapshot := wireguard.Unseen(policy)
		polls := r.IntN(4)
		for poll := range polls {
			at := now.Add(time.Duration(poll-polls) * 30 * time.Second)
			snapshot = wireguard.Join(snapshot, randomReport(r, at), wireguard.Readings{VirtualIPs: randomVIPs(r, at)}, policy)
		}
		f := answering(fmt.Sprintf("fw%d", i), snapshot)
		switch {
		case polls == 0 && r.IntN(3) == 0:
			f.Tried = time.Time{}
			f.Err = pick(r, nil, errors.New("no answer yet"))
		case polls == 0 || r.IntN(3) == 0:
			f = broken(f, "no answer")
		}
		fleet = append(fleet, f)
	}
	return fleet
}

func randomReport(r *rand.Rand, at time.Time) wireguard.Report {
	report := wireguard.Report{At: at, ClockSkew: pick(r, 0, time.Hour, -9*time.Second)}
	device := func() string { return pick(r, "wg0", "wg1", "wg2", "wg10", "") }
	for range r.IntN(6) {
		f := face(device(), pick(r, "site", "", "b"), pick(r, wireguard.LinkUp, wireguard.LinkDown, wireguard.LinkUnknown))
		f.PublicKey = pick(r, f.PublicKey, wireguard.NotConfigured, "")
		report.Interfaces = append(report.Interfaces, f)
	}
	for range r.IntN(10) {
		p := peer(device(), pick(r, "alice", "", "bob", "日本"), time.Duration(r.IntN(900)-200)*time.Second)
		p.PublicKey = pick(r, "a=", "b=", "c=", "")
		p.RxBytes, p.TxBytes = pick[int64](r, 468, -1, 1<<62), pick[int64](r, 468, -1)
		p.Status = pick(r, wireguard.PeerNotKnown, wireguard.PeerUnknown, wireguard.PeerOffline, wireguard.PeerOnline)
		report.Peers = append(report.Peers, p)
	}
	for _, odd := range []wireguard.Oddity{wireguard.OddKey, wireguard.OddDevice, wireguard.OddStatus} {
		report.Oddities = report.Oddities.Add(odd, r.IntN(3))
	}
	return report
}

func randomVIPs(r *rand.Rand, at time.Time) wireguard.VirtualIPs {
	v := carpVIP(1, pick(r, "MASTER", "BACKUP", "INIT", "DISABLED"))
	v.At = pick(r, at, time.Time{})
	v.Failing = pick(r, false, true)
	v.Forbidden = v.Failing && r.IntN(2) == 0
	return v
}

func randomFilter(r *rand.Rand, t query.Type) query.Filter {
	var f query.Filter
	if t == query.Firewalls || r.IntN(3) > 0 {
		return f
	}
	f.Interfaces, _ = query.NewMatchers("interfaces", pick(r, nil, []string{"wg0"}, []string{"/wg1.*/", "site"}))
	if words := query.Statuses(t); len(words) > 0 && r.IntN(2) == 0 {
		f.Statuses = words[r.IntN(len(words)):]
	}
	if t == query.Peers || t == query.Problems {
		f.Peers, _ = query.NewMatchers("peers", pick(r, nil, []string{"alice"}, []string{"a="}))
		f.InterfaceUp = t == query.Peers && r.IntN(3) == 0
	}
	return f
}
