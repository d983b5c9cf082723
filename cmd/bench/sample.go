package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"
)

// cpuPerRun runs the task for at least so long and returns what one run of it
// takes of the processor, garbage collection and all. Time of the processor and
// not of the clock: other programs on the machine count less.
func cpuPerRun(ctx context.Context, least time.Duration, task func(context.Context) error) (time.Duration, error) {
	runtime.GC() // the garbage of the sample before is none of this one's
	start, before := time.Now(), cpuTime()
	runs := 0
	for time.Since(start) < least || runs == 0 {
		if err := errors.Join(task(ctx), ctx.Err()); err != nil {
			return 0, err
		}
		runs++
	}
	spent := cpuTime() - before
	if spent <= 0 {
		return 0, fmt.Errorf("%d runs took no time", runs)
	}
	return spent / time.Duration(runs), nil
}

// timePerCall makes calls for at least so long, so many at a time, and returns
// the time by the clock divided by the calls.
func timePerCall(ctx context.Context, least time.Duration, parallel int, call func(context.Context) error) (time.Duration, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var calls atomic.Int64
	var workers sync.WaitGroup
	start := time.Now()
	for range parallel {
		workers.Go(func() {
			for first := true; first || time.Since(start) < least; first = false {
				if err := call(ctx); err != nil {
					cancel(err)
					return
				}
				calls.Add(1)
			}
		})
	}
	workers.Wait()
	if err := context.Cause(ctx); err != nil {
		return 0, err
	}
	return time.Since(start) / time.Duration(calls.Load()), nil
}

// timeEach makes so many calls, so many at a time, and returns how long each took.
func timeEach(ctx context.Context, parallel, calls int, call func(ctx context.Context, i int) error) ([]time.Duration, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	took := make([]time.Duration, calls)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range parallel {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < calls; i = int(next.Add(1)) - 1 {
				start := time.Now()
				if err := call(ctx, i); err != nil {
					cancel(err)
					return
				}
				took[i] = time.Since(start)
			}
		})
	}
	workers.Wait()
	return took, context.Cause(ctx)
}

// percentile is what so many hundredths of the values do not exceed.
func percentile(values []time.Duration, p int) time.Duration {
	return slices.Sorted(slices.Values(values))[(len(values)*p+99)/100-1]
}

func median[N time.Duration | float64](values []N) N {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// table prints lines of cells as columns, all but the first flush right.
type table struct{ lines []string }

func (t *table) line(cells ...any) {
	var b strings.Builder
	for _, cell := range cells {
		_, _ = fmt.Fprintf(&b, "%v\t", cell)
	}
	t.lines = append(t.lines, b.String())
}

func (t *table) print(out io.Writer, title string) error {
	_, _ = fmt.Fprintf(out, "\n%s\n\n", title)
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', tabwriter.AlignRight)
	for _, line := range t.lines {
		_, _ = fmt.Fprintln(w, line)
	}
	return w.Flush()
}

// count writes 10000 as 10,000.
func count(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.3g ms", float64(d)/float64(time.Millisecond))
}

func megabytes(n int) string { return fmt.Sprintf("%.2f MB", float64(n)/1e6) }

func hours(d time.Duration) string { return fmt.Sprintf("%g h", d.Hours()) }
