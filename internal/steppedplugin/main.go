// The data source's back end with a clock that a test can step: the shipped
// code, but for where it gets the time from. Its one argument names a file with
// what to add to the real time, in nanoseconds.
package main

import (
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/plugin"
)

func main() {
	file := os.Args[1]
	now := func() time.Time {
		raw, err := os.ReadFile(file)
		if err != nil {
			panic(err)
		}
		added, err := strconv.ParseInt(strings.TrimSpace(string(raw)), 10, 64)
		if err != nil {
			panic(err)
		}
		return time.Now().Add(time.Duration(added))
	}
	if err := plugin.Manage(plugin.NewRegistry(now)); err != nil {
		os.Exit(1)
	}
}
