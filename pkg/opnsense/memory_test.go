package opnsense

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

// hiddenKey is a private key that is nowhere in memory as long as nobody asks for
// it: each byte is the difference of two.
type hiddenKey [2][44]byte

func newHiddenKey(tb testing.TB) *hiddenKey {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	k := new(hiddenKey)
	_, err := rand.Read(k[0][:])
	must(tb, err)
	_, err = rand.Read(k[1][:])
	must(tb, err)
	for i := range k[0] {
		k[0][i] = alphabet[k[0][i]%64] ^ k[1][i]
	}
	return k
}

func (k *hiddenKey) at(i int) byte { return k[0][i] ^ k[1][i] }

// reveal writes the key into memory: after the dumps that it is searched in.
func (k *hiddenKey) reveal() []byte {
	var b []byte
	for i := range k[0] {
		b = append(b, k.at(i))
	}
	return b
}

// dump is the memory of this process, but for what nothing refers to.
func dump(tb testing.TB, file string) {
	tb.Helper()
	f, err := os.Create(file)
	must(tb, err)
	defer f.Close()
	runtime.GC()
	debug.WriteHeapDump(f.Fd())
}

// fragments counts the pieces of the key that a dump holds.
func (k *hiddenKey) fragments(tb testing.TB, file string) int {
	tb.Helper()
	const size = 8
	memory, err := os.ReadFile(file)
	must(tb, err)
	if len(memory) < 100_000 {
		tb.Fatalf("a dump of %d bytes", len(memory))
	}
	n, key := 0, k.reveal()
	for i := range len(key) - size + 1 {
		if bytes.Contains(memory, key[i:i+size]) {
			n++
		}
	}
	return n
}

// part reads some bytes of the key, made one by one in the buffer that it is lent.
type part struct {
	key      *hiddenKey
	from, to int
}

func (r *part) Read(p []byte) (n int, err error) {
	if r.from == r.to {
		return 0, io.EOF
	}
	for n < len(p) && r.from < r.to {
		p[n] = r.key.at(r.from)
		n, r.from = n+1, r.from+1
	}
	return n, nil
}

// moment is a place in an answer: it is called when all before it has been read.
type moment func()

func (m moment) Read([]byte) (int, error) { m(); return 0, io.EOF }

// keyAnswer is an answer of search_server with the key in every row. The memory
// is dumped while half a key has been read, and at the end of the answer.
func keyAnswer(tb testing.TB, key *hiddenKey, half, end string) io.Reader {
	const rows = 300
	parts := []io.Reader{strings.NewReader(`{"total":300,"rows":[{}`)}
	for i := range rows {
		parts = append(parts, strings.NewReader(`,{"enabled":"1","name":"site","instance":"1","privkey":"`), &part{key, 0, 22})
		if i == rows/2 {
			parts = append(parts, moment(func() { dump(tb, half) }))
		}
		parts = append(parts, &part{key, 22, 44}, strings.NewReader(`","carp_depend_on":"","pubkey":"public"}`))
	}
	return io.MultiReader(append(parts, strings.NewReader(`]}`), moment(func() { dump(tb, end) }))...)
}

// answering is a transport without buffers, which are net/http's own concern.
type answering struct{ io.Reader }

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(a), Request: r}, nil
}

// A private key is searched for in all memory: in the middle of the answer, when
// all of it was read but nothing released, and in the end.
func TestPrivateKeyIsNowhereInMemory(t *testing.T) {
	for _, tt := range []struct {
		name  string
		ask   func(ctx context.Context, c *Client) ([]configured, error)
		found bool // while it is read; afterwards the collector decides
	}{
		{"redacted", func(ctx context.Context, c *Client) ([]configured, error) { return c.Servers(ctx) }, false},
		// The search finds what is there: the same without the redactor.
		{"not redacted", func(ctx context.Context, c *Client) (rows []configured, _ error) {
			_, err := c.call(ctx, serversEndpoint, "", func(body io.Reader) error {
				p, err := readList(newDecoder(body), (*decoder).server)
				rows = p.rows
				return err
			})
			return rows, err
		}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			half, end, after := filepath.Join(dir, "half"), filepath.Join(dir, "end"), filepath.Join(dir, "after")
			key := newHiddenKey(t)
			c := mustClient(t, testConfig("https://fw.example"), &http.Client{Transport: answering{keyAnswer(t, key, half, end)}})
			rows, err := tt.ask(t.Context(), c)
			dump(t, after)
			if err != nil || len(rows) != 300 || rows[299].PublicKey != "public" {
				t.Fatalf("%d rows, %v", len(rows), err)
			}
			for _, file := range []string{half, end, after} {
				n := key.fragments(t, file)
				if (n > 0) != tt.found && (file != after || !tt.found) {
					t.Errorf("%s: %d pieces of the key are in memory", filepath.Base(file), n)
				}
			}
			if text := fmt.Sprintf("%+v %v", rows, c); strings.Contains(text, string(key.reveal()[:8])) {
				t.Error("the answer holds the key")
			}
		})
	}
}

// No error of an answer with private keys holds one, however it goes wrong.
func TestPrivateKeyIsInNoError(t *testing.T) {
	t.Parallel()
	const private = testBody + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	for _, body := range []string{
		private, `"` + private + `"`, `{"rows":"` + private + `"}`, `{"rows":[{"privkey":"` + private,
		`{"rows":[{"privkey":` + private + `}]}`, `{"rows":[{"privkey":"x","` + private + `"}]}`,
		`{"rows":[{"privkey":"` + private + `","privkey":x}]}`, `{"rows":[{"privkey":{"name:"` + private + `"}}]}`,
		`{"rows":[]}{"privkey":"` + private + `"}`, `{"rows":[{"` + private + `":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}]}`,
		`{"total":9,"rows":[{"name":"hq","privkey":"` + private + `"}]}`, `{"` + private + `":{"` + private + `":nil}}`,
	} {
		_, err := mustClient(t, testConfig(serve(t, document(200, body))), nil).Servers(t.Context())
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: got %v, want an *Error", body, err)
			continue
		}
		mustHoldNoSecret(t, e)
	}
}
