package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/prometheus/prompb"
	"github.com/prometheus/prometheus/util/compression"
)

const prometheusProgram = "prometheus"

// prometheus is a process of a real one, with an empty store in a directory.
type prometheus struct {
	cmd     *exec.Cmd
	ended   chan struct{}
	said    string // file with its log
	address string
	client  *http.Client

	before, after rss // empty, and with all samples
}

// startPrometheus starts the one that is installed, on a free port of this machine.
func startPrometheus(ctx context.Context, dir string) (p *prometheus, err error) {
	for range 3 { // another process may take the port first
		if p, err = tryPrometheus(ctx, dir); err == nil {
			return p, nil
		}
	}
	return nil, err
}

func tryPrometheus(ctx context.Context, dir string) (*prometheus, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	_ = l.Close()
	config := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(config, nil, 0o600); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "prometheus.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	// Compression would only cost it time here.
	p := &prometheus{address: "http://" + address, said: log.Name(), ended: make(chan struct{}), client: &http.Client{Transport: &http.Transport{DisableCompression: true}}}
	p.cmd = exec.CommandContext(ctx, prometheusProgram, "--config.file="+config, "--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--storage.tsdb.retention.time=30d", "--web.enable-remote-write-receiver", "--web.listen-address="+address, "--log.level=warn")
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, log, log
	p.cmd.Env = []string{"HOME=" + dir, "TMPDIR=" + dir} // no proxy of this machine
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.ended)
	}()
	if err := p.ready(ctx); err != nil {
		p.kill()
		return nil, p.explain(err)
	}
	p.before = readRSS(p.cmd.Process.Pid)
	return p, nil
}

func (p *prometheus) kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
	p.client.CloseIdleConnections()
}

// explain adds what Prometheus logged to an error.
func (p *prometheus) explain(err error) error {
	said, _ := os.ReadFile(p.said)
	return fmt.Errorf("%w\nPrometheus said: %s", err, bytes.TrimSpace(said))
}

func (p *prometheus) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, time.Minute, errors.New("it is not ready after a minute"))
	defer cancel()
	for {
		if _, err := p.get(ctx, "/-/ready", nil); err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return errors.New("it ended")
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (p *prometheus) get(ctx context.Context, path string, parameters url.Values) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.address+path+"?"+parameters.Encode(), nil)
	if err != nil {
		return nil, err
	}
	return p.do(req)
}

func (p *prometheus) do(req *http.Request) ([]byte, error) {
	resp, err := p.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode/100 != 2 {
		err = fmt.Errorf("%s is answered with %s: %s", req.URL.Path, resp.Status, bytes.TrimSpace(body))
	}
	return body, err
}

// write sends samples as another Prometheus would.
func (p *prometheus) write(ctx context.Context, series []prompb.TimeSeries) error {
	raw, err := (&prompb.WriteRequest{Timeseries: series}).Marshal()
	if err != nil {
		return err
	}
	packed, err := compression.Encode(compression.Snappy, raw, nil)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.address+"/api/v1/write", bytes.NewReader(packed))
	if err != nil {
		return err
	}
	for name, v := range map[string]string{
		"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy", "X-Prometheus-Remote-Write-Version": "0.1.0",
	} {
		req.Header.Set(name, v)
	}
	if _, err = p.do(req); err != nil {
		return p.explain(err)
	}
	return nil
}

// promAnswer is what a query is answered with, a range query and an instant one.
type promAnswer struct {
	Data struct {
		Result []struct {
			Metric map[string]string `json:"metric"`
			Values []promPoint       `json:"values"`
			Value  promPoint         `json:"value"`
		} `json:"result"`
	} `json:"data"`
}

// promPoint is [1435781430.781,"1"].
type promPoint struct{ at, value float64 }

func (p *promPoint) UnmarshalJSON(raw []byte) (err error) {
	at, v, found := bytes.Cut(bytes.Trim(raw, "[]"), []byte(","))
	if !found {
		return fmt.Errorf("%s is no point", raw)
	}
	if p.at, err = strconv.ParseFloat(string(at), 64); err == nil {
		p.value, err = strconv.ParseFloat(string(bytes.Trim(v, `"`)), 64)
	}
	return err
}

// query asks as Grafana's own data source for Prometheus does, and reads the
// numbers.
func (p *prometheus) query(ctx context.Context, q question) (promAnswer, error) {
	var a promAnswer
	body, err := p.read(ctx, q)
	if err == nil {
		err = json.Unmarshal(body, &a)
	}
	return a, err
}

// read asks, and leaves the answer as it is.
func (p *prometheus) read(ctx context.Context, q question) ([]byte, error) {
	seconds := func(at time.Time) string { return fmt.Sprintf("%.3f", float64(at.UnixMilli())/1000) }
	if q.instant {
		return p.get(ctx, "/api/v1/query", url.Values{"query": {q.expr}, "time": {seconds(q.to)}})
	}
	r := q.steps()
	return p.get(ctx, "/api/v1/query_range", url.Values{
		"query": {q.expr}, "start": {seconds(r.From)}, "end": {seconds(r.To)}, "step": {fmt.Sprint(r.Step.Seconds())},
	})
}

// answers are the numbers of an answer.
func (a promAnswer) answers() answers {
	out := answers{}
	for _, s := range a.Data.Result {
		delete(s.Metric, "__name__")
		points := map[int64]float64{}
		if s.Values == nil {
			s.Values = []promPoint{s.Value}
		}
		for _, p := range s.Values {
			points[int64(math.Round(p.at*1000))] = p.value
		}
		out[data.Labels(s.Metric).String()] = points
	}
	return out
}

// settle waits until it has put its samples in order, which it does in the
// background. A machine that is too busy for that fails nothing.
func (p *prometheus) settle(ctx context.Context) error {
	const pause, calm, patience = time.Second, 0.1, 20
	for before, n := math.Inf(-1), 0; n < patience; n++ {
		page, err := p.get(ctx, "/metrics", nil)
		if err != nil {
			return err
		}
		taken := math.NaN() // where it does not tell there is no waiting
		if m := cpuLine.FindSubmatch(page); m != nil {
			if taken, err = strconv.ParseFloat(string(m[1]), 64); err != nil {
				return err
			}
		}
		p.after = readRSS(p.cmd.Process.Pid)
		if !(taken-before > calm) {
			return nil
		}
		before = taken
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	return nil
}

var cpuLine = regexp.MustCompile(`(?m)^process_cpu_seconds_total (\S+)$`)
