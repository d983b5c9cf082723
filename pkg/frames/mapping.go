package frames

import (
	"strconv"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// Units, as Grafana names them.
const (
	unitBytes   = "decbytes"
	unitSeconds = "s"
	unitRate    = "Bps" // bytes a second, by steps of 1000
)

var interfaceColours = map[wireguard.InterfaceStatus]string{
	wireguard.InterfaceDown:     "red",
	wireguard.InterfaceUp:       "green",
	wireguard.InterfaceUnknown:  "purple",
	wireguard.InterfaceStandby:  "blue",
	wireguard.InterfaceDisabled: "#808080",
}

var peerColours = map[wireguard.PeerStatus]string{
	wireguard.PeerOffline: "orange",
	wireguard.PeerOnline:  "green",
	wireguard.PeerUnknown: "purple",
	wireguard.PeerStale:   "yellow",
}

// status is a status as a number with a string for people.
type status interface {
	comparable
	Value() (float64, bool)
	String() string
}

// statusConfig shows a status number as its word in its colour.
func statusConfig[S status](all []S, colours map[S]string) data.FieldConfig {
	mapper := data.ValueMapper{}
	for i, s := range all {
		value, _ := s.Value()
		mapper[strconv.FormatFloat(value, 'f', -1, 64)] = data.ValueMappingResult{Text: s.String(), Color: colours[s], Index: i}
	}
	return coloured("Status", mapper)
}

// upConfig shows 1 and 0 of a firewall.
func upConfig() data.FieldConfig {
	return coloured("Reachable", data.ValueMapper{
		"1": {Text: "up", Color: "green", Index: 0},
		"0": {Text: "unreachable", Color: "red", Index: 1},
	})
}

// flagConfig shows 1 and 0 as yes, in a colour, and no.
func flagConfig(title, colour string) data.FieldConfig {
	return coloured(title, data.ValueMapper{
		"1": {Text: "yes", Color: colour, Index: 0},
		"0": {Text: "no", Color: "text", Index: 1},
	})
}

// outdatedConfig shows 1 and 0 of rows that are older than two polls.
func outdatedConfig() data.FieldConfig { return flagConfig("Outdated", "orange") }

func coloured(title string, mapper data.ValueMapper) data.FieldConfig {
	return data.FieldConfig{
		DisplayName: title,
		Mappings:    data.ValueMappings{mapper},
		Custom:      map[string]any{"cellOptions": map[string]any{"type": "color-text"}},
	}
}

func unit(title, unit string) data.FieldConfig {
	return data.FieldConfig{DisplayName: title, Unit: unit}
}
