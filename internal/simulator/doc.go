// Package simulator runs simulated OPNsense firewalls in this process: OPNsense's API over HTTPS in front of real
// userspace WireGuard devices.
//
// Every handshake, byte count and endpoint in an answer is the device's own number, read through its configuration
// protocol. What is simulated is the firewall around the devices: names, CARP, privileges, releases and failures.
// The statements about OPNsense rest on its own API code run in releases 24.7.12 to 26.7.2; where a detail was read in
// the source and not seen running, the comment says "read".
//
// A Lab holds the firewalls and the lone peers. They talk over an underlay of invented addresses which maps to UDP sockets
// on 127.0.0.1: nothing leaves the machine. NewDemoLab builds the two firewalls of the demo, LightFirewall serves
// generated rows to benchmarks, and Lab.ServeControl offers every control over HTTP.
package simulator
