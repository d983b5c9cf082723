package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

func TestBadFlags(t *testing.T) {
	tests := []struct{ args, want string }{
		{"-no-such-flag", "flag provided but not defined"},
		{"more", "unexpected argument"},
		{"-generation new", "-generation"},
		{"-names fw-hq", "-names"},
		{"-names hq=", "-names"},
		{"-names paris=fw", "-names"},
		{"-log-level loud", "-log-level"},
		{"-hq-listen here", "listen address"},
		{"-hq-listen 127.0.0.1:0 -branch-listen 127.0.0.1:0 -control-listen here", "control API"},
	}
	for _, test := range tests {
		err := run(t.Context(), strings.Fields(test.args), noEnv, &bytes.Buffer{})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.args, err, test.want)
		}
	}
}

func TestRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	env := func(name string) string {
		return map[string]string{keyVariable: "the-key", secretVariable: "the-secret"}[name]
	}
	var out bytes.Buffer
	args := "-hq-listen 127.0.0.1:0 -branch-listen 127.0.0.1:0 -control-listen 127.0.0.1:0 -names hq=fw-hq -generation 25.7"
	if err := run(ctx, strings.Fields(args), env, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"firewall hq (OPNsense 25.7)", "firewall branch", "the-key", "the-secret", "https://127.0.0.1:",
		"road-warrior: alice-laptop, bob-phone", "BEGIN CERTIFICATE", "control      http://127.0.0.1:"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, &out)
		}
	}
	if err := run(ctx, []string{"-help"}, env, &out); err != nil {
		t.Errorf("-help: %v", err)
	}
}

func noEnv(string) string { return "" }
