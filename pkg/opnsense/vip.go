package opnsense

import (
	"context"
	"io"
	"strconv"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

var vipEndpoint = endpoint{
	path:      "/api/diagnostics/interface/get_vip_status",
	privilege: "Interfaces: Virtual IPs: Status",
}

// VirtualIPs asks for the firewall's virtual addresses and their CARP roles.
//
// GET /api/diagnostics/interface/get_vip_status. Errors are [*Error]; of
// [KindBackendDown] when the firewall's back end did not answer its own web
// server, which shows as an array in place of the object "carp": every role
// then reads DISABLED and means nothing.
func (c *Client) VirtualIPs(ctx context.Context) ([]wireguard.VirtualIP, error) {
	var vips []wireguard.VirtualIP
	_, err := c.call(ctx, vipEndpoint, "", func(body io.Reader) (err error) {
		vips, err = decodeVirtualIPs(body)
		return err
	})
	if err != nil {
		return nil, err
	}
	return vips, nil
}

func decodeVirtualIPs(r io.Reader) ([]wireguard.VirtualIP, error) {
	d := newDecoder(r)
	var vips []wireguard.VirtualIP
	backendDown := false
	err := d.document(table{
		begin: func() { vips = nil },
		row: func() error {
			if d.json.PeekKind() != '{' {
				return d.skip()
			}
			vip, err := d.virtualIP()
			vips = append(vips, vip)
			return err
		},
		other: func(name []byte) error {
			if string(name) == "carp" {
				backendDown = d.json.PeekKind() == '['
			}
			return d.skip()
		},
	})
	if err == nil && backendDown {
		err = errBackendDown
	}
	if err != nil {
		return nil, err
	}
	return vips, nil
}

// virtualIP decodes one row, whose values are all strings. What is missing or
// makes no sense keeps its zero value.
func (d *decoder) virtualIP() (vip wireguard.VirtualIP, err error) {
	var odd oddSet
	err = d.object(func(name []byte) (err error) {
		switch string(name) {
		case "vhid":
			var text []byte
			if text, err = d.numeral(&odd); err == nil {
				vip.VHID = vhid(text)
			}
		case "status":
			vip.Role, err = d.word(&odd)
		case "mode":
			vip.Mode, err = d.word(&odd)
		case "interface":
			vip.Interface, err = d.word(&odd)
		case "subnet":
			vip.Subnet, err = d.text(&odd)
		default:
			err = d.skip()
		}
		return err
	})
	return vip, err
}

// vhid returns 0 for what is no CARP group: those are 1 to 255.
func vhid(text []byte) int {
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 || n > 255 {
		return 0
	}
	return n
}
