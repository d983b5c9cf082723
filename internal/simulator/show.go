package simulator

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// onlineFor is how long after a handshake OPNsense calls a peer online.
const onlineFor = 300 * time.Second

// prepared is a backend with its answers of show ready: the default page and all rows. For benchmarks.
type prepared interface {
	preparedShow() (firstPage, all []byte)
}

func (a *API) answerShow(p parameters) answer {
	if _, list := p.types.([]any); p.types != nil && p.types != "" && !list {
		return unexpectedError() // in_array() on a string (observed)
	}
	_, broken := a.faults.take(FaultWG, "/api/wireguard/service/show")
	if body := a.preparedAnswer(p); body != nil && !broken {
		return answer{status: http.StatusOK, body: json.RawMessage(body)}
	}
	rows := a.showRows(p, broken)
	return answer{status: http.StatusOK, body: p.paginate(rows)}
}

func (a *API) preparedAnswer(p parameters) []byte {
	ready, ok := a.backend.(prepared)
	a.mu.Lock()
	odd := len(a.oddRows)
	a.mu.Unlock()
	if !ok || odd > 0 || p.types != nil || p.text("searchPhrase") != "" {
		return nil
	}
	firstPage, all := ready.preparedShow()
	switch p.number("rowCount", defaultPage) {
	case defaultPage:
		return firstPage
	case -1:
		return all
	}
	return nil
}

// showRows are the rows in no stable order, filtered. Where wg is broken there are none, and no error.
func (a *API) showRows(p parameters, broken bool) []any {
	rows, err := a.backend.Running()
	if err != nil || broken {
		rows = nil
	}
	a.mu.Lock()
	generation, odd, shows := a.generation, a.oddRows, a.shows
	a.shows++
	a.mu.Unlock()
	now := a.clock.now()
	var shown []any
	for _, row := range rows {
		fields := row.fields(generation, a.clock, now)
		if p.shows(fields) {
			shown = append(shown, fields)
		}
	}
	for _, row := range odd {
		shown = append(shown, row)
	}
	order := rand.New(rand.NewPCG(a.config.Seed, shows))
	order.Shuffle(len(shown), func(i, j int) { shown[i], shown[j] = shown[j], shown[i] })
	return shown
}

// shows applies the type filter and the search phrase: every word must be in some field.
func (p parameters) shows(fields map[string]any) bool {
	if list, ok := p.types.([]any); ok && len(list) > 0 && !contains(list, fields["type"]) {
		return false
	}
	for word := range strings.FieldsSeq(strings.ToLower(p.text("searchPhrase"))) {
		found := false
		for _, value := range fields {
			found = found || (value != nil && strings.Contains(strings.ToLower(fmt.Sprint(value)), word))
		}
		if !found {
			return false
		}
	}
	return true
}

func contains(list []any, value any) bool {
	for _, v := range list {
		if v == value {
			return true
		}
	}
	return false
}

// fields gives a row the form of a release. Numbers that OPNsense sends as strings are strings.
func (r Row) fields(g Generation, c *clock, now time.Time) map[string]any {
	fields := map[string]any{"if": r.Device, "public-key": r.PublicKey, "name": r.Name, "ifname": orNull(r.IfName)}
	if r.Peer {
		r.peerFields(fields, c)
	} else {
		r.interfaceFields(fields)
	}
	if g.hasHandshakeAge() {
		r.ageFields(fields, c, now)
	}
	return fields
}

func (r Row) interfaceFields(fields map[string]any) {
	fields["type"] = "interface"
	fields["listen-port"] = itoa(r.ListenPort)
	fields["fwmark"] = "off"
	fields["endpoint"] = itoa(r.ListenPort)
	fields["status"] = "down"
	if r.Up {
		fields["status"] = "up"
	}
}

func (r Row) peerFields(fields map[string]any, c *clock) {
	fields["type"] = "peer"
	fields["endpoint"] = orNone(r.Endpoint)
	fields["allowed-ips"] = orNone(r.AllowedIPs)
	fields["latest-handshake"] = int64(0)
	if !r.Handshake.IsZero() {
		fields["latest-handshake"] = c.shown(r.Handshake).Unix()
	}
	fields["transfer-rx"] = r.RX
	fields["transfer-tx"] = r.TX
	fields["persistent-keepalive"] = "off"
	if r.Keepalive > 0 {
		fields["persistent-keepalive"] = itoa(r.Keepalive)
	}
}

// ageFields: an interface row has the three fields too, empty and "offline".
func (r Row) ageFields(fields map[string]any, c *clock, now time.Time) {
	fields["latest-handshake-age"], fields["latest-handshake-epoch"] = nil, nil
	fields["peer-status"] = "offline"
	if r.Handshake.IsZero() {
		return
	}
	handshake := c.shown(r.Handshake)
	age := now.Unix() - handshake.Unix()
	fields["latest-handshake-age"] = age
	fields["latest-handshake-epoch"] = handshake.Format(time.DateTime)
	fields["peer-status"] = "online"
	if age > int64(onlineFor/time.Second) {
		fields["peer-status"] = "stale"
	}
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func orNone(s string) string {
	if s == "" {
		return "(none)"
	}
	return s
}
