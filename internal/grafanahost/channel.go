package grafanahost

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Channel is what a live panel watches: a path that is made of the data beside it.
type Channel struct {
	Path string
	Data json.RawMessage
}

// Channel makes the channel of a live query in a panel as the front end does
// (src/live.ts): no faster than the settings allow, no slower than the polls.
// The query must be as the editor saves it, but for what is not sent.
func (d *DataSource) Channel(model any, p Panel) (Channel, error) {
	floor, poll, err := d.pace()
	if err != nil {
		return Channel{}, err
	}
	var sent struct {
		Query struct {
			QueryType string          `json:"queryType"`
			Format    string          `json:"format"`
			Metric    string          `json:"metric,omitempty"`
			Filter    json.RawMessage `json:"filter,omitempty"`
		} `json:"query"`
		IntervalMS int64 `json:"intervalMs"`
		RangeMS    int64 `json:"rangeMs"`
	}
	raw, err := asJavaScript(model)
	if err != nil {
		return Channel{}, fmt.Errorf("query: %w", err)
	}
	if err := json.Unmarshal(raw, &sent.Query); err != nil {
		return Channel{}, fmt.Errorf("query: %w", err)
	}
	sent.IntervalMS = roundUp(max(floor, min(p.Interval, poll)), time.Second).Milliseconds()
	if sent.Query.Format == "time_series" {
		sent.RangeMS = roundUp(p.To.Sub(p.From), time.Minute).Milliseconds()
	}
	if raw, err = asJavaScript(sent); err != nil {
		return Channel{}, fmt.Errorf("channel: %w", err)
	}
	return Channel{Path: livePath(raw), Data: raw}, nil
}

// pace reads the bounds of a live panel's interval from the settings.
func (d *DataSource) pace() (floor, poll time.Duration, err error) {
	settings := struct{ LiveMinInterval, PollInterval string }{"5s", "30s"}
	if err := json.Unmarshal(d.settings.JSONData, &settings); err != nil {
		return 0, 0, fmt.Errorf("settings: %w", err)
	}
	floor, err = time.ParseDuration(settings.LiveMinInterval)
	if err == nil {
		poll, err = time.ParseDuration(settings.PollInterval)
	}
	if err == nil && floor <= 0 {
		err = errors.New("live panels are switched off")
	}
	return floor, poll, err
}

// asJavaScript writes JSON as JSON.stringify does, but for the order of keys.
func asJavaScript(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}

func roundUp(d, unit time.Duration) time.Duration { return (d + unit - 1) / unit * unit }

// livePath names a channel after its data. A path is short and has few signs to
// choose from, so it is two FNV-1a hashes that begin differently.
func livePath(data []byte) string {
	const basis, prime uint32 = 0x811c9dc5, 0x01000193
	hash := func(state uint32) uint32 {
		for _, b := range data {
			state = (state ^ uint32(b)) * prime
		}
		return state
	}
	return fmt.Sprintf("live/%08x%08x", hash(basis), hash(basis^prime))
}
