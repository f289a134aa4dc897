package vault

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"heed/internal/durable"
	"heed/internal/fail"
)

// openPrivate opens a file of keys and refuses one that is not private to this
// user. The checks are made on the open file, so that it cannot be exchanged
// between look and use.
func openPrivate(path, what string, flag int) (*os.File, error) {
	i, err := os.Lstat(path)
	if err != nil {
		return nil, fileFault(err, what, path)
	}
	if i.Mode()&fs.ModeSymlink != 0 {
		return nil, fail.New(fail.Bad, "The %s %s is a symbolic link. Give the path of the file itself", what, path)
	}
	if !i.Mode().IsRegular() {
		return nil, fail.New(fail.Bad, "The %s %s is not a file. Give the path of the file itself", what, path)
	}
	f, err := os.OpenFile(path, flag|noFollow, 0)
	if err != nil {
		return nil, fileFault(err, what, path)
	}
	if i, err = f.Stat(); err != nil {
		f.Close()
		return nil, fileFault(err, what, path)
	}
	if err := checkPrivate(i, what, path); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func checkPrivate(i os.FileInfo, what, path string) error {
	switch {
	case !i.Mode().IsRegular():
		return fail.New(fail.Bad, "The %s %s is not a file. Give the path of the file itself", what, path)
	case openToOthers(i):
		return fail.New(fail.Bad, "The %s %s has mode %04o. Only its owner may read it: run chmod 600 %s", what, path,
			i.Mode().Perm(), path)
	case ownedByAnother(i):
		return fail.New(fail.Bad, "The %s %s belongs to another user. Run chown so that it belongs to the user that Heed "+
			"runs as", what, path)
	}
	return nil
}

// fileFault turns an error of the file system into words that name the remedy.
func fileFault(err error, what, path string) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fail.Wrap(fail.Missing, err,
			"The %s %s is not there. Put it back from its own backup, or give the right path", what, path)
	case errors.Is(err, fs.ErrExist):
		return fail.Wrap(fail.Conflict, err, "The %s %s exists already. It is never overwritten: move it away first if it "+
			"is not in use", what, path)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fail.Wrap(fail.Full, err, "There is no room to write the %s %s. Free some space on its disk", what, path)
	case errors.Is(err, syscall.EROFS):
		return fail.Wrap(fail.ReadOnly, err, "The %s %s is on a read-only disk. Make the disk writable", what, path)
	case errors.Is(err, fs.ErrPermission):
		return fail.Wrap(fail.Bad, err, "The %s %s cannot be opened by the user that Heed runs as. Run chown and chmod "+
			"600 on it", what, path)
	}
	return fmt.Errorf("%s %s: %w", what, path, err)
}

// createPrivate makes a file that is either whole or not there, and never replaces one.
func createPrivate(path, what string, data []byte) error {
	if err := durable.Create(path, data); err != nil {
		return fileFault(err, what, path)
	}
	return nil
}

// replacePrivate exchanges a file's content, all or nothing, and then
// overwrites the bytes of the old file, so that a key left out is gone from it.
func replacePrivate(path, what string, data []byte) error {
	old, err := openPrivate(path, what, os.O_RDWR)
	if err != nil {
		return err
	}
	defer old.Close()
	if err := durable.Replace(path, data); err != nil {
		return fileFault(err, what, path)
	}
	size, err := old.Seek(0, io.SeekEnd)
	if err != nil {
		return fileFault(err, what, path)
	}
	if _, err := old.WriteAt(make([]byte, size), 0); err != nil {
		return fileFault(err, what, path)
	}
	return old.Sync()
}
