package faults

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

// pollInterval is the longest that can be set: polls come when the clock is
// stepped, and not in between.
const pollInterval = 2 * time.Minute

// setup is what is unusual about a firewall and its settings from the beginning.
type setup struct {
	plain, ipv6, pin bool
	timeout          string // "": 5s
	zone             *time.Location
}

// patient is a data source with one firewall, on which a row is tried. wg0 is up
// and wg1 is down, each has two peers.
type patient struct {
	*row
	plugin *plugin
	fw     *firewall
	source *grafanahost.DataSource
	entry  model // of the firewall in the settings
	json   model

	interfaceDown, unreachable grafanahost.Rule

	before, during, after answers
	told                  string // why the firewall cannot be read
	problems              []string
}

func mustPatient(tb testing.TB, p *plugin, lab *simulator.Lab, ca *authority, uid string, r *row) *patient {
	tb.Helper()
	f := mustFirewall(tb, lab, ca, uid, r.setup)
	x := &patient{row: r, plugin: p, fw: f, json: model{"pollInterval": pollInterval.String(), "requestTimeout": "5s", "liveMinInterval": "2m"}}
	x.interfaceDown, x.unreachable = shippedRules(tb)
	if r.setup.timeout != "" {
		x.json["requestTimeout"] = r.setup.timeout
	}
	trust := model{"mode": "ca", "ca": ca.pem()}
	if r.setup.pin {
		trust = model{"mode": "pin", "fingerprint": fingerprint(f.cert)}
	}
	x.entry = model{"id": "fw", "name": "fw", "url": f.url(), "tls": trust, "expect": []any{model{"device": "wg0"}, model{"device": "wg1"}}}
	x.json["firewalls"] = []any{x.entry}
	source, err := p.Save(uid, uid, x.json, map[string]string{"fw.apiKey": "key", "fw.apiSecret": "secret"})
	if err != nil {
		tb.Fatal(err)
	}
	x.source = source.At(p.time)
	return x
}

// save saves settings that differ from the right ones.
func (p *patient) save(change func(f *firewall, entry map[string]any, secret secret)) error {
	entry, secrets := model{}, map[string]string{"fw.apiKey": "key", "fw.apiSecret": "secret"}
	for k, v := range p.entry {
		entry[k] = v
	}
	if change != nil {
		change(p.fw, entry, func(name, value string) { secrets["fw."+name] = value })
	}
	p.json["firewalls"] = []any{entry}
	return p.source.Update(p.json, secrets)
}

func (p *patient) fail(format string, args ...any) {
	p.problems = append(p.problems, fmt.Sprintf(format, args...))
}

// up says whether the firewall's newest poll worked.
func (p *patient) up(ctx context.Context) bool {
	return questionNamed("firewalls, numeric").ask(ctx, p) == "fw 1"
}

func questionNamed(name string) question {
	for _, q := range questions {
		if q.name == name {
			return q
		}
	}
	panic(name)
}

// recovers waits until the firewall can be read: a failing one is polled in the
// background.
func (p *patient) recovers(ctx context.Context) bool {
	for range 100 {
		if p.up(ctx) {
			return true
		}
		time.Sleep(50 * time.Millisecond)
	}
	return false
}

// usage is what a process of the plugin holds.
type usage struct{ goroutines, files, memory int }

func (u usage) String() string {
	return fmt.Sprintf("%d goroutines, %d open files, %d MiB", u.goroutines, u.files, u.memory>>20)
}

func (p *plugin) usage(ctx context.Context) (usage, error) {
	raw, err := p.Metrics(ctx)
	if err != nil {
		return usage{}, err
	}
	var u usage
	for name, to := range map[string]*int{"go_goroutines": &u.goroutines, "process_open_fds": &u.files, "process_resident_memory_bytes": &u.memory} {
		_, rest, found := strings.Cut("\n"+string(raw), "\n"+name+" ")
		text, _, _ := strings.Cut(rest, "\n")
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || !found {
			return u, fmt.Errorf("the plugin's metrics have no %s: %w", name, err)
		}
		*to = int(v)
	}
	return u, nil
}

// comesDownTo waits until the plugin holds no more than it did.
func (p *plugin) comesDownTo(ctx context.Context, most usage) (now usage, err error) {
	for range 60 {
		if now, err = p.usage(ctx); err == nil && now.goroutines <= most.goroutines && now.files <= most.files {
			return now, nil
		}
		time.Sleep(250 * time.Millisecond)
	}
	if err == nil {
		err = fmt.Errorf("the plugin holds %s, and had %s", now, most)
	}
	return now, err
}
