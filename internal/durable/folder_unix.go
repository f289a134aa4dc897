//go:build unix

package durable

import (
	"os"
	"syscall"
)

// SyncFolder makes the names in a folder durable.
func SyncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// twice says that an open file has another name too, as far as can be told.
func twice(f *os.File) bool {
	i, err := f.Stat()
	if err != nil {
		return true
	}
	s, known := i.Sys().(*syscall.Stat_t)
	return !known || s.Nlink > 1
}
