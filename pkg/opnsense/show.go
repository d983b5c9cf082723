package opnsense

import (
	"context"
	"io"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

var showEndpoint = endpoint{
	path:      "/api/wireguard/service/show",
	privilege: statusPrivilege,
}

// statusPrivilege opens api/wireguard/service.
const statusPrivilege = "VPN: WireGuard: Status (OPNsense 25.7 and later; before: VPN: WireGuard: Configuration)"

// allRows asks for everything on one page; OPNsense's default page has 9,999 rows.
// Only the body of a POST is heard.
const allRows = `{"current":1,"rowCount":-1}`

// Show asks what runs: every WireGuard interface and peer of the firewall.
//
// GET /api/wireguard/service/show; when the page does not hold all rows, once
// more as a POST for all of them. WireGuard switched off, stopped and failing
// are all an answer without rows. Odd rows are counted in the report's
// Oddities and never an error. Errors are [*Error].
func (c *Client) Show(ctx context.Context) (wireguard.Report, error) {
	s, err := c.show(ctx, "")
	if err == nil && s.total > int64(s.rows) {
		s, err = c.show(ctx, allRows)
		if err == nil && s.total > int64(s.rows) {
			// A row that is missing would read as a tunnel that is down.
			err = c.cut(showEndpoint, s.rows, s.total, "all were asked for")
		}
	}
	if err != nil {
		return wireguard.Report{}, err
	}
	return s.report, nil
}

func (c *Client) show(ctx context.Context, post string) (s shown, err error) {
	a, err := c.call(ctx, showEndpoint, post, func(body io.Reader) (err error) {
		s, err = decodeShow(body)
		return err
	})
	s.report.At, s.report.ClockSkew = a.at, a.skew
	return s, err
}
