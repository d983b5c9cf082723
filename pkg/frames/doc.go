// Package frames turns what is known of the firewalls into data frames.
//
// Two shapes are made. A table has all columns of its query type. A numeric
// frame has one number per row with text columns as labels, the only shape that
// Grafana's alerting reads without guessing: type numeric-long, version 0.1, one
// numeric column, null where the value is not known.
package frames
