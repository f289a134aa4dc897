package attack_test

import (
	"database/sql"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/store/storetest"
)

// TestAStartServesNothing holds a start of the real program after it has read its keys, and
// on PostgreSQL wherever it looks at keys, history and lists: nobody is answered before all
// three agree.
func TestAStartServesNothing(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		c, _ := installation(t, "")
		heldAtItsFolder(t, c)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		c, _ := installation(t, storetest.Postgres(t))
		heldAtItsFolder(t, c)
		for _, table := range []string{"key_generation", "head", "projection", "room_record_v1"} {
			heldAtATable(t, c, table)
		}
	})
}

// heldAtItsFolder holds a start where it reads what the folder remembers: before the
// database is opened, and again with its keys, before its history is looked at.
func heldAtItsFolder(t *testing.T, c app.Config) {
	path := filepath.Join(c.Data, "database.json")
	remembered, err := os.ReadFile(path)
	check(t, err)
	pipe := func() {
		check(t, syscall.Mkfifo(path+".next", 0o600))
		check(t, os.Rename(path+".next", path))
	}
	pipe()
	s := started(t, c, freeAddr(t))
	for _, next := range []func(){pipe, func() { check(t, os.WriteFile(path+".next", remembered, 0o600)) }} {
		var w *os.File
		until(t, "the start reads what its folder remembers", func() (is bool) {
			w, err = os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0) // fails while nobody reads
			return err == nil
		})
		s.answersNobody(t, path)
		next()
		if _, err := os.Lstat(path + ".next"); err == nil {
			check(t, os.Rename(path+".next", path))
		}
		_, err = w.Write(remembered)
		check(t, err)
		check(t, w.Close())
	}
	s.serves(t)
	s.ends(t)
}

// heldAtATable holds a start where it first looks at a table.
func heldAtATable(t *testing.T, c app.Config, table string) {
	db, err := sql.Open("pgx", c.DB)
	check(t, err)
	defer db.Close()
	holder, err := db.BeginTx(ctx, nil)
	check(t, err)
	_, err = holder.Exec(`lock table ` + table + ` in access exclusive mode`)
	check(t, err)
	s := started(t, c, freeAddr(t))
	until(t, "the start waits for "+table, func() bool {
		var n int
		check(t, db.QueryRow(`select count(*) from pg_locks where relation = '`+table+`'::regclass and not granted`).Scan(&n))
		return n > 0
	})
	s.answersNobody(t, table)
	check(t, holder.Rollback())
	s.serves(t)
	s.ends(t)
}

func (s *served) answersNobody(t *testing.T, held string) {
	t.Helper()
	for _, path := range []string{"/", "/sign-in", "/readyz", "/readyz/pages", "/log/checkpoint"} {
		if resp, err := http.Get(s.url + path); err == nil {
			_ = resp.Body.Close()
			t.Errorf("held at %s: %s is answered with %s", held, path, resp.Status)
		}
	}
}

func (s *served) ends(t *testing.T) {
	t.Helper()
	check(t, s.cmd.Process.Signal(os.Interrupt))
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("%v: %s", err, s.out.text())
	}
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for watch := clock.Stopwatch(); !ok(); time.Sleep(10 * time.Millisecond) {
		if watch() > 30*time.Second {
			t.Fatalf("never: %s", what)
		}
	}
}
