package plugin

import (
	"context"
	"net"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/genproto/pluginv2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

func TestShareAnswersRefuses(t *testing.T) {
	if err := shareAnswers(&grpc.ServiceDesc{ServiceName: "pluginv2.Data"}); err == nil {
		t.Error("a service without QueryData is taken")
	}
}

func TestFill(t *testing.T) {
	message := &pluginv2.QueryDataResponse{Responses: map[string]*pluginv2.DataResponse{
		"failed": {Error: "no"}, "framed": {Frames: [][]byte{{1}}}, "empty": {}, "other": {},
	}}
	encoded{"failed": {2}, "framed": {3}, "empty": {4}, "unknown": {5}}.fill(message)
	got := map[string][][]byte{}
	for refID, r := range message.Responses {
		got[refID] = r.Frames
	}
	if diff := cmp.Diff(map[string][][]byte{"failed": nil, "framed": {{1}}, "empty": {{4}}, "other": nil}, got); diff != "" || len(message.Responses) != 4 {
		t.Error(diff)
	}
}

// mustServe serves an instance with the SDK's own handler, with answers shared or not.
func mustServe(t testing.TB, in *instance, shared bool) pluginv2.DataClient {
	t.Helper()
	opts, err := backend.GRPCServeOpts(backend.ServeOpts{QueryDataHandler: in})
	if err != nil {
		t.Fatal(err)
	}
	service := pluginv2.Data_ServiceDesc
	service.Methods = slices.Clone(service.Methods)
	if shared {
		if err := shareAnswers(&service); err != nil {
			t.Fatal(err)
		}
	}
	listener, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	server.RegisterService(&service, opts.DataServer)
	ended := make(chan error)
	go func() { ended <- server.Serve(listener) }()
	conn, err := grpc.NewClient("unix://"+listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		server.Stop()
		<-ended
	})
	return pluginv2.NewDataClient(conn)
}

// What comes over the wire is the same to the byte whether answers are shared or
// the SDK encodes them.
func TestSharedOverTheWire(t *testing.T) {
	query := func(refID, raw string) *pluginv2.DataQuery {
		return &pluginv2.DataQuery{RefId: refID, Json: []byte(raw), TimeRange: &pluginv2.TimeRange{ToEpochMS: 1}}
	}
	queries := []*pluginv2.DataQuery{
		query("table", `{}`), query("number", `{"format":"numeric"}`), query("firewalls", `{"queryType":"firewalls"}`),
		query("past", `{"format":"time_series"}`), query("bad", `{"metric":"speed"}`), query("none", `{"filter":{"firewalls":["b"]},"format":"numeric"}`),
		query("twice", `{}`), query("twice", `{"queryType":"events"}`), query("again", `{"metric":"speed"}`), query("again", `{}`),
	}
	for format, kept := range map[pluginv2.DataFrameFormat]int{pluginv2.DataFrameFormat_JSON: 0, pluginv2.DataFrameFormat_ARROW: 6} {
		in := mustInstance(t, settingsOf(t, newFakeFirewall(t).entry("a", "ca")))
		plain, sharing := mustServe(t, in, false), mustServe(t, in, true)
		req := &pluginv2.QueryDataRequest{PluginContext: &pluginv2.PluginContext{}, Queries: queries, Format: format}
		want, err := plain.QueryData(context.Background(), req)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			got, err := sharing.QueryData(context.Background(), req)
			if err != nil {
				t.Fatal(err)
			}
			for refID, r := range want.Responses {
				if diff := cmp.Diff(partsOf(r), partsOf(got.Responses[refID])); diff != "" {
					t.Errorf("%s in format %s differs (-plain +shared):\n%s", refID, format, diff)
				}
			}
			if len(got.Responses) != len(want.Responses) {
				t.Errorf("%d answers, want %d", len(got.Responses), len(want.Responses))
			}
		}
		if n := in.answers.count(); n != kept {
			t.Errorf("%d answers are kept in format %s, want %d", n, format, kept)
		}
	}
}

// partsOf are all parts of an answer.
func partsOf(r *pluginv2.DataResponse) any {
	return []any{r.GetError(), r.GetStatus(), r.GetErrorSource(), r.GetFormat(), r.GetFrames(), r.GetJsonMeta()}
}
