package plugin

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/history"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// good is a firewall whose settings can work.
const good = `{"id":"hq","name":"HQ","url":"https://fw.example"}`

func entry(more string) string {
	return `{"firewalls":[{"id":"hq","name":"HQ","url":"https://fw.example",` + more + `}]}`
}

func secretsFor(ids ...string) map[string]string {
	secrets := map[string]string{}
	for _, id := range ids {
		secrets[id+".apiKey"], secrets[id+".apiSecret"] = markerKey, markerSecret
	}
	return secrets
}

// problems lists what is wrong with the settings, the general first.
func (s settings) problems() []string {
	var out []string
	for _, err := range s.Problems {
		out = append(out, err.Error())
	}
	for _, f := range s.Firewalls {
		for _, err := range f.Problems {
			out = append(out, err.Error())
		}
	}
	return out
}

func TestSettingsRefuse(t *testing.T) {
	const (
		idRule   = "must be 1 to 64 of a-z, 0-9 and -; it is the key of the secrets and never changes"
		noKey    = "is missing: create an API key in OPNsense under System: Access: Users"
		poll     = `setting pollInterval: must be a duration from 10s to 2m, such as "30s"; 30s is used instead`
		timeout  = `setting requestTimeout: must be a duration from 1s to 25s, such as "10s"; 10s is used instead`
		forget   = `setting forgetAfter: must be a duration from 1m to 8760h, such as "168h"; 168h is used instead`
		keep     = `setting retention: must be 0 or a duration from 10m to 720h, such as "24h"; 24h is used instead`
		live     = `setting liveMinInterval: must be 0 or a duration from 1s to 2m, such as "5s"; 5s is used instead`
		size     = "setting historyMaxBytes: must be a number of bytes from 1048576 to 4294967296; 67108864 is used instead"
		noFW     = "setting firewalls: none is configured: add at least one with name, URL, API key and secret"
		object   = "must be an object with id, name, url and tls"
		noDevice = `is missing: the device of the tunnel, such as "wg1"`
	)
	with := func(general string) string { return `{` + general + `,"firewalls":[` + good + `]}` }
	for _, tt := range []struct {
		name, json string
		want       []string
	}{
		{"nothing", ``, []string{noFW}},
		{"empty object", `{}`, []string{noFW}},
		{"null", `null`, []string{noFW}},
		{"no firewall", `{"firewalls":[]}`, []string{noFW}},
		{"firewalls is null", `{"firewalls":null}`, []string{noFW}},
		{"not JSON", `{"firewalls":`, []string{"setting jsonData: not a JSON object"}},
		{"a list", `[]`, []string{"setting jsonData: not a JSON object"}},
		{"firewalls is an object", `{"firewalls":{}}`, []string{"setting firewalls: must be a list of firewalls"}},
		{"firewalls is a text", `{"firewalls":"hq"}`, []string{"setting firewalls: must be a list of firewalls"}},
		{"firewall is a text", `{"firewalls":["hq"]}`, []string{"setting firewalls[0]: " + object}},
		{"firewall is null", `{"firewalls":[null]}`, []string{"setting firewalls[0].id: " + idRule}},
		{"firewall is empty", `{"firewalls":[{}]}`, []string{"setting firewalls[0].id: " + idRule}},

		{"id is a number", `{"firewalls":[{"id":1,"name":"HQ"}]}`, []string{"setting firewalls[0] (HQ).id: must be a text"}},
		{"url is a number", `{"firewalls":[{"id":"hq","url":8443}]}`, []string{"setting firewalls[0] (hq).url: must be a text"}},
		{"tls is a text", entry(`"tls":"pin"`), []string{"setting firewalls[0] (HQ).tls: must be an object"}},
		{"mode is true", entry(`"tls":{"mode":true}`), []string{"setting firewalls[0] (HQ).tls.mode: must be a text"}},
		{"server name is a list", entry(`"tls":{"serverName":[]}`), []string{"setting firewalls[0] (HQ).tls.serverName: must be a text"}},
		{"expect is an object", entry(`"expect":{}`), []string{"setting firewalls[0] (HQ).expect: must be a list"}},
		{"expected is a text", entry(`"expect":["wg0"]`), []string{"setting firewalls[0] (HQ).expect: must be an object"}},

		{"no id", `{"firewalls":[{"name":"HQ","url":"https://fw.example"}]}`, []string{"setting firewalls[0] (HQ).id: " + idRule}},
		{"capitals in the id", `{"firewalls":[{"id":"HQ"}]}`, []string{"setting firewalls[0] (HQ).id: " + idRule}},
		{"dot in the id", `{"firewalls":[{"id":"h.q"}]}`, []string{"setting firewalls[0] (h.q).id: " + idRule}},
		{"line break after the id", `{"firewalls":[{"id":"hq\n"}]}`, []string{"setting firewalls[0] (hq\n).id: " + idRule}},
		{"id too long", `{"firewalls":[{"id":"` + strings.Repeat("a", 65) + `","name":"HQ"}]}`, []string{"setting firewalls[0] (HQ).id: " + idRule}},
		{"the same id", `{"firewalls":[` + good + `,{"id":"hq","name":"B","url":"https://b.example"}]}`, []string{"setting firewalls[1].id: another firewall has the id hq already"}},
		{"the same name", `{"firewalls":[` + good + `,{"id":"b","name":" HQ ","url":"https://b.example"}]}`, []string{"setting firewalls[1].name: another firewall is named HQ already"}},
		{"an id that is another's name", `{"firewalls":[{"id":"a","name":"b","url":"https://a.example"},{"id":"b","url":"https://b.example"}]}`, []string{"setting firewalls[1].name: another firewall is named b already"}},

		{"no URL", `{"firewalls":[{"id":"hq"}]}`, []string{"setting firewalls[0] (hq).url: is missing: give the firewall's address, such as https://fw.example:8443"}},
		{"unknown scheme", `{"firewalls":[{"id":"hq","url":"ftp://fw.example"}]}`, []string{"setting firewalls[0] (hq).url: must begin with https:// (or http://, unencrypted)"}},
		{"no scheme", `{"firewalls":[{"id":"hq","url":"fw.example:8443"}]}`, []string{"setting firewalls[0] (hq).url: must begin with https:// (or http://, unencrypted)"}},
		{"password in the URL", `{"firewalls":[{"id":"hq","url":"https://root:` + markerSecret + `@fw.example"}]}`, []string{"setting firewalls[0] (hq).url: must not contain a user or password: the API key and secret have their own fields"}},
		{"no secrets", `{"firewalls":[{"id":"new","url":"https://fw.example"}]}`, []string{"setting firewalls[0] (new).apiKey: " + noKey, "setting firewalls[0] (new).apiSecret: " + noKey}},
		{"one secret", `{"firewalls":[{"id":"half","url":"https://fw.example"}]}`, []string{"setting firewalls[0] (half).apiSecret: " + noKey}},

		{"unknown mode", entry(`"tls":{"mode":"none"}`), []string{`setting firewalls[0] (HQ).tls.mode: is unknown: allowed are "system", "ca", "pin" and "insecure"`}},
		{"no authority", entry(`"tls":{"mode":"ca"}`), []string{`setting firewalls[0] (HQ).tls.ca: is missing: mode "ca" needs the authority's certificate in PEM`}},
		{"bad PEM", entry(`"tls":{"mode":"ca","ca":"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"}`), []string{"setting firewalls[0] (HQ).tls.ca: holds no certificate: paste the PEM block, -----BEGIN CERTIFICATE----- and all"}},
		{"no fingerprint", entry(`"tls":{"mode":"pin"}`), []string{`setting firewalls[0] (HQ).tls.fingerprint: is missing: mode "pin" needs the SHA-256 fingerprint of the firewall's certificate`}},
		{"bad fingerprint", entry(`"tls":{"mode":"pin","fingerprint":"AB:CD"}`), []string{"setting firewalls[0] (HQ).tls.fingerprint: is not a SHA-256 fingerprint: 64 hexadecimal digits, colons allowed"}},
		{"server name with a port", entry(`"tls":{"serverName":"fw.example:443"}`), []string{"setting firewalls[0] (HQ).tls.serverName: must be a bare name without scheme, port or path"}},
		{"several at once", `{"firewalls":[{"id":"hq","url":"x","tls":{"mode":"no"}}]}`, []string{
			"setting firewalls[0] (hq).url: must begin with https:// (or http://, unencrypted)",
			`setting firewalls[0] (hq).tls.mode: is unknown: allowed are "system", "ca", "pin" and "insecure"`,
		}},

		{"expect without device", entry(`"expect":[{"name":"site"}]`), []string{"setting firewalls[0] (HQ).expect[0].device: " + noDevice}},
		{"expect with a blank device", entry(`"expect":[{"device":" "}]`), []string{"setting firewalls[0] (HQ).expect[0].device: " + noDevice}},
		{"expect twice", entry(`"expect":[{"device":"wg1"},{"device":"wg2"},{"device":"wg1 "}]`), []string{"setting firewalls[0] (HQ).expect[2].device: names wg1 for the second time"}},

		{"poll interval too short", with(`"pollInterval":"9s"`), []string{poll}},
		{"poll interval too long", with(`"pollInterval":"3m"`), []string{poll}},
		{"poll interval as a number", with(`"pollInterval":30`), []string{poll}},
		{"poll interval without unit", with(`"pollInterval":"30"`), []string{poll}},
		{"poll interval below zero", with(`"pollInterval":"-30s"`), []string{poll}},
		{"time-out too short", with(`"requestTimeout":"500ms"`), []string{timeout}},
		{"time-out too long", with(`"requestTimeout":"26s"`), []string{timeout}},
		{"forgotten at once", with(`"forgetAfter":"0"`), []string{forget}},
		{"never forgotten", with(`"forgetAfter":"2y"`), []string{forget}},
		{"history too short", with(`"retention":"9m"`), []string{keep}},
		{"history too long", with(`"retention":"31d"`), []string{keep}},
		{"history below zero", with(`"retention":"-1h"`), []string{keep}},
		{"history as a number", with(`"retention":24`), []string{keep}},
		{"live too often", with(`"liveMinInterval":"500ms"`), []string{live}},
		{"live too seldom", with(`"liveMinInterval":"3m"`), []string{live}},
		{"history too small", with(`"historyMaxBytes":1000`), []string{size}},
		{"history too large", with(`"historyMaxBytes":5e9`), []string{size}},
		{"a size with a unit", with(`"historyMaxBytes":"64MiB"`), []string{size}},
		{"a size that is none", with(`"historyMaxBytes":[]`), []string{size}},
		{"poll interval of 0", with(`"pollInterval":0`), []string{poll}},
		{"three durations", with(`"forgetAfter":[],"requestTimeout":{},"pollInterval":true`), []string{poll, timeout, forget}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			secrets := secretsFor("hq", "a", "b")
			secrets["half.apiKey"] = markerKey
			s := parseSettings(backend.DataSourceInstanceSettings{JSONData: []byte(tt.json), DecryptedSecureJSONData: secrets})
			if diff := cmp.Diff(tt.want, s.problems()); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if s.PollInterval != 30*time.Second || s.RequestTimeout != 10*time.Second || s.ForgetAfter != 168*time.Hour {
				t.Errorf("defaults: %s %s %s", s.PollInterval, s.RequestTimeout, s.ForgetAfter)
			}
			if s.History != (history.Limits{Retention: 24 * time.Hour, MaxBytes: 64 << 20}) || s.LiveInterval != 5*time.Second {
				t.Errorf("defaults: %+v, %s", s.History, s.LiveInterval)
			}
		})
	}
}

func TestSettings(t *testing.T) {
	s := parseSettings(backend.DataSourceInstanceSettings{
		JSONData: []byte(`{"pollInterval":"1m","requestTimeout":"25s","forgetAfter":"7d","timeout":"30s","later":1,"firewalls":[
			{"id":"hq","name":" HQ ","url":"https://fw.example","expect":[{"device":" wg1 ","name":"site","carp":1},{"device":"wg0"}],"later":{}},
			{"id":"no-name","url":"http://10.0.0.1:8080","tls":{"mode":"insecure"}}]}`),
		DecryptedSecureJSONData: secretsFor("hq", "no-name"),
	})
	if p := s.problems(); p != nil {
		t.Fatalf("problems: %q", p)
	}
	if s.PollInterval != time.Minute || s.RequestTimeout != 25*time.Second || s.ForgetAfter != 168*time.Hour {
		t.Errorf("durations: %s %s %s", s.PollInterval, s.RequestTimeout, s.ForgetAfter)
	}
	if got := []string{s.Firewalls[0].Name, s.Firewalls[1].Name}; !cmp.Equal(got, []string{"HQ", "no-name"}) {
		t.Errorf("names: %q", got)
	}
	want := []wireguard.Expectation{{Device: "wg1", Name: "site", CARP: wireguard.CARPDependency{Known: true, VHID: 1}}, {Device: "wg0"}}
	if diff := cmp.Diff(want, s.Firewalls[0].Policy.Expect); diff != "" {
		t.Error(diff)
	}
	c := s.Firewalls[1].Connection
	if c.APIKey != markerKey || c.APISecret != markerSecret || c.Timeout != 25*time.Second || c.TLS.Mode != "insecure" {
		t.Errorf("connection: %v", c)
	}
}

// What is switched off, and what Grafana's environment expansion makes a text.
func TestHistorySettings(t *testing.T) {
	for _, tt := range []struct {
		json string
		want history.Limits
		live time.Duration
	}{
		{`"retention":"0","liveMinInterval":"0"`, history.Limits{MaxBytes: 64 << 20}, 0},
		{`"retention":0,"liveMinInterval":0`, history.Limits{MaxBytes: 64 << 20}, 0},
		{`"retention":"30d","historyMaxBytes":"1048576","liveMinInterval":"1s"`, history.Limits{Retention: 720 * time.Hour, MaxBytes: 1 << 20}, time.Second},
		{`"retention":"","historyMaxBytes":null,"liveMinInterval":""`, history.Limits{Retention: 24 * time.Hour, MaxBytes: 64 << 20}, 5 * time.Second},
	} {
		s := parseSettings(backend.DataSourceInstanceSettings{
			JSONData: []byte(`{` + tt.json + `,"firewalls":[` + good + `]}`), DecryptedSecureJSONData: secretsFor("hq"),
		})
		if s.problems() != nil || s.History != tt.want || s.LiveInterval != tt.live {
			t.Errorf("%s: %+v, %s, %q", tt.json, s.History, s.LiveInterval, s.problems())
		}
	}
}

// Empty texts are what an editor leaves behind: the defaults, and no problem.
func TestSettingsDefaults(t *testing.T) {
	s := parseSettings(backend.DataSourceInstanceSettings{
		JSONData:                []byte(`{"pollInterval":"","requestTimeout":null,"firewalls":[` + good + `]}`),
		DecryptedSecureJSONData: secretsFor("hq"),
	})
	if s.problems() != nil || s.PollInterval != 30*time.Second || s.RequestTimeout != 10*time.Second || s.ForgetAfter != 168*time.Hour {
		t.Errorf("problems %q, durations %s %s %s", s.problems(), s.PollInterval, s.RequestTimeout, s.ForgetAfter)
	}
}

// Two rows with one name would make Grafana refuse a whole rule: whatever is
// configured, the names of the rows differ.
func TestNamesDiffer(t *testing.T) {
	s := parseSettings(backend.DataSourceInstanceSettings{JSONData: []byte(
		`{"firewalls":[{"name":"a (entry 3)"},{"name":"a"},{"name":"a"},{"id":"a"},{},{},{"name":"firewalls[4]"},null,"x"]}`,
	)})
	seen := map[string]bool{}
	for _, f := range s.Firewalls {
		if seen[f.Name] || f.Name == "" {
			t.Errorf("name %q comes twice, or is none", f.Name)
		}
		seen[f.Name] = true
	}
	if len(s.Firewalls) != 9 {
		t.Errorf("%d firewalls of 9", len(s.Firewalls))
	}
}

func TestShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", time.Second: "1s", 10 * time.Second: "10s", time.Minute: "1m", 10 * time.Minute: "10m", 90 * time.Second: "1m30s",
		time.Hour: "1h", 10 * time.Hour: "10h", 168 * time.Hour: "168h", 90 * time.Minute: "1h30m", time.Hour + time.Second: "1h0m1s", 500 * time.Millisecond: "500ms",
	} {
		if got := short(d); got != want {
			t.Errorf("short(%d) = %s, want %s", d, got, want)
		}
	}
}
