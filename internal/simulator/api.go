package simulator

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
)

// APIConfig is what a firewall's web interface is set to.
type APIConfig struct {
	Name       string         // also the first host name in the certificate
	Generation Generation     // zero: the development version
	Listen     string         // "": a free port of 127.0.0.1
	Names      []string       // more host names and addresses in the certificate; localhost and 127.0.0.1 are always there
	SelfSigned bool           // as the factory certificate; otherwise signed by the lab's authority
	Key        string         // API key, "": a random one
	Secret     string         // API secret, "": a random one
	Privileges []Privilege    // nil: DefaultPrivileges
	AuthDelay  time.Duration  // before a 401; 0: the firewall's own 2 s (since 24.7.9), negative: none
	TimeZone   *time.Location // nil: UTC
	Seed       uint64         // of the order of rows
}

// ownAuthDelay is OPNsense's deliberate pause before a 401 (observed, since 24.7.9).
const ownAuthDelay = 2 * time.Second

// API is the web interface of one firewall: it listens, authenticates, shows its Backend, fails on demand, and counts what
// was asked. Its methods may be called at any time, while calls are being answered too.
type API struct {
	config    APIConfig
	logger    hclog.Logger
	backend   Backend
	authority *authority // nil: self-signed
	calls     callLog
	faults    faultList
	clock     *clock
	server    *server

	mu         sync.Mutex
	generation Generation
	privileges []Privilege
	disabled   bool // the user is disabled or has expired
	oddRows    []json.RawMessage
	shows      uint64 // answers of show, for the order of rows
}

// newAPI starts to listen.
func newAPI(config APIConfig, backend Backend, a *authority, clock *clock, logger hclog.Logger) (*API, error) {
	if config.Key == "" {
		config.Key = randomToken()
	}
	if config.Secret == "" {
		config.Secret = randomToken()
	}
	if config.Privileges == nil {
		config.Privileges = DefaultPrivileges(config.Generation)
	}
	if config.SelfSigned {
		a = nil
	}
	api := &API{
		config:     config,
		logger:     logger,
		backend:    backend,
		authority:  a,
		clock:      clock,
		generation: config.Generation,
		privileges: slices.Clone(config.Privileges),
	}
	api.faults.released = make(chan struct{})
	server, err := newServer(config.Listen, api, logger)
	if err != nil {
		return nil, fmt.Errorf("firewall %s: %w", config.Name, err)
	}
	api.server = server
	if err := api.SetCertificate(CertificateValid); err != nil {
		return nil, err
	}
	if err := server.listen(); err != nil {
		return nil, fmt.Errorf("firewall %s: %w", config.Name, err)
	}
	return api, nil
}

// randomToken looks like OPNsense's API keys and secrets: 60 random bytes in base64.
func randomToken() string {
	var b [60]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.StdEncoding.EncodeToString(b[:])
}

// Name of the firewall.
func (a *API) Name() string { return a.config.Name }

// URL of the web interface, without a path.
func (a *API) URL() string { return a.server.url() }

// APIKey is the user name of HTTP Basic.
func (a *API) APIKey() string { return a.config.Key }

// APISecret belongs to APIKey.
func (a *API) APISecret() string { return a.config.Secret }

// Generation is the release that answers.
func (a *API) Generation() Generation {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.generation
}

// SetGeneration updates the firewall to another release. Privileges stay as they are.
func (a *API) SetGeneration(g Generation) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.generation = g
}

// Privileges of the API key's user.
func (a *API) Privileges() []Privilege {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.privileges)
}

// SetPrivileges replaces the privileges of the API key's user.
func (a *API) SetPrivileges(privileges ...Privilege) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.privileges = slices.Clone(privileges)
}

// Grant adds a privilege.
func (a *API) Grant(p Privilege) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !slices.Contains(a.privileges, p) {
		a.privileges = append(slices.Clone(a.privileges), p)
	}
}

// Revoke takes a privilege away.
func (a *API) Revoke(p Privilege) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.privileges = slices.DeleteFunc(slices.Clone(a.privileges), func(other Privilege) bool { return other == p })
}

// SetUserDisabled disables the API key's user, or lets the user expire: every call is then answered 401.
func (a *API) SetUserDisabled(disabled bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.disabled = disabled
}

// AddOddRow appends a row, any JSON value, to every answer of show. ClearOddRows takes them all away.
func (a *API) AddOddRow(row json.RawMessage) error {
	if !json.Valid(row) {
		return fmt.Errorf("not JSON: %s", row)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.oddRows = append(a.oddRows, slices.Clone(row))
	return nil
}

// ClearOddRows takes away what AddOddRow added.
func (a *API) ClearOddRows() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.oddRows = nil
}

// SetClockSkew lets the firewall's clock be wrong by d, as if it always had been. Handshake times are in its clock.
func (a *API) SetClockSkew(d time.Duration) { a.clock.setSkew(d) }

// StepClock moves the firewall's clock by d from now on. Handshakes before the step keep their times: a step forward of
// ten minutes makes every tunnel look stale until its next handshake.
func (a *API) StepClock(d time.Duration) { a.clock.step(d) }

// SetTimeZone changes the zone in which latest-handshake-epoch is written.
func (a *API) SetTimeZone(zone *time.Location) { a.clock.setZone(zone) }

// authDelay is how long a 401 for a wrong key takes.
func (a *API) authDelay() time.Duration {
	switch {
	case a.config.AuthDelay > 0:
		return a.config.AuthDelay
	case a.config.AuthDelay < 0 || !a.Generation().delaysWrongKeys():
		return 0
	default:
		return ownAuthDelay
	}
}

// close stops listening and lets hanging calls go.
func (a *API) close() {
	a.faults.close()
	a.server.close()
}
