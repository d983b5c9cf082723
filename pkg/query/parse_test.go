package query

import (
	"errors"
	"strings"
	"testing"
)

const unfilled = " names a dashboard variable that was not filled in: " +
	"alert rules know no variables, and elsewhere the variable must exist"

func TestParseRefuses(t *testing.T) {
	long := strings.Repeat("ü", 60)
	for _, tt := range []struct{ name, raw, outer, want string }{
		{"nothing", ``, "", `query field (whole query): not a JSON object`},
		{"null", `null`, "", `query field (whole query): not a JSON object`},
		{"not JSON", `{"queryType":`, "", `query field (whole query): not a JSON object`},
		{"a list", `[]`, "", `query field (whole query): not a JSON object`},
		{"a text", `"interfaces"`, "", `query field (whole query): not a JSON object`},
		{"two objects", `{} {}`, "", `query field (whole query): not a JSON object`},
		{"nested too deep", `{"a":` + strings.Repeat("[", 20000), "", `query field (whole query): not a JSON object`},

		{"unknown type", `{"queryType":"tunnels"}`, "", `query field queryType: "tunnels" is unknown; allowed: interfaces, peers, firewalls, problems, events, promql`},
		{"case of a type", `{"queryType":"Peers"}`, "", `query field queryType: "Peers" is unknown; allowed: interfaces, peers, firewalls, problems, events, promql`},
		{"type with a space", `{"queryType":"peers "}`, "", `query field queryType: "peers " is unknown; allowed: interfaces, peers, firewalls, problems, events, promql`},
		{"type is a number", `{"queryType":1}`, "", `query field queryType: must be a text, one of interfaces, peers, firewalls, problems, events, promql`},
		{"type is a list", `{"queryType":["peers"]}`, "", `query field queryType: must be a text, one of interfaces, peers, firewalls, problems, events, promql`},
		{"type is a variable", `{"queryType":"$type"}`, "", `query field queryType: "$type" is unknown; allowed: interfaces, peers, firewalls, problems, events, promql`},
		{"unknown outer type", `{}`, "promise", `query field queryType: "promise" is unknown; allowed: interfaces, peers, firewalls, problems, events, promql`},
		{"unknown type over a good outer one", `{"queryType":"x"}`, "peers", `query field queryType: "x" is unknown; allowed: interfaces, peers, firewalls, problems, events, promql`},

		{"problems as numbers", `{"queryType":"problems","format":"numeric"}`, "", `query field format: "numeric" is unknown; allowed: table`},
		{"problems over time", `{"queryType":"problems","format":"time_series"}`, "", `query field format: "time_series" is unknown; allowed: table`},
		{"statuses of problems", `{"queryType":"problems","filter":{"statuses":["down"]}}`, "", `query field filter.statuses: not a filter of problems; allowed: firewalls, interfaces, peers`},
		{"unknown format", `{"format":"wide"}`, "", `query field format: "wide" is unknown; allowed: table, numeric, time_series`},
		{"format is true", `{"format":true}`, "", `query field format: must be a text, one of table, numeric, time_series`},

		{"unknown metric", `{"format":"numeric","metric":"rx"}`, "", `query field metric: "rx" is unknown; allowed: status, both_nodes_up, peers_online, rx_bytes, tx_bytes, rx_rate, tx_rate`},
		{"metric of another type", `{"queryType":"peers","format":"numeric","metric":"up"}`, "", `query field metric: "up" is unknown; allowed: status, handshake_age, rx_bytes, tx_bytes, rx_rate, tx_rate, site_down, no_return_traffic`},
		{"metric of a firewall", `{"queryType":"firewalls","format":"numeric","metric":"status"}`, "", `query field metric: "status" is unknown; allowed: up, latency, peers_online, interfaces_up`},
		{"wrong metric of a table", `{"metric":"rx"}`, "", `query field metric: "rx" is unknown; allowed: status, both_nodes_up, peers_online, rx_bytes, tx_bytes, rx_rate, tx_rate`},
		{"metric is an object", `{"metric":{}}`, "", `query field metric: must be a text, one of status, both_nodes_up, peers_online, rx_bytes, tx_bytes, rx_rate, tx_rate`},

		{"filter is a text", `{"filter":"hq"}`, "", `query field filter: must be an object with any of firewalls, interfaces, statuses`},
		{"filter is a list", `{"queryType":"firewalls","filter":["hq"]}`, "", `query field filter: must be an object with any of firewalls`},
		{"unknown filter", `{"filter":{"device":["wg0"]}}`, "", `query field filter.device: not a filter of interfaces; allowed: firewalls, interfaces, statuses`},
		{"filter of another type", `{"filter":{"peers":["alice"]}}`, "", `query field filter.peers: not a filter of interfaces; allowed: firewalls, interfaces, statuses`},
		{"unknown filter of peers", `{"queryType":"peers","filter":{"device":["wg0"]}}`, "", `query field filter.device: not a filter of peers; allowed: firewalls, interfaces, peers, statuses, interfaceUp, site`},
		{"unknown filter of firewalls", `{"queryType":"firewalls","filter":{"interfaces":["wg0"]}}`, "", `query field filter.interfaces: not a filter of firewalls; allowed: firewalls`},
		{"interfaceUp of interfaces", `{"filter":{"interfaceUp":true}}`, "", `query field filter.interfaceUp: not a filter of interfaces; allowed: firewalls, interfaces, statuses`},
		{"status of firewalls", `{"queryType":"firewalls","filter":{"statuses":["up"]}}`, "", `query field filter.statuses: not a filter of firewalls; allowed: firewalls`},
		{"the first of two wrong ones", `{"filter":{"z":[1],"a":[1]}}`, "", `query field filter.a: not a filter of interfaces; allowed: firewalls, interfaces, statuses`},
		{"a filter's name on two lines", `{"filter":{"a\nb":[1]}}`, "", `query field filter.a\nb: not a filter of interfaces; allowed: firewalls, interfaces, statuses`},
		{"a filter's name without end", `{"filter":{"` + strings.Repeat("x", 1000) + `":[1]}}`, "", `query field filter.` + strings.Repeat("x", 80) + `…: not a filter of interfaces; allowed: firewalls, interfaces, statuses`},
		{"values are a text", `{"filter":{"interfaces":"wg0"}}`, "", `query field filter.interfaces: must be a list of texts`},
		{"a value is a number", `{"filter":{"firewalls":["hq",1]}}`, "", `query field filter.firewalls: must be a list of texts`},
		{"values are an object", `{"filter":{"statuses":{}}}`, "", `query field filter.statuses: must be a list of texts`},
		{"values are true", `{"filter":{"firewalls":true}}`, "", `query field filter.firewalls: must be a list of texts`},
		{"interfaceUp is a text", `{"queryType":"peers","filter":{"interfaceUp":"true"}}`, "", `query field filter.interfaceUp: must be true or false`},
		{"interfaceUp is a number", `{"queryType":"peers","filter":{"interfaceUp":1}}`, "", `query field filter.interfaceUp: must be true or false`},

		{"unknown status", `{"filter":{"statuses":["offline"]}}`, "", `query field filter.statuses: "offline" is unknown; allowed: down, up, unknown, standby, disabled`},
		{"status of an interface", `{"queryType":"peers","filter":{"statuses":["online","up"]}}`, "", `query field filter.statuses: "up" is unknown; allowed: offline, online, unknown, stale`},
		{"the status that is none", `{"filter":{"statuses":["not known"]}}`, "", `query field filter.statuses: "not known" is unknown; allowed: down, up, unknown, standby, disabled`},
		{"status as a regular expression", `{"filter":{"statuses":["/.*/"]}}`, "", `query field filter.statuses: "/.*/" is unknown; allowed: down, up, unknown, standby, disabled`},

		{"empty value", `{"filter":{"interfaces":[""]}}`, "", `query field filter.interfaces: an empty value matches nothing: remove it`},
		{"null value", `{"filter":{"interfaces":["wg0",null]}}`, "", `query field filter.interfaces: an empty value matches nothing: remove it`},
		{"leftover $name", `{"filter":{"interfaces":["$tunnel"]}}`, "", `query field filter.interfaces: "$tunnel"` + unfilled},
		{"leftover in the middle", `{"filter":{"firewalls":["fw-$site"]}}`, "", `query field filter.firewalls: "fw-$site"` + unfilled},
		{"leftover ${name}", `{"filter":{"firewalls":["${site}"]}}`, "", `query field filter.firewalls: "${site}"` + unfilled},
		{"leftover ${name:regex}", `{"filter":{"firewalls":["${site:regex}"]}}`, "", `query field filter.firewalls: "${site:regex}"` + unfilled},
		{"leftover [[name]]", `{"queryType":"peers","filter":{"peers":["[[peer]]"]}}`, "", `query field filter.peers: "[[peer]]"` + unfilled},
		{"leftover $__all", `{"queryType":"peers","filter":{"peers":["$__all"]}}`, "", `query field filter.peers: "$__all"` + unfilled},

		{"broken expression", `{"filter":{"interfaces":["/wg(/"]}}`, "", `query field filter.interfaces: "/wg(/" is not a regular expression: missing closing ) "wg("`},
		{"expression that would break out", `{"filter":{"interfaces":["/a)|(b/"]}}`, "", `query field filter.interfaces: "/a)|(b/" is not a regular expression: unexpected ) "a)|(b"`},
		{"expression ending in a backslash", `{"filter":{"interfaces":["/wg\\/"]}}`, "", `query field filter.interfaces: "/wg\\/" is not a regular expression: trailing backslash at end of expression ""`},
		{"look-ahead", `{"filter":{"interfaces":["/(?!wg0).*/"]}}`, "", `query field filter.interfaces: "/(?!wg0).*/" is not a regular expression: invalid or unsupported Perl syntax "(?!"`},
		{"expression too large", `{"filter":{"interfaces":["/(a{999}){999}/"]}}`, "", `query field filter.interfaces: "/(a{999}){999}/" is not a regular expression: invalid repeat count "{999}"`},
		{"long value", `{"format":"` + long + `"}`, "", `query field format: "` + strings.Repeat("ü", 40) + `…" is unknown; allowed: table, numeric, time_series`},
		{"long expression", `{"filter":{"interfaces":["/(` + long + `/"]}}`, "", `query field filter.interfaces: "/(` + strings.Repeat("ü", 39) + `…" is not a regular expression: missing closing ) "(` + strings.Repeat("ü", 39) + `…"`},
		{"control characters", `{"format":"a\nb\u0000\u202e"}`, "", `query field format: "a\nb\x00\u202e" is unknown; allowed: table, numeric, time_series`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q, err := Parse([]byte(tt.raw), tt.outer)
			if err == nil {
				t.Fatalf("Parse accepted it as %q; want the error %q", q, tt.want)
			}
			var typed *Error
			if !errors.As(err, &typed) {
				t.Errorf("error is a %T, want *query.Error", err)
			}
			if err.Error() != tt.want {
				t.Errorf("error\n got %s\nwant %s", err, tt.want)
			}
		})
	}
}

func TestParse(t *testing.T) {
	for _, tt := range []struct{ name, raw, outer, want string }{
		{"all defaults", `{}`, "", "interfaces table"},
		{"nulls and empty texts", `{"queryType":null,"format":"","metric":null,"filter":null}`, "", "interfaces table"},
		{"what Grafana adds", `{"refId":"A","datasource":{"uid":"x"},"intervalMs":1000,"maxDataPoints":43200,"hide":true}`, "", "interfaces table"},
		{"outer type", `{}`, "peers", "peers table"},
		{"outer type beside an empty one", `{"queryType":""}`, "firewalls", "firewalls table"},
		{"outer type beside another", `{"queryType":"peers"}`, "firewalls", "peers table"},
		{"unknown outer type beside a good one", `{"queryType":"peers"}`, "x", "peers table"},
		{"the last of two", `{"queryType":"x","queryType":"peers"}`, "", "peers table"},

		{"default metric of interfaces", `{"format":"numeric"}`, "", "interfaces numeric status"},
		{"default metric of peers", `{"queryType":"peers","format":"numeric"}`, "", "peers numeric status"},
		{"default metric of firewalls", `{"queryType":"firewalls","format":"numeric","metric":""}`, "", "firewalls numeric up"},
		{"metric", `{"queryType":"peers","format":"numeric","metric":"handshake_age"}`, "", "peers numeric handshake_age"},
		{"a table has no metric", `{"format":"table","metric":"rx_bytes"}`, "", "interfaces table"},

		{"all filters", `{"queryType":"peers","filter":{"firewalls":["hq","b"],"interfaces":["wg0"],"peers":["/site-.*/"],"statuses":["stale","offline"],"interfaceUp":true}}`, "",
			"peers table firewalls=hq|b interfaces=wg0 peers=/site-.*/ statuses=stale|offline interfaceUp"},
		{"problems", `{"queryType":"problems"}`, "", "problems table"},
		{"a metric means nothing to problems", `{"queryType":"problems","metric":"status"}`, "", "problems table"},
		{"filters of problems", `{"queryType":"problems","filter":{"firewalls":["hq"],"interfaces":["/wg.*/"],"peers":["branch"]}}`, "",
			"problems table firewalls=hq interfaces=/wg.*/ peers=branch"},
		{"cleared filters", `{"filter":{"firewalls":[],"interfaces":null,"statuses":[]}}`, "", "interfaces table"},
		{"cleared filters of another type", `{"filter":{"peers":[],"interfaceUp":false}}`, "", "interfaces table"},
		{"interfaceUp off", `{"queryType":"peers","filter":{"interfaceUp":false}}`, "", "peers table"},
		{"a dollar in an expression", `{"filter":{"interfaces":["/wg[0-9]+$/"]}}`, "", "interfaces table interfaces=/wg[0-9]+$/"},
		{"a lone dollar", `{"filter":{"firewalls":["US$ 5","a$"]}}`, "", "interfaces table firewalls=US$ 5|a$"},
		{"one slash is a text", `{"filter":{"firewalls":["/","/a"]}}`, "", "interfaces table firewalls=/|/a"},
		{"brackets are a text", `{"filter":{"firewalls":["[a]","[[ x"]}}`, "", "interfaces table firewalls=[a]|[[ x"},
		{"a value without end", `{"filter":{"firewalls":["` + strings.Repeat("x", 100_000) + `"]}}`, "", "interfaces table firewalls=" + strings.Repeat("x", 100_000)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q, err := Parse([]byte(tt.raw), tt.outer)
			if err != nil {
				t.Fatal(err)
			}
			if q.String() != tt.want {
				t.Errorf("got %.200q, want %.200q", q, tt.want)
			}
		})
	}
}

// The first metric is the default; every metric of every type is accepted.
func TestMetrics(t *testing.T) {
	for _, typ := range types {
		for i, metric := range Metrics(typ) {
			q := mustParse(t, `{"queryType":"`+string(typ)+`","format":"numeric","metric":"`+string(metric)+`"}`)
			if q.Type != typ || q.Metric != metric {
				t.Errorf("%s %s was read as %q", typ, metric, q)
			}
			if d := mustParse(t, `{"queryType":"`+string(typ)+`","format":"numeric"}`); i == 0 && d.Metric != metric {
				t.Errorf("default of %s is %s, want the first, %s", typ, d.Metric, metric)
			}
		}
	}
	Metrics(Peers)[0] = "changed"
	if Metrics(Peers)[0] != Status {
		t.Error("a caller can change the list of metrics")
	}
}

// Every status word of a type is a filter, and the front end's twin has no other.
func TestStatuses(t *testing.T) {
	for typ, want := range map[Type]string{
		Interfaces: "down up unknown standby disabled",
		Peers:      "offline online unknown stale",
		Firewalls:  "",
	} {
		words := Statuses(typ)
		if got := strings.Join(words, " "); got != want {
			t.Errorf("statuses of %s: %q, want %q", typ, got, want)
		}
		for _, word := range words {
			q := mustParse(t, `{"queryType":"`+string(typ)+`","filter":{"statuses":["`+word+`"]}}`)
			if len(q.Filter.Statuses) != 1 || q.Filter.Statuses[0] != word {
				t.Errorf("status %s of %s was read as %q", word, typ, q.Filter.Statuses)
			}
		}
	}
}
