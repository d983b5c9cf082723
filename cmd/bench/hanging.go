package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

const (
	hangingFor  = 10 * time.Minute
	hangingStep = 5 * time.Second // between refreshes
	hangingMost = 5               // calls, whatever is asked
)

// countHanging counts the calls on a firewall that hangs, in simulated time, while
// everything that can be asked of the plugin is asked every few seconds.
func countHanging(ctx context.Context, _ settings, out io.Writer) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	host, c, err := startStepped(dir, 0)
	if err != nil {
		return err
	}
	defer host.Kill()
	lab := simulator.NewLab(nil)
	defer lab.Close()
	f, err := addFirewall(lab, viewersPeers)
	if err != nil {
		return err
	}
	if err := f.SetFault(simulator.Fault{Kind: simulator.FaultHang}); err != nil {
		return err
	}
	jsonData, secrets := fleetSettings(lab, viewersPoll, f)
	jsonData["requestTimeout"] = "1s" // real time, which is waited for
	d, err := host.Save("hanging", "hanging", jsonData, secrets)
	if err != nil {
		return err
	}
	queries, begin := 0, c.now()
	for at := begin; at.Before(begin.Add(hangingFor)); at = at.Add(hangingStep) {
		if err := c.step(at); err != nil {
			return err
		}
		n, err := askAll(ctx, d)
		if err != nil {
			return err
		}
		queries += n
		// A call ends in real time: simulated minutes must not pass meanwhile.
		for f.Requests().InFlight > 0 {
			if err := pause(ctx, 10*time.Millisecond); err != nil {
				return err
			}
		}
	}
	calls := f.Requests()
	if calls.Total == 0 {
		return errors.New("no call on the firewall that hangs was counted")
	}
	var t table
	t.line("time", "asked", "calls", "most at a time", "promised")
	t.line(hangingFor, count(queries), calls.Total, calls.MaxInFlight, fmt.Sprintf("%d, 1 at a time", hangingMost))
	var broken error
	if calls.Total > hangingMost || calls.MaxInFlight > 1 {
		broken = fmt.Errorf("broken promise: %d calls, %d at a time, on a firewall that hangs", calls.Total, calls.MaxInFlight)
	}
	return errors.Join(t.print(out, "6b. Calls on a firewall that hangs, in simulated time"), broken)
}

// askAll asks for all panels, the metrics and Save & test, and takes any answer:
// what they say of a firewall that hangs, other tests look at.
func askAll(ctx context.Context, d *grafanahost.DataSource) (asked int, err error) {
	for _, m := range panels() {
		if _, err := d.Query(ctx, m); err != nil {
			return asked, err
		}
		asked++
	}
	if _, err := d.Get(ctx, "metrics"); err != nil {
		return asked, err
	}
	_, err = d.Health(ctx)
	return asked + 2, err
}
