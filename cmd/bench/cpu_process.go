package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"
)

// clockTick is the unit in which Linux tells the time that a process took.
const clockTick = 10 * time.Millisecond

var errNoCPU = errors.New("this system does not tell what another process takes of the processor: only Linux does")

// processCPU is what a process has taken of the processors, in all threads.
func processCPU(pid int) (time.Duration, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, errNoCPU
	}
	return parseStat(raw)
}

// parseStat reads user and system time, the fields 14 and 15; the second one is the
// name of the program in parentheses, in which anything can be.
func parseStat(raw []byte) (time.Duration, error) {
	const user, system = 14 - 3, 15 - 3 // counted from behind the name
	fields := bytes.Fields(raw[bytes.LastIndexByte(raw, ')')+1:])
	if len(fields) <= system {
		return 0, errNoCPU
	}
	var ticks int64
	for _, f := range [][]byte{fields[user], fields[system]} {
		n, err := strconv.ParseInt(string(f), 10, 64)
		if err != nil {
			return 0, errNoCPU
		}
		ticks += n
	}
	return time.Duration(ticks) * clockTick, nil
}
