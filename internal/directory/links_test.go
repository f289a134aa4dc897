package directory_test

import (
	"crypto/rand"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/provider"
	"heed/internal/provider/providertest"
	"heed/internal/store"
)

// at gives the world a provider, known as cis2.
func at(w *world.World, change ...func(*provider.Config)) *providertest.Provider {
	return several(w, change, "cis2")[0]
}

func several(w *world.World, change []func(*provider.Config), ids ...string) (all []*providertest.Provider) {
	t := w.T.(*testing.T) //nolint:errcheck,forcetypeassert // each world here has one
	var configs []provider.Config
	for _, name := range ids {
		p := providertest.New(t, w.Hand.Now)
		c := p.Config(name, "Log-in of "+name)
		for _, f := range change {
			f(&c)
		}
		all, configs = append(all, p), append(configs, c)
	}
	book, err := provider.New(configs, "https://heed.test", w.Hand)
	must(w, err)
	w.Directory.Providers = book
	return all
}

func strong(c *provider.Config) { c.ACR = []string{"AAL3_ANY"} }

func asked() provider.Asked {
	return provider.Asked{Provider: "cis2", Browser: "l." + rand.Text()}
}

// visit goes to the provider and comes back with its answer.
func visit(w *world.World, p *providertest.Provider, a provider.Asked) provider.Answer {
	w.T.Helper()
	to, err := w.Directory.AskProvider(ctx, a)
	must(w, err)
	said := p.Visit(to).Query()
	return provider.Answer{Asked: a, Code: said.Get("code"), State: said.Get("state"), Issuer: said.Get("iss"),
		Error: said.Get("error")}
}

// add links somebody's account by what they do themself.
func add(w *world.World, p *providertest.Provider, login, subject string) error {
	w.T.Helper()
	p.Subject = subject
	a := asked()
	a.For, a.Fresh = w.Person(login), true
	return w.Directory.AddProvider(ctx, w.As(login), visit(w, p, a))
}

func logIn(w *world.World, p *providertest.Provider, subject string) (directory.Elsewhere, error) {
	w.T.Helper()
	p.Subject = subject
	return w.Directory.CheckProvider(ctx, visit(w, p, asked()))
}

// TestALinkIsThePersonAndNobodyElse: by issuer and subject alone. The provider of the test says
// of everybody that they have the nurse's address and are an administrator.
func TestALinkIsThePersonAndNobodyElse(t *testing.T) {
	world.Each(t, func(w *world.World) {
		p := at(w, strong)
		p.ACR = "AAL3_ANY"
		if got, err := logIn(w, p, "nurse@example.org"); !fail.Is(err, fail.SignIn) || got != (directory.Elsewhere{}) {
			w.T.Fatalf("linked by an address or a name alone: %v %v", got, err)
		}
		if _, err := logIn(w, p, "nurse"); !fail.Is(err, fail.SignIn) {
			w.T.Fatalf("linked by a name alone: %v", err)
		}
		must(w, add(w, p, "nurse", "subject-n"))
		must(w, add(w, p, "porter", "subject-p"))
		got, err := logIn(w, p, "subject-n")
		must(w, err)
		if got.Person != w.Person("nurse") || !got.Second {
			w.T.Errorf("%+v", got)
		}
		if got, err := logIn(w, p, "subject-p"); err != nil || got.Person != w.Person("porter") {
			w.T.Errorf("%+v %v", got, err)
		}
		if _, err := logIn(w, p, "subject-N"); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("another subject: %v", err)
		}
		nurse, err := w.Directory.Person(ctx, w.Person("nurse"))
		must(w, err)
		if len(nurse.Grants) != 1 || nurse.Grants[0].Role != access.Worker {
			w.T.Errorf("a role from a token: %+v", nurse.Grants)
		}
		for what, err := range map[string]error{
			"somebody else's":       add(w, p, "lead", "subject-n"),
			"a second of one's own": add(w, p, "nurse", "subject-x"),
			"one's own once more":   add(w, p, "nurse", "subject-n"),
			"at the machine, another's": w.Directory.LinkAtMachine(ctx, w.Person("second"), p.Issuer(), "subject-p",
				w.Words()...),
			"at the machine, of no form": w.Directory.LinkAtMachine(ctx, w.Person("second"), "issuer", "s", w.Words()...),
		} {
			if !fail.Is(err, fail.Conflict) && !fail.Is(err, fail.Bad) {
				w.T.Errorf("%s: %v", what, err)
			}
		}
	})
}

// other is a sign that is not this one.
func other(sign string) string {
	if sign == "A" {
		return "B"
	}
	return "A"
}

// TestAnAnswerCountsOnceAndInItsBrowser: what comes back is taken once, by whom it was begun,
// for what it was begun, from the provider with which it was begun, and soon.
func TestAnAnswerCountsOnceAndInItsBrowser(t *testing.T) {
	world.Each(t, func(w *world.World) {
		both := several(w, []func(*provider.Config){strong}, "cis2", "entra")
		p := both[0]
		p.ACR, both[1].ACR = "AAL3_ANY", "AAL3_ANY"
		must(w, add(w, p, "nurse", "subject-n"))
		refused := func(what string, a provider.Answer) {
			w.T.Helper()
			got, err := w.Directory.CheckProvider(ctx, a)
			if !fail.Is(err, fail.SignIn) || got != (directory.Elsewhere{}) {
				w.T.Errorf("%s: %+v %v", what, got, err)
			}
		}
		p.Subject, p.Lax = "subject-n", true // so that Heed alone refuses
		whole := visit(w, p, asked())
		for what, change := range map[string]func(*provider.Answer){
			"another browser":  func(a *provider.Answer) { a.Browser = asked().Browser },
			"no browser":       func(a *provider.Answer) { a.Browser = "" },
			"another provider": func(a *provider.Answer) { a.Provider = "entra" },
			"to be proved now": func(a *provider.Answer) { a.Fresh = true },
			"to be added":      func(a *provider.Answer) { a.For = w.Person("nurse") },
			"another state":    func(a *provider.Answer) { a.State = visit(w, p, asked()).State },
			"a changed state":  func(a *provider.Answer) { a.State = other(a.State[:1]) + a.State[1:] },
			"no state":         func(a *provider.Answer) { a.State = "" },
			"not a state":      func(a *provider.Answer) { a.State = "%%%" },
		} {
			a := whole
			change(&a)
			refused(what, a)
		}
		if got, err := w.Directory.CheckProvider(ctx, whole); err != nil || got.Person != w.Person("nurse") {
			w.T.Fatalf("after all of that: %v %v", got, err)
		}
		refused("once more", whole)
		late := visit(w, p, asked())
		w.Hand.Move(5*time.Minute + time.Second)
		refused("late", late)

		// A code of one log-in in another, as somebody puts it in who has seen it.
		mine, seen := visit(w, p, asked()), visit(w, p, asked())
		mine.Code = seen.Code
		refused("a code of another browser", mine) // by the nonce
		p.Lax = false
		mine, seen = visit(w, p, asked()), visit(w, p, asked())
		mine.Code = seen.Code
		refused("a code of another browser, at a provider that looks", mine) // by the verifier
		p.Lax = true
		// With SQL the row that says that it was used can be taken away.
		again := visit(w, p, asked())
		if _, err := w.Directory.CheckProvider(ctx, again); err != nil {
			w.T.Fatal(err)
		}
		must(w, w.Store.Do(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(`delete from directory_challenge_used`)
			return err
		}))
		refused("once more, by SQL", again)
		to, err := w.Directory.AskProvider(ctx, asked())
		must(w, err)
		u, err := url.Parse(to)
		must(w, err)
		for name, value := range map[string]string{"response_type": "code", "code_challenge_method": "S256",
			"redirect_uri": "https://heed.test/log-in/with/cis2/back", "scope": "openid", "acr_values": "AAL3_ANY"} {
			if got := u.Query().Get(name); got != value {
				w.T.Errorf("%s is %q", name, got)
			}
		}
		for _, name := range []string{"state", "nonce", "code_challenge"} {
			if len(u.Query().Get(name)) < 43 {
				w.T.Errorf("%s is %q", name, u.Query().Get(name))
			}
		}
	})
}

// TestAStrangerWritesNothing: neither who made an answer up, nor who is nobody here. Seen to fail when a state was used
// up before the provider was asked.
func TestAStrangerWritesNothing(t *testing.T) {
	world.Each(t, func(w *world.World) {
		p := at(w, strong)
		p.ACR = "AAL3_ANY"
		must(w, add(w, p, "nurse", "subject-n"))
		written := func() (n int) {
			must(w, w.Store.View(ctx, func(tx *store.Tx) error {
				return tx.QueryRow(`select count(*) from directory_challenge_used`).Scan(&n)
			}))
			return n
		}
		before := written()
		made := visit(w, p, asked())
		made.Code = "made up"
		for range 3 {
			if _, err := w.Directory.CheckProvider(ctx, made); !fail.Is(err, fail.SignIn) {
				w.T.Errorf("an answer that was made up: %v", err)
			}
		}
		if _, err := logIn(w, p, "a stranger"); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("a stranger: %v", err)
		}
		if got := written(); got != before {
			w.T.Errorf("%d rows of strangers", got-before)
		}
		if _, err := logIn(w, p, "subject-n"); err != nil || written() != before+1 {
			w.T.Errorf("who is known is not written down: %v", err)
		}
	})
}

// TestALinkIsNotForSomebodyElsesAccount: what one person began to add is not added to another's.
func TestALinkIsNotForSomebodyElsesAccount(t *testing.T) {
	world.Each(t, func(w *world.World) {
		p := at(w, strong)
		a := asked()
		a.For, a.Fresh = w.Person("nurse"), true
		answer := visit(w, p, a)
		if err := w.Directory.AddProvider(ctx, w.As("porter"), answer); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("begun by another: %v", err)
		}
		answer.For = w.Person("porter")
		if err := w.Directory.AddProvider(ctx, w.As("porter"), answer); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("begun by another, and said to be one's own: %v", err)
		}
		p.Claims = func(c map[string]any) { c["auth_time"] = w.Hand.Now().Add(-time.Hour).Unix() }
		if err := add(w, p, "nurse", "subject-n"); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("of a session from before, maybe somebody else's: %v", err)
		}
	})
}

// TestWhereNoSecondFactorIsAsserted: Heed's own is asked, and who has none is told so.
func TestWhereNoSecondFactorIsAsserted(t *testing.T) {
	world.Each(t, func(w *world.World) {
		p := at(w, strong)
		must(w, add(w, p, "nurse", "subject-n"))
		for _, acr := range []string{"", "AAL1_USERPASS"} {
			p.ACR = acr
			if got, err := logIn(w, p, "subject-n"); err != nil || got.Second {
				w.T.Errorf("%q: %+v %v", acr, got, err)
			}
		}
		only := w.Join("only", access.Worker)
		must(w, w.Directory.LinkAtMachine(ctx, only, p.Issuer(), "subject-o"))
		if _, err := logIn(w, p, "subject-o"); !fail.Is(err, fail.SignIn) || !strings.Contains(fail.Words(err),
			"second proof") {
			w.T.Errorf("without a second factor anywhere: %v", err)
		}
		p.ACR = "AAL3_ANY"
		if got, err := logIn(w, p, "subject-o"); err != nil || got.Person != only {
			w.T.Errorf("%+v %v", got, err)
		}
		if _, err := w.Directory.GiveWord(ctx, "only", world.Password, "000000"); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("a word without password and app: %v", err)
		}
	})
}

// TestALinkAtTheMachineTakesTheWordsOfACode: whoever is the subject becomes the person.
func TestALinkAtTheMachineTakesTheWordsOfACode(t *testing.T) {
	world.Each(t, func(w *world.World) {
		p := at(w, strong)
		words := w.Words()
		for login, few := range map[string][]directory.Word{"lead": nil, "second": words[:1], "guardian": nil,
			"executive": words[1:]} {
			err := w.Directory.LinkAtMachine(ctx, w.Person(login), p.Issuer(), "subject-"+login, few...)
			if !fail.Is(err, fail.Refused) {
				w.T.Errorf("%s on %d words: %v", login, len(few), err)
			}
			must(w, w.Directory.LinkAtMachine(ctx, w.Person(login), p.Issuer(), "subject-"+login, words...))
		}
		must(w, w.Directory.LinkAtMachine(ctx, w.Person("nurse"), p.Issuer(), "subject-nurse"))
		p.ACR = "AAL3_ANY"
		if got, err := logIn(w, p, "subject-lead"); err != nil || got.Person != w.Person("lead") {
			w.T.Errorf("%+v %v", got, err)
		}
	})
}

// TestALinkEndsWithAFurtherRole: what the operator alone set while somebody was a worker does not
// make them the lead that the grantors made of that person, and a code neither.
func TestALinkEndsWithAFurtherRole(t *testing.T) {
	world.Each(t, func(w *world.World) {
		p := at(w, strong)
		p.ACR = "AAL3_ANY"
		nurse := w.Person("nurse")
		must(w, w.Directory.LinkAtMachine(ctx, nurse, p.Issuer(), "subject-mine"))
		if got, err := logIn(w, p, "subject-mine"); err != nil || got.Person != nurse {
			w.T.Fatalf("%+v %v", got, err)
		}
		code, err := w.Directory.OfferEnrolment(ctx, nurse)
		must(w, err)
		must(w, w.Directory.Grant(ctx, nurse, access.Lead, w.Org.Teams[0].ID, w.Words()...))
		if _, err := logIn(w, p, "subject-mine"); err == nil {
			w.T.Error("a link that no words made leads to a lead")
		}
		if _, err := w.Directory.AskFirstPasskey(ctx, "nurse", code); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("a code that no words made: %v", err)
		}
		must(w, w.Directory.LinkAtMachine(ctx, nurse, p.Issuer(), "subject-hers", w.Words()...))
		if got, err := logIn(w, p, "subject-hers"); err != nil || got.Person != nurse {
			w.T.Errorf("on words: %+v %v", got, err)
		}
	})
}

// TestWhoComesInIsNotTakenOver: within the 72 hours nobody becomes the coming grantor without the
// words of all; and whoever has a log-in from the machine is not named.
func TestWhoComesInIsNotTakenOver(t *testing.T) {
	world.Each(t, func(w *world.World) {
		p := at(w, strong)
		words, nurse := w.Words(), w.Person("nurse")
		begin := func(in string) error {
			_, err := w.Directory.ReplaceGrantor(ctx, w.Org.ID, w.Person("guardian"), w.Person(in), "", words...)
			return err
		}
		must(w, w.Directory.LinkAtMachine(ctx, w.Person("porter"), p.Issuer(), "subject-porter"))
		if err := begin("porter"); !fail.Is(err, fail.Bad) {
			w.T.Errorf("somebody with a link from the machine is to come in: %v", err)
		}
		must(w, begin("nurse"))
		if err := w.Directory.LinkAtMachine(ctx, nurse, p.Issuer(), "subject-mine"); !fail.Is(err, fail.Refused) {
			w.T.Errorf("a link for who comes in: %v", err)
		}
		if _, err := w.Directory.OfferEnrolment(ctx, nurse); !fail.Is(err, fail.Refused) {
			w.T.Errorf("a code for who comes in: %v", err)
		}
		w.Hand.Move(directory.StopTime)
		must(w, w.Directory.FinishReplacements(ctx))
		if o, err := w.Directory.Organisation(ctx, w.Org.ID); err != nil || !o.IsGrantor(nurse) {
			w.T.Errorf("%+v %v", o.Grantors, err)
		}
	})
}

// TestALinkThatIsTakenAwayStaysSo: by its owner, by setting up anew, by leaving; whatever is
// done with SQL. A row that leads to somebody else gives nothing.
func TestALinkThatIsTakenAwayStaysSo(t *testing.T) {
	world.Each(t, func(w *world.World) {
		p := at(w, strong)
		p.ACR = "AAL3_ANY"
		link := func(login string) directory.Link {
			who, err := w.Directory.Person(ctx, w.Person(login))
			must(w, err)
			return who.Links()[0]
		}
		none := func(what, subject string) {
			w.T.Helper()
			if got, err := logIn(w, p, subject); !fail.Is(err, fail.SignIn) || !got.Person.IsZero() {
				w.T.Errorf("%s: %+v %v", what, got, err)
			}
		}
		must(w, add(w, p, "nurse", "subject-n"))
		before, err := w.Directory.Person(ctx, w.Person("nurse"))
		must(w, err)
		w.Hand.Move(time.Second)
		if err := w.Directory.Unlink(ctx, w.As("porter"), link("nurse").Handle()); !fail.Is(err, fail.Missing) {
			w.T.Errorf("somebody else's: %v", err)
		}
		must(w, w.Directory.Unlink(ctx, w.As("nurse"), link("nurse").Handle()))
		after, err := w.Directory.Person(ctx, w.Person("nurse"))
		must(w, err)
		if !after.Since.After(before.Since) {
			w.T.Error("sessions from before go on")
		}
		none("taken away", "subject-n")
		must(w, add(w, p, "porter", "subject-n"))
		if got, err := logIn(w, p, "subject-n"); err != nil || got.Person != w.Person("porter") {
			w.T.Errorf("given to another: %+v %v", got, err)
		}
		must(w, w.Store.Do(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(`update directory_provider set person = $1`, w.Person("lead"))
			return err
		}))
		none("a row that leads to somebody else", "subject-n")
		must(w, w.Directory.RemakeLookups(ctx, func(string) {}))
		if got, err := logIn(w, p, "subject-n"); err != nil || got.Person != w.Person("porter") {
			w.T.Errorf("made anew: %+v %v", got, err)
		}
		code, err := w.Directory.OfferEnrolment(ctx, w.Person("porter"))
		must(w, err)
		secret, _, err := directory.SecondFor("Test", "")
		must(w, err)
		now, err := totp.GenerateCode(secret, w.Hand.Now())
		must(w, err)
		must(w, w.Directory.Enrol(ctx, "porter", code, "another horse battery", secret, now))
		none("set up anew", "subject-n")
		if anew, err := w.Directory.Person(ctx, w.Person("porter")); err != nil || len(anew.Links()) != 0 {
			w.T.Errorf("set up anew, and still linked: %v %v", anew.Links(), err)
		}
		must(w, add(w, p, "second", "subject-n"))
		must(w, w.Directory.Leave(ctx, w.Person("second"), w.Words()[0]))
		none("has left", "subject-n")

		must(w, add(w, p, "executive", "subject-e"))
		must(w, w.Directory.Unlink(ctx, w.As("executive"), link("executive").Handle()))
		undo(w, w.Person("executive"))
		must(w, w.Directory.RemakeLookups(ctx, func(string) {}))
		none("the entry that says so is taken back by SQL", "subject-e")

		only := w.Join("only", access.Worker)
		must(w, w.Directory.LinkAtMachine(ctx, only, p.Issuer(), "subject-o"))
		own, err := w.Directory.Actor(ctx, only, "", true)
		must(w, err)
		all, err := w.Directory.Person(ctx, only)
		must(w, err)
		if err := w.Directory.Unlink(ctx, own, all.Links()[0].Handle()); !fail.Is(err, fail.Conflict) {
			w.T.Errorf("the last way in: %v", err)
		}
	})
}

// TestTheLastWayInByALink: another link counts while its provider is in the settings, and not after it. Seen to
// fail when it counted always.
func TestTheLastWayInByALink(t *testing.T) {
	world.Each(t, func(w *world.World) {
		both := several(w, []func(*provider.Config){strong}, "cis2", "entra")
		book := w.Directory.Providers
		only := w.Join("only", access.Worker)
		for _, p := range both {
			must(w, w.Directory.LinkAtMachine(ctx, only, p.Issuer(), "subject-o"))
		}
		own, err := w.Directory.Actor(ctx, only, "", true)
		must(w, err)
		who, err := w.Directory.Person(ctx, only)
		must(w, err)
		first := who.Links()[0].Handle()
		alone, err := provider.New([]provider.Config{both[0].Config("cis2", "Log-in of cis2")}, "https://heed.test", w.Hand)
		must(w, err)
		w.Directory.Providers = alone
		if err := w.Directory.Unlink(ctx, own, first); !fail.Is(err, fail.Conflict) {
			w.T.Errorf("what is left leads nowhere: %v", err)
		}
		w.Directory.Providers = book
		must(w, w.Directory.Unlink(ctx, own, first))
	})
}
