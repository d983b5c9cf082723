package plugin

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/opnsense"
)

// certificate is what a configured firewall presents, trusted or not. Its twin is
// Certificate in src/resources.ts.
type certificate struct {
	Firewall    string    `json:"firewall"` // id
	Name        string    `json:"name"`
	URL         string    `json:"url"`
	Subject     string    `json:"subject"`
	Issuer      string    `json:"issuer"`
	DNSNames    []string  `json:"dnsNames,omitempty"`
	IPAddresses []string  `json:"ipAddresses,omitempty"`
	NotBefore   time.Time `json:"notBefore"`
	NotAfter    time.Time `json:"notAfter"`
	SHA256      string    `json:"sha256"` // as tls.fingerprint takes it
	SelfSigned  bool      `json:"selfSigned"`
	Trusted     bool      `json:"trusted"`          // in tls.mode system
	Reason      string    `json:"reason,omitempty"` // why it is not trusted
}

// certificateRoute serves GET certificate?firewall=<id>: what an administrator may
// pin. Only saved addresses are looked at, by a handshake alone, in which neither
// key nor secret nor any request is sent.
func (in *instance) certificateRoute(w http.ResponseWriter, r *http.Request) {
	params, err := url.ParseQuery(r.URL.RawQuery)
	if id := params["firewall"]; err != nil || len(params) != 1 || len(id) != 1 || id[0] == "" {
		writeJSON(w, http.StatusBadRequest, resourceError{"name one firewall by the parameter firewall, its id, and nothing else"})
		return
	}
	for i := range in.members {
		if m := &in.members[i]; m.id == params.Get("firewall") {
			seen, err := m.look.see(r.Context())
			writeCertificate(w, m, seen, err)
			return
		}
	}
	writeJSON(w, http.StatusNotFound, resourceError{"no firewall with this id is saved: save the data source first"})
}

func writeCertificate(w http.ResponseWriter, m *member, p *opnsense.Presented, err error) {
	var failed *opnsense.Error
	switch {
	case errors.As(err, &failed):
		writeJSON(w, http.StatusBadGateway, resourceError{err.Error()})
	case err != nil:
		writeJSON(w, http.StatusBadRequest, resourceError{strings.ReplaceAll(err.Error(), "\n", "; ")})
	default:
		writeJSON(w, http.StatusOK, certificate{
			m.id, m.name, m.look.url, p.Subject, p.Issuer, p.DNSNames, p.IPAddresses,
			p.NotBefore, p.NotAfter, p.SHA256, p.SelfSigned, p.Trusted, p.Reason,
		})
	}
}

// lookEvery is the least time from one look at a firewall's certificate to the
// next: within it, all who ask share an answer.
const lookEvery = 5 * time.Second

// look sees what a firewall presents, one look at a time.
type look struct {
	url string
	now func() time.Time
	at  func(context.Context) (*opnsense.Presented, error)

	mu   sync.Mutex // held by whoever looks; others wait for the answer
	last time.Time  // end of the newest look; zero: there was none
	seen *opnsense.Presented
	err  error
}

func (l *look) see(ctx context.Context) (*opnsense.Presented, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last.IsZero() || l.now().Sub(l.last) >= lookEvery {
		// Others may wait for this answer: who asked first may leave. It is bounded by the request timeout.
		l.seen, l.err = l.at(context.WithoutCancel(ctx))
		l.last = l.now()
	}
	return l.seen, l.err
}

// newLook works for settings that cannot read the firewall, too: what is missing
// may be the very fingerprint that is looked for.
func (in *instance) newLook(raw backend.DataSourceInstanceSettings, s settings, f firewallSettings) *look {
	at := func(ctx context.Context) (*opnsense.Presented, error) {
		if problems := f.addressProblems(); problems != nil {
			return nil, problems
		}
		hc, err := newHTTPClient(ctx, raw, s.RequestTimeout, f.Connection.TLS.ApplyLook)
		if err != nil {
			return nil, err
		}
		seen, err := opnsense.Look(ctx, f.Connection, hc)
		var bad *opnsense.ConfigError
		if errors.As(err, &bad) {
			err = &SettingError{f.Name + "." + bad.Field, bad.Problem}
		}
		return seen, err
	}
	return &look{url: f.Connection.URL, now: in.now, at: at}
}

// addressProblems are those of the problems that leave nowhere to look.
func (f *firewallSettings) addressProblems() error {
	var out []error
	for _, err := range f.Problems {
		var bad *SettingError
		if errors.As(err, &bad) && (f.Connection.Name == "" || strings.HasSuffix(bad.Field, ".url") || strings.HasSuffix(bad.Field, ".tls.serverName")) {
			out = append(out, bad)
		}
	}
	return errors.Join(out...)
}
