// Package grafanahost does what Grafana does with a data source plugin, for
// tests, the demo and benchmarks: it starts the built binary and speaks gRPC
// with it (host.go), saves data sources (datasource.go), asks as panels do
// (panel.go) and watches as live ones do (stream.go, channel.go), loads
// provisioning files (provisioning.go) and reads answers as Grafana 12.4's
// server-side expressions and alert rules do (expressions.go, rules.go).
//
// What Grafana does was read in the source of Grafana 12.4.3 and tried there.
package grafanahost
