package opnsense

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const noRows = `{"total":0,"rowCount":0,"current":1,"rows":[]}`

// The privilege check compares the raw URI: every byte of the request counts.
func TestRequest(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, suffix string
		ask          ask
		uri          string
	}{
		{"show", "", askShow, "/api/wireguard/service/show"},
		{"virtual addresses", "", askVIPs, "/api/diagnostics/interface/get_vip_status"},
		{"services", "", askServices, "/api/core/service/search"},
		{"status", "", askStatus, "/api/wireguard/service/status"},
		{"configuration", "", askServers, "/api/wireguard/server/search_server"},
		{"slash at the end", "/", askShow, "/api/wireguard/service/show"},
		{"path prefix", "/fw%2F1/hq/", askShow, "/fw%2F1/hq/api/wireguard/service/show"},
		{"pasted page", "/ui/core/dashboard#x", askShow, "/api/wireguard/service/show"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got *http.Request
			url := serve(t, func(w http.ResponseWriter, r *http.Request) {
				got = r
				_, _ = io.WriteString(w, `{"status":"unknown","rows":[]}`)
			})
			c := mustClient(t, testConfig(url+tt.suffix), nil)
			must(t, tt.ask(t.Context(), c))
			if got.Method != "GET" || got.RequestURI != tt.uri {
				t.Errorf("got %s %s", got.Method, got.RequestURI)
			}
			if _, sent := got.Header["Content-Type"]; sent || got.ContentLength != 0 {
				t.Errorf("a GET with a body or a Content-Type: %v", got.Header)
			}
			key, secret, _ := got.BasicAuth()
			if key != testKey || secret != testSecret {
				t.Error("key or secret did not arrive")
			}
		})
	}
}

// A page that lacks rows is asked for again, once, as a POST for all rows.
func TestShowAllRows(t *testing.T) {
	t.Parallel()
	var calls []string
	url := serveTLS(t, testCert{}.must(t), func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		calls = append(calls, r.Method+" "+r.RequestURI+" "+string(body))
		if r.Method == "GET" {
			_, _ = io.WriteString(w, `{"total":2,"rows":[{"type":"peer","if":"wg0","public-key":"a"}]}`)
			return
		}
		if r.ContentLength != int64(len(body)) || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("length %d, headers %v", r.ContentLength, r.Header)
		}
		if _, sent := r.Header["Idempotency-Key"]; sent {
			t.Error("Idempotency-Key was sent")
		}
		_, _ = io.WriteString(w, `{"total":2,"rows":[{"type":"peer","if":"wg0","public-key":"a"},{"type":"peer","if":"wg0","public-key":"b"}]}`)
	})
	report, err := mustClient(t, testConfig(url), nil).Show(t.Context())
	must(t, err)
	if len(report.Peers) != 2 {
		t.Errorf("got %d peers", len(report.Peers))
	}
	want := "GET /api/wireguard/service/show |POST /api/wireguard/service/show " + allRows
	if got := strings.Join(calls, "|"); got != want {
		t.Errorf("got %s", got)
	}
}

// One session for all calls: each call without the cookie leaves a file behind.
func TestCookie(t *testing.T) {
	t.Parallel()
	var cookies []string
	url := serveTLS(t, testCert{}.must(t), func(w http.ResponseWriter, r *http.Request) {
		cookies = append(cookies, r.Header.Get("Cookie"))
		document(200, noRows)(w, r)
	})
	shared := &http.Client{Transport: mustClient(t, testConfig(url), nil).http.Transport}
	a, b := mustClient(t, testConfig(url), shared), mustClient(t, testConfig(url), shared)
	for _, c := range []*Client{a, a, b} {
		_, err := c.Show(t.Context())
		must(t, err)
	}
	if want := "|PHPSESSID=" + testCookie + "|"; strings.Join(cookies, "|") != want {
		t.Errorf("got %q", cookies)
	}
	if shared.Jar != nil || shared.CheckRedirect != nil {
		t.Error("the client that was handed in has been changed")
	}
}

// However many cookies are set, and however long, calls stay small, and the
// session's cookie is sent again once the madness is over.
func TestMadCookies(t *testing.T) {
	t.Parallel()
	var sent string
	most, calls, mad := 0, 0, true
	url := serveTLS(t, testCert{}.must(t), func(w http.ResponseWriter, r *http.Request) {
		calls++
		sent = r.Header.Get("Cookie")
		most = max(most, len(sent))
		for i := range 50 {
			if mad {
				w.Header().Add("Set-Cookie", fmt.Sprintf("short-%d-%d=x", calls, i))
				w.Header().Add("Set-Cookie", fmt.Sprintf("long-%d-%d=%s; Path=/", calls, i, strings.Repeat("x", 4000)))
				w.Header().Add("Set-Cookie", fmt.Sprintf("same=%d; Path=/%d", i, i)) // one for each path
			}
		}
		document(200, noRows)(w, r)
	})
	c := mustClient(t, testConfig(url), nil)
	for n := range 20 {
		mad = n < 15
		_, err := c.Show(t.Context())
		must(t, err)
	}
	if most > maxCookies*maxCookie || most == 0 {
		t.Errorf("%d bytes of cookies were sent", most)
	}
	if !strings.Contains(sent, "PHPSESSID="+testCookie) {
		t.Errorf("at last %q was sent", sent)
	}
}

// Nothing at all is sent where a redirect points.
func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	var arrived atomic.Int32
	elsewhere := serveTLS(t, testCert{}.must(t), func(http.ResponseWriter, *http.Request) { arrived.Add(1) })
	for _, status := range []int{301, 302, 303, 307, 308} {
		url := serveTLS(t, testCert{}.must(t), redirect(status, elsewhere+"/api/wireguard/service/show"))
		if _, err := mustClient(t, testConfig(url), nil).Show(t.Context()); err == nil {
			t.Errorf("%d: no error", status)
		}
	}
	if n := arrived.Load(); n != 0 {
		t.Errorf("%d requests arrived elsewhere", n)
	}
}

// OPNsense's web server closes after 15 requests. A request that is sent into a
// connection just being closed is sent again: by the transport, so this holds
// what it does for a GET, and for a POST that only reads.
func TestClosedReusedConnection(t *testing.T) {
	t.Parallel()
	const answer = "HTTP/1.1 200 OK\r\nContent-Length: 46\r\n\r\n" + noRows
	for _, method := range []string{"GET", "POST"} {
		t.Run(method, func(t *testing.T) {
			var seen atomic.Int32
			host := serveRaw(t, func(n int, c *net.TCPConn) {
				r := bufio.NewReader(c)
				for i := range 2 {
					req, err := http.ReadRequest(r)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, req.Body)
					seen.Add(1)
					if n == 0 && i == 1 {
						c.Close()
						return
					}
					_, _ = io.WriteString(c, answer)
					if n > 0 {
						return
					}
				}
			})
			c := mustClient(t, testConfig("http://"+host), nil)
			post := map[string]string{"POST": allRows}[method]
			for range 2 {
				_, err := c.show(t.Context(), post)
				must(t, err)
			}
			if n := seen.Load(); n != 3 {
				t.Errorf("%d requests arrived, want 3", n)
			}
		})
	}
}

// A connection is used again after an error, too.
func TestConnectionIsKept(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.HandlerFunc{
		"answer": document(200, noRows+"  \n"), "error": page(503), "wrong shape": document(200, "[]"),
	} {
		t.Run(name, func(t *testing.T) {
			from := map[string]bool{}
			url := serve(t, func(w http.ResponseWriter, r *http.Request) { from[r.RemoteAddr] = true; h(w, r) })
			c := mustClient(t, testConfig(url), nil)
			for range 3 {
				_, _ = c.Show(t.Context())
			}
			if len(from) != 1 {
				t.Errorf("%d connections", len(from))
			}
		})
	}
}

func TestClockSkew(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		date func() string
		want time.Duration
	}{
		{"no header", func() string { return "" }, 0},
		{"nonsense", func() string { return "yesterday" }, 0},
		{"within the grain", func() string { return httpDate(4 * time.Second) }, 0},
		{"ahead", func() string { return httpDate(time.Minute) }, time.Minute},
		{"behind", func() string { return httpDate(-time.Hour) }, -time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Date"] = nil
				if d := tt.date(); d != "" {
					w.Header().Set("Date", d)
				}
				_, _ = io.WriteString(w, noRows)
			})
			before := time.Now()
			report, err := mustClient(t, testConfig(url), nil).Show(t.Context())
			must(t, err)
			if off := (report.ClockSkew - tt.want).Abs(); off > 2*time.Second || tt.want == 0 && off != 0 {
				t.Errorf("got %s, want %s", report.ClockSkew, tt.want)
			}
			if report.At.Before(before) || report.At.After(time.Now()) {
				t.Errorf("arrived at %s", report.At)
			}
		})
	}
}

func httpDate(skew time.Duration) string {
	return time.Now().Add(skew).UTC().Format(http.TimeFormat)
}

func TestConcurrentCalls(t *testing.T) {
	t.Parallel()
	c := mustClient(t, testConfig(serveTLS(t, testCert{}.must(t), document(200, noRows))), nil)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := c.Show(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}
