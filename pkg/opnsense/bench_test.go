package opnsense

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// benchAnswer is an answer with so many peers, without any white space.
func benchAnswer(peers int) []byte {
	rows := []string{`{"if":"wg0","type":"interface","public-key":"sFU6oDqpQdoQwOipyjVHrh3vs05jwdRkj1webHzjLhw=","listen-port":"51820","fwmark":"off","endpoint":"51820","status":"up","name":"road-warrior","latest-handshake-age":null,"latest-handshake-epoch":null,"peer-status":"offline","ifname":"road-warrior"}`}
	for i := range peers {
		rows = append(rows, fmt.Sprintf(`{"if":"wg0","type":"peer","public-key":"%043d=","endpoint":"198.51.100.%d:51900","allowed-ips":"10.%d.%d.2\/32,192.168.7.0\/24","latest-handshake":1795335023,"transfer-rx":%d,"transfer-tx":380,"persistent-keepalive":"25","name":"peer-%d","latest-handshake-age":23,"latest-handshake-epoch":"2026-11-22 08:10:23","peer-status":"online","ifname":"road-warrior"}`,
			i, i%256, i/256, i%256, 468+i, i))
	}
	return fmt.Appendf(nil, `{"total":%d,"rowCount":%d,"current":1,"rows":[%s]}`, len(rows), len(rows), strings.Join(rows, ","))
}

// plainRow is what encoding/json needs to read the same fields.
type plainRow struct {
	If         string  `json:"if"`
	Type       string  `json:"type"`
	PublicKey  string  `json:"public-key"`
	ListenPort string  `json:"listen-port"`
	Endpoint   string  `json:"endpoint"`
	AllowedIPs string  `json:"allowed-ips"`
	Status     string  `json:"status"`
	PeerStatus string  `json:"peer-status"`
	Name       string  `json:"name"`
	IfName     *string `json:"ifname"`
	Handshake  int64   `json:"latest-handshake"`
	Age        *int64  `json:"latest-handshake-age"`
	Rx         int64   `json:"transfer-rx"`
	Tx         int64   `json:"transfer-tx"`
	Keepalive  string  `json:"persistent-keepalive"`
}

type plainAnswer struct {
	Total int64      `json:"total"`
	Rows  []plainRow `json:"rows"`
}

// BenchmarkDecode compares the decoder, judgement of every field and all, with
// encoding/json into plain structs. Both read from a stream.
func BenchmarkDecode(b *testing.B) {
	for _, peers := range []int{50, 1000, 10_000} {
		doc := benchAnswer(peers)
		b.Run(fmt.Sprintf("peers=%d/ours", peers), func(b *testing.B) {
			b.SetBytes(int64(len(doc)))
			b.ReportAllocs()
			for b.Loop() {
				s, err := decodeShow(bytes.NewReader(doc))
				must(b, err)
				if len(s.report.Peers) != peers || s.report.Oddities != nil {
					b.Fatal(len(s.report.Peers), s.report.Oddities)
				}
			}
		})
		b.Run(fmt.Sprintf("peers=%d/encoding-json", peers), func(b *testing.B) {
			b.SetBytes(int64(len(doc)))
			b.ReportAllocs()
			for b.Loop() {
				var a plainAnswer
				must(b, json.NewDecoder(bytes.NewReader(doc)).Decode(&a))
				if len(a.Rows) != peers+1 {
					b.Fatal(len(a.Rows))
				}
			}
		})
	}
}
