package plugin

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

const (
	apply  = "apply saved changes and start stopped tunnels (VPN: WireGuard: Status; before OPNsense 25.7 it is VPN: WireGuard: Configuration, with which private keys can be read)"
	carp   = "; from OPNsense 26.1.11 and 26.7 on, set CARP maintenance mode (Interfaces: Virtual IPs: Status)"
	stop   = "; stop and restart any service (Status: Services)"
	all    = "  nothing is lost with this key's privileges\n  a thief of this key could also " + apply + carp + stop
	noList = "  a tunnel that was switched off or removed cannot be told from one that stopped: "
	noCARP = "  a CARP standby node cannot be told from a tunnel that is down: "
)

var milliseconds = regexp.MustCompile(`\d+ ms`)

// mustTell is what Save & test says: message, verbose lines, and per firewall
// whether it is well.
func mustTell(tb testing.TB, in *instance) (ok bool, message, verbose string, firewalls map[string]bool) {
	tb.Helper()
	res := mustHealth(tb, in)
	var details struct {
		VerboseMessage string
		Firewalls      []health
	}
	if err := json.Unmarshal(res.JSONDetails, &details); err != nil {
		tb.Fatal(err)
	}
	if details.Firewalls == nil {
		tb.Errorf("details hold no list of firewalls: %s", res.JSONDetails)
	}
	firewalls = map[string]bool{}
	for _, f := range details.Firewalls {
		firewalls[f.Name] = f.OK
		if !slices.ContainsFunc(in.members, func(m member) bool { return m.id == f.ID }) {
			tb.Errorf("%s has the id %q, which is no firewall's", f.Name, f.ID)
		}
	}
	return res.Status == backend.HealthStatusOk, res.Message, milliseconds.ReplaceAllString(details.VerboseMessage, "N ms"), firewalls
}

func TestHealth(t *testing.T) {
	refuses := func(f *fakeFirewall) {
		instead(&f.show, answer(http.StatusUnauthorized, `{"status":401}`))
	}
	for _, tt := range []struct {
		name             string
		trouble          func(a, b *fakeFirewall)
		ok               bool
		message, verbose string
		firewalls        map[string]bool
	}{
		{
			"one refuses the key", func(_, b *fakeFirewall) { refuses(b) }, false,
			"b firewall: the firewall refused the API key or secret (401): check both, and that their user is neither disabled nor expired (asked again in M)",
			"a firewall: read in N ms, 2 interfaces, 3 peers\n" + all + "\n" +
				"b firewall: the firewall refused the API key or secret (401): check both, and that their user is neither disabled nor expired (asked again in M)",
			map[string]bool{"a firewall": true, "b firewall": false},
		},
		{
			"both break", func(a, b *fakeFirewall) {
				instead(&a.show, answer(http.StatusInternalServerError, `{}`))
				instead(&b.show, answer(http.StatusOK, `<html>`))
			}, false,
			"a firewall: an error inside the firewall (500): see System: Log Files: Backend and Web GUI on it; " +
				"b firewall: a web page came instead of OPNsense's API: check host, port and path in the URL; a login page in front of the firewall does this too",
			"a firewall: an error inside the firewall (500): see System: Log Files: Backend and Web GUI on it\n" +
				"b firewall: a web page came instead of OPNsense's API: check host, port and path in the URL; a login page in front of the firewall does this too",
			map[string]bool{"a firewall": false, "b firewall": false},
		},
		{
			"one key lacks a privilege that is not needed", func(a, _ *fakeFirewall) { instead(&a.vips, denied) }, true,
			"2 firewalls can be read",
			"a firewall: read in N ms, 2 interfaces, 3 peers\n  a CARP standby node cannot be told from a tunnel that is down: a firewall: " +
				"the API key's user lacks the privilege Interfaces: Virtual IPs: Status (403): add it, and check that the group's source networks, if set, hold Grafana's address\n" +
				"  a thief of this key could also " + apply + stop + "\n" +
				"b firewall: read in N ms, 2 interfaces, 3 peers\n" + all,
			map[string]bool{"a firewall": true, "b firewall": true},
		},
		{
			"all is well", func(_, _ *fakeFirewall) {}, true, "2 firewalls can be read",
			"a firewall: read in N ms, 2 interfaces, 3 peers\n" + all + "\nb firewall: read in N ms, 2 interfaces, 3 peers\n" + all,
			map[string]bool{"a firewall": true, "b firewall": true},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, b := newFakeFirewall(t), newFakeFirewall(t)
			tt.trouble(a, b)
			ok, message, verbose, firewalls := mustTell(t, mustInstance(t, settingsOf(t, a.entry("a", "ca"), b.entry("b", "pin"))))
			again := regexp.MustCompile(`asked again in [0-9a-z]+`)
			message, verbose = again.ReplaceAllString(message, "asked again in M"), again.ReplaceAllString(verbose, "asked again in M")
			if ok != tt.ok || message != tt.message {
				t.Errorf("ok %v, message\n got %s\nwant %s", ok, message, tt.message)
			}
			if diff := cmp.Diff(tt.verbose, verbose); diff != "" {
				t.Errorf("verbose message (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.firewalls, firewalls); diff != "" {
				t.Errorf("firewalls (-want +got):\n%s", diff)
			}
		})
	}
}

// Each setting that cannot work is named, on one line; the rest is still checked.
func TestHealthBadSettings(t *testing.T) {
	a := newFakeFirewall(t)
	bad := a.entry("b", "none")
	bad["url"] = ""
	s := settingsOf(t, bad, a.entry("a", "ca"))
	s.JSONData = []byte(strings.Replace(string(s.JSONData), "{", `{"forgetAfter":"1s",`, 1))
	ok, message, _, firewalls := mustTell(t, mustInstance(t, s))
	want := `setting forgetAfter: must be a duration from 1m to 8760h, such as "168h"; 168h is used instead; ` +
		`setting firewalls[0] (b firewall).url: is missing: give the firewall's address, such as https://fw.example:8443; ` +
		`setting firewalls[0] (b firewall).tls.mode: is unknown: allowed are "system", "ca", "pin" and "insecure"`
	if ok || message != want {
		t.Errorf("ok %v, message\n got %s\nwant %s", ok, message, want)
	}
	if diff := cmp.Diff(map[string]bool{"a firewall": true, "b firewall": false}, firewalls); diff != "" {
		t.Error(diff)
	}
}

// Save & test after a privilege was granted asks again at once, without a change
// of the settings.
func TestHealthAfterPrivilegeGranted(t *testing.T) {
	var added atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(added.Load())) }
	later := func() { added.Add(int64(11 * time.Second)) } // than at the press before, which was just now
	a := newFakeFirewall(t)
	instead(&a.show, denied)
	in := mustInstanceOn(t, NewRegistry(now), settingsOf(t, a.entry("a", "ca")))
	if ok, message, _, _ := mustTell(t, in); ok || !strings.Contains(message, "VPN: WireGuard: Status") {
		t.Errorf("without the privilege: ok %v, %s", ok, message)
	}
	a.show.Store(nil)
	instead(&a.vips, denied)
	if ok, message, verbose, _ := mustTell(t, in); !ok || !strings.Contains(verbose, noCARP) {
		t.Errorf("with the first privilege: ok %v, %s, %s", ok, message, verbose)
	}
	a.vips.Store(nil)
	calls := a.calls.Load()
	for range 100 {
		mustHealth(t, in)
	}
	if n := a.calls.Load() - calls; n != 0 {
		t.Errorf("%d calls for Save & test pressed a hundred times within seconds of the last one", n)
	}
	later()
	if ok, message, verbose, _ := mustTell(t, in); !ok || !strings.HasSuffix(verbose, all) {
		t.Errorf("with both privileges: ok %v, %s, %s", ok, message, verbose)
	}

	instead(&a.services, denied)
	in = mustInstanceOn(t, NewRegistry(now), settingsOf(t, a.entry("a", "ca")))
	if ok, _, verbose, _ := mustTell(t, in); !ok || !strings.Contains(verbose, noList) || !strings.Contains(verbose, "nothing is in expect") {
		t.Errorf("without the list of services: ok %v, %s", ok, verbose)
	}
	a.services.Store(nil)
	if ok, _, verbose, _ := mustTell(t, in); !ok || !strings.HasSuffix(verbose, all) {
		t.Errorf("with all privileges: ok %v, %s", ok, verbose)
	}

	before := a.calls.Load()
	if ok, message, _, _ := mustTell(t, in); !ok || a.calls.Load() != before {
		t.Errorf("with nothing to check again: ok %v, %s, %d calls more", ok, message, a.calls.Load()-before)
	}
}
