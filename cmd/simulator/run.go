package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/hashicorp/go-hclog"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

// The environment variables that -key and -secret default to: what is in a flag is seen in the list of processes.
const (
	keyVariable    = "SIMULATOR_API_KEY"
	secretVariable = "SIMULATOR_API_SECRET"
)

// settings are the flags.
type settings struct {
	hqListen, branchListen, controlListen string
	key, secret                           string
	names, generation                     string
	stateDir, keys, logLevel              string
}

// run serves the demo lab until ctx ends.
func run(ctx context.Context, args []string, env func(string) string, out io.Writer) error {
	s, err := parseFlags(args, env, out)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	options, err := s.options()
	if err != nil {
		return err
	}
	logger := hclog.New(&hclog.LoggerOptions{
		Name: "simulator", Output: os.Stderr, Level: hclog.LevelFromString(s.logLevel),
	})
	lab, err := simulator.NewDemoLab(logger, options)
	if err != nil {
		return err
	}
	defer lab.Close()
	control, err := lab.ServeControl(s.controlListen)
	if err != nil {
		return err
	}
	describe(out, lab, control)
	<-ctx.Done()
	return nil
}

func parseFlags(args []string, env func(string) string, out io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("simulator", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&s.hqListen, "hq-listen", "127.0.0.1:8443", "address of the firewall hq")
	flags.StringVar(&s.branchListen, "branch-listen", "127.0.0.1:8444", "address of the firewall branch")
	flags.StringVar(&s.controlListen, "control-listen", "127.0.0.1:8440",
		"address of the control API, which has no authentication")
	flags.StringVar(&s.key, "key", "", "API key of both firewalls; $"+keyVariable+", or a random one for each")
	flags.StringVar(&s.secret, "secret", "", "API secret of both firewalls; $"+secretVariable+", or a random one for each")
	flags.StringVar(&s.names, "names", "", "more host names in the certificates, as hq=fw-hq,branch=fw-branch")
	flags.StringVar(&s.generation, "generation", "dev", "release of OPNsense, as 25.1.12")
	flags.StringVar(&s.stateDir, "state-dir", "", "directory that keeps the certificate authority (ca.pem)")
	flags.StringVar(&s.keys, "wireguard-keys", "demo", "phrase from which the WireGuard keys come; empty: new ones")
	flags.StringVar(&s.logLevel, "log-level", "info", "trace, debug, info, warn or error")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if flags.NArg() > 0 {
		return s, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if s.key == "" {
		s.key = env(keyVariable)
	}
	if s.secret == "" {
		s.secret = env(secretVariable)
	}
	if hclog.LevelFromString(s.logLevel) == hclog.NoLevel {
		return s, fmt.Errorf("-log-level %q: want trace, debug, info, warn or error", s.logLevel)
	}
	return s, nil
}

func (s settings) options() (simulator.DemoOptions, error) {
	generation, err := simulator.ParseGeneration(s.generation)
	if err != nil {
		return simulator.DemoOptions{}, fmt.Errorf("-generation: %w", err)
	}
	names, err := parseNames(s.names)
	if err != nil {
		return simulator.DemoOptions{}, err
	}
	config := func(firewall, listen string) simulator.APIConfig {
		return simulator.APIConfig{
			Listen: listen, Names: names[firewall], Generation: generation, Key: s.key, Secret: s.secret,
		}
	}
	return simulator.DemoOptions{
		HQ: config("hq", s.hqListen), Branch: config("branch", s.branchListen), StateDir: s.stateDir, Keys: s.keys,
	}, nil
}

// parseNames reads "hq=fw-hq,branch=fw-branch"; a firewall may have several names.
func parseNames(text string) (map[string][]string, error) {
	names := map[string][]string{}
	for part := range strings.SplitSeq(text, ",") {
		if part == "" {
			continue
		}
		firewall, name, _ := strings.Cut(part, "=")
		if name == "" || (firewall != "hq" && firewall != "branch") {
			return nil, fmt.Errorf("-names: %q: want hq=name or branch=name", part)
		}
		names[firewall] = append(names[firewall], name)
	}
	return names, nil
}

// describe prints what somebody needs to point a data source at the lab.
func describe(out io.Writer, lab *simulator.Lab, control string) {
	for _, f := range lab.Firewalls() {
		_, _ = fmt.Fprintf(out, "firewall %s (OPNsense %s)\n  url          %s\n  api key      %s\n  api secret   %s\n  fingerprint  %s\n",
			f.Name(), f.Generation(), f.URL(), f.APIKey(), f.APISecret(), f.Fingerprint())
		for _, instance := range f.Instances() {
			var peers []string
			for _, peer := range instance.Peers() {
				peers = append(peers, peer.Name())
			}
			_, _ = fmt.Fprintf(out, "  %s          %s: %s\n", instance.Device(), instance.Name(), strings.Join(peers, ", "))
		}
	}
	_, _ = fmt.Fprintf(out, "certificate authority\n%scontrol      %s (GET / lists what it can do)\n", lab.CAPEM(), control)
}
