// Package licences lists what other people's work the plugin ships: the Go modules
// in its binaries and the npm packages in module.js, each with its licence as read
// from its own files, judged against what may be shipped under Apache-2.0.
package licences
