// Package spent remembers, outside the database, what was used up: sessions that
// were ended, codes of second factors, set-up codes, tokens that were
// withdrawn.
//
// A row that says "this was used" can be taken away with SQL, and one that says
// "this is still good" put back; the proof in it is genuine both times. What lies
// here cannot: a mark is an empty file whose name is a hash and the day until which
// it matters, in a folder beside the key store, made with O_EXCL, so that several
// machines that share the key store agree on who was first.
//
// It keeps true: once Spend has returned, Spent says so in this process, and, when
// the folder could be written, in every other and after a restart; a folder that is
// lost or emptied as a whole gets a new name (Epoch), to which nothing that was
// given out before belongs; names tell nothing about anybody.
//
// Trusted with nothing but remembering: who can write to the folder could as well
// read the keys beside it.
package spent

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"heed/internal/clock"
	"heed/internal/durable"
)

// Mark names one thing that can be used up, and until when it matters that it was.
type Mark string

// Of makes the mark of a thing. Until must be the same each time it is made.
func Of(until time.Time, kind string, parts ...[]byte) Mark {
	h := sha256.New()
	fmt.Fprintf(h, "heed/spent/1\n%s\n", kind)
	for _, p := range parts {
		fmt.Fprintf(h, "%d:", len(p))
		h.Write(p)
	}
	return Mark(fmt.Sprintf("%011d-%x", max(until.Unix(), 0), h.Sum(nil)[:20]))
}

// until is when a mark ends; false for the name of another file.
func (m Mark) until() (time.Time, bool) {
	at, _, ok := strings.Cut(string(m), "-")
	n, err := strconv.ParseInt(at, 10, 64)
	return time.Unix(n, 0), ok && err == nil && len(m) == 52
}

// Book is the marks. Safe for concurrent use.
type Book struct {
	folder string // "" keeps them in memory alone
	clock  clock.Clock
	log    *slog.Logger

	mu    sync.Mutex
	epoch string        // guarded by mu
	mine  map[Mark]bool // guarded by mu: what this process knows to be spent, whatever the disk does
}

// In is the book of a folder, which is made when it is first needed.
func In(folder string, c clock.Clock, log *slog.Logger) *Book {
	return &Book{folder: folder, clock: c, log: log, mine: map[Mark]bool{}}
}

// InMemory is a book that ends with the process, for tests.
func InMemory(c clock.Clock) *Book { return In("", c, slog.New(slog.DiscardHandler)) }

const fileEpoch = "epoch"

// Epoch is the folder's own name, drawn when it is made. What is bound to it ends with the folder.
func (b *Book) Epoch() (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.epoch != "" {
		return b.epoch, nil
	}
	var fresh [16]byte
	rand.Read(fresh[:])
	name := hex.EncodeToString(fresh[:])
	if b.folder != "" {
		var err error
		if name, err = b.readOrMake(name); err != nil {
			return "", fmt.Errorf("name the folder of what was used up: %w", err)
		}
	}
	b.epoch = name
	return name, nil
}

// readOrMake gives the name that the folder has, or gives it this one. The file
// comes by linking, so that nobody ever reads half a name.
func (b *Book) readOrMake(name string) (string, error) {
	path := filepath.Join(b.folder, fileEpoch)
	for {
		if old, err := os.ReadFile(path); err == nil && len(old) == len(name) {
			return string(old), nil
		} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		if err := durable.MakeFolder(b.folder); err != nil {
			return "", err
		}
		if err := durable.Create(path, []byte(name)); err != nil && !errors.Is(err, fs.ErrExist) {
			return "", err
		}
	}
}

// Spend uses a thing up and says whether it was still unused. A folder that cannot
// be written stops nobody from ending a session: this process knows it all the same.
func (b *Book) Spend(m Mark) (fresh bool) {
	b.mu.Lock()
	known := b.mine[m]
	b.mine[m] = true
	b.mu.Unlock()
	if known || b.folder == "" {
		return !known
	}
	err := b.write(m)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		b.log.Error("what was used up is not written down: after a restart it could count again", "error", err.Error())
	}
	return !errors.Is(err, fs.ErrExist)
}

func (b *Book) write(m Mark) error {
	if _, err := b.Epoch(); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(b.folder, string(m)), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close(), durable.SyncFolder(b.folder))
}

// Spent says whether a thing was used up.
func (b *Book) Spent(m Mark) bool {
	b.mu.Lock()
	known := b.mine[m]
	b.mu.Unlock()
	if known || b.folder == "" {
		return known
	}
	_, err := os.Lstat(filepath.Join(b.folder, string(m)))
	return err == nil
}

// keep is how much longer than it matters a mark is kept: a clock may have jumped.
const keep = 24 * time.Hour

// Sweep takes marks away that matter no more.
func (b *Book) Sweep() error {
	before := b.clock.Now().Add(-keep)
	b.mu.Lock()
	for m := range b.mine {
		if until, ok := m.until(); ok && until.Before(before) {
			delete(b.mine, m)
		}
	}
	b.mu.Unlock()
	if b.folder == "" {
		return nil
	}
	all, err := os.ReadDir(b.folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range all {
		if until, ok := Mark(e.Name()).until(); ok && until.Before(before) {
			err = errors.Join(err, os.Remove(filepath.Join(b.folder, e.Name())))
		}
	}
	if err != nil {
		return fmt.Errorf("sweep what was used up: %w", err)
	}
	return nil
}
