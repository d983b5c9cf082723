package plugin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/collector"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

var errEncode = errors.New("cannot be encoded")

func mustParse(tb testing.TB, raw string) query.Query {
	tb.Helper()
	q, err := query.Parse([]byte(raw), "")
	if err != nil {
		tb.Fatal(err)
	}
	return q
}

func statesNamed(ids ...string) []state {
	var scope []wireguard.Firewall
	for _, id := range ids {
		scope = append(scope, wireguard.Firewall{ID: id, Snapshot: wireguard.Unseen(wireguard.Policy{})})
	}
	return statesOf(scope)
}

// mustGet asks for an answer of a size and says whether it had to be made.
func mustGet(tb testing.TB, a *answers, key string, of []state, size int) (made bool) {
	tb.Helper()
	body, err := a.get(answerKey{query: key}, of, func() ([]byte, error) { made = true; return make([]byte, size), nil })
	if err != nil || len(body) != size {
		tb.Fatalf("%s: %d bytes, %v", key, len(body), err)
	}
	return made
}

func (a *answers) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.byKey)
}

func (a *answers) kept() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []string
	bytes := 0
	for e := a.recent.Front(); e != nil; e = e.Next() {
		kept := e.Value.(*keptAnswer)
		bytes += kept.size
		out = append(out, kept.key.query)
	}
	if len(a.byKey) != len(out) || a.bytes != bytes {
		out = append(out, fmt.Sprintf("(%d found, %d bytes counted of %d)", len(a.byKey), a.bytes, bytes))
	}
	return strings.Join(out, " ")
}

func TestAnswersAreBounded(t *testing.T) {
	hq, branch := statesNamed("hq"), statesNamed("branch")
	a := newAnswers()
	for _, failing := range []func() ([]byte, error){
		func() ([]byte, error) { return nil, errEncode },
		func() ([]byte, error) { return make([]byte, mostAnswerBytes+1), nil },
	} {
		_, err := a.get(answerKey{query: "odd"}, hq, failing)
		if err != nil && !errors.Is(err, errEncode) || a.kept() != "" {
			t.Errorf("an error or what is too large is kept: %v, %s", err, a.kept())
		}
	}
	const third = mostAnswerBytes/3 + 1
	for _, step := range []struct {
		key  string
		of   []state
		size int
		made bool
		kept string
	}{
		{"a", hq, third, true, "a"},
		{"b", branch, third, true, "b a"},
		{"a", hq, third, false, "a b"},
		{"c", hq, third, true, "c a"}, // b was asked for the longest ago
		{"b", branch, 1, true, "b c a"},
		{"a", statesNamed("hq"), 2, true, "a b c"}, // another snapshot
		{"c", nil, 3, true, "c a b"},
		{"d", append(hq, branch...), 4, true, "d c a b"},
		{"d", append(branch, hq...), 4, true, "d c a b"},
	} {
		if made := mustGet(t, a, step.key, step.of, step.size); made != step.made || a.kept() != step.kept {
			t.Errorf("%s: made %t, kept %s; want %t, %s", step.key, made, a.kept(), step.made, step.kept)
		}
	}
	if a.drop("branch"); a.kept() != "c a" {
		t.Errorf("kept without branch: %s", a.kept())
	}
	for i := range 2 * mostAnswers {
		mustGet(t, a, fmt.Sprint(i), hq, 1)
	}
	if len(a.byKey) != mostAnswers || a.recent.Len() != mostAnswers || a.bytes != mostAnswers {
		t.Errorf("%d answers kept, %d bytes", len(a.byKey), a.bytes)
	}
}

// Whoever asks while an answer is made gets that one.
func TestAnswersAreMadeOnce(t *testing.T) {
	a, of := newAnswers(), statesNamed("hq")
	var made atomic.Int32
	var asking sync.WaitGroup
	begin := make(chan struct{})
	for range 50 {
		asking.Go(func() {
			<-begin
			body, err := a.get(answerKey{query: "a"}, of, func() ([]byte, error) {
				made.Add(1)
				time.Sleep(10 * time.Millisecond)
				return []byte("answer"), nil
			})
			if err != nil || string(body) != "answer" {
				t.Errorf("%q, %v", body, err)
			}
		})
	}
	close(begin)
	asking.Wait()
	if made.Load() != 1 || a.kept() != "a" {
		t.Errorf("made %d times; kept %s", made.Load(), a.kept())
	}
}

// All that is known of a firewall tells its states apart, but for what is another
// each time that it is looked at.
func TestStatesDiffer(t *testing.T) {
	at := time.Unix(1000, 0)
	base := wireguard.Firewall{Snapshot: wireguard.Unseen(wireguard.Policy{})}
	values := []any{"x", true, at, at.Add(time.Second), time.Minute, errEncode, wireguard.Unseen(wireguard.Policy{})}
	for i := range reflect.TypeFor[wireguard.Firewall]().NumField() {
		changed := base
		f := reflect.ValueOf(&changed).Elem().Field(i)
		for _, v := range values {
			if reflect.TypeOf(v).AssignableTo(f.Type()) {
				f.Set(reflect.ValueOf(v))
				break
			}
		}
		name := reflect.TypeFor[wireguard.Firewall]().Field(i).Name
		if f.IsZero() {
			t.Errorf("%s: the test has no value for it", name)
		}
		same := statesOf([]wireguard.Firewall{base})[0] == statesOf([]wireguard.Firewall{changed})[0]
		if want := name == "Looked" || name == "Next"; same != want {
			t.Errorf("%s: states are the same: %t", name, same)
		}
	}
	with := func(err error) state {
		f := base
		f.Err = err
		return statesOf([]wireguard.Firewall{f})[0]
	}
	if with(errors.New("x")) != with(errors.New("x")) || with(errors.New("x")) == with(errors.New("y")) || with(errors.New("")) == with(nil) {
		t.Error("errors are not told apart by their texts")
	}
}

// eventful is two firewalls with a tunnel in common, to which things happen.
type eventful struct {
	tb        testing.TB
	random    *rand.Rand
	now       atomic.Int64 // Unix milliseconds
	firewalls [2]*fakeFirewall
	settings  backend.DataSourceInstanceSettings
	registry  *collector.Registry
	*instance // with the newest settings
}

func newEventful(tb testing.TB, seed uint64) *eventful {
	w := &eventful{tb: tb, random: rand.New(rand.NewPCG(seed, 1)), firewalls: [2]*fakeFirewall{newFakeFirewall(tb), newFakeFirewall(tb)}}
	w.now.Store(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixMilli())
	w.registry = NewRegistry(func() time.Time { return time.UnixMilli(w.now.Load()).UTC() })
	w.settings = settingsOf(tb, w.firewalls[0].entry("a", "ca"), w.firewalls[1].entry("b", "ca"))
	w.instance = mustInstanceOn(tb, w.registry, w.settings)
	return w
}

// happen lets something happen, or only time pass.
func (w *eventful) happen() {
	f := w.firewalls[w.random.IntN(2)]
	switch w.random.IntN(8) {
	case 0:
		instead(&f.show, answer(http.StatusBadGateway, "no"))
	case 1:
		instead(&f.show, answer(http.StatusUnauthorized, `{"status":401}`))
	case 2:
		state := [...]string{"up", "down", "odd"}[w.random.IntN(3)]
		body := fmt.Sprintf(`{"total":2,"rows":[{"if":"wg0","type":"interface","public-key":"K0=","status":%q,"name":"main","ifname":"main"},
			{"if":"wg0","type":"peer","public-key":"K1=","allowed-ips":"10.0.0.0/16","latest-handshake":%d,"transfer-rx":%d,"transfer-tx":1,"name":"alice","ifname":"main"}]}`,
			state, w.now.Load()/1000-w.random.Int64N(400), w.random.Int64N(1e6))
		instead(&f.show, answer(http.StatusOK, body))
	case 3:
		f.show.Store(nil)
	case 4:
		instead(&f.vips, [...]http.HandlerFunc{denied, answer(http.StatusOK, vipAnswer)}[w.random.IntN(2)])
	case 5:
		name := fmt.Sprint("renamed ", w.random.IntN(3))
		w.settings.JSONData = []byte(strings.Replace(string(w.settings.JSONData), `"id":"a"`, fmt.Sprintf(`"expectPeers":[%q],"id":"a"`, name), 1))
		if w.random.IntN(2) == 0 {
			w.settings.JSONData = []byte(strings.Replace(string(w.settings.JSONData), "{", `{"pollInterval":"1s",`, 1)) // which is told
		}
		w.settings.Updated = w.settings.Updated.Add(time.Second)
		w.instance = mustInstanceOn(w.tb, w.registry, w.settings)
	case 6:
		_ = w.members[w.random.IntN(2)].reads.Forget("wg0", "main")
	default:
	}
	w.now.Add(w.random.Int64N(40_000))
}

// Whatever happens, an answer that is kept is the very one that would be made now.
func TestAnswersAreTheFreshOnes(t *testing.T) {
	var queries []query.Query
	for _, raw := range []string{
		`{"queryType":"interfaces"}`, `{"queryType":"peers"}`, `{"queryType":"firewalls"}`, `{"queryType":"problems"}`,
		`{"queryType":"interfaces","format":"numeric"}`, `{"queryType":"peers","format":"numeric","metric":"handshake_age"}`,
		`{"queryType":"firewalls","format":"numeric"}`, `{"queryType":"peers","filter":{"firewalls":["a"],"peers":["/a.*/"]}}`,
		`{"queryType":"interfaces","filter":{"firewalls":["nobody"]}}`,
	} {
		queries = append(queries, mustParse(t, raw))
	}
	kept, made := 0, 0
	for seed := range uint64(4) {
		w := newEventful(t, seed)
		seen := map[*byte]bool{}
		for range 60 {
			w.happen()
			for range 3 {
				q := queries[w.random.IntN(len(queries))]
				refID := string(rune('A' + w.random.IntN(2)))
				scope := w.ask(context.Background(), q.Filter)
				got, err := w.encoded(q, refID, scope)
				want, wantErr := w.encode(q, refID, scope)
				if fmt.Sprint(err) != fmt.Sprint(wantErr) || !bytes.Equal(got, want) {
					t.Fatalf("seed %d: %s is answered with %d bytes, %v; a fresh answer has %d bytes, %v", seed, q, len(got), err, len(want), wantErr)
				}
				switch {
				case err != nil:
				case seen[&got[0]]:
					kept++
				default:
					made++
					seen[&got[0]] = true
				}
			}
		}
	}
	if kept < 50 || made < 50 {
		t.Errorf("%d answers were kept and %d made: the test shows little", kept, made)
	}
}

// While nothing new is known, looking again finds the same answer; time alone can
// make it old.
func TestAnswersAreShared(t *testing.T) {
	w := newEventful(t, 1)
	q := mustParse(t, `{"queryType":"interfaces"}`)
	ask := func() *byte {
		t.Helper()
		body, err := w.encoded(q, "A", w.ask(context.Background(), q.Filter))
		if err != nil {
			t.Fatal(err)
		}
		return &body[0]
	}
	ask() // the two firewalls find that they are twins
	first := ask()
	w.now.Add(1000)
	if ask() != first {
		t.Error("asked again, the answer is another")
	}
	for _, f := range w.firewalls {
		instead(&f.show, answer(http.StatusBadGateway, "no"))
	}
	w.now.Add(70_000)
	if ask() == first {
		t.Error("the answer is still the one of 70 seconds ago")
	}
}

func TestArchiveDropsOldAnswers(t *testing.T) {
	w := newEventful(t, 1)
	a := archiveOf(w.members)
	if a.answers != w.answers || a.Store != w.store {
		t.Fatal("the instance has another archive than its firewalls")
	}
	for _, end := range []func(*wireguard.Firewall){a.Record, a.Drop} {
		if _, err := w.encoded(mustParse(t, `{}`), "A", w.ask(context.Background(), query.Filter{})); err != nil {
			t.Fatal(err)
		}
		if a.answers.count() != 1 {
			t.Fatalf("kept: %s", a.answers.kept())
		}
		f := w.ask(context.Background(), query.Filter{})[0]
		if end(&f); a.answers.kept() != "" {
			t.Errorf("kept after a poll or removal: %s", a.answers.kept())
		}
	}
}
