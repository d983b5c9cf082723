package grafanahost

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/grpcplugin"
	"github.com/grafana/grafana-plugin-sdk-go/genproto/pluginv2"
	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
)

// Host is a running plugin process.
type Host struct {
	client      *goplugin.Client
	data        grpcplugin.DataClient
	resource    grpcplugin.ResourceClient
	diagnostics grpcplugin.DiagnosticsClient
	stream      grpcplugin.StreamClient
}

// BinaryName is the name of the built plugin for the system that this runs on,
// as the SDK's build names it and Grafana looks for it.
func BinaryName() string {
	name := fmt.Sprintf("gpx_opnsense_wireguard_%s_%s", runtime.GOOS, runtime.GOARCH)
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return name
}

// Build builds a plugin's back end into dir, with the race detector, for Start to
// find. Root is the root of the repository, pkg what to build: "./pkg", or a
// variant of it made for tests.
func Build(root, pkg, dir string) error { return build(root, pkg, dir, "-race") }

// BuildAsShipped builds it without the race detector, which takes many times the
// memory, and without C.
func BuildAsShipped(root, pkg, dir string) error { return build(root, pkg, dir) }

func build(root, pkg, dir string, flags ...string) error {
	binary, err := filepath.Abs(filepath.Join(dir, BinaryName()))
	if err != nil {
		return err
	}
	cmd := exec.Command("go", append(append([]string{"build"}, flags...), "-o", binary, pkg)...)
	cmd.Dir = root
	if len(flags) == 0 {
		cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building the plugin: %w\n%s", err, out)
	}
	return nil
}

// Start starts the plugin in dir as Grafana does: its own working directory,
// none of the host's environment, gRPC only. The plugin's log goes to logger.
// Grafana gives no arguments; those here are for a plugin built for a test.
func Start(dir string, logger hclog.Logger, args ...string) (*Host, error) {
	binary, err := filepath.Abs(filepath.Join(dir, BinaryName()))
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(binary, args...)
	cmd.Dir = filepath.Dir(binary)
	client := goplugin.NewClient(&goplugin.ClientConfig{
		Cmd: cmd,
		HandshakeConfig: goplugin.HandshakeConfig{
			ProtocolVersion:  grpcplugin.ProtocolVersion,
			MagicCookieKey:   grpcplugin.MagicCookieKey,
			MagicCookieValue: grpcplugin.MagicCookieValue,
		},
		VersionedPlugins: map[int]goplugin.PluginSet{grpcplugin.ProtocolVersion: {
			"data":        &grpcplugin.DataGRPCPlugin{},
			"resource":    &grpcplugin.ResourceGRPCPlugin{},
			"diagnostics": &grpcplugin.DiagnosticsGRPCPlugin{},
			"stream":      &grpcplugin.StreamGRPCPlugin{},
		}},
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
		SkipHostEnv:      true,
		Logger:           logger,
		SyncStdout:       io.Discard,
		SyncStderr:       io.Discard,
		StartTimeout:     time.Minute,
	})
	h := &Host{client: client}
	if err := h.connect(); err != nil {
		client.Kill()
		return nil, fmt.Errorf("start %s: %w", binary, err)
	}
	return h, nil
}

func (h *Host) connect() error {
	protocol, err := h.client.Client()
	if err != nil {
		return err
	}
	for name, keep := range map[string]func(any) bool{
		"data":        func(c any) (ok bool) { h.data, ok = c.(grpcplugin.DataClient); return ok },
		"resource":    func(c any) (ok bool) { h.resource, ok = c.(grpcplugin.ResourceClient); return ok },
		"diagnostics": func(c any) (ok bool) { h.diagnostics, ok = c.(grpcplugin.DiagnosticsClient); return ok },
		"stream":      func(c any) (ok bool) { h.stream, ok = c.(grpcplugin.StreamClient); return ok },
	} {
		raw, err := protocol.Dispense(name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if !keep(raw) {
			return fmt.Errorf("%s: unexpected client %T", name, raw)
		}
	}
	return nil
}

// Kill ends the plugin's process and waits for it.
func (h *Host) Kill() { h.client.Kill() }

// Pid is the process id of the plugin.
func (h *Host) Pid() int {
	if r := h.client.ReattachConfig(); r != nil {
		return r.Pid
	}
	return 0
}

// QueryData sends queries and returns the answers.
func (h *Host) QueryData(ctx context.Context, req *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
	resp, err := h.data.QueryData(ctx, backend.ToProto().QueryDataRequest(req))
	if err != nil {
		return nil, err
	}
	return backend.FromProto().QueryDataResponse(resp)
}

// CheckHealth is Save & test.
func (h *Host) CheckHealth(ctx context.Context, req *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	resp, err := h.diagnostics.CheckHealth(ctx, &pluginv2.CheckHealthRequest{
		PluginContext: backend.ToProto().PluginContext(req.PluginContext),
	})
	if err != nil {
		return nil, err
	}
	return backend.FromProto().CheckHealthResponse(resp), nil
}

// CallResource calls a resource route and returns the whole answer.
func (h *Host) CallResource(ctx context.Context, req *backend.CallResourceRequest) (*backend.CallResourceResponse, error) {
	stream, err := h.resource.CallResource(ctx, backend.ToProto().CallResourceRequest(req))
	if err != nil {
		return nil, err
	}
	var whole *backend.CallResourceResponse
	for {
		part, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF) && whole != nil:
			return whole, nil
		case errors.Is(err, io.EOF):
			return nil, errors.New("the plugin sent no answer")
		case err != nil:
			return nil, err
		}
		if got := backend.FromProto().CallResourceResponse(part); whole == nil {
			whole = got
		} else {
			whole.Body = append(whole.Body, got.Body...)
		}
	}
}

// Metrics returns the plugin's own metrics in Prometheus' text format.
func (h *Host) Metrics(ctx context.Context) ([]byte, error) {
	resp, err := h.diagnostics.CollectMetrics(ctx, &pluginv2.CollectMetricsRequest{})
	if err != nil {
		return nil, err
	}
	return resp.GetMetrics().GetPrometheus(), nil
}
