package opnsense

import (
	"errors"
	"net/http"
	"reflect"
	"strings"
)

// WithoutForeign makes a transport tell of no failure in the other side's words:
// net/http quotes what it cannot read of an answer, and who answers has the key and
// secret to put there. It belongs below whatever logs or traces what a transport says.
func WithoutForeign(next http.RoundTripper) http.RoundTripper { return &discreet{next} }

type discreet struct{ next http.RoundTripper }

func (d *discreet) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := d.next.RoundTrip(r)
	return resp, withoutForeign(err)
}

// withoutForeign cuts an error of net/http off where it begins to quote. Errors with
// a type of their own, of certificates and the network, stay whole.
func withoutForeign(err error) error {
	if err == nil {
		return nil
	}
	inner := innermost(err)
	said, _, quotes := strings.Cut(inner.Error(), `"`)
	if !quotes {
		return err
	}
	t := reflect.TypeOf(inner)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.PkgPath() {
	case "errors", "fmt", "net/http", "net/textproto":
		return errors.New(strings.TrimRight(said, ": "))
	}
	return err
}
