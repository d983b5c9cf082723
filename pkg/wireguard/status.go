package wireguard

// InterfaceStatus is the judged state of a WireGuard interface. The zero value
// means that the state is not known, which is not the same as down.
type InterfaceStatus uint8

const (
	InterfaceNotKnown InterfaceStatus = iota
	InterfaceDown
	InterfaceUp
	InterfaceUnknown // a status word that this version does not know
	InterfaceStandby // down because CARP gave the tunnel to the other node
	InterfaceDisabled
)

// interfaceStatuses lists word and number of each status. The numbers 0, 1 and 2
// are those of opnsense_wireguard_interfaces_status in opnsense-exporter.
var interfaceStatuses = [...]struct {
	word  string
	value float64
}{
	InterfaceNotKnown: {"not known", 0},
	InterfaceDown:     {"down", 0},
	InterfaceUp:       {"up", 1},
	InterfaceUnknown:  {"unknown", 2},
	InterfaceStandby:  {"standby", 3},
	InterfaceDisabled: {"disabled", 4},
}

// Value returns the status as a number and whether there is one: a status that
// is not known has none and must become null.
func (s InterfaceStatus) Value() (float64, bool) {
	return interfaceStatuses[s].value, s != InterfaceNotKnown
}

func (s InterfaceStatus) String() string { return interfaceStatuses[s].word }

// InterfaceStatuses lists every status that has a number, in the order of the numbers.
func InterfaceStatuses() []InterfaceStatus {
	return []InterfaceStatus{InterfaceDown, InterfaceUp, InterfaceUnknown, InterfaceStandby, InterfaceDisabled}
}

// PeerStatus is the state of a peer on one interface. The zero value means that
// the state is not known.
type PeerStatus uint8

const (
	PeerNotKnown PeerStatus = iota
	PeerOffline             // never shook hands since the interface was created
	PeerOnline              // last handshake at most StaleAfter ago
	PeerUnknown             // a status word that this version does not know
	PeerStale               // last handshake longer ago than StaleAfter
)

// peerStatuses lists word and number of each status, the numbers as in
// opnsense_wireguard_peer_status of opnsense-exporter, with 3 added for stale.
var peerStatuses = [...]struct {
	word  string
	value float64
}{
	PeerNotKnown: {"not known", 0},
	PeerOffline:  {"offline", 0},
	PeerOnline:   {"online", 1},
	PeerUnknown:  {"unknown", 2},
	PeerStale:    {"stale", 3},
}

// Value returns the status as a number and whether there is one.
func (s PeerStatus) Value() (float64, bool) {
	return peerStatuses[s].value, s != PeerNotKnown
}

func (s PeerStatus) String() string { return peerStatuses[s].word }

// PeerStatuses lists every status that has a number, in the order of the numbers.
func PeerStatuses() []PeerStatus {
	return []PeerStatus{PeerOffline, PeerOnline, PeerUnknown, PeerStale}
}
