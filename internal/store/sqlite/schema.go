package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"

	"heed/internal/fail"
	"heed/internal/store/engine"
)

// Dialect is SQLite's. What is said of units side by side is not sent: here they run one
// after another. Autoincrement remembers the highest key by itself.
var Dialect = engine.Dialect{
	Name:    "sqlite",
	Goose:   goose.DialectSQLite3,
	Serial:  "integer primary key autoincrement",
	Whole:   "integer primary key",
	Tables:  "select name from sqlite_master where type='table' and name not like 'sqlite_%' order by name",
	Columns: "select name from pragma_table_info($1) order by cid",
	// SQLite keeps texts as they were given, but quotes a table that was renamed and back.
	Objects: `select type, name, tbl_name, replace(coalesce(sql, ''), '"', '')
		from sqlite_master where name <> 'sqlite_sequence'`,
	History: "select count(*) from sqlite_master where type='table' and name='goose_db_version'",
	IsThere: isThere,
}

// Dialect is SQLite's own.
func (e *Engine) Dialect() *engine.Dialect { return &Dialect }

// Version is the program's own, always.
func (e *Engine) Version(context.Context) (string, error) { return Dialect.Name, nil }

// Twin is made by the migrations themselves in an empty database in memory.
func (e *Engine) Twin(ctx context.Context, want engine.Schema,
	look func(ctx context.Context, on engine.Runner) error) (err error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	if err := want.Migrate(ctx, db); err != nil {
		return err
	}
	for _, text := range want.Lists {
		if _, err := db.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("make a list: %w", err)
		}
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return look(ctx, newCached(conn))
}

// Intact looks through the whole file for pages that are damaged.
func (e *Engine) Intact(ctx context.Context) error {
	var found []string
	err := e.View(ctx, func(ctx context.Context, on engine.Runner) (_, err error) {
		found, err = engine.Texts(ctx, on, "pragma quick_check(3)")
		return nil, err
	})
	switch {
	case damaged(err):
		found = []string{err.Error()}
	case err != nil:
		return err
	case len(found) == 1 && found[0] == "ok":
		return nil
	}
	return fail.Wrap(fail.Conflict, errors.New(strings.Join(found, "; ")), wordsDamaged, e.named)
}

// Looks has SQLite compare each table with its indexes.
func (e *Engine) Looks(ctx context.Context, on engine.Runner) (
	looks []func(context.Context, engine.Runner) ([]engine.Astray, error), err error) {
	tables, err := engine.Texts(ctx, on, `select name from sqlite_master
		where type = 'table' and name not like 'sqlite\_%' escape '\'`)
	for _, table := range tables {
		looks = append(looks, func(ctx context.Context, on engine.Runner) ([]engine.Astray, error) {
			return compared(ctx, on, table)
		})
	}
	return looks, err
}

func compared(ctx context.Context, on engine.Runner, table string) (found []engine.Astray, err error) {
	said, err := engine.Texts(ctx, on, "pragma integrity_check("+engine.Quoted(table)+")")
	if err != nil {
		return nil, err
	}
	for _, line := range said[:min(len(said), engine.MostAstray)] {
		if line == "ok" {
			continue
		}
		a, err := astray(ctx, on, table, line)
		if err != nil {
			return nil, err
		}
		found = append(found, a)
	}
	return found, nil
}

var rowOfIndex = regexp.MustCompile(`^row (\d+) .* index (\S+)$`)

// astray names the record of a row that SQLite knows by its place.
func astray(ctx context.Context, on engine.Runner, table, line string) (engine.Astray, error) {
	m := rowOfIndex.FindStringSubmatch(line)
	if m == nil {
		return engine.Astray{Index: table, What: "does not hold together: " + line}, nil
	}
	a := engine.Astray{Index: m[2], What: "does not hold a row that " + table + " has"}
	columns, err := engine.Texts(ctx, on, Dialect.Columns, table)
	if err != nil || !slices.Contains(columns, "record") {
		return a, err
	}
	err = on.QueryRow(ctx, `select lower(hex(record)) from `+engine.Quoted(table)+` where rowid = $1`,
		[]any{m[1]}).Scan(&a.Record)
	return a, err
}
