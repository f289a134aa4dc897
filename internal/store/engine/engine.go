// Package engine is what the door of the store asks of SQLite and of PostgreSQL: to open
// and to end, to run work on a connection and to say what came of it, to say what is
// wrong, and how their SQL differs.
//
// What is always true: an engine knows no unit of work, only Work that the door gives it;
// it begins, commits or rolls back around it, and gives its own errors their kind. The
// door knows no engine's connection, only a Runner. See docs/decisions/0013.
package engine

import (
	"context"
	"database/sql"
	"io/fs"
	"log/slog"
	"time"

	"github.com/pressly/goose/v3"

	"heed/internal/clock"
)

// Options say where the store is. Exactly one of Path and URL is given.
type Options struct {
	Path         string // SQLite: the folder of the installation; the file is PATH/heed.db
	Original     string // SQLite: the folder that words name, when Path is a copy of it
	URL          string // PostgreSQL: postgres://…
	Clock        clock.Clock
	Migrations   []fs.FS       // each holds migrations/NNNN_name.sql
	ReserveBytes int64         // SQLite: size of the reserve for readings, 8 MiB when 0
	Silence      time.Duration // PostgreSQL: a server that says nothing for so long is given up, 20 s when 0
	ReadOnly     bool          // look at an existing store only: no migrations, Do is refused
	Log          *slog.Logger
}

// Migrate brings the tables of a database up to date. An engine calls it when nobody else
// migrates there.
type Migrate func(ctx context.Context, db *sql.DB) error

// Engine is an open database. Safe for concurrent use. Unless it says otherwise its errors
// have their kind.
type Engine interface {
	Dialect() *Dialect

	// Do runs work in a transaction, again where it may succeed then, and is nil only
	// after a durable commit. Its work answers for panics by an error. reserve says that it
	// may use what is kept on the disk for readings.
	Do(ctx context.Context, work Work, reserve bool) error
	// View runs work on one snapshot; Look sees in each statement what was committed before it.
	View(ctx context.Context, work Work) error
	Look(ctx context.Context, work Work) error
	// Exclusive runs fn unless somebody else is running under this name.
	Exclusive(ctx context.Context, name string, fn func(context.Context) error) (ran bool, err error)

	// Standing is the fault known without asking the database, or nil; recent says
	// that a commit has succeeded within the last second.
	Standing() (recent bool, err error)
	// Spare is fail.Full when the disk has too little room left for work that can wait.
	Spare(ctx context.Context) error
	Durable(ctx context.Context) error
	Intact(ctx context.Context) error
	Scrub(ctx context.Context) error

	// Version is of what Twin's answers depend on.
	Version(ctx context.Context) (string, error)
	// Twin makes the schema where nobody sees it, and has it looked at. Its errors have no kind.
	Twin(ctx context.Context, want Schema, look func(ctx context.Context, on Runner) error) error
	// Looks are what compares each index with its table, each for a view of its own.
	Looks(ctx context.Context, on Runner) ([]func(ctx context.Context, on Runner) ([]Astray, error), error)

	// Translate gives an error that came from the engine its kind.
	Translate(err error) error
	Close() error
}

// Work is one run of a unit or a view on a connection. fault is the first statement that
// failed, err what it came to: only with nil may it be kept. It leaves nothing open.
type Work func(ctx context.Context, on Runner) (fault, err error)

// Runner executes statements on one connection.
type Runner interface {
	Exec(ctx context.Context, query string, args []any) (sql.Result, error)
	Query(ctx context.Context, query string, args []any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args []any) *sql.Row
	Script(ctx context.Context, text string) error // several statements (DDL) at once
}

// Batcher is a Runner that sends several statements in one journey. tell is called with
// each answer in order, and ends the rest by an error.
type Batcher interface {
	Batch(ctx context.Context, all []Statement, tell func(at int, rows int64, err error) error) error
}

// Copier is a Runner that takes many rows in one stream. values lie row after row.
type Copier interface {
	Copy(ctx context.Context, table string, columns []string, values []any) (rows int64, err error)
}

// Statement is one of a batch.
type Statement struct {
	Query string
	Args  []any
}

// Schema is what the door wants to find in a database: what Migrate makes, which Changes
// are as texts, and Lists.
type Schema struct {
	Migrate        Migrate
	Changes, Lists []string
}

// Astray is a way in which an index does not hold the rows of its table.
type Astray struct {
	Index  string
	Record string // the id in hexadecimal of the record whose row it is; "" when that is not known
	What   string // in words
}

// MostAstray is how many rows are named of one index.
const MostAstray = 20

// Dialect is how an engine's SQL differs from the one text.
type Dialect struct {
	Name   string // sqlite or postgres
	Server bool   // units run side by side, and each statement is a journey to a server
	Goose  goose.Dialect

	Serial string // what SERIALKEY stands for: a key that counts upwards in order of insertion
	Whole  string // what WHOLEKEY stands for: a key that is a whole number and is given

	InTurn        string // waits for the turn of a number ($1), until the unit's end
	EndWhenSilent string // has the unit ended after so many milliseconds ($1) of silence

	Tables  string // names each table
	Columns string // names each column of a table ($1), in their order
	Counter string // names the column of a table ($1) whose counter Restore moves by Move; "" when none needs it
	Move    string // has the counter of $1, $2 go on after the highest; a format of column and table

	Objects string // describes each thing in the schema: kind, name, table, text
	History string // counts the tables that hold the list of changes
	Taken   string // names what somebody keeps in the schema; "" where a file tells by being there

	IsThere func(error) bool // a table could not be made, because one of that name is there
}

// UntilRan tries, again and again until the turn comes.
func UntilRan(ctx context.Context, try func() (bool, error)) error {
	for {
		ran, err := try()
		if ran || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
