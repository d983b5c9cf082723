package plugin

import (
	"context"
	"net/http"
	"strings"
	"testing"
)

func TestResources(t *testing.T) {
	a, b := newFakeFirewall(t), newFakeFirewall(t)
	instead(&b.show, answer(http.StatusInternalServerError, `{}`))
	broken := b.entry("c", "none")
	in := mustInstance(t, settingsOf(t, a.entry("a", "ca"), b.entry("b", "pin"), broken))
	const (
		unknown    = `{"error":"no such resource; there are: alert-rules, certificate, firewalls, forget, interfaces, metrics, peers"}`
		getOnly    = `{"error":"only GET is allowed"}`
		alice      = `"peer_name":"alice-laptop"`
		site       = `"peer_name":"site-b"`
		warrior    = `{"firewall":"a","opnsense_instance":"a firewall","device":"wg0","device_name":"road-warrior","status":"up"}`
		siteToSite = `{"firewall":"a","opnsense_instance":"a firewall","device":"wg1","device_name":"site-to-site","status":"standby"}`
		siteB      = `{"firewall":"a","opnsense_instance":"a firewall","device":"wg1","device_name":"site-to-site","peer_name":"site-b","public_key":"oFJNGb4a4xy3WbwbRTHfWaAPn80HcZR7tslVpdal3xk=","status":"online","site":true}`
	)
	for _, tt := range []struct {
		name, method, url string
		status            int
		body              string
	}{
		{"nothing", "GET", "", 404, unknown},
		{"unknown", "GET", "tunnels", 404, unknown},
		{"unknown, posted", "POST", "tunnels", 404, unknown},
		{"deeper", "GET", "peers/alice", 404, unknown},
		{"slash at the end", "GET", "peers/", 404, unknown},
		{"posted", "POST", "firewalls", 405, getOnly},
		{"deleted", "DELETE", "interfaces", 405, getOnly},
		{"head", "HEAD", "peers", 405, getOnly},
		{"parameter of none", "GET", "firewalls?firewall=a", 400, `{"error":"unknown parameter; allowed: none"}`},
		{"parameter of another", "GET", "interfaces?interface=wg0", 400, `{"error":"unknown parameter; allowed: firewall"}`},
		{"unknown parameter", "GET", "peers?firewall=a&peer=x", 400, `{"error":"unknown parameter; allowed: firewall, interface"}`},
		{"not a query string", "GET", "peers?firewall=%zz", 400, `{"error":"the query string cannot be read"}`},
		{"bad expression", "GET", "peers?firewall=/(/", 400, `{"error":"query field firewall: \"/(/\" is not a regular expression: missing closing ) \"(\""}`},
		{"two bad expressions", "GET", "peers?interface=/)/&firewall=/(/", 400, `{"error":"query field firewall: \"/(/\" is not a regular expression: missing closing ) \"(\""}`},
		{"leftover variable", "GET", "peers?interface=$tunnel", 400, `{"error":"query field interface: \"$tunnel\" names a dashboard variable that was not filled in: alert rules know no variables, and elsewhere the variable must exist"}`},

		{"firewalls", "GET", "firewalls", 200, `[{"id":"a","name":"a firewall","url":"` + a.URL + `","up":true},{"id":"b","name":"b firewall","url":"` + b.URL + `","up":false},{"id":"c","name":"c firewall","url":"` + b.URL + `","up":false}]`},
		{"interfaces", "GET", "interfaces", 200, `[` + warrior + `,` + siteToSite + `]`},
		{"interfaces of a firewall", "GET", "interfaces?firewall=a", 200, `[` + warrior + `,` + siteToSite + `]`},
		{"interfaces of a firewall by name", "GET", "interfaces?firewall=a+firewall", 200, `[` + warrior + `,` + siteToSite + `]`},
		{"interfaces of one that fails", "GET", "interfaces?firewall=b&firewall=c", 200, `[]`},
		{"interfaces of one unknown", "GET", "interfaces?firewall=d", 200, `[]`},
		{"empty parameter", "GET", "interfaces?firewall=", 200, `[` + warrior + `,` + siteToSite + `]`},
		{"peers of an interface by name", "GET", "peers?interface=site-to-site", 200, `[` + siteB + `]`},
		{"peers by both", "GET", "peers?firewall=/a.*/&interface=wg1", 200, `[` + siteB + `]`},
		{"peers by name of the firewall", "GET", "peers?firewall=a+firewall&interface=wg1", 200, `[` + siteB + `]`},
		{"peers of none", "GET", "peers?firewall=a&interface=wg7", 200, `[]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, body := mustResource(t, in, tt.method, tt.url)
			if tt.method == "HEAD" {
				body = tt.body
			}
			if status != tt.status || strings.TrimSpace(body) != tt.body {
				t.Errorf("%d %s\nwant %d %s", status, body, tt.status, tt.body)
			}
		})
	}
	if _, body := mustResource(t, in, "GET", "peers"); !strings.Contains(body, alice) || !strings.Contains(body, site) || strings.Count(body, `"site":`) != 1 || strings.Count(body, `"firewall":"a"`) != strings.Count(body, "public_key") {
		t.Errorf("all peers: %s", body)
	}
	if n := a.calls.Load(); n != 1 {
		t.Errorf("%d calls for all that, want one", n)
	}
}

// The URL that is told is the base of a firewall's pages, and nothing where it
// has a password in it.
func TestToldURL(t *testing.T) {
	a := newFakeFirewall(t)
	for given, want := range map[string]string{
		"https://root:" + markerSecret + "@127.0.0.1": "",
		"127.0.0.1":                             "",
		"https://127.0.0.1?key=" + markerSecret: "",
		a.URL + "/":                             a.URL,
		a.URL + "/ui/core/dashboard#here":       a.URL,
		a.URL + "/behind/a/proxy/":              a.URL + "/behind/a/proxy",
	} {
		entry := a.entry("a", "ca")
		entry["url"] = given
		in := mustInstance(t, settingsOf(t, entry))
		_, body := mustResource(t, in, "GET", "firewalls")
		if !strings.Contains(body, `"url":"`+want+`"`) {
			t.Errorf("%s is told as %s", given, body)
		}
		for ref, r := range mustQuery(context.Background(), t, in, "firewalls", `{"queryType":"firewalls"}`, "problems", `{"queryType":"problems"}`) {
			f, _ := r.Frames[0].FieldByName("url")
			if f.Len() > 0 && f.At(0) != want {
				t.Errorf("%s: %s is told as %s", ref, given, f.At(0))
			}
		}
	}
}
