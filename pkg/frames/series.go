package frames

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/history"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
)

// TimeSeries makes a frame of type timeseries-multi for each series: the time,
// and the value with the series' labels. Where nothing was known there is no
// point; step tells Grafana how far apart points are, so that it draws the gap.
func TimeSeries(q query.Query, series []history.Series, step time.Duration) data.Frames {
	out := make(data.Frames, 0, len(series))
	for i := range series {
		s := &series[i]
		times, values := make([]time.Time, len(s.Points)), make([]float64, len(s.Points))
		for k, p := range s.Points {
			times[k], values[k] = time.UnixMilli(p.T).UTC(), p.V
		}
		at := data.NewField("time", nil, times)
		at.Config = &data.FieldConfig{Interval: float64(step.Milliseconds())}
		value := data.NewField(valueName(q, s), s.Labels, values)
		config := seriesConfig(q)
		config.DisplayNameFromDS = legend(q, s)
		value.Config = &config
		f := data.NewFrame("", at, value)
		out = append(out, f.SetMeta(typed(data.FrameTypeTimeSeriesMulti)))
	}
	if len(out) == 0 { // an answer without a frame could bear no notice
		out = append(out, data.NewFrame("").SetMeta(typed(data.FrameTypeTimeSeriesMulti)))
	}
	return out
}

func typed(t data.FrameType) *data.FrameMeta {
	return &data.FrameMeta{Type: t, TypeVersion: data.FrameTypeVersion{0, 1}}
}

func valueName(q query.Query, s *history.Series) string {
	switch {
	case q.Metric != "":
		return string(q.Metric)
	case s.Name != "":
		return s.Name
	}
	return "value"
}

// seriesConfig shows a metric as its column in a table does.
func seriesConfig(q query.Query) data.FieldConfig {
	config := data.FieldConfig{}
	switch q.Type {
	case query.Interfaces:
		config = configOf(interfaceColumns, q.Metric)
	case query.Peers:
		config = configOf(peerColumns, q.Metric)
	case query.Firewalls:
		config = configOf(firewallColumns, q.Metric)
	case query.Problems, query.Events, query.PromQL:
	}
	config.DisplayName, config.Custom = "", nil // the series has a name of its own, and is no cell
	return config
}

func configOf[R any](columns []column[R], metric query.Metric) data.FieldConfig {
	return columns[slices.IndexFunc(columns, func(c column[R]) bool { return c.name == string(metric) })].config
}

// legend is what a series is called in a panel.
func legend(q query.Query, s *history.Series) string {
	switch q.Type {
	case query.Interfaces:
		return s.Labels["opnsense_instance"] + " / " + tunnel(s.Labels)
	case query.Peers:
		name := s.Labels["peer_name"]
		if name == "" {
			name = s.Labels["public_key"]
		}
		return s.Labels["opnsense_instance"] + " / " + tunnel(s.Labels) + " / " + name
	case query.Firewalls:
		return s.Labels["opnsense_instance"]
	case query.Problems, query.Events, query.PromQL:
	}
	if q.Legend == "" {
		return s.String()
	}
	return placeholder.ReplaceAllStringFunc(q.Legend, func(p string) string {
		name := strings.TrimSpace(strings.Trim(p, "{}"))
		if name == "__name__" {
			return s.Name
		}
		return s.Labels[name]
	})
}

var placeholder = regexp.MustCompile(`\{\{[^{}]*\}\}`)

func tunnel(labels map[string]string) string {
	if labels["device_name"] == "" {
		return labels["device"]
	}
	return labels["device_name"]
}

// Instant makes the one frame of a PromQL query's present values: a row for each
// series, a text column for each label that any of them has, and the value.
func Instant(q query.Query, series []history.Series) *data.Frame {
	names := map[string]bool{}
	for i := range series {
		for name := range series[i].Labels {
			names[name] = true
		}
	}
	var fields []*data.Field
	if q.Format == query.Table {
		times := make([]time.Time, len(series))
		for i := range series {
			times[i] = time.UnixMilli(series[i].Points[0].T).UTC()
		}
		fields = append(fields, data.NewField("time", nil, times))
		if slices.ContainsFunc(series, func(s history.Series) bool { return s.Name != "" }) {
			fields = append(fields, text("__name__", "", func(s history.Series) string { return s.Name }).field(series))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		fields = append(fields, text(name, "", func(s history.Series) string { return s.Labels[name] }).field(series))
	}
	values := make([]*float64, len(series))
	for i := range series {
		values[i] = &series[i].Points[0].V
	}
	fields = append(fields, data.NewField("value", nil, values))
	f := data.NewFrame("", fields...)
	if q.Format == query.Table {
		return f.SetMeta(typed(data.FrameTypeTable))
	}
	return f.SetMeta(typed(data.FrameTypeNumericLong))
}

// Wide joins time series into the one frame that a stream can send: the time, and
// a column for each series that bears its name, by which Grafana recognises it in
// the next frame. Names are columns of the frame before, which come first and stay.
func Wide(series data.Frames, names []string) *data.Frame {
	byName := map[string]*data.Frame{}
	for _, name := range names {
		byName[name] = nil // a column that no series has filled yet
	}
	names = slices.Clone(names)
	var times []time.Time
	rows := map[int64]int{} // by time
	for _, f := range series {
		if len(f.Fields) == 0 {
			continue
		}
		name := f.Fields[1].Config.DisplayNameFromDS
		for byName[name] != nil {
			name += "\u00a0" // two series may be called the same, two columns may not
		}
		if _, known := byName[name]; !known {
			names = append(names, name)
		}
		byName[name] = f
		for k := range f.Fields[0].Len() {
			at := f.Fields[0].At(k).(time.Time)
			if _, there := rows[at.UnixMilli()]; !there {
				rows[at.UnixMilli()] = 0
				times = append(times, at)
			}
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	for i, at := range times {
		rows[at.UnixMilli()] = i
	}
	fields := []*data.Field{data.NewField("time", nil, times)}
	for _, name := range names {
		fields = append(fields, wideColumn(name, byName[name], rows))
	}
	out := data.NewFrame("", fields...).SetMeta(typed(data.FrameTypeTimeSeriesWide))
	if len(series) > 0 && series[0].Meta != nil {
		out.Meta.Notices = series[0].Meta.Notices
	}
	return out
}

// wideColumn spreads a series over the rows; f is nil where there is none.
func wideColumn(name string, f *data.Frame, rows map[int64]int) *data.Field {
	values := make([]*float64, len(rows))
	if f == nil {
		return data.NewField(name, nil, values)
	}
	at, value := f.Fields[0], f.Fields[1]
	for k := range value.Len() {
		v := value.At(k).(float64)
		values[rows[at.At(k).(time.Time).UnixMilli()]] = &v
	}
	column := data.NewField(name, value.Labels, values) // which copies them
	column.Config = value.Config
	return column
}
