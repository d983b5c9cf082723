package wireguard

import (
	"testing"
	"time"
)

func TestMovedAndRenamed(t *testing.T) {
	const wg0 = "wg0/hq up 0: reported up"
	runScripts(t, Policy{ForgetAfter: time.Hour}, []script{
		{"same key on two interfaces, one stops: it did not move", []poll{
			{0, "wg0 up hq key=k, wg1 up site key=k", "", wg0 + " | wg1/site up 0: reported up"},
			{1, "wg0 up hq key=k", "", wg0 + " | wg1/site down 1: " + missingSeen},
			{2, "wg1 up site key=k", "", "wg0/hq down 2: " + missingSeen + " | wg1/site up 2: reported up"},
			{3, "", "", "wg0/hq down 2: " + missingSeen + " | wg1/site down 3: " + missingSeen},
			{4, "wg0 up hq key=k", "", "wg0/hq up 4: reported up | wg1/site down 3: " + missingSeen},
		}},
		{"same name twice, one stops: it did not move", []poll{
			{0, "wg0 up hq, wg1 up hq", "", wg0 + " | wg1/hq up 0: reported up"},
			{1, "wg0 up hq", "", wg0 + " | wg1/hq down 1: " + missingSeen},
			{2, "wg1 up hq", "", "wg0/hq down 2: " + missingSeen + " | wg1/hq up 2: reported up"},
		}},
		{"without name and key nothing moves", []poll{
			{0, "wg0 up key=", "", "wg0 up 0: reported up"},
			{1, "wg1 up key=", "", "wg0 down 1: " + missingSeen + " | wg1 up 1: reported up"},
		}},
		{"a name that two others have now is not unique", []poll{
			{0, "wg0 up hq", "", wg0},
			{1, "wg1 up hq, wg2 up hq", "", "wg0/hq down 1: " + missingSeen + " | wg1/hq up 1: reported up | wg2/hq up 1: reported up"},
		}},
		{"moved by its key; the ghost leaves after 10 minutes", []poll{
			{0, "wg0 up hq key=k", "", wg0},
			{1, "wg5 up new key=k", "", "wg0/hq disabled 1: moved to wg5 | wg5/new up 1: reported up"},
			{10.9, "wg5 up new key=k", "", "wg0/hq disabled 1: moved to wg5 | wg5/new up 1: reported up"},
			{11, "wg5 up new key=k", "", "wg5/new up 1: reported up"},
		}},
		{"moved by its name, with a new key", []poll{
			{0, "wg0 up hq", "", wg0},
			{1, "wg5 up hq", "", "wg0/hq disabled 1: moved to wg5 | wg5/hq up 1: reported up"},
		}},
		{"moved while missing, and there and back", []poll{
			{0, "wg0 up hq", "", wg0},
			{1, "", "", "wg0/hq down 1: " + missingSeen},
			{2, "wg5 down hq", "empty", "wg0/hq disabled 2: moved to wg5 | wg5/hq down 2: reported down"},
			{3, "wg0 up hq", "", "wg0/hq up 3: reported up | wg5/hq disabled 3: moved to wg0"},
			{4, "wg5 up hq", "", "wg0/hq disabled 4: moved to wg5 | wg5/hq up 4: reported up"},
		}},
		{"the new device stops: only that one is missing", []poll{
			{0, "wg0 up hq", "", wg0},
			{1, "wg5 up hq", "", "wg0/hq disabled 1: moved to wg5 | wg5/hq up 1: reported up"},
			{2, "", "", "wg0/hq disabled 1: moved to wg5 | wg5/hq down 2: " + missingSeen},
		}},
		{"a reported row never moves, whatever has its key", []poll{
			{0, "wg0 up hq key=k", "", wg0},
			{1, "wg0 down hq key=k, wg5 up hq key=k", "empty", "wg0/hq down 1: reported down | wg5/hq up 1: reported up"},
		}},
		{"renamed: the old label goes, the status has not changed", []poll{
			{0, "wg0 up hq", "", wg0},
			{1, "wg0 up head", "", "wg0/head up 0: reported up | wg0/hq disabled 1: renamed to head"},
			{2, "wg0 up", "", "wg0/head up 0: reported up | wg0/hq disabled 1: renamed to head"},
			{11, "wg0 up head", "", "wg0/head up 0: reported up"},
		}},
		{"renamed while missing: what fires resolves", []poll{
			{0, "wg0 up hq", "", wg0},
			{1, "", "", "wg0/hq down 1: " + missingSeen},
			{2, "wg0 up head", "", "wg0/head up 2: reported up | wg0/hq disabled 2: renamed to head"},
			{3, "", "", "wg0/head down 3: " + missingSeen + " | wg0/hq disabled 2: renamed to head"},
		}},
		{"renamed there and back: no label twice", []poll{
			{0, "wg0 up a", "", "wg0/a up 0: reported up"},
			{1, "wg0 up b", "", "wg0/b up 0: reported up | wg0/a disabled 1: renamed to b"},
			{2, "wg0 up a", "", "wg0/a up 0: reported up | wg0/b disabled 2: renamed to a"},
			{3, "wg0 up b", "", "wg0/b up 0: reported up | wg0/a disabled 3: renamed to b"},
		}},
		{"renamed while it does not run, as the list of services tells", []poll{
			{0, "wg0 up hq, wg1 up old", "services hq, old", wg0 + " | wg1/old up 0: reported up"},
			{1, "wg0 up hq", "services hq, old", wg0 + " | wg1/old down 1: " + notRunning},
			{2, "wg0 up hq", "services hq, new", "/new down 2: " + neverSeen + " | " + wg0 + " | wg1/old disabled 2: " + offOrGone},
			{3, "wg0 up hq, wg1 up new", "", "/new disabled 3: runs as wg1 | " + wg0 + " | wg1/new up 3: reported up | wg1/old disabled 2: " + offOrGone},
		}},
		{"removed and configured anew: no label twice", []poll{
			{0, "wg0 up hq", "configuration wg0 on hq", wg0},
			{1, "", "configuration empty", "wg0/hq disabled 1: removed from the configuration"},
			{2, "", "configuration wg0 on hq", "wg0/hq down 2: " + notRunning},
		}},
		{"ghosts stay in the order of devices, after what is there", []poll{
			{0, "wg10 up b, wg2 up a", "", "wg2/a up 0: reported up | wg10/b up 0: reported up"},
			{1, "wg10 up d, wg2 up z, wg0 up", "services x", "/x down 1: " + neverSeen + " | wg0 up 1: reported up | wg2/z up 0: reported up | wg2/a disabled 1: renamed to z | wg10/d up 0: reported up | wg10/b disabled 1: renamed to d"},
		}},
	})
}

// An interface that the settings name by an old device has moved and is not missing.
func TestMovedThoughExpected(t *testing.T) {
	expect := func(e ...Expectation) Policy { return Policy{Expect: e, ForgetAfter: time.Hour} }
	site := expect(Expectation{Device: "wg1", Name: "site"})
	runScripts(t, site, []script{
		{"before it was ever seen", []poll{
			{0, "wg5 up site", "", "wg5/site up 0: reported up"},
			{1, "", "", "wg5/site down 1: " + missingSeen},
			{2, "wg5 up site", "", "wg5/site up 2: reported up"},
			{3, "wg1 up site", "", "wg1/site up 3: reported up | wg5/site disabled 3: moved to wg1"},
		}},
		{"after it was down", []poll{
			{0, "", "", "wg1/site down 0: " + missingExpected},
			{1, "wg5 up site", "", "wg1/site disabled 1: runs as wg5 | wg5/site up 1: reported up"},
			{2, "", "", "wg1/site disabled 1: runs as wg5 | wg5/site down 2: " + missingSeen},
			{12, "wg5 up site", "", "wg5/site up 12: reported up"},
		}},
		{"after it was seen", []poll{
			{0, "wg1 up site", "", "wg1/site up 0: reported up"},
			{1, "wg5 up site", "", "wg1/site disabled 1: moved to wg5 | wg5/site up 1: reported up"},
			{30, "wg5 up site", "", "wg5/site up 1: reported up"},
			{31, "wg5 up other", "", "wg1/site down 31: " + missingExpected + " | wg5/other up 1: reported up | wg5/site disabled 31: renamed to other"},
		}},
		{"where it moved to is gone for good: it is expected still", []poll{
			{0, "wg5 up site", "services site", "wg5/site up 0: reported up"},
			{1, "", "services empty", "wg5/site disabled 1: " + offOrGone},
			{2, "", "", "wg1/site down 2: " + missingExpected + " | wg5/site disabled 1: " + offOrGone},
		}},
		{"where it moved to is switched off with the whole service: expected is down all the same", []poll{
			{0, "wg5 up site", "", "wg5/site up 0: reported up"},
			{1, "", "service off", "wg1/site down 1: " + offExpected + " | wg5/site disabled 1: " + switchedOff},
		}},
		{"two have the name: neither is it", []poll{
			{0, "wg5 up site, wg6 up site", "", "wg1/site down 0: " + missingExpected + " | wg5/site up 0: reported up | wg6/site up 0: reported up"},
		}},
	})
	runScripts(t, expect(Expectation{Device: "wg1", Name: "site"}, Expectation{Device: "wg2", Name: "site"}), []script{
		{"two expected under the same name, one runs", []poll{
			{0, "wg2 up site", "", "wg1/site down 0: " + missingExpected + " | wg2/site up 0: reported up"},
			{1, "wg2 up site", "", "wg1/site down 0: " + missingExpected + " | wg2/site up 0: reported up"},
			{2, "", "", "wg1/site down 0: " + missingExpected + " | wg2/site down 2: " + missingExpected},
		}},
	})
	runScripts(t, expect(Expectation{Device: "wg1"}), []script{
		{"expected without a name", []poll{
			{0, "wg5 up", "", "wg1 down 0: " + missingExpected + " | wg5 up 0: reported up"},
		}},
	})
}
