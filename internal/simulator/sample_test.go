package simulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// shape maps every path in a JSON value to the kinds of value seen there. Rows of different types are kept apart.
type shape map[string]map[string]bool

func (s shape) add(path string, value any) {
	kind := fmt.Sprintf("%T", value)
	switch v := value.(type) {
	case map[string]any:
		kind = "object"
		if rowType, ok := v["type"].(string); ok {
			path += "(" + rowType + ")"
		}
		for key, inner := range v {
			s.add(path+"."+key, inner)
		}
	case []any:
		kind = "array"
		for _, inner := range v {
			s.add(path+"[]", inner)
		}
	}
	if s[path] == nil {
		s[path] = map[string]bool{}
	}
	s[path][kind] = true
}

func (s shape) lines() []string {
	var lines []string
	for path, kinds := range s {
		lines = append(lines, fmt.Sprint(path, " ", slices.Sorted(maps.Keys(kinds))))
	}
	slices.Sort(lines)
	return lines
}

func (s shape) addJSON(tb testing.TB, text string) {
	tb.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		tb.Fatalf("%v in %s", err, text)
	}
	s.add("", value)
}

// TestSamples compares the keys and JSON types of the answers with recorded ones (observed, development version of August 2026).
func TestSamples(t *testing.T) {
	f := sampleFirewall(t)
	c := newCaller(t, f.API)
	tests := []struct {
		uri     string
		samples []string
	}{
		{showPath, []string{"show.json", "show-carp-backup.json"}},
		{vipPath, []string{"get_vip_status-backup.json", "get_vip_status-master.json"}},
		{serverPath, []string{"search_server-privkey-masked.json"}},
		{"/api/wireguard/client/list_servers", []string{"list_servers.json"}},
		{"/api/wireguard/general/get", []string{"general-get.json"}},
	}
	for _, test := range tests {
		t.Run(test.samples[0], func(t *testing.T) {
			want, got := shape{}, shape{}
			for _, sample := range test.samples {
				text, err := os.ReadFile(filepath.Join("testdata", sample))
				if err != nil {
					t.Fatal(err)
				}
				want.addJSON(t, string(text))
			}
			status, body := c.get(test.uri)
			if status != 200 {
				t.Fatalf("status %d", status)
			}
			got.addJSON(t, body)
			if want, got := want.lines(), got.lines(); !slices.Equal(want, got) {
				for _, line := range want {
					if !slices.Contains(got, line) {
						t.Errorf("recorded, not answered: %s", line)
					}
				}
				for _, line := range got {
					if !slices.Contains(want, line) {
						t.Errorf("answered, not recorded: %s", line)
					}
				}
			}
		})
	}
	if secrets := f.Requests().Secrets; !slices.Equal(secrets, []string{serverPath}) {
		t.Errorf("answers with private keys: %v", secrets)
	}
}

// sampleFirewall has what the recorded firewall had: peers of every kind, a disabled instance, a dependency on CARP.
func sampleFirewall(t *testing.T) *Firewall {
	t.Helper()
	lab := mustLab(t)
	f := mustFirewall(t, lab, FirewallConfig{
		APIConfig:  APIConfig{Privileges: []Privilege{PrivilegeAll}},
		VirtualIPs: []VirtualIP{{VHID: 1, Address: "198.51.100.10"}},
	})
	warriors := mustInstance(t, f, InstanceConfig{Name: "road-warrior", TunnelAddress: prefix("10.66.0.1/24")})
	mustInstance(t, f, InstanceConfig{Number: 1, Name: "site-to-site", TunnelAddress: prefix("10.77.0.1/24"), DependOnVHID: 1})
	mustInstance(t, f, InstanceConfig{Number: 2, Name: "lab-disabled", TunnelAddress: prefix("10.88.0.1/24"), Disabled: true})
	alice := mustClient(t, lab, ClientConfig{Name: "alice-laptop", Instance: warriors, Keepalive: 25})
	for _, name := range []string{"never-no-endpoint", "<b>Zoë & \"Co\"</b> '日本'"} {
		if _, err := warriors.AddPeer(PeerConfig{Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "a handshake", func() bool { return handshook(alice.Peer()) })
	return f
}

func prefix(s string) netip.Prefix { return netip.MustParsePrefix(s) }

func mustInstance(tb testing.TB, f *Firewall, config InstanceConfig) *Instance {
	tb.Helper()
	instance, err := f.AddInstance(config)
	if err != nil {
		tb.Fatal(err)
	}
	return instance
}

func mustClient(tb testing.TB, lab *Lab, config ClientConfig) *Client {
	tb.Helper()
	client, err := lab.AddClient(config)
	if err != nil {
		tb.Fatal(err)
	}
	return client
}

// counters reads a peer's numbers from the device that has it configured.
func counters(p *Peer) peerState {
	_, _, state, err := p.owner.state()
	if err != nil || state.peers[p.publicKey] == nil {
		return peerState{}
	}
	return *state.peers[p.publicKey]
}

func handshook(p *Peer) bool { return !counters(p).handshake.IsZero() }
