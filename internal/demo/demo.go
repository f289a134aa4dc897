// Package demo makes a folder with made-up organisations, made-up people and a
// year of made-up history, always the same for the same seed, by the same desks
// that serve real ones.
//
// It keeps true: it works only in a folder of its own, which it marks first and
// finishes last, so that one that was stopped half way is begun again; every
// person in it is clearly invented; NHS numbers are from the 999 test range.
package demo

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/pquerna/otp/totp"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/clock/workday"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/id"
)

// Password is everybody's in the demo.
const Password = "everybody here is made up"

// Seed is the seed of the history.
const Seed = 1811

const (
	markerFile = "demo"          // app's own marker: this folder is the demo's
	doneFile   = "demo-is-whole" // written last
)

// Config is the demo's configuration of an installation in a folder.
func Config(data string) app.Config {
	return app.Config{Data: data, Demo: true, Plain: true}
}

// Ensure makes the demo's folder unless it is there and whole. tell is called with
// what is being done.
func Ensure(ctx context.Context, data string, now time.Time, log *slog.Logger, tell func(string)) error {
	switch state, err := look(data); {
	case err != nil:
		return err
	case state == whole:
		return nil
	case state == half:
		tell("The last start was stopped half way: beginning again.")
		if err := os.RemoveAll(data); err != nil {
			return fail.Wrap(fail.Bad, err, "The folder %s cannot be emptied", data)
		}
	}
	err := inMemory(data, func(place string) error { return build(ctx, place, now, log, tell) })
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(data, doneFile), []byte("yes\n"), 0o600)
}

type state int

const (
	absent state = iota
	half
	whole
)

// look refuses every folder that is not the demo's own.
func look(data string) (state, error) {
	entries, err := os.ReadDir(data)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return absent, nil
	}
	if err != nil {
		return absent, fail.Wrap(fail.Bad, err, "The folder %s cannot be read", data)
	}
	if _, err := os.Stat(filepath.Join(data, markerFile)); err != nil {
		return absent, fail.New(fail.Conflict, "The folder %s is not the demo's own, and the demo touches no other. Name "+
			"an empty one with --data", data)
	}
	if _, err := os.Stat(filepath.Join(data, doneFile)); err != nil {
		return half, nil
	}
	return whole, nil
}

// secret is the second factor of somebody in the demo: not a secret at all.
func secret(login string) string {
	sum := sha256.Sum256([]byte("heed demo " + login))
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:20])
}

// Code is somebody's one-time code at a time.
func Code(login string, at time.Time) (string, error) {
	code, err := totp.GenerateCode(secret(login), at)
	if err != nil {
		return "", fmt.Errorf("code: %w", err)
	}
	return code, nil
}

// builder makes the folder.
type builder struct {
	ctx  context.Context
	app  *app.App
	hand *clock.Hand
	tell func(string)

	people map[string]id.Person
}

// build founds the organisations a year ago and lives through that year.
func build(ctx context.Context, data string, now time.Time, log *slog.Logger, tell func(string)) error {
	tell("Making two made-up organisations and a year of made-up history.")
	start := workday.Of(now).Add(-366).Start().Add(8 * time.Hour)
	return begin(ctx, Config(data), start, log, tell, func(b *builder) error {
		if err := b.live(now); err != nil {
			return err
		}
		_, err := b.app.Ledger.Sequence(ctx)
		return err
	})
}

// People makes the organisations and people of the demo a day before now, without
// any history: for tests, on either engine.
func People(ctx context.Context, c app.Config, now time.Time, log *slog.Logger) error {
	return begin(ctx, c, now.Add(-24*time.Hour), log, func(string) {}, func(*builder) error { return nil })
}

// begin founds the organisations at a time and goes on from there.
func begin(ctx context.Context, c app.Config, at time.Time, log *slog.Logger, tell func(string),
	then func(*builder) error) error {
	hand := clock.NewHand(at)
	var codes []directory.Enrolment
	err := app.Init(ctx, c, hand, log, trust, func(_ directory.Organisation, all []directory.Enrolment) error {
		codes = all
		return nil
	})
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, c, hand, log)
	if err != nil {
		return err
	}
	b := &builder{ctx: ctx, app: a, hand: hand, tell: tell, people: map[string]id.Person{}}
	for _, step := range []func() error{func() error { return b.found(codes) }, b.practice, func() error {
		return then(b)
	}} {
		if err := step(); err != nil {
			return errors.Join(err, a.Close())
		}
	}
	return a.Close()
}

var trust = directory.Founding{
	Name: "Fernwick Vale Hospitals (made up)", Telephone: "01632 960100", ExitURL: "https://www.nhs.uk/",
	Nation: workday.EnglandAndWales,
	Team:   "Fernwick Vale safeguarding team", Lead: directory.Contact{Name: "Lena Sample", Telephone: "01632 960101"},
	Colleague: directory.ColleagueDoor{Owner: "Owen Placeholder, head of people", Telephone: "01632 960102"},
	Grantors: []directory.NewPerson{
		{Name: "Gwen Sample", Login: "guardian", Email: "guardian@example.org",
			Job: "Sees who opened what, and looks after confidentiality", Role: access.CaldicottGuardian},
		{Name: "Edwin Example", Login: "executive", Email: "executive@example.org",
			Job: "Answers to the board for safeguarding", Role: access.ExecutiveLead},
	},
}

var staff = []directory.NewPerson{
	{Name: "Nadia Example", Login: "nurse", Email: "nurse@example.org", Phone: "01632 960111",
		Job: "Ward nurse: raises a concern and hears what became of it", Role: access.Worker},
	{Name: "Percy Placeholder", Login: "porter", Email: "porter@example.org",
		Job: "Porter: sees only what he raised himself", Role: access.Worker},
	{Name: "Thea Sample", Login: "therapist", Email: "therapist@example.org", Job: "Therapist in the community team",
		Role: access.Worker},
	{Name: "Lena Sample", Login: "lead", Email: "lead@example.org", Phone: "01632 960101",
		Job: "Safeguarding lead: takes concerns up, decides, refers, answers", Role: access.Lead},
	{Name: "Dev Placeholder", Login: "deputy", Email: "deputy@example.org", Phone: "01632 960103",
		Job: "Deputy safeguarding lead", Role: access.Lead},
	{Name: "Gil Placeholder", Login: "keeper", Email: "keeper@example.org",
		Job: "Governance lead: keeps the register of policies and agreements", Role: access.GovernanceLead},
	{Name: "Ada Example", Login: "administrator", Email: "administrator@example.org",
		Job: "Runs the accounts and never sees a case", Role: access.Administrator},
}

func (b *builder) found(codes []directory.Enrolment) error {
	for _, c := range codes {
		if err := b.enrol(c); err != nil {
			return err
		}
	}
	all, err := b.app.Directory.Organisations(b.ctx)
	if err != nil {
		return err
	}
	b.hand.Move(time.Minute) // setting up used a one-time code
	var words []directory.Word
	for _, g := range trust.Grantors {
		w, err := b.word(g.Login)
		if err != nil {
			return err
		}
		words = append(words, w)
	}
	for _, n := range staff {
		b.hand.Move(time.Minute)
		e, err := b.app.Directory.AddPerson(b.ctx, all[0].ID, n, words...)
		if err != nil {
			return err
		}
		if err := b.enrol(e); err != nil {
			return err
		}
	}
	return nil
}

// practice is a second organisation: one practice with one person who grants.
func (b *builder) practice() error {
	org := id.NewOrg(b.hand.Now())
	if err := b.app.Vault.AddOrg(b.ctx, org); err != nil {
		return err
	}
	_, codes, err := b.app.Directory.OpenOrganisation(b.ctx, org, directory.Founding{
		Name: "Millrace Street Surgery (made up)", Telephone: "01632 960200", ExitURL: "https://www.nhs.uk/",
		Nation: workday.EnglandAndWales,
		Team:   "Millrace Street practice", Lead: directory.Contact{Name: "Dr Pat Placeholder", Telephone: "01632 960201"},
		OnePerson: true,
		Grantors: []directory.NewPerson{{Name: "Dr Pat Placeholder", Login: "practice", Email: "practice@example.org",
			Job: "Runs a one-person practice and takes up its concerns", Role: access.Lead}},
	})
	if err != nil {
		return err
	}
	return b.enrol(codes[0])
}

func (b *builder) enrol(e directory.Enrolment) error {
	code, err := Code(e.Login, b.hand.Now())
	if err != nil {
		return err
	}
	b.people[e.Login] = e.Person
	return b.app.Directory.Enrol(b.ctx, e.Login, e.Code, Password, secret(e.Login), code)
}

func (b *builder) word(login string) (directory.Word, error) {
	return Word(b.ctx, b.app, login, b.hand.Now())
}

// Word is somebody's own word in the demo. A code counts once, so the next one is
// tried, and the last: fail.SignIn when all were used within this minute.
func Word(ctx context.Context, a *app.App, login string, now time.Time) (w directory.Word, err error) {
	for _, off := range []time.Duration{0, 30 * time.Second, -30 * time.Second} {
		code, err := Code(login, now.Add(off))
		if err != nil {
			return w, err
		}
		if w, err = a.Directory.GiveWord(ctx, login, Password, code); !fail.Is(err, fail.SignIn) {
			return w, err
		}
	}
	return w, fail.New(fail.SignIn, "Every one-time code of this minute was used: wait for the next")
}

// Logins are the people for whom tokens are made.
func Logins() []string {
	out := []string{"guardian", "executive"}
	for _, n := range staff {
		out = append(out, n.Login)
	}
	return append(out, "practice")
}
