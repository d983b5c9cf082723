package grafanahost

import (
	"fmt"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// Annotation is what a dashboard shows of one row of an annotation query.
type Annotation struct {
	Time, End   time.Time // zero End: a moment
	Title, Text string
	Tags        []string
}

// ReadAnnotations reads a frame as dashboards do, which find its columns by their
// names and ignore the others. A name with a column of another type is an error.
func ReadAnnotations(f *data.Frame) ([]Annotation, error) {
	out := make([]Annotation, f.Rows())
	var problem error
	each := func(name string, take func(*Annotation, any) bool) {
		field, _ := f.FieldByName(name)
		if field == nil {
			problem = fmt.Errorf("there is no column %s", name)
			return
		}
		for i := range out {
			if v, ok := field.ConcreteAt(i); ok && !take(&out[i], v) {
				problem = fmt.Errorf("column %s has a %T", name, v)
			}
		}
	}
	var tags string
	each("time", func(a *Annotation, v any) (ok bool) { a.Time, ok = v.(time.Time); return ok })
	each("timeEnd", func(a *Annotation, v any) (ok bool) { a.End, ok = v.(time.Time); return ok })
	each("title", func(a *Annotation, v any) (ok bool) { a.Title, ok = v.(string); return ok })
	each("text", func(a *Annotation, v any) (ok bool) { a.Text, ok = v.(string); return ok })
	each("tags", func(a *Annotation, v any) (ok bool) {
		tags, ok = v.(string)
		a.Tags = strings.Split(tags, ",")
		return ok
	})
	return out, problem
}
