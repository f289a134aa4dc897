// Package store keeps what Heed knows, on SQLite or on PostgreSQL, behind one door.
//
// What it keeps true:
//   - A unit of work (Do) happens whole or not at all, and Do returns nil only
//     after the database has made it durable. Units may be run again (after a
//     deadlock, or when the group that they were in had to be given up), so they
//     have no outside effects. After a failed statement a unit is over.
//   - View sees one snapshot, changes nothing and never waits for a writer.
//   - It refuses to start on a database that may forget what it has
//     acknowledged: an SQLite with the WAL-reset fault, synchronous below FULL,
//     fsync or synchronous_commit off on PostgreSQL.
//   - When the disk is full, new work is refused whole; units that only record a
//     reading go on while a reserve on the disk lasts (see reserve.go).
//   - A failure whose outcome is not known (a commit whose answer was lost, a
//     failed fsync) is fail.Unknown, and never an acknowledgement.
//
// Trust: the store is trusted with durability and order, with nothing else. What
// it holds is sealed by vault and proved by ledger; whoever can write to the
// database can destroy, but can neither read nor forge.
//
// This is the only package that opens a database.
package store

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"strings"
	"sync"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
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

// Store is an open database. Safe for concurrent use.
type Store struct {
	engine engine
	clock  clock.Clock
	log    *slog.Logger
	uptime func() time.Duration // monotonic, for intervals that no test may stop

	ready struct {
		sync.Mutex
		asked time.Duration
		once  bool
		err   error
	}
}

// engine is what differs between SQLite and PostgreSQL.
type engine interface {
	name() string
	do(ctx context.Context, fn func(*Tx) error, reading bool) error
	view(ctx context.Context, fn func(*Tx) error) error
	look(ctx context.Context, fn func(*Tx) error) error
	exclusive(ctx context.Context, name string, fn func(context.Context) error) (bool, error)
	// standing is the fault known without asking the database, or nil; recent says
	// that a commit has succeeded within the last second.
	standing() (recent bool, err error)
	scrub(ctx context.Context) error
	durable(ctx context.Context) error
	// twin is a schema that was just made by these texts, on an engine of this version.
	version(ctx context.Context) (string, error)
	twin(ctx context.Context, want Schema, texts []string) (objects, error)
	close() error
}

// Open opens the store, brings its tables up to date and checks that it keeps its promises.
func Open(ctx context.Context, o Options) (*Store, error) {
	if (o.Path == "") == (o.URL == "") {
		return nil, fail.New(fail.Bad, "Give either a folder or the address of a PostgreSQL database")
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.ReserveBytes == 0 {
		o.ReserveBytes = 8 << 20
	}
	s := &Store{clock: o.Clock, log: o.Log, uptime: clock.Stopwatch()}
	var err error
	if o.Path != "" {
		s.engine, err = openSQLite(ctx, s, o)
	} else {
		s.engine, err = openPostgres(ctx, s, o)
	}
	if err == nil && !o.ReadOnly {
		if err = s.Sound(ctx, Schema{Migrations: o.Migrations}); err != nil {
			err = errors.Join(err, s.Close())
		}
	}
	if err != nil {
		return nil, translate(err)
	}
	return s, nil
}

// Intact looks through the whole database for pages that are damaged, and names
// where. It takes seconds for each gigabyte. PostgreSQL looks for itself.
func (s *Store) Intact(ctx context.Context) error {
	if s.Engine() != engineSQLite {
		return nil
	}
	var found []string
	err := s.View(ctx, func(tx *Tx) (err error) {
		found, err = All(tx, func(v *string) []any { return []any{v} }, "pragma quick_check(3)")
		return err
	})
	switch {
	case damaged(err):
		found = []string{err.Error()}
	case err != nil:
		return err
	case len(found) == 1 && found[0] == "ok":
		return nil
	}
	return fail.Wrap(fail.Conflict, errors.New(strings.Join(found, "; ")), wordsDamaged, s.engine.(*sqliteEngine).named)
}

// Do runs a unit of work: all of it is kept, durably, or nothing is.
// fn may be run more than once; it must not call Do, DoReading or Exclusive itself.
func (s *Store) Do(ctx context.Context, fn func(*Tx) error) error {
	return s.engine.do(ctx, fn, false)
}

// DoReading is Do for a unit that only records a reading: on a full disk it may use the reserve.
func (s *Store) DoReading(ctx context.Context, fn func(*Tx) error) error {
	return s.engine.do(ctx, fn, true)
}

// View reads one snapshot of the store.
func (s *Store) View(ctx context.Context, fn func(*Tx) error) error {
	return s.engine.view(ctx, fn)
}

// Look reads without the promise of one snapshot: each statement may see what was
// committed since the one before it. For a single question that every request
// asks: on PostgreSQL it saves two journeys out of three. fn may be run more than once.
func (s *Store) Look(ctx context.Context, fn func(*Tx) error) error {
	return s.engine.look(ctx, fn)
}

// Exclusive runs fn if nobody else, in this or another process on the same
// store, is running under this name; ran says whether it did. The context of fn
// ends when the turn is lost.
func (s *Store) Exclusive(ctx context.Context, name string, fn func(context.Context) error) (ran bool, err error) {
	return s.engine.exclusive(ctx, name, fn)
}

// Scrub makes sure that deleted values have left the live files of the database
// (SQLite: the write-ahead log is emptied into pages that secure_delete has
// overwritten), and that nobody reads an older snapshot. fail.Busy means: a reader is in
// the way, ask again. On PostgreSQL readers are waited for; dead rows and its own log are
// answered by destroying the generation key under which a record key was wrapped.
func (s *Store) Scrub(ctx context.Context) error { return s.engine.scrub(ctx) }

// Engine is "sqlite" or "postgres".
func (s *Store) Engine() string { return s.engine.name() }

// Close waits for the work that has begun and closes the database.
func (s *Store) Close() error { return s.engine.close() }

// Ready is nil when a unit of work would be kept now; otherwise it says, by kind,
// what is wrong: fail.Full, fail.ReadOnly, fail.Busy or fail.Broken. It asks the
// database at most once a second, by a small write, so that it tells the truth
// when nothing else is written.
func (s *Store) Ready(ctx context.Context) error {
	recent, err := s.engine.standing()
	if err != nil || recent {
		return err
	}
	s.ready.Lock()
	defer s.ready.Unlock()
	if s.ready.once && s.uptime()-s.ready.asked < time.Second {
		return s.ready.err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	s.ready.err = s.probe(ctx)
	if s.ready.err != nil && fail.Is(s.ready.err, fail.Broken) && ctx.Err() != nil {
		s.ready.err = fail.Wrap(fail.Busy, s.ready.err, wordsBusy)
	}
	s.ready.asked, s.ready.once = s.uptime(), true
	return s.ready.err
}

func (s *Store) probe(ctx context.Context) error {
	return s.Do(ctx, func(tx *Tx) error {
		_, err := tx.Exec("update store_probe set at=$1 where id=1", clock.Micros(tx.Now()))
		return err
	})
}
