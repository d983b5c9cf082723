package simulator

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noDelay is how test firewalls answer a wrong key.
const noDelay = -1

// patience bounds what a test waits for; it is no measure of speed.
const patience = 20 * time.Second

func mustLab(tb testing.TB) *Lab {
	tb.Helper()
	lab := NewLab(nil)
	tb.Cleanup(lab.Close)
	return lab
}

func mustFirewall(tb testing.TB, lab *Lab, config FirewallConfig) *Firewall {
	tb.Helper()
	if config.Name == "" {
		config.Name = "fw"
	}
	if config.AuthDelay == 0 {
		config.AuthDelay = noDelay
	}
	f, err := lab.AddFirewall(config)
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

// caller calls one firewall's web interface, trusting what the firewall says is to be trusted.
type caller struct {
	tb  testing.TB
	api *API
	*http.Client
}

func newCaller(tb testing.TB, api *API) caller {
	tb.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(api.CAPEM()) {
		tb.Fatal("no certificate to trust")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}
	tb.Cleanup(transport.CloseIdleConnections)
	return caller{tb, api, &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// request makes a call with the right key.
func (c caller) request(method, uri, body string) *http.Request {
	c.tb.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(c.tb.Context(), method, c.api.URL()+uri, reader)
	if err != nil {
		c.tb.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.SetBasicAuth(c.api.APIKey(), c.api.APISecret())
	return r
}

func (c caller) send(r *http.Request) (*http.Response, string) {
	c.tb.Helper()
	response, err := c.Do(r)
	if err != nil {
		c.tb.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		c.tb.Fatal(err)
	}
	return response, string(body)
}

func (c caller) get(uri string) (int, string) {
	c.tb.Helper()
	response, body := c.send(c.request(http.MethodGet, uri, ""))
	return response.StatusCode, body
}

// table is an answer with rows.
type table struct {
	Total, RowCount, Current int
	Rows                     []map[string]any
	CARP                     any
}

func (c caller) table(uri string) table {
	c.tb.Helper()
	status, body := c.get(uri)
	if status != http.StatusOK {
		c.tb.Fatalf("%s: status %d, %s", uri, status, body)
	}
	return parseTable(c.tb, body)
}

func parseTable(tb testing.TB, body string) table {
	tb.Helper()
	var t table
	if err := json.Unmarshal([]byte(body), &t); err != nil {
		tb.Fatalf("%v in %s", err, body)
	}
	return t
}

const (
	showPath    = "/api/wireguard/service/show"
	vipPath     = "/api/diagnostics/interface/get_vip_status"
	serverPath  = "/api/wireguard/server/search_server"
	servicePath = "/api/core/service/search"
)

func (c caller) show() table { return c.table(showPath) }

// row finds the row of an interface (peer "") or of a peer by name. Nil: it is not there.
func (t table) row(device, peer string) map[string]any {
	for _, row := range t.Rows {
		if row["if"] != device {
			continue
		}
		if (peer == "" && row["type"] == "interface") || (peer != "" && row["type"] == "peer" && row["name"] == peer) {
			return row
		}
	}
	return nil
}

// eventually waits for what devices do in their own time.
func eventually(tb testing.TB, what string, condition func() bool) {
	tb.Helper()
	for end := time.Now().Add(patience); !condition(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			tb.Fatalf("never: %s", what)
		}
	}
}
