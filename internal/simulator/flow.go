package simulator

import (
	"slices"
	"sync"
	"time"
)

// FlowConfig describes steady traffic through a tunnel.
type FlowConfig struct {
	Every  time.Duration // between two packets, 0: 1 s
	Size   int           // bytes of payload, 0: 512
	OneWay bool          // the far side answers nothing
}

// Flow is steady traffic from the interface that has a peer configured towards that peer. It ends with its lab.
type Flow struct {
	to   *Peer
	once sync.Once
	stop chan struct{}
	done chan struct{}
}

// StartFlow sends packets to a peer until Stop. While the interface is away or down they are lost.
func (l *Lab) StartFlow(to *Peer, config FlowConfig) (*Flow, error) {
	if config.Every <= 0 {
		config.Every = time.Second
	}
	if config.Size <= 0 {
		config.Size = 512
	}
	flow := &Flow{to: to, stop: make(chan struct{}), done: make(chan struct{})}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, ErrLabClosed
	}
	l.flows = append(l.flows, flow)
	go flow.run(to, config)
	return flow, nil
}

func (f *Flow) run(to *Peer, config FlowConfig) {
	defer close(f.done)
	ticker := time.NewTicker(config.Every)
	defer ticker.Stop()
	for {
		_ = to.Send(config.Size, config.OneWay) // lost packets are what a tunnel that is down looks like
		select {
		case <-f.stop:
			return
		case <-ticker.C:
		}
	}
}

// Stop ends the traffic. It may be called twice.
func (f *Flow) Stop() {
	f.once.Do(func() { close(f.stop) })
	<-f.done
}

// StopFlows ends all steady traffic to a peer.
func (l *Lab) StopFlows(to *Peer) {
	l.mu.Lock()
	flows := slices.Clone(l.flows)
	l.mu.Unlock()
	for _, flow := range flows {
		if to != nil && flow.to == to {
			flow.Stop()
		}
	}
}
