package simulator

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
)

// answer is what a call gets: a status and a body that becomes JSON.
type answer struct {
	status int
	body   any // json.RawMessage is sent as it is
	secret bool
}

// ServeHTTP answers as OPNsense's web server and API code do, in their order: routing, authentication, privileges, body.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.calls.begin(r)
	status := &statusWriter{ResponseWriter: w}
	defer func() { a.calls.end(status.code) }()
	status.Header().Set("Server", "OPNsense")
	status.Header().Set("Date", a.clock.now().UTC().Format(http.TimeFormat))
	a.serve(status, r)
	a.logger.Debug("call", "method", r.Method, "uri", r.RequestURI, "status", status.code)
}

func (a *API) serve(w http.ResponseWriter, r *http.Request) {
	if !a.faults.starve(r.Context()) || a.frontFault(w, r) {
		return
	}
	if r.Method == http.MethodPost && r.ContentLength < 0 {
		htmlPage(w, http.StatusLengthRequired, "411 Length Required")
		return
	}
	raw, _, _ := strings.Cut(r.RequestURI, "?")
	switch {
	case !isAPI(strings.ToLower(raw)):
		servePage(w, raw)
		return
	case !isAPI(raw) || strings.Trim(raw, "/") == "api": // "/API/…" and "/api/"
		w.Header().Set("Location", "/")
		w.WriteHeader(http.StatusSeeOther)
		return
	}
	endpoint := findEndpoint(raw)
	if endpoint == nil {
		send(w, answer{status: http.StatusNotFound, body: map[string]string{"errorMessage": "Endpoint not found"}})
		return
	}
	a.session(w, r)
	if r.Header.Get("Authorization") == "" {
		w.Header().Set("Location", "/?url="+r.RequestURI)
		w.WriteHeader(http.StatusFound)
		return
	}
	a.authenticated(w, r, endpoint)
}

// authenticated goes on where a key was sent.
func (a *API) authenticated(w http.ResponseWriter, r *http.Request, e *endpoint) {
	path := r.URL.Path
	if _, met := a.faults.take(FaultHang, path); met && !a.faults.hang(r.Context()) {
		return
	}
	key, secret, wellFormed := credentials(r.Header.Get("Authorization"))
	if !wellFormed || !a.knows(key, secret) {
		if wellFormed && !sleep(r.Context(), a.authDelay()) {
			return
		}
		send(w, refusal(http.StatusUnauthorized, "Authentication Failed"))
		return
	}
	if !opens(a.Privileges(), a.Generation(), r.RequestURI) {
		send(w, refusal(http.StatusForbidden, "Forbidden"))
		return
	}
	parameters, ok := readParameters(r)
	if !ok {
		send(w, refusal(http.StatusBadRequest, "Invalid JSON syntax"))
		return
	}
	if e.writes {
		a.calls.write(r.Method + " " + r.RequestURI)
		send(w, refusal(http.StatusMethodNotAllowed, "the simulated firewall is not written to"))
		return
	}
	a.deliver(w, path, e.answer(a, parameters))
}

// deliver sends the answer of an endpoint, whole or spoilt.
func (a *API) deliver(w http.ResponseWriter, path string, result answer) {
	if _, met := a.faults.take(FaultError, path); met {
		result = unexpectedError()
	}
	if _, met := a.faults.take(FaultEmpty, path); met {
		result = answer{status: http.StatusOK, body: json.RawMessage("[]")}
	}
	if _, met := a.faults.take(FaultGarbage, path); met {
		result = answer{status: http.StatusOK, body: json.RawMessage(`{"total":1,"rows":[{"if":`)}
	}
	if result.secret {
		a.calls.secret(path)
	}
	if _, met := a.faults.take(FaultCut, path); met {
		sendHalf(w, result)
		return
	}
	send(w, result)
}

// session sets a new cookie on every call without one, and so leaves a session file on the firewall.
func (a *API) session(w http.ResponseWriter, r *http.Request) {
	if _, err := r.Cookie("PHPSESSID"); err == nil {
		return
	}
	a.calls.session()
	http.SetCookie(w, &http.Cookie{
		Name: "PHPSESSID", Value: strings.ReplaceAll(newUUID(), "-", ""), Path: "/",
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// credentials reads HTTP Basic. OPNsense looks at the second word only, not at "Basic" (read).
func credentials(header string) (key, secret string, ok bool) {
	words := strings.Split(header, " ")
	if len(words) < 2 {
		return "", "", false
	}
	decoded, err := base64.StdEncoding.DecodeString(words[1])
	if err != nil {
		return "", "", false
	}
	return strings.Cut(string(decoded), ":")
}

func (a *API) knows(key, secret string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	right := subtle.ConstantTimeCompare([]byte(key), []byte(a.config.Key)) &
		subtle.ConstantTimeCompare([]byte(secret), []byte(a.config.Secret))
	return right == 1 && !a.disabled
}

func refusal(status int, message string) answer {
	return answer{status: status, body: struct {
		Status  int    `json:"status"`
		Message string `json:"message"`
	}{status, message}}
}

func unexpectedError() answer {
	return answer{
		status: http.StatusInternalServerError,
		body:   map[string]string{"errorMessage": "Unexpected error, check log for details"},
	}
}

// encode writes JSON as PHP does by default in what matters here: names are raw, "<" stays "<".
func (r answer) encode() []byte {
	if raw, ok := r.body.(json.RawMessage); ok {
		return raw
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(r.body); err != nil {
		panic(err) // a body that this package made itself
	}
	return []byte(strings.TrimSuffix(b.String(), "\n"))
}

func setJSONHeaders(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.Header().Set("Cache-Control", "no-store, no-cache, must-revalidate")
	w.Header().Set("Pragma", "no-cache")
	w.Header().Set("X-Content-Type-Options", "nosniff")
}

func send(w http.ResponseWriter, result answer) {
	setJSONHeaders(w)
	w.WriteHeader(result.status)
	_, _ = w.Write(result.encode())
}

// sendHalf announces a whole body and ends the connection after half of it.
func sendHalf(w http.ResponseWriter, result answer) {
	body := result.encode()
	setJSONHeaders(w)
	w.Header().Set("Content-Length", itoa(len(body)))
	w.WriteHeader(result.status)
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	code int // 0: none yet
}

// WriteHeader implements http.ResponseWriter.
func (w *statusWriter) WriteHeader(code int) {
	w.code = code
	w.ResponseWriter.WriteHeader(code)
}

// Unwrap lets http.ResponseController through.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
