package plugin

import (
	"bytes"
	"context"
	"errors"
	"net/http"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/frames"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/opnsense"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// QueryData answers each query on its own: one that is wrong or cannot be
// answered costs the others nothing.
func (in *instance) QueryData(ctx context.Context, req *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
	resp := backend.NewQueryDataResponse()
	var shared encoded
	if req.Format == backend.DataFrameFormat_ARROW {
		shared = encodedOf(ctx)
	}
	for _, q := range req.Queries {
		resp.Responses[q.RefID] = in.answer(ctx, q, req.Headers[backend.FromAlertHeaderName] != "", shared)
	}
	return resp, nil
}

// answer answers one query with frames, or, where shared is not nil and it is about
// the present, without: its frame is left there, encoded.
func (in *instance) answer(ctx context.Context, raw backend.DataQuery, rule bool, shared encoded) backend.DataResponse {
	delete(shared, raw.RefID) // of another query of that name
	parse := query.Parse
	if rule {
		parse = query.ParseForRule
	}
	q, err := parse(raw.JSON, raw.QueryType)
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
	var built data.Frames
	if shared != nil && !q.FromHistory() {
		shared[raw.RefID], err = in.encoded(q, raw.RefID, in.ask(ctx, q.Filter))
	} else if built, err = in.build(ctx, q, panelOf(raw, in.pollInterval)); err == nil {
		in.warn(built)
	}
	if ctx.Err() != nil {
		return failed(ctx.Err())
	}
	if err != nil {
		return failed(err)
	}
	return backend.DataResponse{Frames: built}
}

// warn adds what is wrong with the general settings.
func (in *instance) warn(built data.Frames) {
	for _, problem := range in.problems {
		built[0].AppendNotices(data.Notice{Severity: data.NoticeSeverityWarning, Text: problem.Error()})
	}
}

// encoded is the answer to a query about the present as the SDK would encode it,
// made once for all who ask the same.
func (in *instance) encoded(q query.Query, refID string, scope []wireguard.Firewall) ([]byte, error) {
	if err := frames.Available(q, scope); err != nil {
		return nil, err // which is not kept: states tell errors only by their texts
	}
	key := answerKey{query: q.Key(), refID: refID}
	if err := errors.Join(in.problems...); err != nil {
		key.problems = err.Error()
	}
	return in.answers.get(key, statesOf(scope), func() ([]byte, error) { return in.encode(q, refID, scope) })
}

func (in *instance) encode(q query.Query, refID string, scope []wireguard.Firewall) ([]byte, error) {
	built, err := frames.Build(q, scope)
	if err != nil {
		return nil, err
	}
	in.warn(built)
	built[0].RefID = refID
	body, err := built[0].MarshalArrow()
	return bytes.Clone(body), err // without the room that it grew in
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
