package grafanahost

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// PrintFrame writes a frame as a table for people: titles, words instead of
// mapped numbers, units, keys cut short; then its notices.
func PrintFrame(w io.Writer, f *data.Frame) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	titles := make([]string, len(f.Fields))
	for i, field := range f.Fields {
		titles[i] = field.Name
		if field.Config != nil && field.Config.DisplayName != "" {
			titles[i] = field.Config.DisplayName
		}
	}
	_, _ = fmt.Fprintln(tw, "  "+strings.Join(titles, "\t"))
	for row := range f.Rows() {
		cells := make([]string, len(f.Fields))
		for i, field := range f.Fields {
			cells[i] = cell(field, row)
		}
		_, _ = fmt.Fprintln(tw, "  "+strings.Join(cells, "\t"))
	}
	if f.Meta != nil {
		for _, n := range f.Meta.Notices {
			_, _ = fmt.Fprintf(tw, "  (%s: %s)\n", n.Severity, n.Text)
		}
	}
	return tw.Flush()
}

func cell(field *data.Field, row int) string {
	v, ok := field.ConcreteAt(row)
	if !ok {
		return "-"
	}
	switch v := v.(type) {
	case time.Time:
		return v.Local().Format(time.TimeOnly)
	case float64:
		return numberCell(field.Config, v)
	case string:
		const most = 44
		if field.Name == "public_key" && len(v) > 8 {
			return v[:8] + "…"
		}
		if r := []rune(v); len(r) > most {
			return string(r[:most]) + "…"
		}
		return v
	default:
		return fmt.Sprint(v)
	}
}

func numberCell(config *data.FieldConfig, v float64) string {
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if config == nil {
		return text
	}
	for _, m := range config.Mappings {
		if words, ok := m.(data.ValueMapper); ok {
			if word, ok := words[text]; ok {
				return word.Text
			}
		}
	}
	switch config.Unit {
	case "s":
		return strconv.FormatFloat(v, 'f', 3, 64) + " s"
	case "decbytes":
		return bytesText(v)
	}
	return text
}

func bytesText(v float64) string {
	for _, unit := range []string{"B", "kB", "MB", "GB"} {
		if v < 1000 {
			return fmt.Sprintf("%.4g %s", v, unit)
		}
		v /= 1000
	}
	return fmt.Sprintf("%.4g TB", v)
}
