package plugin

import (
	"context"
	"fmt"
	"io"
	"log"

	"github.com/grafana/grafana-plugin-sdk-go/backend/datasource"
	"github.com/grafana/grafana-plugin-sdk-go/genproto/pluginv2"
	"google.golang.org/grpc"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/collector"
)

// Manage serves the data source until Grafana ends the process. A process may call
// it once.
func Manage(registry *collector.Registry) error {
	// Only Go's own library writes to it: net/http what a server says unasked, which a
	// firewall that means harm could make the key and secret that it was sent.
	log.SetOutput(io.Discard)
	if err := shareAnswers(&pluginv2.Data_ServiceDesc); err != nil {
		return err
	}
	return datasource.Manage(ID, NewFactory(registry), datasource.ManageOpts{})
}

// shareAnswers has answers that are encoded already sent as they are. The SDK
// encodes all frames of every answer, and leaves no other way past that than
// around its handler: docs/adr/0017-answers-are-encoded-once.md.
func shareAnswers(service *grpc.ServiceDesc) error {
	for i := range service.Methods {
		if m := &service.Methods[i]; m.MethodName == "QueryData" {
			m.Handler = sharing(m.Handler)
			return nil
		}
	}
	return fmt.Errorf("the service %s has no method QueryData", service.ServiceName)
}

// sharing lets a handler leave encoded answers in its context, and puts them into
// the message that it answers with.
func sharing(handler grpc.MethodHandler) grpc.MethodHandler {
	return func(srv any, ctx context.Context, dec func(any) error, interceptor grpc.UnaryServerInterceptor) (any, error) {
		e := encoded{}
		answer, err := handler(srv, context.WithValue(ctx, encodedKey{}, e), dec, interceptor)
		if message, ok := answer.(*pluginv2.QueryDataResponse); ok && err == nil {
			e.fill(message)
		}
		return answer, err
	}
}

// encoded are answers of one call, each a frame in Arrow's format, by refID.
type encoded map[string][]byte

type encodedKey struct{}

// encodedOf returns where encoded answers may be left; nil where they may not, and
// frames are wanted.
func encodedOf(ctx context.Context) encoded {
	e, _ := ctx.Value(encodedKey{}).(encoded)
	return e
}

func (e encoded) fill(message *pluginv2.QueryDataResponse) {
	for refID, frame := range e {
		if r := message.Responses[refID]; r != nil && r.Error == "" && len(r.Frames) == 0 {
			r.Frames = [][]byte{frame}
		}
	}
}
