package query

import (
	"strings"
	"testing"
	"time"
)

func TestExpand(t *testing.T) {
	window := Window{Step: 90 * time.Second, Range: time.Hour, Poll: 30 * time.Second}
	for _, tt := range []struct{ expr, want string }{
		{`$foo`, `error "$foo"`},
		{`up > $threshold`, `error "$threshold"`},
		{`up > ${threshold}`, `error "${threshold"`},
		{`up > ${threshold:raw}`, `error "${threshold"`},
		{`rate(x[[[window]]])`, `error "[[w"`},
		{`rate(x[$__intervals])`, `error "$__intervals"`},
		{`rate(x[$__interval_s])`, `error "$__interval_s"`},
		{`rate(x[$__Interval])`, `error "$__Interval"`},
		{`x{a="b"} > $c`, `error "$c"`},
		{`x{a="b\"} > $c"} > $d`, `error "$d"`},
		{"x{a=`\\`} > $c", `error "$c"`},
		{"1 # it's\n+ $c", `error "$c"`},
		{`x{a='$b'} + "$c`, `x{a='$b'} + "$c`}, // not closed: the engine says so

		{`1`, `1`},
		{`rate(x[$__interval])`, `rate(x[90s])`},
		{`rate(x[${__interval}]) + rate(x[[[__interval]]])`, `rate(x[90s]) + rate(x[90s])`},
		{`$__interval_ms`, `90000`},
		{`rate(x[$__rate_interval])`, `rate(x[120s])`},
		{`increase(x[$__range]) / $__range_s * $__range_ms`, `increase(x[3600s]) / 3600 * 3600000`},
		{`x{a=~".*$"}`, `x{a=~".*$"}`},
		{`x{a=~"$foo|[[bar]]", b='${c}'}`, `x{a=~"$foo|[[bar]]", b='${c}'}`},
		{"x{a=~`\\w+$foo`}", "x{a=~`\\w+$foo`}"},
		{`x{a="\"$b"}`, `x{a="\"$b"}`},
		{"x # costs $5 and $more", "x # costs $5 and $more"},
		{`x{a="$__range"}`, `x{a="3600s"}`},
	} {
		got, err := Query{Expr: tt.expr}.Expand(window)
		if err != nil {
			got, _, _ = strings.Cut(strings.TrimPrefix(err.Error(), "query field expr: "), " names a dashboard variable")
			got = "error " + got
		}
		if got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.expr, got, tt.want)
		}
	}
}

func TestRateInterval(t *testing.T) {
	for _, tt := range []struct{ step, poll, want time.Duration }{
		{time.Second, 30 * time.Second, 2 * time.Minute},
		{30 * time.Second, 30 * time.Second, 2 * time.Minute},
		{5 * time.Minute, 30 * time.Second, 330 * time.Second},
		{90*time.Second + 500*time.Millisecond, 10 * time.Second, 100*time.Second + 500*time.Millisecond},
	} {
		if got := (Window{Step: tt.step, Poll: tt.poll}).Rate(); got != tt.want {
			t.Errorf("steps of %s, polls every %s: %s, want %s", tt.step, tt.poll, got, tt.want)
		}
	}
	if got := duration(1500 * time.Millisecond); got != "1500ms" {
		t.Errorf("written as %s", got)
	}
	if got := duration(0); got != "1ms" {
		t.Errorf("nothing is written as %s", got)
	}
}

// Whatever is left of an expression, its texts stay as they are, and nothing
// outside of them looks like a variable.
func FuzzExpand(f *testing.F) {
	for _, seed := range []string{`rate(x[$__interval])`, `"$a" + '$b' # $c`, "`$d`", `x{a="\"$b"} > ${c}`, `[[__range_ms]]`, `"\`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, expr string) {
		got, err := Query{Expr: expr}.Expand(Window{Step: time.Second, Range: time.Minute, Poll: time.Second})
		if blanked := withoutTexts(expr); len(blanked) != len(expr) {
			t.Errorf("%d bytes became %d", len(expr), len(blanked))
		}
		if err == nil && leftover.MatchString(withoutTexts(got)) {
			t.Errorf("%q is left with a variable: %q", expr, got)
		}
	})
}
