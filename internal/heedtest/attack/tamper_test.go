package attack_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/store"
)

// worked is an installation in which something of everything has happened, closed.
func worked(t *testing.T) app.Config {
	t.Helper()
	c := folder(t)
	h := enter(t, c)
	token := h.token("nurse")
	for i := range 3 {
		a := h.send("POST", "/api/v1/concerns", map[string]string{"Authorization": "Bearer " + token,
			"Content-Type": "application/json", "Idempotency-Key": "the-key-" + string(rune('a'+i))},
			strings.NewReader(`{"about":"patient","what":"Something I heard"}`))
		if a.status != http.StatusCreated {
			t.Fatalf("%d %s", a.status, a.body)
		}
		h.as("lead", access.Lead).get("/cases/" + reference.FindString(a.body))
	}
	h.closed("porter")
	h.as("nurse", access.Worker).post("/raise/what", url.Values{"what": {"A draft"}})
	lead := h.person("lead")
	check(t, h.Store.Do(ctx, func(tx *storeTx) error { _, err := h.Directory.Daybook(tx, lead.Org); return err }))
	_, err := h.Ledger.Sequence(ctx)
	check(t, err)
	h.unchanged()
	h.leave()
	_ = os.Remove(filepath.Join(c.Data, "reserve"))
	_ = os.Remove(filepath.Join(c.Data, "demo"))
	c.Demo = false
	return c
}

// flip changes one byte in the middle of one value.
func flip(table, column, where string) func(tx *storeTx) error {
	return func(tx *storeTx) error {
		var key string
		var b []byte
		if err := tx.QueryRow(`select rowid, `+column+` from `+table+` where `+where+` limit 1`).Scan(&key, &b); err != nil {
			return err
		}
		b[len(b)/2] ^= 1
		_, err := tx.Exec(`update `+table+` set `+column+` = $1 where rowid = $2`, b, key)
		return err
	}
}

func do(queries ...string) func(tx *storeTx) error {
	return func(tx *storeTx) error {
		for _, q := range queries {
			if _, err := tx.Exec(q); err != nil {
				return err
			}
		}
		return nil
	}
}

// TestAltered changes one thing behind the program's back, each time in a fresh
// copy: the real `heed verify` exits with 1 and names it (promises D9, I2, C5).
func TestAltered(t *testing.T) {
	t.Parallel()
	base := worked(t)
	if out, code := heed(t, base, "verify"); code != 0 || !strings.Contains(out, "Nothing was altered") {
		t.Fatalf("before anything was changed verify says %d: %s", code, out)
	}
	for name, c := range map[string]struct {
		change func(*storeTx) error
		named  string // what verify must say
	}{
		"a byte of an entry":          {flip("entry", "sealed", "version > 0"), "entry"},
		"a byte of a reading":         {flip("entry", "sealed", "version = 0"), "entry"},
		"a byte of a leaf":            {flip("entry", "leaf", "n > 3"), "entry"},
		"a byte of a tile":            {flip("log_tile", "hashes", "level = 0"), "tile/0/"},
		"a byte of a draft":           {flip("web_draft", "sealed", "1 = 1"), "web_draft.sealed"},
		"a byte of a retry's digest":  {flip("room_retry", "digest", "1 = 1"), "room_retry.digest"},
		"a byte of a session's proof": {flip("web_session", "proof", "1 = 1"), "web_session.proof"},
		"a byte of an outcome":        {flip("web_once", "outcome", "1 = 1"), "web_once.outcome"},
		"a byte of a wrapped key":     {flip("record_key", "wrapped", "1 = 1"), "key"},
		"a byte of the signed state":  {flip("log_state", "note", "id = 1"), "signed state"},
		"an entry taken away":         {do(`delete from entry where n = (select max(n) - 2 from entry)`), "taken away"},
		"a reading taken away": {do(`delete from entry where n = (select max(n) from entry where version = 0)`),
			"taken away"},
		"an entry put in":            {do(`insert into entry (id, org, record, version, at, generation, room, leaf, sealed) select x'00112233445566778899aabbccddeeff', org, record, 0, at, generation, room, leaf, sealed from entry where n = 5`), "entry"},
		"two entries' words swapped": {do(`update entry set sealed = (select sealed from entry o where o.n = case entry.n when 4 then 5 else 4 end) where n in (4, 5)`), "entry"},
		"the tail cut": {do(`delete from entry where n > (select max(n) - 3 from entry)`,
			`delete from log_run where n > (select max(n) from entry)`), "taken away"},
		"a head set back":                 {do(`update head set version = version - 1 where version > 2`), "record"},
		"a record's key given to another": {do(`update record_key set wrapped = (select wrapped from record_key order by record desc limit 1)`), "key"},
		"time of an entry":                {do(`update entry set at = at + 1000000 where n = 7`), "entry"},
		"a row of another organisation": {do(`update room_record_v1 set org = record where rowid = 1`),
			"another organisation"},
		"a place in a list put off": {do(`update room_list_v1 set sort = sort + 1 where sort > 0`),
			"in a list where it does not belong"},
		"a place in a list taken away": {do(`delete from room_list_v1 where rowid = 1`), "is missing from a list"},
		"a row's picture": {do(`update room_record_v1 set state = x'01' where rowid = 1`),
			"a picture that does not open"},
		"a row taken away":  {do(`delete from room_record_v1 where rowid = 1`), "its row is not there"},
		"a row put in":      {do(`insert into room_record_v1 select x'00112233445566778899aabbccddeeff', org, room, 'HDAAAAAAAA', version, made, state from room_record_v1 limit 1`), "in no history"},
		"duties taken away": {do(`delete from job`), "its duty was taken away"},
		"a duty put off": {do(`update job set next = next + 400000000000000 where kind = 'room-due'`),
			"put off"},
		"a duty of another record": {do(`update job set record = org where kind = 'room-due'`),
			"a duty that was changed"},
		"people taken away":              {do(`delete from directory_person`), "the person"},
		"a person of another login name": {do(`update directory_person set login_mac = x'00' where rowid = 1`), "the person"},
		"holders of a role taken away": {do(`delete from directory_holder where role = 'caldicott_guardian'`),
			"the role caldicott_guardian"},
		"tokens taken away":          {do(`delete from directory_token`), "a token of"},
		"an organisation taken away": {do(`delete from directory_organisation where rowid = 1`), "the organisation"},
		"a daybook taken away":       {do(`delete from directory_daybook`), "the daybook of"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			copied := base
			copied.Data = filepath.Join(t.TempDir(), "copy")
			check(t, os.CopyFS(copied.Data, os.DirFS(base.Data)))
			private(t, copied.Data)
			s, err := store.Open(ctx, store.Options{Path: copied.Data, ReserveBytes: 64 << 10, Migrations: app.Migrations(),
				Log: nothing})
			check(t, err)
			check(t, s.Do(ctx, c.change))
			check(t, s.Close())
			out, code := heed(t, copied, "verify")
			if code != 1 || !strings.Contains(out, "Altered: ") || !strings.Contains(out, c.named) {
				t.Errorf("verify says %d and does not name %q:\n%s", code, c.named, out)
			}
		})
	}
}

// TestAlteredIsNotShown: a record whose bytes were changed is not shown, in words.
func TestAlteredIsNotShown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ref := h.raise("nurse", "Words that were there")
		desk := h.token("lead") // first: making one lets time pass
		lead := h.as("lead", access.Lead)
		if a := lead.get("/cases/" + string(ref)); a.status != http.StatusOK {
			t.Fatalf("before: %d", a.status)
		}
		var n int64
		var b []byte
		check(t, h.Store.Do(ctx, func(tx *storeTx) error {
			if err := tx.QueryRow(`select n, sealed from entry where version = 1 and record = (select record from room_record_v1 where reference = $1)`, string(ref)).Scan(&n, &b); err != nil {
				return err
			}
			b[len(b)-20] ^= 1
			_, err := tx.Exec(`update entry set sealed = $1 where n = $2`, b, n)
			return err
		}))
		a := lead.get("/cases/" + string(ref))
		if a.status != http.StatusConflict || strings.Contains(a.body, "Words that") ||
			!strings.Contains(a.body, "does not match what was written down") {
			t.Errorf("a page shows what was changed: %d", a.status)
		}
		a = h.call(desk, "GET", "/api/v1/concerns/"+string(ref), "")
		if a.status != http.StatusConflict || strings.Contains(a.body, "Words that") ||
			!strings.Contains(a.body, `"tampered"`) {
			t.Errorf("the API shows what was changed: %d %s", a.status, a.body)
		}
	})
}
