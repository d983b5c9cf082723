package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
)

// asked is what the browser sends for panels: the queries, as they are saved, and
// from when to when, in milliseconds since 1970.
type asked struct {
	From    string            `json:"from"`
	To      string            `json:"to"`
	Queries []json.RawMessage `json:"queries"`
}

// query answers a panel's queries, each for itself, in Grafana's encoding:
// {"results": {"A": {"status", "frames", "error", "errorSource"}}}. One that
// failed makes the whole answer a 400, as in Grafana.
func (s *Server) query(w http.ResponseWriter, r *http.Request) {
	var request asked
	if err := readBody(w, r, &request); err != nil {
		fail(w, http.StatusBadRequest, err)
		return
	}
	panel, err := request.panel()
	if err == nil && len(request.Queries) == 0 {
		err = errors.New("there is no query in the request")
	}
	if err != nil {
		fail(w, http.StatusBadRequest, err)
		return
	}
	status := http.StatusOK
	results := backend.Responses{}
	for _, model := range request.Queries {
		refID, answer, err := s.ask(r, model, panel)
		if err != nil {
			fail(w, http.StatusInternalServerError, err)
			return
		}
		if answer.Error != nil {
			status = http.StatusBadRequest
		}
		results[refID] = answer
	}
	reply(w, status, &backend.QueryDataResponse{Responses: results})
}

func (s *Server) ask(r *http.Request, model json.RawMessage, panel grafanahost.Panel) (string, backend.DataResponse, error) {
	var outer struct {
		RefID         string `json:"refId"`
		IntervalMS    int64  `json:"intervalMs"`
		MaxDataPoints int64  `json:"maxDataPoints"`
	}
	if err := json.Unmarshal(model, &outer); err != nil {
		return "", backend.DataResponse{}, fmt.Errorf("query: %w", err)
	}
	panel.Interval, panel.MaxDataPoints = time.Duration(outer.IntervalMS)*time.Millisecond, outer.MaxDataPoints
	answer, err := s.source.Load().QueryPanel(r.Context(), model, panel)
	return outer.RefID, answer, err
}

func (a asked) panel() (grafanahost.Panel, error) {
	from, err := milliseconds("from", a.From)
	if err != nil {
		return grafanahost.Panel{}, err
	}
	to, err := milliseconds("to", a.To)
	return grafanahost.Panel{From: from, To: to}, err
}

func milliseconds(name, text string) (time.Time, error) {
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s is %q: want milliseconds since 1970", name, text)
	}
	return time.UnixMilli(ms), nil
}
