package grafanahost

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// Number is one number of an alert query with its labels.
type Number struct {
	Labels data.Labels
	Value  *float64 // nil is null
}

// Key is the label set as text, sorted.
func (n Number) Key() string { return labelText(n.Labels) }

func labelText(l data.Labels) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(l)) {
		parts = append(parts, k+"="+l[k])
	}
	return strings.Join(parts, " ")
}

// ReadNumbers reads an answer as Grafana's server-side expressions read a
// numeric-long one. Every other shape is an error here: Grafana accepts some of
// them and understands something else.
func ReadNumbers(frames data.Frames) ([]Number, error) {
	if len(frames) != 1 {
		return nil, fmt.Errorf("%d frames: Grafana reads the first numeric-long frame and ignores the others", len(frames))
	}
	f := frames[0]
	if f.Meta == nil || f.Meta.Type != data.FrameTypeNumericLong || f.Meta.TypeVersion != (data.FrameTypeVersion{0, 1}) {
		return nil, fmt.Errorf("frame %q is not typed numeric-long 0.1", f.Name)
	}
	value := -1
	for i, field := range f.Fields {
		switch {
		case field.Type().Numeric() && value >= 0:
			return nil, fmt.Errorf("frame %q has two numeric columns, %q and %q: twice the numbers under the same labels", f.Name, f.Fields[value].Name, field.Name)
		case field.Type().Numeric():
			value = i
		case field.Type() != data.FieldTypeString && field.Type() != data.FieldTypeNullableString:
			return nil, fmt.Errorf("frame %q: column %q is neither number nor text, Grafana ignores it", f.Name, field.Name)
		}
	}
	if value < 0 {
		return nil, fmt.Errorf("frame %q has no numeric column: no data", f.Name)
	}
	return numbers(f, value)
}

func numbers(f *data.Frame, value int) ([]Number, error) {
	var out []Number
	seen := map[string]bool{}
	for row := range f.Rows() {
		n := Number{Labels: data.Labels{}}
		for i, field := range f.Fields {
			if v, ok := field.ConcreteAt(row); ok && i != value {
				n.Labels[field.Name], _ = v.(string)
			}
		}
		if v, err := f.Fields[value].NullableFloatAt(row); err == nil && v != nil {
			copied := *v
			n.Value = &copied
		}
		if seen[n.Key()] {
			return nil, fmt.Errorf("two rows have the labels %s: Grafana refuses the whole rule", n.Key())
		}
		seen[n.Key()] = true
		out = append(out, n)
	}
	return out, nil
}

// Compare evaluates "$A == 0" and the like: 1 or 0, null for null.
func Compare(in []Number, operator string, against float64) ([]Number, error) {
	compare := map[string]func(v float64) bool{
		"==": func(v float64) bool { return v == against },
		"!=": func(v float64) bool { return v != against },
		">":  func(v float64) bool { return v > against },
		"<":  func(v float64) bool { return v < against },
	}[operator]
	if compare == nil {
		return nil, fmt.Errorf("operator %q is not known here", operator)
	}
	var out []Number
	for _, n := range in {
		result := Number{Labels: n.Labels}
		if n.Value != nil {
			v := 0.0
			if compare(*n.Value) {
				v = 1
			}
			result.Value = &v
		}
		out = append(out, result)
	}
	return out, nil
}

// Fires says what a condition's value means: null is no data for that label
// set, 0 is normal, everything else, NaN too, fires.
func (n Number) Fires() (fires, known bool) {
	if n.Value == nil {
		return false, false
	}
	return *n.Value != 0 || math.IsNaN(*n.Value), true
}
