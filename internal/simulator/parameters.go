package simulator

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// parameters is what a call carries: PHP's $_POST, and the types to show, which alone may stand in the query string too.
type parameters struct {
	post  map[string]any // strings, or what JSON makes of them
	types any            // nil: all; []any: these; anything else makes OPNsense's code fail
}

// maxBody is far above what any call of this API sends, in bytes.
const maxBody = 1 << 20

// readParameters parses the body by its content type. False: JSON was announced and the body is empty, which OPNsense
// answers with 400, for a GET too.
func readParameters(r *http.Request) (parameters, bool) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		body = nil
	}
	p := parameters{post: map[string]any{}}
	contentType := strings.ToLower(strings.ReplaceAll(r.Header.Get("Content-Type"), " ", ""))
	switch contentType {
	case "application/json", "application/json;charset=utf-8":
		if len(body) == 0 {
			return p, false
		}
		_ = json.Unmarshal(body, &p.post) // what is no object counts as no parameters (read)
	case "application/x-www-form-urlencoded", "application/x-www-form-urlencoded;charset=utf-8":
		form, _ := url.ParseQuery(string(body))
		p.readForm(form)
	}
	if types, ok := p.post["type"]; ok {
		p.types = types
	} else {
		p.readTypes(r.URL.Query())
	}
	if r.Method != http.MethodPost {
		p.post = map[string]any{}
	}
	return p, true
}

func (p *parameters) readForm(form url.Values) {
	for key := range form {
		p.post[key] = form.Get(key)
	}
	p.readTypes(form)
}

func (p *parameters) readTypes(values url.Values) {
	if values.Has("type[]") {
		var list []any
		for _, v := range values["type[]"] {
			list = append(list, v)
		}
		p.types = list
	} else if v := values.Get("type"); v != "" {
		p.types = v
	}
}

// number reads an integer parameter as PHP's intval does: what is no number is 0.
func (p parameters) number(name string, otherwise int) int {
	switch v := p.post[name].(type) {
	case float64:
		return int(v)
	case string:
		n, err := strconv.Atoi(strings.TrimSpace(v))
		if err != nil {
			return 0
		}
		return n
	case nil:
		return otherwise
	default:
		return 0
	}
}

func (p parameters) text(name string) string {
	s, _ := p.post[name].(string)
	return s
}

// page is one page of rows, as every searching action answers.
type page struct {
	Total    int   `json:"total"`
	RowCount int   `json:"rowCount"`
	Current  int   `json:"current"`
	Rows     []any `json:"rows"`
}

// defaultPage is how many rows come without paging. More are cut off silently.
const defaultPage = 9999

// paginate cuts rows to the page asked for: rowCount -1 is all, 0 is none.
func (p parameters) paginate(rows []any) page {
	size, current := p.number("rowCount", defaultPage), p.number("current", 1)
	if size == -1 {
		size = len(rows)
	}
	from := min(max(current-1, 0)*max(size, 0), len(rows))
	until := min(from+max(size, 0), len(rows))
	shown := append([]any{}, rows[from:until]...)
	return page{Total: len(rows), RowCount: len(shown), Current: current, Rows: shown}
}
