package plugin

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
)

// live is what a live panel asks for.
type live struct {
	query.Query
	every time.Duration // from one frame to the next
	span  time.Duration // of a time series, what its first frame shows
}

// mostSpan bounds what the first frame of a stream may show.
const mostSpan = 720 * time.Hour

// parseLive reads what the front end sends with a subscription. The path must be
// made of it: all who watch a channel get the same frames.
func (in *instance) parseLive(path string, raw json.RawMessage) (live, error) {
	if in.liveInterval == 0 {
		return live{}, &SettingError{"liveMinInterval", "is 0: live panels are switched off"}
	}
	if path != livePath(raw) {
		return live{}, &query.Error{Field: "(channel)", Problem: "does not belong to the query that came with it"}
	}
	var asked struct {
		Query      json.RawMessage `json:"query"`
		IntervalMS int64           `json:"intervalMs"`
		RangeMS    int64           `json:"rangeMs"`
	}
	if err := json.Unmarshal(raw, &asked); err != nil {
		return live{}, &query.Error{Field: "(stream)", Problem: "must be an object with query, intervalMs and rangeMs"}
	}
	q, err := query.Parse(asked.Query, "")
	if err != nil {
		return live{}, err
	}
	if q.Type == query.Problems || q.Type == query.Events || q.Type == query.PromQL {
		return live{}, &query.Error{Field: "queryType", Problem: "only interfaces, peers and firewalls can be live"}
	}
	if q.Format == query.TimeSeries && in.limits.Retention <= 0 {
		return live{}, errHistoryOff
	}
	bounded := func(ms int64, most time.Duration) time.Duration {
		return time.Duration(min(max(ms, 0), most.Milliseconds())) * time.Millisecond
	}
	return live{
		Query: q,
		every: min(max(bounded(asked.IntervalMS, in.pollInterval), in.liveInterval), in.pollInterval),
		span:  bounded(asked.RangeMS, mostSpan),
	}, nil
}

// livePath names a channel after what is sent in it. The front end does the
// same: src/live.ts.
func livePath(raw []byte) string {
	const basis, prime = 0x811c9dc5, 0x01000193
	first, second := fnv.New32a(), uint32(basis^prime)
	_, _ = first.Write(raw)
	for _, b := range raw {
		second = (second ^ uint32(b)) * prime
	}
	return fmt.Sprintf("live/%08x%08x", first.Sum32(), second)
}

// panel is what the first frame of a stream shows, as a panel would ask it now.
func (l *live) panel(now time.Time) panel {
	return panel{from: now.Add(-l.span), to: now, interval: l.every, points: mostLivePoints}
}

// mostLivePoints of a series are in the first frame of a stream.
const mostLivePoints = 1000
