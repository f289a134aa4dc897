// Package verify is the independent check of an installation: was anything of its
// history changed, taken away, put in, moved or put back?
//
// It shares no code with the writers (vault, ledger, the slices). It reads the
// tables as 02xx and 01xx of the migrations define them, and believes only what
// package record can prove. What it checks, in this order:
//
//   - the log's own statements: the signed state, every public checkpoint and every
//     cosignature of a known witness, all of one tree (chain.go)
//   - every tile against the signed root (record.CheckTiles)
//   - the numbering: every leaf belongs to one entry or to padding (runs.go)
//   - every entry: its leaf is the tree's leaf; it opens under its record's key at its
//     place, and gives that leaf again; entries without a number are waiting for one (rows.go)
//   - every record: versions 1, 2, 3 … up to its head; a key, or an erasure entry (records.go)
//   - tables whose rows nothing else needs, against what was written with them (gaps.go)
//   - every index, ours and the program's own: it holds the rows of its table, else
//     what is there is not found, by the program or by any part of this check (indexes)
//   - every erasure entry: in its organisation's own record, with reason, rule and two people (erasures.go)
//   - every other sealed field that the caller registers opens at its place (fields.go)
//   - rows that lie in the clear against the roots in the entries of their imports (bulk.go)
//   - every leaf that was held outside the database while numbering stood still has its entry (held.go)
//   - with an older checkpoint: that this tree begins with that one (chain.go)
//
// What it keeps true: it changes nothing, not even the time of a file, since it works
// on a private copy (copy.go); it never panics on damaged data, which is
// a Difference like any other; it uses all cores and a bounded amount of memory
// (some megabytes, and 16 bytes for each reading); every difference names
// what differs.
//
// Trust: the database, the tiles and whoever serves them are trusted with nothing.
// The key file and key store are trusted to open what was sealed; without them
// rows are checked against the tree only. The log's public key must come from
// somewhere else than the database (the configuration, or better: paper). Who holds
// every key of the installation can make a history that passes, unless the check is
// given a checkpoint that somebody else remembered: Since.
package verify

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
	"heed/record"
)

// Options say what is checked. Exactly one of Path, URL and HTTP is given.
type Options struct {
	Path string // SQLite: the folder of the installation
	URL  string // PostgreSQL: postgres://…
	HTTP string // where the log is served: tiles and checkpoint only

	// KeyFile and KeyStore are the organisations' and the generations' keys. Without
	// both, entries are compared with the tree and not opened.
	KeyFile, KeyStore string

	// Log is the log's public key. Without it signatures are not checked, which the report says.
	Log record.Verifier
	// Witnesses are the public keys of the witnesses whose cosignatures are checked.
	Witnesses []record.Verifier
	// Since is an older checkpoint that somebody kept: a file, or what a witness remembers.
	Since []byte
	// Remembered are more of them.
	Remembered [][]byte

	// Folder is the installation's, where the log keeps what the database must not be
	// believed about (held.go); empty when there is none to look at.
	Folder string

	// Receipt is what somebody kept of an entry: is it still there? (receipt.go)
	Receipt []byte

	// Fields are the sealed columns beside the ledger's.
	Fields []Field

	// Rows are the tables of bulk rows.
	Rows []string

	// Gently makes the check take little of the machine: one thing after the other,
	// with rests four times as long as the work, and no view of the store held open
	// while it rests. For a check beside people at work.
	Gently bool

	// Progress, which may be nil, is called now and then from several goroutines.
	Progress func(Progress)
}

// Progress is how far a part of the check has come.
type Progress struct {
	Part        string // "tiles", "entries", "records", "fields", "rows"
	Done, Total int64
}

// Installation opens an installation for reading and checks it. The error says
// why it could not be checked to the end; what was found is in the Report, also then.
func Installation(ctx context.Context, o Options) (Report, error) {
	given := 0
	for _, s := range []string{o.Path, o.URL, o.HTTP} {
		if s != "" {
			given++
		}
	}
	if given != 1 {
		return Report{}, fail.New(fail.Bad,
			"Give one of: a folder, the address of a PostgreSQL database, the address of a log")
	}
	if o.HTTP != "" {
		return served(ctx, o)
	}
	t, err := Open(ctx, o)
	if err != nil {
		return Report{}, err
	}
	r, err := t.Check(ctx)
	return r, errors.Join(err, t.Close())
}

// Store checks what an open store holds; Path, URL and HTTP are not looked at. It
// may run beside writers: what is written after it began is not part of it.
func Store(ctx context.Context, s *store.Store, o Options) (Report, error) {
	keys, err := openKeys(o.KeyFile, o.KeyStore)
	if err != nil {
		return Report{}, err
	}
	return with(ctx, s, o, keys)
}

// with is Store with keys that were read before the store was looked at or copied.
func with(ctx context.Context, s *store.Store, o Options, keys *keyring) (Report, error) {
	took := clock.Stopwatch()
	o.Remembered = append(slices.Clone(o.Remembered), o.kept()...) // before the tree is looked at, which may grow
	v := newCheck(s, o, keys)
	if err := v.run(ctx); err != nil {
		return Report{}, err
	}
	return v.report(took()), v.unfinished()
}

// check is one run over a store.
type check struct {
	finder
	store *store.Store
	o     Options
	keys  *keyring // nil: without keys
	tiles *tileSource
	head  record.Checkpoint // the tree that is checked
	// unsure: the signed state could not be read, and the tree may be larger than head says
	unsure bool
	bad    map[int64]bool // tiles of level 0 at fault; read only once the rows are checked
	gone   erasures
	bulk   bulk
	count  counts

	told     string // of the receipt
	readings readings

	pause func(context.Context, time.Duration) // how it rests
}

func newCheck(s *store.Store, o Options, keys *keyring) *check {
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	return &check{store: s, o: o, keys: keys, bad: map[int64]bool{}, pause: pause}
}

// run is the order of the parts. A part that cannot read its table says so as a
// difference and the others go on; only the end of ctx stops all.
func (v *check) run(ctx context.Context) error {
	v.tiles = openTiles(ctx, v.store, v.workers(), v.o.Gently)
	defer v.tiles.close()
	if err := v.stop(ctx, v.state(ctx)); err != nil {
		return err
	}
	if err := v.part(ctx, v.tree); err != nil {
		return err
	}
	if err := v.part(ctx, v.stands); err != nil {
		return err
	}
	if err := v.together(
		func() error { return v.stop(ctx, v.rows(ctx)) },
		func() error { return v.part(ctx, v.numbering) },
		func() error { return v.part(ctx, v.records) },
		func() error { return v.part(ctx, v.checkpoints) },
		func() error { return v.part(ctx, v.keyTables) },
		func() error { return v.part(ctx, v.gaps) },
		func() error { return v.part(ctx, v.held) },
		func() error { return v.stop(ctx, v.indexes(ctx)) },
	); err != nil {
		return err
	}
	for _, part := range []func(context.Context) error{v.moved, v.erased, v.destroyed, v.undeclared} {
		if err := v.part(ctx, part); err != nil {
			return err
		}
	}
	v.repeated()
	for _, part := range []func(context.Context) error{v.fields, v.bulkRows} {
		if err := v.part(ctx, part); err != nil {
			return err
		}
	}
	v.since(v.tiles.read)
	v.receipt(ctx, v.tiles.read)
	return ctx.Err()
}

// part is a part that does not rest by itself.
func (v *check) part(ctx context.Context, fn func(context.Context) error) error {
	worked := clock.Stopwatch()
	err := v.stop(ctx, fn(ctx))
	v.rest(ctx, worked())
	return err
}

// together runs parts at once, and gently one after the other.
func (v *check) together(parts ...func() error) error {
	if !v.o.Gently {
		return parallel(parts...)
	}
	for _, part := range parts {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// stop turns what kept a part from reading into a difference: a table that cannot
// be read is damage too. A check that was called off is an error.
func (v *check) stop(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	for _, part := range fail.Parts(err) { // one that was lost does not stand for the others
		v.unread("database", part)
	}
	return nil
}

// tree checks every tile against the signed root.
func (v *check) tree(ctx context.Context) error {
	faults, err := record.CheckTiles(ctx, v.tiles.read, v.head,
		func(done, total int64) { v.o.Progress(Progress{"tiles", done, total}) })
	if err != nil {
		return err
	}
	for _, f := range faults {
		v.tileFault(f)
		if f.Tile.Width > 0 && f.Tile.Level == 0 {
			v.bad[f.Tile.Index] = true
		}
	}
	return nil
}

// indexes holds every index to its table: the parts read by them, and so does the program.
func (v *check) indexes(ctx context.Context) error {
	astray, err := v.store.Indexes(ctx, func(worked time.Duration) { v.rest(ctx, worked) })
	for _, a := range astray {
		v.found(Difference{Kind: Index, Where: a.Index, Leaf: -1, Record: a.Record, What: a.What})
	}
	return err
}

func (v *check) workers() int {
	if v.o.Gently {
		return 1
	}
	return max(2, runtime.GOMAXPROCS(0))
}

// rest leaves the machine to others after work that took so long.
func (v *check) rest(ctx context.Context, worked time.Duration) {
	if v.o.Gently {
		v.pause(ctx, 4*worked)
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// parallel runs functions at once and gives the first error.
func parallel(fns ...func() error) error {
	errs := make(chan error, len(fns))
	for _, fn := range fns {
		go func() { errs <- fn() }()
	}
	var all []error
	for range fns {
		all = append(all, <-errs)
	}
	return errors.Join(all...)
}

// signers are the keys whose signatures are checked.
func (o Options) signers() []record.Verifier {
	var out []record.Verifier
	if !o.Log.IsZero() {
		out = append(out, o.Log)
	}
	return append(out, o.Witnesses...)
}

// open reads a signed checkpoint: verified when the log's key is known.
func (o Options) open(note []byte) (record.Checkpoint, []record.Signature, error) {
	if o.Log.IsZero() {
		c, err := record.PeekCheckpoint(note)
		return c, nil, err
	}
	return record.OpenCheckpoint(note, o.signers()...)
}

// remembered are all older checkpoints that were given.
func (o Options) remembered() [][]byte {
	all := slices.Clone(o.Remembered)
	if len(o.Since) > 0 {
		all = append(all, o.Since)
	}
	return all
}

// at is how an instant reads in a difference.
func at(t time.Time) string { return t.UTC().Format("2 January 2006 15:04:05 UTC") }
