package plugin

import (
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/collector"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/history"
)

var _ collector.Archive = (*history.Store)(nil)

// NewRegistry makes the registry that a process needs: collectors, and for each
// data source a store that keeps what they learn. It goes by the clock given.
func NewRegistry(now func() time.Time) *collector.Registry {
	return collector.NewRegistry(now, func() collector.Archive { return history.NewStore() })
}

// storeOf finds the store that the firewalls of a data source share; an empty one
// where none can be read.
func storeOf(members []member) *history.Store {
	for _, m := range members {
		if m.reads == nil {
			continue
		}
		if store, ok := m.reads.Archive().(*history.Store); ok {
			return store
		}
	}
	return history.NewStore()
}
