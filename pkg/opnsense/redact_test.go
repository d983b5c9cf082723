package opnsense

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/go-json-experiment/json/jsontext"
)

var someWanted = map[string]bool{"name": true, "%carp_depend_on": true}

func redacted(r io.Reader) (string, error) {
	b, err := io.ReadAll(newRedactor(r, someWanted))
	return string(b), err
}

func TestRedact(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"nothing", ``, ``},
		{"not JSON", `<html>secret</html>`, `###################`},
		{"a bare key", `{"privkey":SECRET,"name":"hq"}`, `{"xxxxxxx":###################`},
		{"a bare key like a word", `{"privkey":trueSECRET=}`, `{"xxxxxxx":true########`},
		{"a word cut by a string", `{"name":tr"secret"}`, `{"name":tr#########`},
		{"a string after the end", `{}"secret"`, `{}"xxxxxx"`},
		{"a string that does not end", `{"privkey":"secret`, `{"xxxxxxx":"xxxxxx`},
		{"a name that does not end", `{"secret`, `{"xxxxxx`},
		{"a wanted name that does not end", `{"name`, `{"xxxx`},
		{"a string for a name", `["secret","name","secret"]`, `["xxxxxx","name","xxxxxx"]`},
		{"a wanted name for a value", `{"a":"name","privkey":"secret"}`, `{"x":"xxxx","xxxxxxx":"xxxxxx"}`},
		{"a wanted name for a wanted value", `{"name":"name","privkey":"secret"}`, `{"name":"name","xxxxxxx":"xxxxxx"}`},
		{"a wanted name, no colon", `{"name","secret"}`, `{"name","xxxxxx"}`},
		{"a wanted name, two values", `{"name":1 "secret"}`, `{"name":1 "xxxxxx"}`},
		{"a wanted name, two texts", `{"name":"a" "secret":"secret"}`, `{"name":"a" "xxxxxx":"xxxxxx"}`},
		{"a wanted name, two colons", `{"name"::"secret"}`, `{"name"::"xxxxxx"}`},
		{"within a wanted name", `{"name":["secret",{"a":"secret","name":"hq"}]}`, `{"name":["xxxxxx",{"x":"xxxxxx","name":"hq"}]}`},
		{"a name with escapes", `{"n\u0061me":"secret"}`, `{"xxxxxxxxx":"xxxxxx"}`},
		{"an escape for a quote", `{"privkey":"a\\\"secret","name":"b\\"}`, `{"xxxxxxx":"xxxxxxxxxxx","name":"b\\"}`},
		{"longest wanted name", `{"%carp_depend_on":"a","%carp_depend_on_":"secret","carp_depend_on":"secret"}`,
			`{"%carp_depend_on":"a","xxxxxxxxxxxxxxxx":"xxxxxx","xxxxxxxxxxxxxx":"xxxxxx"}`},
		{"numbers", `{"privkey":[-12.5e+07,0],"name":-12.50E7}`, `{"xxxxxxx":[-11.1e+11,1],"name":-12.50E7}`},
		{"words", `{"a":[true,false,null],"name":null}`, `{"x":[true,false,null],"name":null}`},
		{"white space", "{ \"name\"\t:\r\n\"hq\" , \"a\" :\n\"b\" }", "{ \"name\"\t:\r\n\"hq\" , \"x\" :\n\"x\" }"},
		{"text of any kind", `{"name":"Zoë` + "\xff\x00" + `","a":"Zoë` + "\xff\x00" + `"}`, `{"name":"Zoë` + "\xff\x00" + `","x":"xxxxxx"}`},
		{"beyond the buffer", strings.Repeat(`{"privkey":"secret","name":"hq"}`, 1000), strings.Repeat(`{"xxxxxxx":"xxxxxx","name":"hq"}`, 1000)},
		{"an escape before a quote", `{"privkey":"secret\"name":"secret"}`, `{"xxxxxxx":"xxxxxxxxxxxx":"xxxxxx"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for how, r := range map[string]io.Reader{
				"at once": strings.NewReader(tt.in), "byte by byte": iotest.OneByteReader(strings.NewReader(tt.in)),
				"with its end": iotest.DataErrReader(strings.NewReader(tt.in)),
			} {
				if got, err := redacted(r); got != tt.want || err != nil {
					t.Errorf("%s: %v\n got %q\nwant %q", how, err, got, tt.want)
				}
			}
		})
	}
	for name := range serversWanted {
		if len(name) > maxWanted {
			t.Errorf("%q is longer than maxWanted", name)
		}
	}
}

func TestRedactKeepsErrors(t *testing.T) {
	r := io.MultiReader(strings.NewReader(`{"a":"secret`), iotest.ErrReader(io.ErrClosedPipe))
	if got, err := redacted(r); got != `{"x":"xxxxxx` || !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %q, %v", got, err)
	}
}

// lender lends its reader's buffer on and looks at what is left in it.
type lender struct {
	tb testing.TB
	r  *redactor
	in io.Reader
}

func (l *lender) Read(p []byte) (int, error) {
	if held := string(l.r.buf[:len(l.r.buf)-len(p)]); len(held) > maxWanted+1 || strings.Contains(held, "secret") {
		l.tb.Errorf("held back: %q", held)
	}
	mustBeZero(l.tb, p)
	n, err := l.in.Read(p)
	copy(p[n:], "secret") // which a reader may do
	return n, err
}

func mustBeZero(tb testing.TB, b []byte) {
	tb.Helper()
	if len(bytes.Trim(b, "\x00")) > 0 {
		tb.Errorf("not zeroed: %q", bytes.Trim(b, "\x00"))
	}
}

// No value waits unmasked for more of the answer, and nothing is left in the end.
func TestRedactorForgets(t *testing.T) {
	const doc = `{"name":"hq","x":"secret","a name that is long":"secret","%carp_depend_on":"secret"}`
	for size := 1; size < len(doc); size++ {
		l := &lender{tb: t, in: &pieces{doc: doc, size: size}}
		l.r = newRedactor(l, someWanted)
		for {
			if _, err := l.r.Read(make([]byte, 7)); err != nil {
				break
			}
			if at := bytes.Index(l.r.buf[:], []byte("secret")); at >= l.r.end {
				t.Errorf("left behind what was read, at %d of %d", at, l.r.end)
			}
		}
		l.r.wipe()
		mustBeZero(t, l.r.buf[:])
	}
}

// keeper keeps the buffer that it was lent first.
type keeper struct {
	io.Reader
	buf []byte
}

func (k *keeper) Read(p []byte) (int, error) {
	if k.buf == nil {
		k.buf = p
	}
	return k.Reader.Read(p)
}

// The buffer of an answer that went wrong in the middle is zeroed too.
func TestServersWipe(t *testing.T) {
	for _, doc := range []string{`{"rows":[{"name":"hq","privkey":"secret"}]}`, `{"rows":[]]["secret"`, `{"rows":[{"name":"hq"},`, `{"rows":7,"secret`} {
		k := &keeper{Reader: iotest.DataErrReader(strings.NewReader(doc))}
		_, _ = decodeServers(k)
		if len(k.buf) < 1<<12 {
			t.Errorf("lent %d bytes", len(k.buf))
		}
		mustBeZero(t, k.buf)
	}
}

// pieces reads a text in pieces of one size.
type pieces struct {
	doc  string
	size int
}

func (p *pieces) Read(b []byte) (int, error) {
	if p.doc == "" {
		return 0, io.EOF
	}
	n := copy(b, p.doc[:min(p.size, len(p.doc))])
	p.doc = p.doc[n:]
	return n, nil
}

// FuzzRedact holds what is handed on, whatever comes: as many bytes as came, and
// of the strings only wanted names, and what follows them.
func FuzzRedact(f *testing.F) {
	seed(f)
	for _, doc := range []string{`{"name":"a","privkey":"b"}`, `"name":"name":"a"`, `{"name":tru"e":"name`, `{"name":12"a":[1e5]}`, `{"\"name":"a\\"}`} {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		got, err := redacted(bytes.NewReader(doc))
		slow, slowErr := redacted(iotest.OneByteReader(bytes.NewReader(doc)))
		if got != slow || err != nil || slowErr != nil || len(got) != len(doc) {
			t.Errorf("depends on how the answer arrives: %v, %v\n%q\n%q", err, slowErr, got, slow)
		}
		d := jsontext.NewDecoder(strings.NewReader(got), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
		kept := false
		for {
			value, err := d.ReadToken()
			if err != nil {
				break
			}
			kind, count := d.StackIndex(d.StackDepth())
			isName := kind == '{' && count%2 == 1 && value.Kind() == '"'
			text := ""
			if value.Kind() == '"' || value.Kind() == '0' {
				text = value.String()
			}
			if !kept && !someWanted[text] && strings.Trim(text, "x1-+.eE") != "" {
				t.Errorf("%q handed on in %q", text, got)
			}
			kept = isName && someWanted[text]
		}
	})
}
