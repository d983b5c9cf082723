package wireguard

import (
	"testing"
	"time"
)

const (
	notRunning  = "missing: enabled, but it does not run"
	neverSeen   = "missing: enabled, never seen running"
	nothingRuns = "missing: the service is on and nothing answers; stopped, or wg failed"
	switchedOff = "WireGuard is switched off on this firewall"
	offExpected = "missing: expected by the settings, but WireGuard is switched off"
	offInConfig = "switched off in the configuration"
	offOrGone   = "switched off, or removed"
)

type script struct {
	name  string
	polls []poll
}

func runScripts(t *testing.T, policy Policy, scripts []script) {
	t.Helper()
	for _, s := range scripts {
		t.Run(s.name, func(t *testing.T) { runScript(t, policy, s.polls) })
	}
}

func TestExpectedByServices(t *testing.T) {
	const wg0 = "wg0/hq up 0: reported up"
	runScripts(t, Policy{ForgetAfter: time.Hour}, []script{
		{"without the privilege what was seen counts, until it is forgotten", []poll{
			{0, "wg0 up hq, wg1 up site", "services forbidden", wg0 + " | wg1/site up 0: reported up"},
			{1, "wg0 up hq", "services forbidden", wg0 + " | wg1/site down 1: " + missingSeen},
			{60, "wg0 up hq", "", wg0 + " | wg1/site down 1: " + missingSeen},
			{61, "wg0 up hq", "", wg0},
		}},
		{"the privilege was withdrawn: what is down stays down, until the list can be read again", []poll{
			{0, "wg0 up hq", "services hq, site", "/site down 0: " + neverSeen + " | " + wg0},
			{1, "wg0 up hq", "services forbidden", "/site down 0: missing: enabled when the list of services could last be read | " + wg0},
			{2, "wg0 up hq", "services hq", "/site disabled 2: no longer expected under this name | " + wg0},
		}},
		{"a list from before it vanished proves nothing", []poll{
			{0, "wg0 up hq, wg1 up site", "services hq", wg0 + " | wg1/site up 0: reported up"},
			{1, "wg0 up hq", "services fail", wg0 + " | wg1/site down 1: " + missingSeen},
			{2, "wg0 up hq", "services hq", wg0 + " | wg1/site disabled 2: " + offOrGone},
		}},
		{"enabled is never forgotten; disabled or removed goes after 10 minutes", []poll{
			{0, "wg0 up hq, wg1 up site", "services hq, site", wg0 + " | wg1/site up 0: reported up"},
			{1, "wg0 up hq", "services hq, site", wg0 + " | wg1/site down 1: " + notRunning},
			{600, "wg0 up hq", "services fail", wg0 + " | wg1/site down 1: " + notRunning},
			{601, "wg0 up hq", "services hq", wg0 + " | wg1/site disabled 601: " + offOrGone},
			{610.9, "wg0 up hq", "", wg0 + " | wg1/site disabled 601: " + offOrGone},
			{611, "wg0 up hq", "", wg0},
		}},
		{"disabled, and enabled and seen again: it is no ghost any more", []poll{
			{0, "wg0 up hq", "services hq", wg0},
			{1, "", "services empty", "wg0/hq disabled 1: " + offOrGone},
			{2, "wg0 up hq", "", "wg0/hq up 2: reported up"},
			{3, "", "services hq", "wg0/hq down 3: " + notRunning},
		}},
		{"never seen has no device, until it runs", []poll{
			{0, "wg0 up hq", "services hq, site", "/site down 0: " + neverSeen + " | " + wg0},
			{5, "wg0 up hq", "", "/site down 0: " + neverSeen + " | " + wg0},
			{6, "wg0 up hq, wg7 up site", "", "/site disabled 6: runs as wg7 | " + wg0 + " | wg7/site up 6: reported up"},
			{7, "wg0 up hq", "services hq, site", "/site disabled 6: runs as wg7 | " + wg0 + " | wg7/site down 7: " + notRunning},
			{16, "wg0 up hq, wg7 up site", "", wg0 + " | wg7/site up 16: reported up"},
		}},
		{"never seen and renamed, removed, listed again: no label twice", []poll{
			{0, "", "services old", "/old down 0: " + neverSeen},
			{1, "", "services new", "/new down 1: " + neverSeen + " | /old disabled 1: no longer expected under this name"},
			{2, "", "services old", "/old down 2: " + neverSeen + " | /new disabled 2: no longer expected under this name"},
			{3, "", "services empty", "/new disabled 2: no longer expected under this name | /old disabled 3: no longer expected under this name"},
			{12.5, "", "", "/old disabled 3: no longer expected under this name"},
			{13, "", "", ""},
		}},
		{"a name that could not be read may be any: nothing is known to be removed", []poll{
			{0, "wg0 up hq, wg1 up site", "services ?", wg0 + " | wg1/site up 0: reported up"},
			{1, "wg0 up hq", "services hq, ?", wg0 + " | wg1/site down 1: " + notRunning},
			{2, "wg0 up hq", "services hq", wg0 + " | wg1/site disabled 2: " + offOrGone},
		}},
		{"same name twice: which one stopped is known by its device", []poll{
			{0, "wg0 up hq, wg1 up hq", "services hq, hq", wg0 + " | wg1/hq up 0: reported up"},
			{1, "wg1 up hq", "services hq, hq", "wg0/hq down 1: " + notRunning + " | wg1/hq up 0: reported up"},
		}},
	})
}

func TestExpectedBySettingsAndServices(t *testing.T) {
	policy := Policy{ForgetAfter: time.Hour, Expect: []Expectation{{Device: "wg1", Name: "site"}}}
	runScripts(t, policy, []script{
		{"the settings name the device: there is one row, whatever the list says", []poll{
			{0, "wg0 up hq", "services hq, site", "wg0/hq up 0: reported up | wg1/site down 0: " + missingExpected},
			{1, "wg0 up hq", "services hq", "wg0/hq up 0: reported up | wg1/site down 0: " + missingExpected},
		}},
		{"expected stays down though it was switched off", []poll{
			{0, "wg1 up site", "", "wg1/site up 0: reported up"},
			{1, "", "services empty; service off", "wg1/site down 1: " + offExpected},
			{2, "wg1 (none)", "service off", "wg1/site down 1: created but not configured"},
			{3, "", "configuration wg1 off site; service on", "wg1/site down 1: " + nothingRuns},
		}},
	})
}

func TestExpectedByConfiguration(t *testing.T) {
	const wg0 = "wg0/hq up 0: reported up"
	runScripts(t, Policy{ForgetAfter: time.Hour}, []script{
		{"without the privilege, what was seen counts", []poll{
			{0, "wg0 up hq", "configuration forbidden", wg0},
			{1, "", "", "wg0/hq down 1: " + missingSeen},
			{62, "", "", ""},
		}},
		{"a configuration from before it vanished proves nothing", []poll{
			{0, "wg0 up hq, wg1 up site", "configuration wg0 on hq, wg1 off site", wg0 + " | wg1/site up 0: reported up"},
			{1, "wg0 up hq", "configuration fail", wg0 + " | wg1/site down 1: " + missingSeen},
			{2, "wg0 up hq", "configuration wg0 on hq, wg1 off site", wg0 + " | wg1/site disabled 2: " + offInConfig},
		}},
		{"removed, though the last reading that worked had it", []poll{
			{0, "wg0 up hq, wg1 up site", "configuration wg0 on hq", wg0 + " | wg1/site up 0: reported up"},
			{1, "wg0 up hq", "", wg0 + " | wg1/site down 1: " + missingSeen},
		}},
		{"stopped, disabled for as long as it takes, enabled, removed", []poll{
			{0, "wg0 up hq, wg1 up site", "configuration wg0 on hq, wg1 on site", wg0 + " | wg1/site up 0: reported up"},
			{1, "wg0 up hq", "configuration wg0 on hq, wg1 on site", wg0 + " | wg1/site down 1: " + notRunning},
			{600, "wg0 up hq", "configuration wg0 on hq, wg1 off site", wg0 + " | wg1/site disabled 600: " + offInConfig},
			{900, "wg0 up hq", "", wg0 + " | wg1/site disabled 600: " + offInConfig},
			{901, "wg0 up hq", "configuration wg0 on hq, wg1 on site", wg0 + " | wg1/site down 901: " + notRunning},
			{902, "wg0 up hq", "configuration wg0 on hq", wg0 + " | wg1/site disabled 902: removed from the configuration"},
			{903, "wg0 up hq", "configuration wg0 on hq, wg1 on site", wg0 + " | wg1/site down 903: " + notRunning},
			{904, "wg0 up hq", "configuration wg0 on hq", wg0 + " | wg1/site disabled 904: no longer expected"},
			{914, "wg0 up hq", "", wg0},
		}},
		{"never seen: down or disabled from the first moment, with its device", []poll{
			{0, "wg0 up hq", "configuration wg0 on hq, wg1 on site, wg2 off branch", wg0 + " | wg1/site down 0: " + notRunning + " | wg2/branch disabled 0: " + offInConfig},
			{1, "wg0 up hq", "configuration fail", wg0 + " | wg1/site down 0: " + notRunning + " | wg2/branch disabled 0: " + offInConfig},
			{2, "wg0 up hq, wg1 up site", "", wg0 + " | wg1/site up 2: reported up | wg2/branch disabled 0: " + offInConfig},
			{3, "wg0 up hq, wg1 up site", "configuration wg0 on hq, wg1 on site", wg0 + " | wg1/site up 2: reported up | wg2/branch disabled 3: no longer expected"},
		}},
		{"a name without a device is found by the name, and one with the device counts first", []poll{
			{0, "wg0 up hq, wg1 up site", "", wg0 + " | wg1/site up 0: reported up"},
			{1, "wg0 up hq", "configuration - off site, wg0 on hq", wg0 + " | wg1/site disabled 1: " + offInConfig},
			{2, "wg0 up hq", "configuration - off site, wg1 on site", wg0 + " | wg1/site down 2: " + notRunning},
		}},
		{"a device without a name", []poll{
			{0, "wg0 up hq", "configuration wg0 on hq, wg1 on", wg0 + " | wg1 down 0: " + notRunning},
		}},
		{"the configuration outdoes the list of services", []poll{
			{0, "wg0 up hq, wg1 up site", "services hq", wg0 + " | wg1/site up 0: reported up"},
			{1, "wg0 up hq", "services hq, other; configuration wg0 on hq, wg1 on site", wg0 + " | wg1/site down 1: " + notRunning},
		}},
	})
}

// The switch of the whole service is asked only while nothing runs.
func TestServiceSwitch(t *testing.T) {
	runScripts(t, Policy{ForgetAfter: time.Hour}, []script{
		{"cannot be asked", []poll{
			{0, "wg0 up hq", "", "wg0/hq up 0: reported up"},
			{1, "", "service fail", "wg0/hq down 1: " + missingSeen},
			{2, "wg0 (none)", "service fail", "wg0/hq down 1: created but not configured"},
		}},
		{"on, and nothing answers", []poll{
			{0, "wg0 up hq", "services hq", "wg0/hq up 0: reported up"},
			{1, "", "service on", "wg0/hq down 1: " + nothingRuns},
			{2, "", "services hq; service on", "wg0/hq down 1: " + nothingRuns},
			{3, "", "services hq, site; service on", "/site down 3: " + nothingRuns + " | wg0/hq down 1: " + nothingRuns},
			{4, "wg0 (none)", "service on", "/site down 3: " + nothingRuns + " | wg0/hq down 1: created but not configured"},
			{5, "wg0 up hq", "", "/site down 3: " + neverSeen + " | wg0/hq up 5: reported up"},
		}},
		{"off: disabled, for as long as it is off", []poll{
			{0, "wg0 up hq", "", "wg0/hq up 0: reported up"},
			{1, "", "service off", "wg0/hq disabled 1: " + switchedOff},
			{600, "", "service off", "wg0/hq disabled 1: " + switchedOff},
			{601, "wg0 up hq", "", "wg0/hq up 601: reported up"},
		}},
		{"off and rebooted", []poll{
			{0, "wg0 up hq, wg1 up", "", "wg0/hq up 0: reported up | wg1 up 0: reported up"},
			{1, "wg0 (none)", "service off", "wg0/hq disabled 1: created, but WireGuard is switched off on this firewall | wg1 disabled 1: " + switchedOff},
			{2, "wg0 up hq, wg1 (none)", "", "wg0/hq up 2: reported up | wg1 down 2: created but not configured"},
		}},
		{"off, what was never seen running too", []poll{
			{0, "wg0 up hq", "services hq, site", "/site down 0: " + neverSeen + " | wg0/hq up 0: reported up"},
			{1, "", "service off", "/site disabled 1: " + switchedOff + " | wg0/hq disabled 1: " + switchedOff},
			{2, "", "services empty; service off", "/site disabled 2: no longer expected under this name | wg0/hq disabled 1: " + switchedOff},
		}},
		{"off, and the configuration has them enabled", []poll{
			{0, "", "configuration wg0 on hq, wg1 off site; service off", "wg0/hq disabled 0: " + switchedOff + " | wg1/site disabled 0: " + switchedOff},
			{1, "", "service on", "wg0/hq down 1: " + nothingRuns + " | wg1/site disabled 0: " + offInConfig},
		}},
	})
}
