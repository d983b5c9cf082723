package deploy

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// quiet are texts of three words and more that nobody meets as a message: parts
// of expressions, of tables and of the log, and what tells of a bug in itself.
var quiet = []string{
	"(opnsense_instance, device, device_name)", " or 0 * max by ", " unless on (opnsense_instance, device) ", "sum by (opnsense_instance) (",
	" or 0 * max by (opnsense_instance) (", " == bool 1",
	"not known: the firewall did not answer", "from GET /api/wireguard/service/show", "from the history in memory", "Both nodes up", "No return traffic",
	"up on both nodes", "no return traffic", "up here and ", ", though CARP has one of the two as backup",
	"shakes hands, but sends next to nothing back for what it is sent",
	"Live panel begins without data", "Live panel gets no frame", "Firewall still cannot be read", "Firewall can be read again",
	"history: a float chunk has no histogram", "the service %s has no method QueryData", "only looked at the certificate", "must not be negative",
	// Behind "a thief of this key could also" and "lacks the privilege".
	"apply saved changes and start stopped tunnels (VPN: WireGuard: Status; before OPNsense 25.7 it is ",
	"VPN: WireGuard: Configuration, with which private keys can be read)",
	"from OPNsense 26.1.11 and 26.7 on, set CARP maintenance mode (Interfaces: Virtual IPs: Status)",
	"stop and restart any service (Status: Services)",
	"read private keys and, unless \"Deny config write\" is set, change tunnels (VPN: WireGuard: Configuration)",
	"VPN: WireGuard: Status (OPNsense 25.7 and later; before: VPN: WireGuard: Configuration)",
}

var verb = regexp.MustCompile(`%[-+# 0-9.]*[a-zA-Z]`)

// Every message of the back end is in docs/troubleshooting.md, word for word
// between what differs. (Why a row has its status is told in the rows.)
func TestMessagesAreInTroubleshooting(t *testing.T) {
	doc := mustRead(t, "docs/troubleshooting.md")
	var seen []string
	for _, room := range []string{"opnsense", "query", "plugin", "collector", "frames", "history"} {
		for _, text := range mustTexts(t, "pkg/"+room) {
			seen = append(seen, text.value)
			if slices.Contains(quiet, text.value) {
				continue
			}
			for _, part := range verb.Split(text.value, -1) {
				part = strings.TrimSpace(part)
				if strings.Count(part, " ") >= 2 && !strings.Contains(doc, part) {
					t.Errorf("%s: %q is not told", text.at, text.value)
				}
			}
		}
	}
	for _, text := range quiet {
		if !slices.Contains(seen, text) {
			t.Errorf("%q is not in the source any more", text)
		}
	}
	if len(seen) < 150 {
		t.Errorf("only %d texts were found", len(seen))
	}
}

type text struct{ value, at string }

// mustTexts are the string literals of three words and more in a package.
func mustTexts(tb testing.TB, dir string) []text {
	tb.Helper()
	var out []text
	files, err := filepath.Glob(filepath.Join(root, dir, "*.go"))
	if err != nil || len(files) == 0 {
		tb.Fatalf("%s: %d files, %v", dir, len(files), err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, file, nil, 0)
		if err != nil {
			tb.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			literal, ok := n.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			value, err := strconv.Unquote(literal.Value)
			if err != nil {
				tb.Fatal(err)
			}
			if strings.Count(value, " ") >= 2 {
				out = append(out, text{value, set.Position(literal.Pos()).String()})
			}
			return true
		})
	}
	return out
}
