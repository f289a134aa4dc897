// Package bulk keeps rows that come in thousands and millions from outside, and are about no
// record of their own: organisations, posts, completions of training.
//
// It keeps true:
//   - An organisation has one record in the ledger for each feed. Each import is one entry of
//     it, with the hash of the file, its day, how it was read, counts, and the root of a
//     Merkle tree over the rows (package record, "Rows"). To take one back is another entry.
//   - Nobody sees half an import. Rows are staged in units of some hundred, under a number
//     that no entry names; the entry alone, one commit, makes all of them be there, ends what
//     it ends and moves the counts. One that is stopped or killed is swept away, and never
//     was.
//   - What there is, is folded from entries. The tables are believed about no more than which
//     rows lie there, and heed verify holds those to the roots.
//   - The tables are migrated, never projections: rows cannot be made anew from anything.
//
// Trusted with nothing that is about a person by name: rows lie in the clear, and their roots
// have to stay true when a person is erased. A feed about people has random numbers in its
// rows, and what they stand for lies apart, sealed.
package bulk

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/record"
)

// Migrations are the numbers of imports.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Feed is a kind of rows. Its table, which its own package migrates, has a key, n WHOLEKEY,
// the column ended_by, bigint, with an index of (ended_by, n) where it is not 0, and Columns,
// each of whole numbers or text and never null.
type Feed struct {
	Name    string // "organisations"
	Table   string
	Columns []string
	Whole   []string // those of Columns that are whole numbers; the others are text
}

// fits says that a row is of the kinds that the columns have. On SQLite whoever writes to the
// database can put text where a number belongs.
func (f Feed) fits(row []any) bool {
	for i, c := range f.Columns {
		switch row[i].(type) {
		case int64:
			if !slices.Contains(f.Whole, c) {
				return false
			}
		case string:
			if slices.Contains(f.Whole, c) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// Parts are what the desk works with.
type Parts struct {
	Store  *store.Store
	Vault  *vault.Vault
	Ledger *ledger.Log
}

// Desk is the only way to rows.
type Desk struct {
	Parts
	feeds []Feed

	mu    sync.RWMutex
	known map[id.Record]State
}

// New makes a desk of these feeds.
func New(p Parts, feeds ...Feed) *Desk {
	return &Desk{Parts: p, feeds: feeds, known: map[id.Record]State{}}
}

// feed finds a feed by its name.
func (d *Desk) feed(name string) (Feed, error) {
	for _, f := range d.feeds {
		if f.Name == name {
			return f, nil
		}
	}
	return Feed{}, fail.New(fail.Missing, "There are no rows of that kind")
}

// Of is the record in which an organisation's imports of a feed stand. It is worked out, so
// that nobody can point to another.
func Of(org id.Org, feed string) (rec id.Record) {
	sum := sha256.Sum256(append([]byte("heed/feed/1\n"+feed+"\n"), org.Bytes()...))
	_ = rec.Scan(sum[:16]) // 16 bytes are an id
	return rec
}

// Events are the kinds of event with what each says, for docs/events.md.
func Events() map[string]string {
	return map[string]string{
		record.KindRowsImported: "Rows were imported: from which file (its hash), as of which day, read how, how many, " +
			"their root, which rows of earlier imports they end, and what it did to the counts",
		record.KindRowsUndone: "An import of rows was taken back",
	}
}

// Said is what an entry says of an import.
type Said struct {
	record.RowsImport
	File   string           `json:"file"`             // SHA-256 of the file, in hex
	AsOf   string           `json:"as_of"`            // the day of which it speaks, 2026-07-08
	Form   string           `json:"form"`             // what it was recognised as, with version: "trusts/1"
	Map    json.RawMessage  `json:"map,omitempty"`    // columns that a person named, for the next file that is alike
	Counts map[string]int64 `json:"counts,omitempty"` // what it adds to each
}

// Import is one that stands, or was taken back.
type Import struct {
	Said
	At     time.Time
	By     ledger.Author
	Undone bool
}

// State is what entries say of an organisation's feed.
type State struct {
	Version int64    // of its record; 0 before the first import
	Imports []Import // oldest first
}

// Standing are the numbers of the imports that were not taken back.
func (s State) Standing() map[int64]bool {
	out := map[int64]bool{}
	for _, i := range s.Imports {
		if !i.Undone {
			out[i.Import] = true
		}
	}
	return out
}

// Counts are the sums of what the standing imports did to each.
func (s State) Counts() map[string]int64 {
	out := map[string]int64{}
	for _, i := range s.Imports {
		if i.Undone {
			continue
		}
		for name, n := range i.Counts {
			out[name] += n
		}
	}
	maps.DeleteFunc(out, func(_ string, n int64) bool { return n == 0 })
	return out
}

// Last is the latest import that stands; the only one that can be taken back, since those
// after it rest on it.
func (s State) Last() (Import, bool) {
	for _, i := range slices.Backward(s.Imports) {
		if !i.Undone {
			return i, true
		}
	}
	return Import{}, false
}

// State reads what entries say of an organisation's feed.
func (d *Desk) State(ctx context.Context, org id.Org, feed string) (s State, err error) {
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		s, err = d.stateIn(tx, org, feed)
		return err
	})
	return s, err
}

// stateIn is State in a unit; the fold is kept for as long as the record does not move on.
func (d *Desk) stateIn(tx *store.Tx, org id.Org, feed string) (State, error) {
	rec := Of(org, feed)
	v, err := d.Ledger.Version(tx, rec)
	if fail.Is(err, fail.Missing) {
		return State{}, nil
	}
	if err != nil {
		return State{}, err
	}
	d.mu.RLock()
	s, ok := d.known[rec]
	d.mu.RUnlock()
	if ok && s.Version == v {
		return s, nil
	}
	key, err := d.Vault.Key(tx, org, rec)
	if err != nil {
		return State{}, err
	}
	history, err := d.Ledger.History(tx, key)
	if err != nil {
		return State{}, err
	}
	s = State{}
	for _, e := range history {
		if err := s.fold(e); err != nil {
			return State{}, fmt.Errorf("read %s: %w", e.Kind, err)
		}
	}
	tx.WhenKept(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.known[rec] = s
	})
	return s, nil
}

func (s *State) fold(e ledger.Entry) error {
	s.Version = e.Version
	switch e.Kind {
	case record.KindRowsImported:
		i := Import{At: e.At, By: e.Author}
		if err := json.Unmarshal(e.Data, &i.Said); err != nil {
			return err
		}
		s.Imports = append(s.Imports, i)
	case record.KindRowsUndone:
		var u record.RowsUndone
		if err := json.Unmarshal(e.Data, &u); err != nil {
			return err
		}
		for at := range s.Imports {
			if s.Imports[at].Import == u.Import {
				s.Imports[at].Undone = true
			}
		}
	}
	return nil
}

// Row is a row that is there.
type Row struct {
	Key    int64
	Values []any // as the feed's columns are: int64 or string; the next row's, too
}

// Rows gives the rows of a feed that are there, in the order of their keys. Nothing else runs
// in this unit before the last row was given or the loop was left.
func (d *Desk) Rows(tx *store.Tx, s State, feed string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		f, err := d.feed(feed)
		if err != nil {
			yield(Row{}, err)
			return
		}
		query := `select n, ended_by, ` + strings.Join(f.Columns, ", ") + ` from ` + f.Table +
			` where n >= $1 and n < $2 order by n`
		stands := s.Standing()
		for _, i := range s.Imports {
			if i.Undone {
				continue
			}
			for row, err := range tx.Rows(query, record.RowKey(i.Import, 0), record.RowKey(i.Import+1, 0)) {
				if err != nil {
					yield(Row{}, err)
					return
				}
				key, isKey := row[0].(int64)
				ended, isNumber := row[1].(int64)
				if !isKey || !isNumber || !f.fits(row[2:]) {
					yield(Row{}, fail.New(fail.Tampered, "A row of import %d was changed outside Heed, so none is shown. Run heed "+
						"verify, and import the file again", i.Import))
					return
				}
				if stands[ended] {
					continue
				}
				if !yield(Row{key, row[2:]}, nil) {
					return
				}
			}
		}
	}
}
