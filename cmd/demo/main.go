// The demo shows the plugin in a browser without Docker or Grafana: two simulated
// firewalls with real WireGuard tunnels, the built plugin started as Grafana
// starts it, its own editors and panels on a page of this machine, buttons that
// break things, and the shipped alert rules. It runs until it is interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/page"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

const (
	pollInterval = "10s"           // the shortest: nobody likes to wait in a demo
	evaluation   = 5 * time.Second // of the rules; a minute as shipped
)

// options are the flags.
type options struct {
	listen, page, dist, provisioning, rules string
	rulesFor                                time.Duration
	verbose                                 bool
}

func main() {
	var o options
	flag.StringVar(&o.listen, "listen", "127.0.0.1:8430", "address of the page, on this machine only; port 0: any that is free")
	flag.StringVar(&o.page, "page", "build/page", "folder with the built page")
	flag.StringVar(&o.dist, "dist", "dist", "folder with the built plugin")
	flag.StringVar(&o.provisioning, "provisioning", "provisioning", "folder with what Grafana mounts")
	flag.StringVar(&o.rules, "rules", "deploy/prometheus/opnsense-wireguard.rules.yml", "the alert rules")
	flag.DurationVar(&o.rulesFor, "rules-for", 0, "how long any rule waits before it fires; 0: as shipped, minutes")
	flag.BoolVar(&o.verbose, "verbose", false, "show what the plugin logs")
	flag.Parse()

	logger := hclog.New(&hclog.LoggerOptions{Name: "demo", Level: hclog.Warn})
	if o.verbose {
		logger.SetLevel(hclog.Debug)
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, logger, o)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "The demo failed:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, logger hclog.Logger, o options) error {
	if _, err := os.Stat(filepath.Join(o.page, "index.html")); err != nil {
		return fmt.Errorf("%w (build the page with: npm run build:page)", err)
	}
	listener, err := listen(o.listen)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }()
	lab, err := simulator.NewDemoLab(logger.Named("simulator"), simulator.DemoOptions{})
	if err != nil {
		return err
	}
	defer lab.Close()
	host, err := grafanahost.Start(o.dist, logger.Named("plugin"))
	if err != nil {
		return fmt.Errorf("%w (build it with: go tool mage build)", err)
	}
	defer host.Kill()
	source, err := host.Provision(filepath.Join(o.provisioning, "datasources", "opnsense-wireguard.yaml"), lab.Environment(), pollInterval)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "demo-rules")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	rules, err := page.OpenRules(dir, o.rules, evaluation, o.rulesFor)
	if err != nil {
		return err
	}
	config := page.Config{
		Address: listener.Addr().String(), Built: o.page, Plugin: o.dist, Provisioning: o.provisioning,
		Source: source, Lab: lab.ControlHandler(), Rules: rules, Hints: hints(ctx),
	}
	describe(os.Stdout, lab, config)
	return serve(ctx, listener, page.New(config), rules)
}

// listen refuses addresses that others reach: the page has no login.
func listen(address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("-listen %q: %w", address, err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("-listen %q: the page has no login, so it must be an address of this machine only, as 127.0.0.1:0", address)
	}
	listener, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%w; -listen 127.0.0.1:0 takes any that is free", err)
	}
	return listener, err
}

// serve answers until ctx ends, and evaluates the rules meanwhile.
func serve(ctx context.Context, listener net.Listener, p *page.Server, rules *page.Rules) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	server := &http.Server{Handler: p.Handler(), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 2)
	go func() { ended <- rules.Run(ctx, p.Scrape) }()
	go func() {
		err := server.Serve(listener)
		if errors.Is(err, http.ErrServerClosed) {
			err = nil
		}
		cancel()
		ended <- err
	}()
	<-ctx.Done()
	_ = server.Close()
	return errors.Join(<-ended, <-ended)
}
