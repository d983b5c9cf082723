package opnsense

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"
)

// DefaultTimeout bounds a call when Config.Timeout is zero. OPNsense answers in
// 0.1 to 0.2 s; when its back end hangs it never does.
const DefaultTimeout = 10 * time.Second

// Config is what it takes to ask one firewall. It prints without its secrets.
type Config struct {
	Name      string // the firewall's name in messages; the URL's host when empty
	URL       string // "https://fw.example:8443", with the path prefix of a reverse proxy if there is one
	TLS       TLS
	APIKey    string        `json:"-"`
	APISecret string        `json:"-"`
	Timeout   time.Duration // of one call; 0 is DefaultTimeout

	Now func() time.Time `json:"-"` // the clock by which answers arrive; nil is time.Now
}

// ConfigError is one setting that cannot work.
type ConfigError struct {
	Field   string // as in the settings: "url", "tls.mode", "apiKey"
	Problem string // what is wrong and what is allowed
}

func (e *ConfigError) Error() string { return e.Field + ": " + e.Problem }

// Validate returns every setting that cannot work, each a [*ConfigError], in the
// order of the fields. It needs no network.
func (c Config) Validate() []error {
	var problems []error
	if _, err := parseURL(c.URL); err != nil {
		problems = append(problems, err)
	}
	problems = append(problems, c.TLS.validate()...)
	for _, s := range []struct{ field, label, value string }{
		{"apiKey", "key", c.APIKey},
		{"apiSecret", "secret", c.APISecret},
	} {
		if problem := credentialProblem(s.label, s.value); problem != "" {
			problems = append(problems, &ConfigError{s.field, problem})
		}
	}
	if c.Timeout < 0 {
		problems = append(problems, &ConfigError{"timeout", "must not be negative"})
	}
	return problems
}

// BaseURL is the URL as calls use it, without what a browser's address bar adds,
// and "" where it cannot be used.
func (c Config) BaseURL() string {
	u, err := parseURL(c.URL)
	if err != nil {
		return ""
	}
	return u.String()
}

// credentialProblem never quotes the value.
func credentialProblem(label, value string) string {
	value = strings.TrimSpace(value)
	switch {
	case value == "":
		return "is missing: create an API key in OPNsense under System: Access: Users"
	case strings.HasPrefix(value, "key=") || strings.HasPrefix(value, "secret="):
		return "must be only what follows the = in OPNsense's file"
	case strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return "must not contain spaces or line breaks"
	case label == "key" && strings.Contains(value, ":"):
		return "must not contain a colon" // Basic authentication ends the user at the first one
	}
	return ""
}

// parseURL returns the firewall's base URL: scheme, host and path prefix without
// a slash at the end. What a browser's address bar adds is cut off: the path of
// a page of the web interface, fragment, the login page's query. Errors never
// quote the URL, it might hold a password.
func parseURL(raw string) (*url.URL, error) {
	problem := func(s string) (*url.URL, error) { return nil, &ConfigError{"url", s} }
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return problem("is missing: give the firewall's address, such as https://fw.example:8443")
	}
	u, err := url.Parse(raw)
	if err != nil && !strings.Contains(raw, "://") || err == nil && u.Scheme != "https" && u.Scheme != "http" {
		return problem("must begin with https:// (or http://, unencrypted)")
	}
	switch {
	case err != nil:
		return problem("is not a URL: write it as https://host:port")
	case u.User != nil:
		return problem("must not contain a user or password: the API key and secret have their own fields")
	case u.Hostname() == "":
		return problem("has no host: write it as https://host:port")
	case u.Port() != "" && !validPort(u.Port()):
		return problem("has a port outside 1 to 65535")
	}
	prefix, page := cutPage(u.EscapedPath())
	if u.RawQuery != "" && !page && !strings.HasPrefix(u.RawQuery, "url=") {
		return problem("must not have a query (what follows the question mark)")
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host}).Parse(prefix)
}

func validPort(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n > 0 && n < 65536
}

// cutPage returns the path without a pasted page of OPNsense, and whether there
// was one.
func cutPage(p string) (prefix string, page bool) {
	p = path.Clean("/" + p)
	at := len(p)
	for _, mark := range []string{"/ui/", "/index.php/", "/api/wireguard/", "/api/diagnostics/", "/api/core/"} {
		if i := strings.Index(p+"/", mark); i >= 0 && i < at {
			at, page = i, true
		}
	}
	return strings.TrimSuffix(p[:at], "/"), page
}

// String describes the configuration without its secrets.
func (c Config) String() string {
	host := cmp.Or(c.BaseURL(), "invalid")
	return fmt.Sprintf("opnsense.Config{Name:%q URL:%q TLS:%q APIKey:%s APISecret:%s Timeout:%s}",
		c.Name, host, c.TLS.Mode, presence(c.APIKey), presence(c.APISecret), c.Timeout)
}

func presence(secret string) string {
	if secret == "" {
		return "missing"
	}
	return "redacted"
}

// GoString is String.
func (c Config) GoString() string { return c.String() }

// Format prints String for every verb: %d and %x would otherwise print the fields.
func (c Config) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue is String.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

var (
	_ fmt.Formatter  = Config{}
	_ fmt.GoStringer = Config{}
	_ slog.LogValuer = Config{}
	_ error          = (*ConfigError)(nil)
)

// joined returns the problems as one error, nil when there are none.
func joined(problems []error) error { return errors.Join(problems...) }
