package opnsense

import (
	"cmp"
	"io"
	"math"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// oddSet is the set of oddities of one row: a row counts once for each kind.
type oddSet uint8

const (
	oddDevice oddSet = 1 << iota
	oddKey
	oddType
	oddRow
	oddStatus
	oddUnassigned
	oddNumber
	oddField
)

var oddities = [...]wireguard.Oddity{
	wireguard.OddDevice, wireguard.OddKey, wireguard.OddType, wireguard.OddRow, wireguard.OddStatus,
	wireguard.OddUnassigned, wireguard.OddNumber, wireguard.OddField,
}

func (s *oddSet) add(kind oddSet) { *s |= kind }

// count adds the row's oddities to those of the report.
func (s oddSet) count(to wireguard.Oddities) wireguard.Oddities {
	for i, kind := range oddities {
		if s&(1<<i) != 0 {
			to = to.Add(kind, 1)
		}
	}
	return to
}

// shown is a decoded answer of service/show.
type shown struct {
	report wireguard.Report
	total  int64 // rows that the firewall has; -1 when not sent
	rows   int   // rows in the answer, odd ones too
}

// maxPresized bounds the peers for which room is made on the answer's word alone.
const maxPresized = 10_000

// decodeShow reads {"total":int,"rowCount":int,"current":int,"rows":[…]}, whose
// rows are interfaces and peers in no stable order.
func decodeShow(r io.Reader) (shown, error) {
	d := newDecoder(r)
	s := shown{total: -1}
	var ignored oddSet
	err := d.document(table{
		begin: func() {
			s.report = wireguard.Report{Peers: make([]wireguard.PeerReport, 0, max(0, min(s.total, maxPresized)))}
			s.rows = 0
		},
		row: func() error {
			s.rows++
			return d.showRow(&s.report)
		},
		other: func(name []byte) (err error) {
			if string(name) != "total" {
				return d.skip()
			}
			s.total, err = d.number(&ignored, math.MaxInt64, -1)
			return err
		},
	})
	return s, err
}

// row is one row of either type, as sent: the type may come last.
type row struct {
	typ, device, name, instance, key string
	endpoint, allowedIPs, status     string
	peerStatus                       string
	port, keepalive                  int64
	handshake, age, rx, tx           int64
	odd                              oddSet
}

func (d *decoder) showRow(report *wireguard.Report) error {
	if d.json.PeekKind() != '{' {
		report.Oddities = report.Oddities.Add(wireguard.OddRow, 1)
		return d.skip()
	}
	r := row{handshake: -1, age: -1, rx: -1, tx: -1}
	if err := d.object(func(name []byte) error { return d.showField(&r, name) }); err != nil {
		return err
	}
	switch r.typ {
	case "interface":
		report.Interfaces = append(report.Interfaces, r.iface())
	case "peer":
		report.Peers = append(report.Peers, r.peer())
	case "":
		r.odd = oddRow // left out: what else is odd about it does not matter
	default:
		r.odd = oddType
	}
	report.Oddities = r.odd.count(report.Oddities)
	return nil
}

func (d *decoder) showField(r *row, name []byte) (err error) {
	switch string(name) {
	case "if":
		r.device, err = d.word(&r.odd)
	case "type":
		r.typ, err = d.word(&r.odd)
	case "name":
		r.name, err = d.text(&r.odd)
	case "ifname":
		err = d.instance(r)
	case "public-key":
		r.key, err = d.text(&r.odd)
	case "endpoint":
		r.endpoint, err = d.text(&r.odd)
	case "allowed-ips":
		r.allowedIPs, err = d.text(&r.odd)
	case "status":
		r.status, err = d.word(&r.odd)
	case "peer-status":
		r.peerStatus, err = d.word(&r.odd)
	default:
		err = d.showNumber(r, name)
	}
	return err
}

const (
	maxPort      = 65535 // of a keepalive interval too: both have 16 bits
	maxHandshake = 253402300799
)

func (d *decoder) showNumber(r *row, name []byte) (err error) {
	switch string(name) {
	case "listen-port":
		r.port, err = d.number(&r.odd, maxPort, 0)
	case "persistent-keepalive":
		r.keepalive, err = d.keepalive(r)
	case "latest-handshake":
		if d.json.PeekKind() == 'n' {
			r.handshake = 0 // as for the age beside it, null is never
			return d.skip()
		}
		r.handshake, err = d.number(&r.odd, maxHandshake, -1) // the year 9999
	case "latest-handshake-age":
		r.age, err = d.number(&r.odd, maxHandshake, -1)
	case "transfer-rx":
		r.rx, err = d.number(&r.odd, math.MaxInt64, -1)
	case "transfer-tx":
		r.tx, err = d.number(&r.odd, math.MaxInt64, -1)
	default:
		err = d.skip()
	}
	return err
}

// instance reads the name of the instance: null when the configuration does not
// know the interface or peer.
func (d *decoder) instance(r *row) (err error) {
	if d.json.PeekKind() == 'n' {
		r.odd.add(oddUnassigned)
	}
	r.instance, err = d.word(&r.odd)
	return err
}

// keepalive reads "25", 25 or "off".
func (d *decoder) keepalive(r *row) (int64, error) {
	text, err := d.numeral(&r.odd)
	if err != nil || text == nil || string(text) == "off" {
		return 0, err
	}
	if n, ok := parseNumber(text); ok && n <= maxPort {
		return n, nil
	}
	r.odd.add(oddNumber)
	return 0, nil
}

// iface judges nothing: a row (none) for a key is an interface that was created
// but not configured, which the domain knows what to do with.
func (r *row) iface() wireguard.InterfaceReport {
	r.identify()
	i := wireguard.InterfaceReport{
		Device: r.device, Name: cmp.Or(r.name, r.instance), PublicKey: r.key, ListenPort: int(r.port),
	}
	switch r.status {
	case "up":
		i.Link = wireguard.LinkUp
	case "down":
		i.Link = wireguard.LinkDown
	default:
		i.StatusWord = r.status
		r.odd.add(oddStatus)
	}
	return i
}

func (r *row) peer() wireguard.PeerReport {
	r.key = orNone(r.key)
	r.identify()
	p := wireguard.PeerReport{
		Device: r.device, Name: r.name, PublicKey: r.key,
		Endpoint: orNone(r.endpoint), AllowedIPs: orNone(r.allowedIPs), Keepalive: int(r.keepalive),
		LatestHandshake: r.handshake, HandshakeAge: r.age, RxBytes: r.rx, TxBytes: r.tx,
	}
	switch r.peerStatus {
	case "online":
		p.Status = wireguard.PeerOnline
	case "stale":
		p.Status = wireguard.PeerStale
	case "offline":
		p.Status = wireguard.PeerOffline
	case "": // before OPNsense 25.1.2: derived by the domain
		if r.handshake < 0 {
			p.Status = wireguard.PeerUnknown // nothing to derive it from: not "never shook hands"
		}
	default:
		p.Status = wireguard.PeerUnknown
		r.odd.add(oddStatus)
	}
	return p
}

func (r *row) identify() {
	if r.device == "" {
		r.odd.add(oddDevice)
	}
	if r.key == "" {
		r.odd.add(oddKey)
	}
}

// orNone returns "" for what wg prints where there is nothing.
func orNone(s string) string {
	if s == "(none)" {
		return ""
	}
	return s
}
