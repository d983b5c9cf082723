package page

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

const root = "../.."

// pluginDir holds the plugin as built for these tests.
var pluginDir string

func TestMain(m *testing.M) {
	grafanahost.Main(root, "./pkg", func(dir string) int {
		pluginDir = dir
		if err := os.WriteFile(filepath.Join(dir, "plugin.json"), []byte(`{"id":"opnsense-wireguard-datasource"}`), 0o600); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	})
}

// visitor is a browser at the page.
type visitor struct {
	tb   testing.TB
	lab  *simulator.Lab
	page *Server
	url  string
}

func mustVisit(tb testing.TB) visitor {
	tb.Helper()
	lab, err := simulator.NewDemoLab(hclog.NewNullLogger(), simulator.DemoOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(lab.Close)
	host, err := grafanahost.Start(pluginDir, hclog.NewNullLogger())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(host.Kill)
	source, err := host.Provision(filepath.Join(root, "provisioning/datasources/opnsense-wireguard.yaml"), lab.Environment(), "10s")
	if err != nil {
		tb.Fatal(err)
	}
	rules, err := OpenRules(tb.TempDir(), filepath.Join(root, "deploy/prometheus/opnsense-wireguard.rules.yml"), time.Second, 0)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = rules.ruler.Close() })
	built := tb.TempDir()
	if err := os.WriteFile(filepath.Join(built, "index.html"), []byte("the page"), 0o600); err != nil {
		tb.Fatal(err)
	}
	server := httptest.NewUnstartedServer(nil)
	page := New(Config{
		Address: server.Listener.Addr().String(), Built: built, Plugin: pluginDir, Provisioning: filepath.Join(root, "provisioning"),
		Source: source, Lab: lab.ControlHandler(), Rules: rules, Hints: []string{"a hint"},
	})
	server.Config.Handler = page.Handler()
	server.Start()
	tb.Cleanup(server.Close)
	return visitor{tb, lab, page, server.URL}
}

// call returns status and body; headers as "Name: value".
func (v visitor) call(method, path, body string, headers ...string) (int, string) {
	v.tb.Helper()
	r, err := http.NewRequestWithContext(v.tb.Context(), method, v.url+path, strings.NewReader(body))
	if err != nil {
		v.tb.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			r.Host = value
		}
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		v.tb.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		v.tb.Fatal(err)
	}
	return answer.StatusCode, string(text)
}
