package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/cmd/bench/plain"
)

// statuses are the numbers of the words that OPNsense has for a peer.
var statuses = map[string]float64{"offline": 0, "online": 1, "stale": 3}

// table makes the columns of the plugin's table of peers.
func (s *source) table(rows []plain.Row) *data.Frame {
	now := time.Now().UTC()
	peers := make([]plain.Row, 0, len(rows))
	for _, r := range rows {
		if r.Type == "peer" {
			peers = append(peers, r)
		}
	}
	return data.NewFrame("peers",
		texts("opnsense_instance", "Firewall", peers, func(*plain.Row) string { return s.name }),
		texts("device", "Device", peers, func(r *plain.Row) string { return r.If }),
		texts("device_name", "Tunnel", peers, func(r *plain.Row) string {
			if r.IfName == nil {
				return ""
			}
			return *r.IfName
		}),
		texts("peer_name", "Peer", peers, func(r *plain.Row) string { return r.Name }),
		numbers("status", "Status", "", peers, func(r *plain.Row) (float64, bool) { v, ok := statuses[r.PeerStatus]; return v, ok }),
		times("latest_handshake", "Last handshake", peers, func(r *plain.Row) time.Time {
			if r.Handshake == 0 {
				return time.Time{}
			}
			return time.Unix(r.Handshake, 0).UTC()
		}),
		numbers("handshake_age", "Handshake age", "s", peers, func(r *plain.Row) (float64, bool) {
			if r.Age == nil {
				return 0, false
			}
			return float64(*r.Age), true
		}),
		numbers("rx_rate", "Receiving", "Bps", peers, unknown),
		numbers("tx_rate", "Sending", "Bps", peers, unknown),
		numbers("rx_bytes", "Received", "decbytes", peers, func(r *plain.Row) (float64, bool) { return float64(r.Rx), true }),
		numbers("tx_bytes", "Sent", "decbytes", peers, func(r *plain.Row) (float64, bool) { return float64(r.Tx), true }),
		texts("endpoint", "Endpoint", peers, func(r *plain.Row) string { return r.Endpoint }),
		texts("allowed_ips", "Allowed IPs", peers, func(r *plain.Row) string { return r.AllowedIPs }),
		numbers("persistent_keepalive", "Keepalive", "s", peers, func(r *plain.Row) (float64, bool) {
			v, err := strconv.ParseFloat(r.Keepalive, 64)
			return v, err == nil
		}),
		texts("site", "Site", peers, func(r *plain.Row) string { return strconv.FormatBool(!strings.HasSuffix(r.AllowedIPs, "/32")) }),
		numbers("site_down", "Site down", "", peers, unknown),
		numbers("no_return_traffic", "No return traffic", "", peers, unknown),
		texts("reason", "Reason", peers, func(*plain.Row) string { return "" }),
		times("since", "Since", peers, func(*plain.Row) time.Time { return time.Time{} }),
		texts("public_key", "Public key", peers, func(r *plain.Row) string { return r.PublicKey }),
		times("observed_at", "Observed", peers, func(*plain.Row) time.Time { return now }),
		numbers("outdated", "Outdated", "", peers, func(*plain.Row) (float64, bool) { return 0, true }),
		texts("url", "URL", peers, func(*plain.Row) string { return s.url }),
	).SetMeta(&data.FrameMeta{Type: data.FrameTypeTable, TypeVersion: data.FrameTypeVersion{0, 1}})
}

func unknown(*plain.Row) (float64, bool) { return 0, false }

func texts(name, title string, rows []plain.Row, get func(*plain.Row) string) *data.Field {
	values := make([]string, len(rows))
	for i := range rows {
		values[i] = get(&rows[i])
	}
	return data.NewField(name, nil, values).SetConfig(&data.FieldConfig{DisplayName: title})
}

func numbers(name, title, unit string, rows []plain.Row, get func(*plain.Row) (float64, bool)) *data.Field {
	values, store := make([]*float64, len(rows)), make([]float64, len(rows))
	for i := range rows {
		if v, known := get(&rows[i]); known {
			store[i] = v
			values[i] = &store[i]
		}
	}
	return data.NewField(name, nil, values).SetConfig(&data.FieldConfig{DisplayName: title, Unit: unit})
}

func times(name, title string, rows []plain.Row, get func(*plain.Row) time.Time) *data.Field {
	values, store := make([]*time.Time, len(rows)), make([]time.Time, len(rows))
	for i := range rows {
		if t := get(&rows[i]); !t.IsZero() {
			store[i] = t
			values[i] = &store[i]
		}
	}
	return data.NewField(name, nil, values).SetConfig(&data.FieldConfig{DisplayName: title})
}
