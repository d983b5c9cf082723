// The tour shows the main job on real input: two simulated firewalls with real
// WireGuard tunnels, the built plugin started as Grafana starts it, and the
// provisioned data source, dashboard and alert rule. It takes one tunnel down,
// stops another, shows what the rule sees, and puts them back.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

func main() {
	dist := flag.String("dist", "dist", "folder with the built plugin")
	provisioning := flag.String("provisioning", "provisioning", "folder with what Grafana mounts")
	verbose := flag.Bool("verbose", false, "show what the plugin logs")
	flag.Parse()

	logger := hclog.New(&hclog.LoggerOptions{Name: "tour", Level: hclog.Warn})
	if *verbose {
		logger.SetLevel(hclog.Debug)
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, logger, *dist, *provisioning)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "The tour failed:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, logger hclog.Logger, dist, provisioning string) error {
	step("starting two simulated firewalls with real WireGuard tunnels")
	lab, err := simulator.NewDemoLab(logger.Named("simulator"), simulator.DemoOptions{})
	if err != nil {
		return err
	}
	defer lab.Close()
	for _, f := range lab.Firewalls() {
		fmt.Printf("  %-7s %s\n", f.Name(), f.URL())
	}

	step("starting the built plugin over gRPC, as Grafana does")
	host, err := grafanahost.Start(dist, logger.Named("plugin"))
	if err != nil {
		return fmt.Errorf("%w (build it with: go tool mage build)", err)
	}
	defer host.Kill()

	t := &tour{lab: lab, host: host, provisioning: provisioning}
	for _, part := range []func(context.Context) error{t.save, t.handshakes, t.dashboard, t.rule} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	step("done")
	return nil
}

var started = time.Now()

// step says what comes next and how far into the tour it is.
func step(what string) {
	fmt.Printf("\n[%3.0fs] %s\n", time.Since(started).Seconds(), what)
}
