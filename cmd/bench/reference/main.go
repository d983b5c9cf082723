// The reference is what the served queries are compared with: a back end that
// keeps nothing. It fetches, decodes with encoding/json and makes the table of peers
// for each query, as a data source for JSON of any kind must. It is served by the
// same SDK, keeps its connections and judges nothing: what takes a past to know is
// null.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/datasource"
	"github.com/grafana/grafana-plugin-sdk-go/backend/instancemgmt"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/cmd/bench/plain"
)

func main() {
	if err := datasource.Manage("reference-datasource", newSource, datasource.ManageOpts{}); err != nil {
		os.Exit(1)
	}
}

// source is one data source that reads one firewall.
type source struct {
	client           *http.Client
	name, url        string
	apiKey, password string
}

var _ backend.QueryDataHandler = (*source)(nil)

func newSource(_ context.Context, settings backend.DataSourceInstanceSettings) (instancemgmt.Instance, error) {
	var general struct {
		Firewalls []struct {
			ID, Name, URL string
			TLS           struct{ CA string }
		}
	}
	if err := json.Unmarshal(settings.JSONData, &general); err != nil {
		return nil, err
	}
	if len(general.Firewalls) != 1 {
		return nil, errors.New("the reference reads one firewall")
	}
	f := general.Firewalls[0]
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM([]byte(f.TLS.CA))
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: trusted}
	transport.MaxIdleConnsPerHost = 100 // as many as ask at once, and more
	return &source{
		client: &http.Client{Transport: transport}, name: f.Name, url: f.URL,
		apiKey: settings.DecryptedSecureJSONData[f.ID+".apiKey"], password: settings.DecryptedSecureJSONData[f.ID+".apiSecret"],
	}, nil
}

// QueryData answers every query with the table of peers.
func (s *source) QueryData(ctx context.Context, req *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
	resp := backend.NewQueryDataResponse()
	for _, q := range req.Queries {
		a, err := s.fetch(ctx)
		if err != nil {
			resp.Responses[q.RefID] = backend.ErrDataResponse(backend.StatusBadGateway, err.Error())
			continue
		}
		resp.Responses[q.RefID] = backend.DataResponse{Frames: data.Frames{s.table(a.Rows)}}
	}
	return resp, nil
}

// fetch reads all rows, which takes one call.
func (s *source) fetch(ctx context.Context) (plain.Answer, error) {
	var a plain.Answer
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/api/wireguard/service/show", strings.NewReader(`{"current":1,"rowCount":-1}`))
	if err != nil {
		return a, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth(s.apiKey, s.password)
	resp, err := s.client.Do(req)
	if err != nil {
		return a, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return a, fmt.Errorf("the firewall answers %s", resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
		return a, err
	}
	_, err = io.Copy(io.Discard, resp.Body) // so that the connection can be used again
	return a, err
}
