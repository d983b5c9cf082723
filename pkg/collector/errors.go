package collector

import "time"

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
