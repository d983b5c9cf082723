package frames

import (
	"encoding/json"
	"html"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/hostile"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/history"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// hostileFleet has each name on a peer, an interface and a firewall.
func hostileFleet() []wireguard.Firewall {
	var out []wireguard.Firewall
	for _, name := range hostile.Names() {
		r := wireguard.Report{At: now, Interfaces: []wireguard.InterfaceReport{face("wg0", name, wireguard.LinkUp)}}
		p := peer("wg0", name, 1)
		r.Peers = append(r.Peers, p)
		f := answering(name, wireguard.Join(wireguard.Unseen(wireguard.Policy{}), r, wireguard.Readings{}, wireguard.Policy{}))
		f.URL = "https://fw.example"
		out = append(out, f)
	}
	return out
}

// Names stand in frames as they are, and nowhere else: no field, description, link or
// title is made of one.
func TestHostileNamesAreData(t *testing.T) {
	names := hostile.Names()
	cells := 0
	for _, q := range []query.Query{
		{Type: query.Interfaces, Format: query.Table}, {Type: query.Peers, Format: query.Table}, {Type: query.Firewalls, Format: query.Table},
		{Type: query.Interfaces, Format: query.Numeric, Metric: query.Status}, {Type: query.Peers, Format: query.Numeric, Metric: query.Status},
	} {
		built, err := Build(q, hostileFleet())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range built {
			told := map[string][]string{}
			for _, field := range f.Fields {
				checkPlain(t, field.Name)
				if config := field.Config; config != nil {
					checkPlain(t, config.DisplayName, config.Description, config.Unit)
					for _, l := range config.Links {
						checkPlain(t, l.URL, l.Title)
					}
				}
				for i := range field.Len() {
					if v, ok := field.ConcreteAt(i); ok {
						if s, is := v.(string); is {
							told[field.Name] = append(told[field.Name], s)
						}
					}
				}
			}
			for _, column := range []string{"opnsense_instance", "device_name", "peer_name"} {
				if got := told[column]; got != nil {
					cells += len(got)
					if !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(names))) {
						t.Errorf("%v %v: column %s does not hold the names as they are: %q", q.Type, q.Format, column, got)
					}
				}
			}
			if _, err := json.Marshal(f); err != nil {
				t.Error(err)
			}
			if _, err := f.MarshalArrow(); err != nil {
				t.Error(err)
			}
		}
	}
	t.Logf("%d names, found in %d cells", len(names), cells)
}

// checkPlain holds that a text is one of ours.
func checkPlain(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		for _, name := range hostile.Names() {
			if len(name) > 4 && strings.Contains(text, name) { // "-1" and the like may be anywhere
				t.Errorf("%q holds the name %q", text, name)
			}
		}
	}
}

// Grafana shows an annotation as HTML and splits its tags at commas: no name comes
// out as markup or as another tag.
func TestHostileNamesInEvents(t *testing.T) {
	for _, name := range hostile.Names() {
		for _, kind := range []wireguard.Kind{wireguard.KindFirewall, wireguard.KindInterface, wireguard.KindPeer, wireguard.KindSite} {
			e := history.Event{At: now, Firewall: name, Change: wireguard.Change{
				Kind: kind, Device: "wg0", Interface: name, Peer: name, PublicKey: "key", From: "up", To: "down", Reason: "up on " + name,
			}}
			f := Events(query.Query{Type: query.Events}, []history.Event{e}, now.Add(-1), now.Add(1))
			cell := func(column string) string {
				field, _ := f.FieldByName(column)
				if field == nil || f.Rows() != 1 {
					t.Fatalf("%d rows, column %s: %v", f.Rows(), column, field)
				}
				v, _ := field.ConcreteAt(0)
				s, _ := v.(string)
				return s
			}
			for column, want := range map[string]string{"title": e.Title(name), "text": e.Text(name)} {
				if got := cell(column); strings.ContainsAny(got, `<>"'`) || html.UnescapeString(got) != want || strings.Contains(html.UnescapeString(got), "\x00") != strings.Contains(want, "\x00") {
					t.Errorf("%s of %q is %q, which shows %q, want %q", column, name, got, html.UnescapeString(got), want)
				}
			}
			if tags := strings.Split(cell("tags"), ","); len(tags) != 3 {
				t.Errorf("%q has the tags %q", name, tags)
			}
			checkLabels(t, cell("labels"), name, kind)
			checkPlain(t, f.Name, string(f.Meta.Type))
		}
	}
}

// checkLabels reads the labels of an event as PromQL does.
func checkLabels(t *testing.T, text, name string, kind wireguard.Kind) {
	t.Helper()
	matchers, err := parser.NewParser(parser.Options{}).ParseMetricSelector(text)
	if err != nil {
		t.Errorf("labels of %q: %v in %s", name, err, text)
		return
	}
	want := map[string]int{"opnsense_instance": 1, "device": 0, "device_name": 1, "peer_name": 1, "public_key": 0}
	for _, m := range matchers {
		named, known := want[m.Name]
		if !known || named == 1 && m.Value != name {
			t.Errorf("labels of %q (%s) have %s", name, kind, m)
		}
	}
}
