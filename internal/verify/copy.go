package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
)

// The database of a folder and its write-ahead log.
const (
	fileDatabase = "heed.db"
	fileWAL      = "heed.db-wal"
)

// Subject is what is checked, open so that looking changes nothing.
type Subject struct {
	Store *store.Store
	o     Options
	keys  *keyring // read before the copy was made: what the key store had destroyed by then is in the copy
	drop  func() error
}

// Open opens what is to be checked: a PostgreSQL database for reading only, and of a
// folder a private copy of database and write-ahead log, because SQLite writes beside
// whatever it opens (it brings the log up to date, and takes it away with the last
// reader). The copy goes to the folder for temporary files (TMPDIR) and is taken away
// by Close. It holds no key, and what is secret in it is sealed.
func Open(ctx context.Context, o Options) (*Subject, error) {
	at := store.Options{URL: o.URL, ReadOnly: true, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)}
	t := &Subject{o: o, drop: func() error { return nil }}
	err := there(o.Path)
	if err != nil {
		return nil, err
	}
	if t.keys, err = openKeys(o.KeyFile, o.KeyStore); err != nil {
		return nil, err
	}
	if o.Path != "" {
		t.o.Remembered = append(slices.Clone(o.Remembered), o.kept()...) // before the copy, as Store does it before it looks
		dir, err := privateCopy(ctx, o, t.keys)
		if err != nil {
			return nil, err
		}
		t.drop = func() error { return os.RemoveAll(dir) }
		at.Path, at.Original = dir, o.Path
		if o.Folder != "" {
			t.o.Folder = dir
		}
	}
	if t.Store, err = store.Open(ctx, at); err != nil {
		return nil, errors.Join(err, t.drop())
	}
	if err = t.readable(ctx); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// readable refuses entries of the first form, which named no room. That a table or a
// column is gone altogether is a difference, and is named with the others.
func (t *Subject) readable(ctx context.Context) error {
	return t.Store.View(ctx, func(tx *store.Tx) error {
		columns, err := tx.Columns("entry")
		if err == nil && slices.Contains(columns, "sealed") && !slices.Contains(columns, "room") {
			return fail.New(fail.Conflict, "This history was written by an early version of Heed in a form that this version "+
				"cannot read. Check it with the version that wrote it")
		}
		return nil
	})
}

// Check checks it.
func (t *Subject) Check(ctx context.Context) (Report, error) { return with(ctx, t.Store, t.o, t.keys) }

// Close ends it, and takes the private copy away.
func (t *Subject) Close() error { return errors.Join(t.Store.Close(), t.drop()) }

// there refuses a folder without a database, before anything else is asked of it.
func there(folder string) error {
	if folder == "" {
		return nil
	}
	if _, err := os.Stat(filepath.Join(folder, fileDatabase)); errors.Is(err, fs.ErrNotExist) {
		return fail.Wrap(fail.Missing, err, "There is no Heed installation in this folder")
	}
	return nil
}

// copyTries is how often a copy is begun anew because the writer was in the way.
const copyTries = 20

// privateCopy copies an installation's database, while it is written to or not.
//
// Whole is a copy whose log did not begin anew meanwhile: pages that the writer moved
// from the log into the database while they were copied are all in that log still,
// and SQLite takes a page from the log before it takes it from the database.
// The key store is read within it: no key that the copy needs is destroyed before the log begins anew.
func privateCopy(ctx context.Context, o Options, keys *keyring) (dir string, err error) {
	folder := o.Path
	if dir, err = os.MkdirTemp("", "heed-verify-"); err != nil {
		return "", fail.Wrap(fail.Full, err, "A private copy of the database cannot be made: name a folder that can be "+
			"written to in TMPDIR")
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	if o.Folder != "" { // first: what was held before has its entry in the copy that comes after
		if err := copyHeld(ctx, o.Folder, dir); err != nil {
			return "", err
		}
	}
	for range copyTries {
		before, err := standOf(folder)
		if err != nil {
			return "", err
		}
		for _, name := range []string{fileDatabase, fileWAL} {
			if err := copyFile(ctx, filepath.Join(folder, name), filepath.Join(dir, name)); err != nil {
				return "", err
			}
		}
		if keys != nil {
			if _, _, err := keys.load(); err != nil {
				return "", err
			}
		}
		after, err := standOf(folder)
		if err != nil {
			return "", err
		}
		if before.sameAs(after) {
			return dir, nil
		}
	}
	return "", fail.New(fail.Busy, "The database is written to so much that no copy of it was whole. Run this again in "+
		"a quieter minute")
}

// copyHeld copies the leaves that are held outside the database (held.go).
func copyHeld(ctx context.Context, folder, dir string) error {
	files, err := filepath.Glob(filepath.Join(folder, heldFolder, "*"))
	if err != nil || len(files) == 0 {
		return err
	}
	if err := os.Mkdir(filepath.Join(dir, heldFolder), 0o700); err != nil {
		return fmt.Errorf("copy held leaves: %w", err)
	}
	for _, path := range files {
		if err := copyFile(ctx, path, filepath.Join(dir, heldFolder, filepath.Base(path))); err != nil {
			return err
		}
	}
	return nil
}

// stand is what tells whether a write-ahead log began anew.
type stand struct {
	header  []byte // of the log, with its salts, which are new at each beginning; none when it is empty
	size    int64  // of the database
	changed time.Time
}

const walHeader = 32

func standOf(folder string) (s stand, err error) {
	i, err := os.Stat(filepath.Join(folder, fileDatabase))
	if err != nil {
		return s, fail.Wrap(fail.Refused, err, "The database in %s cannot be read by this user", folder)
	}
	s.size, s.changed = i.Size(), i.ModTime()
	f, err := os.Open(filepath.Join(folder, fileWAL))
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, fail.Wrap(fail.Refused, err, "The write-ahead log in %s cannot be read by this user", folder)
	}
	defer f.Close()
	s.header, err = io.ReadAll(io.LimitReader(f, walHeader))
	if err != nil {
		return s, fmt.Errorf("read the write-ahead log: %w", err)
	}
	return s, nil
}

// sameAs is false when the log may have begun anew. Without a log nothing may have changed at all.
func (s stand) sameAs(o stand) bool {
	if len(s.header) < walHeader {
		return len(o.header) < walHeader && s.size == o.size && s.changed.Equal(o.changed)
	}
	return bytes.Equal(s.header, o.header)
}

// copyFile copies a file that may not be there.
func copyFile(ctx context.Context, from, to string) error {
	in, err := os.Open(from)
	if errors.Is(err, fs.ErrNotExist) {
		return os.RemoveAll(to)
	}
	if err != nil {
		return fail.Wrap(fail.Refused, err, "%s cannot be read by this user", from)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { in.Close() }) // a large copy ends when it is called off
	defer stop()
	_, err = io.Copy(out, in)
	err = errors.Join(err, out.Close())
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fail.Wrap(fail.Full, err, "There is no room for a private copy of %s: name a folder with room in TMPDIR", from)
	}
	return nil
}
