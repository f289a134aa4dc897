package verify

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"heed/internal/fail"
	"heed/record"
)

// Kind is what sort of difference it is.
type Kind string

// The kinds of difference.
const (
	Entry      Kind = "entry"      // an entry was changed, taken away, put in, moved or repeated
	Numbering  Kind = "numbering"  // a leaf has no row or two, or padding is not padding
	TileKind   Kind = "tile"       // a tile is missing or wrong
	Checkpoint Kind = "checkpoint" // a signed statement of the log is missing, wrong or of another tree
	Witness    Kind = "witness"    // a cosignature is wrong
	Record     Kind = "record"     // versions with a gap, or not those of the head; erased without an entry
	Key        Kind = "key"        // a record's key does not open
	Sealed     Kind = "field"      // a sealed field does not open at its place
	Rows       Kind = "rows"       // rows of an import are not those to which its entry commits
	Rollback   Kind = "rollback"   // a larger tree was signed before: an older copy was put back
	History    Kind = "history"    // another tree was signed before: history was rewritten
	List       Kind = "list"       // a list that is made from the history is not what the history makes
	Index      Kind = "index"      // an index does not hold the rows of its table: what is looked for by it is not found
	Receipt    Kind = "receipt"    // what somebody kept does not fit, or its entry is gone
	Unreadable Kind = "unreadable" // a table or a page cannot be read
)

// Difference is one thing that is not as it was written.
type Difference struct {
	Kind   Kind
	Where  string // the thing, named: "entry 17", "tile/0/000.p/32", "room_record_v1.state"
	Leaf   int64  // its number in the tree; -1 when it has none
	Record string // the record's id in hexadecimal, or ""
	What   string // what is wrong, in words
}

// String is one line for a person.
func (d Difference) String() string {
	s := string(d.Kind) + ": " + d.Where
	if d.Leaf >= 0 {
		s += fmt.Sprintf(", leaf %d", d.Leaf)
	}
	if d.Record != "" {
		s += ", record " + d.Record
	}
	return s + ": " + d.What
}

// Witnessed is a witness's newest signature.
type Witnessed struct {
	Name string
	Size int64
	At   time.Time
}

// Report is what a check found.
type Report struct {
	Origin string
	Size   int64 // of the tree that was checked
	Root   record.Hash
	Public int64 // size of the newest public checkpoint

	Entries, Opened, Erased, Waiting, Padding int64 // of entries: opened with keys, erased, not numbered yet
	Records, Tiles, Checkpoints, Fields, Rows int64
	Witnessed                                 []Witnessed
	Receipt                                   string // what became of the entry of a receipt, in words; empty without one

	Found       int64        // how many differences
	Differences []Difference // the first of them: by kind, then in order of the tree
	Checked     []string     // what was looked at, in words
	Warnings    []string     // what could not be checked, and why
	Proved      bool         // by something from outside what was checked: a public key, keys, or a kept checkpoint
	Took        time.Duration
}

// OK says that nothing differs.
func (r Report) OK() bool { return r.Found == 0 }

// Err is nil, or fail.Tampered with the first difference in its words.
func (r Report) Err() error {
	if r.OK() {
		return nil
	}
	first := "something differs"
	if len(r.Differences) > 0 {
		first = r.Differences[0].String()
	}
	return fail.New(fail.Tampered, "%d differences were found. The first: %s", r.Found, first)
}

// Add notes a difference that somebody else's check found.
func (r *Report) Add(d Difference) {
	if r.Found++; len(r.Differences) < maxDifferences {
		r.Differences = append(r.Differences, d)
	}
}

// maxDifferences bounds what a report lists; Found counts on.
const maxDifferences = 1000

// finder gathers differences from all goroutines.
type finder struct {
	mu       sync.Mutex
	diffs    []Difference
	total    int64
	warnings []string
	away     error // the first read that was lost
	keyStore sync.Once
}

// A difference is found where all that it rests on was read: bytes that are wrong, or what
// a statement did not give that came to its end. From what could not be read nothing
// follows, and a part that needs it concludes nothing: entries that were not all read name
// no erasure (erasures.unread), and a tree whose signed state was not read may be larger (check.unsure).

// unread finds what could not be read. A read that was lost says nothing of what is there.
func (f *finder) unread(where string, err error) {
	if !f.lost(err) {
		f.foundf(Unreadable, where, "cannot be read: %v", err)
	}
}

// unreadStore finds, once, that the key store could not be read while the check needed it.
func (f *finder) unreadStore(err error) { f.keyStore.Do(func() { f.unread("key store", err) }) }

// lost notes a read that failed because the database was away, was stopped by a limit, or had no room to sort in,
// which passes. It is false for damage, and for what is not there.
func (f *finder) lost(err error) bool {
	yes := fail.Is(err, fail.Busy) || fail.Is(err, fail.Full)
	f.mu.Lock()
	defer f.mu.Unlock()
	if yes && f.away == nil {
		f.away = err
	}
	return yes
}

// unfinished is why a check could not look at everything; nil when it did.
func (f *finder) unfinished() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.away == nil {
		return nil
	}
	return fail.Wrap(fail.Busy, f.away, "The check could not finish: the database went away, stopped a statement, or had "+
		"no room to work in. Of what was not read nothing can be said: verify again")
}

func (f *finder) found(d Difference) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.total++; len(f.diffs) < maxDifferences {
		f.diffs = append(f.diffs, d)
	}
}

func (f *finder) foundf(k Kind, where, format string, args ...any) {
	f.found(Difference{Kind: k, Where: where, Leaf: -1, What: fmt.Sprintf(format, args...)})
}

func (f *finder) tileFault(t record.TileFault) {
	if f.lost(t.Err) {
		return
	}
	if t.Tile.Width == 0 {
		f.foundf(Checkpoint, "signed root", "%s", t.Why)
		return
	}
	f.foundf(TileKind, t.Tile.Path(), "%s", t.Why)
}

func (f *finder) warn(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.warnings = append(f.warnings, fmt.Sprintf(format, args...))
}

// counts are what was looked at.
type counts struct {
	entries, opened, erased, waiting, padding, records, checkpoints, fields, rows, public atomic.Int64

	mu        sync.Mutex
	witnessed map[string]Witnessed // guarded by mu
}

func (c *counts) witness(w Witnessed) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.witnessed == nil {
		c.witnessed = map[string]Witnessed{}
	}
	if old, ok := c.witnessed[w.Name]; !ok || old.Size <= w.Size {
		c.witnessed[w.Name] = w
	}
}

var kindOrder = []Kind{Receipt, Rollback, History, Checkpoint, TileKind, Numbering, Entry, Record, List, Index, Key,
	Sealed, Rows, Witness, Unreadable}

func (v *check) report(took time.Duration) Report {
	slices.SortStableFunc(v.diffs, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(slices.Index(kindOrder, a.Kind), slices.Index(kindOrder, b.Kind)),
			cmp.Compare(a.Leaf, b.Leaf), cmp.Compare(a.Where, b.Where))
	})
	c := &v.count
	r := Report{
		Origin: v.head.Origin, Size: v.head.Size, Root: v.head.Root, Public: c.public.Load(),
		Entries: c.entries.Load(), Opened: c.opened.Load(), Erased: c.erased.Load(), Waiting: c.waiting.Load(),
		Padding: c.padding.Load(),
		Records: c.records.Load(), Checkpoints: c.checkpoints.Load(), Fields: c.fields.Load(), Rows: c.rows.Load(),
		Tiles: tileCount(v.head.Size),
		Found: v.total, Differences: v.diffs, Warnings: v.warnings, Receipt: v.told, Took: took,
		Checked: v.checked(), Proved: !v.o.Log.IsZero() || v.keys != nil || len(v.o.remembered()) > 0,
	}
	for _, w := range c.witnessed {
		r.Witnessed = append(r.Witnessed, w)
	}
	slices.SortFunc(r.Witnessed, func(a, b Witnessed) int { return cmp.Compare(a.Name, b.Name) })
	return r
}

// checked says what this check looks at, given what it was given.
func (v *check) checked() []string {
	out := []string{"that the tiles give the root which the log states"}
	if !v.o.Log.IsZero() {
		out = append(out, "the log's signatures")
	}
	if v.store != nil {
		out = append(out, "that each row is the entry which the tree has at its place",
			"that each index holds the rows of its table")
	}
	if v.keys != nil {
		out = append(out, "that each entry and sealed field opens at its place",
			"that what has no key was erased by an entry")
		if len(v.o.Rows) > 0 {
			out = append(out, "that rows which were imported are those to which the entry of their import commits")
		}
	}
	if len(v.o.remembered()) > 0 {
		out = append(out, "that history since the kept checkpoint was only added to")
	}
	return out
}

// tileCount is how many tiles a tree of size leaves has.
func tileCount(size int64) (n int64) {
	for ; size > 0; size /= record.TileWidth {
		n += (size + record.TileWidth - 1) / record.TileWidth
	}
	return n
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }
