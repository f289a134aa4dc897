package postgres

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"

	"heed/internal/fail"
	"heed/internal/store/engine"
)

const (
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
	wordsPoolSmall = "Between Heed and its database stands a pooler that has no session left for Heed. Give it at " +
		"least 40 (default_pool_size), or give Heed the address of PostgreSQL itself"
)

// codeOf is the server's code in err's chain, or "".
func codeOf(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// IsUnique says whether err is a unique constraint that was hit.
func IsUnique(err error) bool { return codeOf(err) == "23505" }

func isThere(err error) bool {
	const duplicateTable, duplicateObject = "42P07", "42710"
	code := codeOf(err)
	return code == duplicateTable || code == duplicateObject
}

func translate(err error) error { return engine.Translate(err, kindOf) }

// kindOf knows the errcodes of PostgreSQL 15, appendix A.
func kindOf(err error) fail.Kind {
	switch codeOf(err) {
	case "53100":
		return fail.Full
	case "25006":
		return fail.ReadOnly
	case "55P03", "53000", "53200", "53300", "53400", "57P03", "57014", "40001", "40P01":
		return fail.Busy
	}
	if lostConnection(err) {
		return fail.Busy
	}
	return fail.Broken
}

// ended are the codes by which a server ends a session: it goes down, is not up, or lets nobody be idle for so long.
var ended = []string{"57P01", "57P02", "57P03", "57P05", "25P03", "25P04"}

// lostConnection says that the server was not there, or went away.
func lostConnection(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	switch code := codeOf(err); {
	case slices.Contains(ended, code), len(code) == 5 && code[:2] == "08":
		return true
	case code != "":
		return false
	}
	var connect *pgconn.ConnectError
	return errors.As(err, &connect) || errors.Is(err, pgconn.ErrConnClosed) || engine.BrokenOff(err)
}
