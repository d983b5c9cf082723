// Package deploy has tests only: what deploy/, provisioning/, docs/ and the
// workflows ship is checked by them, as far as it can be without a cluster.
package deploy
