package app

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"heed/internal/backup"
	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/room"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/internal/verify"
)

// Restore puts a backup into an empty database. The keys are put there by hand
// before: they are never in a backup. Lists are made anew from the history.
func Restore(ctx context.Context, c Config, clk clock.Clock, log *slog.Logger, keys vault.OrgKeys, from func() (io.ReadCloser, error), tell backup.Progress) error {
	s, err := store.Open(ctx, store.Options{Path: c.sqlitePath(), URL: c.DB, Clock: clk, Migrations: Migrations(), Log: log})
	if err != nil {
		return c.reachable(err)
	}
	if err := backup.Read(ctx, s, keys, from, tell); err != nil {
		return errors.Join(err, s.Close())
	}
	if err := s.Close(); err != nil {
		return err
	}
	a, err := bringUp(ctx, c, clk, log, made) // makes the lists, and refuses keys that do not belong to it
	if err != nil {
		return err
	}
	return a.Close()
}

// AcceptLostKeys gives up the keys that the key store lacks, when the installation
// does not open for want of them and for no other reason. It gives the number of
// records that can never be read again.
func AcceptLostKeys(ctx context.Context, c Config, clk clock.Clock, log *slog.Logger) (int, error) {
	a, err := Open(ctx, c, clk, log)
	switch {
	case err == nil:
		return 0, errors.Join(fail.New(fail.Conflict, "No keys are missing: there is nothing to give up"), a.Close())
	case !fail.Is(err, fail.Stale): // the wrong key store, above all
		return 0, err
	}
	s, err := store.Open(ctx, store.Options{Path: c.sqlitePath(), URL: c.DB, Clock: clk, Migrations: Migrations(), Log: log})
	if err != nil {
		return 0, err
	}
	n, err := vault.AcceptLostKeys(ctx, s, c.keyStore())
	return n, errors.Join(err, s.Close())
}

// SealedFields are the sealed columns beside the ledger's, for the verifier: each
// must open with its record's key, in its place.
func SealedFields() []verify.Field {
	return []verify.Field{
		{Table: "web_draft", Record: "person", Version: "at", Sealed: "sealed", Name: "web:draft:", NameFrom: "name"},
		{Table: "web_session", Record: "person", Version: "started", Sealed: "flash", Name: "web:flash"},
		{Table: "web_session", Record: "person", Version: "started", Sealed: "proof", Name: "web:session:", NameFrom: "token"},
		{Table: "web_once", Record: "person", Version: "at", Sealed: "outcome", Name: "web:once"},
		{Table: "concern_retry", Record: "record", Version: "version", Sealed: "digest", Name: "retry"},
		{Table: "room_retry", Record: "record", Version: "version", Sealed: "digest", Name: "retry"},
		{Table: "room_record_v1", Record: "record", Version: "version", Sealed: "state", Name: room.StateField},
	}
}
