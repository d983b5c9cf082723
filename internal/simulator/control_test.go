package simulator

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// controller calls the control API of a lab.
type controller struct {
	tb  testing.TB
	url string
	*http.Client
}

func mustControl(tb testing.TB, lab *Lab) controller {
	tb.Helper()
	url, err := lab.ServeControl("")
	if err != nil {
		tb.Fatal(err)
	}
	transport := &http.Transport{}
	tb.Cleanup(transport.CloseIdleConnections)
	return controller{tb, url, &http.Client{Transport: transport}}
}

func (c controller) call(method, path, body string) (int, string) {
	c.tb.Helper()
	r, err := http.NewRequestWithContext(c.tb.Context(), method, c.url+path, strings.NewReader(body))
	if err != nil {
		c.tb.Fatal(err)
	}
	response, err := c.Do(r)
	if err != nil {
		c.tb.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		c.tb.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// TestControlAPI calls every route of the control API, the bad calls first.
func TestControlAPI(t *testing.T) {
	lab, err := NewDemoLab(nil, DemoOptions{Traffic: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(lab.Close)
	c := mustControl(t, lab)
	const hq, wg0, alice = "/firewalls/hq", "/firewalls/hq/interfaces/wg0", "/firewalls/hq/interfaces/wg0/peers/alice-laptop"
	tests := []struct {
		path, body string
		status     int
	}{
		{"/nothing", "", 404},
		{"/firewalls/nobody/refuse", "", 404},
		{"/firewalls/hq/interfaces/wg7/down", "", 404},
		{wg0 + "/peers/nobody/cut", "", 404},
		{wg0 + "/explode", "", 404},
		{hq + "/carp/one", `{"role":"MASTER"}`, 400},
		{hq + "/carp/1", `{"role":"KING"}`, 400},
		{hq + "/carp/1", `{"rolle":"MASTER"}`, 400},
		{hq + "/generation", `{"generation":"new"}`, 400},
		{hq + "/clock/zone", `{"zone":"Nowhere/Land"}`, 400},
		{hq + "/faults", `{"kind":"tired"}`, 400},
		{hq + "/certificate", `{"kind":"stolen"}`, 400},
		{hq + "/odd-rows", `{}`, 400},
		{hq + "/boot-phase", `{"phase":"halfway"}`, 400},
		{"/firewalls/hq/interfaces/wg1/peers/branch-office/roam", "", 400},

		{hq + "/requests/reset", "", 200},
		{hq + "/carp/1", `{"role":"BACKUP"}`, 200},
		{hq + "/carp/1", `{"role":"MASTER"}`, 200},
		{wg0 + "/down", "", 200},
		{wg0 + "/up", "", 200},
		{wg0 + "/stop", "", 200},
		{wg0 + "/create", "", 200},
		{wg0 + "/start", "", 200},
		{wg0 + "/restart", "", 200},
		{wg0 + "/disable", "", 200},
		{wg0 + "/enable", "", 200},
		{wg0 + "/rename", `{"name":"people"}`, 200},
		{wg0 + "/peers", `{"name":"nobody"}`, 200},
		{wg0 + "/peers/nobody/send", "", 400},
		{wg0 + "/peers/nobody/flow", `{"from":true}`, 400},
		{wg0 + "/peers/nobody/remove", "", 200},
		{alice + "/cut", "", 200},
		{alice + "/restore", "", 200},
		{alice + "/roam", "", 200},
		{alice + "/sleep", "", 200},
		{alice + "/wake", "", 200},
		{alice + "/send", `{"packets":3,"size":100,"from":true}`, 200},
		{alice + "/flow", `{"every_ms":5}`, 200},
		{alice + "/flow/stop", "", 200},
		{alice + "/rename", `{"name":"alice"}`, 200},
		{"/firewalls/branch/interfaces/wg1/remove", `{"applied":true}`, 200},
		{hq + "/service/off", `{"rebooted":true}`, 200},
		{hq + "/service/on", "", 200},
		{hq + "/privileges", `{"privileges":["All pages"]}`, 200},
		{hq + "/privileges/grant", `{"privilege":"Status: Services"}`, 200},
		{hq + "/privileges/revoke", `{"privilege":"Status: Services"}`, 200},
		{hq + "/user", `{"disabled":false}`, 200},
		{hq + "/generation", `{"generation":"25.1.12"}`, 200},
		{hq + "/clock/skew", `{"seconds":90}`, 200},
		{hq + "/clock/step", `{"seconds":600}`, 200},
		{hq + "/clock/zone", `{"zone":"UTC"}`, 200},
		{hq + "/certificate", `{"kind":"valid"}`, 200},
		{hq + "/faults", `{"kind":"slow","delay_ms":1}`, 200},
		{hq + "/faults/clear", `{"kind":"slow"}`, 200},
		{hq + "/faults/clear", "", 200},
		{hq + "/odd-rows", `{"row":{"if":"wg9"}}`, 200},
		{hq + "/odd-rows/clear", "", 200},
		{hq + "/refuse", "", 200},
		{hq + "/accept", "", 200},
		{hq + "/boot-phase", `{"phase":"ready"}`, 200},
		{hq + "/reboot", `{"pause_ms":1}`, 200},
	}
	called := map[string]bool{}
	for _, test := range tests {
		if status, body := c.call(http.MethodPost, test.path, test.body); status != test.status {
			t.Errorf("%s %s: %d %s, want %d", test.path, test.body, status, body, test.status)
		}
		called[test.path] = true
	}
	if len(called) < len(controlRoutes()) {
		t.Errorf("%d paths called, %d routes", len(called), len(controlRoutes()))
	}
}

func TestControlReads(t *testing.T) {
	lab, err := NewDemoLab(nil, DemoOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(lab.Close)
	c := mustControl(t, lab)
	var routes []controlRoute
	_, body := c.call(http.MethodGet, "/", "")
	if err := json.Unmarshal([]byte(body), &routes); err != nil || len(routes) != len(controlRoutes()) {
		t.Errorf("%d routes listed, %v", len(routes), err)
	}
	for _, route := range routes {
		if body := strings.TrimSpace(route.Body); body != "" && !json.Valid([]byte(body)) {
			t.Errorf("%s: the example %s is no JSON", route.Path, body)
		}
	}
	var firewalls []firewallView
	_, body = c.call(http.MethodGet, "/firewalls", "")
	if err := json.Unmarshal([]byte(body), &firewalls); err != nil || len(firewalls) != 2 {
		t.Fatalf("%d firewalls, %v", len(firewalls), err)
	}
	if hq := firewalls[0]; hq.Name != "hq" || hq.Fingerprint != lab.Firewall("hq").Fingerprint() || len(hq.Interfaces) != 2 ||
		!hq.Interfaces[1].Up || hq.Interfaces[1].Name != "site-to-site" {
		t.Errorf("hq %+v", hq)
	}
	if status, body := c.call(http.MethodGet, "/firewalls/branch/requests", ""); status != 200 || !strings.Contains(body, `"total": 0`) {
		t.Errorf("%d %s", status, body)
	}
	site := lab.Firewall("hq").Instance("wg1").Peer("branch-office")
	alice := lab.Client("alice-laptop").Peer()
	eventually(t, "the demo's handshakes and traffic", func() bool {
		return handshook(site) && handshook(alice) && counters(site).rx > 1500
	})
	if bob := lab.Client("bob-phone"); handshook(bob.Peer()) {
		t.Error("bob-phone is online")
	}
}
