package app

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"heed/internal/backup"
	"heed/internal/clock"
	"heed/internal/directory"
	"heed/internal/directory/bodies"
	"heed/internal/document/keep"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/room"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/internal/verify"
)

// Restore puts a backup into an empty database. The keys are put there by hand
// before: they are never in a backup. Lists are made anew from the history.
// It gives the files in which the folder has it that the log was longer than it is now.
func Restore(ctx context.Context, c Config, clk clock.Clock, log *slog.Logger, keys vault.OrgKeys,
	from func() (io.ReadCloser, error), tell backup.Progress) (longer []string, err error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.DB == "" { // was it forgotten? One that is named is meant, also for a folder that moves to it
		if err := c.sameEngine(); err != nil {
			return nil, err
		}
	}
	if _, err := c.unused(ctx); err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, store.Options{Path: c.sqlitePath(), URL: c.DB, Clock: clk, Migrations: Migrations(),
		Log: log})
	if err != nil {
		return nil, c.reachable(err)
	}
	if err := backup.Read(ctx, s, keys, from, tell); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	// makes the lists, and refuses keys that do not belong to it
	a, err := bringUp(ctx, c, clk, log, (*App).restored, (*App).settle)
	if err != nil {
		return nil, err
	}
	b, err := c.remembered()
	if err == nil && b.Restored {
		longer = c.logFiles()
	}
	return longer, errors.Join(err, a.Close())
}

// AcceptLostKeys gives up the keys that the key store lacks, when the installation
// does not open for want of them and for no other reason. It gives the number of
// records that can never be read again.
func AcceptLostKeys(ctx context.Context, c Config, clk clock.Clock, log *slog.Logger) (int, error) {
	if err := errors.Join(c.check(), c.expects(ctx)); err != nil {
		return 0, err
	}
	before, err := c.remembered()
	if err != nil {
		return 0, err
	}
	s, err := store.Open(ctx, store.Options{Path: c.sqlitePath(), URL: c.DB, Clock: clk, Migrations: Migrations(),
		Log: log})
	if err != nil {
		return 0, c.reachable(err)
	}
	if _, err := c.fits(ctx, s, before); err != nil {
		return 0, errors.Join(err, s.Close())
	}
	n, err := vault.AcceptLost(ctx, s, c.keyOptions(clk, log))
	return n, errors.Join(err, s.Close())
}

// DestroyAgain is the remedy for a key store that is older than the history, when
// there is no newer copy: the keys that erasures destroyed are destroyed again. What
// those are is said by the entries of erasures under a signed checkpoint, never by
// the database; confirm asks the grantors of an organisation for their words. It
// gives the number of records.
func DestroyAgain(ctx context.Context, c Config, clk clock.Clock, log *slog.Logger,
	confirm func(a *App, o directory.Organisation, records int) ([]directory.Word, error)) (n int, err error) {
	if err := errors.Join(c.check(), c.expects(ctx)); err != nil {
		return 0, err
	}
	a, err := bringUp(ctx, c, clk, log, (*App).belongs, func(a *App, ctx context.Context) error {
		switch err := a.settle(ctx); {
		case err == nil:
			return fail.New(fail.Conflict, "The key store is as new as the history: there is nothing to destroy again")
		case !fail.Is(err, fail.Stale):
			return err
		}
		all, err := a.Directory.Organisations(ctx)
		for _, o := range all {
			if err != nil {
				return err
			}
			var some int
			some, err = a.destroyAgain(ctx, o, confirm)
			n += some
		}
		if err != nil {
			return err
		}
		return a.settle(ctx)
	})
	if err != nil {
		return 0, err
	}
	return n, a.Close()
}

func (a *App) destroyAgain(ctx context.Context, o directory.Organisation,
	confirm func(*App, directory.Organisation, int) ([]directory.Word, error)) (int, error) {
	older, err := a.Vault.Older(ctx, o.ID)
	if err != nil || len(older) == 0 {
		return 0, err
	}
	if err := a.underCheckpoint(ctx, o.ID, older); err != nil {
		return 0, err
	}
	words, err := confirm(a, o, len(older))
	if err != nil {
		return 0, err
	}
	if err := a.Directory.EveryGrantor(ctx, o.ID, words...); err != nil {
		return 0, err
	}
	// First, since what is begun then is finished by any start, which knows nobody's word.
	if err := a.Directory.NoteDestroyedAgain(ctx, o.ID, len(older), words...); err != nil {
		return 0, err
	}
	return len(older), a.Vault.DestroyAgain(ctx, o.ID, older)
}

// underCheckpoint refuses entries that no signed checkpoint holds.
func (a *App) underCheckpoint(ctx context.Context, org id.Org, older []vault.Erasure) error {
	if err := a.Ledger.Publish(ctx); err != nil {
		return err
	}
	version := map[id.Record]int64{}
	err := a.Store.View(ctx, func(tx *store.Tx) error {
		all, err := a.Directory.Erasures(tx, org)
		for _, e := range all {
			version[e.Record] = e.Version
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, e := range older {
		r, err := a.Ledger.Inclusion(ctx, ledger.Entry{Record: org.Record(), Version: version[e.Record]})
		if err != nil {
			return err
		}
		if !r.Published {
			return fail.New(fail.Tampered, "An entry of an erasure is not under the log's signed checkpoint. Run heed verify")
		}
	}
	return nil
}

// RowTables are the tables of bulk rows, for the verifier.
func RowTables() []string { return []string{bodies.Feed.Table} }

// SealedFields are the sealed columns beside the ledger's, for the verifier: each
// must open with its record's key, in its place.
func SealedFields() []verify.Field {
	return []verify.Field{
		{Table: "web_draft", Record: "person", Version: "at", Sealed: "sealed", Name: "web:draft:", NameFrom: "name",
			OfDay: true},
		{Table: "web_session", Record: "person", Version: "started", Sealed: "flash", Name: "web:flash", OfDay: true},
		{Table: "web_session", Record: "person", Version: "started", Sealed: "proof", Name: "web:session:",
			NameFrom: "token"},
		{Table: "directory_passkey_use", Record: "person", Version: "at", Sealed: "sealed", Name: "directory:passkey:",
			NameFrom: "credential"},
		{Table: "web_once", Record: "person", Version: "at", Sealed: "outcome", Name: "web:once", OfDay: true},
		{Table: "room_retry", Record: "record", Version: "version", Sealed: "digest", Name: "retry:", NameFrom: "key"},
		{Table: "room_record_v1", Record: "record", Version: "version", Sealed: "state", Name: room.StateField},
		{Table: "room_link_v1", Record: "record", Sealed: "sealed", Name: room.LinkField, NameFrom: "tag", NameHex: true},
		{Table: "document_chunk", Record: "record", Version: "version", Sealed: "sealed", Name: keep.Field,
			NameFrom: "place"},
		{Table: "concern_reason", Record: "book", Version: "at", Sealed: "sealed", Name: "reason"},
	}
}
