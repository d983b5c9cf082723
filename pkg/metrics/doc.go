// Package metrics tells what is known of a firewall as Prometheus series, under
// the names, types and labels of opnsense-exporter and a few of our own. It is
// the one mapping from a snapshot to series: whoever keeps or serves series uses
// it, so that an expression means the same everywhere.
//
// What is not known has no sample: never a 0, never NaN.
package metrics
