package verify

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/record"
)

// TestWhatWasProvedIsSaid: an entry was changed, and the read of a table is lost, as whoever can write to the database
// can have it. The entry is named all the same, and nothing is concluded from what was not read.
// Seen to fail: of all of it nothing was said.
func TestWhatWasProvedIsSaid(t *testing.T) {
	url, hand := storetest.Postgres(t), clock.NewHand(t0)
	w := newWorld(t, storetest.Open(t, store.Options{URL: url, Clock: hand, Migrations: migrations}), hand)
	w.live()
	w.o.Since = w.blob(`select note from log_state where id = 1`)
	said(t, url, `create function lost(code text) returns bool language plpgsql as
		$$ begin raise exception using errcode = code, message = 'lost'; end $$`)
	codes := []string{"53200", "53100", "57014"}
	for i, table := range tables {
		if w.one(`select count(*) from `+table) == 0 {
			continue
		}
		said(t, url, `alter table `+table+` rename to elsewhere`)
		said(t, url, `create view `+table+` as select * from elsewhere where lost('`+codes[i%len(codes)]+`')`)
		r, err := Store(w.ctx(), w.store, w.o)
		if !r.OK() || !fail.Is(err, fail.Busy) && table != "log_witness" {
			t.Errorf("%s is lost: %v, %v", table, r.Differences, err)
		}
		said(t, url, `update `+map[bool]string{true: "elsewhere", false: "entry"}[table == "entry"]+
			` set at = at + 1 where n = 20`)
		r, err = Store(w.ctx(), w.store, w.o)
		needed := []string{"entry", "entry_pending", "head", "log_run", "log_tile", "record_key"}
		switch {
		case slices.Contains(needed, table): // without it no entry is opened
		case r.Found != 1 || r.Differences[0].Where != "entry 20" || !fail.Is(err, fail.Busy) && table != "log_witness":
			t.Errorf("%s is lost, and an entry was changed: %v, %v", table, r.Differences, err)
		}
		said(t, url, `drop view `+table)
		said(t, url, `alter table elsewhere rename to `+table)
		said(t, url, `update entry set at = at - 1 where n = 20`)
	}
	w.clean(w.verify())
}

// TestOfUnreadEntriesNothingIsConcluded: entries cannot be read, and what erased a record is among them.
// Seen to fail: it was destroyed, and no entry said that it was erased.
func TestOfUnreadEntriesNothingIsConcluded(t *testing.T) {
	each(t, func(w *world) {
		w.live()
		w.sql(`alter table entry_pending rename to elsewhere`)
		r := w.verify()
		w.sql(`alter table elsewhere rename to entry_pending`)
		if r.OK() {
			t.Error("nothing was unreadable")
		}
		for _, d := range r.Differences {
			if d.Kind != Unreadable {
				t.Errorf("concluded: %v", d)
			}
		}
	})
}

// TestAnErasureWhileAColumnIsRead: what wraps its keys was made since the key store was read, and is destroyed before
// they are opened. Seen to fail: the key store was said to lack a generation.
func TestAnErasureWhileAColumnIsRead(t *testing.T) {
	hand := clock.NewHand(t0) // on SQLite an erasure waits for who reads
	url := storetest.Postgres(t)
	w := newWorld(t, storetest.Open(t, store.Options{URL: url, Clock: hand, Migrations: migrations}), hand)
	w.live()
	keys, err := openKeys(w.o.KeyFile, w.o.KeyStore)
	w.must(err)
	w.erase(w.recs[7])
	v := newCheck(w.store, w.o, keys)
	v.count.fields.Store(4095)
	v.o.Progress = func(Progress) { w.erase(w.recs[8]) }
	w.must((&fieldCheck{check: v, opened: newOpened(keys)}).column(w.ctx(), noteField))
	w.clean(v.report(0))
}

// TestAKeyStoreThatCannotBeRead is named as that, and does not hold up the check for long.
// Seen to fail: each record's key was said to lack its generation, after a wait for each.
func TestAKeyStoreThatCannotBeRead(t *testing.T) {
	each(t, func(w *world) {
		w.live()
		keys, err := openKeys(w.o.KeyFile, w.o.KeyStore)
		w.must(err)
		w.must(os.Remove(w.o.KeyStore))
		clear(keys.stored)
		began := time.Now()
		r, err := with(w.ctx(), w.store, w.o, keys)
		w.must(err)
		if r.Found != 1 || r.Differences[0].Kind != Unreadable || r.Differences[0].Where != "key store" {
			t.Errorf("%d differences: %v", r.Found, r.Differences[:min(3, len(r.Differences))])
		}
		if keys.failed > maxFailed+8 { // and those that were asked for at once
			t.Errorf("it was read %d times in vain, in %s", keys.failed, time.Since(began))
		}
	})
}

// TestALogThatIsNotServedToTheEndIsNoTampering: seen to fail: a tile was said to differ.
func TestALogThatIsNotServedToTheEndIsNoTampering(t *testing.T) {
	hand := clock.NewHand(t0)
	w := newWorld(t, storetest.Open(t, store.Options{Path: t.TempDir(), Clock: hand, Migrations: migrations}), hand)
	w.live()
	note := w.blob(`select note from log_checkpoint order by size desc limit 1`)
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/checkpoint") {
			rw.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = rw.Write(note)
	}))
	defer s.Close()
	r, err := Installation(w.ctx(), Options{HTTP: s.URL, Log: w.o.Log, Since: note})
	if !fail.Is(err, fail.Busy) || !r.OK() {
		t.Errorf("found %v, and %v", r.Differences, err)
	}
	if f := (record.TileFault{Err: err}); !errors.Is(f, record.ErrTile) || !fail.Is(f, fail.Busy) {
		t.Errorf("a fault of a tile that could not be read: %v", f)
	}
}

// TestOneReadThatIsLostHidesNoOther: one entry, or the table after the one that was read, cannot be read, for a reason
// that passes or for another. What was read beside it is looked at. Seen to fail: nothing was said of it.
func TestOneReadThatIsLostHidesNoOther(t *testing.T) {
	url, hand := storetest.Postgres(t), clock.NewHand(t0)
	w := newWorld(t, storetest.Open(t, store.Options{URL: url, Clock: hand, Migrations: migrations}), hand)
	w.live()
	said(t, url, `create function lost(code text) returns bool language plpgsql as
		$$ begin raise exception using errcode = code, message = 'lost'; end $$`)
	flip := func(table, column string) string {
		return fmt.Sprintf(`update %s set %s = set_byte(%[2]s, 9, get_byte(%[2]s, 9) # 1)`, table, column)
	}
	for _, c := range []struct{ table, where, change, back, named string }{
		{"entry", `n <> 30 or lost($code$)`, `update elsewhere set at = at + 1 where n = 20`,
			`update elsewhere set at = at - 1 where n = 20`, "entry 20"},
		{"key_generation", `(select lost($code$))`, flip("key_org", "canary"), flip("key_org", "canary"), "key_org "},
		{"log_cosignature", `(select lost($code$))`, flip("log_checkpoint", "note"), flip("log_checkpoint", "note"),
			"log_checkpoint "},
	} {
		for _, code := range []string{"57014", "XX001"} {
			said(t, url, `alter table `+c.table+` rename to elsewhere`)
			said(t, url, `create view `+c.table+` as select * from elsewhere where `+
				strings.ReplaceAll(c.where, "$code$", "'"+code+"'"))
			said(t, url, c.change)
			r, err := Store(w.ctx(), w.store, w.o)
			named := slices.ContainsFunc(r.Differences, func(d Difference) bool { return strings.HasPrefix(d.Where, c.named) })
			if !named || fail.Is(err, fail.Busy) != (code == "57014") {
				t.Errorf("%s, %s: %v, %v", c.table, code, r.Differences, err)
			}
			said(t, url, c.back)
			said(t, url, `drop view `+c.table)
			said(t, url, `alter table elsewhere rename to `+c.table)
		}
	}
	w.clean(w.verify())
	w.sql(`delete from record_key where record = $1`, w.recs[3])
	said(t, url, `alter table entry rename to elsewhere`)
	said(t, url, `create view entry as select * from elsewhere where n <> 30 or lost('57014')`)
	r, _ := Store(w.ctx(), w.store, w.o)
	if !strings.Contains(strings.Join(r.Warnings, "\n"), "Records that have no key: ") {
		t.Errorf("of a record without a key nothing is said: %v", r.Warnings)
	}
}
