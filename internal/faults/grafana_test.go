package faults

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
)

var grafanaRows = []row{
	{name: "100 queries cancelled while the firewall is slow", fault: slow, play: cutShort(context.Canceled), want: asEver},
	{name: "100 queries whose deadline passes", fault: slow, play: cutShort(context.DeadlineExceeded), want: asEver},
	{name: "settings saved 30 times while queries run", play: savedUnderLoad, want: asEver},
	{name: "firewall removed and added again while a poll is under way", fault: slow, play: removedInPoll, want: asEver},
	{name: "1,000 questions of all kinds at once", play: thousand, want: asEver},
	{name: "unknown fields of newer versions, in queries and settings", fault: fault{saved: func(_ *firewall, entry map[string]any, _ secret) {
		entry["colour"], entry["tls"].(model)["curve"] = "red", []int{1}
	}}, play: newer, want: asEver},
	{name: "queries as early versions saved them", play: early, want: asEver},
	{name: "queries that are nonsense", play: nonsense, want: asEver},
	{name: "settings that are nonsense", play: nonsenseSettings, want: asEver},
	{name: "the plugin's process killed, and started again", play: killed, want: asEver},
}

// slow answers rightly after a while.
var slow = fault{http: func(f *firewall, w http.ResponseWriter, r *http.Request) {
	time.Sleep(300 * time.Millisecond)
	f.light.ServeHTTP(w, r)
}}

// models are queries of all kinds.
var models = []model{
	{"queryType": "interfaces", "format": "table"}, {"queryType": "interfaces", "format": "numeric", "metric": "status"},
	{"queryType": "interfaces", "format": "time_series", "metric": "status"},
	{"queryType": "peers", "format": "table"}, {"queryType": "peers", "format": "numeric", "metric": "rx_rate"},
	{"queryType": "firewalls", "format": "table"}, {"queryType": "firewalls", "format": "numeric", "metric": "up"},
	{"queryType": "problems"}, {"queryType": "events"},
	{"queryType": "promql", "format": "numeric", "expr": "sum(opnsense_up)"}, {"queryType": "promql", "format": "time_series", "expr": "opnsense_up"},
}

// atOnce does something n times at once and returns the first that went wrong.
func atOnce(n int, do func(i int) error) error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = do(i) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// asked sends query number i; an error is one where an answer was due.
func (p *patient) asked(ctx context.Context, i int) error {
	m := model{"refId": "A"}
	maps.Copy(m, models[i%len(models)])
	answer, err := p.source.Query(ctx, m)
	if err == nil {
		err = answer.Error
	}
	if err != nil {
		err = fmt.Errorf("%v: %w", m, err)
	}
	return err
}

// cutShort has queries end before their answers.
func cutShort(why error) func(context.Context, *patient) error {
	return func(ctx context.Context, p *patient) error {
		return atOnce(100, func(i int) error {
			after, want := time.Duration(i)*time.Millisecond, codes.DeadlineExceeded
			ctx, cancel := context.WithCancel(ctx)
			if errors.Is(why, context.Canceled) {
				want = codes.Canceled
				time.AfterFunc(after, cancel)
			} else {
				ctx, cancel = context.WithTimeout(ctx, after)
			}
			defer cancel()
			answer, err := p.source.Query(ctx, model{"refId": "A", "queryType": "interfaces"})
			if code := grpcstatus.Code(err); err != nil && code != want || answer.Error != nil && answer.ErrorSource != backend.ErrorSourceDownstream {
				return fmt.Errorf("%w, %w (%s)", err, answer.Error, answer.ErrorSource)
			}
			return nil
		})
	}
}

// now is the patient as Grafana knows it at the moment, whatever is saved later.
func (p *patient) now() *patient {
	other := *p
	other.source = p.source.On(p.plugin.Host)
	return &other
}

func savedUnderLoad(ctx context.Context, p *patient) error {
	var wg sync.WaitGroup
	errs := make([]error, 30)
	for i := range errs {
		p.json["forgetAfter"] = (time.Hour + time.Duration(i)*time.Second).String() // each is a change for which the firewall is polled
		if err := p.save(nil); err != nil {
			return err
		}
		now := p.now()
		wg.Go(func() { errs[i] = atOnce(20, func(i int) error { return now.asked(ctx, i) }) })
		time.Sleep(10 * time.Millisecond)
	}
	wg.Wait()
	return errors.Join(errs...)
}

func removedInPoll(ctx context.Context, p *patient) error {
	for range 5 {
		now, ended := p.now(), make(chan struct{})
		go func() { defer close(ended); now.up(ctx) }()
		time.Sleep(50 * time.Millisecond)
		p.json["firewalls"] = []any{}
		if err := p.source.Update(p.json, nil); err != nil {
			return err
		}
		answer, err := p.source.Query(ctx, model{"refId": "A", "queryType": "interfaces"})
		if err != nil || answer.Status != http.StatusBadRequest {
			return fmt.Errorf("without firewalls: %d, %w", answer.Status, err)
		}
		<-ended
		if err := p.save(nil); err != nil {
			return err
		}
	}
	if !p.recovers(ctx) {
		return errors.New("is not read again")
	}
	return nil
}

func thousand(ctx context.Context, p *patient) error {
	before := p.fw.light.Requests().Total
	err := atOnce(1000, func(i int) error {
		switch i % 8 {
		case 0:
			if i%200 > 0 {
				return p.asked(ctx, i)
			}
			_, err := p.source.Health(ctx)
			return err
		case 1:
			_, err := p.source.Get(ctx, []string{"metrics", "firewalls", "interfaces", "peers", "nothing"}[i/8%5])
			return err
		case 2:
			if got := live(ctx, p); got != whole["live panel"] {
				return fmt.Errorf("live panel: %s", got)
			}
			return nil
		}
		return p.asked(ctx, i)
	})
	// One poll of four calls, and one for each time that Save & test looks whether a missing privilege was granted.
	if n := p.fw.light.Requests().Total - before; err == nil && n > 4*(1+5) {
		err = fmt.Errorf("a thousand questions cost the firewall %d calls", n)
	}
	return err
}

func newer(ctx context.Context, p *patient) error {
	for _, known := range models {
		m := model{"refId": "A", "newField": model{"a": 1}, "datasource": model{"type": "x", "uid": "y", "apiVersion": "v2"}, "scopes": []any{}}
		maps.Copy(m, known)
		if answer, err := p.source.Query(ctx, m); err != nil || answer.Error != nil {
			return fmt.Errorf("%v: %w %w", m, err, answer.Error)
		}
	}
	return nil
}

// early are queries as they could have been saved before formats and filters were
// what they are, and by Grafana itself.
func early(ctx context.Context, p *patient) error {
	for _, m := range []model{
		{}, {"queryType": "interfaces"}, {"queryType": ""}, {"queryType": "peers", "format": ""}, {"queryType": "interfaces", "filter": nil},
		{"queryType": "interfaces", "filter": model{"firewalls": nil, "interfaces": []string{}}}, {"queryType": "firewalls", "hide": true, "key": "Q-1"},
	} {
		m["refId"] = "A"
		if answer, err := p.source.Query(ctx, m); err != nil || answer.Error != nil {
			return fmt.Errorf("%v: %w %w", m, err, answer.Error)
		}
	}
	return nil
}

func nonsense(ctx context.Context, p *patient) error {
	for _, m := range []model{
		{"queryType": "tunnels"}, {"queryType": "interfaces", "format": "wide"}, {"queryType": "interfaces", "filter": "all"},
		{"queryType": "interfaces", "filter": model{"interfaces": []string{"/(/"}}}, {"queryType": "peers", "format": "numeric", "metric": "colour"},
		{"queryType": "promql"}, {"queryType": "promql", "expr": "sum(("}, {"queryType": "promql", "expr": strings.Repeat("(", 100_000)},
	} {
		m["refId"] = "A"
		answer, err := p.source.Query(ctx, m)
		if err != nil {
			return err
		}
		if answer.Error == nil || answer.Status != http.StatusBadRequest || answer.ErrorSource != backend.ErrorSourceDownstream {
			return fmt.Errorf("%.100v: %w, %d, %s", m, answer.Error, answer.Status, answer.ErrorSource)
		}
	}
	return nil
}

func nonsenseSettings(ctx context.Context, p *patient) error {
	for _, bad := range []any{nil, 7, "x", []int{1}, model{"firewalls": 7}, model{"firewalls": []any{7, nil, model{"id": 7}}}, model{"pollInterval": 7, "timeout": "x"}} {
		if err := p.source.Update(bad, nil); err != nil {
			return err
		}
		answer, err := p.source.Query(ctx, model{"refId": "A", "queryType": "interfaces", "format": "numeric", "metric": "status"})
		if err != nil {
			return err
		}
		if answer.Error == nil || answer.ErrorSource != backend.ErrorSourceDownstream {
			return fmt.Errorf("%v: %w, %s", bad, answer.Error, answer.ErrorSource)
		}
	}
	if err := p.save(nil); err != nil {
		return err
	}
	if !p.recovers(ctx) {
		return errors.New("is not read again")
	}
	return nil
}

// killed asks another process, which is killed while queries run, and the one
// after it.
func killed(ctx context.Context, p *patient) error {
	first, err := p.plugin.another()
	if err != nil {
		return err
	}
	here := p.source
	defer func() { p.source = here }()
	p.source = here.On(first)
	if !p.recovers(ctx) {
		return errors.New("the first process does not read the firewall")
	}
	time.AfterFunc(20*time.Millisecond, first.Kill)
	_ = atOnce(100, func(i int) error { return p.asked(ctx, i) }) // some are answered, and some are not
	second, err := p.plugin.another()
	if err != nil {
		return err
	}
	defer second.Kill()
	p.source = here.On(second)
	// The very first answer after a restart must not lack a row: its alert would resolve.
	if got := questionNamed("rule InterfaceDown").ask(ctx, p); got != whole["rule InterfaceDown"] {
		return fmt.Errorf("the first answer after the restart: %s", got)
	}
	return nil
}
