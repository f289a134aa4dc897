package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"

	"heed/internal/clock"
	"heed/internal/directory"
	"heed/internal/durable"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/vault"
	"heed/record"
)

// Init makes a new installation: folder, keys, database, organisation and its
// grantors, and tells their set-up codes. It touches nothing that exists. What was
// made for an installation that could not be founded is taken away again; what a
// stop left (before the codes were told nobody can ever have signed in) is taken
// away by the next attempt: nothing is served meanwhile.
func Init(ctx context.Context, c Config, clk clock.Clock, log *slog.Logger, f directory.Founding,
	tell func(directory.Organisation, []directory.Enrolment) error) (err error) {
	if err := f.Validate(); err != nil {
		return err
	}
	if err := c.vacant(); err != nil {
		return err
	}
	if installed, err := c.unused(ctx); err != nil {
		return err
	} else if installed {
		return errTaken
	}
	if err := durable.MakeFolder(c.Data); errors.Is(err, syscall.ENOTDIR) {
		return fail.Wrap(fail.Bad, err, "%s is a file, or lies in one: name a folder with --data", c.Data)
	} else if err != nil {
		return fail.Wrap(fail.Bad, err, "The folder %s cannot be made by this user: make it, or name another with --data",
			c.Data)
	}
	if c.Demo { // first of all, so that a start that is stopped anywhere is known again
		if err := os.WriteFile(filepath.Join(c.Data, fileDemo),
			[]byte("This folder belongs to the demonstration of Heed. Nothing in it is real.\n"), 0o600); err != nil {
			return fmt.Errorf("mark the demo: %w", err)
		}
	}
	if err := os.WriteFile(c.setUpPath(), []byte("heed init has not finished here.\n"), 0o600); err != nil {
		return fail.Wrap(fail.Bad, err, "Nothing can be written in the folder %s by this user. Nothing was made", c.Data)
	}
	founded := false
	defer func() {
		if err != nil && !founded {
			err = errors.Join(err, c.clear())
		}
	}()
	org := id.NewOrg(clk.Now())
	if err := vault.CreateKeyFile(c.keyFile(), org); err != nil {
		return err
	}
	if err := createLogKey(c.logKey()); err != nil {
		return err
	}
	a, err := bringUp(ctx, c, clk, log, func(a *App, ctx context.Context) error {
		now, err := asSeen(ctx, a.Store, nil)
		if err == nil && !now.Installation.IsZero() {
			err = errTaken // since we looked
		}
		return err
	}, (*App).settle)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	founded = true // from here on the database knows the key: it must not go
	if err := a.Vault.AddOrg(ctx, org); err != nil {
		return err
	}
	o, codes, err := a.Directory.OpenOrganisation(ctx, org, f)
	if err != nil {
		return err
	}
	if err := errors.Join(a.remember(ctx), tell(o, codes)); err != nil {
		return err
	}
	return os.Remove(c.setUpPath())
}

var errTaken = fail.New(fail.Conflict, "There is an installation in this database already. Name an empty one with "+
	"--db. Nothing was made")

func (c Config) setUpPath() string { return filepath.Join(c.Data, fileSetUp) }

// made are the files that Init makes, the database apart.
func (c Config) made() []string {
	return append(c.logFiles(), c.keyFile(), c.logKey(), c.keyStore(), c.belongsPath())
}

// vacant refuses a place where anything of an installation is, and clears one in
// which an earlier attempt was stopped.
func (c Config) vacant() error {
	if _, err := os.Lstat(c.setUpPath()); err == nil {
		return c.clear()
	}
	for _, path := range append(c.made(), filepath.Join(c.Data, fileDatabase)) {
		if _, err := os.Lstat(path); err == nil {
			return fail.New(fail.Conflict, "There is an installation at %s already: %s is there. Name another folder with "+
				"--data, or start this one with heed serve", c.Data, path)
		}
	}
	return nil
}

// clear takes away what Init made, when nothing was founded on it. The place was
// vacant before: nobody's key and nobody's record is among it.
func (c Config) clear() error {
	paths := c.made()
	if c.DB == "" {
		for _, end := range []string{"", "-wal", "-shm"} {
			paths = append(paths, filepath.Join(c.Data, fileDatabase+end))
		}
	}
	var err error
	for _, p := range append(paths, c.setUpPath()) { // its mark last: what is cleared half is cleared again
		if e := os.Remove(p); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, fmt.Errorf("take away what was begun: %w", e))
		}
	}
	return err
}

// createLogKey makes the key with which the log is signed, under a name that says nothing.
func createLogKey(path string) error {
	var b [6]byte
	rand.Read(b[:])
	s, err := record.NewSigner("heed-" + hex.EncodeToString(b[:]) + "/log")
	if err != nil {
		return fmt.Errorf("make signing key: %w", err)
	}
	err = durable.Create(path, []byte(s.Text()+"\n"))
	if errors.Is(err, fs.ErrExist) {
		return fail.New(fail.Conflict, "There is a signing key at %s already", path)
	}
	if err != nil {
		return fail.Wrap(fail.Bad, err, "The signing key %s cannot be written", path)
	}
	return nil
}

// LogVerifier is the public key of the installation's log, to be given to witnesses and auditors.
func LogVerifier(c Config) (record.Verifier, error) {
	s, err := readSigner(c.logKey())
	if err != nil {
		return record.Verifier{}, err
	}
	return s.Verifier(), nil
}
