package opnsense

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestValidate(t *testing.T) {
	const fine = "https://fw.example"
	config := func(change func(c *Config)) Config {
		c := Config{URL: fine, APIKey: testKey, APISecret: testSecret}
		change(&c)
		return c
	}
	url := func(s string) Config { return config(func(c *Config) { c.URL = s }) }
	trust := func(t TLS) Config { return config(func(c *Config) { c.TLS = t }) }
	key := func(s string) Config { return config(func(c *Config) { c.APIKey = s }) }
	for _, tt := range []struct {
		name string
		cfg  Config
		want string // the problems, one a line
	}{
		{"nothing set", Config{}, `url: is missing: give the firewall's address, such as https://fw.example:8443
apiKey: is missing: create an API key in OPNsense under System: Access: Users
apiSecret: is missing: create an API key in OPNsense under System: Access: Users`},
		{"no scheme", url("fw.example"), "url: must begin with https:// (or http://, unencrypted)"},
		{"no scheme, port", url("fw.example:8443"), "url: must begin with https:// (or http://, unencrypted)"},
		{"address and port", url("192.0.2.1:8443"), "url: must begin with https:// (or http://, unencrypted)"},
		{"another scheme", url("ssh://fw.example"), "url: must begin with https:// (or http://, unencrypted)"},
		{"no host", url("https:///x"), "url: has no host: write it as https://host:port"},
		{"port alone", url("https://:8443"), "url: has no host: write it as https://host:port"},
		{"user", url("https://root:opnsense@fw.example"), "url: must not contain a user or password: the API key and secret have their own fields"},
		{"user in a broken URL", url("https://root:opn sense@fw.example"), "url: is not a URL: write it as https://host:port"},
		{"port 0", url("https://fw.example:0"), "url: has a port outside 1 to 65535"},
		{"port 65536", url("https://fw.example:65536"), "url: has a port outside 1 to 65535"},
		{"port of letters", url("https://fw.example:https"), "url: is not a URL: write it as https://host:port"},
		{"space in the host", url("https://fw example"), "url: is not a URL: write it as https://host:port"},
		{"query", url("https://fw.example/x?y=1"), "url: must not have a query (what follows the question mark)"},
		{"fine", url(fine), ""},
		{"IPv6, port, prefix", url("http://[2001:db8::1]:8080/hq"), ""},
		{"TLS mode", trust(TLS{Mode: "none"}), `tls.mode: is unknown: allowed are "system", "ca", "pin" and "insecure"`},
		{"no CA", trust(TLS{Mode: TLSCA}), `tls.ca: is missing: mode "ca" needs the authority's certificate in PEM`},
		{"bad CA", trust(TLS{Mode: TLSCA, CA: "MIIB"}), "tls.ca: holds no certificate: paste the PEM block, -----BEGIN CERTIFICATE----- and all"},
		{"no pin", trust(TLS{Mode: TLSPin}), `tls.fingerprint: is missing: mode "pin" needs the SHA-256 fingerprint of the firewall's certificate`},
		{"SHA-1 pin", trust(TLS{Mode: TLSPin, Fingerprint: strings.Repeat("ab", 20)}), "tls.fingerprint: is not a SHA-256 fingerprint: 64 hexadecimal digits, colons allowed"},
		{"bad pin", trust(TLS{Mode: TLSPin, Fingerprint: strings.Repeat("xy", 32)}), "tls.fingerprint: is not a SHA-256 fingerprint: 64 hexadecimal digits, colons allowed"},
		{"server name", trust(TLS{ServerName: "https://fw"}), "tls.serverName: must be a bare name without scheme, port or path"},
		{"key from the file", key("key=" + testKey), "apiKey: must be only what follows the = in OPNsense's file"},
		{"key and secret", key(testKey + "\nsecret=" + testSecret), "apiKey: must not contain spaces or line breaks"},
		{"key with a colon", key(testKey + ":" + testSecret), "apiKey: must not contain a colon"},
		{"key with a line break at the end", key(testKey + "\n"), ""},
		{"time-out", config(func(c *Config) { c.Timeout = -time.Second }), "timeout: must not be negative"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if err := joined(tt.cfg.Validate()); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
			if _, err := New(tt.cfg, nil); (err == nil) != (tt.want == "") {
				t.Errorf("New: %v", err)
			}
		})
	}
}

func TestParseURL(t *testing.T) {
	for _, tt := range []struct{ raw, want string }{
		{" https://fw.example:8443/ ", "https://fw.example:8443"},
		{"https://fw.example///", "https://fw.example"},
		{"https://fw.example/ui", "https://fw.example"},
		{"https://fw.example/ui/wireguard/general#peers", "https://fw.example"},
		{"https://fw.example/ui/x?search=y", "https://fw.example"},
		{"https://fw.example/index.php", "https://fw.example"},
		{"https://fw.example/?url=/ui/core/dashboard", "https://fw.example"},
		{"https://fw.example/api/wireguard/service/show/", "https://fw.example"},
		{"https://proxy.example/hq/ui/core/dashboard", "https://proxy.example/hq"},
		{"https://proxy.example/api/hq/", "https://proxy.example/api/hq"},
		{"https://proxy.example/a//b/../c%20d", "https://proxy.example/a/c%20d"},
		{"HTTP://[2001:db8::1]:8080", "http://[2001:db8::1]:8080"},
	} {
		u, err := parseURL(tt.raw)
		if err != nil || u.String() != tt.want {
			t.Errorf("%q: got %v, %v, want %s", tt.raw, u, err, tt.want)
		}
	}
}

// However a configuration or a client is printed, it shows no secret.
func TestPrintsNoSecret(t *testing.T) {
	cfg := testConfig("https://" + testKey + ":" + testSecret + "@fw.example")
	good := testConfig("https://fw.example")
	client := mustClient(t, good, nil)
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "cfg", cfg, "good", good, "client", client)
	asJSON, err := json.Marshal(good)
	must(t, err)
	text := log.String() + string(asJSON)
	for _, v := range []any{cfg, &cfg, good, &good, []Config{good}, struct{ C Config }{good}, client, *client} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%t"} {
			text += fmt.Sprintf(verb, v)
		}
	}
	for _, secret := range []string{testKey, testSecret, fmt.Sprintf("%x", testSecret)} {
		if strings.Contains(text, secret) {
			t.Errorf("%q shows in %s", secret, text)
		}
	}
	want := `opnsense.Config{Name:"hq" URL:"https://fw.example" TLS:"insecure" APIKey:redacted APISecret:redacted Timeout:1m0s}`
	if good.String() != want || good.GoString() != want {
		t.Errorf("got %s", good)
	}
}
