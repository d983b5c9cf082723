package history

import (
	"maps"
	"slices"
	"strings"
)

// String writes a series as Prometheus does: its name, and its labels by name.
func (s *Series) String() string {
	if len(s.Labels) == 0 && s.Name != "" {
		return s.Name
	}
	parts := make([]string, 0, len(s.Labels))
	for _, name := range slices.Sorted(maps.Keys(s.Labels)) {
		parts = append(parts, name+`="`+escapes.Replace(s.Labels[name])+`"`)
	}
	return s.Name + "{" + strings.Join(parts, ", ") + "}"
}

// escapes has what PromQL cannot read as it stands: Prometheus takes U+FFFD for
// invalid UTF-8.
var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\uFFFD", `\ufffd`)
