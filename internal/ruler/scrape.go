package ruler

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
)

// job is what the documented scrape configuration calls the data source.
const job = "opnsense-wireguard"

// Scrape takes over one page in Prometheus' text format, or a scrape that failed
// when it is nil. Series that the page lacks get the stale markers that
// Prometheus sets.
func (r *Ruler) Scrape(at time.Time, page []byte) error {
	app := r.storage.Appender(context.Background())
	seen := map[string]labels.Labels{}
	if err := r.append(app, seen, at, page); err != nil {
		return errors.Join(err, app.Rollback())
	}
	if err := app.Commit(); err != nil {
		return err
	}
	r.known = seen
	return nil
}

func (r *Ruler) append(app storage.Appender, seen map[string]labels.Labels, at time.Time, page []byte) error {
	add := func(l labels.Labels, v float64) error {
		seen[l.String()] = l
		if _, err := app.Append(0, l, at.UnixMilli(), v); err != nil {
			return fmt.Errorf("%s: %w", l, err)
		}
		return nil
	}
	up := 0.0
	if page != nil {
		up = 1
	}
	if err := add(labels.FromStrings(model.MetricNameLabel, "up", "job", job), up); err != nil {
		return err
	}
	for parse := textparse.NewPromParser(page, labels.NewSymbolTable(), false); ; {
		entry, err := parse.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if entry != textparse.EntrySeries {
			continue
		}
		_, _, v := parse.Series()
		var l labels.Labels
		parse.Labels(&l)
		if err := add(labels.NewBuilder(l).Set("job", job).Labels(), v); err != nil {
			return err
		}
	}
	for name, l := range r.known {
		if _, still := seen[name]; !still {
			if _, err := app.Append(0, l, at.UnixMilli(), math.Float64frombits(value.StaleNaN)); err != nil {
				return err
			}
		}
	}
	return nil
}
