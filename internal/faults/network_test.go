package faults

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// short is the time-out of rows that run into it.
var short = setup{timeout: "2s"}

var network = []row{
	{name: "connection refused", fault: fault{door: refuse}, want: unreadable},
	{name: "black hole: packets are dropped", setup: short, fault: fault{door: drop}, want: unreadable},
	{name: "accepted and never answered", setup: short, fault: fault{tcp: silent}, want: unreadable},
	{name: "closed on accept", fault: fault{tcp: func(net.Conn) {}}, want: unreadable},
	{name: "reset on accept", fault: fault{tcp: reset}, want: unreadable},
	{name: "reset in the TLS handshake", fault: fault{tcp: func(c net.Conn) { readSome(c); reset(c) }}, want: unreadable},
	{name: "TLS handshake never finished", setup: short, fault: fault{tcp: func(c net.Conn) { readSome(c); silent(c) }}, want: unreadable},
	{name: "TLS handshake byte by byte, too slow", setup: short, fault: fault{tcp: func(c net.Conn) { drip(c, "\x16\x03\x03\x40\x00\x02", 500*time.Millisecond); silent(c) }}, want: unreadable},
	{name: "closed after the request", fault: raw(func(net.Conn, string) {}), want: unreadable},
	{name: "reset after the request", fault: raw(func(c net.Conn, _ string) { reset(c) }), want: unreadable},
	{name: "reset after the request, unencrypted", setup: setup{plain: true}, fault: raw(func(c net.Conn, _ string) { reset(c) }), want: unreadable},
	{name: "reset in the headers", fault: raw(func(c net.Conn, a string) { _, _ = io.WriteString(c, a[:40]); reset(c) }), want: unreadable},
	{name: "reset in the body", fault: raw(func(c net.Conn, a string) {
		_, _ = io.WriteString(c, a[:len(a)-100])
		time.Sleep(50 * time.Millisecond)
		reset(c)
	}), want: unreadable},
	{name: "headers that never end", setup: short, fault: raw(func(c net.Conn, a string) { drip(c, a[:20]+strings.Repeat("X-Pad: 1\r\n", 1000), 50*time.Millisecond) }), want: unreadable},
	{name: "interim answers (103) without end", fault: raw(func(c net.Conn, _ string) { repeat(c, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n") }), most: mostHeaders, want: unreadable},
	{name: "no answer to the request", setup: short, fault: raw(func(c net.Conn, _ string) { silent(c) }), want: unreadable},
	{name: "body that stands still", setup: short, fault: raw(func(c net.Conn, a string) { _, _ = io.WriteString(c, a[:len(a)-100]); silent(c) }), want: unreadable},
	{name: "slow body, too slow", setup: short, fault: raw(func(c net.Conn, a string) { drip(c, a, 20*time.Millisecond) }), want: unreadable},
	{name: "slow body, in time", fault: raw(func(c net.Conn, a string) {
		for _, part := range []string{a[:len(a)/2], a[len(a)/2:]} {
			time.Sleep(200 * time.Millisecond)
			_, _ = io.WriteString(c, part)
		}
	}), want: asEver},
	{name: "answer byte by byte, in time", fault: raw(func(c net.Conn, a string) { drip(c, a, 0) }), want: asEver},
	{name: "cut body", fault: raw(func(c net.Conn, a string) { _, _ = io.WriteString(c, a[:len(a)-100]) }), want: unreadable},
	{name: "Content-Length too small", fault: length(-100), want: unreadable},
	{name: "Content-Length too large", fault: length(100), want: unreadable},
	{name: "Content-Length is no number", fault: raw(func(c net.Conn, _ string) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}")
	}), want: unreadable},
	{name: "two lengths that differ", fault: raw(func(c net.Conn, _ string) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}")
	}), want: unreadable},
	{name: "chunk that is none", fault: raw(func(c net.Conn, _ string) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n")
	}), want: unreadable},
	{name: "not HTTP at all", fault: raw(func(c net.Conn, _ string) { _, _ = io.WriteString(c, "SSH-2.0-OpenSSH_9.9\r\n") }), want: unreadable},
	{name: "more on a connection than the answer", fault: raw(func(c net.Conn, a string) {
		_, body, _ := strings.Cut(a, "\r\n\r\n")
		_, _ = fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%sHTTP/1.1 200 OK\r\n\r\nmore", len(body), body)
	}), want: asEver},
	{name: "host name that does not exist", fault: fault{saved: func(f *firewall, entry map[string]any, _ secret) {
		_, port, _ := net.SplitHostPort(f.addr)
		entry["url"] = "https://" + strings.Repeat("x", 64) + ".invalid:" + port // no name server is asked for such a label
	}}, want: elsewhere},
	{name: "firewall with IPv6 only", setup: setup{ipv6: true}, fault: fault{}, want: asEver},
	{name: "firewall with IPv6 only, refusing", setup: setup{ipv6: true}, fault: fault{door: refuse}, want: unreadable},
	{name: "plain HTTP on the HTTPS port", fault: fault{tcp: func(c net.Conn) {
		readSome(c)
		_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
	}}, want: unreadable},
	{name: "TLS on the HTTP port", setup: setup{plain: true}, fault: fault{tcp: func(c net.Conn) {
		readSome(c)
		_, _ = io.WriteString(c, "\x15\x03\x01\x00\x02\x02\x16")
	}}, want: unreadable},
	{name: "reverse proxy in between", fault: fault{http: throughProxy(nil)}, want: asEver},
	{name: "proxy in between that takes the key away", fault: fault{http: throughProxy(func(r *http.Request) { r.Header.Del("Authorization") })}, want: unreadable},
	{name: "proxy in between without a firewall behind it", fault: status(http.StatusBadGateway, "<html>502</html>"), want: unreadable},
	{name: "proxy in between that wants its own login", fault: fault{http: func(_ *firewall, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Proxy-Authenticate", "Basic")
		w.WriteHeader(http.StatusProxyAuthRequired)
	}}, want: unreadable},
}

// silent keeps a connection until the other side gives up.
func silent(c net.Conn) { _, _ = io.Copy(io.Discard, c) }

func readSome(c net.Conn) { _, _ = c.Read(make([]byte, 512)) }

// reset ends a connection with RST instead of FIN.
func reset(c net.Conn) {
	for {
		switch inner := c.(type) {
		case interface{ NetConn() net.Conn }: // of TLS, which would say goodbye
			c = inner.NetConn()
			continue
		case *counted:
			c = inner.TCPConn
			continue
		case *net.TCPConn:
			_ = inner.SetLinger(0)
		}
		_ = c.Close()
		return
	}
}

func drip(c net.Conn, text string, pause time.Duration) {
	for i := range len(text) {
		if _, err := c.Write([]byte{text[i]}); err != nil {
			return
		}
		time.Sleep(pause)
	}
}

// repeat writes until the other side hangs up.
func repeat(w io.Writer, text string) {
	block := []byte(strings.Repeat(text, 1+(64<<10)/len(text)))
	for {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

// raw answers with bytes of its own; it is given the answer that is right.
func raw(answer func(c net.Conn, right string)) fault {
	return fault{http: func(f *firewall, w http.ResponseWriter, r *http.Request) {
		resp := f.right(r)
		right, _ := httputil.DumpResponse(resp, true)
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer c.Close()
		answer(c, string(right))
	}}
}

// length sends a Content-Length that is wrong by so many bytes.
func length(by int) fault {
	return raw(func(c net.Conn, right string) {
		_, body, _ := strings.Cut(right, "\r\n\r\n")
		_, _ = fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body)+by, body)
	})
}

// throughProxy has a request go through one more web server, changed on the way.
func throughProxy(change func(*http.Request)) func(*firewall, http.ResponseWriter, *http.Request) {
	return func(f *firewall, w http.ResponseWriter, r *http.Request) {
		to, err := url.Parse(f.light.URL())
		if err != nil {
			panic(err)
		}
		proxy := httputil.NewSingleHostReverseProxy(to)
		transport := &http.Transport{TLSClientConfig: trustAny(), DisableKeepAlives: true}
		proxy.Transport = transport
		if change != nil {
			change(r)
		}
		proxy.ServeHTTP(w, r)
	}
}

// refuse closes the port.
func refuse(f *firewall) (mend func()) {
	address := f.addr
	f.mu.Lock()
	_ = f.listener.Close()
	f.mu.Unlock()
	return func() {
		if err := f.listen(address); err != nil {
			panic(err)
		}
	}
}

// drop has the kernel drop what comes: the queue of connections has room for
// one, which is taken.
func drop(f *firewall) (mend func()) {
	f.mu.Lock()
	l, address := f.listener, f.addr
	f.mu.Unlock()
	_ = l.SetDeadline(time.Unix(1, 0)) // ends accept
	backlog := func(n int) {
		raw, err := l.SyscallConn()
		if err == nil {
			err = raw.Control(func(fd uintptr) { err = syscall.Listen(int(fd), n) })
		}
		if err != nil {
			panic(err)
		}
	}
	backlog(0)
	var taken []net.Conn
	for range 3 {
		if c, err := net.DialTimeout("tcp", address, 100*time.Millisecond); err == nil {
			taken = append(taken, c)
		}
	}
	return func() {
		for _, c := range taken {
			_ = c.Close()
		}
		backlog(1024)
		_ = l.SetDeadline(time.Time{})
		go f.accept(l)
	}
}
