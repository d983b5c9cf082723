package collector

import (
	"sync"
	"time"
)

// Key names a firewall of a data source, whatever else its settings say. Another
// URL is another firewall: nothing known of the old one may be told of it.
type Key struct{ Tenant, DataSource, Firewall, URL string }

// Registry holds the collectors of all data sources of the process. Grafana
// makes a new instance for changed settings and drops the old one seconds later,
// or never; both borrow the same collectors meanwhile.
type Registry struct {
	mu      sync.Mutex
	entries map[Key]*entry
	shared  map[dataSource]shared
	now     func() time.Time
	open    func() Archive
	gate    *gate
}

// shared is what the firewalls of a data source have in common.
type shared struct {
	twins   *twins
	archive Archive // nil: nothing is recorded
	gate    *gate   // of the whole process
}

// dataSource names a data source, whose firewalls may be twins of each other.
type dataSource struct{ tenant, uid string }

func (k Key) dataSource() dataSource { return dataSource{k.Tenant, k.DataSource} }

type entry struct {
	collector *Collector
	borrowers int
	saved     time.Time // when the settings in force were saved
}

// NewRegistry makes an empty registry, which goes by the clock given and opens an
// archive for each data source; open is nil where nothing is recorded. A process
// needs one.
func NewRegistry(now func() time.Time, open func() Archive) *Registry {
	return &Registry{
		entries: map[Key]*entry{}, shared: map[dataSource]shared{}, now: now, open: open,
		gate: newGate(parallel, turn),
	}
}

// Now is the time by the registry's clock.
func (r *Registry) Now() time.Time { return r.now() }

// Borrow returns the firewall's collector, made if need be, with the settings
// given, unless newer ones (by when they were saved) are in force. Each Borrow
// needs one Return.
func (r *Registry) Borrow(key Key, cfg Config, saved time.Time) *Collector {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.entries[key]
	switch {
	case e == nil:
		with, known := r.shared[key.dataSource()]
		if !known {
			with.twins, with.gate = newTwins(), r.gate
			if r.open != nil {
				with.archive = r.open()
			}
			r.shared[key.dataSource()] = with
		}
		e = &entry{collector: newCollector(cfg, with, r.now), saved: saved}
		r.entries[key] = e
	case saved.Before(e.saved):
		release(cfg)
	default:
		e.saved = saved
		e.collector.reconfigure(cfg)
	}
	e.borrowers++
	return e.collector
}

// Return gives a collector back. With the last borrower its polling ends and
// what it knew is dropped.
func (r *Registry) Return(key Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.entries[key]
	if e == nil {
		return
	}
	if e.borrowers--; e.borrowers == 0 {
		delete(r.entries, key)
		e.collector.close()
		for other := range r.entries {
			if other.dataSource() == key.dataSource() {
				return
			}
		}
		delete(r.shared, key.dataSource())
	}
}
