package wireguard

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// start is the moment 0 of every script.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func minute(n float64) time.Time { return start.Add(time.Duration(n * float64(time.Minute))) }

// poll is one step of a script: what the firewall said, and what is then told of it.
type poll struct {
	at     float64 // minutes
	report string  // "wg0 up, wg1 down site-b, wg2 (none), wg3 odd-word"
	read   string  // what was read besides, see then; "" is nothing at this poll
	want   string  // "wg0 up 0: reported up | wg1/site-b down 2.5: …"; the number is Since, in minutes
}

func runScript(t *testing.T, policy Policy, polls []poll) *Snapshot {
	t.Helper()
	var prev *Snapshot
	var read Readings
	for _, p := range polls {
		read = read.then(p.read, minute(p.at))
		prev = Join(prev, Report{At: minute(p.at), Interfaces: interfaces(p.report)}, read, policy)
		if diff := cmp.Diff(strings.Split(p.want, " | "), told(prev)); diff != "" {
			t.Fatalf("at %g minutes (-want +got):\n%s", p.at, diff)
		}
	}
	return prev
}

func told(s *Snapshot) []string {
	var lines []string
	for _, i := range s.Interfaces {
		if i.Name != "" {
			i.Device += "/" + i.Name
		}
		lines = append(lines, fmt.Sprintf("%s %s %g: %s", i.Device, i.Status, i.Since.Sub(start).Minutes(), i.Reason))
	}
	if lines == nil {
		lines = []string{""}
	}
	return lines
}

// interfaces makes rows of "device word [name] [key=…]"; a device "-" is none.
func interfaces(text string) []InterfaceReport {
	var rows []InterfaceReport
	for part := range strings.SplitSeq(text, ", ") {
		part, key, given := strings.Cut(part, " key=")
		words := append(strings.Fields(part), "", "", "")
		if words[0] == "" {
			continue
		}
		row := InterfaceReport{Device: strings.Trim(words[0], "-"), PublicKey: "key of " + words[0], ListenPort: 51820, Name: words[2]}
		if given {
			row.PublicKey = key
		}
		switch words[1] {
		case "up":
			row.Link = LinkUp
		case "down":
			row.Link = LinkDown
		case NotConfigured:
			row.Link, row.PublicKey, row.ListenPort = LinkDown, NotConfigured, 0
		default:
			row.StatusWord = words[1]
		}
		rows = append(rows, row)
	}
	return rows
}

// then is what is known after readings, as the collector has it, such as
//
//	1 BACKUP, 3 MASTER; services site, branch; configuration wg1 on site vhid 1, wg2 off branch; service off
//
// Each may be "empty", "fail" or "forbidden". What is not named was not read.
func (r Readings) then(text string, at time.Time) Readings {
	r.Service = ServiceNotKnown
	for part := range strings.SplitSeq(text, "; ") {
		what, said, _ := strings.Cut(part, " ")
		switch what {
		case "services":
			r.Services = r.Services.then(said, at)
		case "configuration":
			r.Configuration = r.Configuration.then(said, at)
		case "service":
			r.Service = map[string]ServiceState{"on": ServiceOn, "off": ServiceDisabled, "fail": ServiceNotKnown}[said]
		default:
			r.VirtualIPs = r.VirtualIPs.then(part, at)
		}
	}
	return r
}

func (r Reading) failed(said string) (Reading, bool) {
	if said != "fail" && said != "forbidden" {
		return r, false
	}
	r.Failing, r.Forbidden = true, said == "forbidden"
	return r, true
}

// then takes names, "?" for one that could not be read.
func (v Services) then(said string, at time.Time) Services {
	if r, failed := v.failed(said); failed {
		v.Reading = r
		return v
	}
	next := Services{Reading: Reading{At: at}}
	for name := range strings.SplitSeq(said, ", ") {
		if name != "empty" {
			next.Enabled = append(next.Enabled, ServiceEntry{UUID: "uuid of " + name, Name: strings.Trim(name, "?")})
		}
	}
	return next
}

// then takes "device on|off [name] [vhid N|none]"; a device "-" is none, as is a name.
func (v Configuration) then(said string, at time.Time) Configuration {
	if r, failed := v.failed(said); failed {
		v.Reading = r
		return v
	}
	next := Configuration{Reading: Reading{At: at}}
	for part := range strings.SplitSeq(said, ", ") {
		words := append(strings.Fields(part), "", "", "", "")
		if words[0] == "empty" {
			continue
		}
		c := ConfiguredInterface{Device: strings.Trim(words[0], "-"), Enabled: words[1] == "on", Name: strings.Trim(words[2], "-")}
		vhid, err := strconv.Atoi(words[4])
		c.CARP = CARPDependency{Known: err == nil || words[3] == "none", VHID: vhid}
		next.Interfaces = append(next.Interfaces, c)
	}
	return next
}

// then is the same for the virtual IPs.
func (v VirtualIPs) then(reading string, at time.Time) VirtualIPs {
	switch reading {
	case "":
		return v
	case "fail", "forbidden":
		v.Reading, _ = v.failed(reading)
		return v
	case "empty":
		return VirtualIPs{Reading: Reading{At: at}}
	}
	next := VirtualIPs{Reading: Reading{At: at}}
	for part := range strings.SplitSeq(reading, ", ") {
		words := append(strings.Fields(part), "carp")
		vhid, err := strconv.Atoi(words[0])
		if err != nil {
			panic(err)
		}
		next.Rows = append(next.Rows, VirtualIP{VHID: vhid, Role: words[1], Mode: words[2]})
	}
	return next
}
