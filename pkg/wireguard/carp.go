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

// VirtualIPs are a firewall's virtual addresses. The zero value was never read.
type VirtualIPs struct {
	Reading
	Rows []VirtualIP
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

// followed is what CARP may say about one interface.
type followed struct {
	VirtualIPs
	dependency CARPDependency // what the settings or the configuration say
	chosen     bool           // the settings say it
	watch      []vhidWatch    // what was learned, where they say nothing
}

// follows finds out which virtual IPs decide over an interface: by the settings,
// else by the configuration, else by what was learned.
func (j judge) follows(i *Interface) followed {
	f := followed{VirtualIPs: j.VirtualIPs, watch: i.watch}
	if c := j.Configuration.find(i.Device, i.Name); c != nil && j.Configuration.known() {
		f.dependency = c.CARP
	}
	for _, e := range j.policy.Expect {
		if e.Device == i.Device && e.CARP.Known {
			f.dependency, f.chosen = e.CARP, true
		}
	}
	return f
}

// candidates are the virtual IPs by CARP that may decide over the interface.
func (f followed) candidates() []int {
	if f.dependency.Known {
		if f.dependency.VHID == 0 {
			return nil
		}
		return []int{f.dependency.VHID}
	}
	return slices.DeleteFunc(f.vhids(), func(vhid int) bool {
		return slices.ContainsFunc(f.watch, func(w vhidWatch) bool { return w.vhid == vhid && w.ruledOut })
	})
}

// firstBackup returns the first of the virtual IPs that is BACKUP, or 0.
func (f followed) firstBackup(vhids []int) int {
	for _, vhid := range vhids {
		if f.has(vhid, "BACKUP") {
			return vhid
		}
	}
	return 0
}

// backup returns a virtual IP because of which the interface should not be up
// here while its twin is, or 0. What was learned does not count: an interface
// that follows no virtual IP though it should is what is looked for.
func (f followed) backup() int {
	vhids := f.vhids()
	if f.dependency.Known && (f.chosen || f.dependency.VHID != 0) {
		vhids = f.candidates()
	}
	if f.Forbidden {
		return 0
	}
	return f.firstBackup(vhids)
}

// judgeDown decides between down and standby for an interface that the firewall
// reports down, and whether a twin that is up would make it standby.
func (f followed) judgeDown(now time.Time) (status InterfaceStatus, reason string, twinDecides bool) {
	dependent := f.dependency.Known
	switch {
	case dependent && f.dependency.VHID == 0:
		return InterfaceDown, "reported down; it depends on no CARP address", false
	case f.Forbidden:
		return InterfaceDown, "reported down; CARP not readable", true
	case f.At.IsZero():
		return InterfaceNotKnown, "reported down; virtual IPs could not be read, so it may be standby", true
	case len(f.candidates()) == 0:
		return InterfaceDown, "reported down", true
	case f.Failing && now.Sub(f.At) > trustVIPs:
		return InterfaceNotKnown, "reported down; virtual IPs can no longer be read, so it may be standby", true
	}
	switch backup := f.firstBackup(f.candidates()); {
	case backup != 0:
		return InterfaceStandby, fmt.Sprintf("CARP vhid %d is BACKUP here", backup), !dependent
	case !dependent:
		return InterfaceDown, "reported down; no CARP address is BACKUP", true
	case f.has(f.dependency.VHID, "MASTER"):
		return InterfaceDown, fmt.Sprintf("reported down; CARP vhid %d is MASTER here", f.dependency.VHID), false
	default:
		return InterfaceDown, fmt.Sprintf("reported down; CARP vhid %d is neither MASTER nor BACKUP", f.dependency.VHID), true
	}
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
func (f followed) describe() string {
	var parts []string
	for _, vhid := range f.candidates() {
		for _, r := range f.Rows {
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
func (v VirtualIPs) Describe() string { return followed{VirtualIPs: v}.describe() }
