package history

import (
	"cmp"
	"slices"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// mostEvents is how many events of each kind are kept of a firewall, so that
// phones that come and go all day push no fallen tunnel out.
const mostEvents = 5000

// Event is one change of state on a firewall.
type Event struct {
	wireguard.Change
	Firewall string    // its name then, label opnsense_instance
	At       time.Time // of the poll that found it
	Until    time.Time // when the same thing changed next; zero: it did not yet
}

// log is the events of one firewall, by kind, each oldest first.
type log struct {
	events map[wireguard.Kind][]Event
	size   int // bytes
	last   *wireguard.Snapshot
	up     *bool // whether the newest poll was answered; nil: there was none
}

// watch adds what changed since the poll before.
func (l *log) watch(f *wireguard.Firewall) {
	up := f.Known()
	if l.up != nil && *l.up != up {
		change := wireguard.Change{Kind: wireguard.KindFirewall, From: wireguard.StateUnreachable, To: wireguard.StateAnswers, Reason: "answers again"}
		if !up {
			change.From, change.To, change.Reason = wireguard.StateAnswers, wireguard.StateUnreachable, f.Err.Error()
		}
		l.add(Event{Change: change, Firewall: f.Name, At: f.Tried})
	}
	l.up = &up
	if !up {
		return
	}
	for _, c := range wireguard.Changes(l.last, f.Snapshot) {
		l.add(Event{Change: c, Firewall: f.Name, At: f.Snapshot.At})
	}
	l.last = f.Snapshot
}

func (l *log) add(e Event) {
	if l.events == nil {
		l.events = map[wireguard.Kind][]Event{}
	}
	kept := l.events[e.Kind]
	kept = append(kept, e)
	l.size += e.size()
	if len(kept) > mostEvents {
		l.size -= kept[0].size()
		kept = kept[1:]
	}
	l.events[e.Kind] = kept
}

// size counts strings, too: they outlive the snapshot that they are from.
func (e *Event) size() int {
	return eventSize + len(e.Device) + len(e.Interface) + len(e.Peer) + len(e.PublicKey) + len(e.Reason)
}

func (l *log) len() int {
	n := 0
	for _, list := range l.events {
		n += len(list)
	}
	return n
}

// expire drops what is older than a time: the beginning of each list, so that it
// costs what it drops and not what it keeps.
func (l *log) expire(before int64) {
	for kind, list := range l.events {
		n := 0
		for n < len(list) && list[n].At.UnixMilli() < before {
			l.size -= list[n].size()
			n++
		}
		if n > 0 {
			clear(list[:n])
			l.events[kind] = list[n:]
		}
	}
}

// dropAfter drops what is from a time or later: the end of each list, and its
// memory where that is much.
func (l *log) dropAfter(at int64) {
	for kind, list := range l.events {
		n := len(list)
		for n > 0 && list[n-1].At.UnixMilli() >= at {
			n--
			l.size -= list[n].size()
		}
		clear(list[n:])
		if list = list[:n]; n < cap(list)/2 {
			list = slices.Clone(list)
		}
		l.events[kind] = list
	}
}

// shrink drops all events, and says whether there were any.
func (l *log) shrink() bool {
	had := l.len() > 0
	l.events, l.size = nil, 0
	return had
}

// Events returns the events of firewalls, newest first, each with when its state
// ended. They are copies.
func (s *Store) Events(ids []ID) []Event {
	var out []Event
	s.mu.Lock()
	for _, id := range ids {
		if sh := s.shelves[id]; sh != nil {
			for _, kind := range wireguard.Kinds() {
				out = append(out, ended(sh.events[kind])...)
			}
		}
	}
	s.mu.Unlock()
	slices.SortStableFunc(out, func(a, b Event) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Firewall, b.Firewall), cmp.Compare(a.Kind, b.Kind))
	})
	return out
}

// ended copies events of one kind and fills in when their states ended. Events of
// one poll do not end each other: of an interface that is renamed there are two.
func ended(events []Event) []Event {
	type thing struct{ device, name, key string }
	next := make(map[thing]*Event, len(events))
	out := slices.Clone(events)
	for i := len(out) - 1; i >= 0; i-- {
		e := &out[i]
		t := thing{e.Device, "", e.PublicKey}
		if e.Device == "" {
			t.name = e.Interface
		}
		if n := next[t]; n != nil && n.At.Equal(e.At) {
			e.Until = n.Until
		} else if n != nil {
			e.Until = n.At
		}
		next[t] = e
	}
	return out
}
