package alertrules

import (
	"net/url"
	"reflect"
	"strings"
	"testing"
	"text/template"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/hostile"
)

// A label is data to the texts of an alert: whatever it is, it stands there as it is,
// and no template in it is expanded.
func TestHostileLabels(t *testing.T) {
	expanded := 0
	for _, r := range rules {
		texts := reflect.ValueOf(r.texts)
		for i := range texts.NumField() {
			source := texts.Field(i).String()
			// As Prometheus and Grafana do: $labels and $value are variables of text/template.
			parsed, err := template.New(r.name).Parse(`{{ $labels := .Labels }}{{ $value := .Value }}` + source)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range hostile.Names() {
				labels := map[string]string{"opnsense_instance": name, "device": name, "device_name": name, "peer_name": name}
				var got, plain strings.Builder
				if err := parsed.Execute(&got, map[string]any{"Labels": labels, "Value": 0}); err != nil {
					t.Errorf("%s with %q: %v", r.name, name, err)
				}
				const mark = "MARK"
				for key := range labels {
					labels[key] = mark
				}
				if err := parsed.Execute(&plain, map[string]any{"Labels": labels, "Value": 0}); err != nil {
					t.Fatal(err)
				}
				if want := strings.ReplaceAll(plain.String(), mark, name); got.String() != want {
					t.Errorf("%s with %q: %q, want %q", r.name, name, got.String(), want)
				}
				if field := texts.Type().Field(i).Name; field == "Runbook" || field == "RunbookURL" {
					if u, err := url.Parse(got.String()); got.Len() > 0 && (err != nil || u.Scheme != "https" || got.String() != source) {
						t.Errorf("%s: %s is %q", r.name, field, got.String())
					}
				}
				expanded++
			}
		}
	}
	t.Logf("%d names in %d texts", len(hostile.Names()), expanded)
}
