package grafanahost

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// Panel is what a query's answer is shown in: from when to when, and how finely.
type Panel struct {
	From, To      time.Time
	Interval      time.Duration // from one point to the next
	MaxDataPoints int64         // that it has room for
}

// Last is the panel of a dashboard that shows the time until now, on a wide screen.
func (d *DataSource) Last(span time.Duration) Panel {
	now := d.now()
	return Panel{From: now.Add(-span), To: now, Interval: 30 * time.Second, MaxDataPoints: 1000}
}

// Query sends one query, a model as a panel or rule holds it.
func (d *DataSource) Query(ctx context.Context, model any) (backend.DataResponse, error) {
	return d.QueryPanel(ctx, model, d.Last(time.Hour))
}

// QueryPanel sends one query with what its panel shows.
func (d *DataSource) QueryPanel(ctx context.Context, model any, p Panel) (backend.DataResponse, error) {
	req, refID, err := d.request(model, p)
	if err != nil {
		return backend.DataResponse{}, err
	}
	resp, err := d.host.QueryData(ctx, req)
	if err != nil {
		return backend.DataResponse{}, err
	}
	answer, ok := resp.Responses[refID]
	if !ok {
		return backend.DataResponse{}, fmt.Errorf("the plugin did not answer query %q", refID)
	}
	return answer, nil
}

// QueryEncoded is Query that leaves the frames as they came, in Arrow's format.
func (d *DataSource) QueryEncoded(ctx context.Context, model any) ([][]byte, error) {
	req, refID, err := d.request(model, d.Last(time.Hour))
	if err != nil {
		return nil, err
	}
	resp, err := d.host.data.QueryData(ctx, backend.ToProto().QueryDataRequest(req))
	if err != nil {
		return nil, err
	}
	answer, ok := resp.Responses[refID]
	switch {
	case !ok:
		return nil, fmt.Errorf("the plugin did not answer query %q", refID)
	case answer.Error != "":
		return nil, errors.New(answer.Error)
	}
	return answer.Frames, nil
}

func (d *DataSource) request(model any, p Panel) (req *backend.QueryDataRequest, refID string, err error) {
	raw, err := json.Marshal(model)
	if err != nil {
		return nil, "", fmt.Errorf("query: %w", err)
	}
	var outer struct{ RefID, QueryType string }
	if err := json.Unmarshal(raw, &outer); err != nil {
		return nil, "", fmt.Errorf("query: %w", err)
	}
	q := backend.DataQuery{
		RefID: outer.RefID, QueryType: outer.QueryType, JSON: raw, MaxDataPoints: p.MaxDataPoints, Interval: p.Interval,
		TimeRange: backend.TimeRange{From: p.From, To: p.To},
	}
	return &backend.QueryDataRequest{PluginContext: d.context(), Queries: []backend.DataQuery{q}}, q.RefID, nil
}
