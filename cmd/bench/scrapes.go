package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/prompb"
)

// batch is how many scrapes are sent at once.
const batch = 60

// remote takes samples of series, oldest first. It is nil where there is none.
type remote func(context.Context, []prompb.TimeSeries) error

// scrapes makes samples of pages of metrics as Prometheus does, ends of series
// and all.
type scrapes struct {
	to      remote
	series  map[string]*scraped // by name and labels as they are written
	newest  int                 // number of the newest scrape
	waiting int                 // how many were not sent yet
}

// scraped is one series. Until its samples are sent their times are the place of
// the scrape among those that wait.
type scraped struct {
	prompb.TimeSeries
	seen int  // the newest scrape that had it
	live bool // it did not end
}

func newScrapes(to remote) *scrapes { return &scrapes{to: to, series: map[string]*scraped{}} }

// take adds a page, and says how many samples it had.
func (s *scrapes) take(page []byte) (n int, err error) {
	s.newest++
	for parser := textparse.NewPromParser(page, labels.NewSymbolTable(), false); ; {
		entry, err := parser.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return n, fmt.Errorf("a page of metrics: %w", err)
		}
		if entry != textparse.EntrySeries {
			continue
		}
		name, _, v := parser.Series()
		one := s.series[string(name)]
		if one == nil {
			one = &scraped{}
			var l labels.Labels
			parser.Labels(&l)
			one.Labels = prompb.FromLabels(l, nil)
			s.series[string(name)] = one
		}
		one.seen, one.live = s.newest, true
		s.add(one, v)
		n++
	}
	for _, one := range s.series {
		if one.live && one.seen != s.newest {
			one.live = false
			s.add(one, math.Float64frombits(value.StaleNaN))
		}
	}
	s.waiting++
	return n, nil
}

func (s *scrapes) add(to *scraped, v float64) {
	to.Samples = append(to.Samples, prompb.Sample{Timestamp: int64(s.waiting), Value: v})
}

// flush sends what waits, at the times of those scrapes.
func (s *scrapes) flush(ctx context.Context, times []int64) error {
	var all []prompb.TimeSeries
	for _, one := range s.series {
		for i := range one.Samples {
			one.Samples[i].Timestamp = times[one.Samples[i].Timestamp]
		}
		if len(one.Samples) > 0 {
			all = append(all, one.TimeSeries)
		}
	}
	if s.to != nil && len(all) > 0 {
		if err := s.to(ctx, all); err != nil {
			return err
		}
	}
	for _, one := range s.series {
		one.Samples = one.Samples[:0]
	}
	s.waiting = 0
	return nil
}
