package history

import (
	"testing"

	"go.uber.org/goleak"
)

// The engine evaluates in goroutines of Prometheus' own.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
