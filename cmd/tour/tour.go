package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

// patience is how long the tour waits for something that polls bring: several
// of the poll intervals that it sets.
const (
	pollInterval = "10s"
	patience     = time.Minute
)

// tour is one run.
type tour struct {
	lab          *simulator.Lab
	host         *grafanahost.Host
	provisioning string
	source       *grafanahost.DataSource
}

// save saves and tests the provisioned data source.
func (t *tour) save(ctx context.Context) error {
	step("saving and testing the provisioned data source")
	file := filepath.Join(t.provisioning, "datasources", "opnsense-wireguard.yaml")
	var err error
	if t.source, err = t.host.Provision(file, t.lab.Environment(), pollInterval); err != nil {
		return err
	}
	health, err := t.source.Health(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("  %s: %s\n", health.Status, health.Message)
	if health.Status != backend.HealthStatusOk {
		return errors.New("Save & test failed: " + health.Message)
	}
	return nil
}

// handshakes waits until the tunnels really carry something.
func (t *tour) handshakes(ctx context.Context) error {
	return t.until(ctx, "waiting for the first handshakes", func() (bool, error) {
		answer, err := t.source.Query(ctx, map[string]any{"refId": "A", "queryType": "interfaces", "format": "numeric", "metric": "peers_online"})
		if err != nil || answer.Error != nil {
			return false, errors.Join(err, answer.Error)
		}
		numbers, err := grafanahost.ReadNumbers(answer.Frames)
		online := 0
		for _, n := range numbers {
			if n.Value != nil && *n.Value > 0 {
				online++
			}
		}
		return online == len(numbers) && online > 0, err
	})
}

// dashboard runs every query of the provisioned dashboard.
func (t *tour) dashboard(ctx context.Context) error {
	step("running every query of the provisioned dashboard")
	_, queries, err := grafanahost.LoadDashboard(filepath.Join(t.provisioning, "dashboards", "opnsense-wireguard-overview.json"))
	if err != nil {
		return err
	}
	shown := map[string]bool{}
	for _, q := range queries {
		answer, err := t.source.Query(ctx, grafanahost.WithAllVariables(q.Model))
		if err != nil || answer.Error != nil {
			return fmt.Errorf("panel %q: %w", q.Panel, errors.Join(err, answer.Error))
		}
		frame := answer.Frames[0]
		if text, _ := frame.StringTable(-1, -1); shown[text] {
			fmt.Printf("\n  %s: the frame shown above\n", q.Panel)
			continue
		} else {
			shown[text] = true
		}
		fmt.Printf("\n  %s\n", strings.ToUpper(q.Panel))
		if err := grafanahost.PrintFrame(os.Stdout, frame); err != nil {
			return err
		}
	}
	return nil
}

// rule evaluates the provisioned alert rule while tunnels go down and return.
func (t *tour) rule(ctx context.Context) error {
	groups, err := grafanahost.LoadRules(filepath.Join(t.provisioning, "alerting", "opnsense-wireguard.yaml"))
	if err != nil {
		return err
	}
	rule := groups[0].Rules[0]
	step("evaluating the alert rule " + rule.Title + " (fires once its condition has held for " + rule.For + ")")
	backup, site := t.lab.Firewall("branch").Instance("wg1"), t.lab.Firewall("hq").Instance("wg1")
	for _, turn := range []struct {
		what string
		do   func() error
		down []string
	}{
		{"all tunnels are up", func() error { return nil }, nil},
		{"branch's wg1 is set down by hand: its row says down", backup.SetDown, []string{"branch/wg1"}},
		{"hq's wg1 is stopped: OPNsense no longer lists it at all", func() error { site.Stop(); return nil }, []string{"branch/wg1", "hq/wg1"}},
		{"both are put back", func() error { return errors.Join(backup.SetUp(), site.Start()) }, nil},
	} {
		if err := turn.do(); err != nil {
			return fmt.Errorf("%s: %w", turn.what, err)
		}
		if err := t.expect(ctx, rule, turn.what, turn.down); err != nil {
			return err
		}
	}
	return nil
}

// expect waits until exactly these interfaces meet the rule's condition, and
// shows the rule's series.
func (t *tour) expect(ctx context.Context, rule grafanahost.Rule, what string, down []string) error {
	var values, condition []grafanahost.Number
	err := t.until(ctx, what, func() (bool, error) {
		all, result, err := rule.Evaluate(ctx, t.source)
		values, condition = all["A"], result
		return strings.Join(firing(result), " ") == strings.Join(down, " "), err
	})
	if err != nil {
		return err
	}
	for i, n := range values {
		state := "normal"
		if fires, known := condition[i].Fires(); !known {
			state = "keeps its state (value not known)"
		} else if fires {
			state = "ALERTING (pending, then firing after " + rule.For + ")"
		}
		value := "null"
		if n.Value != nil {
			value = fmt.Sprint(*n.Value)
		}
		fmt.Printf("  %-7s %-4s %-13s status %-4s → %s\n",
			n.Labels["opnsense_instance"], n.Labels["device"], n.Labels["device_name"], value, state)
	}
	return nil
}

func firing(condition []grafanahost.Number) []string {
	var out []string
	for _, n := range condition {
		if fires, _ := n.Fires(); fires {
			out = append(out, n.Labels["opnsense_instance"]+"/"+n.Labels["device"])
		}
	}
	slices.Sort(out)
	return out
}

// until tries until it is so, and shows that time passes.
func (t *tour) until(ctx context.Context, what string, so func() (bool, error)) error {
	step(what)
	deadline := time.Now().Add(patience)
	waited := false
	for {
		ok, err := so()
		if err != nil {
			return err
		}
		if ok {
			if waited {
				fmt.Println()
			}
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s: not seen within %s", what, patience)
		}
		if !waited {
			fmt.Print("  waiting for the next poll, every " + pollInterval + " ")
			waited = true
		}
		fmt.Print(".")
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}
