package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"heed/internal/durable"
	"heed/internal/fail"
	"heed/internal/store"
	"heed/record"
)

// What this log has signed lies within Options.Folder too: the database cannot be put
// back to an older copy, or rewritten, behind it. FileState is the tree as it was
// signed at the last step of numbering that this process has taken or seen;
// FileCheckpoint the last checkpoint for the public, its own or one that a witness gave
// back. A database that is larger than both and begins with them is the same history,
// whoever has numbered in it; one that is shorter or other never is.
const (
	FileState      = "log.state"
	FileCheckpoint = "log.checkpoint"
)

// keptFile is one of them, and what tells its signature from the other's.
type keptFile struct {
	name, whose string
	mark        []string // the extension lines
}

var (
	keptState  = keptFile{FileState, "what the folder of the installation has as signed", []string{internalMark}}
	keptPublic = keptFile{FileCheckpoint, "the checkpoint that lies outside the database", nil}
)

// outside is what this process knows of the tree without the database.
type outside struct {
	disk sync.Mutex // held while a file is written; never waited for by who holds mu

	mu     sync.Mutex
	last   signed           // the largest tree that this process has seen signed
	onDisk bool             // and whether it lies in FileState
	failed map[string]error // by file: why the last does not lie there
}

// signed is a tree that this log has signed.
type signed struct {
	record.Checkpoint
	note  []byte
	whose string
}

// saw notes a tree whose signature and tiles were checked, and keeps it: one write for
// all entries of a step, outside any unit of work.
func (l *Log) saw(now signed) {
	o := &l.outside
	o.disk.Lock()
	defer o.disk.Unlock()
	if !o.moves(now) {
		return
	}
	err := l.lay(keptState, now.note)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.onDisk = err == nil
}

// moves notes a tree, unless it is an older one or lies on the disk already.
func (o *outside) moves(now signed) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if now.Size < o.last.Size || now.Size == o.last.Size && o.onDisk {
		return false
	}
	now.whose = "what this program saw signed last"
	o.last, o.onDisk = now, false
	return true
}

// keep makes a checkpoint for the public durable outside the database.
func (l *Log) keep(note []byte) error {
	l.outside.disk.Lock()
	defer l.outside.disk.Unlock()
	return l.lay(keptPublic, note)
}

func (l *Log) lay(f keptFile, note []byte) error {
	if l.o.Folder == "" {
		return nil
	}
	err := durable.Replace(filepath.Join(l.o.Folder, f.name), note)
	if err != nil {
		err = fmt.Errorf("keep %s: %w", f.name, err)
	}
	l.outside.mu.Lock()
	defer l.outside.mu.Unlock()
	l.outside.failed[f.name] = err
	return err
}

// unkept is nil, or why what was signed last does not lie outside the database.
func (l *Log) unkept() error {
	l.outside.mu.Lock()
	defer l.outside.mu.Unlock()
	return errors.Join(l.outside.failed[FileState], l.outside.failed[FileCheckpoint])
}

// known is what the tree must begin with. It is asked for before the database is
// looked at, which may only have become larger since. all: the public checkpoint too.
func (l *Log) known(all bool) ([]signed, error) {
	l.outside.mu.Lock()
	defer l.outside.mu.Unlock()
	out := []signed{l.outside.last}
	var files []keptFile
	if l.outside.last.note == nil {
		out, files = nil, append(files, keptState)
	}
	if all {
		files = append(files, keptPublic)
	}
	for _, f := range files {
		s, err := l.read(f)
		if err != nil {
			return nil, err
		}
		if s.note != nil {
			out = append(out, s)
		}
	}
	return out, nil
}

// read is a checkpoint that lies outside the database; without a note when none does.
func (l *Log) read(f keptFile) (signed, error) {
	if l.o.Folder == "" {
		return signed{}, nil
	}
	note, err := os.ReadFile(filepath.Join(l.o.Folder, f.name))
	if errors.Is(err, fs.ErrNotExist) {
		return signed{}, nil
	}
	if err != nil {
		return signed{}, fmt.Errorf("read %s: %w", f.name, err)
	}
	c, err := l.ours(note, f.mark...)
	if err != nil {
		l.o.Log.Warn("what is kept outside the database was not signed by this log; it is made anew",
			"file", f.name, "why", err)
		return signed{}, nil
	}
	return signed{c, note, f.whose}, nil
}

// ours opens a checkpoint that this log has signed, wherever it comes from.
func (l *Log) ours(note []byte, mark ...string) (record.Checkpoint, error) {
	c, _, err := record.OpenCheckpoint(note, l.verifier)
	if err == nil && !slices.Equal(c.Extra, mark) {
		err = fmt.Errorf("%w: a checkpoint of another purpose", record.ErrFormat)
	}
	return c, err
}

// begins says whether the tree begins with trees that were signed; when it does not,
// history is shorter or other than what was signed.
func begins(tx *store.Tx, st state, all ...signed) error {
	for _, c := range all {
		switch {
		case c.Size == st.signed.Size && c.Root == st.signed.Root, c.Size == st.public.Size && c.Root == st.public.Root:
			continue
		case c.Size > st.signed.Size:
			return unsound(nil, "%s is of %d leaves and %d are there: an older copy was put back",
				c.whose, c.Size, st.signed.Size)
		}
		root, err := record.RootFromTiles(tileReader(tx, nil), c.Size, st.signed.Size)
		if err != nil {
			return unsound(err, "%s cannot be compared with the tree", c.whose)
		}
		if root != c.Root {
			return unsound(nil, "%s is of another tree of %d leaves: there are two histories", c.whose, c.Size)
		}
	}
	return nil
}

// Behind says why the database cannot be the one whose history was signed last, as far
// as this program and the folder know: it is shorter, or another. nil when it can be,
// also when its own parts do not agree, which Run finds.
func (l *Log) Behind(ctx context.Context) (why, err error) {
	known, err := l.known(true)
	if err != nil {
		return nil, err
	}
	err = l.store.View(ctx, func(tx *store.Tx) error {
		st, err := l.load(tx)
		if err == nil {
			why = begins(tx, st, known...)
		}
		return err
	})
	if fail.Is(err, fail.Tampered) {
		err = nil
	}
	return why, err
}

// proves asks a witness that does not sign for the last checkpoint that it did sign.
// Its refusal is only a size, which anybody on the way can say; what this log itself
// has signed proves something. fail.Tampered when our tree does not begin with it;
// it is then kept, so that no other start goes on either.
func (l *Log) proves(ctx context.Context, w Witness) error {
	try, cancel := context.WithTimeout(ctx, witnessTimeout)
	defer cancel()
	note, err := w.Remembered(try, l.o.Origin)
	if err != nil {
		return err
	}
	c, err := l.ours(note)
	if err != nil {
		return fmt.Errorf("what the witness %s remembers was not signed by this log: %w", w.Name(), err)
	}
	var found error
	err = l.store.View(ctx, func(tx *store.Tx) error {
		st, err := l.load(tx)
		if err == nil {
			found = begins(tx, st, signed{c, note, "what the witness " + w.Name() + " signed"})
		}
		return err
	})
	if err == nil && found != nil {
		err = errors.Join(found, l.keep(note))
	}
	return err
}
