package query

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Window is what the variables in an expression stand for.
type Window struct {
	Step  time.Duration // $__interval: from one point to the next
	Range time.Duration // $__range: what the panel shows, or the rule looks at
	Poll  time.Duration // the poll interval, for $__rate_interval
}

// Rate is a span over which rates can be told at each step: it has at least
// four polls in it, and leaves none between two steps out.
func (w Window) Rate() time.Duration {
	return max(w.Step+w.Poll, 4*w.Poll)
}

var intervals = regexp.MustCompile(`\$__(rate_interval|interval_ms|interval|range_ms|range_s|range)\b|` +
	`\$\{__(rate_interval|interval_ms|interval|range_ms|range_s|range)\}|` +
	`\[\[__(rate_interval|interval_ms|interval|range_ms|range_s|range)\]\]`)

// Expand fills in Grafana's variables for intervals and ranges. Nobody else does
// so in alert rules. What else looks like a variable, outside of texts, is an
// *Error: it was not filled in.
func (q Query) Expand(w Window) (string, error) {
	expr := intervals.ReplaceAllStringFunc(q.Expr, func(name string) string {
		switch strings.Trim(name, "$[]{}_") {
		case "rate_interval":
			return duration(w.Rate())
		case "interval":
			return duration(w.Step)
		case "interval_ms":
			return strconv.FormatInt(w.Step.Milliseconds(), 10)
		case "range":
			return duration(w.Range)
		case "range_s":
			return strconv.FormatInt(int64(w.Range.Seconds()), 10)
		default:
			return strconv.FormatInt(w.Range.Milliseconds(), 10)
		}
	})
	if name := leftover.FindString(withoutTexts(expr)); name != "" {
		return "", leftOver("expr", name)
	}
	return expr, nil
}

// duration writes a duration as PromQL reads it.
func duration(d time.Duration) string {
	d = max(d.Round(time.Millisecond), time.Millisecond)
	if d%time.Second == 0 {
		return strconv.FormatInt(int64(d/time.Second), 10) + "s"
	}
	return strconv.FormatInt(d.Milliseconds(), 10) + "ms"
}

// withoutTexts blanks the texts and comments of a PromQL expression: a $ in a
// regular expression is none of a variable.
func withoutTexts(expr string) string {
	out := []byte(expr)
	var quote byte // which one a text was begun with, '#' in a comment; 0: in neither
	for i := 0; i < len(out); i++ {
		c := out[i]
		switch {
		case quote == 0 && (c == '"' || c == '\'' || c == '`' || c == '#'):
			quote = c
		case quote == '#' && c == '\n', quote != 0 && quote != '#' && c == quote:
			quote = 0
		case quote != 0:
			out[i] = ' '
			if c == '\\' && quote != '`' && quote != '#' && i+1 < len(out) {
				i++
				out[i] = ' '
			}
		}
	}
	return string(out)
}
