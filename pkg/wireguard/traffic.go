package wireguard

import "time"

const (
	window      = 300 * time.Second // over which traffic is judged
	leastWindow = 270 * time.Second // what the samples in it must span
	markEvery   = 28 * time.Second  // a poll of every 30 s is kept, also when it comes a moment early

	busySent       = 12_000 // bytes sent in a window that ask for an answer
	silentReceived = 2_500  // bytes received in it that are handshakes and keepalives at most
	initiation     = 148    // bytes of a handshake initiation
	usualWindows   = 12     // busy windows from which a habit is known
)

// mark is the counters of a peer at one moment. There are many: it holds no
// pointer that the collector of garbage would have to follow, as a time does.
type mark struct {
	at     int64 // Unix time in nanoseconds
	rx, tx int64
	online bool
}

// since is the time from an earlier mark to this one.
func (m mark) since(earlier mark) time.Duration { return time.Duration(m.at - earlier.at) }

// traffic is what is kept of a peer's past to judge its traffic: marks over the
// last window, and how many earlier windows were busy and answered. It holds no
// pointer, so that a copy of it is a copy.
type traffic struct {
	marks      [12]mark // oldest first
	n          int
	newest     mark // of the newest poll, be it kept or not
	counted    mark // until when windows are counted
	busy, good int  // windows with that much sent, and those that also received
	silent     bool // unlike before nothing comes back
}

// add takes over the counters of a poll. A counter that went back, an unknown
// one, or a long pause begin anew.
func (t *traffic) add(m mark) {
	last := t.newest
	if m.rx < last.rx || m.tx < last.tx || m.at < last.at || m.since(last) > window {
		t.n = 0
	}
	t.newest = m
	if m.rx < 0 || m.tx < 0 {
		t.n = 0
		return
	}
	if t.n > 0 && m.since(t.marks[t.n-1]) < markEvery {
		return
	}
	// Keep one mark at or beyond the window's age, and all younger ones.
	for t.n > 1 && (m.since(t.marks[1]) >= window || t.n == len(t.marks)) {
		copy(t.marks[:], t.marks[1:t.n])
		t.n--
	}
	t.marks[t.n] = m
	t.n++
}

// over returns what was sent and received over the window that ends now.
func (t *traffic) over(now mark) (rx, tx int64, bothEndsOnline, ok bool) {
	if t.n == 0 || now.since(t.marks[0]) < leastWindow {
		return 0, 0, false, false
	}
	first := t.marks[0]
	return now.rx - first.rx, now.tx - first.tx, first.online && now.online, true
}

// rates returns what was received and sent a second over the window that ends
// now, or over as much of it as is known; -1 where nothing is.
func (t *traffic) rates(now mark) (rx, tx float64) {
	if t.n == 0 || now.at <= t.marks[0].at {
		return -1, -1
	}
	first := t.marks[0]
	seconds := now.since(first).Seconds()
	return float64(now.rx-first.rx) / seconds, float64(now.tx-first.tx) / seconds
}

// count remembers, once per window, whether it was busy and answered. A silence
// unlike the habit counts as one window however long it lasts, once it is over:
// else the habit would change while the silence is told, and end the telling.
func (t *traffic) count(now mark) {
	rx, tx, online, ok := t.over(now)
	if !ok || !online || now.since(t.counted) < window {
		return
	}
	t.counted = now
	if tx < busySent {
		return
	}
	if rx <= silentReceived && t.usuallyAnswered() {
		t.silent = true
		return
	}
	if t.silent {
		t.silent = false
		t.busy++
	}
	t.busy++
	if rx > silentReceived {
		t.good++
	}
}

// usuallyAnswered says whether windows with that much sent used to receive.
func (t *traffic) usuallyAnswered() bool {
	return t.busy >= usualWindows && t.good*10 >= t.busy*9
}
