package collector

import (
	"context"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// Fleet is the collectors of one data source, in the order of its settings.
type Fleet []*Collector

// Firewalls asks all firewalls at once and returns what is known of each, in order.
// It waits for polls under way as long as a single call may take; a firewall
// that did not answer in time has its Err set and costs no other.
func (f Fleet) Firewalls(ctx context.Context) []wireguard.Firewall {
	ended := make([]<-chan struct{}, len(f))
	var patience time.Duration
	for i, c := range f {
		var p time.Duration
		ended[i], p = c.ask()
		patience = max(patience, p)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	firewalls := make([]wireguard.Firewall, len(f))
	for i, c := range f {
		if ended[i] != nil {
			select {
			case <-ended[i]:
			case <-ctx.Done():
			case <-c.stopped.Done():
			}
		}
		firewalls[i] = c.look()
	}
	return firewalls
}

// Recheck has firewalls whose key lacked a privilege asked again at once, which
// is otherwise done hourly: an administrator may just have granted it.
func (f Fleet) Recheck() {
	for _, c := range f {
		c.recheck()
	}
}
