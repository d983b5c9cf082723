// Package hostile has names as somebody may give them to peers and interfaces who
// means harm to whatever shows, stores or evaluates them.
package hostile

// Names are texts that mean something in HTML, templates, expressions, dashboards,
// logs or terminals.
func Names() []string {
	return []string{
		`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `"><svg/onload=alert(1)>`, `'><b>`, `&lt;b&gt;`, `javascript:alert(1)`,
		`[click](javascript:alert(1))`, "# heading\n- list", "| a | b |", "`code`", "http://evil.example/?a=b&c=d#e",
		`{{ .Labels }}`, `{{ range .Alerts }}`, `{{ "a" | printf }}`, `{{`, `}}`, `{{/*`, `%s%d%!`, `%{x}`,
		`$__interval`, `${__interval}`, `${__data.fields.url:raw}`, `[[peer]]`, `$peer`, `${peer:regex}`, `$$`,
		`a"} or vector(1) #`, `a'} or vector(1) #`, "a`} or vector(1) #", `a\`, `\"`, `\n`, `a",b="c`, `{__name__=~".+"}`, `a=~".*"`, `/.*/`, `.*`, `a|b`, `(`,
		"two\nlines", "cr\r\nlf", "tab\there", "nul\x00here", "bell\a\x1b[31mred", "a,b;c", `=cmd|' /C calc'!A0`, `+1`, `-1`, `@x`,
		"\u202egnp.exe", "\u2066isolate\u2069", "zero\u200bwidth", "\ufeffbom", "\u2028separator", "日本 Zoë", "🦊", "e\u0301",
		"\uFFFD", `null`, `NaN`, `true`, `0`, ` `, `../../etc/passwd`, `a/b?c=d`, `a;b`, "--", `';DROP TABLE x;--`,
	}
}
