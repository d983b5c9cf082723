package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
)

const amongPeers = 20 // of each firewall

// among is how many firewalls the large fleet has.
func (s settings) among() int {
	if s.quick {
		return 20
	}
	return 500
}

// measureAmong asks for one firewall of many, and for the same one where it is the
// only one: the table of its peers, and a bare round trip, which shows what it costs
// that Grafana sends all settings with each call.
func measureAmong(ctx context.Context, s settings, out io.Writer) error {
	host, lab, end, err := setUp(s)
	if err != nil {
		return err
	}
	defer end()
	fleet, err := addFleet(lab, s.among(), amongPeers)
	if err != nil {
		return err
	}
	one := fleet[len(fleet)/2]
	alone, err := saveFleet(host, lab, "alone", pollInterval, one)
	if err != nil {
		return err
	}
	many, err := saveFleet(host, lab, "many", pollInterval, fleet...)
	if err != nil {
		return err
	}
	m := model{"refId": "A", "queryType": "peers", "format": "table", "filter": map[string]any{"firewalls": []string{one.Name()}}}
	a := amongst{pid: host.Pid()}
	for _, c := range []struct {
		name string
		call func(*grafanahost.DataSource) func(context.Context) error
	}{
		{"bare round trip", bare},
		{"peers of one firewall, table", func(d *grafanahost.DataSource) func(context.Context) error { return ask(d, m, amongPeers) }},
	} {
		a.kinds = append(a.kinds, kind{name: c.name, calls: [2]func(context.Context) error{c.call(alone), c.call(many)}})
	}
	if err := a.measure(ctx, s); err != nil {
		return err
	}
	var t table
	t.line("query", "CPU of the plugin, the only one", fmt.Sprintf("one of %d", len(fleet)), "ratio", "less a bare round trip")
	for i, k := range a.kinds {
		less := "-"
		if i > 0 {
			less = fmt.Sprintf("%.2f", median(a.less))
		}
		t.line(k.name, milliseconds(median(k.spent[0])), milliseconds(median(k.spent[1])), s.figures.note("7. "+k.name, fmt.Sprintf("%.2f", median(k.ratios))), less)
	}
	return t.print(out, "7. A query for one firewall, the only one and one of many")
}

// amongst measures kinds of calls, the bare round trip first.
type amongst struct {
	pid   int
	kinds []kind
	less  []float64 // ratios of what the last kind takes more than the first
}

type kind struct {
	name   string
	calls  [2]func(context.Context) error // the only one; one of many
	spent  [2][]time.Duration
	ratios []float64
}

func (a *amongst) measure(ctx context.Context, s settings) error {
	for _, k := range a.kinds {
		for _, call := range k.calls { // has the first polls made
			if err := call(ctx); err != nil {
				return err
			}
		}
	}
	for range s.rounds {
		for i := range a.kinds {
			k := &a.kinds[i]
			for j, call := range k.calls {
				spent, _, err := cpuPerCall(ctx, s, a.pid, call)
				if err != nil {
					return err
				}
				k.spent[j] = append(k.spent[j], spent)
			}
			k.ratios = append(k.ratios, last(k.spent[1])/last(k.spent[0]))
		}
		first, end := &a.kinds[0], &a.kinds[len(a.kinds)-1]
		a.less = append(a.less, (last(end.spent[1])-last(first.spent[1]))/(last(end.spent[0])-last(first.spent[0])))
	}
	return nil
}
