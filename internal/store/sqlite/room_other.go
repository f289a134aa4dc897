//go:build !(linux || darwin || freebsd)

package sqlite

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"heed/internal/fail"
)

// Where the system does not tell, only a write that fails does.
func roomIn(string) (int64, bool) { return 0, false }

func allocated(info fs.FileInfo) int64 { return info.Size() }

func sameFile(a, b fs.FileInfo) bool { return os.SameFile(a, b) }

func isQuota(error) bool { return false }

func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || fail.Is(err, fail.Full)
}
