// Package sqlite is the engine for one folder: a file, one connection that writes, and
// readers beside it.
//
// What it keeps true:
//   - Units that wait are committed together, each under a savepoint; none is answered
//     before the commit is on the disk (group.go).
//   - It refuses an SQLite with the WAL-reset fault, or synchronous below FULL.
//   - When the disk is full, units that only record a reading, or only take away, go on
//     while a reserve on the disk lasts (reserve.go), and the file gives back what was
//     taken away; a fault stands until writing was seen to work again.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store/engine"
)

// Engine is an open file, one writer that commits waiting units together, and
// readers beside it.
type Engine struct {
	dir      string
	named    string      // the file, in words
	file     os.FileInfo // of the database when it was opened
	wal      walFile
	log      *slog.Logger
	uptime   func() time.Duration
	readOnly bool

	writeDB *sql.DB
	readDB  *sql.DB
	readers readers
	writer  *writer // nil when read only
	turns   turns
	closed  sync.Once
}

// writePragmas: durability first (D2: NORMAL loses acknowledged rows at a power
// cut), deleted keys overwritten (C2), nothing spilt to temporary files (C9). That the file
// can give room back is settled before anything else is in it. What the log holds, 4 MB, fits
// into the file by half of the usual reserve.
var writePragmas = []string{
	"busy_timeout(10000)", "auto_vacuum(incremental)", "journal_mode(wal)", "synchronous(full)", "fullfsync(on)",
	"checkpoint_fullfsync(on)", "secure_delete(on)", "foreign_keys(on)", "temp_store(memory)", "trusted_schema(off)",
	"cell_size_check(on)", "cache_size(-8000)", "wal_autocheckpoint(1000)", "journal_size_limit(16777216)",
}

var readPragmas = []string{
	"busy_timeout(10000)", "query_only(on)", "temp_store(memory)", "trusted_schema(off)", "cell_size_check(on)",
	"cache_size(-2000)",
}

// lookPragmas are for a store that is only looked at, all of it: each table is read by
// its records, and as often by its indexes, by a few readers.
var lookPragmas = append(slices.Clone(readPragmas), "cache_size(-20000)")

// defensive keeps SQL from writing to the schema's own tables and shadow tables, or
// turning the log off (sqlite.org/c3ref/c_dbconfig_defensive.html).
const defensive = "_defensive=1"

func dsn(path string, pragmas []string, more ...string) string {
	q := url.Values{"_pragma": pragmas}
	for _, m := range more {
		k, v, _ := strings.Cut(m, "=")
		q.Set(k, v)
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String()
}

// Open opens the file of a folder, or makes it, and brings its tables up to date.
func Open(ctx context.Context, o engine.Options, migrate engine.Migrate) (*Engine, error) {
	e, err := open(ctx, o, migrate)
	return e, translate(err)
}

func open(ctx context.Context, o engine.Options, migrate engine.Migrate) (_ *Engine, err error) {
	dir, err := filepath.Abs(o.Path)
	if err != nil {
		return nil, fmt.Errorf("folder: %w", err)
	}
	e := &Engine{dir: dir, log: o.Log, uptime: clock.Stopwatch(), readOnly: o.ReadOnly}
	file := filepath.Join(dir, "heed.db")
	e.named = file
	if o.Original != "" {
		e.named = filepath.Join(o.Original, "heed.db")
	}
	defer func() {
		if err != nil {
			e.Close()
			err = notStarted(dir, e.named, err)
		}
	}()
	if o.ReadOnly {
		return e, e.openToLook(ctx, file)
	}
	if err := makePrivate(dir, file); err != nil {
		return nil, err
	}
	if e.file, err = os.Stat(file); err != nil {
		return nil, fmt.Errorf("look at the file: %w", err)
	}
	res := &reserve{path: filepath.Join(dir, "reserve"), size: o.ReserveBytes}
	if err := res.open(); err != nil {
		return nil, fmt.Errorf("reserve: %w", err)
	}
	// rw makes no file: where a disk is not mounted any more there is to be no empty database.
	e.writeDB, err = sql.Open("sqlite", dsn(file, writePragmas, "mode=rw", "_txlock=immediate", defensive))
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	e.writeDB.SetMaxOpenConns(1)
	// On a full disk even the start needs a little room (the index of the log).
	for {
		if err = e.begin(ctx, migrate, file, res); err == nil || !res.helps(dir, err) {
			return e, diagnose(dir, err)
		}
	}
}

// notStarted names the file or the folder that stands in the way, and the way on.
func notStarted(dir, file string, err error) error {
	switch {
	case damaged(err):
		return fail.Wrap(fail.Conflict, err, wordsDamaged, file)
	case !fail.Is(err, fail.ReadOnly):
		return err
	case errors.Is(tryWriting(dir), syscall.EROFS):
		return fail.Wrap(fail.ReadOnly, err, "The folder %s is on a disk that takes no writes now. Mount it so that it "+
			"can be written to, then do this again", dir)
	}
	return fail.Wrap(fail.ReadOnly, err, "The user who runs heed may not write to %s or a file in it. Run heed as the "+
		"user to whom the folder belongs, or give it to that user: chown -R USER %[1]s", dir)
}

// begin makes the open file fit for use: checks, migrations, readers, writer.
func (e *Engine) begin(ctx context.Context, migrate engine.Migrate, file string, res *reserve) error {
	if err := check(ctx, e.writeDB); err != nil {
		return err
	}
	err := e.turns.wait(ctx, e.dir, "migrate", func(ctx context.Context) error {
		return migrate(ctx, e.writeDB)
	})
	if err != nil {
		return err
	}
	if e.readDB == nil {
		e.readDB, err = sql.Open("sqlite", dsn(file, readPragmas, defensive))
		if err != nil {
			return fmt.Errorf("open readers: %w", err)
		}
		e.readers.open(e.readDB)
	}
	w := newWriter(e, res)
	if err := w.connect(); err != nil {
		return err
	}
	e.writer = w
	w.start()
	return nil
}

// openToLook opens an existing file for reading only, also on a disk that takes no writes.
func (e *Engine) openToLook(ctx context.Context, file string) error {
	if _, err := os.Stat(file); err != nil {
		return fail.Wrap(fail.Missing, err, "There is no Heed installation in this folder")
	}
	var err error
	for _, mode := range [][]string{{defensive, "mode=rw"}, {defensive, "mode=ro"},
		{defensive, "mode=ro", "immutable=1"}} {
		if e.readDB != nil {
			e.readDB.Close()
		}
		if e.readDB, err = sql.Open("sqlite", dsn(file, lookPragmas, mode...)); err != nil {
			return fmt.Errorf("open: %w", err)
		}
		var n int
		if err = e.readDB.QueryRowContext(ctx, "select count(*) from sqlite_master").Scan(&n); err == nil {
			e.readers.open(e.readDB)
			return nil
		}
	}
	return fmt.Errorf("open to read: %w", err)
}

// inPlace refuses to go on when another file lies where the database was, or none:
// what is written now would be in no file that anybody finds again.
func (e *Engine) inPlace() error {
	now, err := os.Stat(filepath.Join(e.dir, "heed.db"))
	if err == nil && sameFile(now, e.file) {
		return e.wal.inPlace(e.dir)
	}
	return fail.Wrap(fail.ReadOnly, err, wordsReplaced)
}

// walFile is SQLite's log as it lay beside the database when the writer's connection
// opened it. That connection holds it open: SQLite itself takes it away only after that.
type walFile struct {
	mu   sync.Mutex
	held bool        // there is a writer's connection
	file os.FileInfo // nil when the log was gone as soon as it was open
}

// opened notes the log of a new connection, which a first reading opens.
func (w *walFile) opened(ctx context.Context, conn *sql.Conn, dir string) error {
	var n int
	if err := conn.QueryRowContext(ctx, "select count(*) from sqlite_master").Scan(&n); err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	file, err := os.Stat(walPath(dir))
	if err != nil {
		file = nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held, w.file = true, file
	return nil
}

func walPath(dir string) string { return filepath.Join(dir, "heed.db-wal") }

var errWalGone = errors.New("store: the log is not the one that is written to")

func (w *walFile) inPlace(dir string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.held {
		return nil
	}
	now, err := os.Stat(walPath(dir))
	if err == nil && w.file != nil && sameFile(now, w.file) {
		return nil
	}
	return fail.Wrap(fail.ReadOnly, errors.Join(errWalGone, err), wordsWalGone)
}

// closed is for when the writer's connection is no more.
func (w *walFile) closed() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held, w.file = false, nil
}

// makePrivate makes the folder and the file readable to their owner only; SQLite
// gives its log and index the mode of the file.
func makePrivate(dir, file string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make folder: %w", diagnose(filepath.Dir(dir), err))
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("make file: %w", diagnose(dir, err))
	}
	return f.Close()
}

// check refuses an engine that may lose what it acknowledged.
func check(ctx context.Context, db *sql.DB) error {
	var version, journal string
	var synchronous int
	err := errors.Join(
		db.QueryRowContext(ctx, "select sqlite_version()").Scan(&version),
		db.QueryRowContext(ctx, "pragma journal_mode").Scan(&journal),
		db.QueryRowContext(ctx, "pragma synchronous").Scan(&synchronous))
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	return durable(version, journal, synchronous)
}

// durable judges what the engine said of itself. Before 3.51.3 SQLite could
// lose committed pages when a write met a checkpoint (the WAL-reset fault).
func durable(version, journal string, synchronous int) error {
	const full = 2 // 3 is EXTRA
	switch {
	case olderThan(version, 3, 51, 3):
		return fail.New(fail.Conflict,
			"Heed does not start on SQLite %s, which can lose saved work. It needs 3.51.3 or later", version)
	case journal != "wal":
		return fail.New(fail.Conflict, "Heed does not start: the database does not keep a write-ahead log (it says %q)",
			journal)
	case synchronous < full:
		return fail.New(fail.Conflict, "Heed does not start: the database would not wait for the disk (synchronous is %d)",
			synchronous)
	}
	return nil
}

func olderThan(version string, least ...int) bool {
	parts := strings.Split(version, ".")
	for i, want := range least {
		have := 0
		if i < len(parts) {
			n, err := strconv.Atoi(parts[i])
			if err != nil {
				return true
			}
			have = n
		}
		if have != want {
			return have < want
		}
	}
	return false
}

// Do runs work in the writer's turn; those that wait together are committed together.
func (e *Engine) Do(ctx context.Context, work engine.Work, reading bool) error {
	if e.readOnly {
		return fail.New(fail.ReadOnly, engine.WordsReadOnly)
	}
	return e.writer.do(ctx, work, reading)
}

// View runs work on one snapshot.
func (e *Engine) View(ctx context.Context, work engine.Work) error {
	return translate(e.readers.view(ctx, work))
}

// Look is a view: a snapshot costs nothing here.
func (e *Engine) Look(ctx context.Context, work engine.Work) error { return e.View(ctx, work) }

// Exclusive runs fn unless this or another process on the folder is running under this name.
func (e *Engine) Exclusive(ctx context.Context, name string, fn func(context.Context) error) (bool, error) {
	return e.turns.try(ctx, e.dir, name, fn)
}

// Standing is what the writer knows of its disk.
func (e *Engine) Standing() (recent bool, err error) {
	if e.readOnly {
		return false, fail.New(fail.ReadOnly, engine.WordsReadOnly)
	}
	return e.writer.health.standing()
}

// Scrub empties the write-ahead log into the file.
func (e *Engine) Scrub(ctx context.Context) error {
	if e.readOnly {
		return fail.New(fail.ReadOnly, engine.WordsReadOnly)
	}
	return e.writer.scrub(ctx)
}

// Durable was asked when the file was opened, and nobody else sets its connections.
func (e *Engine) Durable(context.Context) error { return nil }

// Translate gives an error of SQLite's its kind.
func (e *Engine) Translate(err error) error { return translate(err) }

// Close lets the groups that have begun finish.
func (e *Engine) Close() error {
	var err error
	e.closed.Do(func() {
		if e.writer != nil {
			e.writer.stop()
		}
		e.readers.close()
		if e.readDB != nil {
			err = errors.Join(err, e.readDB.Close())
		}
		if e.writeDB != nil {
			err = errors.Join(err, e.writeDB.Close())
		}
	})
	return err
}
