package simulator

import (
	"net/http"
	"testing"
)

func TestPaging(t *testing.T) {
	lab := mustLab(t)
	light, err := lab.AddLight(LightConfig{APIConfig: APIConfig{Name: "light"}, Peers: 20})
	if err != nil {
		t.Fatal(err)
	}
	big, err := lab.AddLight(LightConfig{APIConfig: APIConfig{Name: "big"}, Peers: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	f := mustFirewall(t, lab, FirewallConfig{})
	for n := range 3 {
		mustInstance(t, f, InstanceConfig{Number: n, Name: "x", TunnelAddress: prefix("10.1.0.1/24")})
	}
	tests := []struct {
		api             *API
		body            string // "": GET
		total, rowCount int
	}{
		{light.API, `{"rowCount":"many"}`, 21, 0},
		{light.API, `{"rowCount":0}`, 21, 0},
		{light.API, `{"rowCount":20,"current":9}`, 21, 0},
		{light.API, `{"rowCount":20,"current":2}`, 21, 1},
		{light.API, `{"rowCount":-1}`, 21, 21},
		{light.API, `{"rowCount":"-1"}`, 21, 21},
		{light.API, `{"type":["interface"]}`, 1, 1},
		{light.API, `{"searchPhrase":"PEER-0-1"}`, 11, 11}, // 1, 10 … 19
		{light.API, `{}`, 21, 21},
		{f.API, `{"rowCount":2}`, 3, 2},
		{f.API, `{"type":["peer"]}`, 0, 0},
		{f.API, `no JSON`, 3, 3},
		{big.API, ``, 10_001, defaultPage},
		{big.API, `{"rowCount":-1}`, 10_001, 10_001},
	}
	for _, test := range tests {
		method := http.MethodPost
		if test.body == "" {
			method = http.MethodGet
		}
		c := newCaller(t, test.api)
		_, body := c.send(c.request(method, showPath, test.body))
		got := parseTable(t, body)
		if got.Total != test.total || got.RowCount != test.rowCount || len(got.Rows) != test.rowCount {
			t.Errorf("%s: total %d, rowCount %d, %d rows; want %d, %d", test.body, got.Total, got.RowCount, len(got.Rows),
				test.total, test.rowCount)
		}
	}
	// A GET with the same parameters in its query string is not paged.
	if got := newCaller(t, f.API).table(showPath + "?rowCount=1&searchPhrase=nothing"); got.RowCount != 3 {
		t.Errorf("%d rows", got.RowCount)
	}
}

func TestOrderOfRows(t *testing.T) {
	orders := func(seed uint64) (orders []string) {
		f := mustFirewall(t, mustLab(t), FirewallConfig{APIConfig: APIConfig{Seed: seed}})
		for n := range 5 {
			mustInstance(t, f, InstanceConfig{Number: n, TunnelAddress: prefix("10.1.0.1/24")}).CreateOnly()
		}
		c := newCaller(t, f.API)
		for range 4 {
			order := ""
			for _, row := range c.show().Rows {
				order += row["if"].(string)
			}
			orders = append(orders, order)
		}
		return orders
	}
	first, again := orders(1), orders(1)
	differ := false
	for i := range first {
		if first[i] != again[i] {
			t.Errorf("answer %d: %s, then %s with the same seed", i, first[i], again[i])
		}
		differ = differ || first[i] != first[0]
	}
	if !differ {
		t.Errorf("always the same order: %v", first)
	}
}
