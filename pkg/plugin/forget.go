package plugin

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// forget serves POST forget?firewall=&device=&name=: an Editor lets go of an
// interface that OPNsense no longer reports and that is known to be gone. Nothing
// is written to the firewall. It answers 204, 403 to Viewers, 404 for what is not
// known and 409 for what cannot be forgotten.
func (in *instance) forget(w http.ResponseWriter, r *http.Request) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || q.Get("firewall") == "" || (q.Get("device") == "" && q.Get("name") == "") {
		writeJSON(w, http.StatusBadRequest, resourceError{"name the interface by the parameters firewall, device and name"})
		return
	}
	for _, m := range in.members {
		if m.reads == nil || (m.name != q.Get("firewall") && m.id != q.Get("firewall")) {
			continue
		}
		if err := m.reads.Forget(q.Get("device"), q.Get("name")); err != nil {
			status := http.StatusConflict
			if errors.Is(err, wireguard.ErrNotThere) {
				status = http.StatusNotFound
			}
			writeJSON(w, status, resourceError{err.Error()})
			return
		}
		in.logger.Info("Interface forgotten", "firewall", m.name, "device", q.Get("device"), "name", q.Get("name"))
		w.WriteHeader(http.StatusNoContent)
		return
	}
	writeJSON(w, http.StatusNotFound, resourceError{"no such firewall, or one whose settings cannot work"})
}
