// Package world builds a small organisation with people in it, for tests of the
// slices and faces: real store, vault, ledger, policy and process, on both engines.
//
// Trusted with nothing outside tests. Its people are invented.
package world

import (
	"context"
	"io/fs"
	"log/slog"
	"maps"
	"path/filepath"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/backup"
	"heed/internal/clock"
	"heed/internal/clock/workday"
	"heed/internal/concern"
	"heed/internal/directory"
	"heed/internal/document/keep"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/ledger"
	"heed/internal/room"
	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/internal/vault"
	"heed/record"
)

// Password is everybody's.
const Password = "correct horse battery staple"

// World is an organisation at work.
type World struct {
	T         testing.TB
	Hand      *clock.Hand
	Dir       string
	Store     *store.Store
	Vault     *vault.Vault
	Ledger    *ledger.Log
	Policy    *access.Policy
	Jobs      *jobs.Queue
	Directory *directory.Desk
	Concerns  *concern.Desk
	Rooms     *room.Desk
	Org       directory.Organisation

	people  map[string]id.Person
	secrets map[string]string
	words   []directory.Word               // of both grantors, for Join
	joined  map[string]directory.Enrolment // who has no password yet
}

// Start is when every world begins: Monday 2 March 2026, 9 in the morning.
var Start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func init() { directory.TestOnlyCheapPasswords() }

// Each runs fn in a new world on each engine.
func Each(t *testing.T, fn func(w *World)) {
	hand := clock.NewHand(Start)
	storetest.EachClock(t, Migrations(), hand, func(t *testing.T, s *store.Store) {
		hand.Set(Start)
		fn(New(t, s, hand))
	})
}

// EachOf runs fn on each engine, beside each other, with a maker of worlds: each is a copy of
// one that was built once, and what is done in it is seen in no other.
func EachOf(t *testing.T, fn func(t *testing.T, fresh func(*testing.T) *World)) {
	storetest.EachCopied(t, Migrations(), func(t *testing.T, stores *storetest.Copied) {
		var first *World
		hand := clock.NewHand(Start)
		stores.Build(t, hand, func(s *store.Store) {
			first = New(t, s, hand)
		})
		fn(t, func(t *testing.T) *World {
			hand := clock.NewHand(first.Hand.Now())
			w := &World{T: t, Hand: hand, Dir: t.TempDir(), Org: first.Org, people: maps.Clone(first.people),
				secrets: maps.Clone(first.secrets), words: first.words, joined: maps.Clone(first.joined)}
			storetest.CopyFolder(t, w.Dir, first.Dir)
			w.open(stores.Copy(t, hand))
			return w
		})
	})
}

// Migrations are those of every room.
func Migrations() []fs.FS {
	return []fs.FS{vault.Migrations, ledger.Migrations, jobs.Migrations, directory.Migrations, concern.Migrations,
		room.Migrations, backup.Migrations, keep.Migrations}
}

// New builds a world on a store.
func New(t testing.TB, s *store.Store, hand *clock.Hand) *World {
	t.Helper()
	w := &World{T: t, Hand: hand, Dir: t.TempDir(), people: map[string]id.Person{}, secrets: map[string]string{}}
	org := id.NewOrg(hand.Now())
	w.check(vault.CreateKeyFile(filepath.Join(w.Dir, "heed.key"), org))
	w.open(s)
	w.check(w.Vault.AddOrg(context.Background(), org))
	w.found(org)
	return w
}

// Beside is the same world seen by another process: on a store of its own, with the
// keys in dir and the people of the first.
func Beside(t testing.TB, s *store.Store, hand *clock.Hand, dir string, people map[string]id.Person) *World {
	w := &World{T: t, Hand: hand, Dir: dir, people: people}
	w.open(s)
	return w
}

// People are who is there, for Beside.
func (w *World) People() map[string]id.Person { return w.people }

// open opens every room on a store.
func (w *World) open(s *store.Store) {
	t, ctx, hand := w.T, context.Background(), w.Hand
	w.Store = s
	w.Vault = must(vault.Open(ctx, s, vault.Options{KeyFile: filepath.Join(w.Dir, "heed.key"),
		KeyStore: filepath.Join(w.Dir, "keystore"), Clock: hand}))(t)
	signer := must(record.NewSigner("heed.test/log"))(t)
	w.Ledger = must(ledger.Open(s, w.Vault, ledger.Options{Origin: "heed.test/log", SignerKey: signer.Text(), Clock: hand,
		Log: slog.New(slog.DiscardHandler)}))(t)
	rooms := app.Rooms()
	w.Policy = must(room.Policy(rooms...))(t)
	w.Jobs = jobs.New(s, jobs.Options{Clock: hand})
	w.Directory = directory.New(directory.Parts{Store: s, Vault: w.Vault, Ledger: w.Ledger, Clock: hand,
		Origin: "https://heed.test"})
	w.Rooms = must(room.NewDesk(w.Parts(), rooms...))(t)
	w.Concerns = must(concern.New(w.Rooms))(t)
	w.check(w.Vault.Settle(ctx, w.Rooms))
	w.check(s.EnsureProjections(ctx, w.Concerns.GlassProjection(), w.Rooms.Projection()))
}

// Parts are what a desk of rooms works with.
func (w *World) Parts() room.Parts {
	return room.Parts{Store: w.Store, Vault: w.Vault, Ledger: w.Ledger, Policy: w.Policy, Directory: w.Directory,
		Jobs: w.Jobs, Clock: w.Hand,
		Log: slog.New(slog.DiscardHandler)}
}

// Desk is another program's desk, with rooms of its own, in the same world.
func (w *World) Desk(rooms ...*room.Room) *room.Desk { return room.TestOnlyDesk(w.Parts(), rooms...) }

func (w *World) found(org id.Org) {
	grantor := func(login string, role access.Role) directory.NewPerson {
		return directory.NewPerson{Name: "Test " + login, Login: login, Email: login + "@example.org", Role: role}
	}
	o, codes, err := w.Directory.OpenOrganisation(context.Background(), org, directory.Founding{
		Name: "Test Trust", Nation: workday.EnglandAndWales, Telephone: "0300 000 0000",
		ExitURL: "https://intranet.example.org",
		Team:    "Safeguarding team", Lead: directory.Contact{Name: "Test lead", Telephone: "0300 000 0001"},
		Colleague: directory.ColleagueDoor{Owner: "Test owner", Telephone: "0300 000 0002"},
		Grantors: []directory.NewPerson{grantor("guardian", access.CaldicottGuardian),
			grantor("executive", access.ExecutiveLead)},
	})
	w.check(err)
	w.Org = o
	for _, c := range codes {
		w.enrol(c)
	}
	for _, n := range []struct {
		login string
		role  access.Role
	}{{"lead", access.Lead}, {"second", access.Lead}, {"nurse", access.Worker}, {"porter", access.Worker}} {
		w.Hand.Move(time.Minute) // an id is of its time: they stand in this order
		w.Join(n.login, n.role)
		w.enrolIfNew(n.login)
	}
}

// enrolIfNew gives who only joined a password and a second factor.
func (w *World) enrolIfNew(login string) bool {
	e, waits := w.joined[login]
	if waits {
		delete(w.joined, login)
		w.enrol(e)
	}
	return waits
}

func (w *World) enrol(e directory.Enrolment) {
	secret, _, err := directory.SecondFor("Test", "")
	w.check(err)
	w.people[e.Login], w.secrets[e.Login] = e.Person, secret
	w.check(w.Directory.Enrol(context.Background(), e.Login, e.Code, Password, secret, w.Code(e.Login)))
}

// Join gives somebody an account, on the word of both grantors; a password when they need one.
func (w *World) Join(login string, role access.Role) id.Person {
	w.T.Helper()
	if w.words == nil {
		w.words = w.Words()
	}
	e, err := w.Directory.AddPerson(context.Background(), w.Org.ID, directory.NewPerson{Name: "Test " + login,
		Login: login, Email: login + "@example.org", Role: role, Team: w.Org.Teams[0].ID}, w.words...)
	w.check(err)
	if w.joined == nil {
		w.joined = map[string]directory.Enrolment{}
	}
	w.people[login], w.joined[login] = e.Person, e
	return e.Person
}

// Words are the words of both grantors. Each uses up a code, so time moves on.
func (w *World) Words() []directory.Word {
	w.T.Helper()
	w.Hand.Move(time.Minute)
	return []directory.Word{w.Word("guardian"), w.Word("executive")}
}

// Word is somebody's own word.
func (w *World) Word(login string) directory.Word {
	w.T.Helper()
	word, err := w.Directory.GiveWord(context.Background(), login, Password, w.Code(login))
	w.check(err)
	return word
}

// Code is the one-time code of now.
func (w *World) Code(login string) string {
	w.T.Helper()
	if w.enrolIfNew(login) {
		w.Hand.Move(time.Minute) // that used up a code
	}
	code, err := totp.GenerateCode(w.secrets[login], w.Hand.Now())
	w.check(err)
	return code
}

// Person is somebody's id.
func (w *World) Person(login string) id.Person { return w.people[login] }

// As is somebody as who asks, in their first role.
func (w *World) As(login string) access.Actor {
	w.T.Helper()
	a, err := w.Directory.Actor(context.Background(), w.people[login], "", true)
	w.check(err)
	return a
}

// Token is a bearer token of somebody's own.
func (w *World) Token(login string) string {
	w.T.Helper()
	w.Hand.Move(time.Minute)
	t, err := w.Directory.IssueToken(context.Background(), w.Word(login), "test", time.Hour*24*30)
	w.check(err)
	return t
}

func (w *World) check(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

func must[V any](v V, err error) func(testing.TB) V {
	return func(t testing.TB) V {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
