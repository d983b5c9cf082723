package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// rss is the memory that a process has at a moment; 0: it cannot be told here.
type rss int

// readRSS reads it as Linux tells it.
func readRSS(pid int) rss {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	fields := bytes.Fields(raw)
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.Atoi(string(fields[1]))
	if err != nil {
		return 0
	}
	return rss(pages * os.Getpagesize())
}

func (r rss) String() string {
	if r == 0 {
		return "not told by this system"
	}
	return megabytes(int(r))
}

// since is by how much it grew.
func (r rss) since(before rss) string {
	if r == 0 || before == 0 {
		return "-"
	}
	return megabytes(int(r - before))
}
