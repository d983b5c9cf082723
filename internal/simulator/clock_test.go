package simulator

import (
	"net/http"
	"testing"
	"time"
)

func TestClock(t *testing.T) {
	lab := mustLab(t)
	f := mustFirewall(t, lab, FirewallConfig{})
	instance := mustInstance(t, f, InstanceConfig{Name: "site", TunnelAddress: prefix("10.77.0.1/24")})
	client := mustClient(t, lab, ClientConfig{Name: "router", Instance: instance, Keepalive: 25})
	eventually(t, "a handshake", func() bool { return handshook(client.Peer()) })
	handshake := counters(client.Peer()).handshake
	client.Peer().CutOff()
	c := newCaller(t, f.API)
	row := func() map[string]any { return c.show().row("wg0", "router") }

	f.SetClockSkew(2 * time.Hour)
	skewed := handshake.Add(2 * time.Hour)
	if got := row(); int64(got["latest-handshake"].(float64)) != skewed.Unix() || got["peer-status"] != "online" {
		t.Errorf("two hours fast: %v", got)
	}
	response, _ := c.send(c.request(http.MethodGet, showPath, ""))
	date, err := http.ParseTime(response.Header.Get("Date"))
	if ahead := time.Until(date); err != nil || ahead < 110*time.Minute || ahead > 130*time.Minute {
		t.Errorf("Date %v, %v", date, err)
	}
	f.SetClockSkew(0)
	f.SetTimeZone(time.FixedZone("+05:45", 20_700))
	want := handshake.UTC().Add(20_700 * time.Second).Format(time.DateTime)
	if got := row()["latest-handshake-epoch"]; got != want {
		t.Errorf("epoch %v, want %s", got, want)
	}
	f.StepClock(301 * time.Second)
	if got := row(); got["peer-status"] != "stale" || int64(got["latest-handshake"].(float64)) != handshake.Unix() {
		t.Errorf("after a step: %v", got)
	}
}
