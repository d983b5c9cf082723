package grafanahost

import (
	"os"
	"strconv"
	"time"
)

// WriteClock tells a stepped plugin (internal/steppedplugin) what to add to the
// real time. The file is written as a whole: the plugin may read it at any time.
func WriteClock(file string, added time.Duration) error {
	if err := os.WriteFile(file+".new", []byte(strconv.FormatInt(int64(added), 10)), 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}
