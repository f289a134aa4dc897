package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime/debug"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"heed/internal/fail"
)

const (
	wordsFull     = "There is no room to save this now. Nothing was saved"
	wordsReadOnly = "Nothing can be saved now, because the database takes no changes"
	wordsReplaced = "Nothing can be saved now, because the database that Heed has open is not in its place any more. " +
		"Stop Heed, put that database back, and start again"
	wordsWalGone = "Nothing can be saved now, because the file heed.db-wal, in which the database keeps its last " +
		"changes, was taken away or replaced while Heed was running. Stop every Heed program that runs on this folder, in " +
		"the ordinary way, which puts those changes into the database, and start again"
	wordsNotKept = "The database did not keep what was written to it. Nothing was saved"
	wordsForeign = "Somebody has changed the tables of this database outside Heed, so that it cannot be relied on: " +
		"%s. Find out who did it and why, and put it right, or restore a backup"
	wordsDamaged = "The database %s is damaged, or is no database of Heed's. Keep its folder as it is in another " +
		"place, then restore the latest backup: heed restore --help"
	wordsStandby = "This database is a standby, which only follows another. Name the one that leads, or both: " +
		"postgres://user@one,two/heed?target_session_attrs=read-write"
	wordsNoTwin = "The tables of this database cannot be compared with those that Heed makes, because its user may " +
		"not make temporary ones. Let it: GRANT TEMPORARY ON DATABASE name TO user"
	wordsNoSchema = "No schema is named in which this user of the database keeps tables (search_path). Give the user " +
		"one: ALTER ROLE user SET search_path = public"
	wordsPooler = "Between Heed and its database stands a pooler, such as PgBouncer, that gives each transaction " +
		"another session, so that Heed's locks and settings do not hold. Set pool_mode=session for this database, or give " +
		"Heed the address of PostgreSQL itself"
	wordsSettings = "This database does not keep what Heed sets for a connection (%s). Look at who else may change " +
		"it, and at what stands between it and Heed"
	wordsMigrating = "Another session of the database is bringing its tables up to date, or has held the lock for " +
		"that for a minute. End it on the server (select pg_terminate_backend of who holds it in pg_locks, " +
		"locktype advisory), and start again"
	wordsPoolSmall = "Between Heed and its database stands a pooler that has no session left for Heed. Give it at " +
		"least 40 (default_pool_size), or give Heed the address of PostgreSQL itself"
	wordsBusy    = "The service is busy. Nothing was saved. Try again in a minute"
	wordsUnknown = "We do not know whether this was saved. Check before you try again"
	wordsNewer   = "This installation was last used by a newer version of Heed (it has change %d, which this " +
		"version does not know). Start that version or a later one. Nothing was changed"
	wordsUnlisted = "Somebody has emptied or cut the list of changes that this database has had (its table " +
		"goose_db_version). Put it back as it was, or restore a backup. Nothing was changed"
	wordsNewerLists = "This installation was last used by a newer version of Heed (its lists %q are of version %d, and " +
		"this version knows those of version %d). Start that version or a later one. Nothing was changed"
	wordsOlder = "This installation was made by an early version of Heed (with change %d), whose records this " +
		"version cannot read. Go on with the version that made it, or begin in another folder. Nothing was changed"
)

// SQLite's result codes, see sqlite.org/rescode.html.
const (
	sqliteBusy       = 5
	sqliteReadOnly   = 8
	sqliteIO         = 10
	sqliteCorrupt    = 11
	sqliteFull       = 13
	sqliteCantOpen   = 14
	sqliteConstraint = 19
	sqliteNoDatabase = 26
	sqliteIOWrite    = sqliteIO | 3<<8

	sqliteUniquePrimary = sqliteConstraint | 6<<8
	sqliteUnique        = sqliteConstraint | 8<<8
	sqliteUniqueRowid   = sqliteConstraint | 10<<8
)

// sqliteCode is the full result code in err's chain, or 0.
func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

// damaged says that SQLite found its file other than it wrote it.
func damaged(err error) bool {
	code := sqliteCode(err) & 0xff
	return code == sqliteCorrupt || code == sqliteNoDatabase
}

func postgresCode(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// IsUnique says whether err is a unique constraint that was hit. The unit is over
// all the same: to go on, write "on conflict do nothing" and look at the rows.
func IsUnique(err error) bool {
	switch sqliteCode(err) {
	case sqliteUnique, sqliteUniquePrimary, sqliteUniqueRowid:
		return true
	}
	return postgresCode(err) == "23505"
}

// translate gives an engine's error its kind. Errors that have one keep it.
func translate(err error) error {
	var known *fail.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	switch kindOf(err) {
	case fail.Full:
		return fail.Wrap(fail.Full, err, wordsFull)
	case fail.ReadOnly:
		return fail.Wrap(fail.ReadOnly, err, wordsReadOnly)
	case fail.Busy:
		return fail.Wrap(fail.Busy, err, wordsBusy)
	}
	return err
}

func kindOf(err error) fail.Kind {
	switch sqliteCode(err) & 0xff {
	case sqliteFull:
		return fail.Full
	case sqliteReadOnly, sqliteIO, sqliteCantOpen: // a disk that fails takes no changes
		return fail.ReadOnly
	case sqliteBusy:
		return fail.Busy
	}
	// errcodes of PostgreSQL 15, appendix A.
	switch code := postgresCode(err); code {
	case "53100":
		return fail.Full
	case "25006":
		return fail.ReadOnly
	case "55P03", "53300", "57P03", "57014", "40001", "40P01":
		return fail.Busy
	}
	if lostConnection(err) {
		return fail.Busy
	}
	return fail.Broken
}

// lostConnection says that the server was not there, or went away.
func lostConnection(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	switch code := postgresCode(err); {
	case code == "57P01", code == "57P02", code == "57P03", len(code) == 5 && code[:2] == "08":
		return true
	case code != "":
		return false
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// panicked is a unit that panicked, as an error. The value is not kept: it may
// hold words of a record; the stack holds only names of functions.
type panicked struct {
	what  string
	stack []byte
}

func (p *panicked) Error() string { return "store: panic in a unit of work: " + p.what }

func caught(v any) error {
	what := fmt.Sprintf("%T", v)
	if e, ok := v.(interface{ RuntimeError() }); ok {
		what = fmt.Sprint(e) // a runtime error names an index or a nil, never content
	}
	return &panicked{what: what, stack: debug.Stack()}
}

func logPanic(log *slog.Logger, err error) {
	var p *panicked
	if errors.As(err, &p) {
		log.Error("panic in a unit of work", "what", p.what, "stack", string(p.stack))
	}
}
