package opnsense

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"sync"
)

// Bounds of what is kept of cookies. OPNsense sets one, a proxy in front of it
// perhaps another; web servers refuse requests with more than some kilobytes.
const (
	maxCookies = 8
	maxCookie  = 512 // bytes of a name and its value
)

// jar is a cookie jar that cannot be filled: every call would carry what a mad web
// server once set, and the firewall would refuse them all for it.
type jar struct {
	mu    sync.Mutex
	kept  http.CookieJar
	names map[string]bool // of the cookies that may be in kept
}

func newJar() (*jar, error) {
	j := &jar{}
	return j, j.empty()
}

func (j *jar) empty() error {
	kept, err := cookiejar.New(nil)
	j.kept, j.names = kept, map[string]bool{}
	return err
}

// SetCookies keeps the first few that are not too long. When others come later, all
// that was kept is dropped for them.
func (j *jar) SetCookies(u *url.URL, cookies []*http.Cookie) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var take []*http.Cookie
	fresh := map[string]bool{}
	for _, c := range cookies {
		if len(c.Name)+len(c.Value) <= maxCookie && (fresh[c.Name] || len(fresh) < maxCookies) {
			take = append(take, c)
			fresh[c.Name] = true
		}
	}
	for name := range fresh {
		j.names[name] = true
	}
	if len(j.names) > maxCookies {
		if j.empty() != nil {
			return
		}
		j.names = fresh
	}
	j.kept.SetCookies(u, take)
}

// Cookies are those to send.
func (j *jar) Cookies(u *url.URL) []*http.Cookie {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.kept.Cookies(u)
}
