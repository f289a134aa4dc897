package verify

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"

	"heed/internal/store"
	"heed/record"
)

// Field is a column that holds sealed values, beside the ledger's. The program's
// wiring lists them; the names are its own, never data.
type Field struct {
	Table  string // "web_draft"
	Record string // the column that names the record whose key seals it
	// Version is the column with the version that it is bound to; "" when that is always Fixed.
	Version string
	Fixed   int64
	Sealed  string // the column itself; null is nothing to check
	Name    string // the field that it is bound to
	// NameFrom is a column, text or bytes, that is appended to Name; "" for none.
	NameFrom string
	NameHex  bool // it is appended in hex
	// OfDay: it is sealed by the key of the day that Version, an instant, lies in, and
	// not by the record's key.
	OfDay bool
}

func (f Field) where() string { return f.Table + "." + f.Sealed }

var identifier = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// query is one text for both engines. The names are the program's own; a test of
// identifier keeps a slip from becoming SQL.
func (f Field) query() (string, error) {
	version, name := "0", "''"
	for _, id := range []string{f.Table, f.Record, f.Sealed} {
		if !identifier.MatchString(id) {
			return "", fmt.Errorf("verify: %q is not a name", id)
		}
	}
	if f.Version != "" {
		if !identifier.MatchString(f.Version) {
			return "", fmt.Errorf("verify: %q is not a name", f.Version)
		}
		version = "t." + f.Version
	}
	if f.NameFrom != "" {
		if !identifier.MatchString(f.NameFrom) {
			return "", fmt.Errorf("verify: %q is not a name", f.NameFrom)
		}
		name = "t." + f.NameFrom
	}
	return fmt.Sprintf(`select t.%s, %s, %s, t.%s, k.org, k.generation, k.wrapped
		from %s t left join record_key k on k.record = t.%s where t.%s is not null`,
		f.Record, version, name, f.Sealed, f.Table, f.Record, f.Sealed), nil
}

// fields opens every registered sealed value at its place.
func (v *check) fields(ctx context.Context) error {
	if v.keys == nil || len(v.o.Fields) == 0 {
		return nil
	}
	work := make(chan Field)
	fns := []func() error{func() error {
		defer close(work)
		for _, f := range v.o.Fields {
			select {
			case work <- f:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	}}
	for range v.workers() {
		fns = append(fns, func() error {
			w := &fieldCheck{check: v, opened: newOpened(v.keys)}
			for f := range work {
				if err := w.column(ctx, f); err != nil && ctx.Err() == nil {
					v.unread(f.where(), err)
				}
			}
			return nil
		})
	}
	return parallel(fns...)
}

// fieldCheck is one goroutine's part of fields.
type fieldCheck struct {
	*check
	opened  *opened
	scratch record.Scratch
	row     fieldRow
}

type fieldRow struct {
	record, sealed, name   sql.RawBytes
	keyOrg, keySealed      sql.RawBytes
	version, keyGeneration sql.NullInt64
}

func (w *fieldCheck) column(ctx context.Context, f Field) error {
	query, err := f.query()
	if err != nil {
		return err
	}
	return w.store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.Query(query)
		if err != nil {
			return err
		}
		defer rows.Close()
		r := &w.row
		for first := true; rows.Next(); first = false {
			if first { // the snapshot is taken: what wraps its keys may be destroyed before the last row is opened
				if _, _, err := w.keys.load(); err != nil {
					w.unreadStore(err)
				}
			}
			if n := w.count.fields.Add(1); n%4096 == 0 {
				w.o.Progress(Progress{"fields", n, 0})
			}
			if err := rows.Scan(&r.record, &r.version, &r.name, &r.sealed, &r.keyOrg, &r.keyGeneration,
				&r.keySealed); err != nil {
				w.foundf(Sealed, f.where(), "a row cannot be read: %v", err)
				continue
			}
			if what := w.open(f); what != "" {
				w.found(Difference{Kind: Sealed, Where: f.where(), Leaf: -1, Record: hexOf(r.record), What: what})
			}
		}
		return rows.Err()
	})
}

// open gives "" when the value opens at its place.
func (w *fieldCheck) open(f Field) string {
	r := &w.row
	if len(r.record) != 16 {
		return "its row names no record"
	}
	rec := [16]byte(r.record)
	if r.keySealed == nil {
		if _, erased := w.gone.named[rec]; erased {
			w.warnOnce("%s still holds a sealed value of an erased record; nobody can open it", f.where())
			return ""
		}
		if w.gone.unread() {
			return ""
		}
		return "its record has no key"
	}
	k := w.opened.keys[rec]
	if k == nil {
		w.opened.forget()
		w.opened.add(storedKey{rec: r.record, org: r.keyOrg, generation: r.keyGeneration.Int64, wrapped: r.keySealed})
		k = w.opened.keys[rec]
	}
	if errors.Is(k.err, errUnreadStore) {
		w.unreadStore(k.err)
		return ""
	}
	if k.err != nil {
		return k.err.Error()
	}
	key := k.key
	if f.OfDay {
		var err error
		if key, err = w.keys.day(k.org, r.version.Int64); errors.Is(err, errDayOver) {
			return "" // nobody can open it any more; Heed throws it away
		} else if err != nil {
			return err.Error()
		}
	}
	name := string(r.name)
	if f.NameHex {
		name = hex.EncodeToString(r.name)
	}
	p := record.Place{Org: k.org, Record: rec, Field: f.Name + name, Version: f.Fixed}
	if f.Version != "" {
		p.Version = r.version.Int64
	}
	if _, err := key.OpenField(&w.scratch, p, r.sealed); err != nil {
		return "does not open: it was changed, or put here from another place"
	}
	return ""
}
