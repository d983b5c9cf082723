package page

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

const pluginID = "opnsense-wireguard-datasource"

// settings is the saved data source as Grafana shows it. Of secrets it tells only
// which are set.
func (s *Server) settings(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, s.saved())
}

func (s *Server) saved() map[string]any {
	source := s.source.Load()
	return map[string]any{
		"id": 1, "uid": source.UID(), "orgId": 1, "name": source.Name(), "type": pluginID, "access": "proxy", "url": "",
		"database": "", "user": "", "isDefault": true, "readOnly": false, "basicAuth": false, "withCredentials": false,
		"jsonData": source.JSONData(), "secureJsonFields": source.SecureFields(),
	}
}

// save takes over changed settings. Secrets that are not named stay; "" deletes one.
func (s *Server) save(w http.ResponseWriter, r *http.Request) {
	var sent struct {
		JSONData json.RawMessage   `json:"jsonData"`
		Secure   map[string]string `json:"secureJsonData"`
	}
	if err := readBody(w, r, &sent); err != nil {
		fail(w, http.StatusBadRequest, err)
		return
	}
	s.saving.Lock()
	defer s.saving.Unlock()
	changed := s.source.Load().As("Admin") // a copy: requests under way keep theirs
	if err := changed.Update(sent.JSONData, sent.Secure); err != nil {
		fail(w, http.StatusBadRequest, err)
		return
	}
	s.source.Store(changed)
	reply(w, http.StatusOK, map[string]any{"message": "Datasource updated", "datasource": s.saved()})
}

// health is Save & test.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	result, err := s.source.Load().Health(r.Context())
	if err != nil {
		fail(w, http.StatusInternalServerError, err)
		return
	}
	answer := map[string]any{"status": result.Status.String(), "message": result.Message}
	if len(result.JSONDetails) > 0 {
		answer["details"] = json.RawMessage(result.JSONDetails)
	}
	status := http.StatusOK
	if result.Status != backend.HealthStatusOk {
		status = http.StatusBadRequest
	}
	reply(w, status, answer)
}

// resource calls the plugin's own routes.
func (s *Server) resource(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		fail(w, http.StatusBadRequest, fmt.Errorf("the request's body: %w", err))
		return
	}
	path := r.PathValue("path")
	if r.URL.RawQuery != "" {
		path += "?" + r.URL.RawQuery
	}
	answer, err := s.source.Load().Send(r.Context(), r.Method, path, body)
	if err != nil {
		fail(w, http.StatusBadGateway, err)
		return
	}
	maps.Copy(w.Header(), answer.Headers)
	w.WriteHeader(answer.Status)
	_, _ = w.Write(answer.Body)
}
