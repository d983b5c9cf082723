package faults

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
)

var (
	soakFor  = flag.Duration("soakfor", 10*time.Second, "how long TestSoak goes on")
	soakDays = flag.Float64("soakdays", 0.05, "how many simulated days TestSoakDays plays")
)

const (
	soaked = 8 // firewalls
	// longestPause is how long a firewall is left in peace in all when it times out three
	// times in a row, as it may on a busy machine: 60, 120 and 240 seconds.
	longestPause = 7 * time.Minute
)

// soak is what goes on at once, and what was counted.
type soak struct {
	t        *testing.T
	ctx      context.Context // of the questions
	end      time.Time
	plugin   *plugin
	patients []*patient
	faults   []row
	mu       sync.RWMutex // guards the settings of the patients

	injected, recovered, queries, frames, streams, saves, others atomic.Int64
}

// newSoak makes data sources with one firewall each, that are polled so often.
func newSoak(t *testing.T, ctx context.Context, every time.Duration, with setup, faults []row) *soak {
	s := &soak{t: t, ctx: ctx, plugin: mustPlugin(t), faults: faults}
	lab, ca := mustLab(t), newAuthority(t)
	for i := range soaked {
		p := mustPatient(t, s.plugin, lab, ca, fmt.Sprintf("soak-%d", i), &row{setup: with})
		maps.Copy(p.json, model{"pollInterval": every.String(), "liveMinInterval": "1s"})
		if err := p.save(nil); err != nil {
			t.Fatal(err)
		}
		s.patients = append(s.patients, p)
	}
	return s
}

// injectable are faults of the matrix that need nothing but a firewall: those that
// are over with the next poll, and those that it takes a time-out to notice.
func injectable() (quick, all []row) {
	for _, g := range groups {
		for _, r := range g.rows {
			if r.play != nil || r.fault.saved != nil || r.again > 0 || r.setup.plain || r.setup.ipv6 || r.setup.pin {
				continue
			}
			all = append(all, r)
			if r.setup == (setup{}) && r.most == 0 {
				quick = append(quick, r)
			}
		}
	}
	return quick, all
}

// asNow is a patient as it is saved at the moment.
func (s *soak) asNow(i int) *patient {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.patients[i%len(s.patients)].now()
}

func (s *soak) over() bool { return !time.Now().Before(s.end) }

// harm injects one fault after the other into a firewall, and sees it recover.
func (s *soak) harm(p *patient) {
	for !s.over() {
		r := s.faults[rand.IntN(len(s.faults))] //nolint:gosec // any will do
		p.fw.inject(r.fault)
		s.injected.Add(1)
		time.Sleep(time.Duration(1000+rand.IntN(4000)) * time.Millisecond) //nolint:gosec // any will do
		p.fw.repair()
		if !s.recovers(p) {
			s.mu.RLock()
			now := p.now()
			s.mu.RUnlock()
			s.t.Errorf("%s: has not recovered from: %s: %s: %s", p.source.UID(), r.name, saveAndTest(s.ctx, now), now.told)
			return
		}
		s.recovered.Add(1)
	}
}

// recovers waits as long as a firewall may be left in peace.
func (s *soak) recovers(p *patient) bool {
	for end := time.Now().Add(longestPause + 30*time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		s.mu.RLock()
		now := p.now()
		s.mu.RUnlock()
		if now.up(s.ctx) {
			return true
		}
	}
	return false
}

// question asks for anything, again and again.
func (s *soak) question() {
	for i := rand.IntN(1000); !s.over(); i++ { //nolint:gosec // any will do
		p := s.asNow(i)
		m := maps.Clone(models[i%len(models)])
		m["refId"] = "A"
		answer, err := p.source.Query(s.ctx, m)
		if err != nil || answer.Error != nil && answer.ErrorSource != backend.ErrorSourceDownstream {
			s.t.Errorf("%v: %v %v, %s", m, err, answer.Error, answer.ErrorSource)
			return
		}
		s.queries.Add(1)
		if i%10 == 0 {
			_, err := p.source.Get(s.ctx, []string{"metrics", "firewalls", "interfaces", "peers"}[i/10%4])
			if _, unwell := p.source.Health(s.ctx); err != nil || unwell != nil {
				s.t.Errorf("%v, %v", err, unwell)
			}
			s.others.Add(2)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// watch keeps a live panel open for some seconds, and then another.
func (s *soak) watch(i int) {
	for ; !s.over(); i++ {
		p := s.asNow(i)
		panel := p.source.Last(time.Minute)
		panel.Interval = time.Second
		c, err := p.source.Channel(model{"queryType": "peers", "format": []string{"table", "time_series"}[i%2], "metric": "rx_rate"}, panel)
		if err == nil {
			ctx, cancel := context.WithTimeout(s.ctx, 5*time.Second)
			_, _, err = p.source.Subscribe(ctx, c)
			if err == nil {
				// It ends with the time, or when settings are changed.
				_ = p.source.Watch(ctx, c, func(*data.Frame) error { s.frames.Add(1); return nil })
			}
			cancel()
		}
		if err != nil && grpcstatus.Code(err) != codes.DeadlineExceeded {
			s.t.Error(err)
			return
		}
		s.streams.Add(1)
	}
}

// settle saves other settings now and then.
func (s *soak) settle() {
	for i := 0; !s.over(); i++ {
		time.Sleep(2 * time.Second)
		s.mu.Lock()
		p := s.patients[i%len(s.patients)]
		p.json["forgetAfter"] = (time.Hour + time.Duration(i)*time.Second).String()
		err := p.save(nil)
		s.mu.Unlock()
		if err != nil {
			s.t.Error(err)
		}
		s.saves.Add(1)
	}
}

// samples are what the plugin held, every few seconds.
func (s *soak) samples() (out []usage) {
	for !s.over() {
		time.Sleep(min(5*time.Second, *soakFor/4))
		u, err := s.plugin.usage(s.ctx)
		if err != nil {
			s.t.Error(err)
			return out
		}
		out = append(out, u)
	}
	return out
}

// TestSoak injects faults at random while everybody asks, watches and saves.
func TestSoak(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), *soakFor+2*longestPause)
	defer cancel()
	quick, all := injectable()
	if *soakFor < longestPause {
		all = quick
	}
	s := newSoak(t, ctx, 10*time.Second, setup{timeout: "2s"}, all)
	begin, err := s.plugin.usage(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s.end = time.Now().Add(*soakFor)
	var wg sync.WaitGroup
	for i, p := range s.patients {
		wg.Go(func() { s.harm(p) })
		if i < 4 {
			wg.Go(s.question)
			wg.Go(func() { s.watch(i) })
		}
	}
	wg.Go(s.settle)
	held := s.samples()
	wg.Wait()
	calls := 0
	for _, p := range s.patients {
		calls += p.fw.light.Requests().Total
	}
	s.empty(begin)
	t.Logf("%s: %d faults injected, %d recovered; %d calls that firewalls answered rightly; %d queries, %d other questions, %d live panels with %d frames, %d times settings saved",
		*soakFor, s.injected.Load(), s.recovered.Load(), calls, s.queries.Load(), s.others.Load(), s.streams.Load(), s.frames.Load(), s.saves.Load())
	if s.injected.Load() != s.recovered.Load() || s.queries.Load() == 0 || s.frames.Load() == 0 || s.saves.Load() == 0 {
		t.Error("too little happened, or not all recovered")
	}
	steady(t, held)
}

// empty removes all firewalls, and sees the plugin let go of all that it had for them.
func (s *soak) empty(begin usage) {
	m := &matrix{t: s.t, ctx: s.ctx, plugin: s.plugin, patients: s.patients}
	after := m.discharge(begin)
	for _, p := range s.patients {
		for _, problem := range p.problems {
			s.t.Error(problem)
		}
	}
	s.t.Logf("the plugin held %s when it was started, %s at the end, without firewalls", begin, after)
}

// steady: the plugin needs no more in the second half than in the first, but for
// what comes and goes.
func steady(t *testing.T, held []usage) {
	if len(held) < 4 {
		return
	}
	most := func(of []usage) (out usage) {
		for _, u := range of {
			out = usage{max(out.goroutines, u.goroutines), max(out.files, u.files), max(out.memory, u.memory)}
		}
		return out
	}
	first, second := most(held[:len(held)/2]), most(held[len(held)/2:])
	t.Logf("at most %s in the first half, %s in the second; at first %s, at last %s", first, second, held[0], held[len(held)-1])
	if second.goroutines > first.goroutines*3/2 || second.files > first.files*3/2 || second.memory > first.memory*5/4+64<<20 {
		t.Error("the plugin holds more and more")
	}
}

// TestSoakDays plays days by the stepped clock, with a fault now and then.
func TestSoakDays(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Minute)
	defer cancel()
	quick, _ := injectable()
	s := newSoak(t, ctx, pollInterval, setup{}, quick)
	m := &matrix{t: t, ctx: ctx, plugin: s.plugin, patients: s.patients}
	ill := map[*patient]string{}
	var held []usage
	steps := int(*soakDays * float64(day/poll))
	for n := range steps {
		for _, p := range s.patients {
			switch was, is := ill[p]; {
			case is:
				p.fw.repair()
				delete(ill, p)
				m.step(poll)
				if !p.recovers(ctx) {
					t.Fatalf("step %d: %s has not recovered from: %s: %s: %s", n, p.source.UID(), was, saveAndTest(ctx, p), p.told)
				}
				s.recovered.Add(1)
			case rand.IntN(10) == 0: //nolint:gosec // any will do
				r := quick[rand.IntN(len(quick))] //nolint:gosec // any will do
				p.fw.inject(r.fault)
				ill[p] = r.name
				s.injected.Add(1)
			}
		}
		m.step(poll)
		m.each(func(p *patient) { p.up(ctx) })
		if n%max(1, steps/20) == 0 {
			u, err := s.plugin.usage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			held = append(held, u)
		}
	}
	t.Logf("%.1f simulated days: %d faults injected, %d recovered", s.plugin.added.Hours()/24, s.injected.Load(), s.recovered.Load())
	if n := s.injected.Load() - s.recovered.Load(); s.recovered.Load() == 0 || n != int64(len(ill)) {
		t.Errorf("%d have not recovered, %d are still ill", n, len(ill))
	}
	steady(t, slices.Clip(held))
}
