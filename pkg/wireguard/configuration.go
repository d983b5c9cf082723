package wireguard

// ServiceEntry is an enabled instance, as the firewall's list of services names
// it: by its name only, the list knows no device.
type ServiceEntry struct {
	UUID string // of the instance, never ""
	Name string // "" when the list words it in an unknown way: it may be any instance
}

// ServiceState says whether WireGuard as a whole is switched on. The zero value
// means that it is not known.
type ServiceState uint8

const (
	ServiceNotKnown ServiceState = iota
	ServiceOn                    // in the configuration; whether anything runs is not said
	ServiceDisabled              // in the configuration: no instance runs, and none should
)

var serviceStates = [...]string{
	ServiceNotKnown: "not known",
	ServiceOn:       "on",
	ServiceDisabled: "disabled",
}

func (s ServiceState) String() string { return serviceStates[s] }

// ConfiguredInterface is an instance in the firewall's saved configuration, which
// may run ahead of what is applied. It has a device or a name, mostly both.
type ConfiguredInterface struct {
	UUID      string
	Device    string // "wg0"; "" when it could not be told: it may be any
	Name      string
	PublicKey string // base64; "" when it has none
	Enabled   bool   // by its own switch: the service as a whole may still be off
	CARP      CARPDependency
}

// CARPDependency is the CARP group that an instance follows: it is up only where
// that group is MASTER. The zero value means that the firewall did not say.
type CARPDependency struct {
	Known bool
	VHID  int // 0: depends on none; means nothing unless Known
}
