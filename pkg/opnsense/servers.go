package opnsense

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

var serversEndpoint = endpoint{
	path:      "/api/wireguard/server/search_server",
	privilege: "VPN: WireGuard: Configuration",
}

// serversWanted is all that is read of search_server; no text but the values of
// these names gets past the redactor.
var serversWanted = map[string]bool{
	"rows": true, "total": true,
	"uuid": true, "enabled": true, "name": true, "instance": true, "interface": true, "pubkey": true,
	"carp_depend_on": true, "%carp_depend_on": true,
}

// Servers asks for the configured WireGuard instances, enabled or not. Call it
// only where the settings allow it (readConfiguration).
//
// GET /api/wireguard/server/search_server. Since 25.1.3 OPNsense puts the private
// keys into this answer. They are masked in the buffer that they are read into
// before anything else sees the answer: no decoder, string, error or log ever
// holds one. Beyond reach are the buffers of net/http and crypto/tls, which hold
// what passed through a connection until they are used again or collected, and
// of the decompressor if a proxy compresses, which OPNsense does not.
//
// An answer that lacks rows is an error of [KindBadAnswer]: an instance that is
// missing would read as one that was removed. Odd rows are never an error; a row
// with neither device nor name is left out. Errors are [*Error].
func (c *Client) Servers(ctx context.Context) ([]wireguard.ConfiguredInterface, error) {
	var p list[wireguard.ConfiguredInterface]
	_, err := c.call(ctx, serversEndpoint, "", func(body io.Reader) (err error) {
		p, err = decodeServers(body)
		return err
	})
	if err != nil {
		return nil, err
	}
	return p.whole(c, serversEndpoint)
}

func decodeServers(r io.Reader) (list[wireguard.ConfiguredInterface], error) {
	redacted := newRedactor(r, serversWanted)
	defer redacted.wipe()
	return readList(newDecoder(redacted), (*decoder).server)
}

// server is one row of search_server, as sent: what differs from release to
// release is judged when all of it is there.
type server struct {
	wireguard.ConfiguredInterface
	instance         string // number of the device
	depends          *string
	dependsDescribed string
}

// server decodes one row. It is kept if it names an interface. Whether it is
// enabled is a "0" or a "1"; without either it counts as enabled: a tunnel that
// is missing must not pass for one that was switched off.
func (d *decoder) server() (wireguard.ConfiguredInterface, bool, error) {
	s := server{}
	s.Enabled = true
	if err := d.object(func(name []byte) error { return d.serverField(&s, name) }); err != nil {
		return wireguard.ConfiguredInterface{}, false, err
	}
	if s.Device == "" && s.instance != "" {
		s.Device = "wg" + s.instance // 25.1.3 to 25.7.0 do not send the device
	}
	s.CARP = s.dependency()
	return s.ConfiguredInterface, s.Device != "" || s.Name != "", nil
}

func (d *decoder) serverField(s *server, name []byte) (err error) {
	var odd oddSet
	var text []byte
	switch string(name) {
	case "uuid":
		s.UUID, err = d.text(&odd)
	case "interface":
		s.Device, err = d.text(&odd)
	case "name":
		s.Name, err = d.text(&odd)
	case "pubkey":
		s.PublicKey, err = d.text(&odd)
	case "instance":
		text, err = d.numeral(&odd)
		s.instance = instanceNumber(text)
	case "enabled":
		text, err = d.numeral(&odd)
		s.Enabled = string(text) == "1" || text == nil
	case "carp_depend_on":
		if text, err = d.rawText(&odd); text != nil {
			depends := string(text)
			s.depends = &depends
		}
	case "%carp_depend_on":
		s.dependsDescribed, err = d.text(&odd)
	default:
		err = d.skip()
	}
	return err
}

// instanceNumber returns "" for what is no number of a device.
func instanceNumber(text []byte) string {
	n, err := strconv.ParseUint(string(text), 10, 16)
	if err != nil {
		return ""
	}
	return strconv.FormatUint(n, 10)
}

// dependency judges the two fields. Before 25.1.3 there is none. Until 25.7
// carp_depend_on holds a text that ends in "(vhid 1)"; since then it holds a
// uuid, and the text stands in %carp_depend_on. "" is no dependency. One that
// cannot be read is not known.
func (s *server) dependency() wireguard.CARPDependency {
	if s.depends == nil {
		return wireguard.CARPDependency{}
	}
	if *s.depends == "" {
		return wireguard.CARPDependency{Known: true}
	}
	n := vhidIn(s.dependsDescribed)
	if n == 0 {
		n = vhidIn(*s.depends)
	}
	return wireguard.CARPDependency{Known: n != 0, VHID: n}
}

// vhidIn reads the group out of "[198.51.100.10] LAN CARP on lan (vhid 1)". The
// middle is typed by people, so the last mark counts. 0 when there is none.
func vhidIn(described string) int {
	const mark = "(vhid "
	at := strings.LastIndex(described, mark)
	if at < 0 {
		return 0
	}
	number, _, _ := strings.Cut(described[at+len(mark):], ")")
	return vhid([]byte(number))
}
