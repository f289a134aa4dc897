//go:build linux || darwin || freebsd

package store

import (
	"os"
	"syscall"
)

// lockFile takes the lock of a file, which ends when the file is closed; false when another process has it.
func lockFile(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
