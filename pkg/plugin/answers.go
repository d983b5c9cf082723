package plugin

import (
	"container/list"
	"slices"
	"sync"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// Bounds of the encoded answers that are kept for a data source. The bytes are
// those of five tables of 10,000 peers.
const (
	mostAnswers     = 256
	mostAnswerBytes = 32 << 20
)

// answers are the encoded answers about the present of one data source, kept for
// all who ask the same while nothing new is known. An answer is found by what was
// asked and holds only for the very states that it was made of.
type answers struct {
	mu     sync.Mutex
	byKey  map[answerKey]*list.Element // of *keptAnswer
	recent *list.List                  // the one asked for last is in front
	bytes  int
}

// answerKey is all that an answer depends on beside the states of the firewalls.
type answerKey struct {
	query    string // query.Query.Key
	refID    string // is in the frame
	problems string // of the settings, which are in its notices
}

type keptAnswer struct {
	key    answerKey
	of     []state
	encode func() ([]byte, error) // works once, for all who ask meanwhile
	size   int                    // 0: not encoded yet
}

func newAnswers() *answers {
	return &answers{byKey: map[answerKey]*list.Element{}, recent: list.New()}
}

// get returns the answer to key for these states, encoded if need be; nobody may
// write to it.
func (a *answers) get(key answerKey, of []state, encode func() ([]byte, error)) ([]byte, error) {
	found := a.find(key, of, encode)
	body, err := found.encode()
	a.weigh(found, len(body), err)
	return body, err
}

func (a *answers) find(key answerKey, of []state, encode func() ([]byte, error)) *keptAnswer {
	a.mu.Lock()
	defer a.mu.Unlock()
	if e := a.byKey[key]; e != nil {
		if kept := e.Value.(*keptAnswer); slices.Equal(kept.of, of) {
			a.recent.MoveToFront(e)
			return kept
		}
		a.remove(e)
	}
	made := &keptAnswer{key: key, of: of, encode: sync.OnceValues(encode)}
	a.byKey[key] = a.recent.PushFront(made)
	for a.recent.Len() > mostAnswers {
		a.remove(a.recent.Back())
	}
	return made
}

// weigh counts an answer against the bound once its size is known, and lets go of
// those that nobody asked for the longest.
func (a *answers) weigh(made *keptAnswer, size int, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	e := a.byKey[made.key]
	if e == nil || e.Value != made || made.size > 0 {
		return // dropped meanwhile, or counted by another who asked
	}
	if err != nil || size > mostAnswerBytes {
		a.remove(e)
		return
	}
	made.size = size
	a.bytes += size
	for a.bytes > mostAnswerBytes {
		a.remove(a.recent.Back())
	}
}

// drop lets go of all that tells of a firewall: it has another state now.
func (a *answers) drop(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, e := range a.byKey {
		if slices.ContainsFunc(e.Value.(*keptAnswer).of, func(s state) bool { return s.firewall.ID == id }) {
			a.remove(e)
		}
	}
}

func (a *answers) remove(e *list.Element) {
	gone := a.recent.Remove(e).(*keptAnswer)
	delete(a.byKey, gone.key)
	a.bytes -= gone.size
}

// state is what is known of a firewall, without what is different each time that
// somebody asks. Two that are equal make the same frames.
type state struct {
	firewall wireguard.Firewall // the snapshot by its identity; no errors
	errs     [4]string          // their texts; "" where there is none
	outdated wireguard.Flag
}

func statesOf(scope []wireguard.Firewall) []state {
	out := make([]state, len(scope))
	for i := range scope {
		f := scope[i]
		out[i].outdated = f.Outdated()
		for k, err := range []*error{&f.Err, &f.VIPErr, &f.ServicesErr, &f.ConfigurationErr} {
			if *err != nil {
				out[i].errs[k] = "failed: " + (*err).Error()
			}
			*err = nil // made anew each time, some of them
		}
		f.Looked, f.Next = time.Time{}, time.Time{}
		out[i].firewall = f
	}
	return out
}
