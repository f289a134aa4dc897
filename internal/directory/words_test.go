package directory_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/store"
	"heed/internal/vault"
)

var ctx = context.Background()

func newcomer(w *world.World, login string, role access.Role) directory.NewPerson {
	return directory.NewPerson{Name: "Test " + login, Login: login, Role: role, Team: w.Org.Teams[0].ID}
}

// TestPrivilegedRolesNeedBothGrantors is promise A12.
func TestPrivilegedRolesNeedBothGrantors(t *testing.T) {
	world.Each(t, func(w *world.World) {
		both := w.Words()
		w.Hand.Move(2 * time.Minute)
		nurse := w.Word("nurse")
		lead := w.Word("lead")
		for name, words := range map[string][]directory.Word{
			"no word": nil, "one": both[:1], "one, twice": {both[0], both[0]}, "one and a nurse": {both[0], nurse},
			"strangers": {nurse, lead}, "nothing": {{}, {}},
		} {
			for _, role := range []access.Role{access.Lead, access.CaldicottGuardian, access.ExecutiveLead,
				access.Administrator, access.Analyst} {
				if _, err := w.Directory.AddPerson(ctx, w.Org.ID, newcomer(w, "new", role), words...); !fail.Is(err, fail.Refused) {
					w.T.Errorf("%s as %s: %v", name, role, err)
				}
			}
			if err := w.Directory.Grant(ctx, w.Person("nurse"), access.Lead, w.Org.Teams[0].ID, words...); !fail.Is(err,
				fail.Refused) {
				w.T.Errorf("grant on %s: %v", name, err)
			}
			if _, err := w.Directory.OfferEnrolment(ctx, w.Person("lead"), words...); !fail.Is(err, fail.Refused) {
				w.T.Errorf("a lead's new code on %s: %v", name, err)
			}
			if err := w.Directory.EveryGrantor(ctx, w.Org.ID, words...); !fail.Is(err, fail.Refused) {
				w.T.Errorf("every grantor on %s: %v", name, err)
			}
		}
		for _, role := range []access.Role{access.System, access.ColleagueOwner, access.LineManager, "king"} {
			if err := w.Directory.Grant(ctx, w.Person("nurse"), role, w.Org.Teams[0].ID, both...); !fail.Is(err, fail.Bad) {
				w.T.Errorf("%s: %v", role, err)
			}
		}
		if err := w.Directory.Grant(ctx, w.Person("nurse"), access.Lead, w.Org.Teams[0].ID, both...); err != nil {
			w.T.Error(err)
		}
		if a := w.As("nurse"); a.Role != access.Worker {
			w.T.Errorf("the nurse acts first as %s", a.Role)
		}
		if _, err := w.Directory.Actor(ctx, w.Person("nurse"), access.Lead, true); err != nil {
			w.T.Error(err)
		}
	})
}

// TestALeaversWordDoesNotCount: given while they were there, used when they are gone.
func TestALeaversWordDoesNotCount(t *testing.T) {
	world.Each(t, func(w *world.World) {
		both := w.Words()
		if err := w.Directory.Leave(ctx, w.Person("executive")); !fail.Is(err, fail.Refused) {
			w.T.Errorf("left on nobody's word: %v", err)
		}
		if err := w.Directory.Leave(ctx, w.Person("executive"), both[0]); err != nil {
			w.T.Fatal(err)
		}
		if _, err := w.Directory.AddPerson(ctx, w.Org.ID, newcomer(w, "new", access.Lead), both...); !fail.Is(err,
			fail.Refused) {
			w.T.Errorf("a leaver's word: %v", err)
		}
		if err := w.Directory.Revoke(ctx, w.Person("lead"), access.Lead, both[1]); !fail.Is(err, fail.Refused) {
			w.T.Errorf("a leaver's word takes a role: %v", err)
		}
		w.Hand.Move(2 * time.Minute)
		if _, err := w.Directory.GiveWord(ctx, "executive", world.Password, w.Code("executive")); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("a leaver gives a word: %v", err)
		}
	})
}

// TestARightThatIsTakenCountsAtOnce is promise A11: the kept fold is not asked again.
func TestARightThatIsTakenCountsAtOnce(t *testing.T) {
	world.Each(t, func(w *world.World) {
		token := w.Token("lead")
		if a, err := w.Directory.ByToken(ctx, token); err != nil || a.Role != access.Lead {
			w.T.Fatal(a, err)
		}
		word := w.Words()[0]
		if err := w.Directory.Revoke(ctx, w.Person("lead"), access.Lead); !fail.Is(err, fail.Refused) {
			w.T.Errorf("on nobody's word: %v", err)
		}
		if err := w.Directory.Revoke(ctx, w.Person("lead"), access.Lead, word); err != nil {
			w.T.Fatal(err)
		}
		if _, err := w.Directory.Actor(ctx, w.Person("lead"), access.Lead, true); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("after the role was taken: %v", err)
		}
		if _, err := w.Directory.ByToken(ctx, token); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("token after the only role was taken: %v", err)
		}
		if err := w.Directory.Revoke(ctx, w.Person("lead"), access.Lead, word); !fail.Is(err, fail.Conflict) {
			w.T.Errorf("twice: %v", err)
		}
		nurse := w.Token("nurse")
		if err := w.Directory.Leave(ctx, w.Person("nurse"), word); err != nil {
			w.T.Fatal(err)
		}
		if _, err := w.Directory.ByToken(ctx, nurse); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("a leaver's token: %v", err)
		}
		if _, err := w.Directory.CheckPassword(ctx, "nurse", world.Password); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("a leaver's password: %v", err)
		}
		if err := w.Directory.Grant(ctx, w.Person("nurse"), access.Worker, w.Org.Teams[0].ID); !fail.Is(err, fail.Conflict) {
			w.T.Errorf("a role for a leaver: %v", err)
		}
	})
}

func TestOnePersonPractice(t *testing.T) {
	world.Each(t, func(w *world.World) {
		org := id.NewOrg(w.Hand.Now())
		if err := w.Vault.AddOrg(ctx, org); err != nil {
			w.T.Fatal(err)
		}
		f := directory.Founding{Name: "Millrace", Nation: workday.EnglandAndWales, Team: "Practice",
			Lead:     directory.Contact{Name: "Pat", Telephone: "01632 960201"},
			Grantors: []directory.NewPerson{{Name: "Pat", Login: "pat", Role: access.Lead}}}
		if _, _, err := w.Directory.OpenOrganisation(ctx, org, f); !fail.Is(err, fail.Bad) {
			w.T.Errorf("one grantor without saying so: %v", err)
		}
		f.OnePerson = true
		o, codes, err := w.Directory.OpenOrganisation(ctx, org, f)
		if err != nil || !o.OnePerson {
			w.T.Fatal(o, err)
		}
		secret, _, _ := directory.SecondFor("", "")
		code := func() string { c, _ := totp.GenerateCode(secret, w.Hand.Now()); return c }
		if err := w.Directory.Enrol(ctx, "pat", codes[0].Code, world.Password, secret, code()); err != nil {
			w.T.Fatal(err)
		}
		n := directory.NewPerson{Name: "Q", Login: "q", Role: access.Lead}
		if _, err := w.Directory.AddPerson(ctx, org, n, w.Words()...); !fail.Is(err, fail.Refused) {
			w.T.Errorf("on the words of another organisation's grantors: %v", err)
		}
		pat, err := w.Directory.GiveWord(ctx, "pat", world.Password, code())
		if err != nil {
			w.T.Fatal(err)
		}
		if _, err := w.Directory.AddPerson(ctx, org, n, pat); err != nil {
			w.T.Error(err)
		}
	})
}

func TestTokens(t *testing.T) {
	world.Each(t, func(w *world.World) {
		token, other := w.Token("nurse"), w.Token("porter")
		held := func() []directory.HeldToken {
			p, err := w.Directory.Person(ctx, w.Person("nurse"))
			if err != nil {
				w.T.Fatal(err)
			}
			return p.Tokens()
		}
		if n := held(); len(n) != 1 || strings.Contains(token, n[0].ID) {
			w.T.Fatalf("%v", n)
		}
		name := held()[0].ID
		if err := w.Directory.RevokeToken(ctx, w.Person("porter"), name); !fail.Is(err, fail.Missing) {
			w.T.Errorf("another person's token: %v", err)
		}
		if err := w.Directory.RevokeToken(ctx, w.Person("nurse"), name); err != nil {
			w.T.Fatal(err)
		}
		if err := w.Directory.RevokeToken(ctx, w.Person("nurse"), name); !fail.Is(err, fail.Missing) {
			w.T.Errorf("twice: %v", err)
		}
		for what, x := range map[string]string{"withdrawn": token, "unknown": "heed_x", "none": "", "its own name": name} {
			if _, err := w.Directory.ByToken(ctx, x); !fail.Is(err, fail.SignIn) {
				w.T.Errorf("%s: %v", what, err)
			}
		}
		if a, err := w.Directory.ByToken(ctx, other); err != nil || a.Person != w.Person("porter") {
			w.T.Error(a, err)
		}
		w.Hand.Move(31 * 24 * time.Hour)
		if _, err := w.Directory.ByToken(ctx, other); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("ended: %v", err)
		}
		for _, life := range []time.Duration{0, -1, directory.TokenLife + 1} {
			if _, err := w.Directory.IssueToken(ctx, w.Word("nurse"), "x", life); !fail.Is(err, fail.Bad) {
				w.T.Errorf("life %s: %v", life, err)
			}
			w.Hand.Move(2 * time.Minute)
		}
	})
}

// TestACodeWorksOnce: of now, the step before and the step after, each once (ASVS 6.5.1).
func TestACodeWorksOnce(t *testing.T) {
	world.Each(t, func(w *world.World) {
		w.Hand.Move(10 * time.Minute)
		nurse, now := w.Person("nurse"), w.Hand.Now()
		at := func(steps int) string {
			w.Hand.Set(now.Add(time.Duration(steps) * 30 * time.Second))
			defer w.Hand.Set(now)
			return w.Code("nurse")
		}
		for _, steps := range []int{-2, 2} {
			if err := w.Directory.CheckCode(ctx, nurse, at(steps)); !fail.Is(err, fail.SignIn) ||
				!strings.Contains(fail.Words(err), "wait for the next one") ||
				!strings.Contains(fail.Words(err), "date and time on your phone") {
				w.T.Errorf("%d steps away: %v", steps, err)
			}
		}
		for _, steps := range []int{0, -1, 1} {
			if err := w.Directory.CheckCode(ctx, nurse, at(steps)); err != nil {
				w.T.Errorf("%d steps away: %v", steps, err)
			}
			if err := w.Directory.CheckCode(ctx, nurse, at(steps)); !fail.Is(err, fail.SignIn) {
				w.T.Errorf("%d steps away, again: %v", steps, err)
			}
		}
		w.Hand.Move(10 * time.Minute)
		code := w.Code("porter")
		var all sync.WaitGroup
		var mu sync.Mutex
		passed := 0
		for range 8 {
			all.Go(func() {
				if w.Directory.CheckCode(ctx, w.Person("porter"), code) == nil {
					mu.Lock()
					passed++
					mu.Unlock()
				}
			})
		}
		all.Wait()
		if passed != 1 {
			w.T.Errorf("one code at once from eight: passed %d times", passed)
		}
		for _, junk := range []string{"", "12345", "1234567", "abcdef", strings.Repeat("9", 1000)} {
			if err := w.Directory.CheckCode(ctx, nurse, junk); !fail.Is(err, fail.SignIn) {
				w.T.Errorf("%.10q: %v", junk, err)
			}
		}
	})
}

func TestEnrolmentCodesWorkOnce(t *testing.T) {
	world.Each(t, func(w *world.World) {
		e, err := w.Directory.AddPerson(ctx, w.Org.ID, newcomer(w, "new", access.Worker))
		if err != nil {
			w.T.Fatal(err)
		}
		secret, _, _ := directory.SecondFor("", "")
		enrol := func(code, password string) error {
			c, _ := totp.GenerateCode(secret, w.Hand.Now())
			return w.Directory.Enrol(ctx, "new", code, password, secret, c)
		}
		second, err := w.Directory.OfferEnrolment(ctx, e.Person)
		if err != nil {
			w.T.Fatal(err)
		}
		if err := enrol(e.Code, world.Password); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("a code that was replaced: %v", err)
		}
		w.Hand.Move(7*24*time.Hour + time.Second)
		if err := enrol(second, world.Password); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("a code that has ended: %v", err)
		}
		third, err := w.Directory.OfferEnrolment(ctx, e.Person)
		if err != nil {
			w.T.Fatal(err)
		}
		if err := enrol(third, "short"); !fail.Is(err, fail.Bad) {
			w.T.Errorf("a short password: %v", err)
		}
		if err := w.Directory.Enrol(ctx, "nurse", third, world.Password, secret, "000000"); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("somebody else's code: %v", err)
		}
		if err := enrol(third, world.Password); err != nil {
			w.T.Fatal(err)
		}
		if err := enrol(third, world.Password); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("twice: %v", err)
		}
	})
}

// TestAnUnknownNameReadsTheSame is promise A8, for what is said; the same work is
// done for both, because the hash of nobody's password is checked.
func TestAnUnknownNameReadsTheSame(t *testing.T) {
	world.Each(t, func(w *world.World) {
		if _, err := w.Directory.AddPerson(ctx, w.Org.ID, newcomer(w, "fresh", access.Worker)); err != nil {
			w.T.Fatal(err)
		}
		var first string
		for _, login := range []string{"nurse", "nobody", "fresh", "", strings.Repeat("x", 1000)} {
			_, err := w.Directory.CheckPassword(ctx, login, "a wrong password here")
			if !fail.Is(err, fail.SignIn) {
				w.T.Errorf("%.10q: %v", login, err)
			}
			if first == "" {
				first = err.Error()
			}
			if err.Error() != first {
				w.T.Errorf("%.10q: %q, others %q", login, err, first)
			}
			if err := w.Directory.MayEnrol(ctx, login, "x"); err == nil || err.Error() != first {
				w.T.Errorf("%.10q may enrol: %v", login, err)
			}
		}
		for _, login := range []string{"NURSE", " nurse ", "Nurse"} {
			if p, err := w.Directory.CheckPassword(ctx, login, world.Password); err != nil || p != w.Person("nurse") {
				w.T.Errorf("%q: %v", login, err)
			}
		}
		if _, err := w.Directory.AddPerson(ctx, w.Org.ID, newcomer(w, "NuRSe", access.Worker)); !fail.Is(err, fail.Conflict) {
			w.T.Errorf("the same name in another case: %v", err)
		}
	})
}

// TestRowsPutInBySQLGiveNothing is promise I7.
func TestRowsPutInBySQLGiveNothing(t *testing.T) {
	world.Each(t, func(w *world.World) {
		exec := func(q string, args ...any) {
			w.T.Helper()
			err := w.Store.Do(ctx, func(tx *store.Tx) error { _, err := tx.Exec(q, args...); return err })
			if err != nil {
				w.T.Fatal(err)
			}
		}
		nurse, porter := w.Person("nurse"), w.Person("porter")
		exec(`insert into directory_holder (org, role, person) values ($1, $2, $3)`, w.Org.ID, string(access.Lead), porter)
		exec(`insert into directory_token (hash, person) values ($1, $2)`, "aa", porter)
		token := w.Token("nurse")
		exec(`update directory_token set person = $1 where person = $2`, w.Person("lead"), nurse)
		ghost := id.NewPerson(w.Hand.Now())
		exec(`insert into directory_person (person, org, login_mac) values ($1, $2, $3)`, ghost, w.Org.ID, []byte("forged"))
		exec(`insert into directory_organisation (org, at) values ($1, $2)`, id.NewOrg(w.Hand.Now()), int64(1<<60))
		if _, err := w.Directory.Actor(ctx, porter, access.Lead, true); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("a forged holder acts: %v", err)
		}
		err := w.Store.View(ctx, func(tx *store.Tx) error {
			all, err := w.Directory.Holders(tx, w.Org.ID, access.Lead, id.Team{})
			for _, p := range all {
				if p.ID == porter {
					w.T.Error("a forged holder is a holder")
				}
			}
			return err
		})
		if err != nil {
			w.T.Error(err)
		}
		if a, err := w.Directory.ByToken(ctx, token); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("a token turned to another: %+v, %v", a, err)
		}
		if _, err := w.Directory.Actor(ctx, ghost, "", true); err == nil {
			w.T.Error("a forged person acts")
		}
	})
}

// TestALoginTurnedToAnotherNeedsThatPersonsPassword: the look-up row is not a credential.
func TestALoginTurnedToAnotherNeedsThatPersonsPassword(t *testing.T) {
	world.Each(t, func(w *world.World) {
		e, err := w.Directory.AddPerson(ctx, w.Org.ID, newcomer(w, "evil", access.Worker))
		if err != nil {
			w.T.Fatal(err)
		}
		secret, _, _ := directory.SecondFor("", "")
		code, _ := totp.GenerateCode(secret, w.Hand.Now())
		if err := w.Directory.Enrol(ctx, "evil", e.Code, "another long password", secret, code); err != nil {
			w.T.Fatal(err)
		}
		err = w.Store.Do(ctx, func(tx *store.Tx) error {
			mac, err := store.One(tx, func(b *[]byte) []any { return []any{b} },
				`select login_mac from directory_person where person = $1`, e.Person)
			if err != nil {
				return err
			}
			_, err = tx.Exec(`delete from directory_person where person = $1`, e.Person)
			_, err2 := tx.Exec(`update directory_person set login_mac = $1 where person = $2`, mac, w.Person("lead"))
			return errors.Join(err, err2)
		})
		if err != nil {
			w.T.Fatal(err)
		}
		if p, err := w.Directory.CheckPassword(ctx, "evil", "another long password"); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("logged in as %v: %v", p, err)
		}
	})
}

// TestOneDaybookADay holds when two processes begin it at the same moment.
func TestOneDaybookADay(t *testing.T) {
	world.Each(t, func(w *world.World) {
		second, err := vault.Open(ctx, w.Store, vault.Options{KeyFile: filepath.Join(w.Dir, "heed.key"),
			KeyStore: filepath.Join(w.Dir, "keystore"), Clock: w.Hand})
		if err != nil {
			w.T.Fatal(err)
		}
		w.Hand.Move(24 * time.Hour)
		desks := []*directory.Desk{w.Directory,
			directory.New(directory.Parts{Store: w.Store, Vault: second, Ledger: w.Ledger, Clock: w.Hand})}
		records := make([]id.Record, 8)
		var all sync.WaitGroup
		for i := range records {
			all.Go(func() {
				err := w.Store.Do(ctx, func(tx *store.Tx) error {
					key, err := desks[i%2].Daybook(tx, w.Org.ID)
					if err == nil {
						records[i] = key.Record()
					}
					return err
				})
				if err != nil {
					w.T.Error(err)
				}
			})
		}
		all.Wait()
		for _, r := range records {
			if r != records[0] || r.IsZero() {
				w.T.Errorf("two daybooks on one day: %v", records)
				break
			}
		}
	})
}
