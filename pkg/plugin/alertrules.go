package plugin

import (
	"net/http"
	"net/url"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/alertrules"
)

// serveAlertRules answers GET alert-rules?format=file|api|prometheus with the
// alert rules for this data source. It asks no firewall.
func serveAlertRules(w http.ResponseWriter, r *http.Request) {
	format, problem := ruleFormat(r.URL.RawQuery)
	if problem != "" {
		writeJSON(w, http.StatusBadRequest, resourceError{problem})
		return
	}
	pc := backend.PluginConfigFromContext(r.Context())
	if pc.DataSourceInstanceSettings == nil {
		writeJSON(w, http.StatusInternalServerError, resourceError{"the request does not say for which data source"})
		return
	}
	body, err := alertrules.DataSource{
		UID:   pc.DataSourceInstanceSettings.UID,
		Name:  pc.DataSourceInstanceSettings.Name,
		OrgID: pc.OrgID, //nolint:staticcheck // rule files name the organisation by it
	}.Write(format)
	if err != nil {
		writeJSON(w, http.StatusInternalServerError, resourceError{"the rules could not be written"})
		return
	}
	w.Header().Set("Content-Type", format.ContentType())
	_, _ = w.Write(body)
}

// ruleFormat reads the one parameter, which may be missing or empty.
func ruleFormat(raw string) (format alertrules.Format, problem string) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return "", "the query string cannot be read"
	}
	given := values["format"]
	delete(values, "format")
	switch {
	case len(values) > 0:
		return "", "unknown parameter; allowed: format"
	case len(given) > 1:
		return "", "the parameter format can be given only once"
	case len(given) == 1:
		format, err = alertrules.ParseFormat(given[0])
	default:
		format, err = alertrules.ParseFormat("")
	}
	if err != nil {
		return "", err.Error()
	}
	return format, ""
}
