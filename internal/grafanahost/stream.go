package grafanahost

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// SubscribeStream asks whether somebody may watch a channel, and what they see first.
func (h *Host) SubscribeStream(ctx context.Context, req *backend.SubscribeStreamRequest) (*backend.SubscribeStreamResponse, error) {
	resp, err := h.stream.SubscribeStream(ctx, backend.ToProto().SubscribeStreamRequest(req))
	if err != nil {
		return nil, err
	}
	return backend.FromProto().SubscribeStreamResponse(resp), nil
}

// RunStream hands over what comes in a channel until the context ends, the plugin
// ends it, or take returns an error. Grafana runs a channel once for all who watch
// it.
func (h *Host) RunStream(ctx context.Context, req *backend.RunStreamRequest, take func(json.RawMessage) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := h.stream.RunStream(ctx, backend.ToProto().RunStreamRequest(req))
	for err == nil {
		packet, failure := stream.Recv()
		if failure == nil {
			failure = take(packet.GetData())
		}
		err = failure
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, io.EOF):
		return nil // after which Grafana would not start it again
	}
	return err
}

// Subscribe asks to watch a channel. The frame is what is known so far, nil where
// nothing is.
func (d *DataSource) Subscribe(ctx context.Context, c Channel) (backend.SubscribeStreamStatus, *data.Frame, error) {
	resp, err := d.host.SubscribeStream(ctx, &backend.SubscribeStreamRequest{PluginContext: d.context(), Path: c.Path, Data: c.Data})
	if err != nil {
		return 0, nil, err
	}
	if resp.InitialData == nil || len(resp.InitialData.Data()) == 0 {
		return resp.Status, nil, nil
	}
	f, err := frameOf(resp.InitialData.Data())
	return resp.Status, f, err
}

// Watch hands over the frames of a channel, as RunStream of a host does.
func (d *DataSource) Watch(ctx context.Context, c Channel, take func(*data.Frame) error) error {
	req := &backend.RunStreamRequest{PluginContext: d.context(), Path: c.Path, Data: c.Data}
	return d.host.RunStream(ctx, req, func(raw json.RawMessage) error {
		f, err := frameOf(raw)
		if err != nil {
			return err
		}
		return take(f)
	})
}

func frameOf(raw []byte) (*data.Frame, error) {
	f := &data.Frame{}
	if err := json.Unmarshal(raw, f); err != nil {
		return nil, fmt.Errorf("frame: %w", err)
	}
	return f, nil
}
