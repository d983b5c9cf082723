package collector

import (
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// View is what is known of one firewall at the moment of asking. It is a copy;
// the snapshot in it is shared and never changes.
type View struct {
	ID   string // of the firewall in the settings
	Name string // label opnsense_instance
	URL  string

	Snapshot *wireguard.Snapshot // newest good one, never nil; its At is zero when there was none
	Err      error               // why the newest poll failed; nil when it did not
	VIPErr   error               // why the virtual IPs could not be read; nil when they could or need not
	Tried    time.Time           // when the newest poll ended; zero when there was none
	Next     time.Time           // when the next poll is due; zero when there was none
	Latency  time.Duration       // how long service/show took; 0 when the newest poll failed

	PollInterval time.Duration
}

// Known says whether the values of the snapshot still hold. When they do not,
// its rows are the last known ones and their values must become null.
func (v *View) Known() bool { return v.Err == nil }

// Answered says whether the firewall ever did.
func (v *View) Answered() bool { return !v.Snapshot.At.IsZero() }

// NotAskedError means that no poll of the firewall has ended yet.
type NotAskedError struct{ Firewall string }

func (e *NotAskedError) Error() string {
	return "firewall " + e.Firewall + ": no answer yet, the first poll is still under way"
}

// OverdueError means that the newest answer is too old to be shown as the
// present, and that the poll which should replace it has not ended.
type OverdueError struct {
	Firewall string
	Last     time.Time
}

func (e *OverdueError) Error() string {
	return "firewall " + e.Firewall + ": the newest answer is from " +
		e.Last.UTC().Format(time.RFC3339) + " and the poll under way has not ended"
}
