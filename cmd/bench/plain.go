package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
)

// plainRow has the fields that the plugin reads of a row, without any judgement.
type plainRow struct {
	If         string  `json:"if"`
	Type       string  `json:"type"`
	Name       string  `json:"name"`
	IfName     *string `json:"ifname"`
	PublicKey  string  `json:"public-key"`
	Endpoint   string  `json:"endpoint"`
	AllowedIPs string  `json:"allowed-ips"`
	Status     string  `json:"status"`
	PeerStatus string  `json:"peer-status"`
	ListenPort string  `json:"listen-port,omitempty"`
	Keepalive  string  `json:"persistent-keepalive,omitempty"`
	Handshake  int64   `json:"latest-handshake"`
	Age        *int64  `json:"latest-handshake-age"`
	Rx         int64   `json:"transfer-rx"`
	Tx         int64   `json:"transfer-tx"`
}

type plainAnswer struct {
	Total int64      `json:"total"`
	Rows  []plainRow `json:"rows"`
}

// plain is what everything is compared with: the least that a program in Go does
// to read the answer as it comes from the network.
func (p *pipeline) plain(context.Context) error {
	var a plainAnswer
	if err := json.NewDecoder(bytes.NewReader(p.body)).Decode(&a); err != nil {
		return err
	}
	if len(a.Rows) != p.peers+p.faces {
		return fmt.Errorf("encoding/json read %d rows of %d", len(a.Rows), p.peers+p.faces)
	}
	return nil
}
