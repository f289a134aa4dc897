package directory_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/store"
)

const recoveryWord = "AAAA-BBBB-CCCC-DDDD-EEEE"

// trust is an organisation in which a grantor is to be replaced, with its people's phones.
type trust struct {
	*world.World
	desk    *directory.Desk
	org     id.Org
	secrets map[string]string
	people  map[string]id.Person
}

func newTrust(w *world.World) *trust {
	x := &trust{World: w, org: id.NewOrg(w.Hand.Now()), secrets: map[string]string{}, people: map[string]id.Person{}}
	q := jobs.New(w.Store, jobs.Options{Clock: w.Hand, Mail: &jobs.Mailer{}})
	x.desk = directory.New(directory.Parts{Store: w.Store, Vault: w.Vault, Ledger: w.Ledger, Clock: w.Hand, Jobs: q})
	x.must(w.Vault.AddOrg(ctx, x.org))
	named := func(login string, role access.Role) directory.NewPerson {
		return directory.NewPerson{Name: "Test " + login, Login: login, Role: role}
	}
	second := named("hanna", access.Worker)
	_, codes, err := x.desk.OpenOrganisation(ctx, x.org, directory.Founding{Name: "Other Trust",
		Nation: workday.EnglandAndWales, Team: "Team",
		Lead: directory.Contact{Name: "Lena", Telephone: "01632 960101"}, Recovery: recoveryWord, Second: &second,
		Grantors: []directory.NewPerson{named("gwen", access.CaldicottGuardian), named("edwin", access.ExecutiveLead)}})
	x.must(err)
	for _, c := range codes {
		x.enrol(c)
	}
	for login, role := range map[string]access.Role{"lena": access.Lead, "ada": access.Administrator,
		"percy": access.Worker} {
		e, err := x.desk.AddPerson(ctx, x.org, named(login, role), x.words("gwen", "edwin")...)
		x.must(err)
		x.enrol(e)
	}
	return x
}

func (x *trust) must(err error) {
	x.T.Helper()
	if err != nil {
		x.T.Fatal(err)
	}
}

func (x *trust) code(login string) string {
	c, err := totp.GenerateCode(x.secrets[login], x.Hand.Now())
	x.must(err)
	return c
}

func (x *trust) enrol(e directory.Enrolment) {
	secret, _, err := directory.SecondFor("Other", "")
	x.must(err)
	x.secrets[e.Login], x.people[e.Login] = secret, e.Person
	x.must(x.desk.Enrol(ctx, e.Login, e.Code, world.Password, secret, x.code(e.Login)))
}

func (x *trust) words(logins ...string) (all []directory.Word) {
	x.T.Helper()
	x.Hand.Move(2 * time.Minute)
	for _, l := range logins {
		w, err := x.desk.GiveWord(ctx, l, world.Password, x.code(l))
		x.must(err)
		all = append(all, w)
	}
	return all
}

func (x *trust) replace(recovery string, in string, by ...string) error {
	_, err := x.desk.ReplaceGrantor(ctx, x.org, x.people["gwen"], x.people[in], recovery, x.words(by...)...)
	return err
}

func (x *trust) organisation() directory.Organisation {
	o, err := x.desk.Organisation(ctx, x.org)
	x.must(err)
	return o
}

// TestAGrantorIsReplaced by the other grantor and the second witness, or by the word
// from the safe and a second person; never by the administrator, a worker, or the
// word alone. Everybody with a role is told, and can stop it for 72 hours.
func TestAGrantorIsReplaced(t *testing.T) {
	world.Each(t, func(w *world.World) {
		x := newTrust(w)
		for _, c := range []struct {
			recovery, in string
			by           []string
		}{
			{"", "lena", nil}, {"", "lena", []string{"edwin"}}, {"", "lena", []string{"hanna"}},
			{"", "percy", []string{"edwin", "lena"}},
			{"", "lena", []string{"ada", "percy"}},
			{recoveryWord, "lena", nil},               // whoever set it up saw the word
			{recoveryWord, "lena", []string{"ada"}},   // and administers
			{recoveryWord, "lena", []string{"percy"}}, // and added a worker
			{recoveryWord, "lena", []string{"lena"}},  // nobody speaks for themself
			{"AAAA-BBBB", "lena", []string{"edwin"}},  // a wrong word
			{"", "edwin", []string{"edwin", "hanna"}}, // two must remain
			{"", "hanna", []string{"edwin", "hanna"}}, // two must remain
			{recoveryWord, "gwen", []string{"edwin"}}, // no replacement at all
		} {
			if err := x.replace(c.recovery, c.in, c.by...); !fail.Is(err, fail.Refused) && !fail.Is(err, fail.Bad) {
				t.Errorf("in %s by %v with %q: %v", c.in, c.by, c.recovery, err)
			}
		}
		x.must(x.replace("", "lena", "edwin", "hanna"))
		var told int
		x.must(w.Store.View(ctx, func(tx *store.Tx) (err error) {
			told, err = store.One(tx, func(n *int) []any { return []any{n} },
				"select count(*) from job where kind = 'mail' and payload = $1", []byte(jobs.Waiting))
			return err
		}))
		if told != 4 { // gwen, edwin, lena, ada
			t.Errorf("%d people are told", told)
		}
		if err := x.replace("", "ada", "edwin", "hanna"); !fail.Is(err, fail.Conflict) {
			t.Errorf("a second at once: %v", err)
		}
		if err := x.desk.StopReplacement(ctx, x.org, x.people["percy"]); !fail.Is(err, fail.Refused) {
			t.Errorf("a worker stops it: %v", err)
		}
		x.must(x.desk.StopReplacement(ctx, x.org, x.people["ada"]))
		w.Hand.Move(directory.StopTime)
		x.must(x.desk.FinishReplacements(ctx))
		if o := x.organisation(); o.Replacing != nil || !o.IsGrantor(x.people["gwen"]) {
			t.Errorf("after it was stopped: %+v", o)
		}

		x.must(x.replace(strings.ToLower(strings.ReplaceAll(recoveryWord, "-", " ")), "lena", "edwin")) // as it is typed
		w.Hand.Move(directory.StopTime - time.Minute)
		x.must(x.desk.FinishReplacements(ctx))
		if !x.organisation().IsGrantor(x.people["gwen"]) {
			t.Error("it was done before its time")
		}
		w.Hand.Move(time.Minute)
		x.must(x.desk.FinishReplacements(ctx))
		o := x.organisation()
		if o.IsGrantor(x.people["gwen"]) || !o.IsGrantor(x.people["lena"]) || o.Replacing != nil {
			t.Errorf("after its time: %+v", o)
		}
		n := directory.NewPerson{Name: "New", Login: "new", Role: access.Lead}
		if _, err := x.desk.AddPerson(ctx, x.org, n, x.words("gwen", "edwin")...); !fail.Is(err, fail.Refused) {
			t.Errorf("the old grantor's word still counts: %v", err)
		}
		_, err := x.desk.AddPerson(ctx, x.org, n, x.words("lena", "edwin")...)
		x.must(err)
		if err := x.replace(recoveryWord, "percy", "edwin"); err == nil {
			t.Error("the recovery word counts twice")
		}
	})
}

// TestAPlaceIsGivenToNobodyWhoHasLeft: who was to come leaves within the 72 hours; the
// place is not given, and another can be named. Seen to fail when it was given.
func TestAPlaceIsGivenToNobodyWhoHasLeft(t *testing.T) {
	world.Each(t, func(w *world.World) {
		x := newTrust(w)
		x.must(x.replace("", "lena", "edwin", "hanna"))
		x.must(x.desk.Leave(ctx, x.people["lena"], x.words("edwin")...))
		w.Hand.Move(directory.StopTime)
		x.must(x.desk.FinishReplacements(ctx))
		if o := x.organisation(); o.Replacing != nil || !o.IsGrantor(x.people["gwen"]) || o.IsGrantor(x.people["lena"]) {
			t.Errorf("after its time: %+v", o)
		}
		x.must(x.replace("", "ada", "edwin", "hanna"))
	})
}

// TestListingPeopleIsAnEntry, which stands before anybody sees a name.
func TestListingPeopleIsAnEntry(t *testing.T) {
	world.Each(t, func(w *world.World) {
		x := newTrust(w)
		readings := func() (n int) {
			x.must(w.Store.View(ctx, func(tx *store.Tx) (err error) {
				n, err = store.One(tx, func(n *int) []any { return []any{n} }, "select count(*) from entry where version = 0")
				return err
			}))
			return n
		}
		before := readings()
		people, _, err := x.desk.List(ctx, x.org)
		x.must(err)
		if got := readings() - before; len(people) != 6 || got != 1 {
			t.Errorf("%d people listed with %d entries", len(people), got)
		}
	})
}

// TestALostPhone: a recovery code and the password give a new one-time code, once.
func TestALostPhone(t *testing.T) {
	world.Each(t, func(w *world.World) {
		x := newTrust(w)
		codes, err := x.desk.FirstRecoveryCodes(ctx, "gwen")
		x.must(err)
		if _, err := x.desk.Recover(ctx, "gwen", "a wrong password", codes[0]); !fail.Is(err, fail.SignIn) {
			t.Errorf("with a wrong password: %v", err)
		}
		if _, err := x.desk.Recover(ctx, "edwin", world.Password, codes[0]); !fail.Is(err, fail.SignIn) {
			t.Errorf("somebody else's code: %v", err)
		}
		once, err := x.desk.Recover(ctx, "gwen", world.Password, strings.ToLower(codes[0]))
		x.must(err)
		if _, err := x.desk.Recover(ctx, "gwen", world.Password, codes[0]); !fail.Is(err, fail.SignIn) {
			t.Errorf("a code counts twice: %v", err)
		}
		x.enrol(directory.Enrolment{Person: x.people["gwen"], Login: "gwen", Code: once})
		x.words("gwen")
	})
}
