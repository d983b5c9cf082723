package wireguard

import "time"

// Firewall is what is known of one firewall at the moment of asking. It is a
// copy; the snapshot in it is shared and never changes.
type Firewall struct {
	ID   string // of the firewall in the settings
	Name string // label opnsense_instance
	URL  string

	Snapshot *Snapshot // newest good one, never nil; its At is zero when there was none
	Err      error     // why the newest poll failed; nil when it did not
	VIPErr   error     // why the virtual IPs could not be read; nil when they could or need not
	// Why the list of enabled instances and the configuration could not be read;
	// nil when they could or need not.
	ServicesErr, ConfigurationErr error

	Looked  time.Time     // the moment of asking
	Tried   time.Time     // when the newest poll ended; zero when there was none
	Next    time.Time     // when the next poll is due; zero when there was none
	Latency time.Duration // how long service/show took; 0 when the newest poll failed

	FailingSince time.Time // when the first of the polls that fail now ended; zero when Err is nil or no poll ended yet
	PollInterval time.Duration
}

// Known says whether the values of the snapshot still hold. When they do not,
// its rows are the last known ones and their values must become null.
func (f *Firewall) Known() bool { return f.Err == nil }

// Answered says whether the firewall ever did.
func (f *Firewall) Answered() bool { return !f.Snapshot.At.IsZero() }

// Outdated says whether the newest answer is older than two polls, and whether
// there is one at all.
func (f *Firewall) Outdated() Flag {
	if !f.Answered() {
		return FlagNotKnown
	}
	return flag(f.Looked.Sub(f.Snapshot.At) > 2*f.PollInterval)
}
