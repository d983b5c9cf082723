package simulator

import (
	"fmt"
	"net/http"
	"strings"
)

// answerSearchServer sends the configured instances. Private keys are in it since 25.1.3, in clear text.
func (a *API) answerSearchServer(p parameters) answer {
	generation := a.Generation()
	rows := []any{}
	for _, instance := range a.backend.Configuration().Instances {
		rows = append(rows, instance.row(generation))
	}
	return answer{status: http.StatusOK, body: p.paginate(rows), secret: generation.hasPrivateKeys()}
}

// row gives an instance the form of a release; all values are strings.
func (s InstanceSettings) row(g Generation) map[string]any {
	row := map[string]any{
		"uuid":          s.UUID,
		"enabled":       flag(s.Enabled),
		"name":          s.Name,
		"instance":      itoa(s.Number),
		"pubkey":        s.PublicKey.String(),
		"port":          itoa(s.Port),
		"tunneladdress": s.TunnelAddress,
		"peers":         strings.Join(s.PeerNames, ","),
	}
	if s.Port == 0 {
		row["port"] = ""
	}
	if g.hasServerInterface() {
		row["interface"] = s.device()
	}
	if !g.hasPrivateKeys() {
		return row
	}
	for _, empty := range []string{"mtu", "dns", "gateway", "endpoint", "peer_dns", "allowed_ips", "carp_depend_on"} {
		row[empty] = ""
	}
	row["privkey"] = s.PrivateKey.String()
	row["disableroutes"], row["debug"] = "0", "0"
	row["cnfFilename"] = "/usr/local/etc/wireguard/" + s.device() + ".conf"
	row["statFilename"] = "/usr/local/etc/wireguard/" + s.device() + ".stat"
	if s.DependOn != nil {
		row["carp_depend_on"] = s.DependOn.title()
	}
	if g.hasDescribedValues() {
		s.describe(row)
	}
	return row
}

// describe sends related objects by uuid, and their names under a "%" (since 25.7).
func (s InstanceSettings) describe(row map[string]any) {
	row["peers"] = strings.Join(s.PeerUUIDs, ",")
	row["%peers"] = strings.Join(s.PeerNames, ", ")
	if s.DependOn != nil {
		row["carp_depend_on"] = s.DependOn.UUID
		row["%carp_depend_on"] = s.DependOn.title()
	}
}

func (s InstanceSettings) device() string { return fmt.Sprintf("wg%d", s.Number) }

// title is how OPNsense's forms name a virtual IP: "[198.51.100.10] LAN CARP on lan (vhid 1)".
func (v VirtualIP) title() string {
	return fmt.Sprintf("[%s] %s on %s (vhid %d)", v.Address, v.Description, strings.ToLower(v.Interface), v.VHID)
}

// answerSearchClient sends the configured peers with their preshared keys: nobody who reads a status needs it.
func (a *API) answerSearchClient(p parameters) answer {
	rows := []any{}
	for _, peer := range a.backend.Configuration().Peers {
		row := map[string]any{
			"uuid": peer.UUID, "enabled": "1", "name": peer.Name, "pubkey": peer.PublicKey, "psk": peer.Preshared,
			"tunneladdress": peer.AllowedIPs, "serveraddress": "", "serverport": "", "keepalive": "",
		}
		if peer.Keepalive > 0 {
			row["keepalive"] = itoa(peer.Keepalive)
		}
		rows = append(rows, row)
	}
	return answer{status: http.StatusOK, body: p.paginate(rows), secret: true}
}
