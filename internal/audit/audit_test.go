package audit

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestReachable(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		body   string
		ok     bool
	}{
		{"a proxy's page", 200, "<html>please log in</html>", false},
		{"another JSON", 200, "{}", false},
		{"not there", 404, "{}", false},
		{"an error that looks like one", 500, `{"modified":"2026-11-01T00:00:00Z"}`, false},
		{"a database", 200, `{"modified":"2026-11-01T00:00:00Z"}`, true},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/index/db.json" {
				t.Errorf("asked for %s", r.URL.Path)
			}
			w.WriteHeader(tt.status)
			_, _ = io.WriteString(w, tt.body)
		}))
		if err := Reachable(t.Context(), s.URL+"/"); (err == nil) != tt.ok || err != nil && !errors.Is(err, ErrNotChecked) {
			t.Errorf("%s: %v", tt.name, err)
		}
		s.Close()
		if err := Reachable(t.Context(), s.URL); !errors.Is(err, ErrNotChecked) {
			t.Errorf("%s, gone: %v", tt.name, err)
		}
	}
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(1, 0))
	defer cancel()
	if err := Reachable(ctx, "http://127.0.0.1:1"); !errors.Is(err, ErrNotChecked) {
		t.Error(err)
	}
}

func TestNPM(t *testing.T) {
	bundled := []string{"node_modules/js-yaml", "node_modules/a/node_modules/b"}
	for _, tt := range []struct {
		name, report    string
		shipped, others string
		notChecked      bool
	}{
		{"nothing", "", "", "", true},
		{"a page", "<html>", "", "", true},
		{"the registry refuses", `{"message":"405 Method Not Allowed","statusCode":405,"error":{}}`, "", "", true},
		{"an older version", `{"auditReportVersion":1,"vulnerabilities":{}}`, "", "", true},
		{"half a report", `{"auditReportVersion":2}`, "", "", true},
		{"clean", `{"auditReportVersion":2,"vulnerabilities":{}}`, "", "", false},
		{"all kinds", `{"auditReportVersion":2,"vulnerabilities":{
			"js-yaml":{"severity":"high","range":"<5","nodes":["node_modules/js-yaml"]},
			"b":{"severity":"low","range":"*","nodes":["node_modules/b","node_modules/a/node_modules/b"]},
			"moment":{"severity":"critical","range":"<2","nodes":["node_modules/moment"]}}}`, "b *: low, js-yaml <5: high", "moment <2: critical", false},
	} {
		shipped, others, err := NPM([]byte(tt.report), bundled)
		if strings.Join(shipped, ", ") != tt.shipped || strings.Join(others, ", ") != tt.others || errors.Is(err, ErrNotChecked) != tt.notChecked {
			t.Errorf("%s: shipped %q, others %q, %v", tt.name, shipped, others, err)
		}
	}
}
