package frames

import (
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/history"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// MostEvents is how many rows an answer has at most: the newest.
const MostEvents = 1000

// Events makes the table of what changed between two times, newest first. Its
// columns time, timeEnd, title, text and tags are found by these names where the
// table is used as annotations; a state that somebody may have to look after
// lasts until timeEnd, any other is a moment. Grafana shows text and title of an
// annotation as HTML: names are escaped.
func Events(q query.Query, events []history.Event, from, to time.Time) *data.Frame {
	var rows []*history.Event
	left := 0
	for i := range events {
		e := &events[i]
		if e.At.After(to) || e.At.Before(from) && !lasts(e, from) || !eventWanted(q.Filter, e) {
			continue
		}
		if len(rows) == MostEvents {
			left++
			continue
		}
		rows = append(rows, e)
	}
	f := data.NewFrame(string(query.Events), fields(eventColumns, rows)...).SetMeta(typed(data.FrameTypeTable))
	if left > 0 {
		f.AppendNotices(data.Notice{Severity: data.NoticeSeverityWarning,
			Text: fmt.Sprintf("Only the newest %d events are shown; %d older ones are left out: choose a shorter time or fewer things", MostEvents, left)})
	}
	return f
}

// lasts says whether trouble that began before a time went on until then.
func lasts(e *history.Event, from time.Time) bool {
	return e.Trouble() && (e.Until.IsZero() || e.Until.After(from))
}

func eventWanted(filter query.Filter, e *history.Event) bool {
	return wanted(filter.Kinds, string(e.Kind)) &&
		(len(filter.Interfaces) == 0 || e.Kind != wireguard.KindFirewall && filter.Interfaces.Match(e.Device, e.Interface)) &&
		(len(filter.Peers) == 0 || e.PublicKey != "" && filter.Peers.Match(e.Peer, e.PublicKey)) &&
		filter.Labels.Match(func(key string) string { return eventLabel(e, key) })
}

// eventLabel is a label of what changed; "" where it has none.
func eventLabel(e *history.Event, key string) string {
	switch key {
	case "opnsense_instance":
		return e.Firewall
	case "device":
		return e.Device
	case "device_name":
		return e.Interface
	case "peer_name":
		return e.Peer
	case "public_key":
		return e.PublicKey
	}
	return ""
}

var eventColumns = []column[*history.Event]{
	instant("time", "", func(e *history.Event) time.Time { return e.At }),
	instant("timeEnd", "", func(e *history.Event) time.Time {
		if !e.Trouble() {
			return time.Time{}
		}
		return e.Until
	}),
	text("title", "", func(e *history.Event) string { return html.EscapeString(e.Title(e.Firewall)) }),
	text("text", "", func(e *history.Event) string { return html.EscapeString(e.Text(e.Firewall)) }),
	text("tags", "", tags),
	text("kind", "", func(e *history.Event) string { return string(e.Kind) }),
	text("from", "", func(e *history.Event) string { return e.From }),
	text("to", "", func(e *history.Event) string { return e.To }),
	text("labels", "", eventLabels),
}

// tags are split at commas by Grafana, so they have none.
func tags(e *history.Event) string {
	words := []string{string(e.Kind), e.Firewall}
	if e.To != "" {
		words = append(words, e.To)
	}
	for i, w := range words {
		words[i] = strings.ReplaceAll(w, ",", " ")
	}
	return strings.Join(words, ",")
}

// eventLabels names what changed, with the labels that it has elsewhere.
func eventLabels(e *history.Event) string {
	s := history.Series{Labels: map[string]string{}}
	for _, key := range query.LabelKeys() {
		if value := eventLabel(e, key); value != "" {
			s.Labels[key] = value
		}
	}
	return s.String()
}
