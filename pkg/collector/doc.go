// Package collector asks firewalls how their tunnels are, as seldom as possible.
//
// A Collector serves one firewall: one goroutine of its own makes all calls, so
// that any number of panels, users and rules cost the firewall one poll per
// interval, and a firewall that does not answer is left in peace. A Fleet is the
// collectors of one data source. The Registry keeps collectors alive across
// changes of a data source's settings.
package collector
