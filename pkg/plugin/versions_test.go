package plugin

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/opnsense"
)

// understood is what is made of settings.
type understood struct {
	PollInterval, RequestTimeout, Retention, ForgetAfter, LiveMinInterval string
	HistoryMaxBytes                                                       int
	Firewalls                                                             []string
}

// What every released version stored as settings still means the same, and
// nothing of it has become a problem.
func TestSettingsOfVersions(t *testing.T) {
	paths, err := filepath.Glob("../../tests/versions/*/settings.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no settings of any version, %v", err)
	}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var all []struct {
			Why      string
			JSONData json.RawMessage
			Secrets  []string
			Want     understood
		}
		if err := json.Unmarshal(raw, &all); err != nil || len(all) == 0 {
			t.Fatalf("%s: %d settings, %v", path, len(all), err)
		}
		for _, stored := range all {
			secrets := map[string]string{}
			for _, name := range stored.Secrets {
				secrets[name] = markerKey
			}
			s := parseSettings(backend.DataSourceInstanceSettings{JSONData: stored.JSONData, DecryptedSecureJSONData: secrets})
			if problems := s.problems(); len(problems) > 0 {
				t.Errorf("%s: %s: %q", path, stored.Why, problems)
			}
			got := understood{
				s.PollInterval.String(), s.RequestTimeout.String(), s.History.Retention.String(), s.ForgetAfter.String(), s.LiveInterval.String(),
				s.History.MaxBytes, nil,
			}
			for _, f := range s.Firewalls {
				got.Firewalls = append(got.Firewalls, fmt.Sprintf("%s %s %s %s expect=%d peers=%d ignored=%d configuration=%t", f.ID, f.Name, f.Connection.URL,
					cmp.Or(f.Connection.TLS.Mode, opnsense.TLSSystem), len(f.Policy.Expect), len(f.Policy.ExpectPeers), len(f.Policy.IgnorePeers), f.Configuration))
			}
			if diff := gocmp.Diff(stored.Want, got); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", path, stored.Why, diff)
			}
		}
	}
}
