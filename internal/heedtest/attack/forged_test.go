package attack_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/directory"
	"heed/internal/id"
	"heed/internal/store"
)

// planted is a token that somebody with the database made up, and its hash.
func planted(seed string) (token string, hash [32]byte) {
	b := sha256.Sum256([]byte(seed))
	token = base64.RawURLEncoding.EncodeToString(b[:])
	return token, sha256.Sum256([]byte(token))
}

// TestForgedSessions: rows put into web_session, or changed there, by SQL (promise
// I7). Seen to fail before a row had to prove itself.
func TestForgedSessions(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		lead, nurse := h.person("lead"), h.person("nurse")
		ref := h.raise("nurse", "Something I heard")
		now := clock.Micros(h.hand.Now())
		signsIn := func(name, cookie string) {
			t.Helper()
			v := &visitor{h, cookie}
			if a := v.get("/cases/" + string(ref)); a.status != http.StatusSeeOther ||
				!strings.HasPrefix(a.header.Get("Location"), "/log-in") {
				t.Errorf("%s: /cases answers %d %s", name, a.status, a.header.Get("Location"))
			}
			if a := v.get("/who-may"); a.status != http.StatusSeeOther {
				t.Errorf("%s: signed in", name)
			}
		}
		insert := func(hash [32]byte, person any, role string, proof any) {
			h.exec(`insert into web_session (token, stage, person, org, role, second_factor, started, seen, ended, tries, account, flash, proof)
				values ($1, 2, $2, $3, $4, 1, $5, $5, 0, 0, null, null, $6)`, hash[:], person, lead.Org, role, now, proof)
		}
		token, hash := planted("no proof")
		insert(hash, lead.ID, string(access.Lead), nil)
		signsIn("a row without a proof", "heed-plain="+token)

		v := h.as("nurse", access.Worker) // a true session, whose proof is copied
		own := sha256.Sum256([]byte(strings.TrimPrefix(v.cookie, "heed-plain=")))
		var proof []byte
		check(t, h.Store.View(ctx, func(tx *storeTx) error {
			return tx.QueryRow(`select proof from web_session where token = $1`, own[:]).Scan(&proof)
		}))
		for name, person := range map[string]any{"another's proof": lead.ID, "own proof under another token": nurse.ID} {
			token, hash := planted(name)
			insert(hash, person, string(access.Lead), proof)
			signsIn(name, "heed-plain="+token)
		}

		// What the row says of role and factor counts for nothing; the proof says it.
		h.exec(`update web_session set role = $1 where token = $2`, string(access.Lead), own[:])
		if a := v.get("/inbox"); a.status != http.StatusForbidden {
			t.Errorf("with a role put in by SQL the inbox answers %d", a.status)
		}
		h.exec(`update web_session set role = $1, person = $2 where token = $3`, string(access.Lead), lead.ID, own[:])
		signsIn("another person in a true session", v.cookie)
		h.exec(`update web_session set role = $1, person = $2 where token = $3`, string(access.Worker), nurse.ID, own[:])
		if a := v.get("/mine"); a.status != http.StatusOK {
			t.Fatalf("put back as it was: %d", a.status)
		}
		living := v.cookie
		v.post("/log-out", nil)
		h.exec(`update web_session set ended = 0 where token = $1`, own[:])
		signsIn("a session that had ended", living)
	})
}

// TestForgedLateForm: an ended session put in by SQL must not plant words in
// somebody's name (a form that comes late is kept for the person whose session it was).
func TestForgedLateForm(t *testing.T) {
	t.Parallel()
	h := onSQLite(t)
	nurse := h.person("nurse")
	token, hash := planted("late")
	h.exec(`insert into web_session (token, stage, person, org, role, second_factor, started, seen, ended, tries, account, flash, proof)
		values ($1, 2, $2, $3, 'worker', 1, 1, 1, 5, 0, null, null, null)`, hash[:], nurse.ID, nurse.Org)
	(&visitor{h, "heed-plain=" + token}).post("/raise/what", url.Values{"what": {"Words that she never wrote"}})
	n, err := rows(h, `select count(*) from web_draft`)
	check(t, err)
	if n != 0 {
		t.Errorf("%d drafts were kept in her name", n)
	}
}

func rows(h *house, query string, args ...any) (n int, err error) {
	err = h.Store.View(ctx, func(tx *storeTx) error { return tx.QueryRow(query, args...).Scan(&n) })
	return n, err
}

// TestForgedDirectory: roles, people, tokens and assignments put in by SQL give nothing.
func TestForgedDirectory(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		nurse, lead, practice := h.person("nurse"), h.person("lead"), h.person("practice")
		ref, theirs := h.raise("porter", "Said to the porter"), h.raise("practice", "Said at the practice")

		// A role: the holder's row is only where to look.
		h.exec(`insert into directory_holder (org, role, person) values ($1, $2, $3)`, nurse.Org,
			string(access.Lead), nurse.ID)
		h.exec(`insert into directory_holder (org, role, person) values ($1, $2, $3)`, nurse.Org,
			string(access.CaldicottGuardian), nurse.ID)
		var leads []directory.Person
		check(t, h.Store.View(ctx, func(tx *store.Tx) (err error) {
			leads, err = h.Directory.Holders(tx, nurse.Org, access.Lead, id.Team{})
			return err
		}))
		for _, l := range leads {
			if l.ID == nurse.ID {
				t.Error("a row in directory_holder makes a lead")
			}
		}
		if a := h.as("nurse", access.Worker).get("/inbox"); a.status != http.StatusForbidden {
			t.Errorf("the inbox answers %d", a.status)
		}
		v := h.stranger()
		if a := v.post("/demo/people", url.Values{"be": {nurse.ID.String() + " " +
			string(access.Lead)}}); a.status == http.StatusSeeOther {
			t.Error("a session in a role that was never granted")
		}

		// A token: what counts stands in the person's own record.
		h.exec(`insert into directory_token (hash, person) values ($1, $2)`, tokenHash("heed_made-up"), lead.ID)
		if a := h.call("heed_made-up", "GET", "/api/v1/concerns?list=own", ""); a.status != http.StatusUnauthorized {
			t.Errorf("a token put in by SQL answers %d", a.status)
		}
		own := h.token("nurse")
		h.exec(`update directory_token set person = $1 where hash = $2`, lead.ID, tokenHash(own))
		if a := h.call(own, "GET", "/api/v1/concerns?list=own", ""); a.status != http.StatusUnauthorized {
			t.Errorf("a token given to another person by SQL answers %d", a.status)
		}

		// A person moved to another organisation, and one put in.
		h.exec(`update directory_person set org = $1 where person = $2`, practice.Org, nurse.ID)
		if a := h.tryAs(nurse.ID.String(), access.Worker); a.cookie != "" {
			if got := a.get("/mine/" + string(theirs)); got.status == http.StatusOK || strings.Contains(got.body, "Said at") {
				t.Errorf("a person moved by SQL reads the other organisation: %d", got.status)
			}
		}
		h.exec(`update directory_person set org = $1 where person = $2`, nurse.Org, nurse.ID)
		_ = ref
	})
}

// tryAs is as, for somebody who may not be let in.
func (h *house) tryAs(person string, role access.Role) *visitor {
	v := h.stranger()
	v.post("/demo/people", url.Values{"be": {person + " " + string(role)}})
	return v
}

func tokenHash(plain string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(plain))) }

// TestForgedLists: rows of the table of lists changed by SQL show nobody another's
// concern, and are found. Seen to fail when lists believed the table.
func TestForgedLists(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		own, theirs, practice := h.raise("nurse", "Said to the nurse"), h.raise("porter", "Said to the porter"),
			h.raise("practice", "Said at the practice")
		lead := h.person("lead")
		token, desk := h.token("nurse"), h.token("lead")
		h.unchanged()
		sees := func(who, token string, refs ...id.Reference) {
			t.Helper()
			list := "own"
			if token == desk {
				list = "all"
			}
			a := h.call(token, "GET", "/api/v1/concerns?list="+list, "")
			if a.status != http.StatusOK {
				t.Fatalf("%s: the list answers %d: %s", who, a.status, a.body)
			}
			for _, ref := range []id.Reference{own, theirs, practice} {
				if strings.Contains(a.body, string(ref)) != slices.Contains(refs, ref) {
					t.Errorf("%s: the list of %v is %s", who, refs, reference.FindAllString(a.body, -1))
				}
			}
		}
		sees("nurse", token, own)
		sees("lead", desk, own, theirs)
		for _, forged := range []id.Reference{theirs, practice} { // into every list that the nurse's own stands in
			h.exec(`insert into room_list_v1 (tag, sort, record)
				select l.tag, l.sort, f.record from room_list_v1 l, room_record_v1 r, room_record_v1 f
				where l.record = r.record and r.reference = $1 and f.reference = $2 on conflict do nothing`, string(own),
				string(forged))
		}
		h.exec(`update room_record_v1 set org = $1 where reference = $2`, lead.Org, string(practice))
		for _, restarted := range []bool{false, true} {
			if restarted {
				h.again()
			}
			sees("nurse with forged rows", token, own)
			sees("lead with forged rows", desk, own, theirs)
			v := h.as("nurse", access.Worker)
			if a := v.get("/mine/" + string(theirs)); a.status != http.StatusNotFound {
				t.Errorf("a forged place opens it: %d", a.status)
			}
			if a := h.as("lead", access.Lead).get("/cases/" + string(practice)); strings.Contains(a.body, "Said at") {
				t.Errorf("a forged organisation opens it: %d", a.status)
			}
		}
		h.exec(`delete from room_record_v1 where reference = $1`, string(own))
		found := strings.Join(h.differences(), "\n")
		for _, want := range []string{"in a list where it does not belong", "another organisation", "its row is not there"} {
			if !strings.Contains(found, want) {
				t.Errorf("not found: %q in\n%s", want, found)
			}
		}
	})
}

// again closes the program and opens it again on the same installation.
func (h *house) again() {
	h.t.Helper()
	fresh, err := app.Open(ctx, h.config, h.hand, slog.New(slog.NewTextHandler(h.log, nil)))
	check(h.t, err)
	srv := httptest.NewServer(fresh.Handler())
	h.App, h.url = fresh, srv.URL
	h.t.Cleanup(func() {
		srv.Close()
		if err := fresh.Close(); err != nil {
			h.t.Error(err)
		}
	})
}
