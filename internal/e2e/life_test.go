package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/hashicorp/go-hclog"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

// An alert that fires keeps its state while the plugin restarts and while the
// firewall does not answer afterwards: the row of the missing tunnel never goes.
func TestRestartWhileFiring(t *testing.T) {
	lab := mustDemoLab(t)
	hq := lab.Firewall("hq")
	first := mustStart(t)
	d := mustProvision(t, first, lab)
	r := mustRule(t, interfaceDown)

	hq.Instance("wg1").Stop()
	const fires = "hq/wg0 normal, hq/wg1 alerting, branch/wg0 normal, branch/wg1 normal"
	// wg1 is named in expect, so that even the first poll knows that it is missing.
	if got := states(t, r, d.DataSource); got != fires {
		t.Fatalf("stopped: %s", got)
	}

	first.Kill()
	second := d.On(mustStart(t))
	if got := states(t, r, second); got != fires {
		t.Errorf("after a restart: %s", got)
	}

	hq.Refuse()
	third := d.On(mustStart(t))
	if got := states(t, r, third); got != "hq/wg1 keeps, branch/wg0 normal, branch/wg1 normal" {
		t.Errorf("after a restart, the firewall refusing: %s", got)
	}
}

// One bad firewall of three is named by Save & test and in its row; the other
// two are reported fine and answer every query.
func TestOneBadFirewall(t *testing.T) {
	lab := mustDemoLab(t)
	d := mustProvision(t, mustStart(t), lab)
	firewalls := d.json["firewalls"].([]any)
	d.json["firewalls"] = append(firewalls, map[string]any{"id": "third", "name": "third", "url": "ftp://third.example"})
	d.pollNow()

	health, err := d.Health(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	var details struct {
		Firewalls []struct {
			Name string
			OK   bool
		}
	}
	if err := json.Unmarshal(health.JSONDetails, &details); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(details.Firewalls); health.Status != backend.HealthStatusError || got != "[{hq true} {branch true} {third false}]" {
		t.Errorf("%s: %s", health.Status, got)
	}
	for _, want := range []string{"third", "url", "https", "apiKey", "apiSecret"} {
		if !strings.Contains(health.Message, want) {
			t.Errorf("the message does not name %s: %s", want, health.Message)
		}
	}
	if strings.Contains(health.Message, "hq") {
		t.Errorf("the message names a firewall that is fine: %s", health.Message)
	}
	if got := states(t, mustRule(t, interfaceDown), d.DataSource); got != "hq/wg0 normal, hq/wg1 normal, branch/wg0 normal, branch/wg1 normal" {
		t.Errorf("the rule: %s", got)
	}
}

// A thousand queries at once, of all kinds and while settings are saved, cost a
// firewall one call per endpoint and poll, never two at a time.
func TestOneCallForAll(t *testing.T) {
	lab := mustDemoLab(t)
	d := mustProvision(t, mustStart(t), lab)
	models := []map[string]any{
		{"refId": "A", "queryType": "interfaces", "format": "numeric"},
		{"refId": "A", "queryType": "peers", "format": "table"},
		{"refId": "A", "queryType": "firewalls"},
	}
	var wg sync.WaitGroup
	for i := range 1000 {
		wg.Go(func() {
			answer, err := d.Query(testContext(t), models[i%len(models)])
			if err != nil || answer.Error != nil {
				t.Errorf("%v %v", err, answer.Error)
			}
		})
	}
	wg.Wait()
	for _, f := range lab.Firewalls() {
		got := f.Requests()
		for path, n := range got.ByEndpoint {
			if n != 1 {
				t.Errorf("%s: %d calls of %s", f.Name(), n, path)
			}
		}
		if got.MaxInFlight != 1 || len(got.ByEndpoint) != 3 || len(got.Writes) > 0 || len(got.Secrets) > 0 || got.Sessions != 1 {
			t.Errorf("%s: %+v", f.Name(), got)
		}
	}
}

// No key and no secret in anything that the plugin logs, answers or measures,
// whatever goes wrong.
func TestSecretsStayInside(t *testing.T) {
	var logs bytes.Buffer
	var mu sync.Mutex
	host, err := grafanahost.Start(pluginDir, hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: &logs, Mutex: &mu}))
	if err != nil {
		t.Fatal(err)
	}
	defer host.Kill()
	lab, err := simulator.NewDemoLab(hclog.NewNullLogger(), simulator.DemoOptions{Keys: "marker"})
	if err != nil {
		t.Fatal(err)
	}
	defer lab.Close()
	d := mustProvision(t, host, lab)
	// The configuration too, which has private keys in its answer.
	for _, entry := range d.json["firewalls"].([]any) {
		entry.(map[string]any)["readConfiguration"] = true
	}
	d.json["liveMinInterval"] = liveEvery.String()
	var said strings.Builder
	streamed := 0
	for _, fault := range []simulator.FaultKind{"", simulator.FaultReset, simulator.FaultLogin, simulator.FaultCut, simulator.FaultError, simulator.FaultGateway} {
		for _, f := range lab.Firewalls() {
			f.Grant(simulator.PrivilegeConfiguration)
			f.ClearFaults()
			if fault != "" {
				if err := f.SetFault(simulator.Fault{Kind: fault}); err != nil {
					t.Fatal(err)
				}
			}
		}
		d.pollNow()
		for _, model := range []map[string]any{
			{"refId": "A", "queryType": "interfaces"}, {"refId": "A", "queryType": "peers"},
			{"refId": "A", "queryType": "firewalls"}, {"refId": "A", "queryType": "nonsense"},
			{"refId": "A", "queryType": "events"}, {"refId": "A", "queryType": "peers", "format": "time_series", "metric": "rx_rate"},
			promQL(`{__name__=~".+"}`, "table"), promQL(`{__name__=~".+"}`, "time_series"), promQL(`sum(opnsense_up`, "numeric"),
			promQL(`opnsense_up == $unfilled`, "table"), promQL(`max_over_time(opnsense_up[10y:1ms])`, "time_series"),
		} {
			answer, err := d.Query(testContext(t), model)
			raw, _ := json.Marshal(answer)
			fmt.Fprintln(&said, string(raw), err, answer.Error)
		}
		for _, model := range []map[string]any{
			{"queryType": "nonsense"}, {"queryType": "events", "format": "table"},
			{"queryType": "peers", "format": "table"}, {"queryType": "interfaces", "format": "time_series", "metric": "status"},
		} {
			streamed += watchOnce(t, d, model, &said)
		}
		health, err := d.Health(testContext(t))
		fmt.Fprintln(&said, health.Message, string(health.JSONDetails), err)
		for _, path := range []string{"firewalls", "interfaces", "peers?firewall=hq", "metrics", "alert-rules?format=file", "alert-rules?format=api", "nothing"} {
			resp, err := d.Get(testContext(t), path)
			fmt.Fprintln(&said, string(resp.Body), resp.Headers, err)
		}
	}
	metrics, err := host.Metrics(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	said.Write(metrics)
	host.Kill()
	mu.Lock()
	defer mu.Unlock()
	all := said.String() + logs.String()
	for _, want := range []string{
		"road-warrior", "hq is unreachable", "unclosed left parenthesis", "$unfilled", "more than 100000 steps", "only interfaces, peers and firewalls can be live",
	} {
		if len(logs.String()) == 0 || !strings.Contains(all, want) {
			t.Fatalf("%q was not captured, so it was not tested", want)
		}
	}
	if streamed < 12 {
		t.Fatalf("%d frames were streamed", streamed)
	}
	for _, f := range lab.Firewalls() {
		secrets := map[string]string{"key": f.APIKey(), "secret": f.APISecret()}
		for _, i := range f.Instances() {
			private := simulator.KeyFrom("marker/" + f.Name() + "/" + i.Name())
			if private.Public().String() != i.PublicKey() {
				t.Fatalf("%s of %s has another key than is searched for", i.Device(), f.Name())
			}
			secrets["private key of "+i.Device()] = private.String()
		}
		if len(f.Requests().Secrets) == 0 {
			t.Errorf("%s never sent a private key, so nothing was tested", f.Name())
		}
		for name, secret := range secrets {
			if strings.Contains(all, secret) {
				t.Errorf("the %s of %s got out", name, f.Name())
			}
		}
	}
}

func promQL(expr, format string) map[string]any {
	return map[string]any{"refId": "A", "queryType": "promql", "format": format, "expr": expr}
}

// watchOnce watches a live panel until a frame comes, at most for a while, and
// writes down all that comes of it. It returns how many frames there were.
func watchOnce(tb testing.TB, d *saved, model map[string]any, said io.Writer) (n int) {
	tb.Helper()
	c, err := d.Channel(model, livePanel())
	if err != nil {
		tb.Fatal(err)
	}
	write := func(f *data.Frame) {
		if f != nil {
			n++
			raw, _ := json.Marshal(f)
			fmt.Fprintln(said, string(raw))
		}
	}
	ctx, cancel := context.WithTimeout(testContext(tb), 2*liveEvery)
	defer cancel()
	status, first, err := d.Subscribe(ctx, c)
	fmt.Fprintln(said, status, err)
	write(first)
	err = d.Watch(ctx, c, func(f *data.Frame) error {
		write(f)
		cancel()
		return nil
	})
	fmt.Fprintln(said, err)
	return n
}
