package store

import (
	"errors"
	"log/slog"

	"heed/internal/store/engine"
	"heed/internal/store/postgres"
	"heed/internal/store/sqlite"
)

const (
	wordsNotKept = "The database did not keep what was written to it. Nothing was saved"
	wordsForeign = "Somebody has changed the tables of this database outside Heed, so that it cannot be relied on: " +
		"%s. Find out who did it and why, and put it right, or restore a backup"
	wordsMigrating = "Another session of the database is bringing its tables up to date, or has held the lock for " +
		"that for a minute. End it on the server (select pg_terminate_backend of who holds it in pg_locks, " +
		"locktype advisory), and start again"
	wordsNewer = "This installation was last used by a newer version of Heed (it has change %d, which this " +
		"version does not know). Start that version or a later one. Nothing was changed"
	wordsUnlisted = "Somebody has emptied or cut the list of changes that this database has had (its table " +
		"goose_db_version). Put it back as it was, or restore a backup. Nothing was changed"
	wordsNewerLists = "This installation was last used by a newer version of Heed (its lists %q are of version %d, and " +
		"this version knows those of version %d). Start that version or a later one. Nothing was changed"
	wordsOlder = "This installation was made by an early version of Heed (with change %d), whose records this " +
		"version cannot read. Go on with the version that made it, or begin in another folder. Nothing was changed"
)

// IsUnique says whether err is a unique constraint that was hit. The unit is over
// all the same: to go on, write "on conflict do nothing" and look at the rows.
func IsUnique(err error) bool { return sqlite.IsUnique(err) || postgres.IsUnique(err) }

func logPanic(log *slog.Logger, err error) {
	var p *engine.Panic
	if errors.As(err, &p) {
		log.Error("panic in a unit of work", "what", p.What, "stack", string(p.Stack))
	}
}
