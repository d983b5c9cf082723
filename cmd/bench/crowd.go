package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/cmd/bench/plain"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

// habit is how a peer spends its day.
type habit int

const (
	idle  habit = iota // connected all day with little more than keepalives
	busy               // works, and pauses
	phone              // sleeps most of the time, and says nothing then
	never              // was set up and never came
)

// Whose peers they are: habits, dealt out in turn. A guess at a company, and what
// compresses worst.
var (
	company = []habit{
		idle, busy, phone, idle, phone, busy, idle, phone, idle, busy,
		idle, phone, idle, busy, phone, idle, phone, idle, busy, never,
	}
	allBusy = []habit{busy}
)

// What WireGuard does, and sends for it.
const (
	keepaliveEvery = 25 * time.Second
	keepaliveBytes = 32
	rekeyAfter     = 120 * time.Second
	initiation     = 148
	response       = 92
	onlineFor      = 300 * time.Second // after a handshake, says OPNsense
)

// crowd is a firewall whose peers live as those of a real one do: counters that
// move by keepalives or by traffic, handshakes about every two minutes while there
// is any, statuses that change now and then. The same from run to run.
type crowd struct {
	random *rand.Rand
	at     time.Time
	faces  []face
	peers  []dweller
}

// face is an interface. One is always down, one is restarted now and then.
type face struct {
	row      plain.Row
	down     bool
	restarts bool
	until    time.Time // when it changes next
}

// dweller is a peer.
type dweller struct {
	row       plain.Row
	face      int
	habit     habit
	handshake time.Time // zero: none since its interface was started
	keepalive time.Time // the next one
	active    bool      // awake, or at work
	until     time.Time // when that changes
	rate      float64   // bytes a second while at work
}

func newCrowd(peers int, habits []habit, at time.Time) *crowd {
	c := &crowd{random: rand.New(rand.NewPCG(uint64(peers), 1)), at: at}
	for n, name := range []string{"road-warriors", "sites", "spare"} {
		c.faces = append(c.faces, face{
			row:  plain.Row{If: fmt.Sprintf("wg%d", n), Type: "interface", Name: name, IfName: &name, PublicKey: keyOf(name, 0), ListenPort: fmt.Sprint(51820 + n)},
			down: n == 2, restarts: n == 1, until: at.Add(c.about(8 * time.Hour)),
		})
	}
	for n := range peers {
		on := n % 2
		p := dweller{face: on, habit: habits[n%len(habits)], keepalive: at.Add(c.some(keepaliveEvery)), until: at.Add(c.some(time.Hour))}
		p.row = plain.Row{
			If: c.faces[on].row.If, Type: "peer", Name: fmt.Sprintf("%s-%d", [...]string{"laptop", "branch"}[on], n), IfName: c.faces[on].row.IfName,
			PublicKey: keyOf("peer", n), Endpoint: fmt.Sprintf("198.51.100.%d:%d", n&255, 1024+n), Keepalive: "25",
			AllowedIPs: fmt.Sprintf("10.%d.%d.%d/%d", on, n>>8&255, n&255, [...]int{32, 24}[on]),
		}
		if p.habit != never {
			p.handshake = at.Add(-c.some(rekeyAfter))
			p.row.Rx, p.row.Tx = c.random.Int64N(5e9), c.random.Int64N(50e9)
		}
		c.peers = append(c.peers, p)
	}
	return c
}

func keyOf(name string, n int) string {
	key := simulator.KeyFrom(fmt.Sprintf("crowd/%s/%d", name, n))
	return base64.StdEncoding.EncodeToString(key[:])
}

// some is any part of a time; about is a time around it, now and then much longer.
func (c *crowd) some(d time.Duration) time.Duration { return time.Duration(c.random.Int64N(int64(d))) }

func (c *crowd) about(d time.Duration) time.Duration {
	return time.Duration(c.random.ExpFloat64() * float64(d))
}

// advance lets time pass until a moment.
func (c *crowd) advance(to time.Time) {
	for n := range c.faces {
		c.restart(n, to)
	}
	for n := range c.peers {
		if p := &c.peers[n]; p.habit != never && !c.faces[p.face].down {
			c.live(p, to)
		}
	}
	c.at = to
}

// restart has an interface go down, and come back later with counters at 0.
func (c *crowd) restart(n int, to time.Time) {
	f := &c.faces[n]
	if !f.restarts || to.Before(f.until) {
		return
	}
	f.down = !f.down
	if f.down {
		f.until = to.Add(time.Minute + c.some(time.Minute))
		return
	}
	f.until = to.Add(c.about(8 * time.Hour))
	for k := range c.peers {
		if p := &c.peers[k]; p.face == n {
			p.handshake, p.row.Rx, p.row.Tx = time.Time{}, 0, 0
			p.keepalive = to.Add(c.some(keepaliveEvery))
		}
	}
}

func (c *crowd) live(p *dweller, to time.Time) {
	if !to.Before(p.until) {
		c.change(p, to)
	}
	if p.habit == phone && !p.active {
		return
	}
	if p.active && p.rate > 0 {
		seconds := to.Sub(c.at).Seconds()
		p.row.Rx += int64(seconds * p.rate * (0.5 + c.random.Float64()))
		p.row.Tx += int64(seconds * p.rate * (2 + 8*c.random.Float64()))
		if next := p.handshake.Add(rekeyAfter); next.After(c.at) {
			c.shake(p, next, to)
		} else {
			c.shake(p, c.at, to)
		}
	}
	for ; !p.keepalive.After(to); p.keepalive = p.keepalive.Add(keepaliveEvery + c.some(20*time.Millisecond)) {
		c.shake(p, p.keepalive, to)
		p.row.Rx += keepaliveBytes
		p.row.Tx += keepaliveBytes
	}
}

// shake makes a handshake where one is due; either side begins.
func (c *crowd) shake(p *dweller, at, to time.Time) {
	if at.After(to) || at.Sub(p.handshake) < rekeyAfter {
		return
	}
	sent, received := int64(initiation), int64(response)
	if c.random.IntN(2) == 0 {
		sent, received = received, sent
	}
	p.handshake = at
	p.row.Rx += received
	p.row.Tx += sent
}

// change has a phone wake or sleep, somebody begin or end to work.
func (c *crowd) change(p *dweller, to time.Time) {
	p.active = !p.active
	switch {
	case p.habit == phone && p.active:
		p.until, p.keepalive = to.Add(c.about(10*time.Minute)), to
		p.rate = 2_000 * math.Exp(c.random.NormFloat64())
	case p.habit == phone:
		p.until = to.Add(c.about(45 * time.Minute))
	case p.habit == busy && p.active:
		p.until = to.Add(c.about(40 * time.Minute))
		p.rate = 20_000 * math.Exp(1.5*c.random.NormFloat64())
	default:
		p.until = to.Add(c.about(20 * time.Minute))
	}
}

// answer is what service/show says now: rows in no stable order, slashes as PHP
// writes them.
func (c *crowd) answer() ([]byte, error) {
	a := plain.Answer{Rows: make([]plain.Row, 0, len(c.faces)+len(c.peers))}
	for _, f := range c.faces {
		f.row.Status = "up"
		if f.down {
			f.row.Status = "down"
		}
		a.Rows = append(a.Rows, f.row)
	}
	for k := range c.peers {
		p := &c.peers[k]
		row := p.row
		row.PeerStatus = "offline"
		if !p.handshake.IsZero() {
			age := c.at.Unix() - p.handshake.Unix()
			row.Handshake, row.Age, row.PeerStatus = p.handshake.Unix(), &age, "online"
			if age > int64(onlineFor/time.Second) {
				row.PeerStatus = "stale"
			}
		}
		a.Rows = append(a.Rows, row)
	}
	c.random.Shuffle(len(a.Rows), func(i, j int) { a.Rows[i], a.Rows[j] = a.Rows[j], a.Rows[i] })
	a.Total = int64(len(a.Rows))
	body, err := json.Marshal(a)
	return bytes.ReplaceAll(body, []byte("/"), []byte(`\/`)), err
}
