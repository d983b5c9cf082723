// Package opnsense asks an OPNsense firewall for the state of its WireGuard
// tunnels over its REST API. It only ever reads.
//
// A call answers with the domain's own types or with one [*Error], which carries
// a machine code and a sentence that says what to do. Neither ever holds an API
// key, a secret, a private key, a cookie or the body of an answer.
package opnsense
