// Package plain is the answer of service/show as encoding/json reads it, without
// any judgement: what the bench compares with.
package plain

// Row has the fields that the plugin reads of a row.
type Row struct {
	If         string  `json:"if"`
	Type       string  `json:"type"`
	Name       string  `json:"name"`
	IfName     *string `json:"ifname"`
	PublicKey  string  `json:"public-key"`
	Endpoint   string  `json:"endpoint"`
	AllowedIPs string  `json:"allowed-ips"`
	Status     string  `json:"status"`
	PeerStatus string  `json:"peer-status"`
	ListenPort string  `json:"listen-port,omitempty"`
	Keepalive  string  `json:"persistent-keepalive,omitempty"`
	Handshake  int64   `json:"latest-handshake"`
	Age        *int64  `json:"latest-handshake-age"`
	Rx         int64   `json:"transfer-rx"`
	Tx         int64   `json:"transfer-tx"`
}

// Answer is one page of rows.
type Answer struct {
	Total int64 `json:"total"`
	Rows  []Row `json:"rows"`
}
