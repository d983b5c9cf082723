package plugin

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
)

// mustForget calls the route as somebody with a role.
func mustForget(tb testing.TB, in *instance, method, role, query string) (status int, body string) {
	tb.Helper()
	return mustResourceAs(tb, in, role, method, "forget?"+query)
}

func TestForgetRoute(t *testing.T) {
	f := newFakeFirewall(t)
	in := mustInstance(t, settingsOf(t, f.entry("a", "ca")))
	in.ask(context.Background(), query.Filter{})
	for _, tt := range []struct {
		name, method, role, query string
		status                    int
		says                      string
	}{
		{"by GET", http.MethodGet, "Admin", "firewall=a+firewall&device=wg1", 405, "only POST"},
		{"by a Viewer", http.MethodPost, "Viewer", "firewall=a+firewall&device=wg1", 403, "only Editors"},
		{"by nobody", http.MethodPost, "", "firewall=a+firewall&device=wg1", 403, "only Editors"},
		{"nothing named", http.MethodPost, "Editor", "", 400, "firewall, device and name"},
		{"no interface named", http.MethodPost, "Editor", "firewall=a", 400, "firewall, device and name"},
		{"broken query", http.MethodPost, "Editor", "firewall=%zz", 400, "firewall, device and name"},
		{"unknown firewall", http.MethodPost, "Editor", "firewall=b&device=wg1", 404, "no such firewall"},
		{"unknown interface", http.MethodPost, "Editor", "firewall=a&device=wg9&name=x", 404, "no interface"},
		{"one that runs", http.MethodPost, "Editor", "firewall=a&device=wg0&name=road-warrior", 409, "not missing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if status, body := mustForget(t, in, tt.method, tt.role, tt.query); status != tt.status || !strings.Contains(body, tt.says) {
				t.Errorf("%d %s, want %d and %q", status, body, tt.status, tt.says)
			}
		})
	}
}
