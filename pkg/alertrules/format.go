package alertrules

import "fmt"

// Format is a language in which rules can be written.
type Format string

const (
	File       Format = "file"       // Grafana's provisioning file
	API        Format = "api"        // a rule group of Grafana's HTTP API
	Prometheus Format = "prometheus" // a rule file of Prometheus and Mimir
)

// ParseFormat reads the name of a format; none at all means a file.
func ParseFormat(name string) (Format, error) {
	switch f := Format(name); f {
	case "":
		return File, nil
	case File, API, Prometheus:
		return f, nil
	}
	return "", fmt.Errorf("unknown format; allowed: %s, %s, %s", File, API, Prometheus)
}

// ContentType is the media type of what is written in this format.
func (f Format) ContentType() string {
	if f == API {
		return "application/json"
	}
	return "application/yaml"
}

// Write writes the rules in one of the formats.
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
