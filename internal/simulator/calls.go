package simulator

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
)

// Requests is what a firewall has been asked since it began, or since ResetRequests.
type Requests struct {
	Total       int            `json:"total"`
	ByEndpoint  map[string]int `json:"by_endpoint"`   // by path without query, as it was sent
	ByCall      map[string]int `json:"by_call"`       // by method, address and body, as they were sent
	ByStatus    map[int]int    `json:"by_status"`     // answers by HTTP status; calls cut off before an answer are missing
	InFlight    int            `json:"in_flight"`     // calls being answered now
	MaxInFlight int            `json:"max_in_flight"` // most calls at the same time
	Sessions    int            `json:"sessions"`      // session files left on the firewall: calls without its cookie
	Writes      []string       `json:"writes"`        // "POST /api/…" of every call that would change the firewall
	Secrets     []string       `json:"secrets"`       // paths of every answer that carried private or preshared keys
}

// callLog counts. The zero value is ready.
type callLog struct {
	mu  sync.Mutex
	now Requests
}

// begin counts a call, and reads its body into memory.
func (l *callLog) begin(r *http.Request) {
	path, call := r.URL.Path, r.Method+" "+r.RequestURI
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxBody)) // what was cut off counts as it came
	r.Body = io.NopCloser(bytes.NewReader(body))
	if len(body) > 0 {
		call += " " + string(body)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now.ByEndpoint == nil {
		l.now.ByEndpoint, l.now.ByCall, l.now.ByStatus = map[string]int{}, map[string]int{}, map[int]int{}
	}
	l.now.ByCall[call]++
	l.now.Total++
	l.now.ByEndpoint[path]++
	l.now.InFlight++
	l.now.MaxInFlight = max(l.now.MaxInFlight, l.now.InFlight)
}

// end notes the answer's status, 0 for none.
func (l *callLog) end(status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now.InFlight--
	if status != 0 {
		l.now.ByStatus[status]++
	}
}

func (l *callLog) session() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now.Sessions++
}

func (l *callLog) write(call string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now.Writes = append(l.now.Writes, call)
}

func (l *callLog) secret(path string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now.Secrets = append(l.now.Secrets, path)
}

// Requests returns a copy of the counts.
func (a *API) Requests() Requests {
	a.calls.mu.Lock()
	defer a.calls.mu.Unlock()
	r := a.calls.now
	r.ByEndpoint, r.ByCall, r.ByStatus = maps.Clone(r.ByEndpoint), maps.Clone(r.ByCall), maps.Clone(r.ByStatus)
	r.Writes, r.Secrets = slices.Clone(r.Writes), slices.Clone(r.Secrets)
	return r
}

// ResetRequests begins to count anew. Calls in flight stay counted as in flight.
func (a *API) ResetRequests() {
	a.calls.mu.Lock()
	defer a.calls.mu.Unlock()
	inFlight := a.calls.now.InFlight
	a.calls.now = Requests{ByEndpoint: map[string]int{}, ByCall: map[string]int{}, ByStatus: map[int]int{}, InFlight: inFlight, MaxInFlight: inFlight}
}
