package opnsense

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

var update = flag.Bool("update", false, "write the golden files anew")

type odds = wireguard.Oddities

// blankPeer is a peer of which nothing is known but that it is on wg0.
func blankPeer(change func(p *wireguard.PeerReport)) []wireguard.PeerReport {
	p := wireguard.PeerReport{Device: "wg0", PublicKey: "k", RxBytes: -1, TxBytes: -1, HandshakeAge: -1}
	change(&p)
	return []wireguard.PeerReport{p}
}

func interfaceRow(i wireguard.InterfaceReport) []wireguard.InterfaceReport {
	return []wireguard.InterfaceReport{i}
}

func TestDecodeShowRows(t *testing.T) {
	type peer = wireguard.PeerReport
	type iface = wireguard.InterfaceReport
	const p = `"type":"peer","if":"wg0","public-key":"k","latest-handshake":0`
	for _, tt := range []struct {
		name       string
		row        string
		interfaces []iface
		peers      []peer
		odd        odds
	}{
		{name: "a number", row: `7`, odd: odds{wireguard.OddRow: 1}},
		{name: "null", row: `null`, odd: odds{wireguard.OddRow: 1}},
		{name: "an array", row: `[{"type":"peer"}]`, odd: odds{wireguard.OddRow: 1}},
		{name: "empty", row: `{}`, odd: odds{wireguard.OddRow: 1}},
		{name: "unknown type", row: `{"type":"tunnel","transfer-rx":-1}`, odd: odds{wireguard.OddType: 1}},
		{name: "type is an object", row: `{"type":{"a":[1]}}`, odd: odds{wireguard.OddRow: 1}},
		{name: "bare interface", row: `{"type":"interface"}`, interfaces: interfaceRow(iface{}),
			odd: odds{wireguard.OddDevice: 1, wireguard.OddKey: 1, wireguard.OddStatus: 1}},
		{name: "bare peer", row: `{"type":"peer"}`,
			peers: []peer{{Status: wireguard.PeerUnknown, LatestHandshake: -1, RxBytes: -1, TxBytes: -1, HandshakeAge: -1}},
			odd:   odds{wireguard.OddDevice: 1, wireguard.OddKey: 1}},
		{name: "device is a number", row: `{"if":0,"type":"interface","public-key":"k","status":"up"}`,
			interfaces: interfaceRow(iface{PublicKey: "k", Link: wireguard.LinkUp}),
			odd:        odds{wireguard.OddDevice: 1, wireguard.OddField: 1}},
		{name: "unknown word", row: `{"type":"interface","if":"wg0","public-key":"k","status":"dormant"}`,
			interfaces: interfaceRow(iface{Device: "wg0", PublicKey: "k", StatusWord: "dormant"}),
			odd:        odds{wireguard.OddStatus: 1}},
		{name: "created, not configured", row: `{"type":"interface","if":"wg0","public-key":"(none)","status":"down","name":"","ifname":null,"listen-port":"0"}`,
			interfaces: interfaceRow(iface{Device: "wg0", PublicKey: wireguard.NotConfigured, Link: wireguard.LinkDown}),
			odd:        odds{wireguard.OddUnassigned: 1}},
		{name: "ifname for a name", row: `{"type":"interface","if":"wg0","public-key":"k","status":"up","name":"","ifname":"hq"}`,
			interfaces: interfaceRow(iface{Device: "wg0", PublicKey: "k", Name: "hq", Link: wireguard.LinkUp})},
		{name: "port as a number", row: `{"type":"interface","if":"wg0","public-key":"k","status":"up","listen-port":51820}`,
			interfaces: interfaceRow(iface{Device: "wg0", PublicKey: "k", ListenPort: 51820, Link: wireguard.LinkUp})},
		{name: "port too high", row: `{"type":"interface","if":"wg0","public-key":"k","status":"up","listen-port":"65536"}`,
			interfaces: interfaceRow(iface{Device: "wg0", PublicKey: "k", Link: wireguard.LinkUp}),
			odd:        odds{wireguard.OddNumber: 1}},
		{name: "peer-status of an interface", row: `{"type":"interface","if":"wg0","public-key":"k","status":"up","peer-status":"asleep"}`,
			interfaces: interfaceRow(iface{Device: "wg0", PublicKey: "k", Link: wireguard.LinkUp})},
		{name: "status of a peer", row: `{` + p + `,"status":"asleep"}`, peers: blankPeer(func(*peer) {})},
		{name: "type at the end, unknown fields", row: `{"if":"wg0","new":{"a":[{}]},"public-key":"k","latest-handshake":0,"type":"peer"}`,
			peers: blankPeer(func(*peer) {})},
		{name: "counters as strings", row: `{` + p + `,"transfer-rx":"468","transfer-tx":" 1"}`,
			peers: blankPeer(func(p *peer) { p.RxBytes = 468 }), odd: odds{wireguard.OddNumber: 1}},
		{name: "negative, huge", row: `{` + p + `,"transfer-rx":-1,"transfer-tx":1.8446744073709552e19}`,
			peers: blankPeer(func(*peer) {}), odd: odds{wireguard.OddNumber: 1}},
		{name: "floats", row: `{` + p + `,"transfer-rx":1e3,"transfer-tx":1.5}`,
			peers: blankPeer(func(p *peer) { p.RxBytes = 1000 }), odd: odds{wireguard.OddNumber: 1}},
		{name: "largest", row: `{` + p + `,"transfer-rx":9223372036854775807,"transfer-tx":"Infinity"}`,
			peers: blankPeer(func(p *peer) { p.RxBytes = 1<<63 - 1 }), odd: odds{wireguard.OddNumber: 1}},
		{name: "counters of other types", row: `{` + p + `,"transfer-rx":[1],"transfer-tx":true}`,
			peers: blankPeer(func(*peer) {}), odd: odds{wireguard.OddField: 1}},
		{name: "counters null", row: `{` + p + `,"transfer-rx":null,"transfer-tx":null}`, peers: blankPeer(func(*peer) {})},
		{name: "never", row: `{` + p + `,"latest-handshake-age":null,"latest-handshake-epoch":null,"peer-status":"offline"}`,
			peers: blankPeer(func(p *peer) { p.Status = wireguard.PeerOffline })},
		{name: "handshake null", row: `{` + p + `,"latest-handshake":null}`, peers: blankPeer(func(*peer) {})},
		{name: "handshake as a string", row: `{` + p + `,"latest-handshake":"1795335023","latest-handshake-age":"23","peer-status":"online"}`,
			peers: blankPeer(func(p *peer) {
				p.LatestHandshake, p.HandshakeAge, p.Status = 1795335023, 23, wireguard.PeerOnline
			})},
		{name: "handshake unreadable, no word", row: `{` + p + `,"latest-handshake":"today"}`,
			peers: blankPeer(func(p *peer) { p.LatestHandshake, p.Status = -1, wireguard.PeerUnknown }), odd: odds{wireguard.OddNumber: 1}},
		{name: "handshake unreadable, stale", row: `{` + p + `,"latest-handshake":{},"peer-status":"stale"}`,
			peers: blankPeer(func(p *peer) { p.LatestHandshake, p.Status = -1, wireguard.PeerStale }), odd: odds{wireguard.OddField: 1}},
		{name: "handshake beyond the calendar", row: `{` + p + `,"latest-handshake":253402300800,"peer-status":null}`,
			peers: blankPeer(func(p *peer) { p.LatestHandshake, p.Status = -1, wireguard.PeerUnknown }), odd: odds{wireguard.OddNumber: 1}},
		{name: "unknown peer status", row: `{` + p + `,"peer-status":"asleep"}`,
			peers: blankPeer(func(p *peer) { p.Status = wireguard.PeerUnknown }), odd: odds{wireguard.OddStatus: 1}},
		{name: "keepalive off", row: `{` + p + `,"persistent-keepalive":"off"}`, peers: blankPeer(func(*peer) {})},
		{name: "keepalive null", row: `{` + p + `,"persistent-keepalive":null}`, peers: blankPeer(func(*peer) {})},
		{name: "keepalive number", row: `{` + p + `,"persistent-keepalive":25}`, peers: blankPeer(func(p *peer) { p.Keepalive = 25 })},
		{name: "keepalive word", row: `{` + p + `,"persistent-keepalive":"on"}`, peers: blankPeer(func(*peer) {}), odd: odds{wireguard.OddNumber: 1}},
		{name: "keepalive true", row: `{` + p + `,"persistent-keepalive":true}`, peers: blankPeer(func(*peer) {}), odd: odds{wireguard.OddField: 1}},
		{name: "nothing where wg prints (none)", row: `{` + p + `,"endpoint":"(none)","allowed-ips":"(none)"}`, peers: blankPeer(func(*peer) {})},
		{name: "peer without a key", row: `{"type":"peer","if":"wg0","public-key":"(none)","latest-handshake":0}`,
			peers: blankPeer(func(p *peer) { p.PublicKey = "" }), odd: odds{wireguard.OddKey: 1}},
		{name: "unknown to the configuration", row: `{` + p + `,"name":"","ifname":null}`,
			peers: blankPeer(func(*peer) {}), odd: odds{wireguard.OddUnassigned: 1}},
		{name: "one row, one count", row: `{` + p + `,"name":1,"endpoint":2,"allowed-ips":["10.0.0.0/8"]}`,
			peers: blankPeer(func(*peer) {}), odd: odds{wireguard.OddField: 1}},
		{name: "names as they are typed", row: `{` + p + `,"name":"<b>\u00e9 & \"x\" \ud83d\ude00</b>\n"}`,
			peers: blankPeer(func(p *peer) { p.Name = "<b>é & \"x\" 😀</b>\n" })},
		{name: "invalid UTF-8", row: `{` + p + `,"name":"a` + "\xff" + `b\ud800"}`,
			peers: blankPeer(func(p *peer) { p.Name = "a\uFFFDb\uFFFD" })},
		{name: "the last of two counts", row: `{` + p + `,"name":"a","name":"b","\u006eame":"c"}`,
			peers: blankPeer(func(p *peer) { p.Name = "c" })},
		{name: "a text beyond the limit", row: `{` + p + `,"name":"` + strings.Repeat("x", maxText+1) + `"}`,
			peers: blankPeer(func(*peer) {}), odd: odds{wireguard.OddField: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := decodeShow(strings.NewReader(`{"rows":[` + tt.row + `]}`))
			must(t, err)
			want := wireguard.Report{Interfaces: tt.interfaces, Peers: tt.peers, Oddities: tt.odd}
			if len(s.report.Peers) == 0 {
				s.report.Peers = nil
			}
			if !reflect.DeepEqual(s.report, want) {
				t.Errorf("\n got %+v\nwant %+v", s.report, want)
			}
			if s.rows != 1 {
				t.Errorf("%d rows", s.rows)
			}
		})
	}
}

func TestDecodeShowDocument(t *testing.T) {
	const row = `{"type":"peer"}`
	for _, tt := range []struct {
		name, doc   string
		total       int64
		rows, peers int
	}{
		{name: "no total", doc: `{"rows":[]}`, total: -1},
		{name: "total as a string", doc: `{"total":"2","rows":[` + row + `]}`, total: 2, rows: 1, peers: 1},
		{name: "total is nonsense", doc: `{"total":{"a":1},"rows":[` + row + `]}`, total: -1, rows: 1, peers: 1},
		{name: "total after the rows", doc: `{"rows":[` + row + `],"total":9}`, total: 9, rows: 1, peers: 1},
		{name: "a total that lies", doc: `{"total":9223372036854775807,"rows":[]}`, total: 1<<63 - 1},
		{name: "odd rows count as rows", doc: `{"total":3,"rows":[1,{},` + row + `]}`, total: 3, rows: 3, peers: 1},
		{name: "rows twice", doc: `{"rows":[` + row + `,` + row + `],"rows":[` + row + `]}`, total: -1, rows: 1, peers: 1},
		{name: "rows twice, the last empty", doc: `{"rows":[` + row + `],"rows":[]}`, total: -1},
		{name: "white space", doc: " \r\n\t{ \"rows\" : [ ] } \n", total: -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := decodeShow(iotest.OneByteReader(strings.NewReader(tt.doc)))
			must(t, err)
			if s.total != tt.total || s.rows != tt.rows || len(s.report.Peers) != tt.peers {
				t.Errorf("total %d, rows %d, peers %d", s.total, s.rows, len(s.report.Peers))
			}
		})
	}
}

func TestDecodeVirtualIPs(t *testing.T) {
	type vips = []wireguard.VirtualIP
	for _, tt := range []struct {
		name, doc string
		want      vips
	}{
		{"rows that are none", `{"rows":[1,null,"x",[]]}`, nil},
		{"an empty row", `{"rows":[{}],"carp":{}}`, vips{{}}},
		{"group as a number", `{"rows":[{"vhid":7,"mode":"carp","status":"INIT"}]}`, vips{{VHID: 7, Mode: "carp", Role: "INIT"}}},
		{"no group", `{"rows":[{"vhid":"","mode":"ipalias","subnet":"192.0.2.1"}]}`, vips{{Mode: "ipalias", Subnet: "192.0.2.1"}}},
		{"groups that are none", `{"rows":[{"vhid":"0"},{"vhid":256},{"vhid":"-1"},{"vhid":null},{"vhid":[]}]}`, vips{{}, {}, {}, {}, {}}},
		{"a word of a later version", `{"rows":[{"status":"STANDBY","interface":{}}],"carp":null}`, vips{{Role: "STANDBY"}}},
		{"rows twice", `{"rows":[{"vhid":"1"}],"rows":[{"vhid":"2"}]}`, vips{{VHID: 2}}},
		{"rows twice, the last empty", `{"rows":[{"vhid":"1"}],"rows":[]}`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := decodeVirtualIPs(strings.NewReader(tt.doc))
			must(t, err)
			if len(got) != len(tt.want) || len(got) > 0 && !reflect.DeepEqual(got, tt.want) {
				t.Errorf("\n got %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// Answers recorded from OPNsense.
func TestRecordedAnswers(t *testing.T) {
	for _, name := range []string{"show", "show-carp-backup", "get_vip_status-backup", "get_vip_status-master"} {
		t.Run(name, func(t *testing.T) {
			doc, err := os.ReadFile(filepath.Join("testdata", name+".json"))
			must(t, err)
			var got any
			if strings.HasPrefix(name, "show") {
				var s shown
				s, err = decodeShow(bytes.NewReader(doc))
				if s.total != int64(s.rows) {
					t.Errorf("%d of %d rows", s.rows, s.total)
				}
				got = s.report
			} else {
				got, err = decodeVirtualIPs(bytes.NewReader(doc))
			}
			must(t, err)
			checkGolden(t, name+".golden.json", got)
		})
	}
}

func checkGolden(t *testing.T, name string, v any) {
	t.Helper()
	got, err := json.MarshalIndent(v, "", "  ")
	must(t, err)
	file := filepath.Join("testdata", name)
	if *update {
		must(t, os.WriteFile(file, append(got, '\n'), 0o644))
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if !bytes.Equal(append(got, '\n'), want) {
		t.Errorf("differs from %s:\n%s", name, got)
	}
}

// A text that repeats is kept once, and none keeps the answer's buffer alive.
func TestWordsAreKeptOnce(t *testing.T) {
	doc := `{"rows":[` + strings.Repeat(`{"type":"peer","if":"wg0","ifname":"hq","public-key":"k"},`, 999) + `{}]}`
	allocs := testing.AllocsPerRun(10, func() {
		if _, err := decodeShow(strings.NewReader(doc)); err != nil {
			t.Fatal(err)
		}
	})
	if allocs > 1000+60 { // a key for each row, and the rest
		t.Errorf("%.0f allocations for 999 peers with one text of their own", allocs)
	}
}
