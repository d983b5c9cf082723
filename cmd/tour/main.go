// The demo shows the main job on real input: two simulated firewalls with real
// WireGuard tunnels, the built plugin started as Grafana starts it, and the
// provisioned data source, dashboard and alert rule. It takes one tunnel down,
// stops another, shows what the rule sees, and puts them back.
package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

func main() {
	stay := flag.Bool("stay", false, "leave the simulated firewalls running for a real Grafana, until interrupted")
	dist := flag.String("dist", "dist", "folder with the built plugin")
	provisioning := flag.String("provisioning", "provisioning", "folder with what Grafana mounts")
	verbose := flag.Bool("verbose", false, "show what the plugin logs")
	flag.Parse()

	logger := hclog.New(&hclog.LoggerOptions{Name: "demo", Level: hclog.Warn})
	if *verbose {
		logger.SetLevel(hclog.Debug)
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, logger, *dist, *provisioning, *stay)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "The demo failed:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, logger hclog.Logger, dist, provisioning string, stay bool) error {
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

	d := &demo{lab: lab, host: host, provisioning: provisioning}
	for _, part := range []func(context.Context) error{d.save, d.handshakes, d.dashboard, d.rule} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	if stay {
		return remain(ctx, lab)
	}
	step("done")
	return nil
}

// remain keeps the firewalls up and says how to reach them.
func remain(ctx context.Context, lab *simulator.Lab) error {
	step("the firewalls stay up until you press Ctrl-C; Grafana finds them with this environment:")
	env := lab.Environment()
	for _, name := range slices.Sorted(maps.Keys(env)) {
		fmt.Printf("export %s='%s'\n", name, env[name])
	}
	fmt.Println("Mount dist/ as a plugin and provisioning/ as it is; README.md says how.")
	<-ctx.Done()
	return nil
}

var started = time.Now()

// step says what comes next and how far into the demo it is.
func step(what string) {
	fmt.Printf("\n[%3.0fs] %s\n", time.Since(started).Seconds(), what)
}
