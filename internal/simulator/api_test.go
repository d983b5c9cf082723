package simulator

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestCalls lists what a web interface answers to calls, the bad ones first.
func TestCalls(t *testing.T) {
	lab := mustLab(t)
	f := mustFirewall(t, lab, FirewallConfig{})
	c := newCaller(t, f.API)
	const refused401 = `{"status":401,"message":"Authentication Failed"}`
	const refused403 = `{"status":403,"message":"Forbidden"}`
	const notFound = `{"errorMessage":"Endpoint not found"}`
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	auth := func(user, secret string) func(*http.Request) {
		return func(r *http.Request) { r.SetBasicAuth(user, secret) }
	}
	anonymous := func(r *http.Request) { r.Header.Del("Authorization") }
	tests := []struct {
		name, method, uri, body string
		change                  func(*http.Request)
		status                  int
		want                    string // the body begins with it
		location                string
	}{
		{name: "unknown endpoint", uri: "/api/wireguard/service/shows", status: 404, want: notFound},
		{name: "unknown endpoint without key", uri: "/api/nothing/at/all", change: anonymous, status: 404, want: notFound},
		{name: "no action", uri: "/api/wireguard/service", status: 404, want: notFound},
		{name: "the API itself", uri: "/api/", status: 303, location: "/"},
		{name: "upper case", uri: "/API/wireguard/service/show", status: 303, location: "/"},
		{name: "wrong prefix", uri: "/opnsense/api/wireguard/service/show", status: 404, want: "<!DOCTYPE html>"},
		{name: "no key", uri: showPath, change: anonymous, status: 302, location: "/?url=" + showPath},
		{name: "wrong secret", uri: showPath, change: auth(f.APIKey(), "wrong"), status: 401, want: refused401},
		{name: "unknown key", uri: showPath, change: auth("nobody", f.APISecret()), status: 401, want: refused401},
		{name: "not base64", uri: showPath, change: header("Authorization", "Basic §"), status: 401, want: refused401},
		{name: "one word", uri: showPath, change: header("Authorization", "Basic"), status: 401, want: refused401},
		{name: "query string", uri: vipPath + "?x=1", status: 403, want: refused403},
		{name: "slash at the end", uri: vipPath + "/", status: 403, want: refused403},
		{name: "camel case", uri: "/api/diagnostics/interface/getVipStatus", status: 403, want: refused403},
		{name: "upper case module", uri: "/api/Wireguard/service/show", status: 403, want: refused403},
		{name: "two slashes", uri: "//api/wireguard/service/show", status: 403, want: refused403},
		{name: "no privilege", uri: serverPath, status: 403, want: refused403},
		{name: "JSON announced, none sent", uri: showPath, change: header("Content-Type", "application/json"), status: 400,
			want: `{"status":400,"message":"Invalid JSON syntax"}`},
		{name: "type is a string", uri: showPath + "?type=peer", status: 500,
			want: `{"errorMessage":"Unexpected error, check log for details"}`},
		{name: "type in a body", method: "POST", uri: showPath, body: `{"type":"peer"}`, status: 500},
		{name: "a write", method: "POST", uri: "/api/wireguard/service/reconfigure", body: "{}", status: 405},
		{name: "login page", uri: "/?url=" + showPath, change: anonymous, status: 200, want: "<!doctype html>"},
		{name: "show", uri: showPath, status: 200, want: `{"total":0,"rowCount":0,"current":1,"rows":[]}`},
		{name: "show with a list of types", uri: showPath + "?type[]=peer", status: 200},
		{name: "status", uri: "/api/wireguard/service/status", status: 200, want: `{"status":"unknown",`},
		{name: "virtual IPs", uri: vipPath, status: 200},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c.tb = t
			if test.method == "" {
				test.method = http.MethodGet
			}
			r := c.request(test.method, test.uri, test.body)
			if test.change != nil {
				test.change(r)
			}
			response, body := c.send(r)
			if response.StatusCode != test.status || !strings.HasPrefix(body, test.want) {
				t.Errorf("%d %s, want %d %s", response.StatusCode, body, test.status, test.want)
			}
			if got := response.Header.Get("Location"); got != test.location {
				t.Errorf("Location %q, want %q", got, test.location)
			}
		})
	}
	if writes := f.Requests().Writes; !slices.Equal(writes, []string{"POST /api/wireguard/service/reconfigure"}) {
		t.Errorf("writes %v", writes)
	}
}

func TestHeaders(t *testing.T) {
	f := mustFirewall(t, mustLab(t), FirewallConfig{})
	c := newCaller(t, f.API)
	response, _ := c.send(c.request(http.MethodGet, showPath, ""))
	if response.ProtoMajor != 2 {
		t.Errorf("protocol %s, want HTTP/2", response.Proto)
	}
	if got := response.Header.Get("Content-Type"); got != "application/json; charset=UTF-8" {
		t.Errorf("Content-Type %q", got)
	}
	if got := response.Header.Get("Cache-Control"); !strings.HasPrefix(got, "no-store") {
		t.Errorf("Cache-Control %q", got)
	}
	if cookies := response.Cookies(); len(cookies) != 1 || cookies[0].Name != "PHPSESSID" {
		t.Fatalf("cookies %v, want one PHPSESSID", cookies)
	}
	again := c.request(http.MethodGet, showPath, "")
	again.AddCookie(response.Cookies()[0])
	if response, _ := c.send(again); len(response.Cookies()) != 0 {
		t.Errorf("cookies %v, want none beside the one that was sent", response.Cookies())
	}
	if got := f.Requests(); got.Sessions != 1 || got.ByEndpoint[showPath] != 2 || got.ByStatus[200] != 2 || got.InFlight != 0 {
		t.Errorf("requests %+v", got)
	}
	f.ResetRequests()
	if got := f.Requests().Total; got != 0 {
		t.Errorf("%d requests after the reset", got)
	}
}

func TestLengthRequired(t *testing.T) {
	f := mustFirewall(t, mustLab(t), FirewallConfig{})
	c := newCaller(t, f.API)
	r := c.request(http.MethodPost, showPath, "{}")
	r.ContentLength = -1
	response, body := c.send(r)
	if response.StatusCode != http.StatusLengthRequired || !strings.Contains(body, "<html>") {
		t.Errorf("%d %s", response.StatusCode, body)
	}
}

func TestDisabledUser(t *testing.T) {
	f := mustFirewall(t, mustLab(t), FirewallConfig{})
	c := newCaller(t, f.API)
	f.SetUserDisabled(true)
	if status, _ := c.get(showPath); status != http.StatusUnauthorized {
		t.Errorf("status %d", status)
	}
	f.SetUserDisabled(false)
	if status, _ := c.get(showPath); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
}

func TestAuthDelay(t *testing.T) {
	tests := []struct {
		generation Generation
		configured time.Duration
		want       string
	}{
		{Generation24_7, 0, "0s"},
		{Generation24_7_9, 0, "2s"},
		{GenerationDev, 0, "2s"},
		{GenerationDev, noDelay, "0s"},
		{Generation24_7, 5, "5ns"},
	}
	for _, test := range tests {
		api := &API{generation: test.generation}
		api.config.AuthDelay = test.configured
		if got := api.authDelay().String(); got != test.want {
			t.Errorf("%s, %d: %s, want %s", test.generation, test.configured, got, test.want)
		}
	}
}
