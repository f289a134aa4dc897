package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"heed/internal/fail"
)

// Schema is what a database of Heed's holds: the tables of its migrations, and the
// lists that are made from the history.
type Schema struct {
	Migrations  []fs.FS
	Projections []Projection
}

// Sound refuses a database whose schema somebody has changed: a trigger, a rule, a
// view or a function that is not Heed's could keep an entry from being written, or
// show another; a constraint that is gone lets two things be where one may be. What
// other programs keep in schemas of their own, and what belongs to an extension, is
// no reason. Tables that this program does not know hurt nobody.
//
// It also asks again whether the database keeps what it acknowledges.
func (s *Store) Sound(ctx context.Context, want Schema) error {
	if err := s.engine.durable(ctx); err != nil {
		return err
	}
	found, err := s.Foreign(ctx, want)
	if err != nil || len(found) == 0 {
		return err
	}
	return fail.New(fail.Conflict, wordsForeign, strings.Join(found, "; "))
}

// Foreign names what in the schema is not as Heed made it, each in words.
func (s *Store) Foreign(ctx context.Context, want Schema) ([]string, error) {
	twin, err := twinOf(ctx, want)
	if err != nil {
		return nil, err
	}
	var found []string
	err = s.View(ctx, func(tx *Tx) (err error) {
		if tx.engine == enginePostgres {
			found, err = twin.postgres(tx)
		} else {
			found, err = twin.sqlite(tx)
		}
		if err != nil {
			return err
		}
		more, err := unlisted(tx, want)
		found = append(found, more...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	return found, nil
}

// twin is the schema as it should be: of an empty SQLite database in memory. Both
// engines have one text, so it tells what PostgreSQL should hold as well.
type twin struct {
	objects map[object]string // the text of each
	tables  map[string]table
}

// object is a thing in a schema. Kind is table, index, trigger or view.
type object struct{ kind, name string }

// table is what both engines can say of a table.
type table struct {
	columns map[string]column
	unique  []string // "a, b", with " where …" for a partial one; sorted
	checks  int
	foreign int // foreign keys
}

// column is what it takes, and what stands in it when nothing is given.
type column struct {
	kind, given string
	required    bool
}

// serial is the kind of a key that counts upwards (SERIALKEY).
const serial = "serial"

var twins sync.Map // text of a schema → *twin

func twinOf(ctx context.Context, want Schema) (*twin, error) {
	texts, err := merged(engineSQLite, append([]fs.FS{own}, want.Migrations...))
	if err != nil {
		return nil, err
	}
	var key strings.Builder
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		key.WriteString(name + "\n" + texts[name])
	}
	for _, p := range want.Projections {
		key.WriteString("\nlist\n" + p.Schema)
	}
	if known, ok := twins.Load(key.String()); ok {
		return known.(*twin), nil
	}
	t, err := makeTwin(ctx, want)
	if err == nil {
		twins.Store(key.String(), t)
	}
	return t, err
}

func makeTwin(ctx context.Context, want Schema) (_ *twin, err error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, fmt.Errorf("make a schema to compare with: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	if err := migrate(ctx, engineSQLite, db, want.Migrations); err != nil {
		return nil, err
	}
	for _, p := range want.Projections {
		if _, err := db.ExecContext(ctx, dialect(engineSQLite, p.Schema)); err != nil {
			return nil, fmt.Errorf("make list %s to compare with: %w", p.Name, err)
		}
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	tx := &Tx{ctx: ctx, run: newCached(conn), engine: engineSQLite}
	t := &twin{tables: map[string]table{}}
	if t.objects, err = objectsOf(tx); err != nil {
		return nil, err
	}
	for o, text := range t.objects {
		if o.kind == "table" && !strings.HasPrefix(o.name, "goose_") {
			if t.tables[o.name], err = describe(tx, o.name, text); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}

// objectsOf are all objects of an SQLite database with their texts.
func objectsOf(tx *Tx) (map[object]string, error) {
	type row struct{ kind, name, text string }
	all, err := All(tx, func(r *row) []any { return []any{&r.kind, &r.name, &r.text} },
		`select type, name, tbl_name || ': ' || coalesce(sql, '') from sqlite_master where name <> 'sqlite_sequence'`)
	out := map[object]string{}
	for _, r := range all {
		out[object{r.kind, r.name}] = strings.ReplaceAll(r.text, `"`, "") // a table that was renamed and back is quoted
	}
	return out, err
}

// describe says of a table of the twin what PostgreSQL can say too.
func describe(tx *Tx, name, text string) (table, error) {
	t := table{columns: map[string]column{}, checks: strings.Count(strings.ToLower(text), "check (")}
	type info struct {
		name, kind, given string
		required, place   int
	}
	columns, err := All(tx, func(c *info) []any { return []any{&c.name, &c.kind, &c.given, &c.required, &c.place} },
		`select name, lower(type), coalesce(dflt_value, ''), "notnull", pk from pragma_table_info($1) order by pk`, name)
	if err != nil {
		return t, err
	}
	var primary []string
	plain := strings.Join(strings.Fields(text), " ")
	for _, c := range columns {
		if c.place > 0 && strings.Contains(plain, c.name+" integer primary key autoincrement") {
			c.kind = serial
		}
		t.columns[c.name] = column{kind: c.kind, given: c.given, required: c.required == 1 || c.place > 0}
		if c.place > 0 {
			primary = append(primary, c.name)
		}
	}
	// A key that is SQLite's own row number has no index there.
	t.unique, err = All(tx, oneString, `select
		(select group_concat(name, ', ') from (select name from pragma_index_info(l.name) order by seqno))
		|| case when partial then ' where …' else '' end
		from pragma_index_list($1) l where "unique" and origin <> 'pk'`, name)
	if err != nil {
		return t, err
	}
	if len(primary) > 0 {
		t.unique = append(t.unique, strings.Join(primary, ", "))
	}
	slices.Sort(t.unique)
	return t, tx.QueryRow(`select count(distinct id) from pragma_foreign_key_list($1)`, name).Scan(&t.foreign)
}

// sqlite compares texts: SQLite keeps them as they were given.
func (w *twin) sqlite(tx *Tx) ([]string, error) {
	have, err := objectsOf(tx)
	if err != nil {
		return nil, err
	}
	var found []string
	for o, text := range have {
		on, _, _ := strings.Cut(text, ": ")
		_, ours := w.tables[on]
		switch want, known := w.objects[o]; {
		case known && text != want:
			found = append(found, o.kind+" "+o.name+" is not as Heed made it")
		case known:
		case o.kind == "trigger", o.kind == "view":
			found = append(found, o.kind+" "+o.name+" on "+on)
		case o.kind == "index" && ours:
			found = append(found, "index "+o.name+" on "+on)
		}
	}
	for o := range w.objects {
		if _, there := have[o]; !there {
			found = append(found, o.kind+" "+o.name+" is gone")
		}
	}
	slices.Sort(found)
	return found, nil
}
