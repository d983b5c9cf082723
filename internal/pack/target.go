package pack

// Target is a system and an architecture, in Go's words.
type Target struct{ OS, Arch string }

// Targets are those that the package is for.
var Targets = []Target{
	{"darwin", "amd64"}, {"darwin", "arm64"},
	{"linux", "amd64"}, {"linux", "arm64"},
	{"windows", "amd64"}, {"windows", "arm64"},
}

// Executable is the name that Grafana looks for, for the executable that
// plugin.json names.
func (t Target) Executable(name string) string {
	name += "_" + t.OS + "_" + t.Arch
	if t.OS == "windows" {
		name += ".exe"
	}
	return name
}
