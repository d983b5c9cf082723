package simulator

import (
	"fmt"
	"strconv"
	"strings"
)

// Generation is a release of OPNsense, compared part by part. The zero value is the development version.
type Generation struct{ year, month, patch int }

// The releases in which the API changed.
var (
	Generation24_7    = Generation{24, 7, 0}
	Generation24_7_9  = Generation{24, 7, 9} // a wrong key is answered after 2 s
	Generation25_1    = Generation{25, 1, 0}
	Generation25_1_2  = Generation{25, 1, 2} // handshake age, epoch and peer status in show
	Generation25_1_3  = Generation{25, 1, 3} // private keys in search_server
	Generation25_1_8  = Generation{25, 1, 8}
	Generation25_7    = Generation{25, 7, 0} // privilege "VPN: WireGuard: Status"
	Generation25_7_1  = Generation{25, 7, 1} // interface again in search_server
	Generation26_1    = Generation{26, 1, 0}
	Generation26_1_11 = Generation{26, 1, 11} // privilege of the virtual IPs opens carp_status
	Generation26_7    = Generation{26, 7, 0}
	GenerationDev     = Generation{}
)

// ParseGeneration reads "25.1.12", "26.7" or "dev".
func ParseGeneration(s string) (Generation, error) {
	if s == "dev" {
		return GenerationDev, nil
	}
	parts := strings.Split(s, ".")
	if len(parts) < 2 || len(parts) > 3 {
		return Generation{}, fmt.Errorf("generation %q: want YY.M, YY.M.P or dev", s)
	}
	var numbers [3]int
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 || (i < 2 && n == 0) {
			return Generation{}, fmt.Errorf("generation %q: want YY.M, YY.M.P or dev", s)
		}
		numbers[i] = n
	}
	return Generation{numbers[0], numbers[1], numbers[2]}, nil
}

func (g Generation) String() string {
	switch {
	case g == GenerationDev:
		return "dev"
	case g.patch == 0:
		return fmt.Sprintf("%d.%d", g.year, g.month)
	default:
		return fmt.Sprintf("%d.%d.%d", g.year, g.month, g.patch)
	}
}

// AtLeast reports whether this release is the other one or a later one. The development version is later than all.
func (g Generation) AtLeast(other Generation) bool {
	if g == GenerationDev || other == GenerationDev {
		return g == GenerationDev
	}
	if g.year != other.year {
		return g.year > other.year
	}
	if g.month != other.month {
		return g.month > other.month
	}
	return g.patch >= other.patch
}

// hasHandshakeAge: show carries latest-handshake-age, latest-handshake-epoch and peer-status.
func (g Generation) hasHandshakeAge() bool { return g.AtLeast(Generation25_1_2) }

// delaysWrongKeys: a 401 comes after a deliberate 2 s.
func (g Generation) delaysWrongKeys() bool { return g.AtLeast(Generation24_7_9) }

// hasPrivateKeys: search_server sends every field of the model, private keys included.
func (g Generation) hasPrivateKeys() bool { return g.AtLeast(Generation25_1_3) }

// hasServerInterface: search_server names the device.
func (g Generation) hasServerInterface() bool {
	return !g.AtLeast(Generation25_1_3) || g.AtLeast(Generation25_7_1)
}

// hasDescribedValues: search_server sends the uuid of a related object under its name, and the text under "%" and the name.
func (g Generation) hasDescribedValues() bool { return g.AtLeast(Generation25_7) }

// hasStatusPrivilege: "VPN: WireGuard: Status" exists.
func (g Generation) hasStatusPrivilege() bool { return g.AtLeast(Generation25_7) }

// opensCARPStatus: "Interfaces: Virtual IPs: Status" opens the writing CARP endpoints too.
func (g Generation) opensCARPStatus() bool { return g.AtLeast(Generation26_1_11) }
