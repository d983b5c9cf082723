package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
)

// What is not timing: that every part works and that the promise on calls holds.
func TestMeasurementsWork(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the plugin")
	}
	dist := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(dist, grafanahost.BinaryName()), "./pkg")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the plugin: %v\n%s", err, out)
	}
	var out strings.Builder
	if err := run(t.Context(), settings{rounds: 1, dist: dist, quick: true, atOnce: 50}, &out); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	against := "\n4c. PromQL"
	if _, err := exec.LookPath(prometheusProgram); err != nil && os.Getenv("CI") != "true" {
		against = "\n4c. is left out" // where all must pass it is not
	}
	for _, want := range []string{"\n1. ", "\n2. ", "\n3. ", showPath, "\n4a. ", "\n4b. ", against, "\n4d. ", "\n5. ", "\n6a. ", "\n6b. ", "\n7. ", "\n8a. ", "\n8b. ", "\n8c. "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %q:\n%s", want, out.String())
		}
	}
}

func TestBrokenPromise(t *testing.T) {
	for _, row := range []struct {
		peers, cold, warm int
		fails             bool
	}{
		{50, 2, 0, true},
		{50, 1, 1, true},
		{10_000, 2, 1, true},
		{9_999, 2, 0, false}, // with the interface one row more than a page
		{9_998, 2, 0, true},
		{50, 1, 0, false},
	} {
		c := calls{peers: row.peers, cold: map[string]int{showPath: row.cold}, warm: map[string]int{showPath: row.warm}}
		if err := c.check(); (err != nil) != row.fails {
			t.Errorf("%+v: %v", row, err)
		}
	}
}

func TestWrongFlags(t *testing.T) {
	for _, s := range []settings{{rounds: 0, atOnce: 1}, {rounds: 1}, {rounds: 1, atOnce: 1, part: 9}, {rounds: 1, atOnce: 1, part: -1}} {
		if run(t.Context(), s, io.Discard) == nil {
			t.Errorf("%+v runs", s)
		}
	}
}

func TestMedian(t *testing.T) {
	for want, values := range map[time.Duration][]time.Duration{
		3: {3}, 4: {5, 3}, 5: {9, 1, 5},
	} {
		if got := median(values); got != want {
			t.Errorf("median of %v is %v, not %v", values, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := count(n); got != want {
			t.Errorf("%d is written %q", n, got)
		}
	}
}

func TestParseStat(t *testing.T) {
	for raw, want := range map[string]time.Duration{
		"":            0,
		"7 (x) S 1 2": 0,
		"7 (gpx) S 1 7 7 0 -1 4194304 97 0 0 0 x 3 0 0 20 0":         0,
		"7 (gpx) S 1 7 7 0 -1 4194304 97 0 0 0 12 3 0 0 20 0":        150 * time.Millisecond,
		"7 (odd ) 1 2 3 name) S 1 7 7 0 -1 4194304 97 0 0 0 1 2 0 0": 30 * time.Millisecond,
	} {
		if got, err := parseStat([]byte(raw)); got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %s, %v; want %s", raw, got, err, want)
		}
	}
}
