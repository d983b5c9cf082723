package plugin

import (
	"context"
	"errors"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/frames"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

var _ backend.StreamHandler = (*instance)(nil)

// errEnded makes Grafana start a stream again, with the settings that are in force then.
var errEnded = errors.New("the settings of the data source were changed, or it was removed")

// SubscribeStream lets somebody watch, and gives what is known so far.
func (in *instance) SubscribeStream(ctx context.Context, req *backend.SubscribeStreamRequest) (*backend.SubscribeStreamResponse, error) {
	l, err := in.parseLive(req.Path, req.Data)
	if err != nil {
		in.logger.Warn("Live panel refused", "error", err)
		return &backend.SubscribeStreamResponse{Status: backend.SubscribeStreamStatusNotFound}, nil
	}
	resp := &backend.SubscribeStreamResponse{Status: backend.SubscribeStreamStatusOK}
	built, err := in.build(ctx, l.Query, l.panel(in.now()))
	if err != nil {
		in.logger.Debug("Live panel begins without data", "error", err)
		return resp, nil // the frames to come may have some
	}
	if l.Format == query.TimeSeries {
		built = data.Frames{frames.Wide(built, nil)}
	}
	resp.InitialData, err = backend.NewInitialFrame(built[0], data.IncludeAll)
	return resp, err
}

// PublishStream lets nobody write into a channel.
func (*instance) PublishStream(context.Context, *backend.PublishStreamRequest) (*backend.PublishStreamResponse, error) {
	return &backend.PublishStreamResponse{Status: backend.PublishStreamStatusPermissionDenied}, nil
}

// RunStream sends frames while somebody watches a channel, as often as its panel
// wants to move: a table anew, of time series what is new. Meanwhile the firewalls
// are polled that often, once for all who watch.
func (in *instance) RunStream(ctx context.Context, req *backend.RunStreamRequest, sender *backend.StreamSender) error {
	l, err := in.parseLive(req.Path, req.Data)
	if err != nil {
		return err
	}
	for _, m := range in.members {
		if m.reads != nil && l.Filter.Firewall(m.name, m.id) {
			defer m.reads.Watch(l.every)()
		}
	}
	ticks := time.NewTicker(l.every)
	defer ticks.Stop()
	s := stream{instance: in, live: l}
	for {
		f, err := s.next(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			in.logger.Debug("Live panel gets no frame", "error", err)
		case f != nil:
			if err := sender.SendFrame(f, data.IncludeAll); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-in.done:
			return errEnded
		case <-ticks.C:
		}
	}
}

// stream is one channel while it runs.
type stream struct {
	*instance
	live
	newest time.Time // of the polls in the frame before
	names  []string  // of the columns of time series so far
}

// next returns the next frame, nil when nothing is new.
func (s *stream) next(ctx context.Context) (*data.Frame, error) {
	scope := s.ask(ctx, s.Filter)
	newest := newestPoll(scope)
	if ctx.Err() != nil || !newest.After(s.newest) {
		return nil, ctx.Err()
	}
	first := s.newest.IsZero()
	s.newest = newest
	if s.Format != query.TimeSeries {
		built, err := frames.Build(s.Query, scope)
		if err != nil {
			return nil, err
		}
		return built[0], nil
	}
	if first {
		return nil, nil // it was in what the subscription began with
	}
	now := s.now()
	built, err := s.answerPast(ctx, s.Query, panel{from: now, to: now, interval: s.every, exact: true})
	if err != nil {
		return nil, err
	}
	f := frames.Wide(built, s.names)
	s.names = nil
	for _, field := range f.Fields[1:] {
		s.names = append(s.names, field.Name)
	}
	return f, nil
}

func newestPoll(scope []wireguard.Firewall) time.Time {
	var newest time.Time
	for i := range scope {
		if scope[i].Tried.After(newest) {
			newest = scope[i].Tried
		}
	}
	return newest
}
