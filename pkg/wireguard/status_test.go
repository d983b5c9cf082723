package wireguard

import "testing"

// The numbers are part of the series' meaning: alert rules compare with them.
func TestStatusNumbers(t *testing.T) {
	for k, want := range []string{"down", "up", "unknown", "standby", "disabled"} {
		if s := InterfaceStatuses()[k]; s.String() != want {
			t.Errorf("interface status %d is %q, want %q", k, s, want)
		} else if n, ok := s.Value(); !ok || n != float64(k) {
			t.Errorf("%s: got %v %v, want %d", s, n, ok, k)
		}
	}
	for k, want := range []string{"offline", "online", "unknown", "stale"} {
		if s := PeerStatuses()[k]; s.String() != want {
			t.Errorf("peer status %d is %q, want %q", k, s, want)
		} else if n, ok := s.Value(); !ok || n != float64(k) {
			t.Errorf("%s: got %v %v, want %d", s, n, ok, k)
		}
	}
}

func TestNotKnownHasNoNumber(t *testing.T) {
	if _, ok := InterfaceNotKnown.Value(); ok || InterfaceNotKnown.String() != "not known" {
		t.Error("interface")
	}
	if _, ok := PeerNotKnown.Value(); ok || PeerNotKnown.String() != "not known" {
		t.Error("peer")
	}
	if (&Firewall{Snapshot: &Snapshot{}}).Answered() {
		t.Error("a firewall with an empty snapshot answered")
	}
}
