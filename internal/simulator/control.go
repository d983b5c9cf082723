package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/hashicorp/go-hclog"
)

// controlRoute is one entry of the control API.
type controlRoute struct {
	Method  string `json:"method"`
	Path    string `json:"path"`
	Summary string `json:"summary"`
	Body    string `json:"body,omitempty"` // an example
	run     func(*controlCall) (any, error)
}

// controlCall is a call of the control API with what its path names.
type controlCall struct {
	lab      *Lab
	request  *http.Request
	body     controlBody
	firewall *Firewall
	instance *Instance
	peer     *Peer
}

// controlBody is what any call may carry; each uses a few of the fields.
type controlBody struct {
	Applied    bool            `json:"applied"`
	Count      int             `json:"count"`
	DelayMS    int             `json:"delay_ms"`
	Disabled   bool            `json:"disabled"`
	Endpoint   string          `json:"endpoint"`
	EveryMS    int             `json:"every_ms"`
	From       bool            `json:"from"`
	Generation string          `json:"generation"`
	Kind       string          `json:"kind"`
	Name       string          `json:"name"`
	OneWay     bool            `json:"one_way"`
	Packets    int             `json:"packets"`
	PauseMS    int             `json:"pause_ms"`
	Phase      string          `json:"phase"`
	Privilege  string          `json:"privilege"`
	Privileges []Privilege     `json:"privileges"`
	Rebooted   bool            `json:"rebooted"`
	Role       CARPRole        `json:"role"`
	Row        json.RawMessage `json:"row"`
	Seconds    int             `json:"seconds"`
	Size       int             `json:"size"`
	Status     int             `json:"status"`
	Zone       string          `json:"zone"`
}

// errNotFound becomes a 404.
var errNotFound = errors.New("not found")

// ServeControl offers the lab's controls over plain HTTP until the lab is closed, and returns the URL. It has no
// authentication: listen on 127.0.0.1, or within a demo's own network. "" is a free port of 127.0.0.1.
func (l *Lab) ServeControl(address string) (string, error) {
	if address == "" {
		address = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return "", fmt.Errorf("control API: %w", err)
	}
	server := &http.Server{
		Handler:           l.ControlHandler(),
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          l.logger.StandardLogger(&hclog.StandardLoggerOptions{ForceLevel: hclog.Debug}),
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		_ = listener.Close()
		return "", ErrLabClosed
	}
	l.control = append(l.control, server)
	l.serving.Go(func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			l.logger.Error("the control API ended", "error", err)
		}
	})
	return "http://" + reachable(listener.Addr().String()), nil
}

// ControlHandler is the control API. "GET /" lists what it can do.
func (l *Lab) ControlHandler() http.Handler {
	mux := http.NewServeMux()
	routes := controlRoutes()
	for _, route := range routes {
		mux.HandleFunc(route.Method+" "+route.Path, func(w http.ResponseWriter, r *http.Request) {
			result, err := l.answerControl(route, r)
			writeControl(w, result, err)
		})
	}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { writeControl(w, routes, nil) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		writeControl(w, nil, fmt.Errorf("%s %s: %w; GET / lists what there is", r.Method, r.URL.Path, errNotFound))
	})
	return mux
}

func (l *Lab) answerControl(route controlRoute, r *http.Request) (any, error) {
	call := &controlCall{lab: l, request: r}
	if err := call.readBody(); err != nil {
		return nil, err
	}
	if err := call.find(); err != nil {
		return nil, err
	}
	return route.run(call)
}

func (c *controlCall) readBody() error {
	decoder := json.NewDecoder(io.LimitReader(c.request.Body, maxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c.body); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("body: %w", err)
	}
	return nil
}

// find looks up what the path names.
func (c *controlCall) find() error {
	name, device, peer := c.request.PathValue("firewall"), c.request.PathValue("device"), c.request.PathValue("peer")
	if name == "" {
		return nil
	}
	if c.firewall = c.lab.Firewall(name); c.firewall == nil {
		return fmt.Errorf("firewall %q: %w", name, errNotFound)
	}
	if device == "" {
		return nil
	}
	if c.instance = c.firewall.Instance(device); c.instance == nil {
		return fmt.Errorf("interface %q of %s: %w", device, name, errNotFound)
	}
	if peer == "" {
		return nil
	}
	if c.peer = c.instance.Peer(peer); c.peer == nil {
		return fmt.Errorf("peer %q on %s of %s: %w", peer, device, name, errNotFound)
	}
	return nil
}

func writeControl(w http.ResponseWriter, result any, err error) {
	status := http.StatusOK
	switch {
	case errors.Is(err, errNotFound):
		status = http.StatusNotFound
	case err != nil:
		status = http.StatusBadRequest
	}
	if err != nil {
		result = map[string]string{"error": err.Error()}
	} else if result == nil {
		result = map[string]string{"result": "ok"}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(result)
}
