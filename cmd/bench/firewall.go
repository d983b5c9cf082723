package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/grafanahost"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/internal/simulator"
)

const (
	// pollInterval is the longest that may be set, so that a measurement lies
	// within one.
	pollInterval = 2 * time.Minute
	showPath     = "/api/wireguard/service/show"
	// defaultPage is how many rows OPNsense sends unless asked for all of them.
	defaultPage = 9_999
)

func addFirewall(lab *simulator.Lab, peers int) (*simulator.LightFirewall, error) {
	return lab.AddLight(simulator.LightConfig{
		APIConfig: simulator.APIConfig{Name: fmt.Sprintf("peers-%d", peers)}, Peers: peers,
	})
}

// addFleet starts so many firewalls with so many peers each.
func addFleet(lab *simulator.Lab, size, peers int) ([]*simulator.LightFirewall, error) {
	var fleet []*simulator.LightFirewall
	for i := range size {
		f, err := lab.AddLight(simulator.LightConfig{APIConfig: simulator.APIConfig{Name: fmt.Sprintf("fw-%03d", i)}, Peers: peers})
		if err != nil {
			return nil, err
		}
		fleet = append(fleet, f)
	}
	return fleet, nil
}

// save saves a data source that reads this firewall alone, once in a measurement.
func save(host *grafanahost.Host, lab *simulator.Lab, f *simulator.LightFirewall, uid string) (*grafanahost.DataSource, error) {
	return saveFleet(host, lab, uid, pollInterval, f)
}

// saveFleet saves a data source that reads these firewalls.
func saveFleet(host *grafanahost.Host, lab *simulator.Lab, uid string, every time.Duration, fleet ...*simulator.LightFirewall) (*grafanahost.DataSource, error) {
	settings, secrets := fleetSettings(lab, every, fleet...)
	return host.Save(uid, uid, settings, secrets)
}

// fleetSettings are jsonData and secrets of a data source that reads these firewalls.
func fleetSettings(lab *simulator.Lab, every time.Duration, fleet ...*simulator.LightFirewall) (settings map[string]any, secrets map[string]string) {
	var entries []any
	secrets = map[string]string{}
	for _, f := range fleet {
		entries = append(entries, map[string]any{
			"id": f.Name(), "name": f.Name(), "url": f.URL(),
			"tls": map[string]any{"mode": "ca", "ca": string(lab.CAPEM())},
		})
		secrets[f.Name()+".apiKey"], secrets[f.Name()+".apiSecret"] = f.APIKey(), f.APISecret()
	}
	return map[string]any{"pollInterval": every.String(), "requestTimeout": "25s", "firewalls": entries}, secrets
}

// showAnswer is what a firewall with so many peers answers, all rows on one page.
func showAnswer(ctx context.Context, peers int) ([]byte, error) {
	lab := simulator.NewLab(nil)
	defer lab.Close()
	f, err := addFirewall(lab, peers)
	if err != nil {
		return nil, err
	}
	body, err := fetchShow(ctx, lab, f)
	if err != nil {
		return nil, err
	}
	return asOPNsense(body)
}

func fetchShow(ctx context.Context, lab *simulator.Lab, f *simulator.LightFirewall) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.URL()+showPath, strings.NewReader(`{"rowCount":-1}`))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth(f.APIKey(), f.APISecret())
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(lab.CAPEM())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the simulated firewall answers %s", resp.Status)
	}
	return io.ReadAll(resp.Body)
}

// asOPNsense shuffles the rows, which come in no stable order from a real
// firewall (sorting what is sorted costs little), and writes slashes as PHP does.
func asOPNsense(body []byte) ([]byte, error) {
	var page struct {
		Total    int               `json:"total"`
		RowCount int               `json:"rowCount"`
		Current  int               `json:"current"`
		Rows     []json.RawMessage `json:"rows"`
	}
	if err := json.Unmarshal(body, &page); err != nil {
		return nil, err
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(page.Rows), func(i, j int) {
		page.Rows[i], page.Rows[j] = page.Rows[j], page.Rows[i]
	})
	body, err := json.Marshal(page)
	return bytes.ReplaceAll(body, []byte("/"), []byte(`\/`)), err
}
