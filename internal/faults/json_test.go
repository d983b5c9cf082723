package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

const showPath = "/api/wireguard/service/show"

// shows answers service/show with another body than the right one; the other calls
// are answered rightly.
func shows(change func(right []byte) []byte) fault {
	return fault{http: func(f *firewall, w http.ResponseWriter, r *http.Request) {
		resp := f.right(r)
		body, _ := io.ReadAll(resp.Body)
		if r.URL.Path == showPath {
			body = change(body)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}}
}

func instead(body string) fault { return shows(func([]byte) []byte { return []byte(body) }) }

// rowsOf changes the rows of a right answer.
func rowsOf(change func(rows []map[string]any) []map[string]any) fault {
	return shows(func(right []byte) []byte {
		var answer struct {
			Total    int              `json:"total"`
			RowCount int              `json:"rowCount"`
			Current  int              `json:"current"`
			Rows     []map[string]any `json:"rows"`
		}
		d := json.NewDecoder(bytes.NewReader(right))
		d.UseNumber()
		if err := d.Decode(&answer); err != nil {
			panic(err)
		}
		answer.Rows = change(answer.Rows)
		answer.Total = len(answer.Rows)
		out, err := json.Marshal(answer)
		if err != nil {
			panic(err)
		}
		return out
	})
}

// field gives a field of all rows of a type another value.
func field(kind, name string, value any) fault {
	return rowsOf(func(rows []map[string]any) []map[string]any {
		for _, r := range rows {
			if r["type"] == kind {
				r[name] = value
			}
		}
		return rows
	})
}

// wrongTypes are rows in which a field of all interfaces or of all peers is an
// object where it should be a text or a number.
func wrongTypes() (out []row) {
	for _, f := range []struct {
		kind, name string
		want       outcome
	}{
		{"interface", "if", namelessTunnels},
		{"interface", "type", lostTunnels},
		{"interface", "public-key", odd},
		{"interface", "listen-port", odd},
		{"interface", "fwmark", asEver},
		{"interface", "endpoint", odd},
		{"interface", "status", unknownStatus},
		{"interface", "name", odd},
		{"interface", "ifname", odd},
		{"peer", "if", placelessPeers},
		{"peer", "type", lostPeers},
		{"peer", "public-key", placelessPeers},
		{"peer", "endpoint", odd},
		{"peer", "allowed-ips", odd},
		{"peer", "latest-handshake", odd},
		{"peer", "transfer-rx", odd},
		{"peer", "transfer-tx", odd},
		{"peer", "persistent-keepalive", odd},
		{"peer", "name", namelessPeers},
		{"peer", "ifname", odd},
		{"peer", "latest-handshake-age", odd},
		{"peer", "latest-handshake-epoch", asEver},
		{"peer", "peer-status", odd},
	} {
		out = append(out, row{name: fmt.Sprintf("%s row, %s is an object", f.kind, f.name), fault: field(f.kind, f.name, model{"a": []int{1}}), want: f.want})
	}
	return out
}

var jsonRows = append(wrongTypes(), []row{
	{name: "an array", fault: instead(`[]`), want: unreadable},
	{name: "null", fault: instead(`null`), want: unreadable},
	{name: "a text", fault: instead(`"rows"`), want: unreadable},
	{name: "no rows", fault: instead(`{"total":0}`), want: unreadable},
	{name: "rows is an object", fault: instead(`{"rows":{"0":{}}}`), want: unreadable},
	{name: "rows that are numbers", fault: rowsAnd(`,7,null,"x",[1]`), want: odd},
	{name: "broken off", fault: shows(func(right []byte) []byte { return right[:len(right)/2] }), want: unreadable},
	{name: "more after the end", fault: shows(func(right []byte) []byte { return append(right, "\nWarning: something"...) }), want: unreadable},
	{name: "rows that are missing, by the total", fault: shows(func(right []byte) []byte {
		return bytes.Replace(right, []byte(`"total":`), []byte(`"total":1`), 1)
	}), want: unreadable},
	{name: "100,000 levels deep", fault: instead(strings.Repeat(`{"a":[`, 50_000)), want: unreadable},
	{name: "a row 100 levels deep", fault: rowsAnd("," + strings.Repeat("[", 100) + strings.Repeat("]", 100)), want: unreadable},
	{name: "names that come twice", fault: shows(func(right []byte) []byte {
		return bytes.ReplaceAll(right, []byte(`"type":`), []byte(`"type":"nonsense","type":`))
	}), want: asEver},
	{name: "rows that come twice", fault: shows(func(right []byte) []byte {
		return bytes.Replace(right, []byte(`"rows":`), []byte(`"rows":[{"type":"peer"}],"rows":`), 1)
	}), want: asEver},
	{name: "invalid UTF-8 in a text", fault: shows(func(right []byte) []byte {
		return bytes.ReplaceAll(right, []byte(`"198.51.100.`), []byte("\"\xff\xfe\xc0\x80198.51.100."))
	}), want: asEver},
	{name: "NUL and control characters in a text", fault: field("peer", "allowed-ips", "\x00\x1b[31m\u2028"), want: asEver},
	{name: "counters beyond 64 bits", fault: field("peer", "transfer-rx", json.Number(strings.Repeat("9", 400))), want: odd},
	{name: "negative counters", fault: field("peer", "transfer-rx", -5), want: odd},
	{name: "a handshake in the year 10,000", fault: field("peer", "latest-handshake", int64(253402300800)), want: odd},
	{name: "a handshake of 1e999", fault: field("peer", "latest-handshake", json.Number("1e999")), want: odd},
	{name: "a port of 70,000", fault: field("interface", "listen-port", "70000"), want: odd},
	{name: "a text of 110 kB", fault: field("peer", "allowed-ips", strings.Repeat("10.0.0.0/8,", 10_000)), want: odd},
	{name: "the same rows a hundred times", fault: rowsOf(func(rows []map[string]any) (out []map[string]any) {
		for range 100 {
			out = append(out, rows...)
		}
		return out
	}), want: odd},
	{name: "a million rows", setup: long, fault: fault{http: millionRows}, most: mostRead, want: unreadable},
	{name: "unknown fields and kinds of rows", fault: rowsAnd(`,{"type":"tunnel","if":"wg9"},{"type":"peer-group"}`), want: odd},
	{name: "an unknown word for a status", fault: field("interface", "status", "resting"), want: unknownStatus},
}...)

// rowsAnd adds to the rows of a right answer.
func rowsAnd(more string) fault {
	return shows(func(right []byte) []byte {
		end := bytes.LastIndexByte(right, ']')
		return append(append(append([]byte{}, right[:end]...), more...), right[end:]...)
	})
}

func millionRows(_ *firewall, w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"total":1000000,"rows":[`)
	row := strings.Repeat(`{"if":"wg0","type":"peer","public-key":"a","latest-handshake":0},`, 1000)
	for range 1000 {
		if _, err := io.WriteString(w, row); err != nil {
			return
		}
	}
	_, _ = io.WriteString(w, `{}]}`)
}
