package faults

import (
	"net/http"
	"time"
)

var timeRows = []row{
	{name: "the firewall's clock is an hour ahead", fault: skewed(time.Hour), want: asEver},
	{name: "the firewall's clock is an hour behind", fault: skewed(-time.Hour), want: asEver},
	{name: "the firewall's clock is in 1970", fault: skewed(-20_000 * day), want: asEver},
	{name: "in the hour that summer time skips", setup: setup{zone: zone("Europe/Berlin")}, fault: field("peer", "latest-handshake-epoch", "2026-03-29 02:30:00"), want: asEver},
	{name: "in the hour that comes twice", setup: setup{zone: zone("Europe/Berlin")}, fault: field("peer", "latest-handshake-epoch", "2026-10-25 02:30:00"), want: asEver},
	{name: "leap second in the Date header", fault: headed(func(h http.Header) { h.Set("Date", "Sat, 31 Dec 2016 23:59:60 GMT") }), want: asEver},
	{name: "leap second in a handshake's text", fault: field("peer", "latest-handshake-epoch", "2016-12-31 23:59:60"), want: asEver},
	{name: "no Date header", fault: headed(func(h http.Header) { h["Date"] = nil }), want: asEver},
	{name: "Date header that is none", fault: headed(func(h http.Header) { h.Set("Date", "yesterday") }), want: asEver},
	{name: "age of a handshake that is not its time", fault: field("peer", "latest-handshake-age", 1), want: asEver},
}

func zone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

// skewed sets the firewall's clock wrong.
func skewed(by time.Duration) fault {
	return fault{door: func(f *firewall) (mend func()) {
		f.light.SetClockSkew(by)
		f.skew = by
		return func() {
			f.light.SetClockSkew(0)
			f.skew = 0
		}
	}}
}
