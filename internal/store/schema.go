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
	twin, err := s.twinOf(ctx, want)
	if err != nil {
		return nil, err
	}
	var found []string
	err = s.View(ctx, func(tx *Tx) error {
		have, err := objectsOf(tx)
		if err != nil {
			return err
		}
		more, err := unlisted(tx, want)
		found = append(differences(twin, have), more...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	return found, nil
}

// objects is a schema as its engine describes it: a definition of each thing in it.
type objects map[object]definition

// object is a thing in a schema. Kind is a word for it: table, index, trigger, …
type object struct{ kind, name string }

// definition is what the engine says of a thing: the table that it is on, and its text.
type definition struct{ on, text string }

// between are the kinds that can step between a statement and its rows, or change what
// a statement means, whatever they are on.
var between = []string{"trigger", "view", "rule", "policy", "function", "operator", "operator class"}

// differences compares a schema with one that was just made. Tables that it does not
// know, and what is on them, hurt nobody.
func differences(want, have objects) (found []string) {
	known := func(table string) bool { _, ok := want[object{"table", table}]; return ok }
	for o, is := range have {
		made, ours := want[o]
		switch {
		case ours && is.text != made.text:
			found = append(found, o.kind+" "+o.name+" is not as Heed made it"+unlike(is.text, made.text))
		case ours:
		case slices.Contains(between, o.kind), is.on != o.name && known(is.on):
			found = append(found, o.kind+" "+o.name+" on "+is.on)
		}
	}
	for o, made := range want {
		_, there := have[o]
		if _, table := have[object{"table", made.on}]; !there && (table || o.kind == "table") {
			found = append(found, o.kind+" "+o.name+" is gone")
		}
	}
	slices.Sort(found)
	return found
}

// facet parts what is said of a thing in several pieces, so that what differs can be named.
const facet = " | "

func unlike(is, made string) string {
	pieces := strings.Split(made, facet)
	var odd []string
	for _, piece := range strings.Split(is, facet) {
		if !slices.Contains(pieces, piece) {
			odd = append(odd, piece)
		}
	}
	if said := strings.Join(odd, ", "); said != "" && !strings.Contains(said, "\n") {
		return " (" + said + ")"
	}
	return ""
}

var twins sync.Map // engine, and the text of a schema → objects

// twinOf is the schema as it should be: one that was just made by the same engine, so
// that it says the same things in the same words.
func (s *Store) twinOf(ctx context.Context, want Schema) (objects, error) {
	version, err := s.engine.version(ctx)
	if err != nil {
		return nil, err
	}
	texts, err := textsOf(s.Engine(), want)
	if err != nil {
		return nil, err
	}
	key := version + "\n" + strings.Join(texts, "\n")
	if known, ok := twins.Load(key); ok {
		return known.(objects), nil
	}
	made, err := s.engine.twin(ctx, want, texts)
	if err != nil {
		return nil, fmt.Errorf("make a schema to compare with: %w", err)
	}
	twins.Store(key, made)
	return made, nil
}

// textsOf are the texts that make a schema, in their order.
func textsOf(engine string, want Schema) (texts []string, err error) {
	all, err := merged(engine, append([]fs.FS{own}, want.Migrations...))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		up, _, _ := strings.Cut(all[name], "-- +goose Down")
		texts = append(texts, up)
	}
	for _, p := range want.Projections {
		texts = append(texts, dialect(engine, p.Schema))
	}
	return texts, err
}

// objectsOf describes the schema of an open database.
func objectsOf(tx *Tx) (objects, error) {
	query := objectsSQLite
	if tx.engine == enginePostgres {
		query = objectsPostgres
	}
	type row struct {
		object
		definition
	}
	all, err := All(tx, func(r *row) []any { return []any{&r.kind, &r.name, &r.on, &r.text} }, query)
	out := objects{}
	for _, r := range all {
		out[r.object] = r.definition
	}
	return out, err
}

// objectsSQLite: SQLite keeps texts as they were given, but quotes a table that was renamed and back.
const objectsSQLite = `select type, name, tbl_name, replace(coalesce(sql, ''), '"', '')
	from sqlite_master where name <> 'sqlite_sequence'`

func (e *sqliteEngine) version(context.Context) (string, error) { return engineSQLite, nil }

// twin is made by the migrations themselves in an empty database in memory.
func (e *sqliteEngine) twin(ctx context.Context, want Schema, _ []string) (made objects, err error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	if err := migrate(ctx, engineSQLite, db, want.Migrations); err != nil {
		return nil, err
	}
	for _, p := range want.Projections {
		if _, err := db.ExecContext(ctx, dialect(engineSQLite, p.Schema)); err != nil {
			return nil, fmt.Errorf("make list %s: %w", p.Name, err)
		}
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return objectsOf(&Tx{ctx: ctx, run: newCached(conn), engine: engineSQLite})
}
