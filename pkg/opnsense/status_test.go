package opnsense

import (
	"strings"
	"testing"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// What is no status must not read as "on", nor as "disabled".
func TestDecodeStatus(t *testing.T) {
	for _, tt := range []struct {
		name, doc string
		want      wireguard.ServiceState
	}{
		{"nothing", `{}`, wireguard.ServiceNotKnown},
		{"null", `{"status":null}`, wireguard.ServiceNotKnown},
		{"empty", `{"status":""}`, wireguard.ServiceNotKnown},
		{"a number", `{"status":2}`, wireguard.ServiceNotKnown},
		{"an object", `{"status":{"status":"disabled"}}`, wireguard.ServiceNotKnown},
		{"further in", `{"widget":{"status":"disabled"}}`, wireguard.ServiceNotKnown},
		{"more after the end", `{"status":"disabled"}{}`, wireguard.ServiceNotKnown},
		{"the last of two counts", `{"status":"disabled","status":[]}`, wireguard.ServiceNotKnown},
		{"another word", `{"status":"Disabled"}`, wireguard.ServiceOn},
		{"stopped", `{"status":"stopped"}`, wireguard.ServiceOn},
		{"running", `{"status":"running"}`, wireguard.ServiceOn},
		{"on", `{"status":"unknown","widget":{"caption_stop":"stop service"}}`, wireguard.ServiceOn},
		{"off", `{"widget":{},"status":"disabled"}`, wireguard.ServiceDisabled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := decodeStatus(strings.NewReader(tt.doc))
			if got != tt.want || (err == nil) != (tt.want != wireguard.ServiceNotKnown) {
				t.Errorf("got %s, %v, want %s", got, err, tt.want)
			}
		})
	}
}

func FuzzDecodeStatus(f *testing.F) {
	seed(f)
	for _, doc := range []string{`{"status":"unknown"}`, `{"status":"disabled","status":null}`, `{"status":"\u0064isabled"}`} {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		state, err := decodeStatus(strings.NewReader(string(doc)))
		if (err == nil) != (state != wireguard.ServiceNotKnown) {
			t.Errorf("%s, %v", state, err)
		}
	})
}
