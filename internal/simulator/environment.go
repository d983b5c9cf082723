package simulator

import "strings"

// Environment is what provisioning/datasources/opnsense-wireguard.yaml reads
// from Grafana's environment, for the firewalls of this lab: address, trust (by
// pin), key and secret of each, as OPNSENSE_HQ_URL and the like.
func (l *Lab) Environment() map[string]string {
	env := map[string]string{}
	for _, f := range l.Firewalls() {
		prefix := "OPNSENSE_" + strings.ToUpper(f.Name()) + "_"
		env[prefix+"URL"] = f.URL()
		env[prefix+"TLS_MODE"] = "pin"
		env[prefix+"FINGERPRINT"] = f.Fingerprint()
		env[prefix+"API_KEY"] = f.APIKey()
		env[prefix+"API_SECRET"] = f.APISecret()
	}
	return env
}
