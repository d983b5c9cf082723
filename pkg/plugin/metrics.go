package plugin

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/metrics"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
)

// metricsRoute serves what is known as Prometheus scrapes it:
//
//	metrics?firewall=                  → text exposition, format 0.0.4
//
// It asks as a query does, so that scrapes cost a firewall nothing beside its
// polls. Errors are errors, not empty answers: an empty one is a good scrape.
func (in *instance) metricsRoute(w http.ResponseWriter, r *http.Request) {
	wanted, problem := matchers(r.URL.RawQuery, []string{"firewall"})
	if problem != "" {
		writeJSON(w, http.StatusBadRequest, resourceError{problem})
		return
	}
	if len(in.members) == 0 {
		writeFailed(w, errors.Join(in.problems...))
		return
	}
	ctx, cancel := scrapeContext(r)
	defer cancel()
	scope := in.ask(ctx, query.Filter{Firewalls: wanted["firewall"]})
	if err := r.Context().Err(); err != nil {
		writeFailed(w, err)
		return
	}
	if len(scope) == 0 {
		writeJSON(w, http.StatusNotFound, resourceError{"no firewall of this data source matches the parameter firewall"})
		return
	}
	var samples []metrics.Sample
	for i := range scope {
		samples = append(samples, metrics.Of(&scope[i])...)
	}
	var body bytes.Buffer
	if err := metrics.Write(&body, samples); err != nil {
		writeFailed(w, err)
		return
	}
	w.Header().Set("Content-Type", metrics.ContentType)
	_, _ = w.Write(body.Bytes())
}

func writeFailed(w http.ResponseWriter, err error) {
	writeJSON(w, int(failed(err).Status), resourceError{err.Error()})
}

// scrapeContext ends a little before the scraper loses patience, where it says
// when: so one firewall that is slow does not cost the others their samples.
func scrapeContext(r *http.Request) (context.Context, context.CancelFunc) {
	const answering = 0.5 // seconds
	seconds, err := strconv.ParseFloat(r.Header.Get("X-Prometheus-Scrape-Timeout-Seconds"), 64)
	if err != nil || !(seconds > 0 && seconds < time.Hour.Seconds()) {
		return context.WithCancel(r.Context())
	}
	seconds = max(seconds-answering, seconds/2)
	return context.WithTimeout(r.Context(), time.Duration(seconds*float64(time.Second)))
}
