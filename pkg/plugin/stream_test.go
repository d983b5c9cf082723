package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/frames"
)

// packets takes what a stream sends.
type packets chan *data.Frame

func (p packets) Send(packet *backend.StreamPacket) error {
	var f data.Frame
	if err := json.Unmarshal(packet.Data, &f); err != nil {
		return err
	}
	p <- &f
	return nil
}

// next waits for the next frame.
func (p packets) next(tb testing.TB) *data.Frame {
	tb.Helper()
	select {
	case f := <-p:
		return f
	case <-time.After(20 * time.Second):
		tb.Fatal("no frame came")
		return nil
	}
}

func channel(query string, intervalMS, rangeMS int) (string, []byte) {
	raw := fmt.Appendf(nil, `{"query":%s,"intervalMs":%d,"rangeMs":%d}`, query, intervalMS, rangeMS)
	return livePath(raw), raw
}

// The front end names channels in the same way; src/live.test.ts has these, too.
func TestLivePath(t *testing.T) {
	for raw, want := range map[string]string{
		`{"query":{"queryType":"interfaces","format":"table"},"intervalMs":5000,"rangeMs":0}`: "live/c97bdc3db8821678",
		`{"query":{"queryType":"peers","format":"time_series","metric":"rx_rate","filter":{"firewalls":["hq"],` +
			`"peers":["Zürich → 東京 🔑"]}},"intervalMs":30000,"rangeMs":3600000}`: "live/a4054b6752177954",
	} {
		if got := livePath([]byte(raw)); got != want {
			t.Errorf("%s: %s, want %s", raw, got, want)
		}
	}
}

func TestStreamRefuses(t *testing.T) {
	in := mustInstance(t, settingsOf(t, newFakeFirewall(t).entry("a", "ca")))
	good := `{"queryType":"interfaces"}`
	path, raw := channel(good, 1000, 0)
	for _, tt := range []struct {
		name, path string
		raw        []byte
		want       string
	}{
		{"another path", path + "0", raw, "query field (channel): does not belong to the query that came with it"},
		{"no path", "", raw, "query field (channel): does not belong to the query that came with it"},
		{"another query under the path", path, []byte(`{"query":{}}`), "query field (channel): does not belong to the query that came with it"},
		{"no data", livePath(nil), nil, "query field (stream): must be an object with query, intervalMs and rangeMs"},
		{"not JSON", livePath([]byte("x")), []byte("x"), "query field (stream): must be an object with query, intervalMs and rangeMs"},
		{"no query", livePath([]byte(`{}`)), []byte(`{}`), "query field (whole query): not a JSON object"},
		{"an interval that is none", livePath([]byte(`{"intervalMs":"5s"}`)), []byte(`{"intervalMs":"5s"}`), "query field (stream): must be an object with query, intervalMs and rangeMs"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := in.parseLive(tt.path, tt.raw); err == nil || err.Error() != tt.want {
				t.Errorf("%v, want %s", err, tt.want)
			}
			resp, err := in.SubscribeStream(context.Background(), &backend.SubscribeStreamRequest{Path: tt.path, Data: tt.raw})
			if err != nil || resp.Status != backend.SubscribeStreamStatusNotFound {
				t.Errorf("%+v, %v", resp, err)
			}
			if err := in.RunStream(context.Background(), &backend.RunStreamRequest{Path: tt.path, Data: tt.raw}, nil); err == nil {
				t.Error("it ran")
			}
		})
	}
	for query, want := range map[string]string{
		`{"queryType":"promql","expr":"1"}`: "query field queryType: only interfaces, peers and firewalls can be live",
		`{"queryType":"events"}`:            "query field queryType: only interfaces, peers and firewalls can be live",
		`{"queryType":"problems"}`:          "query field queryType: only interfaces, peers and firewalls can be live",
		`{"queryType":"tunnels"}`:           `query field queryType: "tunnels" is unknown; allowed: interfaces, peers, firewalls, problems, events, promql`,
	} {
		if _, err := in.parseLive(channel(query, 1000, 0)); err == nil || err.Error() != want {
			t.Errorf("%s: %v", query, err)
		}
	}
	if resp, _ := in.PublishStream(context.Background(), nil); resp.Status != backend.PublishStreamStatusPermissionDenied {
		t.Error("anybody may publish")
	}
}

func TestLiveInterval(t *testing.T) {
	l := mustLive(t, `"liveMinInterval":"2s","pollInterval":"20s"`)
	for ms, want := range map[int]time.Duration{-5: 2 * time.Second, 0: 2 * time.Second, 1999: 2 * time.Second, 3000: 3 * time.Second, 86400000: 20 * time.Second} {
		got, err := l.parseLive(channel(`{}`, ms, -1))
		if err != nil || got.every != want || got.span != 0 {
			t.Errorf("%d ms: every %s over %s, %v", ms, got.every, got.span, err)
		}
	}
	off := mustLive(t, `"liveMinInterval":"0"`)
	if _, err := off.parseLive(channel(`{}`, 5000, 0)); err == nil || err.Error() != "setting liveMinInterval: is 0: live panels are switched off" {
		t.Errorf("%v", err)
	}
	forgetful := mustLive(t, `"retention":"0"`)
	if _, err := forgetful.parseLive(channel(`{"format":"time_series"}`, 5000, 0)); !errors.Is(err, errHistoryOff) {
		t.Errorf("%v", err)
	}
}

// A live panel in real time: its frames come at its interval, once for all who
// watch, and the firewall is asked that often and no more.
func TestStream(t *testing.T) {
	l := mustLive(t, `"liveMinInterval":"1s"`)
	l.poll(10)
	start := time.Now()
	began := l.now.Load()
	clock := make(chan struct{})
	go func() { // from here on the clock goes as time does
		for {
			select {
			case <-clock:
				return
			case <-time.After(5 * time.Millisecond):
				l.now.Store(began + time.Since(start).Milliseconds())
			}
		}
	}()
	defer close(clock)

	path, raw := channel(`{"format":"time_series"}`, 1000, 600_000)
	first, err := l.SubscribeStream(context.Background(), &backend.SubscribeStreamRequest{Path: path, Data: raw})
	if err != nil || first.Status != backend.SubscribeStreamStatusOK {
		t.Fatalf("%+v, %v", first, err)
	}
	var initial data.Frame
	if err := json.Unmarshal(first.InitialData.Data(), &initial); err != nil {
		t.Fatal(err)
	}
	if len(initial.Fields) != 2 || initial.Rows() < 250 || initial.Fields[1].Name != "a firewall / main" {
		t.Errorf("the first frame: %d fields, %d rows", len(initial.Fields), initial.Rows())
	}
	up := func(f *data.Frame) {
		t.Helper()
		for row := range f.Rows() {
			if v, ok := f.Fields[1].ConcreteAt(row); !ok || v != 1.0 {
				t.Fatalf("row %d is %v", row, v)
			}
		}
	}
	up(&initial)

	ctx, cancel := context.WithCancel(context.Background())
	sent, ended := make(packets, 10), make(chan error, 2)
	calls := l.firewall.calls.Load()
	run := func() {
		ended <- l.RunStream(ctx, &backend.RunStreamRequest{Path: path, Data: raw}, backend.NewStreamSender(sent))
	}
	go run()
	go run()
	for range 6 {
		f := sent.next(t)
		if len(f.Fields) != 2 || f.Rows() != 1 || f.Fields[1].Name != "a firewall / main" {
			t.Fatalf("a frame of %d fields, %d rows", len(f.Fields), f.Rows())
		}
		up(f)
	}
	watched := l.firewall.calls.Load() - calls
	if watched < 3 || watched > 5 {
		t.Errorf("%d calls for 3 frames to each of two", watched)
	}
	cancel()
	for range 2 {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
	}
}

// stuck takes nothing, as a reader whose connection hangs.
type stuck struct{ ctx context.Context }

func (s stuck) Send(*backend.StreamPacket) error {
	<-s.ctx.Done()
	return s.ctx.Err()
}

// A slow reader costs nobody else anything.
func TestSlowReader(t *testing.T) {
	in := mustInstance(t, settingsOf(t, newFakeFirewall(t).entry("a", "ca")))
	in.liveInterval = time.Second
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	sent, ended := make(packets, 10), make(chan error, 6)
	run := func(query string, to backend.StreamPacketSender) {
		path, raw := channel(query, 1000, 0)
		ended <- in.RunStream(ctx, &backend.RunStreamRequest{Path: path, Data: raw}, backend.NewStreamSender(to))
	}
	for range 5 {
		go run(`{"queryType":"peers"}`, stuck{ctx})
	}
	go run(`{}`, sent)
	for range 3 {
		sent.next(t)
	}
	if got := mustQuery(ctx, t, in, "A", `{"queryType":"peers"}`)["A"]; got.Error != nil {
		t.Error(got.Error)
	}
	cancel()
	for range 6 {
		<-ended
	}
}

// A stream ends with its data source, with an error: then Grafana starts it again.
func TestStreamEndsWithInstance(t *testing.T) {
	in := mustInstance(t, settingsOf(t, newFakeFirewall(t).entry("a", "ca")))
	path, raw := channel(`{}`, 1000, 0)
	sent, ended := make(packets, 10), make(chan error)
	go func() {
		ended <- in.RunStream(context.Background(), &backend.RunStreamRequest{Path: path, Data: raw}, backend.NewStreamSender(sent))
	}()
	if f := sent.next(t); f.Meta.Type != data.FrameTypeTable || f.Rows() != 2 {
		t.Errorf("%s, %d rows", f.Meta.Type, f.Rows())
	}
	in.Dispose()
	select {
	case err := <-ended:
		if !errors.Is(err, errEnded) {
			t.Errorf("ended with %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the stream goes on")
	}
}

// Series that come and go keep their columns.
func TestWide(t *testing.T) {
	l := mustLive(t, "")
	l.poll(3)
	ask := func(peers string) data.Frames {
		return l.ask(`{"queryType":"peers","format":"time_series","filter":{"peers":[`+peers+`]}}`, time.Minute).Frames
	}
	names := func(f *data.Frame) string {
		var out []string
		for _, field := range f.Fields {
			out = append(out, field.Name)
		}
		return strings.Join(out, ", ")
	}
	var before []string
	for _, tt := range []struct{ peers, want string }{
		{`"branch"`, "time, a firewall / main / branch"},
		{`"alice","branch"`, "time, a firewall / main / branch, a firewall / main / alice"},
		{`"nobody"`, "time, a firewall / main / branch, a firewall / main / alice"},
	} {
		f := frames.Wide(ask(tt.peers), before)
		if got := names(f); got != tt.want {
			t.Errorf("%s: %s", tt.peers, got)
		}
		before = nil
		for _, field := range f.Fields[1:] {
			before = append(before, field.Name)
			known := false
			for row := range field.Len() {
				_, ok := field.ConcreteAt(row)
				known = known || ok
			}
			if _, name, _ := strings.Cut(field.Name, "main / "); known != strings.Contains(tt.peers, name) {
				t.Errorf("%s: values of %s: %v", tt.peers, field.Name, known)
			}
		}
	}
}
