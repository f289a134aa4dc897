//go:build unix

package witness

import (
	"fmt"
	"os"
	"syscall"

	"heed/internal/fail"
)

// fileLock keeps a second process from using the same memory.
type fileLock struct{ f *os.File }

func lockFile(path string) (*fileLock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock witness state: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fail.Wrap(fail.Conflict, err, "Another witness is running with this memory")
	}
	return &fileLock{f}, nil
}

func (l *fileLock) release() error { return l.f.Close() }
