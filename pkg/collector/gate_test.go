package collector

import (
	"sync"
	"testing"
	"time"
)

func TestGate(t *testing.T) {
	never := make(chan struct{})

	t.Run("no more at once than there are slots", func(t *testing.T) {
		g := newGate(3, time.Hour)
		var mu sync.Mutex
		var inside, most int
		var all sync.WaitGroup
		for range 200 {
			all.Go(func() {
				leave := g.enter(never)
				defer leave()
				mu.Lock()
				inside++
				most = max(most, inside)
				mu.Unlock()
				mu.Lock()
				inside--
				mu.Unlock()
			})
		}
		all.Wait()
		if most > 3 {
			t.Errorf("%d at once", most)
		}
		if len(g.slots) != 0 {
			t.Errorf("%d slots were not given back", len(g.slots))
		}
	})

	t.Run("whoever stays too long keeps nobody waiting, and gives back only once", func(t *testing.T) {
		g := newGate(1, time.Millisecond)
		leaveLate := g.enter(never)
		leave := g.enter(never) // waits until the first one's turn is over
		leaveLate()
		g.turn = time.Hour
		leave()
		g.enter(never)
		leaveLate()
		if len(g.slots) != 1 {
			t.Error("a slot was given back that belongs to another")
		}
	})

	t.Run("whoever is stopped waits no longer", func(t *testing.T) {
		g := newGate(1, time.Hour)
		g.enter(never)
		stopped := make(chan struct{})
		close(stopped)
		g.enter(stopped)()
		if len(g.slots) != 1 {
			t.Error("a slot was given back that nobody had")
		}
	})
}
