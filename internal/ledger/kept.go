package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"heed/internal/store"
	"heed/record"
)

// keptFile holds, within Options.Folder, the last checkpoint that this log is known to
// have signed for the public: its own, or one that a witness gave back. The
// database cannot be put back to an older copy, or rewritten, behind it.
const keptFile = "log.checkpoint"

// keep makes a public checkpoint durable outside the database.
func (l *Log) keep(note []byte) error {
	if l.o.Folder == "" {
		return nil
	}
	path := filepath.Join(l.o.Folder, keptFile)
	err := writeDurably(path+".new", note)
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err == nil {
		err = syncFolder(l.o.Folder)
	}
	if err != nil {
		return fmt.Errorf("keep the checkpoint: %w", err)
	}
	return nil
}

// failed is nil for no error, for an atomic pointer.
func failed(err error) *error {
	if err == nil {
		return nil
	}
	return &err
}

func writeDurably(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

// kept is the checkpoint that lies outside the database; of size 0 when none does.
func (l *Log) kept() (record.Checkpoint, error) {
	none := record.Checkpoint{Origin: l.o.Origin, Root: record.EmptyRoot()}
	if l.o.Folder == "" {
		return none, nil
	}
	note, err := os.ReadFile(filepath.Join(l.o.Folder, keptFile))
	if errors.Is(err, fs.ErrNotExist) {
		return none, nil
	}
	if err != nil {
		return none, fmt.Errorf("read the kept checkpoint: %w", err)
	}
	c, err := l.ours(note)
	if err != nil {
		l.o.Log.Warn("the checkpoint that is kept outside the database was not signed by this log; it is made anew", "why", err)
		return none, nil
	}
	return c, nil
}

// ours opens a public checkpoint that this log has signed, wherever it comes from.
func (l *Log) ours(note []byte) (record.Checkpoint, error) {
	c, _, err := record.OpenCheckpoint(note, l.verifier)
	if err == nil && len(c.Extra) > 0 {
		err = fmt.Errorf("%w: not a public checkpoint", record.ErrFormat)
	}
	return c, err
}

// begins says whether the tree begins with the tree of a checkpoint that was signed;
// when it does not, history is shorter or other than what was signed.
func (l *Log) begins(tx *store.Tx, st state, c record.Checkpoint, whose string) error {
	switch {
	case c.Size == st.public.Size && c.Root == st.public.Root:
		return nil
	case c.Size > st.edge.size:
		return unsound(nil, "%s is of %d leaves and %d are there: an older copy was put back", whose, c.Size, st.edge.size)
	}
	root, err := record.RootFromTiles(tileReader(tx, nil), c.Size, st.edge.size)
	if err != nil {
		return unsound(err, "%s cannot be compared with the tree", whose)
	}
	if root != c.Root {
		return unsound(nil, "%s is of another tree of %d leaves: there are two histories", whose, c.Size)
	}
	return nil
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
			found = l.begins(tx, st, c, "what the witness "+w.Name()+" signed")
		}
		return err
	})
	if err == nil && found != nil {
		err = errors.Join(found, l.keep(note))
	}
	return err
}
