package query

import "testing"

func TestMatchers(t *testing.T) {
	for _, tt := range []struct {
		name   string
		values []string
		given  []string
		want   bool
	}{
		{"another name", []string{"wg0"}, []string{"wg1", "site"}, false},
		{"a part of the name", []string{"wg"}, []string{"wg0"}, false},
		{"the case matters", []string{"WG0"}, []string{"wg0"}, false},
		{"a space matters", []string{"wg0"}, []string{"wg0 "}, false},
		{"no name at all", []string{"wg0"}, nil, false},
		{"a text is no expression", []string{"wg."}, []string{"wg0"}, false},
		{"expression on a part", []string{"/g0/"}, []string{"wg0"}, false},
		{"expression on the beginning", []string{"/wg/"}, []string{"wg0"}, false},
		{"alternatives on a part", []string{"/wg1|wg/"}, []string{"wg0"}, false},
		{"second alternative on the end", []string{"/a|g0/"}, []string{"wg0"}, false},
		{"a line of several", []string{"/(?m)^wg0$/"}, []string{"wg0\nwg1"}, false},
		{"empty expression", []string{"//"}, []string{"wg0"}, false},

		{"no matcher", nil, []string{"wg0"}, true},
		{"no matcher and no name", nil, nil, true},
		{"the first name", []string{"wg0"}, []string{"wg0", "site"}, true},
		{"the second name", []string{"site"}, []string{"wg0", "site"}, true},
		{"the second value", []string{"wg9", "site"}, []string{"wg0", "site"}, true},
		{"whole expression", []string{"/wg[0-9]/"}, []string{"wg0"}, true},
		{"the shorter alternative first", []string{"/wg|wg0/"}, []string{"wg0"}, true},
		{"a lazy expression", []string{"/w.*?/"}, []string{"wg0"}, true},
		{"anchors of its own", []string{"/^wg0$/"}, []string{"wg0"}, true},
		{"without case", []string{"/(?i)WG0/"}, []string{"wg0"}, true},
		{"an open quotation", []string{`/\Qwg.0/`}, []string{"wg.0"}, true},
		{"an expression over nothing", []string{"//"}, []string{""}, true},
		{"slashes within", []string{"/a/b/"}, []string{"a/b"}, true},
		{"a key", []string{"QUWBBK+6OwoVEIYeeVWoJ/b408onpxmf2VkA48o97yY="}, []string{"alice", "QUWBBK+6OwoVEIYeeVWoJ/b408onpxmf2VkA48o97yY="}, true},
		{"other alphabets", []string{"/日本.*/"}, []string{"日本語"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := mustMatchers(t, tt.values...).Match(tt.given...); got != tt.want {
				t.Errorf("%q.Match(%q) = %v, want %v", tt.values, tt.given, got, tt.want)
			}
		})
	}
}
