package ledger

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"heed/internal/durable"
	"heed/internal/fail"
	"heed/internal/plain"
	"heed/internal/store"
	"heed/record"
)

// heldFolder is the folder of leaves that are held outside the database, within Options.Folder.
const heldFolder = "held"

// lateAfter is how long an entry may wait for its place before numbering is late: the second
// that Options.Tick lets it wait, and the first of its delay.
const lateAfter = 2 * time.Second

// asksAtOnce is how many entries one look at those that wait asks for.
const asksAtOnce = 200

// fresh are the entries that this process has written and not yet seen in the tree.
// As soon as one of them is late, all of them are held: their leaves lie durably
// outside the database, and every further one before anybody is answered. Numbering
// can be held up by anybody with the database; what waits cannot be taken away unseen.
type fresh struct {
	folder string               // "": nothing is held
	uptime func() time.Duration // monotonic: no clock that is set hides a delay

	mu      sync.Mutex
	waiting map[[32]byte]*wait
	loose   []*wait       // of them, those that are not held; some may have their place by now
	since   time.Duration // of the oldest that waits
	lost    int           // that are not in the database any more
	failed  error         // why the last leaf could not be held
	next    *heldBatch

	disk sync.Mutex
	file *os.File
}

// wait is an entry that has no place yet, as far as this process knows.
type wait struct {
	record.Held
	since      time.Duration
	held, lost bool
}

// heldBatch is what is made durable at once: who comes while the disk works joins the next.
type heldBatch struct {
	lines []byte
	waits []*wait
	done  bool
	err   error
}

func (f *fresh) add(h record.Held) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.uptime()
	if len(f.waiting) == 0 {
		f.since = now
	}
	w := &wait{Held: h, since: now}
	f.waiting[h.Leaf], f.loose = w, append(f.loose, w)
}

// late says that numbering is: an entry has waited for longer than it should.
func (f *fresh) late() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.waiting) > 0 && f.uptime()-f.since > lateAfter
}

// numbered forgets the entries that have their place now.
func (f *fresh) numbered(leaves ...[32]byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, leaf := range leaves {
		if w := f.waiting[leaf]; w != nil && !w.lost {
			delete(f.waiting, leaf)
		}
	}
	f.since = f.uptime()
	for _, w := range f.waiting {
		f.since = min(f.since, w.since)
	}
	f.loose = slices.DeleteFunc(f.loose, func(w *wait) bool { return f.waiting[w.Leaf] != w })
}

// hold makes every leaf that waits durable outside the database.
func (f *fresh) hold() error {
	b := f.gather()
	f.disk.Lock() // what another caller has gathered is durable, or has failed, once this is had
	defer f.disk.Unlock()
	if b != nil && !b.done {
		f.mu.Lock()
		f.next = nil
		f.mu.Unlock()
		b.err, b.done = f.write(b.lines), true
		f.settle(b)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failed
}

// gather puts what is not held yet into the next batch; nil when there is none.
func (f *fresh) gather() *heldBatch {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, w := range f.loose { // never all that wait: somebody who floods would slow everybody
		f.next = cmp.Or(f.next, new(heldBatch))
		f.next.lines, w.held = w.Append(f.next.lines), true
		f.next.waits = append(f.next.waits, w)
	}
	f.loose = nil
	return f.next
}

// settle notes what came of a batch; what was not kept is tried again.
func (f *fresh) settle(b *heldBatch) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failed = b.err
	for _, w := range b.waits {
		if w.held = b.err == nil; !w.held {
			f.loose = append(f.loose, w)
		}
	}
}

// write appends to this process's own file and makes it durable. A file that failed
// is left as it is: whoever reads it passes over a line that was torn.
func (f *fresh) write(lines []byte) (err error) {
	if f.file == nil {
		if f.file, err = newHeldFile(filepath.Join(f.folder, heldFolder)); err != nil {
			return err
		}
	}
	if _, err = f.file.Write(lines); err == nil {
		err = f.file.Sync()
	}
	if err != nil {
		err = errors.Join(fmt.Errorf("hold a leaf: %w", err), f.file.Close())
		f.file = nil
	}
	return err
}

func newHeldFile(folder string) (*os.File, error) {
	if err := durable.MakeFolder(folder); err != nil {
		return nil, fmt.Errorf("make folder for held leaves: %w", err)
	}
	name := make([]byte, 8)
	rand.Read(name)
	file, err := os.OpenFile(filepath.Join(folder, hex.EncodeToString(name)),
		os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make file for held leaves: %w", err)
	}
	_, err = file.WriteString(record.HeldMagic)
	if err = errors.Join(err, durable.SyncFolder(folder)); err != nil {
		return nil, errors.Join(fmt.Errorf("make file for held leaves: %w", err), file.Close())
	}
	return file, nil
}

// release removes this process's file once everything in it has its place. Files of
// processes that died stay: verify reads them, and they say nothing.
func (f *fresh) release() error {
	f.disk.Lock()
	defer f.disk.Unlock()
	f.mu.Lock()
	waits := f.next != nil
	for _, w := range f.waiting {
		waits = waits || w.held
	}
	f.mu.Unlock()
	if f.file == nil || waits {
		return nil
	}
	err := errors.Join(f.file.Close(), os.Remove(f.file.Name()))
	f.file = nil
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// oldest are entries that are late, oldest first.
func (f *fresh) oldest() []wait {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []wait
	for _, w := range f.waiting {
		if !w.lost && f.uptime()-w.since > lateAfter {
			out = append(out, *w)
		}
	}
	slices.SortFunc(out, func(a, b wait) int { return cmp.Compare(a.since, b.since) })
	return out[:min(len(out), asksAtOnce)]
}

const wordsNotHeld = "Records cannot be opened now, because the note of who opens them cannot be kept safe. Try " +
	"again in a minute. If it is urgent, ring the person on call"

// written is told of each entry once its unit is durable, before anybody is answered.
// While numbering is late the leaf is held first; when that fails nothing is opened,
// but what was written counts: care does not wait for the log.
func (l *Log) written(h record.Held) error {
	if l.fresh.folder == "" {
		return nil
	}
	l.fresh.add(h)
	if !l.fresh.late() {
		return nil
	}
	err := l.fresh.hold()
	if err == nil {
		return nil
	}
	l.o.Log.Error("a leaf could not be held outside the database while numbering is late", "why", err)
	if h.Header.Version == 0 {
		return fail.Wrap(fail.Busy, err, wordsNotHeld)
	}
	return nil
}

// watchWaiting holds what is late, and asks the database what became of it: another
// process may have numbered it, or somebody has taken it away.
func (l *Log) watchWaiting(ctx context.Context) error {
	if !l.fresh.late() {
		return l.fresh.release()
	}
	held := l.fresh.hold()
	for _, w := range l.fresh.oldest() {
		at, err := l.place(ctx, w.Held)
		if err != nil {
			return errors.Join(held, err)
		}
		switch at {
		case placeWaits:
			return held // and so do those behind it
		case placeGiven:
			l.fresh.numbered(w.Leaf)
		case placeNone:
			l.lose(w.Held)
		}
	}
	return errors.Join(held, l.fresh.release())
}

func (l *Log) lose(h record.Held) {
	l.fresh.mu.Lock()
	defer l.fresh.mu.Unlock()
	if w := l.fresh.waiting[h.Leaf]; w != nil && !w.lost {
		w.lost = true
		l.fresh.lost++
		l.o.Log.Error("an entry was taken away before it was numbered",
			"record", hex.EncodeToString(h.Header.Record[:]), "version", h.Header.Version)
	}
}

// Kept is nil, or why it is not so that every entry which this process wrote is there
// or lies outside the database.
func (l *Log) Kept() error {
	l.fresh.mu.Lock()
	defer l.fresh.mu.Unlock()
	switch err := l.unkept(); {
	case l.fresh.lost > 0:
		return fail.New(fail.Tampered, "%s taken away from the database without a place in the log. "+
			"Run heed verify", plain.Count(int(l.fresh.lost), "entry was", "entries were"))
	case l.fresh.failed != nil:
		return fail.Wrap(fail.Busy, l.fresh.failed, "Entries wait for their place in the log and cannot be kept outside "+
			"the database. Records cannot be opened")
	case err != nil:
		return fail.Wrap(fail.Busy, err, "What was signed last could not be kept outside the database")
	}
	return nil
}

// place is what became of an entry.
type place int

const (
	placeNone  place = iota // it is not there, or another is in its stead
	placeWaits              // it is there, without a number
	placeGiven
)

func (l *Log) place(ctx context.Context, h record.Held) (at place, err error) {
	err = l.store.View(ctx, func(tx *store.Tx) error {
		var e Entry
		if err := errors.Join(e.Record.Scan(h.Header.Record[:]), e.ID.Scan(h.Header.Entry[:])); err != nil {
			return err
		}
		e.Version = h.Header.Version
		f, err := findEntry(tx, e)
		if fail.Is(err, fail.Missing) || err == nil && string(f.leaf) != string(h.Leaf[:]) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read entry: %w", err)
		}
		at = placeGiven
		if _, err = findLeaf(tx, f.n); fail.Is(err, fail.Missing) {
			at = placeWaits
			return nil
		}
		return err
	})
	return at, err
}
