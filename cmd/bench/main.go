// The bench measures what the promises on performance rest on and prints it as
// ratios, which hold from machine to machine better than times do:
//
//   - how much more it costs to decode, judge and frame an answer than to merely
//     decode it with encoding/json (pipeline.go),
//   - what a query costs that is served from a snapshot, in bare gRPC round
//     trips (queries.go),
//   - how many calls 1,000 queries at once cost a firewall (calls.go),
//   - what the history takes of memory and of the processor, and how long it is
//     asked, against a Prometheus with the same samples (past.go),
//   - what a served table costs, against a plugin that fetches and decodes for each
//     query (served.go, reference/),
//   - what a crowd of viewers costs a firewall (viewers.go), and a query for one
//     firewall among many (among.go),
//   - what a fleet takes of the processor and of memory, and what a query costs
//     while a tenth of it hangs (fleet.go).
//
// At the end it reports every figure that is more than a quarter worse than what
// docs/performance.md states (stated.go). A slow machine fails nothing. Only a measurement that did not work, and calls
// beyond the promise, end it with an error. docs/performance.md states figures.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

// settings are the flags.
type settings struct {
	rounds int    // of which medians are taken
	dist   string // folder with the built plugin
	quick  bool
	part   int // the only one to run; 0 is all
	atOnce int // queries of part 3
	state  bool
	// figures are compared with what is stated, but for a smoke run's.
	figures *figures
}

// peers are the sizes of firewall that are measured.
func (s settings) peers() []int {
	if s.quick {
		return []int{50, 1_000}
	}
	return []int{50, 1_000, 10_000}
}

// least is how long one sample lasts at least, so that clocks and the garbage
// collector show in it as they do in the long run.
func (s settings) least() time.Duration {
	if s.quick {
		return 20 * time.Millisecond
	}
	return 200 * time.Millisecond
}

// span is how long a history is measured, crowd of how many peers.
func (s settings) span() time.Duration {
	if s.quick {
		return time.Hour
	}
	return 24 * time.Hour
}

func (s settings) crowd() int {
	if s.quick {
		return 20
	}
	return 200
}

func main() {
	var s settings
	flag.IntVar(&s.rounds, "rounds", 9, "interleaved rounds, of which medians are taken")
	flag.StringVar(&s.dist, "dist", "dist", "folder with the built plugin")
	flag.BoolVar(&s.quick, "quick", false, "a smoke run of a few seconds, whose figures mean little")
	flag.IntVar(&s.part, "part", 0, "run only this part, 1 to 8")
	flag.IntVar(&s.atOnce, "queries", 1_000, "queries at once in part 3")
	flag.BoolVar(&s.state, "state", false, "write the figures to "+statedFile+", as those that docs/performance.md states")
	flag.Parse()
	if s.quick {
		s.rounds = min(s.rounds, 2)
	} else {
		s.figures = new(figures)
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, s, os.Stdout)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "The bench failed:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s settings, out io.Writer) error {
	parts := []func(context.Context, settings, io.Writer) error{measurePipeline, measureQueries, countCalls, measureHistory, measureServed, countViewers, measureAmong, measureFleet}
	switch {
	case s.rounds < 1:
		return errors.New("-rounds must be 1 or more")
	case s.atOnce < 1:
		return errors.New("-queries must be 1 or more")
	case s.part < 0 || s.part > len(parts):
		return fmt.Errorf("-part must be 1 to %d", len(parts))
	case s.part > 0:
		parts = parts[s.part-1 : s.part]
	}
	_, _ = fmt.Fprintf(out, "%s/%s, %d CPUs, %s; medians of %d interleaved rounds\n",
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), s.rounds)
	for _, part := range parts {
		if err := part(ctx, s, out); err != nil {
			return err
		}
	}
	if s.figures == nil {
		return nil
	}
	stated, err := readStated()
	if err != nil {
		return err
	}
	if s.state {
		return s.figures.state(stated)
	}
	return s.figures.report(stated, out)
}
