//go:build linux || darwin || freebsd

package sqlite

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"heed/internal/fail"
)

// roomIn is how much this process may still write to the disk that holds dir.
func roomIn(dir string) (room int64, known bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil || s.Blocks == 0 {
		return 0, false
	}
	blocks := int64(s.Bavail)
	if os.Geteuid() == 0 {
		blocks = int64(s.Bfree)
	}
	return blocks * int64(s.Bsize), true
}

// allocated is how much of a file has blocks of its own.
func allocated(info fs.FileInfo) int64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return int64(s.Blocks) * 512
	}
	return info.Size()
}

// sameFile: a disk that was repaired and mounted again may have another number.
func sameFile(a, b fs.FileInfo) bool {
	x, known := a.Sys().(*syscall.Stat_t)
	y, too := b.Sys().(*syscall.Stat_t)
	return known && too && x.Ino == y.Ino || os.SameFile(a, b)
}

func isQuota(err error) bool { return errors.Is(err, syscall.EDQUOT) }

func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || isQuota(err) || fail.Is(err, fail.Full)
}
