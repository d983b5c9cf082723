package faults

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
)

type model = map[string]any

// question is one of all the kinds that people, rules and scrapers ask, with its
// answer in a few words.
type question struct {
	name string
	ask  func(context.Context, *patient) string
}

// questions are all that there are, in the order of the document.
var questions = []question{
	{"interfaces, table", table("interfaces", "device", "status")},
	{"interfaces, numeric", numeric(model{"queryType": "interfaces", "metric": "status"}, "device")},
	{"peers, table", table("peers", "peer_name", "status")},
	{"peers, numeric", numeric(model{"queryType": "peers", "metric": "status"}, "peer_name")},
	{"firewalls, table", table("firewalls", "opnsense_instance", "up")},
	{"firewalls, numeric", numeric(model{"queryType": "firewalls", "metric": "up"}, "opnsense_instance")},
	{"problems", problems},
	{"events", events},
	{"promql, numeric", numeric(model{"queryType": "promql", "expr": "opnsense_wireguard_interfaces_status"}, "device")},
	{"promql, table", table("promql", "opnsense_instance", "value")},
	{"metrics route", metricsUp},
	{"list for editors", listed},
	{"Save & test", saveAndTest},
	{"live panel", live},
	{"rule InterfaceDown", rule(func(p *patient) grafanahost.Rule { return p.interfaceDown }, "device")},
	{"rule FirewallUnreachable", rule(func(p *patient) grafanahost.Rule { return p.unreachable }, "opnsense_instance")},
}

// answers are what all questions were answered, by their names.
type answers map[string]string

func (p *patient) ask(ctx context.Context) answers {
	out := answers{}
	for _, q := range questions {
		out[q.name] = q.ask(ctx, p)
	}
	return out
}

// query returns the frames, or in what way there are none.
func (p *patient) query(ctx context.Context, m model) (data.Frames, string) {
	m["refId"] = "A"
	answer, err := p.source.Query(ctx, m)
	switch {
	case err != nil:
		return nil, "no answer: " + err.Error()
	case answer.Error != nil:
		return nil, fmt.Sprintf("error %d, %s", answer.Status, answer.ErrorSource)
	}
	return answer.Frames, ""
}

// table asks for a table and tells what is in one column, by the label in another.
func table(queryType, label, column string) func(context.Context, *patient) string {
	return func(ctx context.Context, p *patient) string {
		m := model{"queryType": queryType, "format": "table"}
		if queryType == "promql" {
			m["expr"] = "opnsense_up"
		}
		frames, failed := p.query(ctx, m)
		if failed != "" {
			return failed
		}
		return columns(frames[0], label, column) + notices(frames[0])
	}
}

// columns tells the values of a column: "wg0 1, wg1 0"; – is null.
func columns(f *data.Frame, label, column string) string {
	labels, _ := f.FieldByName(label)
	values, _ := f.FieldByName(column)
	if labels == nil || values == nil {
		return "no column " + label + " or " + column
	}
	var out []string
	for row := range f.Rows() {
		name, _ := labels.ConcreteAt(row)
		value, ok := values.ConcreteAt(row)
		if !ok {
			value = "–"
		}
		out = append(out, fmt.Sprintf("%v %v", name, value))
	}
	return list(out)
}

func notices(f *data.Frame) string {
	if f.Meta == nil || len(f.Meta.Notices) == 0 {
		return ""
	}
	return " and a notice"
}

func list(parts []string) string {
	if len(parts) == 0 {
		return "nothing"
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// numeric asks as an alert rule does.
func numeric(m model, label string) func(context.Context, *patient) string {
	return func(ctx context.Context, p *patient) string {
		asked := model{"format": "numeric"}
		for k, v := range m {
			asked[k] = v
		}
		frames, failed := p.query(ctx, asked)
		if failed != "" {
			return failed
		}
		numbers, err := grafanahost.ReadNumbers(frames)
		if err != nil {
			return err.Error()
		}
		return told(numbers, label, func(n grafanahost.Number) string {
			if n.Value == nil {
				return "–"
			}
			return fmt.Sprint(*n.Value)
		})
	}
}

func told(numbers []grafanahost.Number, label string, word func(grafanahost.Number) string) string {
	var out []string
	for _, n := range numbers {
		out = append(out, n.Labels[label]+" "+word(n))
	}
	return list(out)
}

func problems(ctx context.Context, p *patient) string {
	frames, failed := p.query(ctx, model{"queryType": "problems"})
	if failed != "" {
		return failed
	}
	return columns(frames[0], "kind", "problem")
}

// events tells how often the firewall could not be read, and whether it still cannot.
func events(ctx context.Context, p *patient) string {
	frames, failed := p.query(ctx, model{"queryType": "events", "filter": model{"kinds": []string{"firewall"}}})
	if failed != "" {
		return failed
	}
	list, err := grafanahost.ReadAnnotations(frames[0])
	switch {
	case err != nil:
		return err.Error()
	case len(list) == 0:
		return "none"
	}
	return list[0].Title
}

func metricsUp(ctx context.Context, p *patient) string {
	resp, err := p.source.Get(ctx, "metrics")
	if err != nil {
		return "no answer: " + err.Error()
	}
	var out []string
	for line := range strings.Lines(string(resp.Body)) {
		for _, family := range []string{"opnsense_up{", "opnsense_wireguard_interfaces_status{"} {
			if strings.HasPrefix(line, family) {
				out = append(out, strings.TrimSuffix(family, "{")+" "+line[strings.LastIndex(line, " ")+1:len(line)-1])
			}
		}
	}
	return list(out)
}

func listed(ctx context.Context, p *patient) string {
	interfaces, err := p.source.Get(ctx, "interfaces")
	if err != nil {
		return "no answer: " + err.Error()
	}
	peers, err := p.source.Get(ctx, "peers")
	if err != nil {
		return "no answer: " + err.Error()
	}
	count := func(r *backend.CallResourceResponse) int { return strings.Count(string(r.Body), `"device":`) }
	return fmt.Sprintf("%d interfaces, %d peers", count(interfaces), count(peers))
}

func saveAndTest(ctx context.Context, p *patient) string {
	health, err := p.source.Health(ctx)
	if err != nil {
		return "no answer: " + err.Error()
	}
	if health.Status == backend.HealthStatusOk {
		return "OK"
	}
	p.told = strings.TrimPrefix(health.Message, "fw: ")
	return "error that says why"
}

var errSeen = errors.New("enough seen")

// live tells what a live panel begins with, and that the first frame after it is
// the same.
func live(ctx context.Context, p *patient) string {
	c, err := p.source.Channel(model{"queryType": "interfaces", "format": "table"}, p.source.Last(0))
	if err != nil {
		return err.Error()
	}
	status, f, err := p.source.Subscribe(ctx, c)
	if err != nil || status != backend.SubscribeStreamStatusOK || f == nil {
		return fmt.Sprintf("status %d, frame: %v, %v", status, f != nil, err)
	}
	began := columns(f, "device", "status") + notices(f)
	err = p.source.Watch(ctx, c, func(f *data.Frame) error {
		if next := columns(f, "device", "status") + notices(f); next != began {
			return fmt.Errorf("began with %s, went on with %s", began, next)
		}
		return errSeen
	})
	if !errors.Is(err, errSeen) {
		return fmt.Sprint(err)
	}
	return began
}

// rule evaluates a shipped rule once.
func rule(of func(*patient) grafanahost.Rule, label string) func(context.Context, *patient) string {
	return func(ctx context.Context, p *patient) string {
		r := of(p)
		_, condition, err := r.Evaluate(ctx, p.source)
		if err != nil {
			return "error, " + onTrouble(r.ExecErrState)
		}
		if len(condition) == 0 {
			return "no data, " + onTrouble(r.NoDataState)
		}
		return told(condition, label, func(n grafanahost.Number) string {
			switch fires, known := n.Fires(); {
			case !known:
				return onTrouble(r.NoDataState)
			case fires:
				return "fires"
			default:
				return "normal"
			}
		})
	}
}

func onTrouble(state string) string {
	switch state {
	case "KeepLast":
		return "keeps its state"
	case "Alerting":
		return "fires"
	}
	return state
}
