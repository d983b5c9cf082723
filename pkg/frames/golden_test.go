package frames

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

var update = flag.Bool("update", false, "write the golden files anew; read the difference before you commit it")

// Every scenario in every type, format and metric, as people read it.
func TestGolden(t *testing.T) {
	for name, scenario := range scenarios {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			for _, q := range allQueries() {
				built, err := Build(q, scenario())
				if err != nil {
					fmt.Fprintf(&out, "== %s\nerror: %s\n\n", q, err)
					continue
				}
				for _, f := range built {
					render(t, &out, f)
				}
			}
			compare(t, name+".txt", out.Bytes())
		})
	}
}

// What Grafana receives, with units, titles and value mappings.
func TestGoldenWire(t *testing.T) {
	for _, typ := range []query.Type{query.Interfaces, query.Peers, query.Firewalls} {
		for _, q := range []query.Query{
			{Type: typ, Format: query.Table},
			{Type: typ, Format: query.Numeric, Metric: query.Metrics(typ)[0]},
		} {
			t.Run(q.String(), func(t *testing.T) {
				raw, err := data.FrameToJSON(mustBuild(t, q, healthy()), data.IncludeAll)
				if err != nil {
					t.Fatal(err)
				}
				var out bytes.Buffer
				if err := json.Indent(&out, raw, "", "  "); err != nil {
					t.Fatal(err)
				}
				out.WriteByte('\n')
				compare(t, fmt.Sprintf("wire_%s_%s.json", q.Type, q.Format), out.Bytes())
			})
		}
	}
}

// allQueries are those without filters, tables first.
func allQueries() []query.Query {
	var out []query.Query
	for _, typ := range []query.Type{query.Problems, query.Interfaces, query.Peers, query.Firewalls} {
		out = append(out, query.Query{Type: typ, Format: query.Table})
	}
	return append(out, numericQueries()...)
}

func numericQueries() []query.Query {
	var out []query.Query
	for _, typ := range []query.Type{query.Interfaces, query.Peers, query.Firewalls} {
		for _, m := range query.Metrics(typ) {
			out = append(out, query.Query{Type: typ, Format: query.Numeric, Metric: m})
		}
	}
	return out
}

func compare(t *testing.T, file string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("no golden file: %v", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-golden +got):\n%s", path, diff)
	}
}

// render writes a frame as a table: what it says of itself, then columns and rows.
func render(t *testing.T, out *bytes.Buffer, f *data.Frame) {
	t.Helper()
	executed := strings.Split(f.Meta.ExecutedQueryString, "\n")
	fmt.Fprintf(out, "== %s: frame %s, %s %v\n", executed[0], f.Name, f.Meta.Type, f.Meta.TypeVersion)
	if f.Meta.Type == data.FrameTypeTable {
		fmt.Fprintf(out, "   %s\n", strings.Join(executed[1:], "\n   "))
	}
	for _, n := range f.Meta.Notices {
		text, _ := n.Severity.MarshalJSON()
		fmt.Fprintf(out, "   %s %s\n", text, n.Text)
	}
	w := tabwriter.NewWriter(out, 0, 0, 1, ' ', tabwriter.Debug)
	var names, types []string
	for _, field := range f.Fields {
		names = append(names, field.Name)
		types = append(types, field.Type().ItemTypeString())
	}
	fmt.Fprintln(w, strings.Join(names, "\t"))
	fmt.Fprintln(w, strings.Join(types, "\t"))
	rows, err := f.RowLen()
	if err != nil {
		t.Fatal(err)
	}
	for row := range rows {
		var cells []string
		for _, field := range f.Fields {
			cells = append(cells, cell(t, field, row))
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	w.Flush()
	fmt.Fprintln(out)
}

func cell(t *testing.T, f *data.Field, row int) string {
	t.Helper()
	value, known := f.ConcreteAt(row)
	if !known {
		return "null"
	}
	switch v := value.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		if v.Location() != time.UTC {
			t.Errorf("%s in row %d is not in UTC: %s", f.Name, row, v)
		}
		return v.Format(time.RFC3339)
	}
	t.Fatalf("%s is a column of %s, which no frame of ours has", f.Name, f.Type())
	return ""
}

// mustBuild returns the one frame of an answer.
func mustBuild(tb testing.TB, q query.Query, scope []wireguard.Firewall) *data.Frame {
	tb.Helper()
	built, err := Build(q, scope)
	if err != nil {
		tb.Fatalf("%s: %v", q, err)
	}
	if len(built) != 1 {
		tb.Fatalf("%s: %d frames, want exactly one", q, len(built))
	}
	return built[0]
}
