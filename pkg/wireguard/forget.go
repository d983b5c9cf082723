package wireguard

import (
	"errors"
	"slices"
	"time"
)

// Why an interface cannot be forgotten.
var (
	ErrNotThere     = errors.New("no interface of this device and name is known")
	ErrNotMissing   = errors.New("the interface is not missing: only what OPNsense no longer reports can be forgotten")
	ErrStillEnabled = errors.New("OPNsense still lists it as enabled: switch it off or remove it there")
	ErrStillNamed   = errors.New("the settings still expect it: remove it from expect")
)

// Forget lets go of an interface that is missing, which somebody knows to be
// gone: it is told as disabled for a while, so that its alert resolves, and then
// no longer. The snapshot itself stays as it is.
func (s *Snapshot) Forget(device, name string, policy Policy, at time.Time) (*Snapshot, error) {
	k := slices.IndexFunc(s.Interfaces, func(i Interface) bool {
		return i.Device == device && i.Name == name && i.HasIdentity() && i.Gone.IsZero()
	})
	switch {
	case k < 0:
		return nil, ErrNotThere
	case !s.Interfaces[k].silent || s.Interfaces[k].LastSeen.Equal(s.At):
		return nil, ErrNotMissing
	case policy.expects(device):
		return nil, ErrStillNamed
	case s.enabled(&s.Interfaces[k]):
		return nil, ErrStillEnabled
	}
	out := *s
	out.Interfaces = slices.Clone(s.Interfaces)
	i := &out.Interfaces[k]
	i.Gone, i.Since = at, at
	i.Status, i.lastKnown, i.Reason = InterfaceDisabled, InterfaceDisabled, "forgotten by a user"
	return &out, nil
}

func (s *Snapshot) enabled(i *Interface) bool {
	if s.Configuration.known() {
		c := s.Configuration.find(i.Device, i.Name)
		return c != nil && c.Enabled
	}
	return s.Services.known() && s.Services.lists(i.Name)
}
