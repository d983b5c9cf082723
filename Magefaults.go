//go:build mage

package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/magefile/mage/sh"
)

const faultTests = "/internal/faults"

// counts are the lines in which the tests of faults say what they counted.
var counts = regexp.MustCompile(`(?m)^.*_test\.go:\d+: (.*\brecovered\b.*)$`)

// TestFaults injects faults into the built plugin, tries the seeds of all fuzz tests,
// and prints what was counted.
func TestFaults() error {
	say("injecting faults")
	out, err := sh.Output("go", "test", "-race", "-count=1", "-v", "-timeout", "10m", "."+faultTests)
	if err != nil {
		fmt.Println(out)
		return err
	}
	for _, line := range counts.FindAllStringSubmatch(out, -1) {
		fmt.Println("  " + line[1])
	}
	out, err = sh.Output("go", "test", "-count=1", "-v", "-run", "^Fuzz", "./pkg/...")
	if err != nil {
		fmt.Println(out)
		return err
	}
	fmt.Printf("  %d inputs tried by %d fuzz tests\n", strings.Count(out, "    --- PASS: Fuzz"), strings.Count(out, "\n--- PASS: Fuzz"))
	return nil
}

// others are all packages with tests but that of the faults.
func others() ([]string, error) {
	all, err := sh.Output("go", "list", "./...")
	return slices.DeleteFunc(strings.Fields(all), func(p string) bool { return strings.HasSuffix(p, faultTests) }), err
}
