package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
)

// maxBody bounds what is read of a request, in bytes.
const maxBody = 4 << 20

// Config is what a page is made of. All of it must be set.
type Config struct {
	Address      string // "127.0.0.1:8430", as it stands in the browser
	Built        string // folder with the built page
	Plugin       string // folder with the built plugin
	Provisioning string // folder with what Grafana mounts
	Source       *grafanahost.DataSource
	Lab          http.Handler // the simulated firewalls' controls
	Rules        *Rules
	Hints        []string // where else the plugin can be seen
}

// Server answers the page's requests.
type Server struct {
	Config
	saving sync.Mutex // one change of the settings at a time
	source atomic.Pointer[grafanahost.DataSource]
}

// New makes the page's server.
func New(c Config) *Server {
	s := &Server{Config: c}
	s.source.Store(c.Source.As("Admin"))
	return s
}

// Handler serves the page.
func (s *Server) Handler() http.Handler {
	uid := "/api/datasources/uid/" + s.Source.UID()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/demo", s.demo)
	mux.HandleFunc("POST /api/ds/query", s.query)
	mux.HandleFunc("GET "+uid, s.settings)
	mux.HandleFunc("PUT "+uid, s.save)
	mux.HandleFunc("GET "+uid+"/health", s.health)
	mux.HandleFunc(uid+"/resources/{path...}", s.resource)
	mux.HandleFunc("GET /api/rules", s.rules)
	mux.HandleFunc("GET /dashboards/{name}", s.dashboard)
	mux.Handle("/api/lab/", http.StripPrefix("/api/lab", s.Lab))
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		fail(w, http.StatusNotFound, fmt.Errorf("the demo does not know %s %s", r.Method, r.URL.Path))
	})
	mux.Handle("/public/plugins/"+pluginID+"/", http.StripPrefix("/public/plugins/"+pluginID, files(s.Plugin)))
	mux.Handle("/", files(s.Built))
	return guard(s.Address, mux)
}

// files serves a folder; the browser asks each time whether a file is still the same.
func files(dir string) http.Handler {
	serve := http.FileServer(http.Dir(dir))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		serve.ServeHTTP(w, r)
	})
}

// policy has the page reach nothing but this server. Grafana's table makes code of
// the columns that it gets, its styles are written as the page runs.
const policy = "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'"

// guard lets through what the page itself asks: no other site that a browser on
// this machine shows, and no name that somebody else made resolve to 127.0.0.1.
func guard(address string, next http.Handler) http.Handler {
	same := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != address {
			fail(w, http.StatusMisdirectedRequest, fmt.Errorf("this is http://%s/, not %q", address, r.Host))
			return
		}
		if err := same.Check(r); err != nil {
			fail(w, http.StatusForbidden, errors.New("only the demo's own page may do this"))
			return
		}
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

// demo is what the page must know before it starts.
func (s *Server) demo(w http.ResponseWriter, _ *http.Request) {
	raw, err := os.ReadFile(filepath.Join(s.Plugin, "plugin.json"))
	if err != nil {
		fail(w, http.StatusInternalServerError, err)
		return
	}
	reply(w, http.StatusOK, map[string]any{
		"uid": s.Source.UID(), "plugin": json.RawMessage(raw), "hints": s.Hints,
	})
}

// dashboard is one of those that are provisioned, by its name without the prefix
// that all have.
func (s *Server) dashboard(w http.ResponseWriter, r *http.Request) {
	name := filepath.Base(r.PathValue("name")) // a single segment, also where it was escaped
	raw, err := os.ReadFile(filepath.Join(s.Provisioning, "dashboards", "opnsense-wireguard-"+name+".json"))
	switch {
	case errors.Is(err, os.ErrNotExist):
		fail(w, http.StatusNotFound, fmt.Errorf("no dashboard %q is provisioned", name))
	case err != nil:
		fail(w, http.StatusInternalServerError, err)
	default:
		reply(w, http.StatusOK, json.RawMessage(raw))
	}
}

func readBody(w http.ResponseWriter, r *http.Request, into any) error {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return fmt.Errorf("the request's body: %w", err)
	}
	return nil
}

func reply(w http.ResponseWriter, status int, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		status, raw = http.StatusInternalServerError, []byte(`{"message":"the answer cannot be written as JSON"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(raw)
}

// fail answers as Grafana does: {"message": "…"}.
func fail(w http.ResponseWriter, status int, err error) {
	reply(w, status, map[string]string{"message": err.Error()})
}
