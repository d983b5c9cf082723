package frames

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// The states of a label set under an alert rule. noSet is the whole rule without data.
const (
	noData   = "NoData"
	normal   = "Normal"
	alerting = "Alerting"
	noSet    = "NoData of the whole rule"
)

// evaluateDown reads an answer as Grafana's server-side expressions do and
// applies `$A == 0`: per label set, null is NoData, 0 Alerting, the rest Normal.
// It shares nothing with the code that makes frames, and reads what comes over
// the wire.
func evaluateDown(answer data.Frames) (map[string]string, error) {
	if len(answer) == 0 {
		return map[string]string{noSet: noSet}, nil
	}
	frame, err := overTheWire(answer[0]) // a second frame is silently ignored
	if err != nil {
		return nil, err
	}
	if frame.Meta == nil || frame.Meta.Type != data.FrameTypeNumericLong || frame.Meta.TypeVersion != (data.FrameTypeVersion{0, 1}) {
		return nil, fmt.Errorf("not a numeric-long frame of version 0.1: %+v", frame.Meta)
	}
	states := map[string]string{}
	for _, value := range frame.Fields {
		if !value.Type().Numeric() {
			continue // text is a label; bool and time are ignored
		}
		for row := range value.Len() {
			labels := labelsOf(frame, row).String()
			if _, twice := states[labels]; twice {
				return nil, fmt.Errorf("duplicate label set %s: one error for the whole rule", labels)
			}
			states[labels] = stateOf(value, row)
		}
	}
	if len(states) == 0 {
		states[noSet] = noSet
	}
	return states, nil
}

func overTheWire(f *data.Frame) (*data.Frame, error) {
	raw, err := f.MarshalArrow()
	if err != nil {
		return nil, err
	}
	return data.UnmarshalArrowFrame(raw)
}

func labelsOf(f *data.Frame, row int) data.Labels {
	labels := data.Labels{}
	for _, field := range f.Fields {
		if field.Type().NonNullableType() != data.FieldTypeString {
			continue
		}
		text, known := field.ConcreteAt(row)
		if !known {
			text = ""
		}
		labels[field.Name] = text.(string)
	}
	return labels
}

func stateOf(value *data.Field, row int) string {
	number, err := value.NullableFloatAt(row)
	switch {
	case err != nil || number == nil:
		return noData
	case *number == 0:
		return alerting
	default:
		return normal
	}
}

// What the reader makes of the shapes that must not be sent: the reason for the
// rules that checkNumeric holds.
func TestEvaluateDown(t *testing.T) {
	firewalls := func() *data.Field { return data.NewField("fw", nil, []string{"a", "b"}) }
	numbers := func(v ...float64) *data.Field { return data.NewField("up", nil, v) }
	numeric := func(fields ...*data.Field) *data.Frame {
		return data.NewFrame("", fields...).SetMeta(&data.FrameMeta{Type: data.FrameTypeNumericLong, TypeVersion: data.FrameTypeVersion{0, 1}})
	}
	one := 1.0
	for _, tt := range []struct {
		name    string
		answer  data.Frames
		want    map[string]string
		refused bool
	}{
		{"no frame", nil, map[string]string{noSet: noSet}, false},
		{"no field", data.Frames{numeric()}, map[string]string{noSet: noSet}, false},
		{"no row", data.Frames{numeric(data.NewField("fw", nil, []string{}), numbers())}, map[string]string{noSet: noSet}, false},
		{"a bool only", data.Frames{numeric(firewalls(), data.NewField("up", nil, []bool{false, true}))}, map[string]string{noSet: noSet}, false},
		{"two numbers", data.Frames{numeric(firewalls(), numbers(0, 1), numbers(1, 1))}, nil, true},
		{"the same labels twice", data.Frames{numeric(data.NewField("fw", nil, []string{"a", "a"}), numbers(0, 1))}, nil, true},
		{"no type", data.Frames{data.NewFrame("", firewalls(), numbers(0, 1))}, nil, true},
		{"a second frame", data.Frames{numeric(firewalls(), numbers(1, 1)), numeric(firewalls(), numbers(0, 0))}, map[string]string{"fw=a": normal, "fw=b": normal}, false},
		{"null and null text", data.Frames{numeric(data.NewField("fw", nil, []*string{nil, new("b")}), data.NewField("up", nil, []*float64{&one, nil}))},
			map[string]string{"fw=": normal, "fw=b": noData}, false},
		{"good", data.Frames{numeric(firewalls(), numbers(0, 1))}, map[string]string{"fw=a": alerting, "fw=b": normal}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := evaluateDown(tt.answer)
			if (err != nil) != tt.refused {
				t.Fatalf("error %v, want one: %v", err, tt.refused)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The rule OPNsenseWireGuardInterfaceDown and its like, over every scenario.
func TestRules(t *testing.T) {
	face := func(fw, device, name string) string {
		return fmt.Sprintf("device=%s, device_name=%s, device_type=interface, opnsense_instance=%s", device, name, fw)
	}
	for _, tt := range []struct {
		name  string
		q     query.Query
		scope []wireguard.Firewall
		want  map[string]string
	}{
		{"all up", statusOf(query.Interfaces), healthy(), map[string]string{
			face("hq", "wg0", "road-warrior"): normal, face("hq", "wg1", "site-to-site"): normal, face("branch", "wg0", "site-to-site"): normal,
		}},
		{"one firewall fails: its own keep their state", statusOf(query.Interfaces), failing(), map[string]string{
			face("hq", "wg0", "road-warrior"): noData, face("hq", "wg1", "site-to-site"): noData, face("branch", "wg0", "site-to-site"): normal,
		}},
		{"one never answered: what is expected is there", statusOf(query.Interfaces), neverAnswered(), map[string]string{
			face("hq", "wg0", ""): noData, face("hq", "wg1", "site-to-site"): noData, face("branch", "wg0", "site-to-site"): normal,
		}},
		{"standby and unknown are not down, missing and not configured are", statusOf(query.Interfaces), carpStates(), map[string]string{
			face("hq-b", "wg0", "road-warrior"): normal, face("hq-b", "wg1", "site-to-site"): normal,
			face("hq-b", "wg2", "expected"): alerting, face("hq-b", "wg3", ""): alerting,
			face("hq-c", "wg0", "road-warrior"): noData, face("hq-d", "wg0", "road-warrior"): alerting, face("hq-e", "wg0", "road-warrior"): alerting,
		}},
		{"a vanished interface is down, under the same labels", statusOf(query.Interfaces), vanished(), map[string]string{
			face("hq", "wg0", "road-warrior"): normal, face("hq", "wg1", "site-to-site"): alerting,
		}},
		{"nothing configured", statusOf(query.Interfaces), noRows(), map[string]string{noSet: noSet}},
		{"unreachable is down, not NoData", numericOf(query.Firewalls, query.Up), failing(), map[string]string{
			"opnsense_instance=hq": alerting, "opnsense_instance=branch": normal,
		}},
		{"never reached is down as well", numericOf(query.Firewalls, query.Up), neverAnswered(), map[string]string{
			"opnsense_instance=hq": alerting, "opnsense_instance=branch": normal,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer, err := Build(tt.q, tt.scope)
			if err != nil {
				t.Fatal(err)
			}
			got, err := evaluateDown(answer)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("states (-want +got):\n%s", diff)
			}
		})
	}
}

func statusOf(t query.Type) query.Query { return numericOf(t, query.Status) }

func numericOf(t query.Type, m query.Metric) query.Query {
	return query.Query{Type: t, Format: query.Numeric, Metric: m}
}
