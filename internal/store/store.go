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
//     reading, or only take away, go on while a reserve on the disk lasts (see
//     sqlite/reserve.go).
//   - A failure whose outcome is not known (a commit whose answer was lost, a
//     failed fsync) is fail.Unknown, and never an acknowledgement.
//
// Trust: the store is trusted with durability and order, with nothing else. What
// it holds is sealed by vault and proved by ledger; whoever can write to the
// database can destroy, but can neither read nor forge.
//
// This is the only package that knows the engines: sqlite, postgres, and engine, which
// both keep to. Nobody else opens a database.
package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store/engine"
	"heed/internal/store/postgres"
	"heed/internal/store/sqlite"
)

// Options say where the store is. Exactly one of Path and URL is given.
type Options = engine.Options

// Store is an open database. Safe for concurrent use.
type Store struct {
	engine engine.Engine
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
	e, err := openEngine(ctx, o)
	if err != nil {
		return nil, err
	}
	s.engine = e
	if !o.ReadOnly {
		if err := s.Sound(ctx, Schema{Migrations: o.Migrations}); err != nil {
			return nil, e.Translate(errors.Join(err, s.Close()))
		}
	}
	return s, nil
}

func openEngine(ctx context.Context, o Options) (engine.Engine, error) {
	bring := func(d *engine.Dialect) engine.Migrate {
		return func(ctx context.Context, db *sql.DB) error { return migrate(ctx, d, db, o.Migrations) }
	}
	if o.Path != "" {
		return sqlite.Open(ctx, o, bring(&sqlite.Dialect))
	}
	return postgres.Open(ctx, o, bring(&postgres.Dialect))
}

// Intact looks through the whole database for pages that are damaged, and names
// where. It takes seconds for each gigabyte. PostgreSQL looks for itself.
func (s *Store) Intact(ctx context.Context) error { return s.engine.Intact(ctx) }

// Do runs a unit of work: all of it is kept, durably, or nothing is.
// fn may be run more than once; it must not call Do, DoReading, DoFreeing or Exclusive itself.
func (s *Store) Do(ctx context.Context, fn func(*Tx) error) error {
	return s.do(ctx, fn, false)
}

// DoReading is Do for a unit that only records a reading: on a full disk it may use the reserve.
func (s *Store) DoReading(ctx context.Context, fn func(*Tx) error) error {
	return s.do(ctx, fn, true)
}

// DoFreeing is Do for a unit that only takes away what nobody sees: on a full disk it may use the
// reserve, since what it takes away makes the room.
func (s *Store) DoFreeing(ctx context.Context, fn func(*Tx) error) error {
	return s.do(ctx, fn, true)
}

// Spare is fail.Full when the disk has so little room left that work which can wait, and may be
// of any size, would take it from what cannot. On PostgreSQL the disk is the server's, and it is nil.
func (s *Store) Spare(ctx context.Context) error { return s.engine.Spare(ctx) }

// View reads one snapshot of the store.
func (s *Store) View(ctx context.Context, fn func(*Tx) error) error {
	return s.engine.View(ctx, s.reading(fn))
}

// Look reads without the promise of one snapshot: each statement may see what was
// committed since the one before it. For a single question that every request
// asks: on PostgreSQL it saves two journeys out of three. fn may be run more than once.
func (s *Store) Look(ctx context.Context, fn func(*Tx) error) error {
	return s.engine.Look(ctx, s.reading(fn))
}

// do has the engine run a unit, and gives its last run what was asked for after the commit.
func (s *Store) do(ctx context.Context, fn func(*Tx) error, reserve bool) error {
	var tx *Tx
	err := s.engine.Do(ctx, func(ctx context.Context, on engine.Runner) (fault, err error) {
		tx = s.start(ctx, on)
		defer func() {
			if v := recover(); v != nil {
				err = engine.Caught(v)
			}
			fault = tx.broken
			err = tx.end(err)
		}()
		if err = fn(tx); err == nil {
			err = tx.flush()
		}
		return nil, err
	}, reserve)
	if err != nil {
		logPanic(s.log, err)
		return err
	}
	return answer(tx.after)
}

// reading is fn as an engine runs a view.
func (s *Store) reading(fn func(*Tx) error) engine.Work {
	return func(ctx context.Context, on engine.Runner) (fault, err error) {
		tx := s.start(ctx, on)
		tx.views = true
		defer func() { _ = tx.end(nil) }() // also when fn panics
		if err = fn(tx); err == nil {
			err = tx.flush() // a view writes nothing: the server refuses what waits
		}
		return tx.broken, err
	}
}

// start makes the Tx of one run.
func (s *Store) start(ctx context.Context, on engine.Runner) *Tx {
	return &Tx{ctx: ctx, run: on, dialect: s.engine.Dialect(), now: s.clock.Now()}
}

// Exclusive runs fn if nobody else, in this or another process on the same
// store, is running under this name; ran says whether it did. The context of fn
// ends when the turn is lost.
func (s *Store) Exclusive(ctx context.Context, name string, fn func(context.Context) error) (ran bool, err error) {
	return s.engine.Exclusive(ctx, name, fn)
}

// Scrub makes sure that deleted values have left the live files of the database
// (SQLite: the write-ahead log is emptied into pages that secure_delete has
// overwritten), and that nobody reads an older snapshot. fail.Busy means: a reader is in
// the way, ask again. On PostgreSQL readers are waited for; dead rows and its own log are
// answered by destroying the generation key under which a record key was wrapped.
func (s *Store) Scrub(ctx context.Context) error { return s.engine.Scrub(ctx) }

// Engine is "sqlite" or "postgres".
func (s *Store) Engine() string { return s.engine.Dialect().Name }

// Mark is a number that a process shows to others on the same PostgreSQL database.
type Mark = postgres.Mark

// Mark shows a number, which choose gives while nobody else chooses, and says how many
// other numbers are shown: then its own is not. It is nil on SQLite, where the folder is
// the database's.
func (s *Store) Mark(ctx context.Context, choose func() (int32, error)) (m *Mark, others int, err error) {
	e, ok := s.engine.(*postgres.Engine)
	if !ok {
		return nil, 0, nil
	}
	return e.Mark(ctx, choose)
}

// Superuser says whether the database's user may do anything on its server (PostgreSQL), which nobody can see: by
// themselves, or as one whose role they may take.
func (s *Store) Superuser(ctx context.Context) (is bool, err error) {
	if _, ok := s.engine.(*postgres.Engine); ok {
		err = s.View(ctx, func(tx *Tx) (err error) {
			is, err = One(tx, func(is *bool) []any { return []any{is} },
				`select exists (select 1 from pg_catalog.pg_roles where rolsuper
				 and pg_catalog.pg_has_role(session_user, oid, 'member'))`)
			return err
		})
	}
	return is, err
}

// Close waits for the work that has begun and closes the database.
func (s *Store) Close() error { return s.engine.Close() }

// Ready is nil when a unit of work would be kept now; otherwise it says, by kind,
// what is wrong: fail.Full, fail.ReadOnly, fail.Busy or fail.Broken. It asks the
// database at most once a second, by a small write, so that it tells the truth
// when nothing else is written.
func (s *Store) Ready(ctx context.Context) error {
	recent, err := s.engine.Standing()
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
		s.ready.err = fail.Wrap(fail.Busy, s.ready.err, engine.WordsBusy)
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
