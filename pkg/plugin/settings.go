package plugin

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/gtime"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/history"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/opnsense"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// settings is what an administrator configured, checked. Whatever cannot work is
// among the problems, each naming its field; the rest works without it.
type settings struct {
	Firewalls      []firewallSettings
	PollInterval   time.Duration
	RequestTimeout time.Duration
	ForgetAfter    time.Duration
	History        history.Limits
	LiveInterval   time.Duration // the shortest of a live panel; 0: there are none
	Problems       []error       // of the general fields
}

// firewallSettings is one entry of jsonData.firewalls with its secrets.
type firewallSettings struct {
	ID, Name   string
	Connection opnsense.Config
	Policy     wireguard.Policy
	// Configuration has the configuration read, private keys in the answer and all.
	Configuration bool
	Problems      []error // when there are any, this firewall cannot be read
}

// SettingError is a setting that cannot work.
type SettingError struct{ Field, Problem string }

func (e *SettingError) Error() string { return "setting " + e.Field + ": " + e.Problem }

// durationSetting is a general setting with its bounds.
type durationSetting struct {
	key                   string
	fallback, least, most time.Duration
	orZero                bool // 0 is allowed, too, and switches something off
}

var (
	pollIntervalSetting   = durationSetting{"pollInterval", 30 * time.Second, 10 * time.Second, 2 * time.Minute, false}
	requestTimeoutSetting = durationSetting{"requestTimeout", opnsense.DefaultTimeout, time.Second, 25 * time.Second, false}
	forgetAfterSetting    = durationSetting{"forgetAfter", 168 * time.Hour, time.Minute, 8760 * time.Hour, false}
	retentionSetting      = durationSetting{"retention", 24 * time.Hour, 10 * time.Minute, 720 * time.Hour, true}
	liveMinSetting        = durationSetting{"liveMinInterval", 5 * time.Second, time.Second, 2 * time.Minute, true}
)

// Bounds of historyMaxBytes.
const (
	usualHistory = 64 << 20
	leastHistory = 1 << 20
	mostHistory  = 4 << 30
)

func parseSettings(raw backend.DataSourceInstanceSettings) settings {
	var s settings
	var fields map[string]json.RawMessage
	readable := len(raw.JSONData) == 0 || json.Unmarshal(raw.JSONData, &fields) == nil
	if !readable {
		s.Problems = append(s.Problems, &SettingError{"jsonData", "not a JSON object"})
	}
	s.PollInterval = s.duration(fields, pollIntervalSetting)
	s.RequestTimeout = s.duration(fields, requestTimeoutSetting)
	s.ForgetAfter = s.duration(fields, forgetAfterSetting)
	s.LiveInterval = s.duration(fields, liveMinSetting)
	s.History = history.Limits{Retention: s.duration(fields, retentionSetting), MaxBytes: s.historyMaxBytes(fields["historyMaxBytes"])}

	var entries []json.RawMessage
	if list := fields["firewalls"]; !absent(list) && json.Unmarshal(list, &entries) != nil {
		s.Problems = append(s.Problems, &SettingError{"firewalls", "must be a list of firewalls"})
	} else if len(entries) == 0 && readable {
		s.Problems = append(s.Problems, &SettingError{"firewalls", "none is configured: add at least one with name, URL, API key and secret"})
	}
	for i, entry := range entries {
		f := parseFirewall(i, entry, raw.DecryptedSecureJSONData)
		f.Connection.Timeout = s.RequestTimeout
		s.checkUnique(&f, i)
		s.Firewalls = append(s.Firewalls, f)
	}
	return s
}

func absent(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// duration reads a duration such as "30s" or "7d"; outside its bounds or not
// readable it is a problem, and the default is used.
func (s *settings) duration(fields map[string]json.RawMessage, d durationSetting) time.Duration {
	raw := fields[d.key]
	if absent(raw) || string(raw) == `""` {
		return d.fallback
	}
	var text string
	value, err := time.Duration(0), json.Unmarshal(raw, &text)
	if string(raw) == "0" {
		text, err = "0s", nil
	}
	if err == nil {
		value, err = gtime.ParseDuration(text)
	}
	if err == nil && value == 0 && d.orZero {
		return 0
	}
	if err != nil || value < d.least || value > d.most {
		zero := ""
		if d.orZero {
			zero = "0 or "
		}
		s.Problems = append(s.Problems, &SettingError{d.key,
			fmt.Sprintf("must be %sa duration from %s to %s, such as \"%s\"; %s is used instead",
				zero, short(d.least), short(d.most), short(d.fallback), short(d.fallback))})
		return d.fallback
	}
	return value
}

// historyMaxBytes reads a number, which Grafana's environment expansion makes a text.
func (s *settings) historyMaxBytes(raw json.RawMessage) int {
	if absent(raw) || string(raw) == `""` {
		return usualHistory
	}
	n, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64)
	if err != nil || n < leastHistory || n > mostHistory {
		s.Problems = append(s.Problems, &SettingError{"historyMaxBytes",
			fmt.Sprintf("must be a number of bytes from %d to %d; %d is used instead", leastHistory, mostHistory, usualHistory)})
		return usualHistory
	}
	return int(n)
}

// short writes 30s, 2m or 168h without the zeros of time.Duration.
func short(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

var validID = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)

// parseFirewall reads one entry. Fields that a newer version added are passed over.
func parseFirewall(i int, raw json.RawMessage, secrets map[string]string) firewallSettings {
	var entry struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		URL  string `json:"url"`
		TLS  struct {
			Mode        string `json:"mode"`
			CA          string `json:"ca"`
			Fingerprint string `json:"fingerprint"`
			ServerName  string `json:"serverName"`
		} `json:"tls"`
		Expect            []expectation `json:"expect"`
		ExpectPeers       []string      `json:"expectPeers"`
		IgnorePeers       []string      `json:"ignorePeers"`
		ReadConfiguration bool          `json:"readConfiguration"`
	}
	err := json.Unmarshal(raw, &entry)
	f := firewallSettings{ID: entry.ID, Name: strings.TrimSpace(entry.Name), Configuration: entry.ReadConfiguration}
	if f.Name == "" {
		f.Name = entry.ID
	}
	place := fmt.Sprintf("firewalls[%d]", i)
	if f.Name != "" {
		place += " (" + f.Name + ")"
	} else {
		f.Name = place
	}
	problem := func(field, text string) {
		if field != "" {
			field = "." + field
		}
		f.Problems = append(f.Problems, &SettingError{place + field, text})
	}
	if err != nil {
		field, want := wrongType(err)
		problem(field, want)
		return f
	}
	if !validID.MatchString(f.ID) {
		problem("id", "must be 1 to 64 of a-z, 0-9 and -; it is the key of the secrets and never changes")
		return f
	}
	f.Connection = opnsense.Config{
		Name: f.Name, URL: entry.URL,
		TLS: opnsense.TLS{
			Mode: entry.TLS.Mode, CA: entry.TLS.CA,
			Fingerprint: entry.TLS.Fingerprint, ServerName: entry.TLS.ServerName,
		},
		APIKey: secrets[f.ID+".apiKey"], APISecret: secrets[f.ID+".apiSecret"],
	}
	for _, err := range f.Connection.Validate() {
		var bad *opnsense.ConfigError
		if errors.As(err, &bad) {
			problem(bad.Field, bad.Problem)
		}
	}
	// The same firewall, whatever page of it was pasted; and a base for links to its pages.
	if base := f.Connection.BaseURL(); base != "" {
		f.Connection.URL = base
	}
	f.expect(entry.Expect, problem)
	f.Policy.ExpectPeers, f.Policy.IgnorePeers = trimmed(entry.ExpectPeers), trimmed(entry.IgnorePeers)
	return f
}

type expectation struct {
	Device string          `json:"device"`
	Name   string          `json:"name"`
	CARP   json.RawMessage `json:"carp"` // a vhid, or "none"
}

func (f *firewallSettings) expect(entries []expectation, problem func(field, text string)) {
	seen := map[string]bool{}
	for i, e := range entries {
		field, device := fmt.Sprintf("expect[%d].device", i), strings.TrimSpace(e.Device)
		switch {
		case device == "":
			problem(field, `is missing: the device of the tunnel, such as "wg1"`)
		case seen[device]:
			problem(field, "names "+device+" for the second time")
		}
		seen[device] = true
		carp, ok := parseCARP(e.CARP)
		if !ok {
			problem(fmt.Sprintf("expect[%d].carp", i), `must be the vhid that the tunnel depends on, 1 to 255, or "none"`)
		}
		f.Policy.Expect = append(f.Policy.Expect, wireguard.Expectation{Device: device, Name: strings.TrimSpace(e.Name), CARP: carp})
	}
}

// parseCARP reads a vhid, which Grafana's environment expansion makes a text, or
// "none"; absent means that the settings do not say.
func parseCARP(raw json.RawMessage) (wireguard.CARPDependency, bool) {
	var text string
	if absent(raw) {
		return wireguard.CARPDependency{}, true
	}
	if json.Unmarshal(raw, &text) != nil {
		text = string(raw)
	}
	switch text = strings.TrimSpace(text); text {
	case "":
		return wireguard.CARPDependency{}, true
	case "none":
		return wireguard.CARPDependency{Known: true}, true
	}
	vhid, err := strconv.Atoi(text)
	return wireguard.CARPDependency{Known: true, VHID: vhid}, err == nil && vhid >= 1 && vhid <= 255
}

func trimmed(list []string) []string {
	var out []string
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// wrongType tells of a field that has another JSON type than it should.
func wrongType(err error) (field, text string) {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) || wrong.Field == "" {
		return "", "must be an object with id, name, url and tls"
	}
	switch wrong.Type.Kind() {
	case reflect.String:
		return wrong.Field, "must be a text"
	case reflect.Slice:
		return wrong.Field, "must be a list"
	case reflect.Bool:
		return wrong.Field, "must be true or false"
	default:
		return wrong.Field, "must be an object"
	}
}

// checkUnique makes a later firewall with the id or name of an earlier one a
// problem, and gives it a name of its own: two rows with the same labels would
// make Grafana refuse a whole alert rule.
func (s *settings) checkUnique(f *firewallSettings, i int) {
	place := fmt.Sprintf("firewalls[%d]", i)
	taken := func(name string) bool {
		return slices.ContainsFunc(s.Firewalls, func(other firewallSettings) bool { return other.Name == name })
	}
	if f.ID != "" && slices.ContainsFunc(s.Firewalls, func(other firewallSettings) bool { return other.ID == f.ID }) {
		f.Problems = append(f.Problems, &SettingError{place + ".id", "another firewall has the id " + f.ID + " already"})
	}
	if taken(f.Name) {
		f.Problems = append(f.Problems, &SettingError{place + ".name", "another firewall is named " + f.Name + " already"})
	}
	for taken(f.Name) {
		f.Name += fmt.Sprintf(" (entry %d)", i+1)
	}
}
