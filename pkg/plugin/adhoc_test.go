package plugin

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
)

// rowsOf names what an answer is about: of each row or series the last of its
// labels, or the title of an event.
func rowsOf(frames data.Frames) string {
	var out []string
	for _, f := range frames {
		for _, field := range f.Fields {
			if len(field.Labels) > 0 {
				out = append(out, lastLabel(func(key string) string { return field.Labels[key] }))
			}
		}
		if len(f.Fields) > 0 && f.Fields[len(f.Fields)-1].Labels != nil {
			continue // a series
		}
		for i := range f.Rows() {
			cell := func(name string) string {
				field, _ := f.FieldByName(name)
				if field == nil || field.Type() != data.FieldTypeString {
					return ""
				}
				return field.At(i).(string)
			}
			if title := cell("title"); title != "" {
				out = append(out, title)
			} else {
				out = append(out, lastLabel(cell))
			}
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func lastLabel(get func(string) string) string {
	for _, key := range []string{"peer_name", "device_name", "opnsense_instance"} {
		if v := get(key); v != "" {
			return v
		}
	}
	return "?"
}

// Ad-hoc filters narrow each type in each format alike: a label that its rows do
// not have is empty.
func TestAdhocFilters(t *testing.T) {
	l := mustLive(t, "")
	l.poll(3)
	l.up.Store(false)
	l.poll(3)
	const fw, event = "a firewall", "main (wg0) is down"
	for _, tt := range []struct {
		name, adhoc                                       string
		interfaces, peers, firewalls, events, ofInterface string // the last: PromQL over an interface's and a peer's series
	}{
		{"unknown interface", `{"key":"device","operator":"=","value":"wg9"}`, "", "", "", "", ""},
		{"a part of a name", `{"key":"device_name","operator":"=~","value":"mai"}`, "", "", "", "", ""},
		{"another firewall", `{"key":"opnsense_instance","operator":"!=","value":"a firewall"}`, "", "", "", "", ""},
		{"two that exclude each other", `{"key":"device","operator":"=","value":"wg0"},{"key":"device","operator":"=","value":"wg1"}`, "", "", "", "", ""},

		{"interface", `{"key":"device","operator":"=","value":"wg0"}`, "main", "alice, branch", "", event, "alice, branch, main"},
		{"no interface", `{"key":"device","operator":"=","value":""}`, "", "", fw, "", ""},
		{"not that interface", `{"key":"device","operator":"!=","value":"wg0"}`, "", "", fw, "", ""},
		{"one of several interfaces", `{"key":"device_name","operator":"=|","value":"x","values":["x","main"]}`, "main", "alice, branch", "", event, "alice, branch, main"},
		{"peer", `{"key":"peer_name","operator":"=","value":"alice"}`, "", "alice", "", "", "alice"},
		{"not that peer", `{"key":"peer_name","operator":"!=","value":"alice"}`, "main", "branch", fw, event, "branch, main"},
		{"none of several peers", `{"key":"peer_name","operator":"!=|","value":"","values":["branch",""]}`, "", "alice", "", "", "alice"},
		{"peer by key", `{"key":"public_key","operator":"=~","value":"K[2-9]="}`, "", "branch", "", "", "branch"},
		{"sites", `{"key":"site","operator":"=","value":"true"}`, "", "branch", "", "", "branch"},
		{"peers that are no sites", `{"key":"site","operator":"=","value":"false"}`, "", "alice", "", "", "alice"},
		{"no sites", `{"key":"site","operator":"!~","value":"t.*"}`, "main", "alice", fw, event, "alice, main"},
		{"firewall", `{"key":"opnsense_instance","operator":"=~","value":"a .*"}`, "main", "alice, branch", fw, event, "alice, branch, main"},
		{"firewall and peer", `{"key":"opnsense_instance","operator":"=","value":"a firewall"},{"key":"peer_name","operator":"=~","value":"b.*"}`, "", "branch", "", "", "branch"},
		{"all", `{"key":"device","operator":"=~","value":".*"}`, "main", "alice, branch", fw, event, "alice, branch, main"},
	} {
		for asked, want := range map[string]string{
			`"queryType":"interfaces"`:                                                                             tt.interfaces,
			`"queryType":"interfaces","format":"numeric"`:                                                          tt.interfaces,
			`"queryType":"interfaces","format":"time_series"`:                                                      tt.interfaces,
			`"queryType":"interfaces","format":"time_series","metric":"rx_bytes"`:                                  tt.interfaces,
			`"queryType":"peers"`:                                                                                  tt.peers,
			`"queryType":"peers","format":"numeric","metric":"rx_bytes"`:                                           tt.peers,
			`"queryType":"peers","format":"time_series"`:                                                           tt.peers,
			`"queryType":"firewalls"`:                                                                              tt.firewalls,
			`"queryType":"firewalls","format":"numeric"`:                                                           tt.firewalls,
			`"queryType":"firewalls","format":"time_series","metric":"latency"`:                                    tt.firewalls,
			`"queryType":"firewalls","format":"time_series","metric":"peers_online"`:                               tt.firewalls,
			`"queryType":"events"`:                                                                                 tt.events,
			`"queryType":"promql","expr":"opnsense_wireguard_peer_status or opnsense_wireguard_interfaces_status"`: tt.ofInterface,
			`"queryType":"promql","format":"table","expr":"opnsense_wireguard_interfaces_status or opnsense_wireguard_peer_status + 0"`: tt.ofInterface,
		} {
			got := l.ask(`{"adhoc":[`+tt.adhoc+`],`+asked+`}`, time.Minute)
			if got.Error != nil {
				t.Errorf("%s, %s: %v", tt.name, asked, got.Error)
			} else if rows := rowsOf(got.Frames); rows != want {
				t.Errorf("%s, %s: %s; want %s", tt.name, asked, rows, want)
			}
		}
	}
}

// An interface's traffic is that of all its peers, whichever rows are wanted.
func TestAdhocLeavesSumsAlone(t *testing.T) {
	l := mustLive(t, "")
	l.poll(3)
	const query = `{"format":"time_series","metric":"rx_bytes","adhoc":[%s]}`
	all := series(l.ask(fmt.Sprintf(query, ""), time.Minute).Frames)
	narrowed := series(l.ask(fmt.Sprintf(query, `{"key":"peer_name","operator":"!=","value":"branch"}`), time.Minute).Frames)
	if all == "" || narrowed != all {
		t.Errorf("%s became %s", all, narrowed)
	}
}

// A firewall whose rows are not wanted is not in the query's scope: it is neither
// waited for nor told of.
func TestAdhocNarrowsScope(t *testing.T) {
	a, b := newFakeFirewall(t), newFakeFirewall(t)
	in := mustInstance(t, settingsOf(t, a.entry("a", "ca"), b.entry("b", "ca")))
	got := mustQuery(context.Background(), t, in, "A", `{"adhoc":[{"key":"opnsense_instance","operator":"=|","value":"b firewall","values":["b firewall"]}]}`)["A"]
	if got.Error != nil {
		t.Fatal(got.Error)
	}
	for i := range got.Frames[0].Rows() {
		if name := got.Frames[0].Fields[0].At(i); name != "b firewall" {
			t.Errorf("a row of %s", name)
		}
	}
	if got.Frames[0].Rows() == 0 || strings.Contains(got.Frames[0].Meta.ExecutedQueryString, "a firewall:") {
		t.Errorf("%d rows, executed:\n%s", got.Frames[0].Rows(), got.Frames[0].Meta.ExecutedQueryString)
	}
}

// Whatever types there are: what has rows without a filter has none of an
// interface that there is not.
func TestAdhocNarrowsEveryType(t *testing.T) {
	l := mustLive(t, "")
	l.poll(3)
	l.up.Store(false)
	l.poll(3)
	_, err := query.Parse([]byte(`{"queryType":"?"}`), "")
	_, list, found := strings.Cut(err.Error(), "allowed: ")
	if !found {
		t.Fatal(err)
	}
	for typ := range strings.SplitSeq(list, ", ") {
		const asked = `{"queryType":%q,"expr":"opnsense_wireguard_interfaces_status","adhoc":[%s]}`
		for adhoc, some := range map[string]bool{"": true, `{"key":"device","operator":"=","value":"wg9"}`: false} {
			got := l.ask(fmt.Sprintf(asked, typ, adhoc), time.Minute)
			if got.Error != nil || (rowsOf(got.Frames) != "") != some {
				t.Errorf("%s, narrowed by [%s]: %q, %v", typ, adhoc, rowsOf(got.Frames), got.Error)
			}
		}
	}
}
