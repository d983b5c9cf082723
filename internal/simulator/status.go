package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

func (a *API) answerServiceStatus(parameters) answer {
	status := "unknown" // when the service is on: there is no daemon to ask about
	if !a.backend.Configuration().Enabled {
		status = "disabled"
	}
	return answer{status: http.StatusOK, body: map[string]any{
		"status": status,
		"widget": map[string]string{
			"caption_stop": "stop service", "caption_start": "start service", "caption_restart": "restart service",
		},
	}}
}

func (a *API) answerGeneral(parameters) answer {
	return answer{status: http.StatusOK, body: map[string]any{
		"general": map[string]string{"enabled": flag(a.backend.Configuration().Enabled)},
	}}
}

func flag(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

// answerVIPStatus: with its back end down, OPNsense still lists what is configured, as DISABLED.
func (a *API) answerVIPStatus(p parameters) answer {
	_, down := a.faults.take(FaultVIPs, "/api/diagnostics/interface/get_vip_status")
	var rows []any
	for _, vip := range a.backend.VirtualIPs() {
		if down {
			vip.Role = Disabled
		}
		rows = append(rows, vip.row())
	}
	var carp any = map[string]any{"demotion": "0", "allow": "1", "maintenancemode": false, "status_msg": ""}
	if down {
		carp = []any{}
	}
	list := p.paginate(rows)
	return answer{status: http.StatusOK, body: map[string]any{
		"total": list.Total, "rowCount": list.RowCount, "current": list.Current, "rows": list.Rows, "carp": carp,
	}}
}

func (v VirtualIP) row() map[string]any {
	row := map[string]any{"interface": v.Interface, "subnet": v.Address, "status": string(v.Role)}
	if v.Alias {
		row["mode"], row["vhid"], row["vhid_txt"], row["status_txt"] = "ipalias", "", "", ""
		row["advbase"], row["advskew"], row["status"] = "", "", ""
		return row
	}
	row["mode"] = "carp"
	row["vhid"] = itoa(v.VHID)
	row["vhid_txt"] = fmt.Sprintf("%d (freq. 1/%d)", v.VHID, v.AdvSkew)
	row["status_txt"] = string(v.Role)
	row["advbase"], row["advskew"] = "1", itoa(v.AdvSkew)
	return row
}

// answerServices lists the enabled instances, running or not: "running" is always 1 for them and tells nothing.
func (a *API) answerServices(p parameters) answer {
	rows := []any{
		service("configd", "", "System Configuration Daemon"),
		service("webgui", "", "Web GUI"),
	}
	configuration := a.backend.Configuration()
	for _, instance := range configuration.Instances {
		if configuration.Enabled && instance.Enabled {
			rows = append(rows, service("wireguard", instance.UUID, "WireGuard "+instance.Name))
		}
	}
	return answer{status: http.StatusOK, body: p.paginate(rows)}
}

// phpEscape is PHP's htmlspecialchars.
var phpEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#039;")

func service(name, id, description string) map[string]any {
	full := name
	if id != "" {
		full += "/" + id
	}
	return map[string]any{
		"id": full, "locked": 0, "running": 1, "description": phpEscape.Replace(description), "name": name,
	}
}

// answerSystemStatus changed its shape in 25.1; in neither is it a health signal.
func (a *API) answerSystemStatus(parameters) answer {
	if a.Generation().AtLeast(Generation25_1) {
		return answer{status: http.StatusOK, body: map[string]any{
			"metadata":   map[string]any{"system": map[string]any{"status": 2, "message": "No pending messages", "title": "System"}},
			"subsystems": map[string]any{},
		}}
	}
	return answer{status: http.StatusOK, body: map[string]any{"System": map[string]any{"status": "OK"}}}
}

func (a *API) answerListServers(parameters) answer {
	rows := []any{}
	for _, instance := range a.backend.Configuration().Instances {
		rows = append(rows, map[string]string{"uuid": instance.UUID, "name": instance.Name})
	}
	return answer{status: http.StatusOK, body: map[string]any{"rows": slices.Clip(rows), "status": "ok"}}
}
