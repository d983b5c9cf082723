// Package history keeps the past of a data source's firewalls in memory, as
// Prometheus series and as events, and reads it with Prometheus' own PromQL
// engine.
//
// A Store is bounded by time and bytes and touches no file. Each firewall has a
// shelf in it: series whose newest samples are in open chunks, and blocks of an
// hour or so, which never change, hold the rest. One mutex guards a store. It is
// held while a poll is recorded, and by readers only to copy a few open chunks
// at a time, so that no reader keeps a poll waiting.
package history
