package collector

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// The firewall is a patient: whatever is done to the plugin, in whatever order, no
// call comes sooner than the design allows, and never two at a time.
func TestPatient(t *testing.T) {
	const sequences, actions = 250, 60
	total := tally{}
	for seed := range uint64(sequences) {
		synctest.Test(t, func(t *testing.T) {
			w := newWard(t, rand.New(rand.NewPCG(seed, 7)))
			for range actions {
				w.act()
			}
			w.leave()
			synctest.Wait()
			for _, p := range w.patients {
				for _, wrong := range p.check(&total) {
					t.Errorf("sequence %d: %s: %s", seed, p.name, wrong)
				}
			}
		})
		if t.Failed() {
			t.FailNow() // one that fails is enough to read
		}
	}
	t.Logf("%d sequences of %d actions: %d calls, after a time-out %d, after 401 %d, after 403 %d; out of turn: %d for changed settings, %d for Save & test, %d for live panels, %d for a twin",
		sequences, actions, total.calls, total.timeouts, total.unauthorized, total.forbidden, total.edits, total.rechecks, total.lives, total.twins)
	for name, n := range map[string]int{
		"time-outs": total.timeouts, "401": total.unauthorized, "403": total.forbidden, "edits": total.edits,
		"rechecks": total.rechecks, "live panels": total.lives, "twins": total.twins,
	} {
		if n < 20 {
			t.Errorf("%s: met only %d times, so next to nothing was tested", name, n)
		}
	}
}

// tally counts what the sequences met.
type tally struct {
	calls, timeouts, unauthorized, forbidden int
	edits, rechecks, lives, twins            int
}

// ward is a data source with a failover pair, and all that people do to it.
type ward struct {
	t        *testing.T
	random   *rand.Rand
	registry *Registry
	interval time.Duration
	patients []*patient
	saves    int
}

// patient is a firewall, with all that may excuse a call to it.
type patient struct {
	*firewall
	key       Key
	name      string
	interval  time.Duration
	collector *Collector
	revision  string // of its settings
	borrowed  int
	stops     []func() // live panels that are open

	asked, edited, tested []time.Time
	lives                 []span
	sibling               *patient
}

// span is a live panel: from when to when, and how often at most.
type span struct {
	from, to time.Time
	every    time.Duration
}

func newWard(t *testing.T, random *rand.Rand) *ward {
	w := &ward{t: t, random: random, registry: NewRegistry(time.Now, nil)}
	w.interval = []time.Duration{10 * time.Second, interval, 2 * time.Minute}[random.IntN(3)]
	for _, name := range []string{"a", "b"} {
		f := newFirewall(t)
		f.key, f.takes = "shared", time.Duration(random.IntN(300))*time.Millisecond
		p := &patient{firewall: f, name: name, interval: w.interval, key: Key{Firewall: name}}
		w.patients = append(w.patients, p)
		w.save(p, "first")
		p.collector.stretch = random.Float64() * stretch // the same each time
		p.edited = nil                                   // the first settings are no change
	}
	w.patients[0].sibling, w.patients[1].sibling = w.patients[1], w.patients[0]
	return w
}

// save makes another instance, whose settings are changed or not.
func (w *ward) save(p *patient, revision string) {
	w.saves++
	cfg := p.config(revision)
	cfg.ID, cfg.Name, cfg.PollInterval, cfg.Configuration = p.name, p.name, p.interval, w.random.IntN(3) == 0
	if p.revision != revision {
		p.edited = append(p.edited, time.Now())
	}
	p.revision = revision
	p.collector = w.registry.Borrow(p.key, cfg, saved.Add(time.Duration(w.saves)*time.Second))
	if p.borrowed++; p.borrowed > 1 && w.random.IntN(2) == 0 {
		w.registry.Return(p.key) // of the old instance
		p.borrowed--
	}
}

// act does one thing, and lets some time pass.
func (w *ward) act() {
	p := w.patients[w.random.IntN(len(w.patients))]
	switch n := w.random.IntN(100); {
	case n < 35: // many ask: panels, viewers, rules
		for range 1 + w.random.IntN(20) {
			p.ask()
		}
	case n < 45: // Save & test, hammered
		for range 1 + w.random.IntN(30) {
			p.tested = append(p.tested, time.Now())
			Fleet{p.collector}.Recheck()
			p.ask()
			time.Sleep(time.Duration(w.random.IntN(400)) * time.Millisecond)
		}
	case n < 52:
		w.save(p, fmt.Sprint("changed ", w.saves))
	case n < 55:
		w.save(p, p.revision)
	case n < 62:
		every := []time.Duration{5 * time.Second, 7 * time.Second, w.interval}[w.random.IntN(3)]
		now := time.Now()
		p.asked = append(p.asked, now)
		p.lives = append(p.lives, span{now, now.Add(watchedFor), every})
		at := len(p.lives) - 1
		stop := p.collector.Watch(every)
		p.stops = append(p.stops, func() {
			stop()
			if now := time.Now(); now.Before(p.lives[at].to) {
				p.lives[at].to = now
			}
		})
	case n < 67 && len(p.stops) > 0:
		p.stops[0]()
		p.stops = p.stops[1:]
	default:
		p.set(func() { w.befall(p.firewall) })
	}
	pauses := []time.Duration{0, 0, time.Millisecond, time.Second, 4 * time.Second, 11 * time.Second, 31 * time.Second, 2 * time.Minute, 6 * time.Minute, 20 * time.Minute}
	time.Sleep(pauses[w.random.IntN(len(pauses))])
}

// befall changes what the firewall does from its next call on.
func (w *ward) befall(f *firewall) {
	one := func(errs ...error) error { return errs[w.random.IntN(len(errs))] }
	switch w.random.IntN(8) {
	case 0, 1: // it recovers
		f.err, f.vipErr, f.servicesErr, f.statusErr, f.serversErr = nil, nil, nil, nil, nil
		f.down, f.gone, f.unconfigured = false, false, false
	case 2:
		f.err = one(nil, errTimeout, errUnauthorized, errForbidden, errRefused)
	case 3:
		f.vipErr = one(nil, errTimeout, errUnauthorized, errForbidden, errRefused)
	case 4:
		f.servicesErr, f.serversErr = one(nil, errTimeout, errForbidden), one(nil, errTimeout, errForbidden, errRefused)
		f.statusErr = one(nil, errTimeout, errForbidden)
	case 5:
		f.down = !f.down
	case 6:
		f.gone = !f.gone
	case 7:
		f.unconfigured = !f.unconfigured
	}
}

func (p *patient) ask() {
	p.asked = append(p.asked, time.Now())
	p.collector.ask()
}

func (w *ward) leave() {
	for _, p := range w.patients {
		for range p.borrowed {
			w.registry.Return(p.key)
		}
	}
}

// visit is one call to an endpoint, and the show of its poll.
type visit struct {
	call
	endpoint string
	show     *visit
	changed  bool // of a show: it reports otherwise than the one before
	vanished bool // of a show: wg0 did since the one before
}

func (r report) allUp() bool { return r.gone || !r.down && !r.unconfigured } // no row is up, too

func (r report) nothing() bool { return r.gone || r.unconfigured }

// visits are all calls in their order.
func (p *patient) visits() []*visit {
	var all []*visit
	for name, list := range map[string][]call{
		"show": p.shows, "vips": p.vips, "services": p.services, "servers": p.servers, "status": p.statuses,
	} {
		for _, c := range list {
			all = append(all, &visit{call: c, endpoint: name})
		}
	}
	slices.SortFunc(all, func(a, b *visit) int { return a.order - b.order })
	var show, worked *visit
	for _, v := range all {
		if v.endpoint == "show" {
			if show = v; v.err == nil {
				v.changed = worked == nil || worked.report != v.report
				v.vanished = worked != nil && !worked.report.gone && v.report.gone
				worked = v
			}
		}
		v.show = show
	}
	return all
}

// flips are the ends of the polls that told that the tunnel went up or down.
func (p *patient) flips() (at []time.Time) {
	var before *visit
	flipped := false
	for _, v := range p.visits() {
		if v == v.show {
			flipped = v.err == nil && before != nil && (before.report == report{}) != (v.report == report{})
			if v.err == nil {
				before = v
			}
		} else if flipped {
			at = at[:len(at)-1] // it went on
		}
		if flipped {
			at = append(at, v.end)
		}
	}
	return at
}

// check lists what the design does not allow.
func (p *patient) check(total *tally) (wrong []string) {
	say := func(v *visit, what string, args ...any) {
		wrong = append(wrong, fmt.Sprintf("%s at %s ", v.endpoint, v.start.Format(time.TimeOnly))+fmt.Sprintf(what, args...))
	}
	all := p.visits()
	x := &judge{patient: p, edits: newExcuse(p.edited), rechecks: newExcuse(p.tested), twins: newExcuse(p.sibling.flips())}
	last, timeouts := map[string]*visit{}, map[string]int{}
	for i, v := range all {
		switch {
		case i > 0 && v.start.Before(all[i-1].end):
			say(v, "began before %s ended", all[i-1].endpoint)
		case i > 0 && errors.Is(all[i-1].err, errTimeout) && v != v.show:
			say(v, "was called after another had timed out")
		case v == v.show && !slices.ContainsFunc(p.asked, func(at time.Time) bool { return !v.start.Before(at) && v.start.Sub(at) <= idleAfter }):
			say(v, "was called though nobody had asked for 15 minutes")
		case v != v.show && (v.show == nil || v.show.err != nil):
			say(v, "was called without a show that worked")
		case v.endpoint == "status" && !v.show.report.nothing():
			say(v, "was called though something runs")
		}
		if before := last[v.endpoint]; before != nil {
			if before.show == v.show && v != v.show {
				say(v, "was called twice in one poll")
			}
			if early := x.early(before, v, timeouts[v.endpoint]); early > 0 {
				say(v, "came %s too soon after %s, which ended at %s with %v", early,
					before.start.Format(time.TimeOnly), before.end.Format(time.TimeOnly), before.err)
			}
		}
		timeouts[v.endpoint]++
		if !errors.Is(v.err, errTimeout) {
			timeouts[v.endpoint] = 0
		}
		last[v.endpoint] = v
		total.count(v)
	}
	// A recheck may have waited for a poll with a time-out in it: three tell more than two.
	for i, third := range x.rechecked[min(2, len(x.rechecked)):] {
		if within := third.start.Sub(x.rechecked[i].start); within < recheckEvery-time.Second {
			say(third, "was the third poll for Save & test within %s", within)
		}
	}
	total.edits += x.edits.polls()
	total.rechecks += x.rechecks.polls()
	total.twins += x.twins.polls()
	total.lives += x.live
	return wrong
}

func (t *tally) count(v *visit) {
	t.calls++
	switch v.err {
	case errTimeout:
		t.timeouts++
	case errUnauthorized:
		t.unauthorized++
	case errForbidden:
		t.forbidden++
	}
}

// excuse is what has a poll come out of turn: each time that it happened excuses one
// call to each endpoint.
type excuse struct {
	at   []time.Time
	used map[string][]bool // by endpoint and index in at
}

func newExcuse(at []time.Time) *excuse { return &excuse{at, map[string][]bool{}} }

// take finds one between two times.
func (e *excuse) take(from, to time.Time, endpoint string) bool {
	if e.used[endpoint] == nil {
		e.used[endpoint] = make([]bool, len(e.at))
	}
	for i, at := range e.at {
		if !at.Before(from) && !at.After(to) && !e.used[endpoint][i] {
			e.used[endpoint][i] = true
			return true
		}
	}
	return false
}

// polls is how many came out of turn.
func (e *excuse) polls() (n int) {
	for _, used := range e.used["show"] {
		if used {
			n++
		}
	}
	return n
}

// judge knows the design's pauses, and what excuses a call to a patient.
type judge struct {
	*patient
	edits, rechecks, twins *excuse
	live                   int      // calls for live panels
	rechecked              []*visit // shows for Save & test
}

// early says how much too soon a call came after the one before to the same
// endpoint, of which so many in a row had timed out; 0 when it did not.
func (j *judge) early(before, v *visit, timeouts int) time.Duration {
	due, edit, recheck, twin := j.due(before, v, timeouts)
	early := due.Sub(v.start)
	if early <= 0 {
		return 0
	}
	from, to := before.show.start, v.show.start
	switch {
	case v == v.show && before.err == nil && j.watched(before, v):
		j.live++
	case edit && j.edits.take(from, to, v.endpoint):
	case recheck && j.rechecks.take(from, to, v.endpoint):
		if v == v.show {
			j.rechecked = append(j.rechecked, v)
		}
	case twin && (v != v.show || v.start.Sub(before.end) >= twinPause) && j.twins.take(from.Add(-2*time.Second), to, v.endpoint):
	default:
		return early
	}
	return 0
}

// due is when the design allows the next call to an endpoint, and what may have it
// come sooner.
func (j *judge) due(before, v *visit, timeouts int) (due time.Time, edit, recheck, twin bool) {
	switch {
	case errors.Is(before.err, errTimeout):
		pauses := []time.Duration{60 * time.Second, 120 * time.Second, 240 * time.Second}
		return before.end.Add(max(j.interval, pauses[min(timeouts, len(pauses))-1])), false, false, false
	case errors.Is(before.err, errUnauthorized):
		return before.end.Add(5 * time.Minute), true, false, false
	case errors.Is(before.err, errForbidden):
		return before.end.Add(time.Hour), true, true, false
	}
	changed := map[string]bool{
		"vips":     !v.show.report.allUp() && v.show.changed || v.show.report.unconfigured,
		"services": v.show.vanished, "servers": v.show.vanished,
		"status": v.show.changed || v.show.report.unconfigured,
	}
	often := v == v.show || before.err != nil || v.endpoint == "status" || v.endpoint == "vips" && !v.show.report.allUp()
	switch {
	case changed[v.endpoint]:
		return v.start, false, false, false
	case often:
		// When in a poll a call comes depends on the others in it.
		return before.show.start.Add(j.interval).Add(v.start.Sub(v.show.start)), true, true, true
	}
	return before.start.Add(5 * time.Minute), true, false, false
}

// watched says whether a live panel has the tunnels read that often.
func (j *judge) watched(before, v *visit) bool {
	return slices.ContainsFunc(j.lives, func(s span) bool {
		return !s.from.After(v.start) && !s.to.Before(before.start) && v.start.Sub(before.start) >= s.every
	})
}
