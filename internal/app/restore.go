package app

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"heed/internal/backup"
	"heed/internal/clock"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/internal/verify"
)

// Restore puts a backup into an empty database. The keys are put there by hand
// before: they are never in a backup. Lists are made anew from the history.
func Restore(ctx context.Context, c Config, clk clock.Clock, log *slog.Logger, keys vault.OrgKeys, from func() (io.ReadCloser, error), tell backup.Progress) error {
	s, err := store.Open(ctx, store.Options{Path: c.sqlitePath(), URL: c.DB, Clock: clk, Migrations: Migrations(), Log: log})
	if err != nil {
		return err
	}
	if err := backup.Read(ctx, s, keys, from, tell); err != nil {
		return errors.Join(err, s.Close())
	}
	if err := s.Close(); err != nil {
		return err
	}
	a, err := Open(ctx, c, clk, log) // makes the lists, and refuses keys that do not belong to it
	if err != nil {
		return err
	}
	return a.Close()
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
	}
}
