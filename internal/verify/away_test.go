package verify

import (
	"context"
	"database/sql"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/record"
)

// TestFromWhatIsUnreadNothingFollows: the signed state cannot be read. Seen to fail: a
// rollback was found, to the newest tree that was published.
func TestFromWhatIsUnreadNothingFollows(t *testing.T) {
	each(t, func(w *world) {
		w.live()
		var newest []byte
		w.must(w.store.View(w.ctx(), func(tx *store.Tx) (err error) {
			newest, err = store.One(tx, scanBytes, `select note from log_state where id = 1`)
			return err
		}))
		w.sql(`delete from log_checkpoint`)
		w.sql(`alter table log_state rename to log_state_elsewhere`)
		r := w.verify(func(o *Options) { o.Remembered = [][]byte{newest} })
		w.sql(`alter table log_state_elsewhere rename to log_state`)
		unread := false
		for _, d := range r.Differences {
			unread = unread || d.Kind == Unreadable && d.Where == "log_state"
			if d.Kind == Rollback || d.Kind == History {
				t.Errorf("concluded: %v", d)
			}
		}
		if !unread {
			t.Errorf("log_state was not unreadable: %v", r.Differences)
		}
	})
}

// TestADatabaseThatGoesAwayIsNoTampering: its connections are ended while it is verified.
// Seen to fail: a rollback was found, and tiles that differ.
func TestADatabaseThatGoesAwayIsNoTampering(t *testing.T) {
	url, hand := storetest.Postgres(t), clock.NewHand(t0)
	w := newWorld(t, storetest.Open(t, store.Options{URL: url, Clock: hand, Migrations: migrations}), hand)
	w.live()
	beside, err := sql.Open("pgx", url)
	w.must(err)
	defer beside.Close()
	lost := 0
	for i := range 40 {
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for time.Sleep(time.Duration(i) * time.Millisecond); ctx.Err() == nil; {
				_, _ = beside.ExecContext(ctx, `select pg_terminate_backend(pid) from pg_stat_activity
					where datname = current_database() and pid <> pg_backend_pid()`)
			}
		}()
		r, err := Store(context.Background(), w.store, w.o)
		stop()
		<-ended
		switch {
		case fail.Is(err, fail.Busy):
			lost++
		case err != nil:
			t.Errorf("not checked: %v", err)
		case !r.OK():
			t.Fatalf("tampering where connections were ended: %d, %v", r.Found, r.Differences[0])
		}
	}
	if lost == 0 {
		t.Error("the control failed: no connection was ended in the middle")
	}
}

// TestOneSessionThatEndsIsNoTampering: only what reads tiles is ended, of which no other part hears. Seen to fail: a
// tile, or a checkpoint, was said to differ.
func TestOneSessionThatEndsIsNoTampering(t *testing.T) {
	url, hand := storetest.Postgres(t), clock.NewHand(t0)
	w := newWorld(t, storetest.Open(t, store.Options{URL: url, Clock: hand, Migrations: migrations}), hand)
	w.live()
	tiles := openTiles(w.ctx(), w.store, 1, false)
	defer tiles.close()
	path := record.TilePath(0, 0, 16)
	for _, ends := range []bool{false, true, false} {
		if ends {
			said(t, url, `select pg_terminate_backend(pid) from pg_stat_activity
				where datname = current_database() and state = 'idle in transaction'`)
		}
		if _, err := tiles.read(path); ends != fail.Is(err, fail.Busy) || !ends && err != nil {
			t.Errorf("read of a tile (ended: %t): %v", ends, err)
		}
	}
}

// TestAServerThatIsStrictIsVerified: it ends what is idle, in a transaction or not, and statements that take long. One
// without room to sort in is asked again. Seen to fail: idle in a transaction, and without room, were tampering in
// tables that nobody had touched; under a limit for statements no check came to its end.
func TestAServerThatIsStrictIsVerified(t *testing.T) {
	url, hand := storetest.Postgres(t), clock.NewHand(t0)
	w := newWorld(t, storetest.Open(t, store.Options{URL: url, Clock: hand, Migrations: migrations}), hand)
	w.live()
	verified := func(settings ...string) (Report, error) {
		for _, set := range settings {
			said(t, url, `do $$ begin execute format('alter database %I set `+set+`', current_database()); end $$`)
		}
		s, err := store.Open(w.ctx(), store.Options{URL: url, ReadOnly: true, Clock: clock.System{}})
		w.must(err)
		defer s.Close()
		return Store(w.ctx(), s, w.o)
	}
	w.sql(`create view slow_note as select note_v1.* from note_v1, pg_sleep(0.3)`)
	slow := noteField
	slow.Table = "slow_note"
	w.o.Fields = append(w.o.Fields, slow)
	r, err := verified(`idle_in_transaction_session_timeout = 5`, `statement_timeout = 200`, `idle_session_timeout = 200`)
	w.must(err)
	w.clean(r)
	r, err = verified(`temp_file_limit = 64`, `work_mem = 64`, `enable_indexscan = off`, `enable_bitmapscan = off`)
	if !r.OK() || err != nil && !fail.Is(err, fail.Busy) { // in pieces for which there is room, or not to the end
		t.Errorf("verified without room: %v, %v", r.Differences, err)
	}
}

func said(t *testing.T, url, text string) {
	t.Helper()
	beside, err := sql.Open("pgx", url+"&statement_timeout=0&idle_session_timeout=0")
	if err == nil {
		_, err = beside.Exec(text)
		beside.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}
