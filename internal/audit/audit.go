// Package audit reads what vulnerability databases say of what ships, and tells a
// clean report from one that never came.
package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// ErrNotChecked says that a database gave no answer, so that nothing is known.
var ErrNotChecked = errors.New("not checked")

// Reachable asks a database of Go's vulnerabilities for its newest change. It wraps
// [ErrNotChecked] when no answer comes.
func Reachable(ctx context.Context, database string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(database, "/")+"/index/db.json", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotChecked, err)
	}
	defer func() { _ = resp.Body.Close() }()
	var newest struct{ Modified string }
	if err := json.NewDecoder(resp.Body).Decode(&newest); err != nil || newest.Modified == "" || resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: %s answers %s, which is no database", ErrNotChecked, database, resp.Status)
	}
	return nil
}

// npmReport is what npm audit --json prints, version 2. An error has other fields.
type npmReport struct {
	AuditReportVersion int
	Message            string
	Vulnerabilities    map[string]struct {
		Severity string
		Range    string
		Nodes    []string // folders, "node_modules/a"
	}
}

// NPM reads a report of npm. Shipped are the vulnerable packages of which something
// is in the bundle, whose folders are given; others are of what only builds, or what
// Grafana provides. It wraps [ErrNotChecked] when it is no report.
func NPM(report []byte, bundled []string) (shipped, others []string, err error) {
	var r npmReport
	if err := json.Unmarshal(report, &r); err != nil {
		return nil, nil, fmt.Errorf("%w: npm's report cannot be read: %w", ErrNotChecked, err)
	}
	if r.AuditReportVersion != 2 || r.Vulnerabilities == nil {
		return nil, nil, fmt.Errorf("%w: npm's registry gave no report (%s)", ErrNotChecked, r.Message)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Vulnerabilities)) {
		v := r.Vulnerabilities[name]
		line := fmt.Sprintf("%s %s: %s", name, v.Range, v.Severity)
		if slices.ContainsFunc(v.Nodes, func(node string) bool { return slices.Contains(bundled, node) }) {
			shipped = append(shipped, line)
		} else {
			others = append(others, line)
		}
	}
	return shipped, others, nil
}
