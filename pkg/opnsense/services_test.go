package opnsense

import (
	"reflect"
	"strings"
	"testing"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

func decodeServices(doc string) (list[wireguard.ServiceEntry], error) {
	return readList(newDecoder(strings.NewReader(doc)), (*decoder).service)
}

func TestDecodeServices(t *testing.T) {
	type entries = []wireguard.ServiceEntry
	for _, tt := range []struct {
		name, rows string
		want       entries
	}{
		{"rows that are none", `7,null,"wireguard/u",[{"id":"wireguard/u"}]`, nil},
		{"empty", `{}`, nil},
		{"no id", `{"description":"WireGuard hq"}`, nil},
		{"id null", `{"id":null,"description":"WireGuard hq"}`, nil},
		{"id is an object", `{"id":{"id":"wireguard/u"}}`, nil},
		{"id is a number", `{"id":1}`, nil},
		{"no uuid", `{"id":"wireguard","description":"WireGuard"},{"id":"wireguard/","description":"WireGuard hq"}`, nil},
		{"another service", `{"id":"configd","description":"WireGuard hq"},{"id":"openvpn/u","description":"WireGuard hq"},{"id":"wireguard-go/u"}`, nil},
		{"no description", `{"id":"wireguard/u"}`, entries{{UUID: "u"}}},
		{"description is a list", `{"id":"wireguard/u","description":["WireGuard hq"]}`, entries{{UUID: "u"}}},
		{"other words", `{"id":"wireguard/u","description":"Wireguard-Instanz hq"}`, entries{{UUID: "u"}}},
		{"no name", `{"id":"wireguard/u","description":"WireGuard "}`, entries{{UUID: "u"}}},
		{"description first", `{"description":"WireGuard hq","running":1,"locked":0,"id":"wireguard/u"}`, entries{{UUID: "u", Name: "hq"}}},
		{"the last of two counts", `{"id":"wireguard/u","id":"cron","description":"WireGuard hq"}`, nil},
		{"escaped", `{"id":"wireguard\/u","description":"WireGuard &lt;b&gt;Zo\u00eb &amp; &quot;Co&quot;&#039;&lt;\/b&gt;"}`, entries{{UUID: "u", Name: `<b>Zoë & "Co"'</b>`}}},
		{"escaped once", `{"id":"wireguard/u","description":"WireGuard &amp;amp;"}`, entries{{UUID: "u", Name: "&amp;"}}},
		{"entities that are none", `{"id":"wireguard/u","description":"WireGuard a&b; &#xD800; &#1114112;&"}`, entries{{UUID: "u", Name: "a&b; \uFFFD \uFFFD&"}}},
		{"invalid UTF-8", `{"id":"wireguard/u","description":"WireGuard ` + "\xff" + `"}`, entries{{UUID: "u", Name: "\uFFFD"}}},
		{"name like the words", `{"id":"wireguard/u","description":"WireGuard WireGuard x"}`, entries{{UUID: "u", Name: "WireGuard x"}}},
		{"among others", `{"id":"cron"},{"id":"wireguard/a","description":"WireGuard hq"},{"id":"wireguard/b","description":"WireGuard hq"}`,
			entries{{UUID: "a", Name: "hq"}, {UUID: "b", Name: "hq"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := decodeServices(`{"rows":[` + tt.rows + `]}`)
			must(t, err)
			if !reflect.DeepEqual(p.rows, tt.want) {
				t.Errorf("\n got %+v\nwant %+v", p.rows, tt.want)
			}
		})
	}
}

func TestList(t *testing.T) {
	const row = `{"id":"wireguard/u"}`
	for _, tt := range []struct {
		name, doc  string
		total      int64
		sent, kept int
	}{
		{"no total", `{"rows":[]}`, -1, 0, 0},
		{"total is nonsense", `{"total":{},"rows":[` + row + `]}`, -1, 1, 1},
		{"total as a string, after the rows", `{"rows":[` + row + `],"total":"9"}`, 9, 1, 1},
		{"odd rows count as rows", `{"total":3,"rows":[1,{},` + row + `]}`, 3, 3, 1},
		{"rows twice", `{"rows":[` + row + `,` + row + `],"rows":[` + row + `]}`, -1, 1, 1},
		{"rows twice, the last empty", `{"rows":[` + row + `],"rows":[]}`, -1, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := decodeServices(tt.doc)
			must(t, err)
			if p.total != tt.total || p.sent != tt.sent || len(p.rows) != tt.kept {
				t.Errorf("total %d, sent %d, kept %d", p.total, p.sent, len(p.rows))
			}
		})
	}
}

func FuzzDecodeServices(f *testing.F) {
	seed(f)
	for _, rows := range []string{`{"id":"wireguard/u","description":"WireGuard &lt;&#x80;&amp"}`, `{"id":"wireguard/"},{"id":"\ud800","description":"WireGuard "}`} {
		f.Add([]byte(`{"total":1,"rows":[` + rows + `]}`))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		p, err := decodeServices(string(doc))
		if err != nil && p.rows != nil || len(p.rows) > p.sent || p.sent > len(doc) || p.total < -1 {
			t.Errorf("%d kept of %d rows, total %d, %v", len(p.rows), p.sent, p.total, err)
		}
		for _, s := range p.rows {
			if s.UUID == "" {
				t.Errorf("%+v", s)
			}
			mustBeText(t, s.UUID, s.Name)
		}
	})
}
