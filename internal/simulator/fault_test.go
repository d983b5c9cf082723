package simulator

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestUnknownFaults(t *testing.T) {
	f := mustFirewall(t, mustLab(t), FirewallConfig{})
	for _, bad := range []Fault{{}, {Kind: "tired"}, {Kind: FaultSlow, Endpoint: "show"}} {
		if err := f.SetFault(bad); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
	if err := f.SetCertificate("stolen"); err == nil {
		t.Error("an unknown certificate is taken")
	}
	if err := f.AddOddRow(json.RawMessage(`{"if":`)); err == nil {
		t.Error("a row that is no JSON is taken")
	}
}

// TestFaultyAnswers lists the faults that still answer something.
func TestFaultyAnswers(t *testing.T) {
	tests := []struct {
		fault  Fault
		status int
		body   string // is in the answer
	}{
		{Fault{Kind: FaultSlow, Delay: time.Millisecond}, 200, `"rows"`},
		{Fault{Kind: FaultError}, 500, `{"errorMessage":"Unexpected error, check log for details"}`},
		{Fault{Kind: FaultGateway}, 502, "Bad Gateway</h1>"},
		{Fault{Kind: FaultGateway, Status: 503}, 503, "Service Unavailable</h1>"},
		{Fault{Kind: FaultLogin}, 200, "Login | OPNsense"},
		{Fault{Kind: FaultGarbage}, 200, `[{"if":`},
		{Fault{Kind: FaultEmpty}, 200, "[]"},
		{Fault{Kind: FaultWG}, 200, `"rows":[]`},
		{Fault{Kind: FaultError, Endpoint: vipPath}, 200, `"rows"`},
	}
	f := mustFirewall(t, mustLab(t), FirewallConfig{VirtualIPs: []VirtualIP{{VHID: 1, Address: "198.51.100.10"}}})
	mustInstance(t, f, InstanceConfig{Name: "x", TunnelAddress: prefix("10.1.0.1/24")})
	c := newCaller(t, f.API)
	for _, test := range tests {
		if err := f.SetFault(test.fault); err != nil {
			t.Fatal(err)
		}
		if status, body := c.get(showPath); status != test.status || !strings.Contains(body, test.body) {
			t.Errorf("%+v: %d %s", test.fault, status, body)
		}
		f.ClearFaults()
	}
	if err := f.SetFault(Fault{Kind: FaultVIPs}); err != nil {
		t.Fatal(err)
	}
	answer := c.table(vipPath)
	if list, ok := answer.CARP.([]any); !ok || len(list) != 0 || answer.Rows[0]["status"] != "DISABLED" {
		t.Errorf("back end down: %+v", answer)
	}
	f.ClearFault(FaultVIPs)
	if status, _ := c.get(vipPath); status != 200 || len(f.Faults()) != 0 {
		t.Errorf("status %d, faults %v", status, f.Faults())
	}
}

func TestFaultCount(t *testing.T) {
	f := mustFirewall(t, mustLab(t), FirewallConfig{})
	c := newCaller(t, f.API)
	if err := f.SetFault(Fault{Kind: FaultError, Count: 2}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{500, 500, 200} {
		if status, _ := c.get(showPath); status != want {
			t.Errorf("call %d: %d, want %d", i, status, want)
		}
	}
}

func TestBrokenConnections(t *testing.T) {
	f := mustFirewall(t, mustLab(t), FirewallConfig{})
	for _, http2 := range []bool{false, true} {
		c := newCaller(t, f.API)
		c.Transport.(*http.Transport).ForceAttemptHTTP2 = http2
		if err := f.SetFault(Fault{Kind: FaultReset}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Do(c.request(http.MethodGet, showPath, "")); err == nil {
			t.Errorf("HTTP/2 %t: an answer instead of a reset", http2)
		}
		f.ClearFaults()
		if err := f.SetFault(Fault{Kind: FaultCut}); err != nil {
			t.Fatal(err)
		}
		response, err := c.Do(c.request(http.MethodGet, showPath, ""))
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(response.Body); err == nil || len(body) == 0 {
			t.Errorf("HTTP/2 %t: body %q, error %v", http2, body, err)
		}
		_ = response.Body.Close()
		f.ClearFaults()
	}
	f.Refuse()
	c := newCaller(t, f.API)
	if _, err := c.Do(c.request(http.MethodGet, showPath, "")); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("refused: %v", err)
	}
	if err := f.Accept(); err != nil {
		t.Fatal(err)
	}
	if status, _ := c.get(showPath); status != 200 {
		t.Errorf("status %d", status)
	}
}

// TestHang: abandoned calls keep their workers, and when all 40 are taken nothing answers any more.
func TestHang(t *testing.T) {
	f := mustFirewall(t, mustLab(t), FirewallConfig{})
	c := newCaller(t, f.API)
	if err := f.SetFault(Fault{Kind: FaultHang}); err != nil {
		t.Fatal(err)
	}
	abandon := func(uri string) {
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			eventually(t, "a call in flight", func() bool { return f.Requests().InFlight == 1 })
			cancel()
		}()
		if response, err := c.Do(c.request(http.MethodGet, uri, "").WithContext(ctx)); err == nil {
			t.Errorf("%s answered %d", uri, response.StatusCode)
			_ = response.Body.Close()
		}
		eventually(t, "no call in flight", func() bool { return f.Requests().InFlight == 0 })
	}
	abandon(showPath)
	if got := f.PinnedWorkers(); got != 1 {
		t.Errorf("%d workers taken", got)
	}
	if status, _ := c.get("/api/no/such/thing"); status != 404 {
		t.Errorf("status %d, though workers are free", status)
	}
	f.faults.mu.Lock()
	f.faults.pinned = phpWorkers
	f.faults.mu.Unlock()
	abandon("/api/no/such/thing")
	answered := make(chan int, 1)
	go func() {
		status, _ := c.get(showPath)
		answered <- status
	}()
	eventually(t, "a call in flight", func() bool { return f.Requests().InFlight == 1 })
	f.ClearFaults()
	if status := <-answered; status != 200 || f.PinnedWorkers() != 0 {
		t.Errorf("status %d, %d workers taken", status, f.PinnedWorkers())
	}
}

func TestCertificates(t *testing.T) {
	lab := mustLab(t)
	f := mustFirewall(t, lab, FirewallConfig{})
	try := func() error {
		c := newCaller(t, f.API)
		response, err := c.Do(c.request(http.MethodGet, showPath, ""))
		if err == nil {
			_ = response.Body.Close()
		}
		return err
	}
	var invalid x509.CertificateInvalidError
	var wrongHost x509.HostnameError
	for _, step := range []struct {
		kind CertificateKind
		ok   func(error) bool
	}{
		{CertificateExpired, func(err error) bool { return errors.As(err, &invalid) && invalid.Reason == x509.Expired }},
		{CertificateWrongHost, func(err error) bool { return errors.As(err, &wrongHost) }},
		{CertificateValid, func(err error) bool { return err == nil }},
	} {
		before := f.Fingerprint()
		if err := f.SetCertificate(step.kind); err != nil {
			t.Fatal(err)
		}
		if err := try(); !step.ok(err) {
			t.Errorf("%s: %v", step.kind, err)
		}
		if f.Fingerprint() == before {
			t.Errorf("%s: the fingerprint is still %s", step.kind, before)
		}
	}
	own := mustFirewall(t, lab, FirewallConfig{APIConfig: APIConfig{Name: "factory", SelfSigned: true, Names: []string{"fw.example"}}})
	if string(own.CAPEM()) != string(own.CertificatePEM()) {
		t.Error("a self-signed certificate is signed by somebody else")
	}
	c := newCaller(t, own.API)
	c.Transport.(*http.Transport).TLSClientConfig.ServerName = "fw.example"
	if status, _ := c.get(showPath); status != 200 {
		t.Errorf("status %d", status)
	}
	old := &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11}
	c.Transport.(*http.Transport).CloseIdleConnections()
	legacy := &http.Transport{TLSClientConfig: old}
	defer legacy.CloseIdleConnections()
	if _, err := (&http.Client{Transport: legacy}).Do(c.request(http.MethodGet, showPath, "")); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
}

func TestOddRows(t *testing.T) {
	f := mustFirewall(t, mustLab(t), FirewallConfig{})
	c := newCaller(t, f.API)
	for _, row := range []string{`{"if":"wg9","type":"alien"}`, `null`, `7`} {
		if err := f.AddOddRow(json.RawMessage(row)); err != nil {
			t.Fatal(err)
		}
	}
	if _, body := c.get(showPath); !strings.Contains(body, `"total":3`) || !strings.Contains(body, `{"if":"wg9","type":"alien"}`) {
		t.Errorf("body %s", body)
	}
	f.ClearOddRows()
	if got := c.show().Total; got != 0 {
		t.Errorf("%d rows", got)
	}
}
