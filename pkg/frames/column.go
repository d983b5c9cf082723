package frames

import (
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
)

// column makes one field out of the rows of a query.
type column[R any] struct {
	name   string
	config data.FieldConfig
	field  func(rows []R) *data.Field
	text   func(R) string // nil for what is no text
}

// text is a column of names and explanations; in numeric frames it is a label.
func text[R any](name, title string, get func(R) string) column[R] {
	return column[R]{name, data.FieldConfig{DisplayName: title}, func(rows []R) *data.Field {
		values := make([]string, len(rows))
		for i, r := range rows {
			values[i] = get(r)
		}
		return data.NewField(name, nil, values)
	}, get}
}

// number is a column of numbers; where get says that there is none it is null.
func number[R any](name string, config data.FieldConfig, get func(R) (float64, bool)) column[R] {
	return column[R]{name: name, config: config, field: func(rows []R) *data.Field {
		values := make([]*float64, len(rows))
		store := make([]float64, len(rows))
		for i, r := range rows {
			if v, ok := get(r); ok {
				store[i] = v
				values[i] = &store[i]
			}
		}
		return data.NewField(name, nil, values)
	}}
}

// instant is a column of points in time; the zero time is null.
func instant[R any](name, title string, get func(R) time.Time) column[R] {
	return column[R]{name: name, config: data.FieldConfig{DisplayName: title}, field: func(rows []R) *data.Field {
		values := make([]*time.Time, len(rows))
		store := make([]time.Time, len(rows))
		for i, r := range rows {
			if t := get(r); !t.IsZero() {
				store[i] = t.UTC()
				values[i] = &store[i]
			}
		}
		return data.NewField(name, nil, values)
	}}
}

// narrowed leaves those rows whose labels match. It may use the memory of rows.
func narrowed[R any](by query.LabelMatchers, labels []column[R], rows []R) []R {
	if len(by) == 0 {
		return rows
	}
	return slices.DeleteFunc(rows, func(r R) bool {
		return !by.Match(func(key string) string {
			for i := range labels {
				if labels[i].name == key {
					return labels[i].text(r)
				}
			}
			return ""
		})
	})
}

// fields makes the fields of a table, with titles for people.
func fields[R any](columns []column[R], rows []R) []*data.Field {
	out := make([]*data.Field, 0, len(columns))
	for _, c := range columns {
		f := c.field(rows)
		config := c.config
		f.Config = &config
		out = append(out, f)
	}
	return out
}

// numericFields makes the labels, under their bare names, and the one number.
func numericFields[R any](labels []column[R], value column[R], rows []R) []*data.Field {
	out := make([]*data.Field, 0, len(labels)+1)
	for _, c := range labels {
		out = append(out, c.field(rows))
	}
	return append(out, fields([]column[R]{value}, rows)...)
}

// counter reads a count in which a negative number means not known.
func counter[N int | int64](n N) (float64, bool) { return float64(n), n >= 0 }
