// Package plugin is Grafana's side of the data source: settings, queries,
// health and resources, and the only room that knows the SDK's handlers.
package plugin
