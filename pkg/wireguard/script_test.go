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
	vips   string  // "1 BACKUP, 3 MASTER", "empty", "fail", "forbidden"; "" is not asked at this poll
	want   string  // "wg0 up 0: reported up | wg1/site-b down 2.5: …"; the number is Since, in minutes
}

func runScript(t *testing.T, policy Policy, polls []poll) *Snapshot {
	t.Helper()
	var prev *Snapshot
	var vips VirtualIPs
	for _, p := range polls {
		vips = vips.then(p.vips, minute(p.at))
		prev = Join(prev, Report{At: minute(p.at), Interfaces: interfaces(p.report)}, Readings{VirtualIPs: vips}, policy)
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

// interfaces makes rows of "device word [name]"; a device "-" is none.
func interfaces(text string) []InterfaceReport {
	var rows []InterfaceReport
	for part := range strings.SplitSeq(text, ", ") {
		words := append(strings.Fields(part), "", "", "")
		if words[0] == "" {
			continue
		}
		row := InterfaceReport{Device: strings.Trim(words[0], "-"), PublicKey: "key of " + words[0], ListenPort: 51820, Name: words[2]}
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

// then is what is known of the virtual IPs after a reading, as the collector has it.
func (v VirtualIPs) then(reading string, at time.Time) VirtualIPs {
	switch reading {
	case "":
		return v
	case "fail", "forbidden":
		v.Failing, v.Forbidden = true, reading == "forbidden"
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
