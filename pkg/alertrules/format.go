package alertrules

import "slices"

// Format is a language in which rules can be written.
type Format string

const (
	File       Format = "file"       // Grafana's provisioning file
	API        Format = "api"        // a rule group of Grafana's HTTP API
	Prometheus Format = "prometheus" // a rule file of Prometheus and Mimir
)

// Formats lists all formats, the default first.
func Formats() []Format { return []Format{File, API, Prometheus} }

// Known says whether there is such a format.
func (f Format) Known() bool { return slices.Contains(Formats(), f) }

// ContentType is the media type of what is written in this format.
func (f Format) ContentType() string {
	if f == API {
		return "application/json"
	}
	return "application/yaml"
}

// Write writes the rules in a format that is known.
func (d DataSource) Write(f Format) ([]byte, error) {
	switch f {
	case API:
		return d.API()
	case Prometheus:
		return d.Prometheus()
	default:
		return d.File()
	}
}
