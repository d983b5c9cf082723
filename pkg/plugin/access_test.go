package plugin

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// Who may use each route, and by which method. What is not here does not exist.
var access = map[string]struct {
	method string
	least  role
}{
	"alert-rules": {http.MethodGet, viewer},
	"certificate": {http.MethodGet, admin}, // reaches a firewall beside its polls
	"firewalls":   {http.MethodGet, viewer},
	"forget":      {http.MethodPost, editor}, // changes what is told
	"interfaces":  {http.MethodGet, viewer},
	"metrics":     {http.MethodGet, viewer},
	"peers":       {http.MethodGet, viewer},
}

// forged are headers by which a caller may call himself an administrator. Grafana
// sends some of them on.
var forged = map[string][]string{
	"X-Grafana-Role": {"Admin"}, "X-Grafana-Org-Role": {"Admin"}, "X-Grafana-User": {"admin"}, "X-Grafana-Id": {"admin"},
	"X-Webauth-User": {"admin"}, "X-Webauth-Role": {"Admin"}, "X-Ds-Authorization": {"Basic YWRtaW46YWRtaW4="}, "Cookie": {"role=Admin"},
	"X-HTTP-Method-Override": {"GET"}, "X-Forwarded-For": {"127.0.0.1"},
}

func TestRouteAccess(t *testing.T) {
	f := newFakeFirewall(t)
	in := mustInstance(t, settingsOf(t, f.entry("a", "ca")))
	_, unknown := mustResource(t, in, "GET", "nothing")
	_, list, _ := strings.Cut(strings.TrimSuffix(strings.TrimSpace(unknown), `"}`), "there are: ")
	var listed []string
	for name := range access {
		listed = append(listed, name)
	}
	slices.Sort(listed)
	if list != strings.Join(listed, ", ") {
		t.Fatalf("the routes are %s; this test knows of %s", list, strings.Join(listed, ", "))
	}
	roles := map[string]role{
		"Admin": admin, "Editor": editor, "Viewer": viewer,
		// None of these is a role that Grafana sends: the least counts.
		"": viewer, "None": viewer, "admin": viewer, "ADMIN": viewer, " Admin": viewer, "Admin ": viewer, "GrafanaAdmin": viewer,
		"Grafana Admin": viewer, "Editor,Admin": viewer, "Root": viewer, "Admin\x00": viewer,
	}
	users := map[*backend.User]role{nil: viewer}
	for name, may := range roles {
		users[&backend.User{Login: "admin", Name: "Admin", Role: name}] = may
	}
	asked, refused := 0, 0
	for path, want := range access {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get", "CONNECT"} {
			for user, may := range users {
				req := &backend.CallResourceRequest{Method: method, Path: path, URL: path + "?role=Admin", Headers: forged, Body: []byte(`{"role":"Admin"}`)}
				req.PluginContext.User = user
				status := 0
				if err := in.CallResource(context.Background(), req, backend.CallResourceResponseSenderFunc(func(r *backend.CallResourceResponse) error {
					status = r.Status
					return nil
				})); err != nil {
					t.Fatal(err)
				}
				asked++
				wanted := 0
				switch {
				case method != want.method:
					wanted = http.StatusMethodNotAllowed
				case may < want.least:
					wanted = http.StatusForbidden
				}
				if refusal := status == http.StatusMethodNotAllowed || status == http.StatusForbidden; wanted != status && (wanted != 0 || refusal) {
					t.Errorf("%s %s as %+v: %d, want %d (0: let through)", method, path, user, status, wanted)
				}
				if wanted != 0 {
					refused++
				}
			}
		}
	}
	t.Logf("%d requests, of which %d had to be refused", asked, refused)
}
