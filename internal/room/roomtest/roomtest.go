// Package roomtest is the one suite that every room passes, on both engines: what
// package room promises, tried on the room's own definition and policy with answers
// made from its fields. A room needs no test of these of its own.
//
// Each clause was seen to fail on a fault planted in package room: see planted_test.go.
package roomtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

// Run holds a room to everything. Each clause has a world of its own, so that they run beside
// each other and none leans on what another left.
func Run(t *testing.T, r *room.Room) {
	if err := r.Check(); err != nil {
		t.Fatal(err)
	}
	if fault := unlisted(r, app.Rooms()); fault != "" {
		t.Fatal(fault)
	}
	world.EachOf(t, func(t *testing.T, fresh func(*testing.T) *world.World) {
		for _, c := range clauses {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				c.holds(newSuite(fresh(t), r))
			})
		}
	})
	made := demoIn(t)
	for name, holds := range map[string]func(*testing.T, *room.Room, installed){
		"documents name what it has": namesWhatItHas, "every route as every role": routes,
		"documents are sent and given out": uploads, "who reads what": meant,
		"a word of two shows what it is about": wordPages, "what is damaged hides no other": damagedBeside, "pages": pages,
		"what is left empty is said on the page": emptiedPages,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			holds(t, r, made)
		})
	}
}

// unlisted says that a room is none of the program's, or "": what the program has is made for
// all of those.
func unlisted(r *room.Room, rooms []*room.Room) string {
	if slices.ContainsFunc(rooms, func(x *room.Room) bool { return x.Name == r.Name }) {
		return ""
	}
	return fmt.Sprintf("the program has no %s: add %s.Room() to app.Rooms(), in internal/app/rooms.go", r.Many, r.Name)
}

// clause is one thing that holds for every room.
type clause struct {
	name  string
	holds func(*suite)
}

var clauses = []clause{
	{"every way through it can be gone", everyWay},
	{"live rows are those of a replay", replayed},
	{"hidden is missing", hidden},
	{"what is hidden costs what is missing", costAlike},
	{"no entry, no record", noEntry},
	{"sent twice is once", once},
	{"who changed it meanwhile is shown to those who may see", stale},
	{"who does not work on it sees what is meant for them", shown},
	{"what is due is shown to those for whom it is meant", dues},
	{"lists show what they say", lists},
	{"pages are full, and a cursor says nothing", paged},
	{"pages follow each other while records move", gapless},
	{"another program's rows are made again, and both come to rest", caughtUp},
	{"made again beside a step, no row is lost", raced},
	{"made again too late, the row stays that of the step", madeAgainTooLate},
	{"nobody passes a row off as another program's", passedOff},
	{"what another program made is compared as far as it is known", compared},
	{"a record goes on under its own definition", ownDefinition},
	{"what SQL changes is named and made as it was", tampered},
	{"references that were exchanged stop nothing", exchanged},
	{"a damaged record is in no list of who may not open it", damagedHides},
	{"a retry is answered by its own row alone", retried},
	{"each list comes from an index", indexed},
	{"an old entry means what it meant", meaning},
	{"an organisation's overlay is heeded and loosens nothing", heeded},
	{"two people are two", twoPeople},
	{"the word of two counts for what both saw", words},
	{"an unknown answer is refused", unasked},
	{"nothing stands in the clear", nothingInTheClear},
	{"what is due is listed as due", today},
	{"another compartment is another world", compartments},
	{"other rooms' entries are not looked at", itsOwn},
	{"who has read it is seen", read},
	{"another room's record is not there", apart},
	{"a row that was put back shows nothing", older},
	{"every story can happen", stories},
	{"whoever must act is told", told},
	{"whoever is to hear of a step hears of it", heardOf},
	{"whoever began it follows it, and nobody else does", followed},
	{"a key is forgotten in time", forgotten},
	{"a notice stands before whom it is for, until it is over", noticed},
	{"what is due stands in a calendar and says nothing there", onCalendars},
	{"what waits for a role stands before all who hold it", waiting},
	{"pages of work follow each other", workPages},
	{"a document is sealed, proven and given out to be saved", documents},
	{"a duty runs until it is met, and not beyond the end", runs},
	{"what is left empty is kept no more", keeps},
	{"a row of another list shows nothing", ofAnother},
	{"a person who is named holds a role and works here", named},
	{"a title stands in the lists", titles},
	{"records that belong together show it to who may open both", tiedTogether},
	{"an earlier record about the same person is shown to who works on it", samePerson},
	{"erased leaves nothing but its form", erased},
	{"an erasure waits for what is written beside it", waitsForBeside},
	{"what comes round is made once and closed once", comesRound},
	{"what comes round is in time or sooner", inTurn},
	{"an audience reads and confirms what is in force", audience},
	{"a role or a team is asked and nobody else", audiences},
	{"a confirmation is a row that its entry makes", unread},
	{"nobody is given what is closed to them", barredOwner},
	{"who is kept from it learns nothing, and two let them in", keptOut},
	{"whoever was sent something is told what changed", recipients},
	{"who disagrees is answered, and nothing ends before that", disagreed},
	{"what is held is not erased, and what is kept long enough is looked at", keptAndHeld},
	{"who is away is covered by one of their role, by the day", covered},
	{"what somebody has is handed over in one go", handed},
	{"a room's own Go is heeded", ownGo},
	{"what ended reaches who relies on it", relies},
	{"what is covered is what the list's records name", covers},
	{"recount equals what was counted", counted},
	{"what was closed too soon is withdrawn", tooSoon},
	{"a damaged record is neither shown nor gone on with", damaged},
}

// suite is one room in a world with people.
type suite struct {
	t    *testing.T
	w    *world.World
	room *room.Room
	desk *room.Desk
	x    examples
	ctx  context.Context
	who  map[string][]access.Actor // by role

	beside []*room.Room   // that the program has, too
	kept   bool           // its faces and its policy are its own: see RunKept
	rare   []process.Step // steps to which no random way leads
}

// ofOthers are those steps of a room that are about what others asked, or what was sent before.
func ofOthers(r *room.Room) []process.Step {
	all := []process.Step{process.LiftBar, process.ConfirmBar, process.ErasureAhead, process.RecipientTold,
		process.Challenge, process.ChallengeAnswered, process.ChallengeFurther, process.ChallengeWithdrawn,
		process.KeepOn, process.LiftHold, process.ConfirmHold}
	return slices.DeleteFunc(all, func(step process.Step) bool {
		_, has := r.Latest().Step(step)
		return !has
	})
}

func newSuite(w *world.World, r *room.Room) *suite {
	s := &suite{t: w.T.(*testing.T), w: w, room: r, desk: w.Rooms, ctx: context.Background(),
		who: map[string][]access.Actor{}}
	s.rare = ofOthers(r)
	s.x = drawn(1, w.Hand.Now, "wordplanted")
	s.x.team, s.x.person = w.Org.Teams[0].ID, func(f field.Field) id.Person {
		role := string(access.Worker)
		if len(f.Of) > 0 {
			role = f.Of[0]
		}
		return s.as(role, 0).Person
	}
	return s
}

// as is the n-th person of a role, added when needed.
func (s *suite) as(role string, n int) access.Actor {
	s.w.T.Helper()
	if role == "anyone" || role == string(access.LineManager) { // who manages others signs in as everybody does
		role = string(access.Worker)
	}
	for len(s.who[role]) <= n {
		login := fmt.Sprintf("%s%d", role, len(s.who[role]))
		if s.w.Person(login).IsZero() {
			s.w.Join(login, access.Role(role))
		}
		s.who[role] = append(s.who[role], s.w.As(login))
	}
	return s.who[role][n]
}

// begin begins a record with made-up answers.
func (s *suite) begin() room.Receipt {
	s.t.Helper()
	info := s.room.First()
	got, err := s.desk.Begin(s.ctx, s.as(string(info.Roles[0]), 0), s.room,
		room.Beginning{Answers: s.inTime(info), Strict: true})
	s.must(err)
	return got
}

// stranger is somebody of the organisation who may not open it; ok is false when
// everybody may.
func (s *suite) stranger(ref id.Reference) (access.Actor, bool) {
	for _, role := range access.Roles() {
		if role == access.System || role == access.ColleagueOwner || role == access.LineManager {
			continue
		}
		a := s.as(string(role), 0)
		if _, err := s.desk.Open(s.ctx, a, s.room, ref); fail.Is(err, fail.Hidden) {
			return a, true
		}
	}
	return access.Actor{}, false
}

// take takes a step as somebody who may, trying the people of its roles.
func (s *suite) take(ref id.Reference, info process.StepInfo, in field.Answers) (room.Receipt, access.Actor, error) {
	var err error
	for _, role := range info.Roles {
		for n := range 2 {
			a := s.as(string(role), n)
			var got room.Receipt
			got, err = s.desk.Take(s.ctx, a, s.room, ref, room.Taking{Step: info.ID, Answers: in, Strict: true,
				Version: s.seen(ref, info.ID)})
			if err == nil || len(fail.FieldsOf(err)) > 0 { // which is of the answers, whoever gives them
				return got, a, err
			}
		}
	}
	return room.Receipt{}, access.Actor{}, err
}

// seen is the version that a step names: of a word of two that which stands now, since a
// word counts for what was seen; of all others none.
func (s *suite) seen(ref id.Reference, step process.Step) (version int64) {
	s.t.Helper()
	if s.room.Latest().IsWord(step) {
		version = int64(s.count(`select coalesce(max(version), 0) from room_record_v1 where reference = $1`, string(ref)))
	}
	return version
}

func (s *suite) must(err error) {
	s.t.Helper()
	if err != nil {
		var e *fail.Error
		if errors.As(err, &e) {
			s.t.Fatalf("%v", e)
		}
		s.t.Fatal(err)
	}
}
