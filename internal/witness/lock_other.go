//go:build !unix

package witness

import (
	"errors"
	"fmt"
	"os"

	"heed/internal/fail"
)

// fileLock keeps a second process from using the same memory: an open file cannot
// be removed here, so who can remove the lock file is alone.
type fileLock struct{ f *os.File }

func lockFile(path string) (*fileLock, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fail.Wrap(fail.Conflict, err, "Another witness is running with this memory")
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock witness state: %w", err)
	}
	return &fileLock{f}, nil
}

func (l *fileLock) release() error { return l.f.Close() }
