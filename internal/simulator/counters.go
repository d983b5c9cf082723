package simulator

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// deviceState is what a WireGuard device says about itself.
type deviceState struct {
	listenPort int // 0: never opened
	peers      map[Key]*peerState
}

// peerState is what a WireGuard device says about one peer.
type peerState struct {
	endpoint   string // "": unknown
	allowedIPs []string
	handshake  time.Time // zero: never
	rx, tx     int64     // bytes, handshakes and keepalives included
	keepalive  int       // seconds, 0: off
}

// parseDeviceState reads WireGuard's cross-platform configuration protocol.
func parseDeviceState(text string) (deviceState, error) {
	state := deviceState{peers: map[Key]*peerState{}}
	var peer *peerState
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		key, value, found := strings.Cut(lines.Text(), "=")
		if !found {
			continue
		}
		var err error
		switch {
		case key == "listen_port":
			state.listenPort, err = strconv.Atoi(value)
		case key == "public_key":
			peer, err = state.addPeer(value)
		case peer != nil:
			err = peer.set(key, value)
		}
		if err != nil {
			return deviceState{}, fmt.Errorf("device answered %s=%s: %w", key, value, err)
		}
	}
	return state, lines.Err()
}

func (s *deviceState) addPeer(hexKey string) (*peerState, error) {
	raw, err := hex.DecodeString(hexKey)
	if err != nil {
		return nil, err
	}
	if len(raw) != len(Key{}) {
		return nil, fmt.Errorf("%d bytes instead of %d", len(raw), len(Key{}))
	}
	peer := &peerState{}
	s.peers[Key(raw)] = peer
	return peer, nil
}

func (p *peerState) set(key, value string) error {
	var number int64
	switch key {
	case "endpoint":
		p.endpoint = value
		return nil
	case "allowed_ip":
		p.allowedIPs = append(p.allowedIPs, value)
		return nil
	case "last_handshake_time_sec", "last_handshake_time_nsec", "rx_bytes", "tx_bytes", "persistent_keepalive_interval":
		var err error
		if number, err = strconv.ParseInt(value, 10, 64); err != nil {
			return err
		}
	}
	switch key {
	case "last_handshake_time_sec":
		if number != 0 {
			p.handshake = time.Unix(number, 0)
		}
	case "last_handshake_time_nsec": // follows the seconds
		if !p.handshake.IsZero() {
			p.handshake = p.handshake.Add(time.Duration(number))
		}
	case "rx_bytes":
		p.rx = number
	case "tx_bytes":
		p.tx = number
	case "persistent_keepalive_interval":
		p.keepalive = int(number)
	}
	return nil
}
