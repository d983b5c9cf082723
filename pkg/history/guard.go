package history

import (
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/prometheus/promql/parser"
)

// What the engine itself does not bound.
const (
	defaultStep  = time.Minute // of a subquery that names none
	mostSubsteps = 100_000     // of a subquery: memory is taken for each before the first is evaluated
	mostGrowth   = 64          // how many times longer labels may become
)

// guard refuses what would take memory without bound: subqueries of very many
// steps, and labels that are joined with themselves again and again. Span is from
// the first evaluation to the last.
func guard(expr parser.Node, span time.Duration, growth int) error {
	switch e := expr.(type) {
	case *parser.SubqueryExpr:
		step := e.Step
		if step <= 0 {
			step = defaultStep
		}
		if span += e.Range; span < 0 || span/step > mostSubsteps { // below 0: more than fits
			return &ExprError{fmt.Sprintf("the subquery %s has more than %d steps: make its step longer or its range shorter", brief(e.String()), mostSubsteps)}
		}
	case *parser.Call:
		if growth *= grows(e); growth > mostGrowth {
			return &ExprError{fmt.Sprintf("%s and what is in it could make labels more than %d times longer: use fewer of them inside each other", e.Func.Name, mostGrowth)}
		}
	}
	for child := range parser.ChildrenIter(expr) {
		if err := guard(child, span, growth); err != nil {
			return err
		}
	}
	return nil
}

// grows says how many times longer than its longest source a label can become.
func grows(call *parser.Call) int {
	switch call.Func.Name {
	case "label_join":
		return max(1, len(call.Args)-3)
	case "label_replace":
		if with, ok := call.Args[2].(*parser.StringLiteral); ok {
			return max(1, strings.Count(with.Val, "$"))
		}
	}
	return 1
}

func brief(expr string) string {
	const most = 80
	if len(expr) > most {
		return strings.ToValidUTF8(expr[:most], "") + "…"
	}
	return expr
}

// short refuses an expression that would take long to be read.
func short(expr string) error {
	if len(expr) > mostLength {
		return &ExprError{fmt.Sprintf("it is %d bytes long: %d are possible", len(expr), mostLength)}
	}
	if n := code(expr); n > mostCode {
		return &ExprError{fmt.Sprintf("it has %d bytes outside of its strings: %d are possible", n, mostCode)}
	}
	return nil
}

// code counts the bytes of an expression that are in no string and no comment.
func code(expr string) int {
	n, in := 0, byte(0) // the quote of the string, or the # of the comment, that it is in; 0: in none
	for i := 0; i < len(expr); i++ {
		switch c := expr[i]; {
		case in == 0:
			n++
			if strings.IndexByte("\"'`#", c) >= 0 {
				in = c
			}
		case c == '\\' && (in == '"' || in == '\''):
			i++
		case c == in && in != '#', c == '\n' && in == '#':
			in = 0
		}
	}
	return n
}
