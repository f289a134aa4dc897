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

	"heed/internal/clock"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/vault"
	"heed/record"
)

// Init makes a new installation: folder, keys, database, organisation and its
// grantors. It touches nothing that exists.
func Init(ctx context.Context, c Config, clk clock.Clock, log *slog.Logger, f directory.Founding) (directory.Organisation, []directory.Enrolment, error) {
	var none directory.Organisation
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return none, nil, fail.Wrap(fail.Bad, err, "The folder %s cannot be made", c.Data)
	}
	if _, err := os.Stat(c.keyFile()); err == nil {
		return none, nil, fail.New(fail.Conflict, "There is an installation at %s already", c.Data)
	}
	org := id.NewOrg(clk.Now())
	if err := vault.CreateKeyFile(c.keyFile(), org); err != nil {
		return none, nil, err
	}
	if err := createLogKey(c.logKey()); err != nil {
		return none, nil, err
	}
	if c.Demo {
		if err := os.WriteFile(filepath.Join(c.Data, fileDemo), []byte("This folder belongs to the demonstration of Heed. Nothing in it is real.\n"), 0o600); err != nil {
			return none, nil, fmt.Errorf("mark the demo: %w", err)
		}
	}
	a, err := Open(ctx, c, clk, log)
	if err != nil {
		return none, nil, err
	}
	defer func() { _ = a.Close() }()
	if err := a.Vault.AddOrg(ctx, org); err != nil {
		return none, nil, err
	}
	return a.Directory.OpenOrganisation(ctx, org, f)
}

// createLogKey makes the key with which the log is signed, under a name that says nothing.
func createLogKey(path string) error {
	var b [6]byte
	rand.Read(b[:])
	s, err := record.NewSigner("heed-" + hex.EncodeToString(b[:]) + "/log")
	if err != nil {
		return fmt.Errorf("make signing key: %w", err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fail.New(fail.Conflict, "There is a signing key at %s already", path)
	}
	if err != nil {
		return fail.Wrap(fail.Bad, err, "The signing key %s cannot be written", path)
	}
	if _, err := file.WriteString(s.Text() + "\n"); err != nil {
		_ = file.Close()
		return fmt.Errorf("write signing key: %w", err)
	}
	return errors.Join(file.Sync(), file.Close())
}

// LogVerifier is the public key of the installation's log, to be given to witnesses and auditors.
func LogVerifier(c Config) (record.Verifier, error) {
	s, err := readSigner(c.logKey())
	if err != nil {
		return record.Verifier{}, err
	}
	return s.Verifier(), nil
}
