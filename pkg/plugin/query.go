package plugin

import (
	"context"
	"errors"
	"net/http"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/frames"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/opnsense"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
)

// QueryData answers each query on its own: one that is wrong or cannot be
// answered costs the others nothing.
func (in *instance) QueryData(ctx context.Context, req *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
	resp := backend.NewQueryDataResponse()
	for _, q := range req.Queries {
		resp.Responses[q.RefID] = in.answer(ctx, q, req.Headers[backend.FromAlertHeaderName] != "")
	}
	return resp, nil
}

func (in *instance) answer(ctx context.Context, raw backend.DataQuery, rule bool) backend.DataResponse {
	q, err := query.Parse(raw.JSON, raw.QueryType)
	if err != nil {
		return failed(err)
	}
	if rule && (q.Type == query.Problems || q.Type == query.Events) {
		// Empty it would be "no data", which is not what a rule should take for good news.
		return failed(&query.Error{Field: "queryType", Problem: string(q.Type) +
			" is a list without numbers, for people: a rule can ask interfaces, peers or firewalls (format numeric) or promql"})
	}
	if len(in.members) == 0 {
		return failed(errors.Join(in.problems...))
	}
	built, err := in.build(ctx, q, panelOf(raw, in.pollInterval))
	if ctx.Err() != nil {
		return failed(ctx.Err())
	}
	if err != nil {
		return failed(err)
	}
	for _, problem := range in.problems {
		built[0].AppendNotices(data.Notice{Severity: data.NoticeSeverityWarning, Text: problem.Error()})
	}
	return backend.DataResponse{Frames: built}
}

func (in *instance) build(ctx context.Context, q query.Query, shown panel) (data.Frames, error) {
	if q.FromHistory() {
		return in.answerPast(ctx, q, shown)
	}
	return frames.Build(q, in.ask(ctx, q.Filter))
}

// failed says whose error it is, in this one place: a wrong query or setting and
// whatever a firewall or the network does are downstream, the rest is ours.
func failed(err error) backend.DataResponse {
	status, source := http.StatusInternalServerError, backend.ErrorSourcePlugin
	var badQuery *query.Error
	var badSetting *SettingError
	var unavailable *frames.UnavailableError
	var call *opnsense.Error
	switch {
	case errors.As(err, &badQuery):
		status, source = http.StatusBadRequest, backend.ErrorSourceDownstream
	case errors.As(err, &call) && !call.Kind.Downstream():
	case errors.Is(err, context.Canceled):
		status, source = 499, backend.ErrorSourceDownstream
	case errors.Is(err, context.DeadlineExceeded):
		status, source = http.StatusGatewayTimeout, backend.ErrorSourceDownstream
	case errors.As(err, &call):
		status, source = http.StatusBadGateway, backend.ErrorSourceDownstream
	case errors.As(err, &badSetting):
		status, source = http.StatusBadRequest, backend.ErrorSourceDownstream
	case errors.As(err, &unavailable):
		status, source = http.StatusBadGateway, backend.ErrorSourceDownstream
	}
	return backend.DataResponse{Error: err, Status: backend.Status(status), ErrorSource: source}
}
