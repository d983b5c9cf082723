package e2e

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

// Everything that the plugin ever sends to a firewall.
const (
	getShow     = "GET /api/wireguard/service/show"
	postShow    = `POST /api/wireguard/service/show {"current":1,"rowCount":-1}`
	getVIPs     = "GET /api/diagnostics/interface/get_vip_status"
	getServices = "GET /api/core/service/search"
	getServers  = "GET /api/wireguard/server/search_server"
	getStatus   = "GET /api/wireguard/service/status"
)

// Whatever is done with the plugin, and whatever the firewall does, it is sent the
// calls that the documentation lists, letter by letter, and no other.
func TestOnlyReads(t *testing.T) {
	lab := mustDemoLab(t)
	d := mustProvision(t, mustStart(t), lab)
	hq := lab.Firewall("hq")
	told := 0
	for _, befall := range []func(configuration *bool){
		func(*bool) {},
		func(configuration *bool) { *configuration = true; hq.Grant(simulator.PrivilegeConfiguration) },
		func(*bool) { hq.Revoke(simulator.PrivilegeVirtualIPs); hq.Revoke(simulator.PrivilegeServices) },
		func(*bool) { hq.Instance("wg1").Stop() },
		func(configuration *bool) { *configuration = false; hq.SwitchOff(true) },
		func(*bool) { fill(t, hq) },
		func(*bool) { fault(t, hq, simulator.FaultLogin) },
		func(*bool) { fault(t, hq, simulator.FaultGateway) },
		func(*bool) { fault(t, hq, simulator.FaultCut) },
		func(*bool) { hq.SetUserDisabled(true) },
		func(*bool) {
			hq.SetUserDisabled(false)
			hq.SetPrivileges(simulator.PrivilegeAll)
			hq.SetGeneration(simulator.Generation24_7)
		},
	} {
		hq.ClearFaults()
		entry := d.json["firewalls"].([]any)[0].(map[string]any)
		configuration, _ := entry["readConfiguration"].(bool)
		befall(&configuration)
		entry["readConfiguration"] = configuration
		d.pollNow()
		told += useAll(t, d)
	}
	got := hq.Requests()
	allowed := []string{getShow, postShow, getVIPs, getServices, getServers, getStatus}
	for call, n := range got.ByCall {
		if !slices.Contains(allowed, call) {
			t.Errorf("%d times %q", n, call)
		}
	}
	for _, call := range allowed {
		if got.ByCall[call] == 0 {
			t.Errorf("never %s: the test did too little; there were %v", call, slices.Sorted(maps.Keys(got.ByCall)))
		}
	}
	if len(got.Writes) > 0 {
		t.Errorf("written: %v", got.Writes)
	}
	t.Logf("%d answers asked of the plugin, %d calls to the firewall: %v", told, got.Total, got.ByCall)
}

func fault(t *testing.T, f *simulator.Firewall, kind simulator.FaultKind) {
	t.Helper()
	if err := f.SetFault(simulator.Fault{Kind: kind}); err != nil {
		t.Fatal(err)
	}
}

// fill gives a firewall more rows than fit on a page.
func fill(t *testing.T, f *simulator.Firewall) {
	t.Helper()
	for range 10_000 {
		if err := f.AddOddRow(json.RawMessage(`{"if":"wg9"}`)); err != nil {
			t.Fatal(err)
		}
	}
}

// useAll asks the plugin for everything that can be asked, as an Admin, and says how
// many answers that were.
func useAll(t *testing.T, d *saved) (n int) {
	t.Helper()
	ctx := testContext(t)
	for _, m := range []model{
		{"queryType": "interfaces"}, {"queryType": "peers"}, {"queryType": "firewalls"}, {"queryType": "problems"}, {"queryType": "events"},
		{"queryType": "interfaces", "format": "numeric", "metric": "status"}, {"queryType": "peers", "format": "time_series", "metric": "rx_rate"},
		promQL("opnsense_up", "numeric"), promQL("rate(opnsense_wireguard_peer_received_bytes_total[5m])", "time_series"),
		{"queryType": "../../../api/core/service/stop"},
		{"queryType": "interfaces", "filter": model{"firewalls": []string{"/.*/"}, "interfaces": []string{"../reconfigure?x=1"}}},
	} {
		m["refId"] = "A"
		if _, err := d.Query(ctx, m); err != nil {
			t.Fatal(err)
		}
		n++
	}
	if _, err := d.Health(ctx); err != nil {
		t.Fatal(err)
	}
	as := d.As("Admin")
	for _, path := range []string{
		"firewalls", "interfaces", "peers", "metrics", "alert-rules", "certificate?firewall=hq", "certificate?firewall=branch",
		"interfaces?firewall=../../core/service/stop", "forget", "api/wireguard/service/reconfigure",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
			if _, err := as.Resource(ctx, method, path); err != nil {
				t.Fatal(err)
			}
			n++
		}
	}
	if _, err := as.Resource(ctx, http.MethodPost, "forget?firewall=hq&device=wg1"); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	return n + 2 + watchOnce(t, d, model{"queryType": "interfaces"}, &said)
}
