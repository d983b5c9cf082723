package plugin

import (
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/collector"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/history"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

var _ collector.Archive = (*archive)(nil)

// archive is what a data source has beside its collectors, whatever instances come
// and go: the past, and the encoded answers about the present.
type archive struct {
	*history.Store
	answers *answers
}

func newArchive() *archive { return &archive{history.NewStore(), newAnswers()} }

// Record keeps what a poll told, and lets go of the answers that it made old.
func (a *archive) Record(f *wireguard.Firewall) {
	a.answers.drop(f.ID)
	a.Store.Record(f)
}

// Drop lets go of a firewall that is no longer read.
func (a *archive) Drop(f *wireguard.Firewall) {
	a.answers.drop(f.ID)
	a.Store.Drop(f)
}

// NewRegistry makes the registry that a process needs: collectors, and for each
// data source an archive that keeps what they learn. It goes by the clock given.
func NewRegistry(now func() time.Time) *collector.Registry {
	return collector.NewRegistry(now, func() collector.Archive { return newArchive() })
}

// archiveOf finds the archive that the firewalls of a data source share; an empty
// one where none can be read.
func archiveOf(members []member) *archive {
	for _, m := range members {
		if m.reads == nil {
			continue
		}
		if a, ok := m.reads.Archive().(*archive); ok {
			return a
		}
	}
	return newArchive()
}
