package sqlite

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"sync"
)

// reserve is a file of real blocks that stands for room on the disk. On a full disk
// it is given back piece by piece, to units that record a reading, so that records can
// still be opened (no entry, no page), and to those that only take away. While it is not
// whole, other work is refused; when there is room again it is filled first.
type reserve struct {
	path string
	size int64

	mu   sync.Mutex
	held int64 // guarded by mu
}

// open finds the reserve or makes it. A disk too full to hold it is no error: then it is not whole.
func (r *reserve) open() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	info, err := os.Stat(r.path)
	if err == nil {
		r.held = min(info.Size(), allocated(info)) // a copied file may have holes
	}
	if r.held == r.size && info.Size() == r.size {
		return nil
	}
	if err := r.grow(); err != nil && !isFull(err) {
		return err
	}
	return nil
}

func (r *reserve) whole() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	info, err := os.Stat(r.path)
	return err == nil && r.held == r.size && info.Size() == r.size
}

// missing is the room needed to make it whole.
func (r *reserve) missing() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, err := os.Stat(r.path); err != nil {
		return r.size
	}
	return r.size - r.held
}

// release gives a piece back to the disk; false when there is none left.
func (r *reserve) release() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	f, err := os.OpenFile(r.path, os.O_RDWR, 0o600)
	if err != nil {
		return false
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !r.holds(info) {
		return false
	}
	held := max(0, r.held-max(r.size/32, 64<<10))
	// Some file systems hand blocks out again only after the journal has moved on: Sync.
	if errors.Join(f.Truncate(held), f.Sync()) != nil {
		return false
	}
	r.held = held
	return true
}

// holds looks how much is left: another program on the folder may have given pieces back. Needs mu.
func (r *reserve) holds(info os.FileInfo) bool {
	r.held = min(r.held, r.size, info.Size(), allocated(info))
	return r.held > 0
}

// helps releases a piece if err came from a full disk.
func (r *reserve) helps(dir string, err error) bool {
	return isFull(translate(diagnose(dir, err))) && r.release()
}

func (r *reserve) refill() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.grow()
}

// grow writes the file anew from what it holds up to its size. Needs mu.
func (r *reserve) grow() (err error) {
	f, err := os.OpenFile(r.path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("open reserve: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("look at reserve: %w", err)
	}
	r.holds(info)
	if err := f.Truncate(r.held); err != nil {
		return fmt.Errorf("shorten reserve: %w", err)
	}
	if _, err := f.Seek(r.held, 0); err != nil {
		return fmt.Errorf("seek reserve: %w", err)
	}
	if err := fill(f, r.size-r.held); err != nil {
		_ = f.Truncate(r.held) // what could not be made whole is given back
		return fmt.Errorf("fill reserve: %w", err)
	}
	r.held = r.size
	return nil
}

// fill writes n bytes that no file system can shrink, and waits until they are on the disk.
func fill(f *os.File, n int64) error {
	block := make([]byte, 64<<10)
	for n > 0 {
		b := block[:min(n, int64(len(block)))]
		rand.Read(b)
		if _, err := f.Write(b); err != nil {
			return err
		}
		n -= int64(len(b))
	}
	return f.Sync()
}
