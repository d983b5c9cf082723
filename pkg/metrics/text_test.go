package metrics

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/hostile"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

var update = flag.Bool("update", false, "write the golden file anew; read the difference before you commit it")

// oddNames are what a name may be: OPNsense and Grafana allow nearly all of it.
var oddNames = []string{`quo"ted`, "two\nlines", `back\slash`, "<b>bold</b>", "日本 & Ünï", "{brace=\"x\"} 7", "#hash", "tab\tand\r\x01", "\uFFFD"}

func fleet() []wireguard.Firewall {
	online := peer("wg0", "alice", wireguard.PeerOnline)
	online.RxBytes, online.TxBytes = 123_456_789_012, 9_007_199_254_740_991
	never := peer("wg0", "bob-phone", wireguard.PeerOffline)
	never.LatestHandshake, never.RxBytes = time.Time{}, 0
	site := peer("wg1", "branch-office", wireguard.PeerStale)
	site.Site, site.SiteDown, site.NoReturnTraffic = true, wireguard.FlagYes, wireguard.FlagNo
	twin := face("wg1", "site-to-site", wireguard.InterfaceUp)
	twin.BothNodesUp = wireguard.FlagNo
	odd := answering("branch \"east\"", []wireguard.Interface{face("wg0", "", wireguard.InterfaceUnknown)})
	for _, name := range oddNames {
		odd.Snapshot.Peers = append(odd.Snapshot.Peers, peer("wg0", name, wireguard.PeerUnknown))
	}
	silent := answering("silent", []wireguard.Interface{face("wg0", "net", wireguard.InterfaceUp)})
	silent.Err = errors.New("no answer")
	return []wireguard.Firewall{
		answering("hq", []wireguard.Interface{face("wg0", "road-warrior", wireguard.InterfaceDown), twin}, online, never, site), odd, silent,
	}
}

func samplesOf(firewalls []wireguard.Firewall) []Sample {
	var out []Sample
	for i := range firewalls {
		out = append(out, Of(&firewalls[i])...)
	}
	return out
}

func TestWriteGolden(t *testing.T) {
	var got bytes.Buffer
	if err := Write(&got, samplesOf(fleet())); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "exposition.txt")
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("no golden file: %v", err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("-golden +got:\n%s", diff)
	}
}

// What was written is what a scraper reads, whatever the names.
func TestWriteReadsBack(t *testing.T) {
	nasty := answering("nasty", nil)
	for _, name := range hostile.Names() {
		nasty.Snapshot.Interfaces = append(nasty.Snapshot.Interfaces, face("wg0", name, wireguard.InterfaceUp))
		nasty.Snapshot.Peers = append(nasty.Snapshot.Peers, peer(name, name, wireguard.PeerOnline))
	}
	samples := samplesOf(append(fleet(), nasty))
	var text bytes.Buffer
	if err := Write(&text, samples); err != nil {
		t.Fatal(err)
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(&text)
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, f := range Families() {
		for _, m := range families[f.Name].GetMetric() {
			s := Sample{Name: f.Name, Value: m.GetGauge().GetValue() + m.GetCounter().GetValue()}
			for _, l := range m.GetLabel() {
				s.Labels = append(s.Labels, Label{l.GetName(), l.GetValue()})
			}
			got = append(got, told([]Sample{s}))
		}
		for _, s := range samples {
			if s.Name == f.Name {
				want = append(want, told([]Sample{s}))
			}
		}
		if kind := families[f.Name].GetType().String(); !strings.EqualFold(kind, string(f.Type)) || families[f.Name].GetHelp() != f.Help {
			t.Errorf("%s: type %s, help %q", f.Name, kind, families[f.Name].GetHelp())
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWriteNothing(t *testing.T) {
	var got bytes.Buffer
	if err := Write(&got, nil); err != nil || got.Len() > 0 {
		t.Errorf("%v %q", err, got.String())
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestWriteFails(t *testing.T) {
	if err := Write(fullDisk{}, samplesOf(fleet())); err == nil || err.Error() != "write opnsense_up: full" {
		t.Error(err)
	}
}

func TestContentType(t *testing.T) {
	if want := string(expfmt.NewFormat(expfmt.TypeTextPlain)); ContentType != want {
		t.Errorf("%q, want %q", ContentType, want)
	}
}

func BenchmarkWrite(b *testing.B) {
	peers := make([]wireguard.Peer, 10_000)
	for i := range peers {
		peers[i] = peer("wg0", "alice", wireguard.PeerOnline)
	}
	f := answering("hq", nil, peers...)
	b.ReportAllocs()
	for b.Loop() {
		var text bytes.Buffer
		if err := Write(&text, Of(&f)); err != nil {
			b.Fatal(err)
		}
	}
}
