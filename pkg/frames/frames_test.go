package frames

import (
	"errors"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// checkNumeric holds a numeric answer to what Grafana's alerting reads without
// guessing.
func checkNumeric(t *testing.T, q query.Query, answer data.Frames) {
	t.Helper()
	if len(answer) != 1 {
		t.Fatalf("%s: %d frames, a second one would silently be ignored", q, len(answer))
	}
	f := answer[0]
	if f.Meta == nil || f.Meta.Type != data.FrameTypeNumericLong || f.Meta.TypeVersion != (data.FrameTypeVersion{0, 1}) {
		t.Errorf("%s: type of the frame is %+v", q, f.Meta)
	}
	numbers := 0
	for _, field := range f.Fields {
		switch field.Type() {
		case data.FieldTypeNullableFloat64:
			numbers++
			if field.Name != string(q.Metric) {
				t.Errorf("%s: the number is named %s", q, field.Name)
			}
		case data.FieldTypeString:
			if field.Labels != nil || field.Config != nil {
				t.Errorf("%s: label %s carries more than its values", q, field.Name)
			}
		default:
			t.Errorf("%s: field %s is a %s", q, field.Name, field.Type())
		}
	}
	if numbers != 1 || len(f.Fields) < 2 {
		t.Errorf("%s: %d numbers in %d fields, want one number and at least one label", q, numbers, len(f.Fields))
	}
	if _, err := f.RowLen(); err != nil {
		t.Errorf("%s: %v", q, err)
	}
	if _, err := evaluateDown(answer); err != nil {
		t.Errorf("%s: %v", q, err)
	}
}

func TestNumeric(t *testing.T) {
	for name, scenario := range scenarios {
		for _, q := range numericQueries() {
			if answer, err := Build(q, scenario()); err == nil {
				checkNumeric(t, q, answer)
			} else if name != "not_tried" {
				t.Errorf("%s, %s: %v", name, q, err)
			}
		}
	}
}

// When there is nothing to show, or a row might be missing, it is an error that
// names the firewall; else there is a frame.
func TestUnavailable(t *testing.T) {
	failed := broken(answering("hq", &wireguard.Snapshot{}), "refused")
	other := broken(answering("b", &wireguard.Snapshot{}), "no answer")
	silent := answering("hq", &wireguard.Snapshot{}) // neither tried nor failed
	silent.Tried = silent.Snapshot.At
	waiting := notTried()[0]
	expecting := neverAnswered()[0]
	for _, tt := range []struct {
		name  string
		q     query.Query
		scope []wireguard.Firewall
		want  string // "" for an answer
	}{
		{"none ever answered, table", query.Query{Type: query.Interfaces, Format: query.Table}, []wireguard.Firewall{failed, other}, "no answer from the firewalls: hq: refused\nb: no answer"},
		{"none ever answered, numeric", statusOf(query.Peers), []wireguard.Firewall{failed}, "no answer from the firewalls: hq: refused"},
		{"none tried, table", query.Query{Type: query.Peers, Format: query.Table}, []wireguard.Firewall{waiting}, "no answer from the firewalls: hq: no answer yet"},
		{"none tried and none says why", query.Query{Type: query.Peers, Format: query.Table}, []wireguard.Firewall{silent}, "no answer from the firewalls: firewall hq was not asked yet"},
		{"one not tried, numeric", statusOf(query.Interfaces), []wireguard.Firewall{waiting, branch()}, "no answer from the firewalls: hq: no answer yet"},
		{"one not tried and does not say why, numeric", statusOf(query.Interfaces), []wireguard.Firewall{silent, branch()}, "no answer from the firewalls: firewall hq was not asked yet"},
		{"one not tried, numeric of firewalls", numericOf(query.Firewalls, query.Up), []wireguard.Firewall{waiting, branch()}, "no answer from the firewalls: hq: no answer yet"},

		{"one not tried, table", query.Query{Type: query.Interfaces, Format: query.Table}, []wireguard.Firewall{waiting, branch()}, ""},
		{"none ever answered, firewalls", query.Query{Type: query.Firewalls, Format: query.Table}, []wireguard.Firewall{failed, waiting}, ""},
		{"none ever answered, up", numericOf(query.Firewalls, query.Up), []wireguard.Firewall{failed, other}, ""},
		{"one failed, numeric", statusOf(query.Interfaces), []wireguard.Firewall{failed, branch()}, ""},
		{"none answered, but one is expected to", statusOf(query.Interfaces), []wireguard.Firewall{expecting}, ""},
		{"no firewall at all", statusOf(query.Interfaces), nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer, err := Build(tt.q, tt.scope)
			if tt.want == "" {
				if err != nil || len(answer) != 1 {
					t.Fatalf("%d frames and error %v, want a frame", len(answer), err)
				}
				return
			}
			var unavailable *UnavailableError
			if !errors.As(err, &unavailable) || answer != nil {
				t.Fatalf("error is %T (%v), want *UnavailableError", err, err)
			}
			if err.Error() != tt.want {
				t.Errorf("got %q\nwant %q", err, tt.want)
			}
			if !errors.Is(err, unavailable.Causes[0]) {
				t.Error("the cause cannot be found in the error")
			}
		})
	}
}

// Filters are alternatives within a list and must all match. State is the last
// known one where a firewall does not answer.
func TestFilters(t *testing.T) {
	failingB := carpStates()
	failingB[0] = broken(failingB[0], "no answer")
	for _, tt := range []struct {
		name, q string
		scope   []wireguard.Firewall
		want    string // identities, in order
	}{
		{"no match", `{"filter":{"interfaces":["wg7"]}}`, healthy(), ""},
		{"a part of a name", `{"filter":{"interfaces":["site"]}}`, healthy(), ""},
		{"lists exclude each other", `{"filter":{"interfaces":["wg0"],"statuses":["down"]}}`, healthy(), ""},
		{"device", `{"filter":{"interfaces":["wg0"]}}`, healthy(), "hq/wg0 branch/wg0"},
		{"name", `{"filter":{"interfaces":["site-to-site"]}}`, healthy(), "hq/wg1 branch/wg0"},
		{"device or name", `{"filter":{"interfaces":["site-to-site","wg0"]}}`, healthy(), "hq/wg0 hq/wg1 branch/wg0"},
		{"expression", `{"filter":{"interfaces":["/site.*/"]}}`, healthy(), "hq/wg1 branch/wg0"},
		{"status", `{"filter":{"statuses":["standby"]}}`, carpStates(), "hq-b/wg0"},
		{"two statuses", `{"filter":{"statuses":["down","unknown"]}}`, carpStates(), "hq-b/wg1 hq-b/wg2 hq-b/wg3 hq-d/wg0 hq-e/wg0"},
		{"last known status", `{"filter":{"statuses":["standby"]}}`, failingB, "hq-b/wg0"},
		{"last known status of one that answers", `{"filter":{"statuses":["standby"]}}`, roleLost(), "hq/wg0"},
		{"a status never known matches none", `{"filter":{"statuses":["down","up","unknown","standby","disabled"]}}`, neverAnswered(), "branch/wg0"},

		{"peer by part of a name", `{"queryType":"peers","filter":{"peers":["ali"]}}`, healthy(), ""},
		{"peer by name", `{"queryType":"peers","filter":{"peers":["alice"]}}`, healthy(), "hq/wg0/alice"},
		{"peer by key", `{"queryType":"peers","filter":{"peers":["key-of-bob","hq"]}}`, healthy(), "hq/wg0/bob branch/wg0/hq"},
		{"peers of an interface", `{"queryType":"peers","filter":{"interfaces":["site-to-site"]}}`, healthy(), "hq/wg1/site-b branch/wg0/hq"},
		{"peers by status", `{"queryType":"peers","filter":{"statuses":["offline","stale"]}}`, healthy(), "hq/wg0/bob hq/wg0/carol-never"},
		{"peers by last known status", `{"queryType":"peers","filter":{"statuses":["stale"]}}`, failing(), "hq/wg0/bob"},
		{"peers by last known status, their interface gone", `{"queryType":"peers","filter":{"statuses":["online"]}}`, vanished(), "hq/wg0/alice hq/wg1/site-b"},
		{"peers of interfaces that are up", `{"queryType":"peers","filter":{"interfaceUp":true}}`, vanished(), "hq/wg0/alice hq/wg0/bob hq/wg0/carol-never"},
		{"of a standby interface", `{"queryType":"peers","filter":{"interfaceUp":true}}`, carpStates(), ""},
		{"up as far as last known", `{"queryType":"peers","filter":{"interfaceUp":true,"peers":["alice"]}}`, failing(), "hq/wg0/alice"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table, err := query.Parse([]byte(tt.q), "")
			if err != nil {
				t.Fatal(err)
			}
			numeric := table
			numeric.Format, numeric.Metric = query.Numeric, query.Status
			for _, q := range []query.Query{table, numeric} {
				if got := strings.Join(identities(mustBuild(t, q, tt.scope)), " "); got != tt.want {
					t.Errorf("%s\n got %s\nwant %s", q, got, tt.want)
				}
			}
		})
	}
}

// identities lists the rows as firewall/device or firewall/device/peer.
func identities(f *data.Frame) []string {
	var out []string
	for row := range f.Fields[0].Len() {
		var parts []string
		for _, name := range []string{"opnsense_instance", "device", "peer_name"} {
			if field, _ := f.FieldByName(name); field != nil {
				parts = append(parts, field.At(row).(string))
			}
		}
		out = append(out, strings.Join(parts, "/"))
	}
	return out
}
