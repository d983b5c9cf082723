package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
)

// One letter is one evaluation, a minute after the one before: what the
// condition said of a, and in the second text of b. 1 fires, 0 is normal, n is
// null, - is absent; E in the text of a is an error of the whole query. What
// comes of it is one letter too: N normal, P pending, A alerting, k alerting and
// kept, p pending and kept, D NoData, X Error, . gone. e is the label set of the
// error itself.
func TestRuleStates(t *testing.T) {
	keep := grafanahost.Rule{Title: "r", For: "2m", NoDataState: "KeepLast", ExecErrState: "KeepLast"}
	alarm := grafanahost.Rule{Title: "r", For: "3m", NoDataState: "Alerting", ExecErrState: "Alerting"}
	stock := grafanahost.Rule{Title: "r", For: "1m", NoDataState: "NoData", ExecErrState: "Error"}
	atOnce := grafanahost.Rule{Title: "r", NoDataState: "OK", ExecErrState: "OK"}
	long := keep
	long.MissingToResove = 4
	for _, tt := range []struct {
		name         string
		rule         grafanahost.Rule
		a, b         string
		wantA, wantB string
		wantE        string
	}{
		{"stays normal", keep, "000", "000", "NNN", "NNN", "..."},
		{"pending for two minutes, then fires, then resolves", keep, "0111100", "0000000", "NPPAANN", "NNNNNNN", "......."},
		{"a short one never fires", keep, "0110110", "0000000", "NPPNPPN", "NNNNNNN", "......."},
		{"null keeps normal", keep, "0nnn0", "00000", "NNNNN", "NNNNN", "....."},
		{"null keeps firing, other sets go on", keep, "111nnn1", "0001111", "PPAkkkA", "NNNPPAA", "......."},
		{"pending and null fires when its time is over", keep, "11nn1", "00000", "PPkkA", "NNNNN", "....."},
		{"pending and null, not over yet", keep, "1n01", "0000", "PpNP", "NNNN", "...."},
		{"all null: kept for all, absent ones too", keep, "1111nnnnn", "1111-----", "PPAAkkkkk", "PPAAkkkkk", "........."},
		{"null from the start is normal", keep, "nn1", "nn0", "NNP", "NNN", "..."},
		{"an error keeps all", keep, "111EE1", "000000", "PPAkkA", "NNNNNN", "......"},
		{"an error from the start is normal and leaves", keep, "EE000", "EE000", "..NNN", "..NNN", "NNN.."},
		{"absent resolves after two", keep, "1110--0", "1111111", "PPANN.N", "PPAAAAA", "......."},
		{"absent, it keeps its state meanwhile", keep, "111-1", "00000", "PPAAA", "NNNNN", "....."},
		{"absent, more patience", long, "111----0", "00000000", "PPAAAA.N", "NNNNNNNN", "........"},
		{"an error from the start alarms", alarm, "EEEEE0", "EEEEE0", ".....N", ".....N", "PPPAAA"},
		{"an error of all alarms for all", alarm, "0EEEEE0", "0000000", "NPPPAAN", "NPPPAAN", "......."},
		{"null alarms", alarm, "0nnnn0", "000000", "NPPPAN", "NNNNNN", "......"},
		{"the stock answer to an error resolves what fired", stock, "111EE1", "000000", "PAAA.P", "NNNN.N", "...XXX"},
		{"the stock answer to null", stock, "11n1", "0000", "PADP", "NNNN", "...."},
		{"at once, and null is fine", atOnce, "01n1E", "00000", "NANAN", "NNNNN", "....."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := newRule(tt.rule)
			if err != nil {
				t.Fatal(err)
			}
			sets := map[string]data.Labels{"a": {"set": "a"}, "b": {"set": "b"}, "e": {"ref_id": "A"}}
			got := map[string]string{}
			for i := range tt.a {
				var numbers []grafanahost.Number
				var failure error
				if tt.a[i] == 'E' {
					failure = errors.New("no answer")
				}
				for name, said := range map[string]byte{"a": tt.a[i], "b": tt.b[i]} {
					if n := (grafanahost.Number{Labels: sets[name]}); said != '-' {
						if said != 'n' {
							v := float64(said - '0')
							n.Value = &v
						}
						numbers = append(numbers, n)
					}
				}
				r.evaluate(time.Unix(0, 0).Add(time.Duration(i)*time.Minute), numbers, failure)
				for name, l := range sets {
					got[name] += letter(r.alerts[key(l)])
				}
			}
			if got["a"] != tt.wantA || got["b"] != tt.wantB || got["e"] != tt.wantE {
				t.Errorf("said  a %s b %s\n got  a %s b %s e %s\nwant a %s b %s e %s",
					tt.a, tt.b, got["a"], got["b"], got["e"], tt.wantA, tt.wantB, tt.wantE)
			}
		})
	}
}

func letter(a *alert) string {
	if a == nil {
		return "."
	}
	kept := strings.Contains(a.reason, reasonKept)
	switch {
	case a.state == alerting && kept:
		return "k"
	case a.state == pending && kept:
		return "p"
	case a.state == noData:
		return "D"
	case a.state == failed:
		return "X"
	default:
		return string(a.state)[:1]
	}
}

func TestRuleThatCannotBeEvaluated(t *testing.T) {
	for _, r := range []grafanahost.Rule{{For: "soon"}, {KeepFiringFor: "5m"}} {
		if _, err := newRule(r); err == nil {
			t.Errorf("%+v is accepted", r)
		}
	}
}

func TestSubject(t *testing.T) {
	var got []string
	for _, l := range []map[string]string{
		nil, {"opnsense_instance": "hq"}, {"opnsense_instance": "hq", "device": "wg1"},
		{"opnsense_instance": "hq", "device": "wg1", "peer_name": ""}, {"opnsense_instance": "hq", "device": "wg1", "peer_name": "x"},
	} {
		got = append(got, subject("OPNsenseWireGuardSiteDown", l))
	}
	if want := []string{"SiteDown", "SiteDown hq", "SiteDown hq/wg1", "SiteDown hq/wg1/", "SiteDown hq/wg1/x"}; !slices.Equal(got, want) {
		t.Errorf("%q", fmt.Sprint(got))
	}
}
