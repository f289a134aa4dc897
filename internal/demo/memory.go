package demo

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// memory is where Linux has a folder that is no disk.
const memory = "/dev/shm"

// inMemory has a demo's folder made in memory and then copied to its place: while it
// is made there is nothing in it that could be lost, and on a slow disk each of its
// some thousand commits would wait. Where there is no such folder, or no room in it, it
// is made in place.
func inMemory(data string, build func(place string) error) error {
	abs, err := filepath.Abs(data)
	if err != nil {
		return fmt.Errorf("the demo's folder: %w", err)
	}
	// Named after the place, so that what a stop left is taken away by the next start.
	fast := filepath.Join(memory, fmt.Sprintf("heed-demo-%d-%x", os.Getuid(), sha256.Sum256([]byte(abs)))[:48])
	_ = os.RemoveAll(fast)
	if err := os.Mkdir(fast, 0o700); err != nil { // not there, or somebody else's
		return build(data)
	}
	made := filepath.Join(fast, "demo")
	defer os.RemoveAll(fast)
	if err := build(made); err != nil { // no room, perhaps
		return build(data)
	}
	return copied(made, data)
}

// copied copies a folder for good. The mark comes first, so that a start that is
// stopped here is known again.
func copied(from, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return fmt.Errorf("make the demo's folder: %w", err)
	}
	if err := copyFile(filepath.Join(from, markerFile), filepath.Join(to, markerFile)); err != nil {
		return err
	}
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		rel, e := filepath.Rel(from, path)
		if err = errors.Join(err, e); err != nil || rel == "." || rel == markerFile {
			return err
		}
		if d.IsDir() {
			return os.Mkdir(filepath.Join(to, rel), 0o700)
		}
		return copyFile(path, filepath.Join(to, rel))
	})
}

func copyFile(from, to string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("copy the demo: %w", err)
	}
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("copy the demo: %w", err)
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}
