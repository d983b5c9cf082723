package simulator

import (
	"slices"
	"strings"
)

// Privilege is a privilege of the user who owns the API key, by its name in OPNsense.
type Privilege string

// The privileges that open something of this API.
const (
	PrivilegeAll           Privilege = "All pages"
	PrivilegeStatus        Privilege = "VPN: WireGuard: Status" // exists since 25.7; before it opens nothing
	PrivilegeConfiguration Privilege = "VPN: WireGuard: Configuration"
	PrivilegeVirtualIPs    Privilege = "Interfaces: Virtual IPs: Status"
	PrivilegeServices      Privilege = "Status: Services"
	PrivilegeSystemStatus  Privilege = "System: Status"
)

// DefaultPrivileges are what the documentation of the data source asks for: WireGuard's status and the virtual IPs.
func DefaultPrivileges(g Generation) []Privilege {
	if g.hasStatusPrivilege() {
		return []Privilege{PrivilegeStatus, PrivilegeVirtualIPs}
	}
	return []Privilege{PrivilegeConfiguration, PrivilegeVirtualIPs}
}

// patterns are the URIs that a privilege opens, "*" standing for anything.
func (p Privilege) patterns(g Generation) []string {
	switch p {
	case PrivilegeAll:
		return []string{"*"}
	case PrivilegeStatus:
		if g.hasStatusPrivilege() {
			return []string{"api/wireguard/service/*"}
		}
	case PrivilegeConfiguration:
		return []string{"api/wireguard/*"}
	case PrivilegeVirtualIPs:
		if g.opensCARPStatus() {
			return []string{"api/diagnostics/interface/get_vip_status", "api/diagnostics/interface/carp_status/*"}
		}
		return []string{"api/diagnostics/interface/get_vip_status"}
	case PrivilegeServices:
		return []string{"api/core/service/*"}
	case PrivilegeSystemStatus:
		return []string{"api/core/system/status"}
	}
	return nil
}

// opens reports whether one of the privileges opens the URI: as it was sent, query string included, case by case.
func opens(privileges []Privilege, g Generation, rawURI string) bool {
	return slices.ContainsFunc(privileges, func(p Privilege) bool {
		return slices.ContainsFunc(p.patterns(g), func(pattern string) bool {
			return matches(pattern, rawURI)
		})
	})
}

// matches knows the only form of wildcard that these patterns use: one at the end.
func matches(pattern, rawURI string) bool {
	prefix, wild := strings.CutSuffix("/"+pattern, "*")
	if wild {
		return strings.HasPrefix(rawURI, prefix)
	}
	return rawURI == prefix
}
