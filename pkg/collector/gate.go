package collector

import (
	"sync"
	"time"
)

const (
	// parallel is how many polls may run at once in the process: enough for
	// hundreds of firewalls that answer in a fraction of a second, and a bound on
	// the memory and sockets that a start with all of them due takes.
	parallel = 64
	// turn is for how long a poll counts: a firewall that hangs must not keep the
	// others waiting.
	turn = time.Second
)

// gate bounds how many polls run at once. The zero value is not usable.
type gate struct {
	slots chan struct{}
	turn  time.Duration
}

func newGate(slots int, turn time.Duration) *gate {
	return &gate{make(chan struct{}, slots), turn}
}

// enter waits for a slot, or until stop is closed. The slot is given back by
// leave, or when its turn is over.
func (g *gate) enter(stop <-chan struct{}) (leave func()) {
	select {
	case g.slots <- struct{}{}:
	case <-stop:
		return func() {}
	}
	give := sync.OnceFunc(func() { <-g.slots })
	timer := time.AfterFunc(g.turn, give)
	return func() {
		timer.Stop()
		give()
	}
}
