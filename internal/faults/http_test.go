package faults

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
)

// right is the answer that the firewall gives when nothing is wrong with it.
func (f *firewall) right(r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	f.light.ServeHTTP(w, r)
	return w.Result()
}

// status answers with a status and a page.
func status(code int, body string) fault {
	return fault{http: func(_ *firewall, w http.ResponseWriter, _ *http.Request) {
		kind := "application/json"
		if strings.HasPrefix(body, "<") {
			kind = "text/html"
		}
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}}
}

// headed answers rightly, with other headers.
func headed(change func(http.Header)) fault {
	return fault{http: func(f *firewall, w http.ResponseWriter, r *http.Request) {
		resp := f.right(r)
		maps.Copy(w.Header(), resp.Header)
		change(w.Header())
		_, _ = io.Copy(w, resp.Body)
	}}
}

// streams answers with a head, and more until the other side hangs up.
func streams(head, more string, header map[string]string) fault {
	return fault{http: func(_ *firewall, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for k, v := range header {
			w.Header().Set(k, v)
		}
		_, _ = io.WriteString(w, head)
		repeat(w, more)
	}}
}

// What is read of a body and of headers at most, with what the kernel holds by the
// time that nobody reads any more.
const (
	mostRead    = 32<<20 + kernel
	mostHeaders = 10<<20 + kernel
	kernel      = 64 << 20
)

const text = `"xxxxxxxxxxxxxxx",`

// strangers counts requests, and keys, that came to where redirects lead.
var strangers, keysAstray atomic.Int64

// long waits long enough for what takes long to read.
var long = setup{timeout: "25s"}

var httpRows = []row{
	{name: "204 without an answer", fault: status(204, ""), want: unreadable},
	{name: "206 of a part", fault: status(206, `{"rows":[]}`), want: unreadable},
	{name: "301 to another host", fault: redirect(301), check: noneAstray, want: unreadable},
	{name: "302 to another host", fault: redirect(302), check: noneAstray, want: unreadable},
	{name: "307 to another host", fault: redirect(307), check: noneAstray, want: unreadable},
	{name: "308 to another host", fault: redirect(308), check: noneAstray, want: unreadable},
	{name: "302 to itself", fault: fault{http: func(_ *firewall, w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Path, http.StatusFound)
	}}, want: unreadable},
	{name: "302 to the login page", fault: fault{http: func(_ *firewall, w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/?url="+r.URL.Path, http.StatusFound)
	}}, want: unreadable},
	{name: "304 not modified", fault: status(304, ""), want: unreadable},
	{name: "400", fault: status(400, `{"status":400,"message":"Invalid JSON syntax"}`), want: unreadable},
	{name: "401: the key is refused", fault: status(401, `{"status":401,"message":"Authentication Failed"}`), again: refusedPause, want: unreadable},
	{name: "wrong secret in the settings", fault: fault{saved: func(_ *firewall, _ map[string]any, set secret) { set("apiSecret", "wrong") }}, want: unreadable},
	{name: "no secret in the settings", fault: fault{saved: func(_ *firewall, _ map[string]any, set secret) { set("apiSecret", "") }}, want: unheard},
	{name: "403: a privilege is missing", fault: status(403, `{"status":403,"message":"Forbidden"}`), again: forbiddenPause, want: unreadable},
	{name: "404 of OPNsense", fault: status(404, `{"errorMessage":"Endpoint not found"}`), want: unreadable},
	{name: "404 of another web server", fault: status(404, "<html>nothing here</html>"), want: unreadable},
	{name: "418", fault: status(418, ""), want: unreadable},
	{name: "429: too many requests", fault: status(429, ""), want: unreadable},
	{name: "500", fault: status(500, `{"errorMessage":"Unexpected error, check log for details"}`), want: unreadable},
	{name: "503 while it starts", fault: status(503, "<html>starting</html>"), want: unreadable},
	{name: "599", fault: status(599, ""), want: unreadable},
	{name: "the login page", fault: status(200, "<!doctype html><html>Login</html>"), want: unreadable},
	{name: "empty answer", fault: status(200, ""), want: unreadable},
	{name: "gzip bomb", setup: long, fault: fault{http: gzipBomb}, most: mostRead, want: unreadable},
	{name: "gzip that is none", fault: headed(func(h http.Header) { h.Set("Content-Encoding", "gzip") }), want: unreadable},
	{name: "unknown encoding", fault: headed(func(h http.Header) { h.Set("Content-Encoding", "br") }), want: asEver},
	{name: "10 GB announced", setup: long, fault: streams(`{"rows":[],"x":[`, text, map[string]string{"Content-Length": fmt.Sprint(10 << 30)}), most: mostRead, want: unreadable},
	{name: "endless body", setup: long, fault: streams(`{"rows":[],"x":[`, text, nil), most: mostRead, want: unreadable},
	{name: "endless text", setup: short, fault: streams(`{"x":"`, "x", nil), most: mostRead, want: unreadable},
	{name: "endless error page", fault: fault{http: func(_ *firewall, w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
		repeat(w, "<p>Bad gateway</p>")
	}}, most: kernel, want: unreadable},
	{name: "1 MB of headers", fault: headed(func(h http.Header) {
		for i := range 1000 {
			h.Set(fmt.Sprintf("X-Mad-%d", i), strings.Repeat("x", 1000))
		}
	}), want: asEver},
	{name: "headers without end", setup: long, fault: fault{http: func(_ *firewall, w http.ResponseWriter, _ *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer c.Close()
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n")
		repeat(c, "X-Mad: "+strings.Repeat("x", 1000)+"\r\n")
	}}, most: mostHeaders, want: unreadable},
	{name: "cookies gone mad", fault: fault{http: madCookies}, check: fewCookies, want: asEver},
}

// redirect sends on to a web server that counts what comes.
func redirect(code int) fault {
	return fault{http: func(_ *firewall, w http.ResponseWriter, r *http.Request) {
		to, _ := url.Parse(stranger().URL)
		http.Redirect(w, r, "http://localhost:"+to.Port()+r.URL.Path, code)
	}}
}

func noneAstray(*patient) error {
	if n := strangers.Load(); n > 0 {
		return fmt.Errorf("%d requests, %d with the key, went to another host", n, keysAstray.Load())
	}
	return nil
}

// gzipBomb sends gigabytes of texts, each of them in some kilobytes.
func gzipBomb(_ *firewall, w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Encoding", "gzip")
	zipped := func(s string) string {
		var out strings.Builder
		z := gzip.NewWriter(&out)
		_, _ = io.WriteString(z, s)
		_ = z.Close()
		return out.String()
	}
	_, _ = io.WriteString(w, zipped(`{"rows":[],"x":[`))
	repeat(w, zipped(strings.Repeat(text, 1<<16)))
}

var errCookies = errors.New("the plugin sends more than 4 KiB of cookies")

// madCookies sets a hundred cookies of new names with each answer, each of 3 kB.
func madCookies(f *firewall, w http.ResponseWriter, r *http.Request) {
	if len(r.Header.Get("Cookie")) > 4<<10 {
		f.mad.Store(true)
	}
	for i := range 100 {
		w.Header().Add("Set-Cookie", fmt.Sprintf("c%d-%d=%s; Path=/", f.met.Load(), i, strings.Repeat("x", 3000)))
		w.Header().Add("Set-Cookie", fmt.Sprintf("d%d-%d=%s; Path=/", f.met.Load(), i, strings.Repeat("x", 30)))
	}
	f.light.ServeHTTP(w, r)
}

func fewCookies(p *patient) error {
	if p.fw.mad.Load() {
		return errCookies
	}
	return nil
}

// stranger is a web server that no data source names.
var stranger = sync.OnceValue(func() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		strangers.Add(1)
		if r.Header.Get("Authorization") != "" {
			keysAstray.Add(1)
		}
		_, _ = io.WriteString(w, `{"rows":[]}`)
	}))
})
