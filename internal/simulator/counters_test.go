package simulator

import (
	"strings"
	"testing"
)

func TestParseDeviceState(t *testing.T) {
	key := KeyFrom("somebody").Public()
	for name, bad := range map[string]string{
		"no hex":       "public_key=xyz",
		"short key":    "public_key=00ff",
		"no port":      "listen_port=many",
		"no number":    "public_key=" + key.hex() + "\nrx_bytes=lots",
		"no handshake": "public_key=" + key.hex() + "\nlast_handshake_time_sec=",
	} {
		if _, err := parseDeviceState(bad); err == nil {
			t.Errorf("%s: read without an error", name)
		}
	}
	state, err := parseDeviceState(strings.Join([]string{
		"rx_bytes=1", "nonsense", "listen_port=51820", "public_key=" + key.hex(), "endpoint=192.0.2.1:5",
		"last_handshake_time_sec=0", "last_handshake_time_nsec=0", "rx_bytes=2", "tx_bytes=3",
		"persistent_keepalive_interval=25", "allowed_ip=10.0.0.1/32", "allowed_ip=10.1.0.0/16", "new_key=x",
	}, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	peer := state.peers[key]
	if peer == nil || state.listenPort != 51820 || !peer.handshake.IsZero() || peer.rx != 2 || peer.tx != 3 ||
		peer.keepalive != 25 || strings.Join(peer.allowedIPs, ",") != "10.0.0.1/32,10.1.0.0/16" {
		t.Errorf("%+v %+v", state, peer)
	}
}

func TestKeys(t *testing.T) {
	if got := (Key{}).String(); got != "(none)" {
		t.Errorf("no key reads %s", got)
	}
	if again := KeyFrom("a"); KeyFrom("a") != again || again == KeyFrom("b") || again == NewKey() {
		t.Error("keys repeat, or do not")
	}
	// RFC 7748, section 6.1: Alice's keys.
	private := Key{0x77, 0x07, 0x6d, 0x0a, 0x73, 0x18, 0xa5, 0x7d, 0x3c, 0x16, 0xc1, 0x72, 0x51, 0xb2, 0x66, 0x45,
		0xdf, 0x4c, 0x2f, 0x87, 0xeb, 0xc0, 0x99, 0x2a, 0xb1, 0x77, 0xfb, 0xa5, 0x1d, 0xb9, 0x2c, 0x2a}
	if got := private.Public().hex(); got != "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a" {
		t.Errorf("public key %s", got)
	}
}
