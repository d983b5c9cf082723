package grafanahost

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// pluginID is the id in plugin.json.
const pluginID = "opnsense-wireguard-datasource"

// DataSource is a saved data source, as the plugin is told of it.
type DataSource struct {
	host     *Host
	settings backend.DataSourceInstanceSettings
	role     string // of the user who asks; "": Viewer
	now      func() time.Time
}

// Save saves a data source. The plugin hears of it with the first request.
func (h *Host) Save(uid, name string, jsonData any, secure map[string]string) (*DataSource, error) {
	d := &DataSource{host: h, settings: backend.DataSourceInstanceSettings{ID: 1, UID: uid, Name: name, Type: pluginID}, now: time.Now}
	return d, d.Update(jsonData, secure)
}

// Update saves changed settings; keys of secure that are not named stay.
func (d *DataSource) Update(jsonData any, secure map[string]string) error {
	raw, err := json.Marshal(jsonData)
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	secrets := maps.Clone(d.settings.DecryptedSecureJSONData)
	if secrets == nil {
		secrets = map[string]string{}
	}
	maps.Copy(secrets, secure)
	d.settings.JSONData, d.settings.DecryptedSecureJSONData, d.settings.Updated = raw, secrets, time.Now()
	return nil
}

// UID is the data source's uid.
func (d *DataSource) UID() string { return d.settings.UID }

// Name is what people call the data source.
func (d *DataSource) Name() string { return d.settings.Name }

// JSONData is what was saved, but for the secrets.
func (d *DataSource) JSONData() json.RawMessage { return d.settings.JSONData }

// SecureFields tells which secrets are set, and nothing else of them.
func (d *DataSource) SecureFields() map[string]bool {
	fields := map[string]bool{}
	for name, secret := range d.settings.DecryptedSecureJSONData {
		fields[name] = secret != ""
	}
	return fields
}

// On returns the same data source in another plugin process, as after a restart.
func (d *DataSource) On(h *Host) *DataSource {
	other := *d
	other.host = h
	return &other
}

// As returns the same data source, asked by a user with another role.
func (d *DataSource) As(role string) *DataSource {
	other := *d
	other.role = role
	return &other
}

// At returns the same data source, asked by a Grafana with another clock.
func (d *DataSource) At(now func() time.Time) *DataSource {
	other := *d
	other.now = now
	return &other
}

func (d *DataSource) context() backend.PluginContext {
	settings := d.settings
	return backend.PluginContext{
		OrgID:     1, //nolint:staticcheck // Grafana sends it beside the namespace
		Namespace: "default", PluginID: pluginID,
		User:                       &backend.User{Login: "user", Role: cmp.Or(d.role, "Viewer")},
		DataSourceInstanceSettings: &settings,
	}
}

// Health is Save & test.
func (d *DataSource) Health(ctx context.Context) (*backend.CheckHealthResult, error) {
	return d.host.CheckHealth(ctx, &backend.CheckHealthRequest{PluginContext: d.context()})
}

// Get calls a resource route; path may have a query string.
func (d *DataSource) Get(ctx context.Context, path string) (*backend.CallResourceResponse, error) {
	return d.Resource(ctx, http.MethodGet, path)
}

// Resource calls a resource route by any method.
func (d *DataSource) Resource(ctx context.Context, method, path string) (*backend.CallResourceResponse, error) {
	return d.Send(ctx, method, path, nil)
}

// Send is Resource with a JSON body.
func (d *DataSource) Send(ctx context.Context, method, path string, body []byte) (*backend.CallResourceResponse, error) {
	plain, _, _ := strings.Cut(path, "?") // Grafana sends the path without the query string, and the URL with it
	return d.host.CallResource(ctx, &backend.CallResourceRequest{
		PluginContext: d.context(), Method: method, Path: plain, URL: path, Body: body,
		Headers: map[string][]string{"Content-Type": {"application/json"}},
	})
}
