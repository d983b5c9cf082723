package e2e

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// debian names the package of each program that these tests need beside Go.
var debian = map[string]string{
	"prometheus":              "prometheus",
	"promtool":                "prometheus",
	"prometheus-alertmanager": "prometheus-alertmanager",
}

// mustHave skips a test that needs a program which is not here; where all must
// pass it fails.
func mustHave(tb testing.TB, programs ...string) {
	tb.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err == nil {
			continue
		}
		text := fmt.Sprintf("%s is not installed; it is in Debian's package %s (apt-get install prometheus prometheus-alertmanager)", program, debian[program])
		if os.Getenv("CI") == "true" {
			tb.Fatal(text)
		}
		tb.Skip(text)
	}
}

// mustServe starts a server on a free port of 127.0.0.1, in a directory of its
// own, and ends it with the test. It returns the address once the server is ready.
func mustServe(tb testing.TB, program string, args ...string) string {
	tb.Helper()
	for range 3 { // another process may take the port first
		address := freeAddress(tb)
		if serve(tb, program, address, args) {
			return address
		}
	}
	tb.Fatalf("%s does not start", program)
	return ""
}

func freeAddress(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func serve(tb testing.TB, program, address string, args []string) bool {
	tb.Helper()
	dir := tb.TempDir()
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		tb.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command(program, append(args, "--web.listen-address="+address)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	cmd.Env = []string{"HOME=" + dir, "TMPDIR=" + dir} // no proxy of this machine
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	tb.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		if said, err := os.ReadFile(log.Name()); err == nil && tb.Failed() {
			tb.Logf("%s said:\n%s", program, said)
		}
	})
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		select {
		case <-ended:
			return false
		default:
		}
		if resp, err := http.Get("http://" + address + "/-/ready"); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return true
			}
		}
	}
	return false
}

// promtool returns what it says against its input; "" is all well.
func promtool(tb testing.TB, input string, args ...string) string {
	tb.Helper()
	cmd := exec.Command("promtool", args...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Sprintf("%v: %s", err, out)
	}
	return string(out)
}

// eventually waits until look finds nothing to complain of any more.
func eventually(tb testing.TB, what string, look func() (complaint string)) {
	tb.Helper()
	var complaint string
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if complaint = look(); complaint == "" {
			return
		}
	}
	tb.Fatalf("%s: %s", what, complaint)
}
