package opnsense

import (
	"fmt"
	"math"
	"net/http"
)

// list is an answer with rows of one kind.
type list[T any] struct {
	rows  []T
	sent  int   // rows of the answer, also those left out
	total int64 // of rows the firewall has; -1 when not known
}

// readList reads an answer whose rows are objects; whatever else stands among
// them is left out. row decodes one and says whether it is kept.
func readList[T any](d *decoder, row func(*decoder) (T, bool, error)) (list[T], error) {
	p := list[T]{total: -1}
	var ignored oddSet
	err := d.document(table{
		begin: func() { p.rows, p.sent = nil, 0 },
		row: func() error {
			p.sent++
			if d.json.PeekKind() != '{' {
				return d.skip()
			}
			r, keep, err := row(d)
			if keep && err == nil {
				p.rows = append(p.rows, r)
			}
			return err
		},
		other: func(name []byte) (err error) {
			if string(name) != "total" {
				return d.skip()
			}
			p.total, err = d.number(&ignored, math.MaxInt64, -1)
			return err
		},
	})
	if err != nil {
		return list[T]{total: -1}, err
	}
	return p, nil
}

// whole returns the rows, or an error when the firewall has more of them.
func (p list[T]) whole(c *Client, e endpoint) ([]T, error) {
	if p.total > int64(p.sent) {
		return nil, c.cut(e, p.sent, p.total, "no page size was asked for")
	}
	return p.rows, nil
}

// cut is the error of an answer that lacks rows.
func (c *Client) cut(e endpoint, rows int, total int64, though string) *Error {
	return &Error{
		Kind: KindBadAnswer, Firewall: c.name, Endpoint: e.path, Status: http.StatusOK,
		Message: fmt.Sprintf("the answer holds %d of %d rows, though %s", rows, total, though),
	}
}
