package query_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
)

// stored is a query as some version stored it, and what it asks for.
type stored struct {
	Why   string          `json:"why"`
	Query json.RawMessage `json:"query"`
	Asks  string          `json:"asks"` // as [query.Query.String] has it
}

// What every released version stored still asks for the same. The variables of a
// dashboard are filled in by the front end; here a name stands for each.
func TestQueriesOfVersions(t *testing.T) {
	for file, parse := range map[string]func([]byte, string) (query.Query, error){"queries.json": query.Parse, "rules.json": query.ParseForRule} {
		paths, err := filepath.Glob(filepath.Join("../../tests/versions/*", file))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no %s of any version, %v", file, err)
		}
		for _, path := range paths {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var all []stored
			if err := json.Unmarshal(raw, &all); err != nil || len(all) == 0 {
				t.Fatalf("%s: %d queries, %v", path, len(all), err)
			}
			for _, s := range all {
				q, err := parse([]byte(os.Expand(string(s.Query), fill)), "")
				if err != nil || q.String() != s.Asks {
					t.Errorf("%s: %s: asks %q (%v), want %q", path, s.Why, q, err, s.Asks)
				}
			}
		}
	}
}

// fill leaves to the back end what is its own.
func fill(variable string) string {
	if len(variable) > 1 && variable[:2] == "__" {
		return "$" + variable
	}
	return "x"
}
