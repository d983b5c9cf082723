package simulator

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// isAPI: also "//api/…", which is routed but opened by no privilege except "All pages".
func isAPI(path string) bool {
	return strings.HasPrefix(strings.TrimLeft(path, "/"), "api/")
}

// servePage answers outside the API: the login page, or the web server's 404.
func servePage(w http.ResponseWriter, path string) {
	if path == "/" || path == "/index.php" {
		loginPage(w)
		return
	}
	htmlPage(w, http.StatusNotFound, "404 Not Found")
}

func loginPage(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	w.WriteHeader(http.StatusOK)
	_, _ = fmt.Fprint(w, `<!doctype html><html lang="en"><head><title>Login | OPNsense</title></head><body class="page-login">`+
		`<form method="post" action="/"><input name="usernamefld"><input name="passwordfld" type="password">`+
		`<button type="submit">Login</button></form></body></html>`)
}

// gatewayPage is what the web server says when PHP does not answer.
func gatewayPage(w http.ResponseWriter, status int) {
	htmlPage(w, status, fmt.Sprintf("%d %s", status, http.StatusText(status)))
}

func htmlPage(w http.ResponseWriter, status int, title string) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<!DOCTYPE html><html><head><title>%[1]s</title></head><body><h1>%[1]s</h1></body></html>", title)
}
