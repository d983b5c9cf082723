// Package wireguard holds the domain: what a firewall reports of its WireGuard
// tunnels, what is expected of it, and the judgement that joins the two.
//
// It is pure: no input or output, no clock, nothing but the standard library.
// Times are always those of the reader (Grafana's host), never the firewall's.
package wireguard
