package wireguard

import (
	"testing"
	"time"
)

func TestOutdated(t *testing.T) {
	for _, tt := range []struct {
		name string
		at   time.Time
		want string
	}{
		{"never answered", time.Time{}, "not known"},
		{"three polls ago", minute(-1.5), "yes"},
		{"a second over two polls", start.Add(-61 * time.Second), "yes"},
		{"two polls ago", minute(-1), "no"},
		{"now", start, "no"},
		{"by a clock that was set back", minute(5), "no"},
	} {
		f := Firewall{Snapshot: &Snapshot{At: tt.at}, Looked: start, PollInterval: 30 * time.Second}
		if got := flagWord(f.Outdated()); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}
