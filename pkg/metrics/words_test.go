package metrics

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The editor offers these names where an expression is typed, each with its HELP.
func TestEditorOffersEveryFamily(t *testing.T) {
	text, err := os.ReadFile("../../src/locales/en-US/opnsense-wireguard-datasource.json")
	if err != nil {
		t.Fatal(err)
	}
	var words struct {
		Query struct{ Series map[string]string }
	}
	if err := json.Unmarshal(text, &words); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, f := range Families() {
		want[f.Name] = f.Help
	}
	if diff := cmp.Diff(want, words.Query.Series); diff != "" {
		t.Errorf("src/selectors.ts says something else (-Families +editor):\n%s", diff)
	}
}
