package sqlite

import (
	"context"
	"database/sql"
	"log/slog"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store/engine"
)

// logFile stands between SQLite and its write-ahead log, on the connection that
// writes, and makes chosen calls fail: the disk that reports an error. The next
// connection finds a sound disk.
type logFile struct {
	sync   atomic.Int32 // result code of the next sync, once; 0 is sound
	write  atomic.Int32 // result code of the next write
	stays  bool         // and of all after it, not only once
	skip   atomic.Int32 // sound writes before that one
	failed atomic.Int32 // how many writes failed
	syncs  atomic.Int32 // how many syncs were asked for

	wrote  func(data []byte, at int64) // told of each write that was made, if it is there
	synced func()                      // and of each sync

	// SQLite calls these by address: they must stay in reach of the collector.
	onSync  func(*libc.TLS, uintptr, int32) int32
	onWrite func(*libc.TLS, uintptr, uintptr, int32, int64) int32
}

func standBetween(t *testing.T, w *writer) *logFile {
	t.Helper()
	l := &logFile{}
	w.errand(func() {
		err := w.conn.conn.Raw(func(dc any) error {
			c := reflect.ValueOf(dc).Elem()
			l.patch(t, (*libc.TLS)(c.FieldByName("tls").UnsafePointer()), uintptr(c.FieldByName("db").Uint()))
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { _ = l.onSync }) // the log file is closed before
	return l
}

func (l *logFile) patch(t *testing.T, tls *libc.TLS, db uintptr) {
	name, err := libc.CString("main")
	if err != nil {
		t.Fatal(err)
	}
	place := libc.Xmalloc(tls, 8)
	if rc := sqlite3.Xsqlite3_file_control(tls, db, name, sqlite3.SQLITE_FCNTL_JOURNAL_POINTER, place); rc != 0 {
		t.Fatalf("file control: %d", rc)
	}
	file := at[sqlite3.Tsqlite3_file](*at[uintptr](place))
	sound := *at[sqlite3.Tsqlite3_io_methods](file.FpMethods)
	l.onSync = func(tls *libc.TLS, file uintptr, flags int32) int32 {
		l.syncs.Add(1)
		if rc := l.sync.Swap(0); rc != 0 {
			return rc
		}
		if rc := call[func(*libc.TLS, uintptr, int32) int32](sound.FxSync)(tls, file, flags); rc != 0 || l.synced == nil {
			return rc
		}
		l.synced()
		return 0
	}
	l.onWrite = func(tls *libc.TLS, file, data uintptr, n int32, at int64) int32 {
		if rc := l.write.Load(); rc != 0 && l.skip.Add(-1) < 0 {
			l.failed.Add(1)
			if !l.stays {
				l.write.Store(0)
			}
			return rc
		}
		rc := call[func(*libc.TLS, uintptr, uintptr, int32, int64) int32](sound.FxWrite)(tls, file, data, n, at)
		if rc == 0 && l.wrote != nil {
			l.wrote(slices.Clone(libc.GoBytes(data, int(n))), at)
		}
		return rc
	}
	own := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(sound)))
	changed := at[sqlite3.Tsqlite3_io_methods](own)
	*changed = sound
	changed.FxSync, changed.FxWrite = address(l.onSync), address(l.onWrite)
	file.FpMethods = own
}

// at is what lies at an address of the driver's own memory.
func at[T any](address uintptr) *T { return *(**T)(unsafe.Pointer(&address)) }

// call and address turn the driver's function addresses into functions and back.
func call[F any](address uintptr) F { return *(*F)(unsafe.Pointer(&struct{ uintptr }{address})) }

func address[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&struct{ f F }{f})) }

// faulty is an engine with a table of its own, through which a test writes as the door does.
type faulty struct{ *Engine }

func openAt(t *testing.T, dir string) faulty {
	t.Helper()
	e, err := Open(context.Background(), engine.Options{Path: dir, ReserveBytes: 256 << 10,
		Log: slog.New(slog.DiscardHandler)}, func(ctx context.Context, db *sql.DB) error {
		_, err := db.ExecContext(ctx, `create table if not exists fault (n bigint not null, part bigint not null, body blob
			not null); create table if not exists store_probe (id bigint not null primary key, at bigint not null);
			insert into store_probe (id, at) values (1, 0) on conflict do nothing`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return faulty{e}
}

func (f faulty) do(fn func(on engine.Runner) error) error {
	return f.Do(context.Background(), func(_ context.Context, on engine.Runner) (fault, err error) {
		err = fn(on)
		return err, err
	}, false)
}

func insert(on engine.Runner, n, part, size int) error {
	_, err := on.Exec(context.Background(), "insert into fault (n, part, body) values ($1, $2, $3)",
		[]any{n, part, make([]byte, size)})
	return err
}

// group sends n units that are all waiting when the writer comes to them, and gives
// their answers.
func group(t *testing.T, s faulty, from, n int) []error {
	t.Helper()
	answers := make([]error, n)
	hold, held := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		_ = s.do(func(engine.Runner) error { close(held); <-hold; return fail.New(fail.Conflict, "only waits") })
	})
	<-held
	for i := range n {
		all.Go(func() {
			answers[i] = s.do(func(on engine.Runner) error {
				for part := range 2 {
					if err := insert(on, from+i, part, 6000); err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
	for len(s.writer.queue) < n {
		time.Sleep(time.Millisecond)
	}
	close(hold)
	all.Wait()
	return answers
}

func rowsOf(t *testing.T, s faulty) map[int]int {
	t.Helper()
	found := map[int]int{}
	err := s.View(context.Background(), func(ctx context.Context, on engine.Runner) (_, err error) {
		all, err := engine.All(ctx, on, func(v *int) []any { return []any{v} }, "select n from fault")
		for _, n := range all {
			found[n]++
		}
		return nil, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func heals(t *testing.T, s faulty) {
	t.Helper()
	for watch := clock.Stopwatch(); ; time.Sleep(10 * time.Millisecond) {
		_, err := s.Standing()
		if err == nil {
			return
		}
		if watch() > 10*time.Second {
			t.Fatalf("does not heal: %v", err)
		}
	}
}

func openFaulty(t *testing.T) (faulty, *logFile, string) {
	t.Helper()
	dir := t.TempDir()
	s := openAt(t, dir)
	t.Cleanup(func() { s.Close() })
	if err := s.do(func(engine.Runner) error { return nil }); err != nil {
		t.Fatal(err)
	}
	return s, standBetween(t, s.writer), dir
}

// TestFailedSyncIsNotAcknowledged is promise D5: the pages may be on the disk or not.
func TestFailedSyncIsNotAcknowledged(t *testing.T) {
	s, disk, dir := openFaulty(t)
	for _, err := range group(t, s, 0, 8) {
		if err != nil {
			t.Fatalf("on a sound disk: %v", err)
		}
	}
	if n := disk.syncs.Load(); n == 0 {
		t.Fatal("eight units were acknowledged, and no sync was asked for")
	}
	disk.sync.Store(sqlite3.SQLITE_IOERR_FSYNC)
	for i, err := range group(t, s, 100, 8) {
		if !fail.Is(err, fail.Unknown) {
			t.Errorf("unit %d of a commit whose sync failed: %v", i, err)
		}
	}
	if _, err := s.Standing(); !fail.Is(err, fail.ReadOnly) {
		t.Errorf("Standing says %v", err)
	}
	heals(t, s)
	for _, err := range group(t, s, 200, 8) {
		if err != nil {
			t.Errorf("after healing: %v", err)
		}
	}
	// And so it is after a restart, for everybody who was given an answer.
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s2 := openAt(t, dir)
	defer s2.Close()
	found := rowsOf(t, s2)
	for i := range 8 {
		if found[i] != 2 || found[200+i] != 2 || found[100+i] != 0 && found[100+i] != 2 {
			t.Errorf("unit %d has %d rows, %d has %d, %d has %d", i, found[i], 100+i, found[100+i], 200+i, found[200+i])
		}
	}
	checkIntegrity(t, s2)
}

// TestFailedWriteIsRefusedOrRerun: a write of the log fails, at every place of a
// group. SQLite gives the whole group up; whoever is answered yes is kept once, whoever
// is answered no is not kept.
func TestFailedWriteIsRefusedOrRerun(t *testing.T) {
	for _, c := range []struct {
		name  string
		code  int32
		stays bool
		kind  fail.Kind
	}{
		{"full once", sqlite3.SQLITE_FULL, false, fail.Full}, {"full", sqlite3.SQLITE_FULL, true, fail.Full},
		{"fault once", sqlite3.SQLITE_IOERR_WRITE, false, fail.ReadOnly},
		{"fault", sqlite3.SQLITE_IOERR_WRITE, true, fail.ReadOnly},
	} {
		t.Run(c.name, func(t *testing.T) {
			for skip := range 5 {
				s, disk, _ := openFaulty(t)
				disk.stays = c.stays
				disk.skip.Store(int32(skip * 8))
				disk.write.Store(c.code)
				answers := group(t, s, 0, 8)
				disk.write.Store(0)
				if disk.failed.Load() == 0 {
					t.Errorf("no write failed after %d", skip*8)
				}
				found := rowsOf(t, s)
				refused := 0
				for i, err := range answers {
					want := 2
					if err != nil {
						want = 0
						refused++
					}
					if n := found[i]; n != want {
						t.Errorf("after %d writes: unit %d has %d rows and was answered %v", skip*8, i, n, err)
					}
					if err != nil && !fail.Is(err, c.kind) {
						t.Errorf("after %d writes: %v", skip*8, err)
					}
				}
				if c.stays == (refused == 0) {
					t.Errorf("after %d writes: %d refused", skip*8, refused)
				}
				if skip == 0 {
					heals(t, s)
				}
				checkIntegrity(t, s)
			}
		})
	}
}

func checkIntegrity(t *testing.T, s faulty) {
	t.Helper()
	err := s.View(context.Background(), func(ctx context.Context, on engine.Runner) (_, err error) {
		said, err := engine.Texts(ctx, on, "pragma integrity_check")
		if err == nil && said[0] != "ok" {
			t.Errorf("%s: %v", filepath.Base(t.Name()), said)
		}
		return nil, err
	})
	if err != nil {
		t.Error(err)
	}
}
