package page

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"
)

const uid = "/api/datasources/uid/opnsense-wireguard"

// What the page asks, the bad calls first. A body must hold each of the texts in want.
func TestRoutes(t *testing.T) {
	v := mustVisit(t)
	span := `"from":"1000","to":"2000"`
	tests := []struct {
		what, method, path, body, header string
		status                           int
		want                             []string
	}{
		{"another name for this machine", "GET", "/api/demo", "", "Host: evil.example", 421, []string{`evil.example`}},
		{"another site writes", "POST", "/api/lab/firewalls/hq/refuse", "", "Origin: http://evil.example", 403, []string{"only the demo's own page"}},
		{"another site saves", "PUT", uid, `{}`, "Sec-Fetch-Site: cross-site", 403, []string{"only the demo's own page"}},
		{"no such route", "GET", "/api/dashboards/home", "", "", 404, []string{`"message":"the demo does not know GET /api/dashboards/home"`}},
		{"no such data source", "GET", "/api/datasources/uid/other", "", "", 404, []string{"does not know"}},
		{"no such dashboard", "GET", "/dashboards/nothing", "", "", 404, []string{`no dashboard \"nothing\"`}},
		{"a path for a dashboard", "GET", "/dashboards/..%2f..%2fgo", "", "", 404, []string{`no dashboard \"go\"`}},
		{"no JSON", "POST", "/api/ds/query", `{`, "", 400, []string{"the request's body"}},
		{"no query", "POST", "/api/ds/query", `{` + span + `,"queries":[]}`, "", 400, []string{"there is no query"}},
		{"no time", "POST", "/api/ds/query", `{"queries":[{"refId":"A"}]}`, "", 400, []string{`from is \"\": want milliseconds`}},
		{"bad settings", "PUT", uid, `{"jsonData":`, "", 400, []string{"the request's body"}},
		{"rules before the first evaluation", "GET", "/api/rules", "", "", 503, []string{"not been evaluated yet"}},
		{"no such control", "POST", "/api/lab/firewalls/paris/refuse", "", "", 404, []string{`firewall \"paris\"`}},
		{"no such resource", "GET", uid + "/resources/nothing", "", "", 404, []string{"no such resource"}},

		{"a query that fails and one that works", "POST", "/api/ds/query",
			`{` + span + `,"queries":[{"refId":"A","queryType":"firewalls","format":"table"},{"refId":"B","queryType":"x"}]}`, "", 400,
			[]string{`"A":{"status":200,"frames":[{"schema":{`, `"B":{"error":"query field queryType: \"x\" is unknown`, `"errorSource":"downstream"`}},
		{"a query", "POST", "/api/ds/query?ds_type=x", `{` + span + `,"queries":[{"refId":"A","queryType":"interfaces","format":"numeric"}]}`, "", 200,
			[]string{`"type":"numeric-long"`, `"data":{"values":[["hq","hq","branch","branch"]`}},
		{"health", "GET", uid + "/health", "", "", 200, []string{`"status":"OK"`, `"verboseMessage"`}},
		{"a resource with parameters", "GET", uid + "/resources/interfaces?firewall=hq", "", "", 200, []string{`"device_name":"site-to-site"`}},
		{"a dashboard", "GET", "/dashboards/overview", "", "", 200, []string{`"uid":"opnsense-wireguard-overview"`}},
		{"the start", "GET", "/api/demo", "", "", 200, []string{`"hints":["a hint"]`, `"uid":"opnsense-wireguard"`}},
		{"the page", "GET", "/", "", "", 200, []string{"the page"}},
		{"the plugin", "GET", "/public/plugins/opnsense-wireguard-datasource/plugin.json", "", "", 200, []string{`"id"`}},
		{"the firewalls", "GET", "/api/lab/firewalls", "", "", 200, []string{`"faults": []`, `"running": true`}},
		{"the page's own address", "POST", "/api/lab/firewalls/hq/requests/reset", "", "Origin: " + v.url, 200, []string{`"ok"`}},
	}
	for _, test := range tests {
		var headers []string
		if test.header != "" {
			headers = []string{test.header}
		}
		status, body := v.call(test.method, test.path, test.body, headers...)
		if status != test.status {
			t.Errorf("%s: %d, want %d\n%s", test.what, status, test.status, body)
		}
		for _, want := range test.want {
			if !strings.Contains(body, want) {
				t.Errorf("%s: %q is missing in\n%.600s", test.what, want, body)
			}
		}
	}
}

// Settings are saved, secrets do not come back, and those that are not named stay.
func TestSave(t *testing.T) {
	v := mustVisit(t)
	hq := v.lab.Firewall("hq")
	save := func(secrets map[string]string) map[string]any {
		t.Helper()
		_, text := v.call(http.MethodGet, uid, "")
		var options map[string]any
		if err := json.Unmarshal([]byte(text), &options); err != nil {
			t.Fatal(err)
		}
		options["secureJsonData"] = secrets
		raw, err := json.Marshal(options)
		if err != nil {
			t.Fatal(err)
		}
		status, answer := v.call(http.MethodPut, uid, string(raw))
		var saved struct{ Datasource map[string]any }
		if err := json.Unmarshal([]byte(answer), &saved); err != nil || status != http.StatusOK {
			t.Fatalf("%d %v\n%s", status, err, answer)
		}
		for _, body := range []string{text, answer} {
			for _, secret := range []string{hq.APIKey(), hq.APISecret(), "wrong-key"} {
				if strings.Contains(body, secret) {
					t.Errorf("a secret came back: %s", body)
				}
			}
		}
		fields, _ := saved.Datasource["secureJsonFields"].(map[string]any)
		return fields
	}
	all := map[string]any{"hq.apiKey": true, "hq.apiSecret": true, "branch.apiKey": true, "branch.apiSecret": true}
	if got := save(nil); !maps.Equal(got, all) {
		t.Errorf("saved with nothing changed: %v", got)
	}
	for key, want := range map[string]string{"": "apiKey: is missing", "wrong-key": "refused the API key or secret (401)"} {
		if got := save(map[string]string{"hq.apiKey": key}); got["hq.apiKey"] != (key != "") || got["hq.apiSecret"] != true {
			t.Errorf("saved with the key %q: %v", key, got)
		}
		if status, body := v.call(http.MethodGet, uid+"/health", ""); status != http.StatusBadRequest || !strings.Contains(body, want) {
			t.Errorf("with the key %q: %d %s", key, status, body)
		}
	}
	save(map[string]string{"hq.apiKey": hq.APIKey()})
	if status, body := v.call(http.MethodGet, uid+"/health", ""); status != http.StatusOK {
		t.Errorf("put back: %d %s", status, body)
	}
}

// A tunnel that is down makes its rule pending, with the time that is left, then firing.
func TestRules(t *testing.T) {
	v := mustVisit(t)
	if err := v.lab.Firewall("branch").Instance("wg1").SetDown(); err != nil {
		t.Fatal(err)
	}
	page, err := v.page.Scrape(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	down := func(after time.Duration) ruleView {
		t.Helper()
		v.page.Rules.evaluate(start.Add(after), page, nil)
		_, text := v.call(http.MethodGet, "/api/rules", "")
		var view rulesView
		if err := json.Unmarshal([]byte(text), &view); err != nil || len(view.Rules) != 7 {
			t.Fatalf("%v\n%s", err, text)
		}
		paused := 0
		for _, r := range view.Rules {
			if r.State == "paused" {
				paused++
			}
		}
		if paused != 3 {
			t.Errorf("%d rules are paused, want 3", paused)
		}
		for _, r := range view.Rules {
			if r.Name == "OPNsenseWireGuardInterfaceDown" {
				return r
			}
		}
		t.Fatalf("the rule is missing in\n%s", text)
		return ruleView{}
	}
	for _, step := range []struct {
		after time.Duration
		state string
		left  float64
	}{{0, "pending", 120}, {90 * time.Second, "pending", 30}, {2 * time.Minute, "firing", 0}} {
		rule := down(step.after)
		if len(rule.Alerts) != 1 {
			t.Fatalf("after %s: %d alerts", step.after, len(rule.Alerts))
		}
		a := rule.Alerts[0]
		if rule.State != step.state || a.State != step.state || a.Left != step.left || a.Labels["device_name"] != "backup-link" {
			t.Errorf("after %s: %+v", step.after, rule)
		}
	}
}
