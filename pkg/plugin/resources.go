package plugin

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/resource/httpadapter"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// A resource that could not be served, as {"error": "…"}.
type resourceError struct {
	Error string `json:"error"`
}

// listed is one choice of an editor or a variable; fields that do not apply are
// left out.
type listed struct {
	ID        string `json:"firewall"` // of the firewall, whatever it is named
	Firewall  string `json:"opnsense_instance,omitempty"`
	Device    string `json:"device,omitempty"`
	Interface string `json:"device_name,omitempty"`
	Peer      string `json:"peer_name,omitempty"`
	PublicKey string `json:"public_key,omitempty"`
	Status    string `json:"status,omitempty"` // the last known, as a word
	Site      bool   `json:"site,omitempty"`   // of a peer
}

// listedFirewall is one configured firewall.
type listedFirewall struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	URL  string `json:"url"`
	Up   bool   `json:"up"`
}

// newResources serves, all but forget by GET and as JSON lists:
//
//	firewalls                          → [{id, name, url, up}]
//	interfaces?firewall=               → [{firewall, opnsense_instance, device, device_name, status}]
//	peers?firewall=&interface=         → [{… peer_name, public_key, status, site}]
//
// and what metricsRoute and certificateRoute say. Whoever may query may use them, but
// for those that reach or change more than a query does. Parameters may be repeated and take what filters
// take: a value or /a regular expression/.
func newResources(in *instance) backend.CallResourceHandler {
	mux := http.NewServeMux()
	routes := map[string]http.HandlerFunc{
		"alert-rules": only(http.MethodGet, serveAlertRules),
		"certificate": only(http.MethodGet, from(admin, "only Admins may have the data source fetch a certificate", in.certificateRoute)),
		"firewalls":   only(http.MethodGet, route(nil, in.listFirewalls)),
		"forget":      only(http.MethodPost, from(editor, "only Editors and Admins may forget an interface", in.forget)),
		"interfaces":  only(http.MethodGet, route([]string{"firewall"}, in.listInterfaces)),
		"metrics":     only(http.MethodGet, in.metricsRoute),
		"peers":       only(http.MethodGet, route([]string{"firewall", "interface"}, in.listPeers)),
	}
	var names []string
	for name, handler := range routes {
		mux.HandleFunc("/"+name, handler)
		names = append(names, name)
	}
	slices.Sort(names)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusNotFound, resourceError{"no such resource; there are: " + strings.Join(names, ", ")})
	})
	return httpadapter.New(mux)
}

// only lets a single method through.
func only(method string, handler http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method {
			w.Header().Set("Allow", method)
			writeJSON(w, http.StatusMethodNotAllowed, resourceError{"only " + method + " is allowed"})
			return
		}
		handler(w, r)
	}
}

// role is what a user may in an organisation of Grafana. The zero value is the least.
type role int

const (
	viewer role = iota
	editor
	admin
)

// roleOf is the role of who asks: as Grafana says it with the request, never what a
// header does. A role that is not known, and nobody, may what a Viewer may.
func roleOf(r *http.Request) role {
	if user := backend.UserFromContext(r.Context()); user != nil {
		switch user.Role {
		case "Admin":
			return admin
		case "Editor":
			return editor
		}
	}
	return viewer
}

// from lets those through who have a role, or a higher one.
func from(least role, refusal string, handler http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if roleOf(r) < least {
			writeJSON(w, http.StatusForbidden, resourceError{refusal})
			return
		}
		handler(w, r)
	}
}

// route checks the parameters before it lists.
func route(params []string, list func(*http.Request, map[string]query.Matchers) any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		wanted, problem := matchers(r.URL.RawQuery, params)
		if problem != "" {
			writeJSON(w, http.StatusBadRequest, resourceError{problem})
			return
		}
		writeJSON(w, http.StatusOK, list(r, wanted))
	}
}

func matchers(raw string, params []string) (map[string]query.Matchers, string) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, "the query string cannot be read"
	}
	wanted := map[string]query.Matchers{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(params, name) {
			allowed := "none"
			if len(params) > 0 {
				allowed = strings.Join(params, ", ")
			}
			return nil, "unknown parameter; allowed: " + allowed
		}
		list := slices.DeleteFunc(values[name], func(v string) bool { return v == "" })
		if wanted[name], err = query.NewMatchers(name, list); err != nil {
			return nil, err.Error()
		}
	}
	return wanted, ""
}

func (in *instance) listFirewalls(r *http.Request, _ map[string]query.Matchers) any {
	out := []listedFirewall{}
	for _, f := range in.ask(r.Context(), query.Filter{}) {
		out = append(out, listedFirewall{ID: f.ID, Name: f.Name, URL: f.URL, Up: f.Known()})
	}
	return out
}

func (in *instance) listInterfaces(r *http.Request, wanted map[string]query.Matchers) any {
	out := []listed{}
	for _, f := range in.ask(r.Context(), query.Filter{Firewalls: wanted["firewall"]}) {
		for _, i := range f.Snapshot.Interfaces {
			if i.HasIdentity() {
				out = append(out, listed{ID: f.ID, Firewall: f.Name, Device: i.Device, Interface: i.Name, Status: i.LastKnown().String()})
			}
		}
	}
	return out
}

func (in *instance) listPeers(r *http.Request, wanted map[string]query.Matchers) any {
	out := []listed{}
	for _, f := range in.ask(r.Context(), query.Filter{Firewalls: wanted["firewall"]}) {
		out = append(out, peersOf(&f, wanted["interface"])...)
	}
	return out
}

func peersOf(f *wireguard.Firewall, on query.Matchers) []listed {
	var out []listed
	for _, p := range f.Snapshot.Peers {
		if p.HasIdentity() && on.Match(p.Device, p.InterfaceName) {
			out = append(out, listed{f.ID, f.Name, p.Device, p.InterfaceName, p.Name, p.PublicKey, p.LastKnown().String(), p.Site})
		}
	}
	return out
}
