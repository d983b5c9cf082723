package wireguard

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// learnAfter is how long a virtual IP must not have been MASTER while the
	// interface was up before it is known not to decide over the interface.
	learnAfter = 10 * time.Minute
	// learnGap is the longest pause between two readings of the virtual IPs that
	// still counts as watching; they are read every 5 minutes.
	learnGap = 11 * time.Minute
	// trustVIPs is how long a reading is still used after reading began to fail.
	trustVIPs = 5 * time.Minute
)

// VirtualIPs is what is known of a firewall's virtual addresses. The zero value
// was never read.
type VirtualIPs struct {
	At        time.Time // when they were last read; zero: never
	Rows      []VirtualIP
	Failing   bool // the newest attempt failed
	Forbidden bool // the key lacks the privilege
}

// vhidWatch is what was learned of one virtual IP for one interface.
type vhidWatch struct {
	vhid     int
	since    time.Time // not MASTER since, while the interface was up; zero: it was, or the interface was not
	seen     time.Time // the newest reading in that stretch
	ruledOut bool
}

// watchVHIDs learns from a new reading which virtual IPs cannot be the one that
// the interface depends on: OPNsense would have taken it down.
func watchVHIDs(old []vhidWatch, prev *Snapshot, v VirtualIPs, now time.Time, up bool) []vhidWatch {
	if !up || (!prev.At.IsZero() && now.Sub(prev.At) > learnGap) {
		old = interrupted(old)
	}
	if !up || v.At.IsZero() || v.At.Equal(prev.VirtualIPs.At) {
		return old
	}
	var out []vhidWatch
	for _, vhid := range v.vhids() {
		w := vhidWatch{vhid: vhid}
		if i := slices.IndexFunc(old, func(o vhidWatch) bool { return o.vhid == vhid }); i >= 0 {
			w = old[i]
		}
		switch {
		case v.has(vhid, "MASTER"):
			w.since = time.Time{}
		case w.since.IsZero() || v.At.Sub(w.seen) > learnGap:
			w.since = v.At
		case v.At.Sub(w.since) >= learnAfter:
			w.ruledOut = true
		}
		w.seen = v.At
		out = append(out, w)
	}
	return out
}

// interrupted ends the running stretches and keeps what was learned.
func interrupted(old []vhidWatch) []vhidWatch {
	var out []vhidWatch
	for _, w := range old {
		w.since = time.Time{}
		out = append(out, w)
	}
	return out
}

// judgeDown decides between down and standby for an interface that the firewall
// reports down.
func (v VirtualIPs) judgeDown(watch []vhidWatch, now time.Time) (InterfaceStatus, string) {
	switch {
	case v.Forbidden:
		return InterfaceDown, "reported down; CARP not readable"
	case v.At.IsZero():
		return InterfaceNotKnown, "reported down; virtual IPs could not be read, so it may be standby"
	}
	backup := v.candidate(watch, "BACKUP")
	switch {
	case len(v.candidates(watch)) == 0:
		return InterfaceDown, "reported down"
	case v.Failing && now.Sub(v.At) > trustVIPs:
		return InterfaceNotKnown, "reported down; virtual IPs can no longer be read, so it may be standby"
	case backup != 0:
		return InterfaceStandby, fmt.Sprintf("CARP vhid %d is BACKUP here", backup)
	default:
		return InterfaceDown, "reported down; no CARP address is BACKUP"
	}
}

// candidates are the virtual IPs by CARP that may decide over the interface.
func (v VirtualIPs) candidates(watch []vhidWatch) []int {
	return slices.DeleteFunc(v.vhids(), func(vhid int) bool {
		return slices.ContainsFunc(watch, func(w vhidWatch) bool { return w.vhid == vhid && w.ruledOut })
	})
}

// candidate returns the first candidate in that role, or 0.
func (v VirtualIPs) candidate(watch []vhidWatch, role string) int {
	for _, vhid := range v.candidates(watch) {
		if v.has(vhid, role) {
			return vhid
		}
	}
	return 0
}

// vhids lists the virtual IPs by CARP, each once. OPNsense tells them apart by
// this number alone, even where two networks use the same one.
func (v VirtualIPs) vhids() []int {
	var out []int
	for _, r := range v.Rows {
		if r.Mode == "carp" && r.VHID != 0 && !slices.Contains(out, r.VHID) {
			out = append(out, r.VHID)
		}
	}
	slices.Sort(out)
	return out
}

func (v VirtualIPs) has(vhid int, role string) bool {
	return slices.ContainsFunc(v.Rows, func(r VirtualIP) bool {
		return r.Mode == "carp" && r.VHID == vhid && r.Role == role
	})
}

// describe lists candidates with their roles, "vhid 1 BACKUP, vhid 3 MASTER".
func (v VirtualIPs) describe(watch []vhidWatch) string {
	var parts []string
	for _, vhid := range v.candidates(watch) {
		for _, r := range v.Rows {
			part := fmt.Sprintf("vhid %d %s", vhid, r.Role)
			if r.Mode == "carp" && r.VHID == vhid && !slices.Contains(parts, part) {
				parts = append(parts, part)
			}
		}
	}
	return strings.Join(parts, ", ")
}

// Describe lists all of a firewall's virtual IPs by CARP with their roles; ""
// when it has none or they were never read.
func (v VirtualIPs) Describe() string { return v.describe(nil) }
