package simulator

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestParseGeneration(t *testing.T) {
	for _, bad := range []string{"", "25", "25.", "25.x", "25.1.2.3", "-1.2", "0.0", "25.0", "Dev"} {
		if g, err := ParseGeneration(bad); err == nil {
			t.Errorf("%q is read as %s", bad, g)
		}
	}
	for _, good := range []string{"24.7", "25.1.12", "26.1.11", "26.7", "dev"} {
		if g, err := ParseGeneration(good); err != nil || g.String() != good {
			t.Errorf("%q is read as %s, %v", good, g, err)
		}
	}
	order := []Generation{Generation24_7, Generation24_7_9, Generation25_1, Generation25_1_2, Generation25_1_3,
		Generation25_1_8, Generation25_7, Generation25_7_1, Generation26_1, Generation26_1_11, Generation26_7, GenerationDev}
	for i, a := range order {
		for j, b := range order {
			if a.AtLeast(b) != (i >= j) {
				t.Errorf("%s at least %s: %t", a, b, a.AtLeast(b))
			}
		}
	}
}

// TestGenerations lists what changed from release to release.
func TestGenerations(t *testing.T) {
	const title, uuid = "[198.51.100.10] LAN CARP on lan (vhid 1)", "uuid"
	tests := []struct {
		generation           string
		age, privkey, device bool   // latest-handshake-age in show; privkey and interface in search_server
		carp, described      string // carp_depend_on and %carp_depend_on, "" for absent
		statusPrivilege      bool   // "VPN: WireGuard: Status" opens show
		carpStatus           bool   // the virtual IPs' privilege opens carp_status
	}{
		{generation: "24.7", device: true},
		{generation: "25.1.1", device: true},
		{generation: "25.1.2", age: true, device: true},
		{generation: "25.1.3", age: true, privkey: true, carp: title},
		{generation: "25.1.12", age: true, privkey: true, carp: title},
		{generation: "25.7", age: true, privkey: true, carp: uuid, described: title, statusPrivilege: true},
		{generation: "25.7.11", age: true, privkey: true, device: true, carp: uuid, described: title, statusPrivilege: true},
		{generation: "26.1", age: true, privkey: true, device: true, carp: uuid, described: title, statusPrivilege: true},
		{"26.1.11", true, true, true, uuid, title, true, true},
		{"26.7", true, true, true, uuid, title, true, true},
		{"dev", true, true, true, uuid, title, true, true},
	}
	lab := mustLab(t)
	f := mustFirewall(t, lab, FirewallConfig{VirtualIPs: []VirtualIP{{UUID: uuid, VHID: 1, Address: "198.51.100.10"}}})
	mustInstance(t, f, InstanceConfig{Name: "site", TunnelAddress: prefix("10.77.0.1/24"), DependOnVHID: 1})
	c := newCaller(t, f.API)
	for _, test := range tests {
		t.Run(test.generation, func(t *testing.T) {
			c.tb = t
			g, err := ParseGeneration(test.generation)
			if err != nil {
				t.Fatal(err)
			}
			f.SetGeneration(g)
			f.SetPrivileges(PrivilegeConfiguration)
			row := c.show().row("wg0", "")
			_, age := row["latest-handshake-age"]
			server := c.table(serverPath).Rows[0]
			_, privkey := server["privkey"]
			_, device := server["interface"]
			carp, _ := server["carp_depend_on"].(string)
			described, _ := server["%carp_depend_on"].(string)
			f.SetPrivileges(PrivilegeStatus, PrivilegeVirtualIPs)
			show, _ := c.get(showPath)
			status, _ := c.get("/api/diagnostics/interface/carp_status/maintenance")
			got := test
			got.age, got.privkey, got.device, got.carp, got.described = age, privkey, device, carp, described
			got.statusPrivilege, got.carpStatus = show == http.StatusOK, status != http.StatusForbidden
			if got != test {
				t.Errorf("\n got %+v\nwant %+v", got, test)
			}
		})
	}
}

func TestPrivileges(t *testing.T) {
	tests := []struct {
		privilege Privilege
		opens     []string
	}{
		{"no such privilege", nil},
		{PrivilegeStatus, []string{showPath}},
		{PrivilegeConfiguration, []string{showPath, serverPath}},
		{PrivilegeVirtualIPs, []string{vipPath}},
		{PrivilegeServices, []string{servicePath}},
		{PrivilegeSystemStatus, []string{"/api/core/system/status"}},
		{PrivilegeAll, []string{showPath, serverPath, vipPath, servicePath, "/api/core/system/status"}},
	}
	f := mustFirewall(t, mustLab(t), FirewallConfig{})
	c := newCaller(t, f.API)
	for _, test := range tests {
		f.SetPrivileges(test.privilege)
		var open []string
		for _, uri := range []string{showPath, serverPath, vipPath, servicePath, "/api/core/system/status"} {
			if status, _ := c.get(uri); status == http.StatusOK {
				open = append(open, uri)
			}
		}
		if !slices.Equal(open, test.opens) {
			t.Errorf("%s opens %v, want %v", test.privilege, open, test.opens)
		}
	}
	f.Grant(PrivilegeServices)
	f.Revoke(PrivilegeAll)
	if got := f.Privileges(); !slices.Equal(got, []Privilege{PrivilegeServices}) {
		t.Errorf("privileges %v", got)
	}
}

func TestServices(t *testing.T) {
	f := mustFirewall(t, mustLab(t), FirewallConfig{APIConfig: APIConfig{Privileges: []Privilege{PrivilegeAll}}})
	mustInstance(t, f, InstanceConfig{Name: "<b>'s", TunnelAddress: prefix("10.1.0.1/24")}).Stop()
	mustInstance(t, f, InstanceConfig{Number: 1, Name: "off", TunnelAddress: prefix("10.2.0.1/24"), Disabled: true})
	c := newCaller(t, f.API)
	names := func() (names []any) {
		for _, row := range c.table(servicePath).Rows {
			if id, _ := row["id"].(string); strings.HasPrefix(id, "wireguard/") {
				names = append(names, row["description"])
			}
		}
		return names
	}
	if got := names(); !slices.Equal(got, []any{"WireGuard &lt;b&gt;&#039;s"}) {
		t.Errorf("services %v", got)
	}
	f.SwitchOff(false)
	if got := names(); len(got) != 0 {
		t.Errorf("services %v while the service is off", got)
	}
	if _, body := c.get("/api/wireguard/service/status"); !strings.HasPrefix(body, `{"status":"disabled"`) {
		t.Errorf("status %s", body)
	}
	if _, body := c.get("/api/wireguard/general/get"); body != `{"general":{"enabled":"0"}}` {
		t.Errorf("general %s", body)
	}
}
