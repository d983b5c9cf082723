package opnsense

import (
	"bytes"
	"io"
)

// redactor hands on a JSON answer without its secrets. It does not look for them:
// it hands on what is wanted and masks the rest, so that a secret under a new or
// an oddly written name is masked too. Bytes stay where they are: "x" stands for
// each one in a string, "1" for a digit.
//
// What is handed on of a string is a wanted name, wherever it stands, or the text
// directly after a wanted name and its colon. A name written with escapes is not
// wanted. From a byte on that cannot be JSON, everything is "#".
//
// An answer is in buf as it came only from the moment the body wrote it there to
// the end of fill. What waits for the next fill is the beginning of a string that
// may become a wanted name, at most maxWanted bytes; that is never a member's
// value, which is judged at its first byte.
type redactor struct {
	r      io.Reader
	wanted map[string]bool
	err    error // of r, once buf was handed on

	buf         [4 << 10]byte // in the heap with its owner: a stack might be copied when it grows
	sent, ready int           // buf[sent:ready] is masked and waits to be handed on
	end         int           // buf[ready:end] is not judged yet
	scanner
}

// maxWanted bounds a wanted name in bytes.
const maxWanted = 15

// scanner is where in the JSON a redactor is.
type scanner struct {
	in      inside
	escaped bool   // the byte before was a backslash that escapes
	next    next   // outside of strings
	literal string // what must follow of true, false or null
}

// inside is the kind of string that the scanner is in.
type inside uint8

const (
	outside inside = iota
	insideKept
	insideMasked
	insideBroken // this is no JSON any more
)

// next is what becomes of the value that comes next.
type next uint8

const (
	nextName   next = iota // a name, or an element of an array
	nextColon              // after a wanted name
	nextKept               // after its colon
	nextMasked             // after any other colon
	nextDigits             // in the number that is kept
)

func newRedactor(r io.Reader, wanted map[string]bool) *redactor {
	return &redactor{r: r, wanted: wanted}
}

// Read implements io.Reader.
func (r *redactor) Read(p []byte) (int, error) {
	for r.sent == r.ready && r.err == nil {
		r.fill()
	}
	if r.sent == r.ready {
		return 0, r.err
	}
	n := copy(p, r.buf[r.sent:r.ready])
	r.sent += n
	return n, nil
}

// fill reads on and masks what came.
func (r *redactor) fill() {
	held := copy(r.buf[:], r.buf[r.ready:r.end])
	clear(r.buf[held:])
	n, err := r.r.Read(r.buf[held:])
	r.err, r.end = err, held+n
	clear(r.buf[r.end:]) // a reader may use all of what it is lent
	r.sent, r.ready = 0, r.mask(r.buf[:r.end], err != nil)
}

// wipe forgets the answer. What was handed on is not secret.
func (r *redactor) wipe() {
	clear(r.buf[:])
	r.sent, r.ready, r.end = 0, 0, 0
}

// mask masks b in place and returns how much of it may be handed on: all but a
// string at the end of which too little is there to judge it, unless it is the
// last of the answer.
func (r *redactor) mask(b []byte, last bool) int {
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case r.in == insideBroken:
			b[i] = '#'
		case r.in != outside:
			b[i] = r.inString(c)
		case c != '"' || r.literal != "":
			b[i] = r.between(c)
		case r.next == nextKept:
			r.in, r.next = insideKept, nextName
		case r.next == nextMasked:
			r.in, r.next = insideMasked, nextName
		default:
			n := r.name(b[i+1:])
			switch {
			case n > 0:
				r.next = nextColon
				i += n
			case n < 0 && !last:
				return i
			default:
				r.in, r.next = insideMasked, nextName
			}
		}
	}
	return len(b)
}

// name looks at what follows the first quote of a string: how far behind it the
// last one stands if the string is a wanted name, 0 if it is none, -1 if too
// little is there to tell.
func (r *redactor) name(b []byte) int {
	window := b[:min(len(b), maxWanted+1)]
	switch n := bytes.IndexByte(window, '"'); {
	case n >= 0 && r.wanted[string(window[:n])]: // no wanted name has an escape
		return n + 1
	case n < 0 && len(window) <= maxWanted:
		return -1
	}
	return 0
}

// inString returns what stands for a byte of a string, or for its last quote.
func (s *scanner) inString(c byte) byte {
	switch {
	case s.escaped:
		s.escaped = false
	case c == '\\':
		s.escaped = true
	case c == '"':
		s.in = outside
		return c
	}
	if s.in == insideMasked {
		return 'x'
	}
	return c
}

// between returns what stands for a byte outside of strings.
func (s *scanner) between(c byte) byte {
	if s.literal != "" {
		if c != s.literal[0] {
			return s.broken()
		}
		s.literal = s.literal[1:]
		return c
	}
	switch c {
	case ' ', '\t', '\r', '\n':
		if s.next == nextDigits {
			s.next = nextName
		}
		return c
	case ':':
		if s.next == nextColon {
			s.next = nextKept
		} else {
			s.next = nextMasked
		}
		return c
	case '{', '}', '[', ']', ',':
	case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '-', '+', '.', 'e', 'E':
		return s.digit(c)
	case 't':
		s.literal = "true"[1:]
	case 'f':
		s.literal = "false"[1:]
	case 'n':
		s.literal = "null"[1:]
	default:
		return s.broken()
	}
	s.next = nextName
	return c
}

// digit returns what stands for a byte of a number.
func (s *scanner) digit(c byte) byte {
	if s.next == nextKept || s.next == nextDigits {
		s.next = nextDigits
		return c
	}
	s.next = nextName
	if c >= '0' && c <= '9' {
		return '1'
	}
	return c
}

func (s *scanner) broken() byte {
	s.in = insideBroken
	return '#'
}
