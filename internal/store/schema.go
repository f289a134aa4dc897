package store

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"heed/internal/fail"
	"heed/internal/store/engine"
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
	if err := s.engine.Durable(ctx); err != nil {
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
		have, err := objectsOf(tx.ctx, tx.run, tx.dialect)
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
	version, err := s.engine.Version(ctx)
	if err != nil {
		return nil, err
	}
	texts, err := textsOf(s.engine.Dialect(), want)
	if err != nil {
		return nil, err
	}
	key := version + "\n" + strings.Join(slices.Concat(texts.Changes, texts.Lists), "\n")
	if known, ok := twins.Load(key); ok {
		return known.(objects), nil
	}
	var made objects
	err = s.engine.Twin(ctx, texts, func(ctx context.Context, on engine.Runner) (err error) {
		made, err = objectsOf(ctx, on, s.engine.Dialect())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("make a schema to compare with: %w", err)
	}
	twins.Store(key, made)
	return made, nil
}

// textsOf is a schema as its engine makes it, in this order.
func textsOf(d *engine.Dialect, want Schema) (made engine.Schema, err error) {
	all, err := merged(d, append([]fs.FS{own}, want.Migrations...))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		up, _, _ := strings.Cut(all[name], "-- +goose Down")
		made.Changes = append(made.Changes, up)
	}
	for _, p := range want.Projections {
		made.Lists = append(made.Lists, translated(d, p.Schema))
	}
	made.Migrate = func(ctx context.Context, db *sql.DB) error { return migrate(ctx, d, db, want.Migrations) }
	return made, err
}

// objectsOf describes the schema of an open database.
func objectsOf(ctx context.Context, on engine.Runner, d *engine.Dialect) (objects, error) {
	type row struct {
		object
		definition
	}
	all, err := engine.All(ctx, on, func(r *row) []any { return []any{&r.kind, &r.name, &r.on, &r.text} }, d.Objects)
	out := objects{}
	for _, r := range all {
		out[r.object] = r.definition
	}
	return out, err
}

// Taken names what is in the schema of a PostgreSQL database, extensions apart: a
// database that somebody uses. An SQLite file is told by its being there.
func (s *Store) Taken(ctx context.Context) (names []string, err error) {
	query := s.engine.Dialect().Taken
	if query == "" {
		return nil, nil
	}
	err = s.View(ctx, func(tx *Tx) error {
		names, err = All(tx, oneString, query)
		return err
	})
	return names, err
}
