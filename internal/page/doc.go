// Package page serves the demo's page: what a browser must ask to show the
// plugin's own editors and panels, in the shapes in which Grafana's HTTP API
// answers, with the built plugin behind it. It has one data source, no users and
// no store; whoever reaches it is Admin. So it is for this machine only: it
// answers only to the address that it listens on, and to its own page.
package page
