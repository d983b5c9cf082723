// Package scenario proves the alert rules by docs/scenarios.md: every row there
// is played against simulated firewalls with real tunnels and the built plugin,
// with the clock stepped, and every rule is evaluated once a minute as Grafana
// does, and as Prometheus does over the plugin's series.
package scenario
