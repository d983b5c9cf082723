package opnsense

import (
	"context"
	"io"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

var statusEndpoint = endpoint{
	path:      "/api/wireguard/service/status",
	privilege: statusPrivilege,
}

// ServiceStatus asks whether WireGuard as a whole is switched on. With an error
// the answer is [wireguard.ServiceNotKnown].
//
// GET /api/wireguard/service/status. OPNsense says "disabled" when it is switched
// off. When it is on, the word is "unknown", as WireGuard has no daemon to ask
// about, even while wg itself fails; any other word counts as on too. Errors
// are [*Error].
func (c *Client) ServiceStatus(ctx context.Context) (wireguard.ServiceState, error) {
	state := wireguard.ServiceNotKnown
	_, err := c.call(ctx, statusEndpoint, "", func(body io.Reader) (err error) {
		state, err = decodeStatus(body)
		return err
	})
	return state, err
}

func decodeStatus(r io.Reader) (wireguard.ServiceState, error) {
	d := newDecoder(r)
	state := wireguard.ServiceNotKnown
	err := d.answer(func(name []byte) error {
		if string(name) != "status" {
			return d.skip()
		}
		var odd oddSet
		text, err := d.rawText(&odd)
		switch {
		case len(text) == 0:
			state = wireguard.ServiceNotKnown
		case string(text) == "disabled":
			state = wireguard.ServiceDisabled
		default:
			state = wireguard.ServiceOn
		}
		return err
	})
	if err == nil && state == wireguard.ServiceNotKnown {
		err = &shapeError{"the answer is an object without a status", KindBadAnswer}
	}
	if err != nil {
		return wireguard.ServiceNotKnown, err
	}
	return state, nil
}
