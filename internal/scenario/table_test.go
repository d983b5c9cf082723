package scenario

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// document is the table, for people and for the test.
const document = "../../docs/scenarios.md"

// scenario is one row of it.
type scenario struct {
	id, happens string
	setup       []string
	phases      []phase
}

// phase is a part of a row, at whose end exactly these alerts fire.
type phase struct {
	script     []string // one command each
	grafana    []string // subjects, sorted
	prometheus []string
	differs    bool // prometheus is not the same on purpose
}

// columns of a table of scenarios, in this order.
var columns = []string{"Id", "What happens", "Lab", "Script", "Fires at the end", "Prometheus"}

// readTable reads all tables of the document that have the columns of scenarios.
func readTable(path string) ([]scenario, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var out []scenario
	inside := false
	seen := map[string]bool{}
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		cells := cells(lines.Text())
		switch {
		case cells == nil:
			inside = false
		case slices.Equal(cells, columns):
			inside = true
		case !inside || strings.HasPrefix(cells[0], "---"):
		default:
			s, err := parseRow(cells)
			if err == nil && seen[s.id] {
				err = fmt.Errorf("the id %s is taken", s.id)
			}
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", path, n, err)
			}
			seen[s.id] = true
			out = append(out, s)
		}
	}
	return out, lines.Err()
}

func cells(line string) []string {
	line, ok := strings.CutPrefix(strings.TrimSpace(line), "|")
	if !ok {
		return nil
	}
	return list(strings.TrimSuffix(line, "|"), "|")
}

func list(text, separator string) []string {
	var out []string
	for part := range strings.SplitSeq(text, separator) {
		out = append(out, strings.Trim(strings.TrimSpace(part), "`"))
	}
	return out
}

func parseRow(cells []string) (scenario, error) {
	if len(cells) != len(columns) {
		return scenario{}, fmt.Errorf("%d columns, want %d", len(cells), len(columns))
	}
	s := scenario{id: cells[0], happens: cells[1], setup: list(cells[2], ",")}
	scripts, fires := list(cells[3], " then "), list(cells[4], " then ")
	var differs []string
	if cells[5] != "the same" {
		differs = list(cells[5], " then ")
	}
	if len(fires) != len(scripts) || (differs != nil && len(differs) != len(scripts)) {
		return scenario{}, fmt.Errorf("%d phases in the script, %d in what fires, %d in what differs in Prometheus", len(scripts), len(fires), len(differs))
	}
	for i := range scripts {
		p := phase{script: list(scripts[i], ";"), grafana: subjects(fires[i])}
		p.prometheus = unkept(p.grafana)
		if differs != nil && differs[i] != "the same" {
			p.prometheus, p.differs = subjects(differs[i]), true
			if slices.Equal(p.prometheus, unkept(p.grafana)) {
				return scenario{}, fmt.Errorf("phase %d: what differs is the same", i+1)
			}
		}
		s.phases = append(s.phases, p)
	}
	return s, nil
}

// subjects reads "InterfaceDown hq/wg1, SiteDown hq/wg1/a"; "nothing" is none.
func subjects(text string) []string {
	if text == "nothing" {
		return nil
	}
	out := list(text, ",")
	slices.Sort(out)
	return out
}

// unkept takes away the word that says that Grafana has no value now.
func unkept(subjects []string) []string {
	var out []string
	for _, s := range subjects {
		out = append(out, strings.TrimSuffix(s, " (kept)"))
	}
	slices.Sort(out)
	return out
}

func TestTableIsRead(t *testing.T) {
	got, err := parseRow(cells("| x | it falls | single, phone | `down hq/wg1; wait 3m` then `up hq/wg1` | InterfaceDown hq/wg1 (kept) then nothing | nothing then the same |"))
	if err != nil {
		t.Fatal(err)
	}
	want := `{x it falls [single phone] [{[down hq/wg1 wait 3m] [InterfaceDown hq/wg1 (kept)] [] true} {[up hq/wg1] [] [] false}]}`
	if text := fmt.Sprint(got); text != want {
		t.Errorf("\n got %s\nwant %s", text, want)
	}
	for _, bad := range []string{
		"| x | y |",
		"| x | y | single | `wait 1m` | nothing then nothing | the same |",
		"| x | y | single | `wait 1m` then `wait 1m` | nothing then nothing | InterfaceDown hq/wg1 |",
		"| x | y | single | `wait 1m` | nothing | nothing |",
	} {
		if _, err := parseRow(cells(bad)); err == nil {
			t.Errorf("accepted: %s", bad)
		}
	}
}
