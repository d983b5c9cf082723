package e2e

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
)

// A firewall that says unasked what it was sent gets it into no log either: Go's own
// library would write it there.
func TestUnaskedIsNotLogged(t *testing.T) {
	const key, secret = "UnaskedKey1x7Kq", "UnaskedSecret9Zt4Wm"
	said := make(chan struct{}, 100)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		defer c.Close()
		const body = `{"total":0,"rowCount":0,"current":1,"rows":[]}`
		_, got, _ := r.BasicAuth()
		fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%sunasked %s %s\r\n\r\n",
			len(body), body, got, r.Header.Get("Authorization"))
		_, _ = io.Copy(io.Discard, c) // until the other side leaves
		said <- struct{}{}
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()

	var logs bytes.Buffer
	var mu sync.Mutex
	host, err := grafanahost.Start(pluginDir, hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: &logs, Mutex: &mu}))
	if err != nil {
		t.Fatal(err)
	}
	defer host.Kill()
	d, err := host.Save("unasked", "unasked", map[string]any{"firewalls": []any{
		map[string]any{"id": "a", "name": "a", "url": s.URL, "tls": map[string]any{"mode": "insecure"}},
	}}, map[string]string{"a.apiKey": key, "a.apiSecret": secret})
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := d.Query(testContext(t), model{"refId": "A", "queryType": "firewalls"}); err != nil || answer.Error != nil {
		t.Fatal(err, answer.Error)
	}
	select {
	case <-said:
	case <-time.After(10 * time.Second):
		t.Fatal("the plugin kept a connection on which it was told something unasked")
	}
	time.Sleep(300 * time.Millisecond) // what is logged comes by another way
	host.Kill()
	mu.Lock()
	defer mu.Unlock()
	for _, s := range []string{key, secret, "Unsolicited"} {
		if strings.Contains(logs.String(), s) {
			t.Errorf("%q was logged:\n%s", s, logs.String())
		}
	}
	if logs.Len() == 0 {
		t.Error("nothing was logged at all, so nothing was tested")
	}
}
