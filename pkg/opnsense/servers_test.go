package opnsense

import (
	"bytes"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

type configured = wireguard.ConfiguredInterface

func dependsOn(vhid int) wireguard.CARPDependency {
	return wireguard.CARPDependency{Known: true, VHID: vhid}
}

func TestDecodeServers(t *testing.T) {
	const on = `"interface":"wg0","enabled":"1"`
	// carp is the row of an instance that is on, with some way to say its dependency.
	carp := func(c wireguard.CARPDependency) []configured {
		return []configured{{Device: "wg0", Enabled: true, CARP: c}}
	}
	notKnown := carp(wireguard.CARPDependency{})
	for _, tt := range []struct {
		name, rows string
		want       []configured
	}{
		{"rows that are none", `7,null,"wg0",[{"name":"hq"}]`, nil},
		{"empty", `{}`, nil},
		{"neither device nor name", `{"uuid":"u","enabled":"1","pubkey":"k"}`, nil},
		{"fields of other types", `{"interface":["wg0"],"name":{"name":"hq"},"instance":true}`, nil},
		{"no number of a device", `{"instance":"-1"},{"instance":"1e1"},{"instance":""},{"instance":null},{"instance":65536}`, nil},
		{"a name only", `{"name":"hq","enabled":"1"}`, []configured{{Name: "hq", Enabled: true}}},
		{"enabled is missing", `{"interface":"wg0"}`, notKnown},
		{"enabled is odd", `{"interface":"wg0","enabled":{}},{"interface":"wg1","enabled":null}`,
			[]configured{{Device: "wg0", Enabled: true}, {Device: "wg1", Enabled: true}}},
		{"enabled as a number", `{"interface":"wg0","enabled":1},{"interface":"wg1","enabled":0}`,
			[]configured{{Device: "wg0", Enabled: true}, {Device: "wg1"}}},
		{"disabled", `{"interface":"wg0","enabled":"0"},{"interface":"wg1","enabled":""}`, []configured{{Device: "wg0"}, {Device: "wg1"}}},
		{"the number for a device", `{"instance":"7","enabled":"0"},{"instance":8,"interface":"","enabled":"0"}`,
			[]configured{{Device: "wg7"}, {Device: "wg8"}}},
		{"the device before the number", `{"instance":"7","interface":"wg0","enabled":"0"}`, []configured{{Device: "wg0"}}},
		{"dependency null", `{` + on + `,"carp_depend_on":null}`, notKnown},
		{"dependency of another type", `{` + on + `,"carp_depend_on":{"a":""}}`, notKnown},
		{"dependency that is only a uuid", `{` + on + `,"carp_depend_on":"ca55ea8a"}`, notKnown},
		{"dependency in other words", `{` + on + `,"carp_depend_on":"ca55ea8a","%carp_depend_on":"vhid 1"}`, notKnown},
		{"groups that are none", `{` + on + `,"carp_depend_on":"[a] b (vhid 0)"}`, notKnown},
		{"group too high", `{` + on + `,"carp_depend_on":"[a] b (vhid 256)"}`, notKnown},
		{"group cut off", `{` + on + `,"carp_depend_on":"[a] b (vhid "}`, notKnown},
		{"described, without a value", `{` + on + `,"%carp_depend_on":"[a] b (vhid 3)"}`, notKnown},
		{"described first", `{"%carp_depend_on":"[a] b (vhid 3)",` + on + `,"carp_depend_on":"ca55ea8a"}`, carp(dependsOn(3))},
		{"a description like the mark", `{` + on + `,"carp_depend_on":"[a] (vhid 9) on lan (vhid 3)"}`, carp(dependsOn(3))},
		{"no dependency", `{` + on + `,"carp_depend_on":"","%carp_depend_on":""}`, carp(dependsOn(0))},
		{"the last of two counts", `{` + on + `,"carp_depend_on":"(vhid 1)","carp_depend_on":""}`, carp(dependsOn(0))},
		{"a name with escapes is not wanted", `{"interface":"wg0","\u006eame":"hq"}`, notKnown},
		{"texts as they are typed", `{"interface":"wg0","name":"<b>Zo\u00eb & \"\\\"\/</b>` + "\xff" + `"}`,
			[]configured{{Device: "wg0", Name: `<b>Zoë & "\"/</b>` + "\uFFFD", Enabled: true}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := decodeServers(strings.NewReader(`{"rows":[` + tt.rows + `]}`))
			must(t, err)
			if !reflect.DeepEqual(p.rows, tt.want) {
				t.Errorf("\n got %+v\nwant %+v", p.rows, tt.want)
			}
		})
	}
}

// What each release sends for one instance that depends on a CARP address and one
// that does not.
func TestServersOfReleases(t *testing.T) {
	const (
		described = `"[198.51.100.10] LAN CARP on lan (vhid 1)"`
		private   = `,"privkey":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","psk":"AAAA\/AAA=","mtu":1420,"debug":false`
	)
	for _, tt := range []struct {
		release   string
		one, none string // fields of the two beside those that all releases send
		known     bool
	}{
		{"24.7 to 25.1.2", `"interface":"wg1"`, `"interface":"wg2"`, false},
		{"25.1.3 to 25.1.12", `"carp_depend_on":` + described + private, `"carp_depend_on":""` + private, true},
		{"25.7.0", `"carp_depend_on":"ca55ea8a-ee9c","%carp_depend_on":` + described + private, `"carp_depend_on":""` + private, true},
		{"25.7.1 and later", `"interface":"wg1","carp_depend_on":"ca55ea8a-ee9c","%carp_depend_on":` + described + private,
			`"interface":"wg2","carp_depend_on":""` + private, true},
	} {
		t.Run(tt.release, func(t *testing.T) {
			doc := `{"rows":[{"uuid":"u1","enabled":"1","name":"site","instance":"1","pubkey":"k1=",` + tt.one +
				`},{"uuid":"u2","enabled":"0","name":"lab","instance":"2","pubkey":"k2=",` + tt.none + `}],"rowCount":2,"total":2,"current":1}`
			p, err := decodeServers(iotest.OneByteReader(strings.NewReader(doc)))
			must(t, err)
			want := []configured{
				{UUID: "u1", Device: "wg1", Name: "site", PublicKey: "k1=", Enabled: true, CARP: wireguard.CARPDependency{Known: tt.known}},
				{UUID: "u2", Device: "wg2", Name: "lab", PublicKey: "k2=", CARP: wireguard.CARPDependency{Known: tt.known}},
			}
			if tt.known {
				want[0].CARP.VHID = 1
			}
			if !reflect.DeepEqual(p.rows, want) || p.total != 2 {
				t.Errorf("total %d\n got %+v\nwant %+v", p.total, p.rows, want)
			}
		})
	}
}

func TestRecordedServers(t *testing.T) {
	doc, err := os.ReadFile("testdata/search_server.json")
	must(t, err)
	p, err := decodeServers(bytes.NewReader(doc))
	must(t, err)
	if p.total != int64(p.sent) {
		t.Errorf("%d of %d rows", p.sent, p.total)
	}
	checkGolden(t, "search_server.golden.json", p.rows)
}

// FuzzDecodeServers holds that the redactor takes nothing away that is wanted.
func FuzzDecodeServers(f *testing.F) {
	seed(f)
	for _, row := range []string{
		`{"name":"a","privkey":"b\"c","instance":1,"enabled":true}`, `{"privkey":["x",{"name":"y"}],"interface":"wg0","carp_depend_on":"(vhid 1)"}`,
		`{"name" : "name","uuid":"uuid","pubkey":-1.5e3}`, `{"%carp_depend_on":"(vhid (vhid 255))","carp_depend_on":"x","name":"\\"}`,
	} {
		f.Add([]byte(`{"total":1,"rows":[` + row + `]}`))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		p, err := decodeServers(bytes.NewReader(doc))
		slow, slowErr := decodeServers(iotest.OneByteReader(bytes.NewReader(doc)))
		if (err == nil) != (slowErr == nil) || !reflect.DeepEqual(p, slow) {
			t.Errorf("depends on how the answer arrives: %v, %v", err, slowErr)
		}
		if err != nil && p.rows != nil || len(p.rows) > p.sent || p.sent > len(doc) {
			t.Errorf("%d kept of %d rows, %v", len(p.rows), p.sent, err)
		}
		for _, i := range p.rows {
			if i.Device == "" && i.Name == "" || i.CARP.VHID < 0 || i.CARP.VHID > 255 || !i.CARP.Known && i.CARP.VHID != 0 {
				t.Errorf("%+v", i)
			}
			mustBeText(t, i.UUID, i.Device, i.Name, i.PublicKey)
		}
		plain, plainErr := readList(newDecoder(bytes.NewReader(doc)), (*decoder).server)
		if plainErr == nil && !bytes.Contains(doc, []byte(`\u`)) && (err != nil || !reflect.DeepEqual(p, plain)) {
			t.Errorf("%v\nredacted %+v\n   plain %+v", err, p, plain)
		}
	})
}
