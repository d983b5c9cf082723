// Package faults shows what the plugin does when things go wrong: each row of
// docs/reliability.md is injected between the built plugin and a simulated
// firewall, every kind of question is asked meanwhile and afterwards, and what
// was answered is compared with what the row promises. TestSoak does the same at
// random for as long as one likes.
package faults
