package metrics

import (
	"fmt"
	"io"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// ContentType is what Write writes: Prometheus' text format 0.0.4, which every
// scraper reads.
const ContentType = "text/plain; version=" + expfmt.TextVersion + "; charset=utf-8"

var dtoTypes = map[Type]dto.MetricType{Gauge: dto.MetricType_GAUGE, Counter: dto.MetricType_COUNTER}

// Write writes samples, of any number of firewalls, as Prometheus scrapes them.
// They bear no time: Prometheus takes that of the scrape, and a series that is
// no longer there ends at once.
func Write(w io.Writer, samples []Sample) error {
	byName := map[string][]*dto.Metric{}
	pairs := map[*Label][]*dto.LabelPair{} // by the first label, which samples of one thing share
	types := map[string]Type{}
	for _, f := range Families() {
		types[f.Name] = f.Type
	}
	for i := range samples {
		s := &samples[i]
		labels, made := pairs[&s.Labels[0]]
		if !made {
			labels = labelPairs(s.Labels)
			pairs[&s.Labels[0]] = labels
		}
		m := &dto.Metric{Label: labels}
		if types[s.Name] == Counter {
			m.Counter = &dto.Counter{Value: &s.Value}
		} else {
			m.Gauge = &dto.Gauge{Value: &s.Value}
		}
		byName[s.Name] = append(byName[s.Name], m)
	}
	for _, f := range Families() {
		if len(byName[f.Name]) == 0 {
			continue
		}
		family := &dto.MetricFamily{Name: &f.Name, Help: &f.Help, Type: dtoTypes[f.Type].Enum(), Metric: byName[f.Name]}
		if _, err := expfmt.MetricFamilyToText(w, family); err != nil {
			return fmt.Errorf("write %s: %w", f.Name, err)
		}
	}
	return nil
}

func labelPairs(labels Labels) []*dto.LabelPair {
	out := make([]*dto.LabelPair, len(labels))
	for i := range labels {
		out[i] = &dto.LabelPair{Name: &labels[i].Name, Value: &labels[i].Value}
	}
	return out
}
