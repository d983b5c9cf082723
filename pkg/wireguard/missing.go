package wireguard

import (
	"cmp"
	"slices"
	"time"
)

// leaveAfter is how long an interface that rightly went is still told as
// disabled, so that an alert which fires for it resolves.
const leaveAfter = 10 * time.Minute

// missing adds the interfaces that the report lacks: those that should run, and
// for a while those that rightly went. OPNsense leaves a stopped, disabled or
// removed instance out of its answer alike.
type missing struct {
	*Snapshot
	policy  Policy
	present map[string]*Interface // by identity: reported, or added already
	before  map[string]*Interface // by identity, in the previous snapshot
	names   map[string]int        // how many reported interfaces have a name
	keys    map[string]string     // device of each public key that is reported
	empty   bool                  // the report has no interface that is configured
	unsure  bool                  // it has rows that may be those of interfaces which it seems to lack
	left    []Interface           // those that rightly went
}

func (s *Snapshot) addMissing(prev *Snapshot, policy Policy) {
	m := missing{Snapshot: s, policy: policy, before: byIdentity(prev.Interfaces), names: map[string]int{}, keys: map[string]string{}, empty: true}
	m.unsure = s.Oddities[OddRow] > 0
	reported := s.Interfaces
	// present points into the list: it must not move while rows are added.
	s.Interfaces = slices.Grow(s.Interfaces, len(policy.Expect)+2*len(prev.Interfaces)+
		len(s.Configuration.Interfaces)+len(s.Services.Enabled))
	m.present = byIdentity(s.Interfaces)
	m.nameExpected()
	for i := range reported {
		face := &s.Interfaces[i]
		m.unsure = m.unsure || face.Device == ""
		m.names[face.Name]++
		if face.PublicKey != "" {
			m.keys[face.PublicKey] = face.Device
		}
		m.empty = m.empty && face.silent
		// A name that only the settings gave, before the first answer, was never told
		// with a value: nothing can fire for it.
		if old := m.before[face.Device]; old != nil && old.Name != "" && face.Name != old.Name && old.lastKnown != InterfaceNotKnown {
			m.leave(*old, "renamed to "+face.Name)
		}
	}
	m.addExpected()
	m.addSeen(prev.Interfaces)
	m.addConfigured()
	m.addEnabled()
	m.addLeft()
}

// nameExpected names devices that OPNsense's configuration does not know.
func (m *missing) nameExpected() {
	for _, e := range m.policy.Expect {
		if now := m.present[e.Device]; now != nil {
			now.Name = cmp.Or(now.Name, e.Name)
		}
	}
}

// addExpected adds what the settings name. A tunnel that lives on on another
// device is not missing, unless nothing lives on at all.
func (m *missing) addExpected() {
	for _, e := range m.policy.Expect {
		i := Interface{Device: e.Device, Name: e.Name}
		if old := m.before[e.Device]; old != nil {
			i = *old
			i.Name = cmp.Or(old.Name, e.Name)
		}
		switch {
		case m.present[e.Device] != nil:
		case m.Service == ServiceDisabled:
			m.add(i, InterfaceDown, "missing: expected by the settings, but WireGuard is switched off")
		case m.movedTo(i) == "": // else addSeen tells of it
			m.add(i, InterfaceDown, m.why("missing: expected by the settings, not reported"))
		}
	}
}

// addSeen adds what was reported before, or enabled before, until it is known to
// be gone.
func (m *missing) addSeen(prev []Interface) {
	for _, old := range prev {
		switch {
		case !old.HasIdentity():
		case !old.Gone.IsZero():
			m.leave(old, old.Reason)
		case m.present[old.id()] != nil:
		case old.Device == "":
			m.judgeNamed(old)
		case old.LastSeen.IsZero():
			// Only expected or configured until now; addConfigured tells of the latter.
			if device := m.movedTo(old); device != "" {
				m.leave(old, "runs as "+device)
			} else if !m.Configuration.known() || m.Configuration.lacks(old.Device, old.Name) {
				m.leave(old, "no longer expected")
			}
		default:
			m.judgeSeen(old)
		}
	}
}

// judgeNamed judges an interface of which only the name was known.
func (m *missing) judgeNamed(old Interface) {
	switch device := m.deviceOf(old.Name); {
	case device != "":
		m.leave(old, "runs as "+device)
	case m.Configuration.known():
		m.leave(old, "no longer expected under this name")
	case m.Services.Forbidden:
		m.add(old, InterfaceDown, "missing: enabled when the list of services could last be read")
	case !m.Services.lists(old.Name):
		m.leave(old, "no longer expected under this name")
	} // else addEnabled tells of it
}

// judgeSeen judges an interface that was reported before and now is not. Only
// what was read since can tell that it was switched off or removed.
func (m *missing) judgeSeen(old Interface) {
	if device := m.movedTo(old); device != "" {
		m.leave(old, "moved to "+device)
		return
	}
	if m.Service == ServiceDisabled {
		m.add(old, InterfaceDisabled, "WireGuard is switched off on this firewall")
		return
	}
	configured := m.Configuration.find(old.Device, old.Name)
	configuration, services := m.Configuration.knownSince(old.LastSeen), m.Services.knownSince(old.LastSeen)
	switch {
	case configuration && configured == nil:
		m.leave(old, "removed from the configuration")
	case configuration && !configured.Enabled:
		m.add(old, InterfaceDisabled, "switched off in the configuration")
	case configuration:
		m.add(old, InterfaceDown, m.notRunning())
	case services && !m.Services.lists(old.Name):
		m.leave(old, "switched off, or removed")
	case services:
		m.add(old, InterfaceDown, m.notRunning())
	case m.At.Sub(old.LastSeen) <= m.policy.ForgetAfter:
		m.add(old, InterfaceDown, m.why("missing: reported before, now not"))
	}
}

func (m *missing) notRunning() string { return m.why("missing: enabled, but it does not run") }

// why says why something is missing, if there is no better reason.
func (m *missing) why(reason string) string {
	if m.empty && m.Service == ServiceOn {
		return "missing: the service is on and nothing answers; stopped, or wg failed"
	}
	return reason
}

// addConfigured adds what the configuration has and nobody saw yet.
func (m *missing) addConfigured() {
	if !m.Configuration.known() {
		return
	}
	for _, c := range m.Configuration.Interfaces {
		if c.Device == "" || m.present[c.Device] != nil {
			continue
		}
		i := Interface{Device: c.Device, Name: c.Name, PublicKey: c.PublicKey}
		if old := m.before[c.Device]; old != nil {
			i = *old
		}
		switch {
		case m.Service == ServiceDisabled:
			m.add(i, InterfaceDisabled, "WireGuard is switched off on this firewall")
		case !c.Enabled:
			m.add(i, InterfaceDisabled, "switched off in the configuration")
		default:
			m.add(i, InterfaceDown, m.notRunning())
		}
	}
}

// addEnabled adds what the list of services has and nobody saw yet: a name
// without a device.
func (m *missing) addEnabled() {
	if !m.Services.known() || m.Configuration.known() {
		return
	}
	status, why := InterfaceDown, m.why("missing: enabled, never seen running")
	if m.Service == ServiceDisabled {
		status, why = InterfaceDisabled, "WireGuard is switched off on this firewall"
	}
	for _, e := range m.Services.Enabled {
		known := slices.ContainsFunc(m.Interfaces, func(i Interface) bool { return i.Name == e.Name && i.Gone.IsZero() })
		if e.Name != "" && !known {
			m.add(Interface{Name: e.Name, named: true}, status, why)
		}
	}
}

// movedTo finds the device on which a missing interface lives on: by its public
// key, else by its name where that is unique. A device that had the key or name
// before is another interface, which just shares it.
func (m *missing) movedTo(old Interface) string {
	if old.LastSeen.IsZero() {
		return m.livesAs(old)
	}
	if device := m.keys[old.PublicKey]; old.PublicKey != "" && device != "" {
		if b := m.before[device]; b == nil || b.PublicKey != old.PublicKey {
			return device
		}
	}
	device := m.deviceOf(old.Name)
	if b := m.before[device]; b != nil && b.Name == old.Name {
		return ""
	}
	return device
}

// livesAs finds the device that has the name of an interface that was never
// seen: be it that this one runs or is missing itself, it is judged as that one.
// A device that is expected under that name too is another interface.
func (m *missing) livesAs(i Interface) string {
	device := m.deviceOf(i.Name)
	if device == "" && i.Name != "" && m.names[i.Name] == 0 {
		for _, b := range m.before {
			if b.Name == i.Name && !b.LastSeen.IsZero() && m.present[b.Device] == nil {
				device = max(device, b.Device)
			}
		}
	}
	if slices.ContainsFunc(m.policy.Expect, func(e Expectation) bool { return e.Device == device && e.Name == i.Name }) {
		return ""
	}
	return device
}

// deviceOf finds the one reported interface of a name.
func (m *missing) deviceOf(name string) string {
	if name == "" || m.names[name] != 1 {
		return ""
	}
	i := slices.IndexFunc(m.Interfaces, func(i Interface) bool { return i.Name == name && i.LastSeen.Equal(m.At) })
	if i < 0 {
		return ""
	}
	return m.Interfaces[i].Device
}

// add adds a row that is not in the report.
func (m *missing) add(i Interface, status InterfaceStatus, reason string) {
	if m.unsure && status == InterfaceDown {
		status, reason = InterfaceNotKnown, "not reported, but the answer has rows that cannot be read"
	}
	i.Status, i.Reason, i.CARP, i.ListenPort, i.silent, i.Gone = status, reason, "", 0, true, time.Time{}
	i.twinDecides, i.upSince, i.BothNodesUp = false, time.Time{}, FlagNo
	i.sinceChange(m.At, m.before[i.id()])
	i.watch = interrupted(i.watch)
	m.Interfaces = append(m.Interfaces, i)
	m.present[i.id()] = &m.Interfaces[len(m.Interfaces)-1]
}

// leave tells for a while that an interface rightly went.
func (m *missing) leave(old Interface, reason string) {
	if old.Gone.IsZero() {
		old.Gone = m.At
		old.Since = m.At
	}
	if m.At.Sub(old.Gone) >= leaveAfter {
		return
	}
	old.Status, old.Reason, old.CARP, old.ListenPort, old.silent = InterfaceDisabled, reason, "", 0, true
	old.lastKnown, old.twinDecides, old.watch, old.BothNodesUp = InterfaceDisabled, false, nil, FlagNo
	m.left = append(m.left, old)
}

// addLeft adds those that went, unless another row has their device and name.
func (m *missing) addLeft() {
	for _, old := range m.left {
		if !slices.ContainsFunc(m.Interfaces, func(i Interface) bool { return i.Device == old.Device && i.Name == old.Name }) {
			m.Interfaces = append(m.Interfaces, old)
		}
	}
}
