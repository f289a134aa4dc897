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
