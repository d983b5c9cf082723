package opnsense

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxDepth bounds how deep an answer may nest; OPNsense's own go three levels.
	maxDepth = 32
	// maxText bounds one text in bytes: room for the allowed IPs of a big site,
	// and a bound on what a row can hold.
	maxText = 64 << 10
)

// shapeError is valid JSON of a shape that cannot be used, or JSON beyond a
// limit. It is a sentence for people.
type shapeError struct {
	message string
	kind    Kind
}

func (e *shapeError) Error() string { return e.message }

var errBackendDown = &shapeError{
	"the firewall answers, but its back end (configd) does not: the CARP roles are not known", KindBackendDown,
}

// decoder reads an answer as a stream: nothing is kept but what the rows keep.
type decoder struct {
	json  *jsontext.Decoder
	words map[string]string // texts that repeat from row to row, one copy per answer
	last  [2]string         // the newest of words: rows of one interface come together
	buf   []byte            // for texts with escapes
}

// newDecoder tolerates what PHP and hand-typed names bring: names that come
// twice (the last one counts) and invalid UTF-8 (replaced by U+FFFD).
func newDecoder(r io.Reader) *decoder {
	return &decoder{
		json:  jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
		words: map[string]string{},
	}
}

// table says what becomes of the members of an answer. Its functions must consume
// the value.
type table struct {
	begin func()                  // "rows" begins; should it come again, the last one counts
	row   func() error            // an element of "rows"
	other func(name []byte) error // another member
}

// document reads an answer with rows.
func (d *decoder) document(t table) error {
	found := false
	err := d.answer(func(name []byte) error {
		if string(name) != "rows" {
			return t.other(name)
		}
		found = true
		t.begin()
		return d.rows(t.row)
	})
	if err == nil && !found {
		err = &shapeError{"the answer is an object without rows", KindBadAnswer}
	}
	return err
}

// answer reads the object that every answer is, to the end of the body.
func (d *decoder) answer(member func(name []byte) error) error {
	switch kind := d.json.PeekKind(); kind {
	case '{':
	case 'n', 't', 'f', '"', '0', '[':
		return &shapeError{"the answer is " + kindName(kind) + " where an object was expected", KindBadAnswer}
	default:
		_, err := d.json.ReadToken()
		return err
	}
	if err := d.object(member); err != nil {
		return err
	}
	return d.end()
}

// rows reads the array "rows".
func (d *decoder) rows(row func() error) error {
	if kind := d.json.PeekKind(); kind != '[' {
		if err := d.skip(); err != nil {
			return err
		}
		return &shapeError{`"rows" is ` + kindName(kind) + " where an array was expected", KindBadAnswer}
	}
	if _, err := d.json.ReadToken(); err != nil {
		return err
	}
	for n := 0; d.json.PeekKind() != ']'; n++ {
		if n == MaxRows {
			return &shapeError{fmt.Sprintf("the answer has more than %d rows, the limit", MaxRows), KindTooLarge}
		}
		if err := row(); err != nil {
			return err
		}
	}
	_, err := d.json.ReadToken()
	return err
}

// end reads on to the end of the body, which also lets its connection be used again.
func (d *decoder) end() error {
	switch _, err := d.json.ReadToken(); {
	case errors.Is(err, io.EOF):
		return nil
	case isSyntax(err) || err == nil:
		return &shapeError{"the answer goes on after its end", KindBadAnswer}
	default:
		return err
	}
}

func isSyntax(err error) bool {
	var syntax *jsontext.SyntacticError
	return errors.As(err, &syntax)
}

// object reads an object and calls member with each name, which is valid until
// the next read; member must consume the value.
func (d *decoder) object(member func(name []byte) error) error {
	if _, err := d.json.ReadToken(); err != nil {
		return err
	}
	for d.json.PeekKind() == '"' {
		raw, err := d.json.ReadValue()
		if err != nil {
			return err
		}
		if err := member(d.unquote(raw)); err != nil {
			return err
		}
	}
	_, err := d.json.ReadToken()
	return err
}

// unquote returns the text of a JSON string as valid UTF-8, valid until the next
// read. Most texts have no escapes and are returned where they stand.
func (d *decoder) unquote(raw []byte) []byte {
	if bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw) {
		return raw[1 : len(raw)-1]
	}
	// The error only tells of invalid UTF-8, which is replaced.
	d.buf, _ = jsontext.AppendUnquote(d.buf[:0], raw)
	return d.buf
}

// skip reads over the next value without keeping it.
func (d *decoder) skip() error {
	switch d.json.PeekKind() {
	case '{', '[':
	default:
		return d.json.SkipValue()
	}
	for outer := d.json.StackDepth(); ; {
		if _, err := d.json.ReadToken(); err != nil {
			return err
		}
		depth := d.json.StackDepth()
		if depth == outer {
			return nil
		}
		if depth > maxDepth {
			return &shapeError{fmt.Sprintf("the answer nests deeper than %d levels", maxDepth), KindBadAnswer}
		}
	}
}

// scalar reads the next value: its kind, and the text of a string or number,
// valid until the next read. Objects and arrays are skipped.
func (d *decoder) scalar() (jsontext.Kind, []byte, error) {
	kind := d.json.PeekKind()
	if kind == '{' || kind == '[' {
		return kind, nil, d.skip()
	}
	raw, err := d.json.ReadValue()
	switch {
	case err != nil:
		return kind, nil, err
	case kind == '"':
		return kind, d.unquote(raw), nil
	}
	return kind, raw, nil
}

// rawText reads a text; null is none. Anything else, or a text beyond maxText, is odd and none.
func (d *decoder) rawText(odd *oddSet) ([]byte, error) {
	kind, text, err := d.scalar()
	switch {
	case err != nil:
		return nil, err
	case kind == '"' && len(text) <= maxText:
		return text, nil
	case kind != 'n':
		odd.add(oddField)
	}
	return nil, nil
}

// text reads a text into a string of its own.
func (d *decoder) text(odd *oddSet) (string, error) {
	text, err := d.rawText(odd)
	return string(text), err
}

// word reads a text that repeats from row to row.
func (d *decoder) word(odd *oddSet) (string, error) {
	text, err := d.rawText(odd)
	return d.intern(text), err
}

func (d *decoder) intern(text []byte) string {
	for _, s := range d.last {
		if s == string(text) {
			return s
		}
	}
	s, ok := d.words[string(text)]
	if !ok {
		s = string(text)
		d.words[s] = s
	}
	d.last[0], d.last[1] = s, d.last[0]
	return s
}

// numeral reads the digits of a number, sent as a number or as a string; null is
// none. Anything else is odd and none.
func (d *decoder) numeral(odd *oddSet) ([]byte, error) {
	kind, text, err := d.scalar()
	switch {
	case err != nil:
		return nil, err
	case kind == '0', kind == '"':
		return text, nil
	case kind != 'n':
		odd.add(oddField)
	}
	return nil, nil
}

// number reads a number from 0 to most. null is none; another number or another
// text is odd and none.
func (d *decoder) number(odd *oddSet, most, none int64) (int64, error) {
	text, err := d.numeral(odd)
	if err != nil || text == nil {
		return none, err
	}
	if n, ok := parseNumber(text); ok && n <= most {
		return n, nil
	}
	odd.add(oddNumber)
	return none, nil
}

// parseNumber reads a whole number that is not negative, also as "468.0" or
// "1e3": PHP writes numbers so that it holds as floats.
func parseNumber(text []byte) (int64, bool) {
	if n, err := strconv.ParseInt(string(text), 10, 64); err == nil {
		return n, n >= 0
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil || f != math.Trunc(f) || f < 0 || f >= 1<<63 {
		return 0, false
	}
	return int64(f), true
}

func kindName(k jsontext.Kind) string {
	switch k {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case 't', 'f':
		return "true or false"
	default:
		return "null"
	}
}
