package collector

import (
	"context"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// otherInterval is the pause between readings of what seldom changes, while all
// is as it was.
const otherInterval = 5 * time.Minute

// others is the state of the endpoints that are called besides service/show.
type others struct{ vips, services, configuration, status endpointState }

func (o *others) all() []*endpointState {
	return []*endpointState{&o.vips, &o.services, &o.configuration, &o.status}
}

// hurry makes all due at once, unless they timed out.
func (o *others) hurry() {
	for _, e := range o.all() {
		e.hurry()
	}
}

// retryForbidden makes those due at once that were forbidden, and says whether any was.
func (o *others) retryForbidden() (found bool) {
	for _, e := range o.all() {
		if e.class == Forbidden {
			e.hurry()
			found = true
		}
	}
	return found
}

// take takes over the states after a poll. When the settings were replaced
// meanwhile only time-outs count: they tell of the firewall.
func (o *others) take(polled others, replaced bool) {
	now := polled.all()
	for i, e := range o.all() {
		if !replaced || now[i].class == Timeout {
			*e = *now[i]
		}
	}
}

// reader is by what means a poll reads.
type reader struct {
	ctx context.Context
	cfg Config
	now func() time.Time
}

// round is the readings of one poll. After a time-out nothing more is called in
// it: a firewall that hangs is left in peace.
type round struct {
	reader
	hangs bool
}

// read reads what the report makes worth reading, one call at a time, and
// returns it with what is known from before.
//
// The virtual IPs decide between down and standby, and watching them tells which
// ones decide. What is enabled tells a stopped interface from one that was
// switched off or removed: it is read again when one vanishes.
func (o *others) read(with reader, before *wireguard.Snapshot, r wireguard.Report) wireguard.Readings {
	by := &round{reader: with}
	known := before.Readings
	known.Service = wireguard.ServiceNotKnown
	vanished := vanished(before, r)

	if rows, ok := readIfDue(by, &o.vips, &known.VirtualIPs.Reading, !allUp(r), by.cfg.Source.VirtualIPs); ok {
		known.VirtualIPs.Rows = rows
	}
	if by.cfg.Configuration {
		if rows, ok := readIfDue(by, &o.configuration, &known.Configuration.Reading, vanished, by.cfg.Source.Servers); ok {
			known.Configuration.Interfaces = rows
		}
	} else {
		known.Configuration = wireguard.Configuration{}
	}
	// The list of services tells what is enabled where the configuration may not.
	if !by.cfg.Configuration || o.configuration.class == Forbidden {
		if rows, ok := readIfDue(by, &o.services, &known.Services.Reading, vanished, by.cfg.Source.Services); ok {
			known.Services.Enabled = rows
		}
	}
	if nothingRuns(r) {
		var asked wireguard.Reading
		if state, ok := readIfDue(by, &o.status, &asked, true, by.cfg.Source.ServiceStatus); ok {
			known.Service = state
		}
	}
	return known
}

// readIfDue calls an endpoint when it is due, or at once when something changed that
// it explains, unless its newest failure asks for a longer pause.
func readIfDue[T any](by *round, e *endpointState, reading *wireguard.Reading, changed bool, read func(context.Context) (T, error)) (T, bool) {
	var none T
	start := by.now()
	if by.hangs || ((!changed || e.class != Other) && start.Before(e.due)) {
		return none, false
	}
	got, err := read(by.ctx)
	end := by.now()
	e.err = err
	if err != nil {
		class := by.cfg.Classify(err)
		e.next(class, start, end, by.cfg.PollInterval)
		by.hangs = class == Timeout
		reading.Failing, reading.Forbidden = true, class == Forbidden
		return none, false
	}
	e.next(Other, start, end, otherInterval)
	*reading = wireguard.Reading{At: end}
	return got, true
}

func allUp(r wireguard.Report) bool {
	for _, row := range r.Interfaces {
		if row.Link != wireguard.LinkUp {
			return false
		}
	}
	return true
}

// nothingRuns says whether the whole service may be switched off.
func nothingRuns(r wireguard.Report) bool {
	for _, row := range r.Interfaces {
		if row.PublicKey == wireguard.NotConfigured {
			return true
		}
	}
	return len(r.Interfaces) == 0
}

// vanished says whether an interface that was reported at the last poll is not
// reported now.
func vanished(before *wireguard.Snapshot, r wireguard.Report) bool {
	there := map[string]bool{}
	for _, row := range r.Interfaces {
		there[row.Device] = true
	}
	for _, i := range before.Interfaces {
		if i.Device != "" && !i.LastSeen.IsZero() && i.LastSeen.Equal(before.At) && !there[i.Device] {
			return true
		}
	}
	return false
}
