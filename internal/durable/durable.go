// Package durable writes the small files that a power cut must not take: keys, what was
// signed last, what was used up, backups.
//
// It keeps true: once a function has returned without an error, the file is there after
// a power cut, whole and under its name; before, there is the earlier file or none, never
// a part. That takes three things in this order: the file is synced, then it gets its
// name, then its folder is synced.
package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// unnamed is how a file is called until it has its name.
const unnamed = ".heed-"

// Replace puts a private file in the place of another, or of none. Several processes may
// do so in one folder.
func Replace(path string, content []byte) error { return write(path, content, os.Rename) }

// Create writes a private file over nothing: fs.ErrExist when the name is taken.
func Create(path string, content []byte) error { return write(path, content, Link) }

func write(path string, content []byte, name func(from, to string) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), unnamed+"*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if e := os.Remove(f.Name()); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}()
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := name(f.Name(), path); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// Full says that a file could not be written because there is no room for it.
func Full(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// Sweep overwrites and removes what a program that was cut off left half written in a
// folder before a time: it may hold a key that has been changed since.
func Sweep(folder string, before time.Time) error {
	left, err := os.ReadDir(folder)
	for _, x := range left {
		i, e := x.Info()
		if !strings.HasPrefix(x.Name(), unnamed) || e != nil || !i.Mode().IsRegular() || !i.ModTime().Before(before) {
			continue // it has a name, or is being written
		}
		path := filepath.Join(folder, x.Name())
		err = errors.Join(err, blot(path, i.Size()), os.Remove(path))
	}
	return err
}

// blot overwrites a file. It may have a name beside this one, when Create was cut off
// between two: then it is that one's, and stays as it is.
func blot(path string, size int64) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if twice(f) {
		return nil
	}
	_, err = f.WriteAt(make([]byte, size), 0)
	return errors.Join(err, f.Sync())
}

// Link gives a synced file a name, and never takes it from another file. Where the file
// system knows no second names, the name is held first. SyncFolder makes it durable.
func Link(from, to string) error {
	err := os.Link(from, to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	held, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(held.Close(), os.Rename(from, to))
}

// MakeFolder makes a private folder, and those above it, durably.
func MakeFolder(path string) error {
	if i, err := os.Stat(path); err == nil {
		if i.IsDir() {
			return nil
		}
		return &fs.PathError{Op: "mkdir", Path: path, Err: syscall.ENOTDIR}
	}
	above := filepath.Dir(path)
	if above != path {
		if err := MakeFolder(above); err != nil {
			return err
		}
	}
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return SyncFolder(above)
}
