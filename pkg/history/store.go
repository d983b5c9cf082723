package history

import (
	"sync"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/metrics"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// Limits bound what a store keeps. The zero value keeps nothing.
type Limits struct {
	Retention time.Duration // how long samples and events are kept; 0: none are
	MaxBytes  int           // how much memory all of it may take
}

// ID names a firewall's shelf. Another URL is another firewall.
type ID struct{ Firewall, URL string }

// IDOf names the shelf of a firewall.
func IDOf(f *wireguard.Firewall) ID { return ID{f.ID, f.URL} }

// Store keeps the past of the firewalls of one data source.
type Store struct {
	mu      sync.Mutex // guards all below
	limits  Limits
	saved   time.Time // when the settings with these limits were saved
	shelves map[ID]*shelf
}

// NewStore makes an empty store that keeps nothing until it is given limits.
func NewStore() *Store { return &Store{shelves: map[ID]*shelf{}} }

// SetLimits takes over limits, unless those in force were saved later: of a data
// source that was changed, the old instance lives beside the new one for a while.
func (s *Store) SetLimits(l Limits, saved time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if saved.Before(s.saved) {
		return
	}
	s.limits, s.saved = l, saved
	if l.Retention <= 0 {
		clear(s.shelves)
		return
	}
	for _, sh := range s.shelves {
		sh.expire(sh.maxT - l.Retention.Milliseconds())
	}
	s.bound()
}

// Record keeps what a poll that just ended told, or that it told nothing.
// Polls of one firewall are recorded one after the other.
func (s *Store) Record(f *wireguard.Firewall) {
	samples := metrics.Of(f)
	at := f.Tried
	if f.Known() {
		at = f.Snapshot.At
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.limits.Retention <= 0 || len(samples) == 0 {
		return
	}
	sh := s.shelves[IDOf(f)]
	if sh == nil {
		sh = newShelf()
		s.shelves[IDOf(f)] = sh
	}
	if leastSize(samples) > s.limits.MaxBytes {
		sh = newShelf() // a reader may still hold the old one
		sh.refused = true
		s.shelves[IDOf(f)] = sh
		return
	}
	sh.refused = false
	if !sh.startPoll(at.UnixMilli(), f) {
		return
	}
	sh.watch(f)
	sh.append(samples)
	if sh.polls >= blockPolls || sh.maxT-sh.minT >= s.limits.Retention.Milliseconds()/12 {
		sh.seal()
	}
	if room := s.limits.MaxBytes - s.size() + sh.open + sh.sealed; sh.written > room/4 {
		sh.seal() // so that not all of it is in the one block that goes
		sh.slim()
	}
	sh.expire(sh.maxT - s.limits.Retention.Milliseconds())
	s.bound()
}

// Drop lets go of a firewall's past.
func (s *Store) Drop(f *wireguard.Firewall) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.shelves, IDOf(f))
}

// bound drops the oldest block of whichever firewall takes the most, until all
// of it fits. Open chunks are closed early where there is nothing else to drop.
func (s *Store) bound() {
	for s.size() > s.limits.MaxBytes {
		var most *shelf
		for _, sh := range s.shelves {
			if most == nil || sh.size() > most.size() {
				most = sh
			}
		}
		if most == nil || !most.shrink() {
			return
		}
	}
}

func (s *Store) size() int {
	n := 0
	for _, sh := range s.shelves {
		n += sh.size()
	}
	return n
}

// Usage is what a store holds, for tests and measurements.
type Usage struct {
	Series, Samples, Events int
	Bytes                   int // as the limit counts them
	Refused                 int // firewalls with more series than would ever fit
}

// Usage counts what is kept.
func (s *Store) Usage() Usage {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := Usage{Bytes: s.size()}
	for _, sh := range s.shelves {
		sh.count(&u)
	}
	return u
}

// Begins returns when the oldest sample kept of these firewalls is from, and
// false when there is none. Refused counts those of them of which none can be
// kept, because their newest samples alone would not fit.
func (s *Store) Begins(ids []ID) (oldest time.Time, ok bool, refused int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		sh := s.shelves[id]
		if sh == nil {
			continue
		}
		if sh.refused {
			refused++
		}
		if t, any := sh.begins(); any && (!ok || t < oldest.UnixMilli()) {
			oldest, ok = time.UnixMilli(t).UTC(), true
		}
	}
	return oldest, ok, refused
}

// Newest returns the time of the newest sample of these firewalls, which may be a
// moment ahead of the clock: polls are kept at regular times. The zero time where
// there is none.
func (s *Store) Newest(ids []ID) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	newest := int64(0)
	for _, id := range ids {
		if sh := s.shelves[id]; sh != nil {
			newest = max(newest, sh.maxT)
		}
	}
	if newest == 0 {
		return time.Time{}
	}
	return time.UnixMilli(newest).UTC()
}
