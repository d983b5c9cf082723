package faults

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"
)

// row is one row of the matrix.
type row struct {
	name  string
	setup setup
	fault fault
	play  func(context.Context, *patient) error // instead of a fault: what happens to the plugin
	check func(*patient) error                  // what else must have been so while the fault was there
	want  outcome
	again time.Duration // how long the firewall is left in peace; 0: until the next poll
	most  int64         // bytes that it may get rid of; 0: not looked at
}

const (
	poll = pollInterval + 10*time.Second // a little more than it can take until the next one
	// Pauses after a refused key and after a missing privilege.
	refusedPause   = 5 * time.Minute
	forbiddenPause = time.Hour
)

// parallel is how many patients are looked at at once.
const parallel = 12

// matrix is all rows at once, each with a data source of its own in one plugin.
type matrix struct {
	t        *testing.T
	ctx      context.Context
	plugin   *plugin
	patients []*patient
	started  time.Time
}

func (m *matrix) each(do func(*patient)) {
	var wg sync.WaitGroup
	free := make(chan struct{}, parallel)
	for _, p := range m.patients {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			do(p)
		})
	}
	wg.Wait()
}

// step lets time go by, on the plugin's clock and those of the firewalls.
func (m *matrix) step(by time.Duration) {
	m.plugin.step(by)
	for _, p := range m.patients {
		p.fw.light.SetClockSkew(m.plugin.added + p.fw.skew)
		p.fw.light.Refresh(1000)
	}
}

// TestMatrix injects all faults, asks everything, mends, and asks again.
func TestMatrix(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	defer cancel()
	m := &matrix{t: t, ctx: ctx, plugin: mustPlugin(t), started: time.Now()}
	lab, ca := mustLab(t), newAuthority(t)
	begin, err := m.plugin.usage(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		for i := range g.rows {
			uid := fmt.Sprintf("row-%d", len(m.patients)+1)
			m.patients = append(m.patients, mustPatient(t, m.plugin, lab, ca, uid, &g.rows[i]))
		}
	}
	m.said("began")
	m.each(m.healthy)
	m.said("all are asked before the faults")
	whole, err := m.plugin.usage(ctx)
	if err != nil {
		t.Fatal(err)
	}
	m.inject()
	m.step(poll)
	m.each(m.examine)
	m.said("all are asked meanwhile")
	m.repair()
	recovered := m.recover()
	m.said("all are asked afterwards")
	for _, p := range m.patients {
		t.Run(p.name, p.report)
	}
	after, err := m.plugin.comesDownTo(ctx, whole)
	if err != nil {
		t.Error(err)
	}
	empty := m.discharge(begin)
	m.said("the firewalls are removed")
	t.Logf("%d rows injected, %d recovered, nothing lost in %d; the plugin held %s when it was started, %s with all data sources before the faults, %s after them, %s without firewalls",
		len(m.patients), recovered, m.whole(), begin, whole, after, empty)
	checkDocument(t, m.patients)
}

func (m *matrix) said(what string) { m.t.Logf("%4.0f s: %s", time.Since(m.started).Seconds(), what) }

func (m *matrix) healthy(p *patient) {
	if !p.recovers(m.ctx) {
		p.fail("the firewall cannot be read before there is a fault: %s", saveAndTest(m.ctx, p)+": "+p.told)
	}
	p.before, p.told = p.ask(m.ctx), ""
}

func (m *matrix) inject() {
	for _, p := range m.patients {
		p.fw.inject(p.fault)
		if p.fault.saved != nil {
			if err := p.save(p.fault.saved); err != nil {
				m.t.Fatal(err)
			}
		}
	}
}

func (m *matrix) examine(p *patient) {
	if p.play != nil {
		if err := p.play(m.ctx, p); err != nil {
			p.fail("%v", err)
		}
	}
	p.up(m.ctx) // waits for the poll
	p.during = p.ask(m.ctx)
	if f := p.fault; (f.tcp != nil || f.tls != nil || f.http != nil) && p.fw.met.Load() == 0 {
		p.fail("the fault met nobody")
	}
	if sent := p.fw.sent.Load(); p.most > 0 && sent > p.most {
		p.fail("the plugin took %d bytes, the bound is %d", sent, p.most)
	}
	if p.check != nil {
		if err := p.check(p); err != nil {
			p.fail("%v", err)
		}
	}
}

func (m *matrix) repair() {
	for _, p := range m.patients {
		p.fw.repair()
		if p.fault.saved != nil {
			if err := p.save(nil); err != nil {
				m.t.Fatal(err)
			}
		}
	}
}

// recover lets time go by until each must have recovered, and not sooner.
func (m *matrix) recover() int {
	var mu sync.Mutex
	recovered, passed := 0, time.Duration(0)
	for _, pause := range []time.Duration{0, refusedPause, forbiddenPause} {
		by := max(poll, pause-passed)
		m.step(by)
		passed += by
		m.each(func(p *patient) {
			switch {
			case p.again == pause:
				if !p.recovers(m.ctx) {
					p.fail("has not recovered: %s", saveAndTest(m.ctx, p)+": "+p.told)
					return
				}
				p.after = p.ask(m.ctx)
				mu.Lock()
				recovered++
				mu.Unlock()
			case p.again > pause && p.up(m.ctx):
				p.fail("was asked again after %s, want %s", passed, p.again)
			}
		})
	}
	return recovered
}

// whole is in how many rows all is there that was there before.
func (m *matrix) whole() (n int) {
	for _, p := range m.patients {
		if len(p.lost()) == 0 {
			n++
		}
	}
	return n
}

// lost are the answers after the fault that are not those before it. That it was
// there is remembered.
func (p *patient) lost() (out []string) {
	for _, q := range questions {
		if q.name != "events" && p.after[q.name] != p.before[q.name] {
			out = append(out, fmt.Sprintf("%s: %s; before it was %s", q.name, p.after[q.name], p.before[q.name]))
		}
	}
	return out
}

// discharge removes all firewalls from the settings: the plugin must let go of all
// that it had for them.
func (m *matrix) discharge(begin usage) usage {
	m.each(func(p *patient) {
		p.json["firewalls"] = []any{}
		if err := p.source.Update(p.json, nil); err != nil {
			p.fail("%v", err)
		}
		p.up(m.ctx)
	})
	begin.goroutines += 2 // of gRPC, for the calls that there were
	now, err := m.plugin.comesDownTo(m.ctx, begin)
	if err != nil {
		m.t.Error(err)
	}
	return now
}

func (p *patient) report(t *testing.T) {
	for _, problem := range p.problems {
		t.Error(problem)
	}
	for _, phase := range []struct {
		name      string
		got, want answers
	}{{"before the fault", p.before, whole}, {"meanwhile", p.during, p.want.answers()}} {
		for _, q := range questions {
			if phase.got[q.name] != phase.want[q.name] {
				t.Errorf("%s, %s: %s, want %s", phase.name, q.name, phase.got[q.name], phase.want[q.name])
			}
		}
	}
	if len(p.problems) == 0 {
		for _, lost := range p.lost() {
			t.Errorf("afterwards, %s", lost)
		}
	}
	if t.Failed() && p.told != "" {
		t.Logf("told: %s", p.told)
	}
}
