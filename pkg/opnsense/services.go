package opnsense

import (
	"bytes"
	"context"
	"html"
	"io"
	"strings"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

var servicesEndpoint = endpoint{
	path:      "/api/core/service/search",
	privilege: "Status: Services",
}

// Services asks which WireGuard instances are enabled, running or not: none when
// WireGuard as a whole is switched off.
//
// GET /api/core/service/search, which lists the firewall's other services too;
// those are skipped. The privilege it takes lets its holder stop services. An
// answer that lacks rows is an error of [KindBadAnswer]: an instance that is
// missing would read as one that was disabled. Errors are [*Error].
func (c *Client) Services(ctx context.Context) ([]wireguard.ServiceEntry, error) {
	var p list[wireguard.ServiceEntry]
	_, err := c.call(ctx, servicesEndpoint, "", func(body io.Reader) (err error) {
		p, err = readList(newDecoder(body), (*decoder).service)
		return err
	})
	if err != nil {
		return nil, err
	}
	return p.whole(c, servicesEndpoint)
}

// service decodes one row. It is kept if it is an instance of WireGuard.
func (d *decoder) service() (s wireguard.ServiceEntry, instance bool, err error) {
	var odd oddSet
	err = d.object(func(name []byte) (err error) {
		var text []byte
		switch string(name) {
		case "id":
			text, err = d.rawText(&odd)
			text, instance = bytes.CutPrefix(text, []byte("wireguard/"))
			s.UUID = string(text)
		case "description":
			if text, err = d.rawText(&odd); err == nil {
				s.Name = serviceName(text)
			}
		default:
			err = d.skip()
		}
		return err
	})
	return s, instance && s.UUID != "", err
}

// serviceName reads the name out of "WireGuard site-to-site". This answer, unlike
// the others, has names escaped for HTML. "" when it is worded in an unknown way.
func serviceName(description []byte) string {
	name, found := bytes.CutPrefix(description, []byte("WireGuard "))
	if !found {
		return ""
	}
	return strings.ToValidUTF8(html.UnescapeString(string(name)), "\uFFFD")
}
