package collector

import "time"

// Class says what a failure means for the next call. The zero value is any
// failure that tells nothing special, or none.
type Class uint8

const (
	Other        Class = iota // try again at the next poll
	Timeout                   // calls pin the firewall's few PHP workers: leave it in peace
	Unauthorized              // every wrong login is logged and delayed by the firewall
	Forbidden                 // a privilege is missing
)

const (
	unauthorizedPause = 5 * time.Minute
	forbiddenPause    = time.Hour
	// stretch is by how much of itself an interval may be longer. Each firewall has
	// an interval of its own, so that their polls drift apart, and keeps to it, so
	// that its samples come at regular times. It only ever adds: the interval is a
	// promise.
	stretch = 0.05
)

// timeoutPauses are the pauses after one, two, three and more time-outs in a
// row. While its configd hangs, OPNsense keeps the worker of an abandoned call
// for over 200 seconds; 40 of them make its web interface unreachable.
var timeoutPauses = [...]time.Duration{60 * time.Second, 120 * time.Second, 240 * time.Second}

// endpointState is when to call one endpoint again.
type endpointState struct {
	due      time.Time // zero: at once
	class    Class     // of the newest failure
	err      error     // the newest failure; nil when the newest call worked
	timeouts int       // in a row
}

// next sets when the endpoint is due after a call that began at start and ended
// at end, given the ordinary pause between calls.
func (e *endpointState) next(class Class, start, end time.Time, ordinary time.Duration) {
	e.class = class
	if class != Timeout {
		e.timeouts = 0
	}
	switch class {
	case Timeout:
		e.due = end.Add(max(ordinary, timeoutPauses[min(e.timeouts, len(timeoutPauses)-1)]))
		e.timeouts++
	case Unauthorized:
		e.due = end.Add(max(ordinary, unauthorizedPause))
	case Forbidden:
		e.due = end.Add(forbiddenPause)
	default:
		e.due = start.Add(ordinary)
	}
}

// hurry makes the endpoint due at once, unless it timed out.
func (e *endpointState) hurry() {
	if e.class != Timeout {
		e.due = time.Time{}
	}
}
