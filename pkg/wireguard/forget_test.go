package wireguard

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestForget(t *testing.T) {
	policy := Policy{ForgetAfter: time.Hour, Expect: []Expectation{{Device: "wg3", Name: "named"}}}
	first := Join(nil, Report{At: start, Interfaces: interfaces("wg0 up site, wg1 up old, wg2 up kept")}, Readings{}, policy)
	enabled := Readings{Services: Services{Reading: Reading{At: minute(1)}, Enabled: []ServiceEntry{{Name: "site"}, {Name: "kept"}}}}
	gone := Join(first, Report{At: minute(1), Interfaces: interfaces("wg0 up site")}, Readings{}, policy)
	listed := Join(first, Report{At: minute(1), Interfaces: interfaces("wg0 up site")}, enabled, policy)

	for _, tt := range []struct {
		name   string
		of     *Snapshot
		device string
		called string
		want   error
	}{
		{"never heard of", gone, "wg9", "", ErrNotThere},
		{"another name", gone, "wg1", "new", ErrNotThere},
		{"reported", gone, "wg0", "site", ErrNotMissing},
		{"expected by the settings", gone, "wg3", "named", ErrStillNamed},
		{"enabled in OPNsense", listed, "wg2", "kept", ErrStillEnabled},
		{"gone", gone, "wg1", "old", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := told(tt.of)
			s, err := tt.of.Forget(tt.device, tt.called, policy, minute(2))
			if !errors.Is(err, tt.want) || (s == nil) != (err != nil) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if diff := cmp.Diff(before, told(tt.of)); diff != "" {
				t.Errorf("the snapshot changed:\n%s", diff)
			}
		})
	}

	s, err := gone.Forget("wg1", "old", policy, minute(2))
	if err != nil {
		t.Fatal(err)
	}
	const row = "wg1/old disabled 2: forgotten by a user"
	for _, at := range []float64{3, 11, 12} {
		s = Join(s, Report{At: minute(at), Interfaces: interfaces("wg0 up site, wg2 up kept")}, Readings{}, policy)
		want := []string{"wg0/site up 0: reported up", row, "wg2/kept up 3: reported up", "wg3/named down 0: " + missingExpected}
		if at >= 12 {
			want = append(want[:1], want[2:]...)
		}
		if diff := cmp.Diff(want, told(s)); diff != "" {
			t.Fatalf("at %g minutes (-want +got):\n%s", at, diff)
		}
	}
	if _, err := s.Forget("wg1", "old", policy, minute(13)); !errors.Is(err, ErrNotThere) {
		t.Errorf("forgotten twice: %v", err)
	}
}
