package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os/exec"
	"slices"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/page"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

// localGrafana is where a Grafana of this machine answers, if there is one.
const localGrafana = "http://127.0.0.1:3000"

// describe prints the page's address on a line of its own, and what a real
// Grafana needs to read the same firewalls.
func describe(out io.Writer, lab *simulator.Lab, c page.Config) {
	_, _ = fmt.Fprintf(out, "page http://%s/\n\nThe simulated firewalls, for a Grafana of yours (its environment):\n", c.Address)
	env := lab.Environment()
	for _, name := range slices.Sorted(maps.Keys(env)) {
		_, _ = fmt.Fprintf(out, "export %s='%s'\n", name, env[name])
	}
	_, _ = fmt.Fprintln(out)
	for _, hint := range c.Hints {
		_, _ = fmt.Fprintln(out, hint)
	}
	_, _ = fmt.Fprintln(out, "All stays up until you press Ctrl-C.")
}

// hints tell how to see the plugin in a real Grafana, with what this machine has.
func hints(ctx context.Context) []string {
	var out []string
	if _, err := exec.LookPath("docker"); err == nil {
		out = append(out, "Docker is here: docker compose up --build, then http://localhost:3000, is the real thing.")
	}
	const mount = "give it the environment that this demo prints, dist/ as the plugin and provisioning/ as it is (README.md says how)"
	if answersAsGrafana(ctx, localGrafana) {
		out = append(out, "A Grafana answers at "+localGrafana+": "+mount+".")
	} else if path, err := exec.LookPath("grafana"); err == nil {
		out = append(out, "Grafana is here ("+path+"): "+mount+".")
	}
	if len(out) == 0 {
		out = append(out, "Neither Docker nor Grafana was found here. With Docker: docker compose up --build. With a Grafana: "+mount+".")
	}
	return out
}

func answersAsGrafana(ctx context.Context, address string) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/api/health", nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	defer func() { _ = resp.Body.Close() }()
	var health struct{ Database, Version string }
	return json.NewDecoder(resp.Body).Decode(&health) == nil && health.Database != "" && health.Version != ""
}
