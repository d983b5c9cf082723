package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"time"

	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/cmd/bench/plain"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/frames"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/opnsense"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/query"
	"github.com/opnsense-wireguard/opnsense-wireguard-datasource/pkg/wireguard"
)

// pipeline is the way of one answer through the plugin: decoded by the client,
// judged together with the snapshot before, made into the table of peers.
type pipeline struct {
	peers    int
	faces    int // interfaces
	body     []byte
	client   *opnsense.Client
	report   wireguard.Report    // of body, for the parts on their own
	snapshot *wireguard.Snapshot // of the poll before
	policy   wireguard.Policy
}

// canned answers every request with the same body, so that no network is measured.
type canned []byte

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header:        http.Header{"Content-Type": {"application/json; charset=UTF-8"}},
		ContentLength: int64(len(c)), Body: io.NopCloser(bytes.NewReader(c)),
	}, nil
}

func newPipeline(ctx context.Context, peers int) (*pipeline, error) {
	body, err := showAnswer(ctx, peers)
	if err != nil {
		return nil, err
	}
	return pipelineOf(ctx, body, peers, 1)
}

// pipelineOf takes the answer of a firewall with so many peers and interfaces.
func pipelineOf(ctx context.Context, body []byte, peers, faces int) (*pipeline, error) {
	client, err := opnsense.New(opnsense.Config{
		Name: "bench", URL: "https://firewall.invalid", APIKey: "key", APISecret: "secret",
	}, &http.Client{Transport: canned(body)})
	if err != nil {
		return nil, err
	}
	p := &pipeline{peers: peers, faces: faces, body: body, client: client, policy: wireguard.Policy{ForgetAfter: time.Hour}}
	if err := p.decode(ctx); err != nil {
		return nil, err
	}
	return p, p.join(ctx)
}

// decode is everything from the bytes of the answer to the report.
func (p *pipeline) decode(ctx context.Context) (err error) {
	if p.report, err = p.client.Show(ctx); err != nil {
		return err
	}
	if len(p.report.Peers) != p.peers || p.report.Oddities != nil {
		return fmt.Errorf("the client read %d peers of %d, oddities %v", len(p.report.Peers), p.peers, p.report.Oddities)
	}
	return nil
}

// join goes on from its own last snapshot, as polls do.
func (p *pipeline) join(context.Context) error {
	p.snapshot = wireguard.Join(p.snapshot, p.report, wireguard.Readings{}, p.policy)
	if len(p.snapshot.Peers) != p.peers || len(p.snapshot.Interfaces) != p.faces {
		return fmt.Errorf("the snapshot has %d peers of %d", len(p.snapshot.Peers), p.peers)
	}
	return nil
}

func (p *pipeline) frame(context.Context) error {
	built, err := frames.Build(query.Query{Type: query.Peers, Format: query.Table}, []wireguard.Firewall{{
		ID: "bench", Name: "bench", Snapshot: p.snapshot, Tried: p.snapshot.At, PollInterval: pollInterval,
	}})
	if err != nil {
		return err
	}
	if len(built) != 1 || built[0].Rows() != p.peers {
		return fmt.Errorf("the frame has not one row for each of %d peers", p.peers)
	}
	return nil
}

func (p *pipeline) whole(ctx context.Context) error {
	for _, part := range []func(context.Context) error{p.decode, p.join, p.frame} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// plain is what everything is compared with: the least that a program in Go does
// to read the answer as it comes from the network.
func (p *pipeline) plain(context.Context) error {
	var a plain.Answer
	if err := json.NewDecoder(bytes.NewReader(p.body)).Decode(&a); err != nil {
		return err
	}
	if len(a.Rows) != p.peers+p.faces {
		return fmt.Errorf("encoding/json read %d rows of %d", len(a.Rows), p.peers+p.faces)
	}
	return nil
}

// measurePipeline compares time of the processor. On one processor, because the
// garbage collector takes an idle second one for as much as it gets.
func measurePipeline(ctx context.Context, s settings, out io.Writer) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var t table
	t.line("peers", "answer", "encoding/json alone", "decode + join + frame", "ratio", "decode", "join", "frame")
	for _, peers := range s.peers() {
		p, err := newPipeline(ctx, peers)
		if err != nil {
			return fmt.Errorf("%d peers: %w", peers, err)
		}
		costs := []cost{{task: p.whole}, {task: p.decode}, {task: p.join}, {task: p.frame}}
		base, err := p.measure(ctx, s, costs)
		if err != nil {
			return fmt.Errorf("%d peers: %w", peers, err)
		}
		t.line(count(peers), count(len(p.body)/1000)+" kB", milliseconds(median(base)), milliseconds(median(costs[0].spent)),
			s.figures.note("1. poll and frame, "+count(peers)+" peers", costs[0].ratio()), costs[1].ratio(), costs[2].ratio(), costs[3].ratio())
	}
	return t.print(out, "1. An answer decoded, joined with the snapshot before and framed, against encoding/json into plain structs (time of the processor)")
}

// cost is a task in rounds, beside those of encoding/json.
type cost struct {
	task   func(context.Context) error
	spent  []time.Duration
	ratios []float64
}

func (c *cost) ratio() string { return fmt.Sprintf("%.2f", median(c.ratios)) }

// measure adds rounds to the costs, and returns those of encoding/json between them.
func (p *pipeline) measure(ctx context.Context, s settings, costs []cost) (base []time.Duration, err error) {
	for range s.rounds {
		alone, err := cpuPerRun(ctx, s.least(), p.plain)
		if err != nil {
			return nil, err
		}
		base = append(base, alone)
		for i := range costs {
			spent, err := cpuPerRun(ctx, s.least(), costs[i].task)
			if err != nil {
				return nil, err
			}
			costs[i].spent = append(costs[i].spent, spent)
			costs[i].ratios = append(costs[i].ratios, float64(spent)/float64(alone))
		}
	}
	return base, nil
}
