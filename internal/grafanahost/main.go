package grafanahost

import (
	"fmt"
	"os"
)

// Main is for the TestMain of packages that start the plugin: it builds it (see
// [Build]) into a folder that is removed in the end, has the tests run, and ends
// the process with the code that they end with.
func Main(root, pkg string, run func(dir string) (code int)) {
	code, err := buildAndRun(root, pkg, run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func buildAndRun(root, pkg string, run func(dir string) int) (int, error) {
	dir, err := os.MkdirTemp("", "plugin")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := Build(root, pkg, dir); err != nil {
		return 0, err
	}
	return run(dir), nil
}
