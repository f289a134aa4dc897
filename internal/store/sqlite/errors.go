package sqlite

import (
	"errors"
	"strings"

	"modernc.org/sqlite"

	"heed/internal/fail"
	"heed/internal/store/engine"
)

const (
	wordsReplaced = "Nothing can be saved now, because the database that Heed has open is not in its place any more. " +
		"Stop Heed, put that database back, and start again"
	wordsWalGone = "Nothing can be saved now, because the file heed.db-wal, in which the database keeps its last " +
		"changes, was taken away or replaced while Heed was running. Stop every Heed program that runs on this folder, in " +
		"the ordinary way, which puts those changes into the database, and start again"
	wordsDamaged = "The database %s is damaged, or is no database of Heed's. Keep its folder as it is in another " +
		"place, then restore the latest backup: heed restore --help"
)

// SQLite's result codes, see sqlite.org/rescode.html.
const (
	codeBusy       = 5
	codeReadOnly   = 8
	codeIO         = 10
	codeCorrupt    = 11
	codeFull       = 13
	codeCantOpen   = 14
	codeConstraint = 19
	codeNoDatabase = 26
	codeIOWrite    = codeIO | 3<<8

	codeUniquePrimary = codeConstraint | 6<<8
	codeUnique        = codeConstraint | 8<<8
	codeUniqueRowid   = codeConstraint | 10<<8
)

// codeOf is the full result code in err's chain, or 0.
func codeOf(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

// damaged says that SQLite found its file other than it wrote it.
func damaged(err error) bool {
	code := codeOf(err) & 0xff
	return code == codeCorrupt || code == codeNoDatabase
}

// IsUnique says whether err is a unique constraint that was hit.
func IsUnique(err error) bool {
	switch codeOf(err) {
	case codeUnique, codeUniquePrimary, codeUniqueRowid:
		return true
	}
	return false
}

func isThere(err error) bool {
	return codeOf(err) != 0 && strings.Contains(err.Error(), "already exists")
}

func translate(err error) error { return engine.Translate(err, kindOf) }

func kindOf(err error) fail.Kind {
	switch codeOf(err) & 0xff {
	case codeFull:
		return fail.Full
	case codeReadOnly, codeIO, codeCantOpen: // a disk that fails takes no changes
		return fail.ReadOnly
	case codeBusy:
		return fail.Busy
	}
	return fail.Broken
}
