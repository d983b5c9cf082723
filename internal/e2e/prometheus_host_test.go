package e2e

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
)

// scrapeHost is what a scraper sees of Grafana: the metrics route of one data
// source, for who has the token.
type scrapeHost struct {
	*httptest.Server
	token   string
	scrapes atomic.Int64 // answered
	denied  atomic.Int64

	mu sync.RWMutex // guards the data source's settings
	d  *saved
}

func mustScrapeHost(tb testing.TB, d *saved) *scrapeHost {
	tb.Helper()
	h := &scrapeHost{token: "glsa_test", d: d}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/datasources/uid/opnsense-wireguard/resources/metrics", h.serve)
	h.Server = httptest.NewServer(mux)
	tb.Cleanup(h.Close)
	return h
}

func (h *scrapeHost) serve(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+h.token {
		h.denied.Add(1)
		http.Error(w, `{"message":"Unauthorized"}`, http.StatusUnauthorized)
		return
	}
	h.mu.RLock()
	defer h.mu.RUnlock()
	answer, err := h.d.Get(r.Context(), "metrics?"+r.URL.RawQuery)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	maps.Copy(w.Header(), answer.Headers)
	w.WriteHeader(answer.Status)
	_, _ = w.Write(answer.Body)
	h.scrapes.Add(1)
}

// pollNow is that of the data source, between two scrapes.
func (h *scrapeHost) pollNow() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.d.pollNow()
}

// notified is an alert as Alertmanager tells of it.
type notified struct {
	Status      string
	Labels      map[string]string
	Annotations map[string]string
}

// receiver takes Alertmanager's notifications.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	alerts []notified
}

func mustReceiver(tb testing.TB) *receiver {
	tb.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var message struct{ Alerts []notified }
		if err := json.NewDecoder(req.Body).Decode(&message); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.alerts = append(r.alerts, message.Alerts...)
	}))
	tb.Cleanup(r.Close)
	return r
}

func (r *receiver) all() []notified {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]notified(nil), r.alerts...)
}
