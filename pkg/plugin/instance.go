package plugin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/instancemgmt"
	"github.com/grafana/grafana-plugin-sdk-go/backend/log"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/collector"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/history"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// ID is the plugin's id in plugin.json.
const ID = "opnsense-wireguard-datasource"

var (
	_ backend.QueryDataHandler      = (*instance)(nil)
	_ backend.CheckHealthHandler    = (*instance)(nil)
	_ backend.CallResourceHandler   = (*instance)(nil)
	_ instancemgmt.InstanceDisposer = (*instance)(nil)
)

// instance is a data source with one state of its settings. What it knows of
// the firewalls is borrowed from the registry and outlives it.
type instance struct {
	logger  log.Logger
	now     func() time.Time
	members []member // in the order of the settings
	answers *answers // about the present, encoded
	store   *history.Store
	engine  *history.Engine
	limits  history.Limits // of the store, as these settings want them

	pollInterval, liveInterval time.Duration
	done                       chan struct{} // closed by Dispose

	problems  []error // of the general settings
	resources backend.CallResourceHandler
	dispose   func()
}

// member is one firewall of a data source: read by a collector, or not at all.
type member struct {
	id, name string
	url      string               // "" where it cannot be used
	reads    *collector.Collector // nil when broken
	broken   error                // why its settings cannot work
	since    time.Time            // when that was found
	expected *wireguard.Snapshot  // what is told of it then: the rows that it should have
	policy   wireguard.Policy
	look     *look // at its certificate
}

// NewFactory makes the function by which Grafana makes instances. It never
// fails: Grafana would go on asking the old, disposed instance. Bad settings
// become an instance that answers with what is wrong.
func NewFactory(registry *collector.Registry) func(context.Context, backend.DataSourceInstanceSettings) (instancemgmt.Instance, error) {
	engine := history.NewEngine()
	return func(ctx context.Context, raw backend.DataSourceInstanceSettings) (instancemgmt.Instance, error) {
		return newInstance(ctx, registry, engine, raw), nil
	}
}

func newInstance(ctx context.Context, registry *collector.Registry, engine *history.Engine, raw backend.DataSourceInstanceSettings) *instance {
	s := parseSettings(raw)
	for i := range s.Firewalls {
		s.Firewalls[i].Connection.Now = registry.Now
	}
	raw = withoutFirewalls(raw)
	in := &instance{
		now:      registry.Now,
		logger:   backend.Logger.With("datasource", raw.Name, "uid", raw.UID),
		problems: s.Problems,
		engine:   engine,
		limits:   s.History,
		done:     make(chan struct{}),

		pollInterval: s.PollInterval,
		liveInterval: s.LiveInterval,
	}
	var keys []collector.Key
	for _, f := range s.Firewalls {
		m := member{
			id: f.ID, name: f.Name, url: f.Connection.BaseURL(), policy: f.Policy, expected: wireguard.Unseen(f.Policy),
			broken: errors.Join(f.Problems...), since: registry.Now(), look: in.newLook(raw, s, f),
		}
		if m.broken == nil {
			var cfg collector.Config
			if cfg, m.broken = in.collectorConfig(ctx, raw, s, f); m.broken == nil {
				key := collector.Key{Tenant: tenant(ctx), DataSource: raw.UID, Firewall: f.ID, URL: f.Connection.URL}
				m.reads = registry.Borrow(key, cfg, raw.Updated)
				keys = append(keys, key)
			}
		}
		in.members = append(in.members, m)
	}
	kept := archiveOf(in.members)
	in.answers, in.store = kept.answers, kept.Store
	in.store.SetLimits(in.limits, raw.Updated)
	in.dispose = sync.OnceFunc(func() {
		close(in.done)
		for _, key := range keys {
			registry.Return(key)
		}
	})
	in.resources = newResources(in)
	return in
}

// Dispose ends the instance. Firewalls that no newer instance reads are no
// longer polled.
func (in *instance) Dispose() { in.dispose() }

func tenant(ctx context.Context) string {
	pc := backend.PluginConfigFromContext(ctx)
	if pc.Namespace != "" {
		return pc.Namespace
	}
	org, _ := json.Marshal(pc.OrgID) //nolint:staticcheck // Grafana without namespaces tells tenants apart by it
	return string(org)
}

func (in *instance) collectorConfig(ctx context.Context, raw backend.DataSourceInstanceSettings, s settings, f firewallSettings) (collector.Config, error) {
	client, err := newClient(ctx, raw, s, f)
	if err != nil {
		return collector.Config{}, err
	}
	policy := f.Policy
	policy.ForgetAfter = s.ForgetAfter
	return collector.Config{
		ID: f.ID, Name: f.Name, URL: f.Connection.URL,
		Source:        client,
		Policy:        policy,
		Configuration: f.Configuration,
		PollInterval:  s.PollInterval,
		Timeout:       s.RequestTimeout,
		Classify:      classify,
		Logger:        in.logger,
		Release:       client.CloseIdleConnections,
		Revision:      revision(s, f, raw),
	}, nil
}

// withoutFirewalls is what the SDK needs of the settings. It keeps a copy of all of
// them for each HTTP client: with hundreds of firewalls, that would be hundreds of
// times hundreds, and each would hold the secrets of all.
func withoutFirewalls(raw backend.DataSourceInstanceSettings) backend.DataSourceInstanceSettings {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw.JSONData, &fields) == nil && fields != nil {
		delete(fields, "firewalls")
		raw.JSONData, _ = json.Marshal(fields) // what was read can be written
	}
	raw.DecryptedSecureJSONData = maps.Clone(raw.DecryptedSecureJSONData)
	maps.DeleteFunc(raw.DecryptedSecureJSONData, func(name, _ string) bool { return strings.Contains(name, ".") })
	return raw
}

// revision changes with everything that the settings, which are without firewalls,
// say about one.
func revision(s settings, f firewallSettings, raw backend.DataSourceInstanceSettings) string {
	h := sha256.New()
	// General keys such as the SOCKS proxy and headers are read by the SDK: hash
	// them too.
	var general map[string]json.RawMessage
	_ = json.Unmarshal(raw.JSONData, &general)
	for _, key := range []string{"retention", "historyMaxBytes", "liveMinInterval"} { // change no answer of a firewall
		delete(general, key)
	}
	_ = json.NewEncoder(h).Encode([]any{
		general, raw.DecryptedSecureJSONData, s.PollInterval, s.RequestTimeout, s.ForgetAfter,
		f.ID, f.Name, f.Connection.URL, f.Connection.TLS, f.Connection.APIKey, f.Connection.APISecret, f.Policy, f.Configuration,
	})
	return hex.EncodeToString(h.Sum(nil))
}

// ask returns what is known of the firewalls that the filter lets through, in
// the order of the settings.
func (in *instance) ask(ctx context.Context, wanted query.Filter) []wireguard.Firewall {
	var fleet collector.Fleet
	var scope []wireguard.Firewall
	var read []int // places in scope of those that are read
	for i := range in.members {
		m := &in.members[i]
		if !wanted.Firewall(m.name, m.id) {
			continue
		}
		if m.reads != nil {
			fleet = append(fleet, m.reads)
			read = append(read, len(scope))
		}
		scope = append(scope, wireguard.Firewall{ID: m.id, Name: m.name, URL: m.url, Snapshot: m.expected, Err: m.broken, Looked: in.now(), Tried: m.since, FailingSince: m.since})
	}
	for i, f := range fleet.Firewalls(ctx) {
		scope[read[i]] = f
	}
	return scope
}

// CallResource serves the lists that editors and variables choose from.
func (in *instance) CallResource(ctx context.Context, req *backend.CallResourceRequest, sender backend.CallResourceResponseSender) error {
	return in.resources.CallResource(ctx, req, sender)
}

// writeJSON answers a resource request; the errors too, as Grafana's own routes do.
func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
