package wireguard

import (
	"testing"
	"time"
)

func TestStandbyOrDown(t *testing.T) {
	const (
		up         = "wg0 up 0: reported up"
		noBackup   = "reported down; no CARP address is BACKUP"
		notRead    = "reported down; virtual IPs could not be read, so it may be standby"
		noLonger   = "reported down; virtual IPs can no longer be read, so it may be standby"
		forbidden  = "reported down; CARP not readable"
		backupHere = "CARP vhid 1 is BACKUP here"
	)
	tests := []struct {
		name  string
		polls []poll
	}{
		{"BACKUP is standby, since it was so", []poll{
			{0, "wg0 down", "1 BACKUP", "wg0 standby 0: " + backupHere},
			{1, "wg0 down", "1 BACKUP", "wg0 standby 0: " + backupHere},
			{2, "wg0 up", "1 MASTER", "wg0 up 2: reported up"},
			{3, "wg0 down", "1 MASTER", "wg0 down 3: " + noBackup},
			{4, "wg0 down", "1 BACKUP", "wg0 standby 4: " + backupHere},
		}},
		{"INIT, DISABLED and words of later versions are no BACKUP", []poll{
			{0, "wg0 down", "1 INIT", "wg0 down 0: " + noBackup},
			{1, "wg0 down", "1 DISABLED", "wg0 down 0: " + noBackup},
			{2, "wg0 down", "1 backup", "wg0 down 0: " + noBackup},
		}},
		{"any candidate will do", []poll{
			{0, "wg0 down", "3 BACKUP, 1 MASTER", "wg0 standby 0: CARP vhid 3 is BACKUP here"},
			{1, "wg0 down", "3 BACKUP, 1 BACKUP", "wg0 standby 0: " + backupHere},
			{2, "wg0 down", "1 MASTER, 1 BACKUP", "wg0 standby 0: " + backupHere},
		}},
		{"addresses without CARP do not matter", []poll{
			{0, "wg0 down", "1 BACKUP ipalias", "wg0 down 0: reported down"},
			{1, "wg0 down", "0 BACKUP", "wg0 down 0: reported down"},
			{2, "wg0 down", "empty", "wg0 down 0: reported down"},
			{3, "wg0 down", "1 BACKUP ipalias, 1 MASTER", "wg0 down 0: " + noBackup},
		}},
		{"each interface on its own", []poll{
			{0, "wg0 up, wg1 down, wg2 odd", "1 BACKUP", up + " | wg1 standby 0: " + backupHere + ` | wg2 unknown 0: OPNsense says "odd"`},
		}},

		// Virtual IPs that cannot be read.
		{"never read is not known", []poll{
			{0, "wg0 down", "", "wg0 not known 0: " + notRead},
			{1, "wg0 down", "fail", "wg0 not known 0: " + notRead},
			{2, "wg0 down", "1 BACKUP", "wg0 standby 2: " + backupHere},
		}},
		{"without the privilege it is down", []poll{
			{0, "wg0 up", "forbidden", up},
			{1, "wg0 down", "", "wg0 down 1: " + forbidden},
			{60, "wg0 down", "1 BACKUP", "wg0 standby 60: " + backupHere},
			{61, "wg0 down", "forbidden", "wg0 down 61: " + forbidden},
		}},
		{"the last verdict holds for 5 minutes, then it is not known, which is no change", []poll{
			{0, "wg0 down", "1 BACKUP", "wg0 standby 0: " + backupHere},
			{5, "wg0 down", "fail", "wg0 standby 0: " + backupHere},
			{5.5, "wg0 down", "fail", "wg0 not known 0: " + noLonger},
			{9, "wg0 down", "1 BACKUP", "wg0 standby 0: " + backupHere},
			{15, "wg0 down", "fail", "wg0 not known 0: " + noLonger},
			{16, "wg0 down", "1 MASTER", "wg0 down 16: " + noBackup},
		}},
		{"the same for the verdict down", []poll{
			{0, "wg0 down", "1 MASTER", "wg0 down 0: " + noBackup},
			{5, "wg0 down", "fail", "wg0 down 0: " + noBackup},
			{6, "wg0 down", "fail", "wg0 not known 0: " + noLonger},
		}},
		{"went down unseen while reading failed", []poll{
			{0, "wg0 up", "1 MASTER", up},
			{6, "wg0 down", "fail", "wg0 not known 0: " + noLonger},
			{7, "wg0 down", "1 MASTER", "wg0 down 7: " + noBackup},
		}},
		{"old, but reading does not fail", []poll{
			{0, "wg0 up", "1 BACKUP", up},
			{9, "wg0 down", "", "wg0 standby 9: " + backupHere},
		}},
		{"without a candidate it stays down, however long reading fails", []poll{
			{0, "wg0 down", "empty", "wg0 down 0: reported down"},
			{60, "wg0 down", "fail", "wg0 down 0: reported down"},
		}},

		// Learned: which virtual IP decides over the interface.
		{"up for 10 minutes while BACKUP: that one does not decide", []poll{
			{0, "wg0 up", "1 BACKUP", up},
			{5, "wg0 up", "1 BACKUP", up},
			{10, "wg0 up", "1 BACKUP", up},
			{10.5, "wg0 down", "1 BACKUP", "wg0 down 10.5: reported down"},
			{11, "wg0 up", "1 MASTER", "wg0 up 11: reported up"},
			{11.5, "wg0 down", "1 BACKUP", "wg0 down 11.5: reported down"},
		}},
		{"what was learned of one does not hold for another", []poll{
			{0, "wg0 up", "1 BACKUP, 3 MASTER", up},
			{10, "wg0 up", "1 BACKUP, 3 MASTER", up},
			{11, "wg0 down", "1 BACKUP, 3 MASTER", "wg0 down 11: " + noBackup},
			{12, "wg0 down", "1 BACKUP, 3 BACKUP", "wg0 standby 12: CARP vhid 3 is BACKUP here"},
		}},
		{"what was learned for one interface does not hold for another", []poll{
			{0, "wg0 up, wg1 down", "1 BACKUP", up + " | wg1 standby 0: " + backupHere},
			{10, "wg0 up, wg1 down", "1 BACKUP", up + " | wg1 standby 0: " + backupHere},
			{11, "wg0 down, wg1 down", "1 BACKUP", "wg0 down 11: reported down | wg1 standby 0: " + backupHere},
		}},
		{"9 minutes are too short", []poll{
			{0, "wg0 up", "1 BACKUP", up},
			{9, "wg0 up", "1 BACKUP", up},
			{9.5, "wg0 down", "1 BACKUP", "wg0 standby 9.5: " + backupHere},
		}},
		{"an old reading teaches nothing", []poll{
			{0, "wg0 up", "1 BACKUP", up},
			{10, "wg0 up", "", up},
			{10.5, "wg0 down", "1 BACKUP", "wg0 standby 10.5: " + backupHere},
		}},
		{"MASTER in between starts it anew", []poll{
			{0, "wg0 up", "1 BACKUP", up},
			{5, "wg0 up", "1 MASTER", up},
			{10, "wg0 up", "1 BACKUP", up},
			{15, "wg0 up", "1 BACKUP", up},
			{16, "wg0 down", "1 BACKUP", "wg0 standby 16: " + backupHere},
		}},
		{"down in between starts it anew", []poll{
			{0, "wg0 up", "1 BACKUP", up},
			{5, "wg0 down", "", "wg0 standby 5: " + backupHere},
			{5.5, "wg0 up", "", "wg0 up 5.5: reported up"},
			{10, "wg0 up", "1 BACKUP", "wg0 up 5.5: reported up"},
			{11, "wg0 down", "1 BACKUP", "wg0 standby 11: " + backupHere},
		}},
		{"missing in between starts it anew and forgets nothing", []poll{
			{0, "wg0 up", "1 BACKUP, 2 MASTER", up},
			{10, "wg0 up", "1 BACKUP, 2 BACKUP", up},
			{11, "", "", "wg0 down 11: " + missingSeen},
			{12, "wg0 up", "", "wg0 up 12: reported up"},
			{20, "wg0 up", "1 BACKUP, 2 BACKUP", "wg0 up 12: reported up"},
			{21, "wg0 down", "1 BACKUP, 2 BACKUP", "wg0 standby 21: CARP vhid 2 is BACKUP here"},
		}},
		{"nobody watched for too long", []poll{
			{0, "wg0 up", "1 BACKUP", up},
			{60, "wg0 up", "1 BACKUP", up},
			{61, "wg0 down", "1 BACKUP", "wg0 standby 61: " + backupHere},
		}},
		{"readings too far apart, polls not", []poll{
			{0, "wg0 up", "1 BACKUP", up},
			{6, "wg0 up", "fail", up},
			{12, "wg0 up", "1 BACKUP", up},
			{13, "wg0 down", "1 BACKUP", "wg0 standby 13: " + backupHere},
		}},
		{"a clock set back teaches nothing", []poll{
			{60, "wg0 up", "1 BACKUP", "wg0 up 60: reported up"},
			{0, "wg0 up", "1 BACKUP", "wg0 up 60: reported up"},
			{1, "wg0 down", "1 BACKUP", "wg0 standby 1: " + backupHere},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { runScript(t, Policy{ForgetAfter: 168 * time.Hour}, tt.polls) })
	}
}

func TestCARPColumn(t *testing.T) {
	tests := []struct {
		polls []poll
		want  string
	}{
		{[]poll{{0, "wg0 up", "", "wg0 up 0: reported up"}}, ""},
		{[]poll{{0, "wg0 up", "empty", "wg0 up 0: reported up"}}, ""},
		{[]poll{{0, "wg0 up", "3 MASTER, 1 INIT, 2 BACKUP ipalias, 3 MASTER", "wg0 up 0: reported up"}}, "vhid 1 INIT, vhid 3 MASTER"},
		{[]poll{ // less what was ruled out
			{0, "wg0 up", "3 MASTER, 1 BACKUP", "wg0 up 0: reported up"},
			{10, "wg0 up", "3 MASTER, 1 BACKUP", "wg0 up 0: reported up"},
		}, "vhid 3 MASTER"},
		{[]poll{
			{0, "wg0 up", "3 MASTER", "wg0 up 0: reported up"},
			{1, "", "", "wg0 down 1: " + missingSeen},
		}, ""},
	}
	for _, tt := range tests {
		s := runScript(t, Policy{ForgetAfter: time.Hour}, tt.polls)
		if got := s.Interfaces[0].CARP; got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestDescribeVirtualIPs(t *testing.T) {
	for reading, want := range map[string]string{
		"":                                 "",
		"empty":                            "",
		"0 MASTER, 7 BACKUP ipalias":       "",
		"2 MASTER, 1 BACKUP, 1 MASTER":     "vhid 1 BACKUP, vhid 1 MASTER, vhid 2 MASTER",
		"1 BACKUP, 1 BACKUP, 10 LATERWORD": "vhid 1 BACKUP, vhid 10 LATERWORD",
	} {
		if got := (VirtualIPs{}).then(reading, start).Describe(); got != want {
			t.Errorf("%q: got %q, want %q", reading, got, want)
		}
	}
}
