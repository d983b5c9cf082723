// The back end of the OPNsense WireGuard data source, started by Grafana.
package main

import (
	"os"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend/log"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/plugin"
)

func main() {
	if err := plugin.Manage(plugin.NewRegistry(time.Now)); err != nil {
		log.DefaultLogger.Error("The plugin ended", "error", err)
		os.Exit(1)
	}
}
