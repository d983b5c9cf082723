package alertrules

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// DataSource is whose rules are written.
type DataSource struct {
	UID, Name string
	OrgID     int64 // 0 means the first organisation
}

// Default is the data source that provisioning/ ships.
var Default = DataSource{UID: "opnsense-wireguard", Name: groupName, OrgID: 1}

const (
	longest   = 40 // characters of a rule's uid, by Grafana's leave
	longSlug  = 20 // of the longest slug; a test holds it
	groupName = "OPNsense WireGuard"
)

// plain is a uid that may stand at the beginning of a rule's. It is shorter than
// a hash, so that none can be taken for one.
var plain = regexp.MustCompile(`^[A-Za-z0-9_-]{1,18}$`)

// ruleUID is unique to data source and rule, and changes with neither's name.
func (d DataSource) ruleUID(r *rule) string {
	uid := d.UID
	if !plain.MatchString(uid) {
		uid = hash(uid, longest-longSlug-1)
	}
	return uid + "-" + r.slug
}

// Group is the name of the group of rules. Two data sources never share one:
// Grafana's API replaces a group as a whole.
func (d DataSource) Group() string {
	if d.UID == Default.UID {
		return groupName
	}
	id := hash(d.UID, 8)
	name := strings.TrimSpace(strings.TrimPrefix(harmless(d.Name), groupName))
	name = strings.TrimSpace(cut(name, longest-len(groupName)-len(id)-2))
	if name == "" {
		return groupName + " " + id
	}
	return groupName + " " + name + " " + id
}

func hash(s string, digits int) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])[:digits]
}

// harmless leaves letters and digits: a group's name stands in addresses, and
// Grafana expands $NAME in files.
func harmless(name string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" ._-", r) {
			return '-'
		}
		return r
	}, name)
}

// cut keeps at most so many bytes, and no half letter.
func cut(s string, most int) string {
	for len(s) > most {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}
