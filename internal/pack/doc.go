// Package pack makes the plugin's zip as Grafana's catalog wants it, always the
// same bytes from the same files, its bill of materials, and checks both. It
// works on a directory that holds the built plugin and does not ship.
package pack
