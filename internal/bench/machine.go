package bench

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// machine is what the figures were measured on.
func machine() string {
	cpu := "?"
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for l := range strings.Lines(string(text)) {
			if name, value, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(name) == "model name" {
				cpu = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%d cores (%s), %s %s/%s; load average %s", runtime.NumCPU(), cpu, runtime.Version(), runtime.GOOS,
		runtime.GOARCH, load())
}

// load is how busy the machine is with everything, this included.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "not known"
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}

// tick is the unit of times in /proc; Linux has it at 100 a second everywhere.
const tick = 10 * time.Millisecond

// cpuOf is the processor time that a process has used, with its ended children.
func cpuOf(pid int) (time.Duration, error) {
	fields, err := statOf(pid)
	if err != nil {
		return 0, err
	}
	var sum int64
	for _, i := range []int{11, 12, 13, 14} { // utime, stime, cutime, cstime
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read processor time: %w", err)
		}
		sum += n
	}
	return time.Duration(sum) * tick, nil
}

// statOf are the fields of /proc/PID/stat after the name.
func statOf(pid int) ([]string, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil, fmt.Errorf("read process: %w", err)
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 20 {
		return nil, fmt.Errorf("read process: %d fields", len(fields))
	}
	return fields, nil
}

// cpuOfFamily is the processor time of a server and of those that it has started.
func cpuOfFamily(pid int) (time.Duration, error) {
	sum, err := cpuOf(pid)
	if err != nil {
		return 0, err
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return 0, fmt.Errorf("read processes: %w", err)
	}
	for _, f := range strings.Fields(string(children)) {
		child, err := strconv.Atoi(f)
		if err != nil {
			return 0, fmt.Errorf("read processes: %w", err)
		}
		if d, err := cpuOf(child); err == nil { // one that has just ended is counted above
			sum += d
		}
	}
	return sum, nil
}

// cpuHere is the processor time of this process: the clients.
func cpuHere() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// memory are kilobytes of a process in RAM: all, and those that no file stands behind.
func memory(pid int) (all, own int64, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, fmt.Errorf("read memory: %w", err)
	}
	for l := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(l, ":")
		fields := strings.Fields(value)
		if len(fields) != 2 {
			continue
		}
		switch n, _ := strconv.ParseInt(fields[0], 10, 64); name {
		case "VmRSS":
			all = n
		case "RssAnon":
			own = n
		}
	}
	if all == 0 {
		return 0, 0, fmt.Errorf("read memory: /proc/%d/status names none", pid)
	}
	return all, own, nil
}
