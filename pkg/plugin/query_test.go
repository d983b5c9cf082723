package plugin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/collector"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/frames"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/opnsense"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
)

func TestFailed(t *testing.T) {
	setting := &SettingError{"firewalls[0].url", "is missing"}
	refused := &opnsense.Error{Kind: opnsense.KindRefused, Message: "refused"}
	unavailable := func(causes ...error) error { return &frames.UnavailableError{Causes: causes} }
	for _, tt := range []struct {
		name   string
		err    error
		status int
		source backend.ErrorSource
	}{
		{"a bug", errors.New("index out of range"), 500, backend.ErrorSourcePlugin},
		{"a call that could not be made", &opnsense.Error{Kind: opnsense.KindInternal}, 500, backend.ErrorSourcePlugin},
		{"that, within all that failed", unavailable(&opnsense.Error{Kind: opnsense.KindInternal}), 500, backend.ErrorSourcePlugin},
		{"bad query", &query.Error{Field: "metric"}, 400, backend.ErrorSourceDownstream},
		{"bad query, wrapped", fmt.Errorf("A: %w", &query.Error{Field: "metric"}), 400, backend.ErrorSourceDownstream},
		{"bad setting", errors.Join(setting), 400, backend.ErrorSourceDownstream},
		{"nothing but bad settings", unavailable(errors.Join(setting, setting)), 400, backend.ErrorSourceDownstream},
		{"a bad setting and a firewall that fails", unavailable(setting, refused), 502, backend.ErrorSourceDownstream},
		{"a firewall that fails", unavailable(refused), 502, backend.ErrorSourceDownstream},
		{"a firewall not tried", unavailable(&collector.NotAskedError{Firewall: "hq"}), 502, backend.ErrorSourceDownstream},
		{"a firewall out of time", unavailable(&opnsense.Error{Kind: opnsense.KindTimeout, Err: context.DeadlineExceeded}), 504, backend.ErrorSourceDownstream},
		{"the caller is out of time", context.DeadlineExceeded, 504, backend.ErrorSourceDownstream},
		{"the caller left", fmt.Errorf("asking: %w", context.Canceled), 499, backend.ErrorSourceDownstream},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := failed(tt.err)
			if int(got.Status) != tt.status || got.ErrorSource != tt.source || !errors.Is(got.Error, tt.err) || got.Frames != nil {
				t.Errorf("%d %s (%v), want %d %s", got.Status, got.ErrorSource, got.Error, tt.status, tt.source)
			}
		})
	}
}

// One of three firewalls refuses the key: it is named, the others answer.
func TestQueryOneOfThreeFails(t *testing.T) {
	a, b, c := newFakeFirewall(t), newFakeFirewall(t), newFakeFirewall(t)
	instead(&c.show, answer(http.StatusUnauthorized, `{"status":401,"message":"Authentication Failed"}`))
	in := mustInstance(t, settingsOf(t, a.entry("a", "ca"), c.entry("c", "insecure"), b.entry("b", "pin")))
	got := mustQuery(context.Background(), t, in,
		"interfaces", `{"format":"numeric"}`,
		"bad", `{"format":"numeric","metric":"speed"}`,
		"firewalls", `{"queryType":"firewalls","format":"numeric"}`,
		"alone", `{"filter":{"firewalls":["c"]}}`,
		"none", `{"filter":{"firewalls":["d"]}}`,
		"by id", `{"queryType":"peers","filter":{"firewalls":["/a|b/"],"peers":["site-b"]}}`,
	)
	for ref, want := range map[string]struct {
		rows  string // first column and last
		error string
	}{
		"interfaces": {rows: "a firewall 1, a firewall 3, b firewall 1, b firewall 3"},
		"bad":        {error: `400 query field metric: "speed" is unknown; allowed: status, both_nodes_up, peers_online, rx_bytes, tx_bytes, rx_rate, tx_rate`},
		"firewalls":  {rows: "a firewall 1, c firewall 0, b firewall 1"},
		"alone":      {error: "502 no answer from the firewalls: c firewall: the firewall refused the API key or secret (401): check both, and that their user is neither disabled nor expired"},
		"none":       {rows: ""},
		"by id":      {rows: "a firewall site-b, b firewall site-b"},
	} {
		if rows, err := told(t, got[ref]); rows != want.rows || err != want.error {
			t.Errorf("%s: rows %q error %q\nwant rows %q error %q", ref, rows, err, want.rows, want.error)
		}
	}
	if n := notices(got["interfaces"]); !strings.Contains(n, "c firewall: the firewall refused") || strings.Contains(n, "a firewall") {
		t.Errorf("notices: %s", n)
	}
	if a.calls.Load() != 1 || b.calls.Load() != 1 || c.calls.Load() != 1 {
		t.Errorf("six queries cost %d, %d and %d calls, want one each", a.calls.Load(), b.calls.Load(), c.calls.Load())
	}
}

// A firewall whose settings cannot work is named, the others answer.
func TestQueryBadSettings(t *testing.T) {
	a := newFakeFirewall(t)
	bad := a.entry("b", "none")
	bad["url"] = ""
	in := mustInstance(t, settingsOf(t, bad, a.entry("a", "ca")))
	got := mustQuery(context.Background(), t, in,
		"interfaces", `{"format":"numeric"}`,
		"firewalls", `{"queryType":"firewalls","format":"numeric"}`,
		"problems", `{"queryType":"problems"}`,
		"alone", `{"format":"numeric","filter":{"firewalls":["b"]}}`)
	problem := `setting firewalls[0] (b firewall).url: is missing: give the firewall's address, such as https://fw.example:8443` + "\n" +
		`setting firewalls[0] (b firewall).tls.mode: is unknown: allowed are "system", "ca", "pin" and "insecure"`
	for ref, want := range map[string][2]string{
		"interfaces": {"a firewall 1, a firewall 3", ""},
		"firewalls":  {"b firewall 0, a firewall 1", ""},
		"alone":      {"", "400 no answer from the firewalls: " + problem},
	} {
		if rows, err := told(t, got[ref]); rows != want[0] || err != want[1] {
			t.Errorf("%s: rows %q error %q\nwant %q", ref, rows, err, want)
		}
	}
	if n := notices(got["interfaces"]); n != problem {
		t.Errorf("notices: %s", n)
	}
	listed := got["problems"].Frames[0]
	cell := func(column string) any {
		f, _ := listed.FieldByName(column)
		v, _ := f.ConcreteAt(0)
		return v
	}
	if listed.Rows() != 1 || cell("opnsense_instance") != "b firewall" || cell("problem") != "unreachable" ||
		cell("reason") != strings.ReplaceAll(problem, "\n", "; ") || cell("since") == nil || cell("url") != "" {
		t.Errorf("listed as %v %v because of %v since %v, at %q, in %d rows",
			cell("opnsense_instance"), cell("problem"), cell("reason"), cell("since"), cell("url"), listed.Rows())
	}
}

// A rule that asks for a list gets an error that says what to ask for: without
// numbers Grafana would make "no data" of it, whatever is in the list.
func TestQueryListsInRules(t *testing.T) {
	a := newFakeFirewall(t)
	in := mustInstance(t, settingsOf(t, a.entry("a", "ca")))
	for raw, want := range map[string]string{
		`{"queryType":"problems"}`: "400 query field queryType: problems is a list without numbers, for people: a rule can ask interfaces, peers or firewalls (format numeric) or promql",
		`{"queryType":"events"}`:   "400 query field queryType: events is a list without numbers, for people: a rule can ask interfaces, peers or firewalls (format numeric) or promql",
		`{"format":"numeric"}`:     "",
	} {
		for rule, want := range map[string]string{"": "", "true": want} {
			req := &backend.QueryDataRequest{Headers: map[string]string{}, Queries: []backend.DataQuery{{RefID: "A", JSON: []byte(raw)}}}
			if rule != "" {
				req.Headers["FromAlert"] = rule
			}
			resp, err := in.QueryData(context.Background(), req)
			if err != nil {
				t.Fatal(err)
			}
			if _, got := told(t, resp.Responses["A"]); got != want {
				t.Errorf("%s, in a rule: %q\n got %q\nwant %q", raw, rule, got, want)
			}
		}
	}
}

// Grafana stores a new rule's query empty, and shows it as the front end's default
// for rules: numeric. A format that is named is another matter.
func TestQueryDefaultsInRules(t *testing.T) {
	a := newFakeFirewall(t)
	in := mustInstance(t, settingsOf(t, a.entry("a", "ca")))
	for raw, want := range map[string]data.FrameType{
		`{"format":"table"}`:    data.FrameTypeTable,
		`{}`:                    data.FrameTypeNumericLong,
		`{"queryType":"peers"}`: data.FrameTypeNumericLong,
	} {
		for rule, want := range map[string]data.FrameType{"": data.FrameTypeTable, "true": want} {
			req := &backend.QueryDataRequest{Headers: map[string]string{}, Queries: []backend.DataQuery{{RefID: "A", JSON: []byte(raw)}}}
			if rule != "" {
				req.Headers["FromAlert"] = rule
			}
			resp, err := in.QueryData(context.Background(), req)
			if err != nil {
				t.Fatal(err)
			}
			if got := resp.Responses["A"]; got.Error != nil || len(got.Frames) != 1 || got.Frames[0].Meta.Type != want {
				t.Errorf("%s, in a rule: %q: %v, want one frame of type %s", raw, rule, got, want)
			}
		}
	}
}

// A general setting that cannot work is named in every answer.
func TestQueryBadGeneralSetting(t *testing.T) {
	a := newFakeFirewall(t)
	s := settingsOf(t, a.entry("a", "ca"))
	s.JSONData = []byte(strings.Replace(string(s.JSONData), "{", `{"pollInterval":"1s",`, 1))
	got := mustQuery(context.Background(), t, mustInstance(t, s), "A", `{}`, "B", `{"queryType":"firewalls"}`)
	for ref, r := range got {
		if n := notices(r); r.Error != nil || n != `setting pollInterval: must be a duration from 10s to 2m, such as "30s"; 30s is used instead` {
			t.Errorf("%s: error %v, notices %q", ref, r.Error, n)
		}
	}
}

// A caller who leaves is not kept waiting for a firewall that stays silent.
func TestQueryCancelled(t *testing.T) {
	a := newFakeFirewall(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	instead(&a.show, func(w http.ResponseWriter, r *http.Request) {
		cancel()
		silent(w, r)
	})
	in := mustInstance(t, settingsOf(t, a.entry("a", "ca")))
	if rows, err := told(t, mustQuery(ctx, t, in, "A", `{"format":"numeric"}`)["A"]); err != "499 context canceled" {
		t.Errorf("rows %q, error %q", rows, err)
	}
	late, cancelLate := context.WithDeadline(context.Background(), time.Unix(1, 0))
	defer cancelLate()
	if rows, err := told(t, mustQuery(late, t, in, "A", `{"format":"numeric"}`)["A"]); err != "504 context deadline exceeded" {
		t.Errorf("rows %q, error %q", rows, err)
	}
}

// told is what an answer says: first and last column of each row, or the error.
func told(t *testing.T, r backend.DataResponse) (rows, problem string) {
	t.Helper()
	if r.Error != nil {
		return "", fmt.Sprintf("%d %s", r.Status, r.Error)
	}
	if len(r.Frames) != 1 {
		t.Fatalf("%d frames", len(r.Frames))
	}
	f := r.Frames[0]
	last := f.Fields[len(f.Fields)-1]
	if peer, _ := f.FieldByName("peer_name"); peer != nil {
		last = peer
	}
	var out []string
	for i := range f.Fields[0].Len() {
		v, _ := last.ConcreteAt(i)
		out = append(out, fmt.Sprint(f.Fields[0].At(i), " ", v))
	}
	return strings.Join(out, ", "), ""
}

func notices(r backend.DataResponse) string {
	var out []string
	for _, f := range r.Frames {
		for _, n := range f.Meta.Notices {
			if n.Severity == data.NoticeSeverityWarning {
				out = append(out, n.Text)
			}
		}
	}
	return strings.Join(out, "\n")
}
