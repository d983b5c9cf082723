package simulator

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// FaultKind is a way in which a web interface fails.
type FaultKind string

// The faults. Certificates, privileges and the clock have methods of their own.
const (
	FaultSlow    FaultKind = "slow"    // answers after Delay
	FaultHang    FaultKind = "hang"    // configd stopped: no answer until released, 401 and 403 neither
	FaultReset   FaultKind = "reset"   // the connection is reset instead of an answer
	FaultCut     FaultKind = "cut"     // the connection ends in the middle of the body
	FaultError   FaultKind = "error"   // 500 with OPNsense's JSON
	FaultGateway FaultKind = "gateway" // 502 (or Status) with the web server's HTML
	FaultLogin   FaultKind = "login"   // 200 with the login page's HTML
	FaultGarbage FaultKind = "garbage" // 200, JSON by its header, something else by its body
	FaultWG      FaultKind = "wg"      // wg fails: show has 0 rows
	FaultVIPs    FaultKind = "vips"    // the virtual IPs' back end is down: carp is [], every address DISABLED
	FaultEmpty   FaultKind = "empty"   // empty answers, as at the end of a boot: {} and []
)

// Fault is one failure that a firewall shows until it is cleared.
type Fault struct {
	Kind     FaultKind     `json:"kind"`
	Endpoint string        `json:"endpoint,omitempty"` // path, "" for every call
	Delay    time.Duration `json:"delay,omitempty"`    // FaultSlow
	Status   int           `json:"status,omitempty"`   // FaultGateway, 0: 502
	Count    int           `json:"count,omitempty"`    // ends after so many calls, 0: never
}

var faultKinds = []FaultKind{FaultSlow, FaultHang, FaultReset, FaultCut, FaultError, FaultGateway, FaultLogin,
	FaultGarbage, FaultWG, FaultVIPs, FaultEmpty}

// faultList holds the faults of one web interface, at most one of a kind and endpoint.
type faultList struct {
	mu       sync.Mutex
	active   []*Fault
	released chan struct{} // closed to let hanging calls go
	pinned   int           // PHP workers that hanging calls occupy
	closed   bool
}

// phpWorkers is how many calls the web server answers at the same time. While configd hangs, an abandoned call keeps its
// worker for over 200 s; when all are taken, not even the login page answers (observed).
const phpWorkers = 40

// SetFault makes the web interface fail.
func (a *API) SetFault(f Fault) error {
	if !slices.Contains(faultKinds, f.Kind) {
		return fmt.Errorf("fault %q: want one of %v", f.Kind, faultKinds)
	}
	if f.Endpoint != "" && !strings.HasPrefix(f.Endpoint, "/") {
		return fmt.Errorf("endpoint %q: want a path that begins with /", f.Endpoint)
	}
	a.faults.set(f)
	return nil
}

// ClearFaults heals the web interface. Calls that hang are answered, their workers are free.
func (a *API) ClearFaults() { a.faults.clear(func(*Fault) bool { return true }) }

// ClearFault heals one kind of fault on all endpoints.
func (a *API) ClearFault(kind FaultKind) {
	a.faults.clear(func(f *Fault) bool { return f.Kind == kind })
}

// Faults lists what is set.
func (a *API) Faults() []Fault {
	a.faults.mu.Lock()
	defer a.faults.mu.Unlock()
	var list []Fault
	for _, f := range a.faults.active {
		list = append(list, *f)
	}
	return list
}

// PinnedWorkers is how many of the 40 PHP workers hang, abandoned calls included.
func (a *API) PinnedWorkers() int {
	a.faults.mu.Lock()
	defer a.faults.mu.Unlock()
	return a.faults.pinned
}

func (l *faultList) set(f Fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, old := range l.active {
		if old.Kind == f.Kind && old.Endpoint == f.Endpoint {
			l.active[i] = &f
			return
		}
	}
	l.active = append(l.active, &f)
}

func (l *faultList) clear(which func(*Fault) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	hung := slices.ContainsFunc(l.active, func(f *Fault) bool { return f.Kind == FaultHang && which(f) })
	l.active = slices.DeleteFunc(l.active, which)
	if hung && !l.closed {
		close(l.released)
		l.released, l.pinned = make(chan struct{}), 0
	}
}

// take reports whether a fault of this kind meets this call, and counts it.
func (l *faultList) take(kind FaultKind, path string) (Fault, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, f := range l.active {
		if f.Kind != kind || (f.Endpoint != "" && f.Endpoint != path) {
			continue
		}
		met := *f
		if f.Count == 1 && kind != FaultHang { // a hang ends by ClearFault: its calls wait for that
			l.active = slices.Delete(l.active, i, i+1)
		} else if f.Count > 1 {
			f.Count--
		}
		return met, true
	}
	return Fault{}, false
}

// hang keeps a call and a worker until the fault is cleared. False: the caller has gone, its worker stays occupied.
func (l *faultList) hang(ctx context.Context) bool {
	l.mu.Lock()
	released := l.released
	if l.pinned < phpWorkers {
		l.pinned++
	}
	l.mu.Unlock()
	return wait(ctx, released)
}

// starve keeps a call for which there is no worker. Without a shortage it returns at once.
func (l *faultList) starve(ctx context.Context) bool {
	l.mu.Lock()
	starved, released := l.pinned >= phpWorkers, l.released
	l.mu.Unlock()
	return !starved || wait(ctx, released)
}

func wait(ctx context.Context, released <-chan struct{}) bool {
	select {
	case <-ctx.Done():
		return false
	case <-released:
		return true
	}
}

func (l *faultList) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.closed = true
		close(l.released)
	}
}

// frontFault answers for the web server in front of OPNsense's code. True: the call is done.
func (a *API) frontFault(w http.ResponseWriter, r *http.Request) bool {
	path := r.URL.Path
	if f, met := a.faults.take(FaultSlow, path); met && !sleep(r.Context(), f.Delay) {
		return true
	}
	if _, met := a.faults.take(FaultReset, path); met {
		reset(r)
		return true
	}
	if f, met := a.faults.take(FaultGateway, path); met {
		if f.Status == 0 {
			f.Status = http.StatusBadGateway
		}
		gatewayPage(w, f.Status)
		return true
	}
	if _, met := a.faults.take(FaultLogin, path); met {
		loginPage(w)
		return true
	}
	return false
}

// sleep pauses; false means that the caller has gone.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
