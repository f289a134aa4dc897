package roomtest

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/heedtest"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
	"heed/internal/verify"
)

const whyErased = "Its time has come"

// erased has a record of which everything is held that can be come to its end and be erased
// on the words of two people: its form is left, and it is answered as what never was.
func erased(s *suite) {
	s.must(s.desk.Projection().Replay(s.ctx, s.w.Store)) // other clauses' programs made rows
	x := s.lived()
	s.notWhileOpen(x)
	s.ends(&x)
	both := s.refusedWords(x)
	s.notWhileDamaged(x)
	before, sealed := s.everything(), s.sealedOf(x.rec)
	s.held(x, before)
	own := ownCells(before, x.rec, sealed)
	if files, found := s.inFiles(own); files > 0 && found < len(own)/2 {
		s.t.Errorf("control: of %d values only %d are in the files before", len(own), found)
	}
	entries := s.entries()
	c, err := s.desk.Erase(s.ctx, s.room, s.w.Org.ID, x.ref, whyErased, both...)
	s.must(err)
	if c.Record != x.rec || c.RecoverableUntil.Before(c.KeyDestroyedAt) || s.entries() != entries+1 {
		s.t.Errorf("the certificate is %+v, and %d entries were written", c, s.entries()-entries)
	}
	s.onlyForm(x, own)
	if _, left := s.inFiles(own); left > 0 {
		s.t.Errorf("%d values of the record are still in the files", left)
	}
	s.neverWas(x)
	s.others(x)
	s.notBack(x)
	s.onlyForm(x, sealed) // the key of what was begun again is the old one
	if what := s.amiss(x.rec); what != "" {
		s.t.Errorf("comparing with the history finds that an erased record %s", what)
	}
	s.verified(x.rec)
	s.erasedBeside()
}

// life is a record that is to be erased, with what somebody might try again on it.
type life struct {
	ref, other id.Reference // the other is tied to it
	rec        id.Record
	by, last   access.Actor // who began it, and who took its last step
	begun      room.Beginning
	taken      room.Taking  // the last step
	keeper     access.Actor // who ties
}

// lived begins a record and has all that can be held beside one.
func (s *suite) lived() (x life) {
	s.t.Helper()
	info := s.room.First()
	x.by, x.other = s.as(string(info.Roles[0]), 0), s.begin().Reference
	for n := range 20 { // a document is optional: once it is sent
		x.begun = room.Beginning{Answers: s.inTime(info), Key: fmt.Sprintf("to-be-erased-%d", n)}
		if f, ok := field.Find(info.Fields, info.Owner); ok && f.Kind == field.Person {
			x.begun.Answers[info.Owner] = field.Of(s.as(f.Of[0], 1).Person.String())
		}
		got, err := s.desk.Begin(s.ctx, x.by, s.room, x.begun)
		s.must(err)
		x.ref, x.rec = got.Reference, got.Record
		s.marksAll()
		if !s.room.Latest().Audience.Given() {
			break
		}
		s.publish(x.ref, "")
		if _, asks := s.asksFor(); !asks || s.count(`select count(*) from document_chunk where record = $1`, x.rec) > 0 {
			s.ask(x.ref, process.AskEverybody, "")
			s.confirms(x.ref, s.w.As("nurse"))
			break
		}
	}
	for _, l := range s.linksHere() {
		x.keeper = s.linker(x.ref)
		s.must(s.desk.Tie(s.ctx, x.keeper, s.room, x.ref, room.Tying{Link: l.ID, Other: x.other}))
		s.must(s.desk.Tie(s.ctx, x.keeper, s.room, x.other, room.Tying{Link: l.ID, Other: x.ref}))
		s.mustSee(x.keeper, x.other, x.ref, l.Label)
	}
	return x
}

// linksHere are the links that tie records of this room to each other.
func (s *suite) linksHere() []process.Link {
	return slices.DeleteFunc(slices.Clone(s.room.Latest().Links),
		func(l process.Link) bool { return l.To != s.room.Name })
}

// marksAll marks as seen what stands before those who may be given a record.
func (s *suite) marksAll() {
	s.t.Helper()
	for _, a := range s.who[string(s.room.First().Roles[0])] {
		var ids []string
		for _, n := range s.mine(a).Notices {
			ids = append(ids, n.ID)
		}
		s.must(s.desk.Seen(s.ctx, a, ids[:min(len(ids), room.MaxPage)]))
	}
}

// notWhileOpen: what is open is not erased, whoever says so.
func (s *suite) notWhileOpen(x life) {
	s.t.Helper()
	_, err := s.desk.Erase(s.ctx, s.room, s.w.Org.ID, x.ref, whyErased, s.both()...)
	if !fail.Is(err, fail.Conflict) || fail.Words(err) != s.room.Latest().Erase.Open {
		s.t.Errorf("an open record was to be erased: %v", err)
	}
}

// ends brings the record to an end, the last step with a key; and has it looked at again, as
// what comes after an end is.
func (s *suite) ends(x *life) {
	s.t.Helper()
	d := s.room.Latest()
	v := s.stands(x.ref)
	way := shortest(d, v.Status(), func(_ []turn, at process.Status) bool { return d.Ended(at) })
	end := way[len(way)-1]
	s.goWay(x.ref, way[:len(way)-1])
	info, _ := d.Step(end.step)
	x.last = s.mayTake(x.ref, info)
	x.taken = room.Taking{Step: info.ID, Answers: s.answersFor(info, end.outcome), Key: "the-end-of-" + string(x.ref),
		Version: s.seen(x.ref, info.ID)}
	_, err := s.desk.Take(s.ctx, x.last, s.room, x.ref, x.taken)
	s.must(err)
	s.must(s.w.Store.Do(s.ctx, func(tx *store.Tx) error {
		return s.w.Jobs.Put(tx, jobs.Job{Name: "room-due:" + x.rec.String(), Kind: "room-due", Org: s.w.Org.ID,
			Record: x.rec, Due: s.w.Hand.Now().Add(1000 * time.Hour)})
	}))
}

// word is that of the n-th person of a role.
func (s *suite) word(role process.Role, n int) directory.Word {
	s.t.Helper()
	s.as(string(role), n)
	s.w.Hand.Move(time.Minute)
	return s.w.Word(fmt.Sprintf("%s%d", role, n))
}

// both are the two words on which a record is erased.
func (s *suite) both() []directory.Word {
	s.t.Helper()
	e := s.room.Latest().Erase
	return []directory.Word{s.word(e.First[0], 0), s.word(e.Second[len(e.Second)-1], 1)}
}

// refusedWords: on other words than the two, and where the rules do not let them, nothing is
// erased and nothing written. It gives the two.
func (s *suite) refusedWords(x life) []directory.Word {
	s.t.Helper()
	e, both := s.room.Latest().Erase, s.both()
	s.w.Hand.Move(time.Minute)
	porter := s.w.Word("porter")
	tries := map[string][]directory.Word{
		"on one word":                                     both[:1],
		"on one person's word, said twice":                {both[0], both[0]},
		"on the words of one who may and one who may not": {both[0], porter},
		"on both words of one person":                     s.twice(e),
		"on the second word, given by two":                s.seconds(e),
	}
	refused := func(name string, desk *room.Desk, words []directory.Word, want string) {
		before := s.entries()
		_, err := desk.Erase(s.ctx, s.room, s.w.Org.ID, x.ref, whyErased, words...)
		if err == nil || fail.Words(err) != want || s.entries() != before {
			s.t.Errorf("%s: %v, want %q, with %d entries", name, err, want, s.entries()-before)
		}
	}
	for name, words := range tries {
		refused(name, s.desk, words, e.Refused)
	}
	_, none := s.desk.Erase(s.ctx, s.room, s.w.Org.ID, id.NewReference(), whyErased, both...)
	refused("without a word", s.desk, nil, fail.Words(none))
	refused("on the word of one who may erase nothing", s.desk, []directory.Word{porter}, fail.Words(none))
	if silent := *s.room; silent.Policies != "" {
		silent.Policies = ""
		refused("where no rule lets them", s.program(&silent), both, fail.Words(none))
	}
	if _, err := s.desk.Erase(s.ctx, s.room, s.w.Org.ID, x.ref, " ", both...); fail.FieldsOf(err).For("reason") == "" {
		s.t.Errorf("without a reason: %v", err)
	}
	return both
}

// twice are both words of one person, who holds the roles of both.
func (s *suite) twice(e process.Erasure) []directory.Word {
	s.t.Helper()
	if slices.Contains(e.Second, e.First[0]) {
		w := s.word(e.First[0], 0)
		return []directory.Word{w, w}
	}
	const login = "holder_of_both"
	if s.w.Person(login).IsZero() {
		p := s.w.Join(login, access.Role(e.First[0]))
		s.must(s.w.Directory.Grant(s.ctx, p, access.Role(e.Second[0]), s.w.Org.Teams[0].ID, s.w.Words()...))
	}
	s.w.Hand.Move(time.Minute)
	w := s.w.Word(login)
	return []directory.Word{w, w}
}

// seconds are the words of two people of whom neither may give the first; of one where each may.
func (s *suite) seconds(e process.Erasure) []directory.Word {
	s.t.Helper()
	role := e.Second[len(e.Second)-1]
	if slices.Contains(e.First, role) {
		return []directory.Word{s.word(role, 0)}
	}
	return []directory.Word{s.word(role, 0), s.word(role, 1)}
}

// everything is every row of every table, as text in small letters, bytes as hex.
func (s *suite) everything() map[string][]string {
	s.t.Helper()
	out := map[string][]string{}
	tables, err := s.w.Store.Tables(s.ctx)
	s.must(err)
	s.must(s.w.Store.View(s.ctx, func(tx *store.Tx) error {
		for _, table := range tables {
			if out[table], err = heedtest.RowsOf(tx, table); err != nil {
				return err
			}
		}
		return nil
	}))
	return out
}

func hexOf(rec id.Record) string { return hex.EncodeToString(rec.Bytes()) }

// held is a control: of the record there is what its kind can have.
func (s *suite) held(x life, all map[string][]string) {
	s.t.Helper()
	_, document := s.asksFor()
	published := s.room.Latest().Audience.Given() // with a document
	owner, _ := field.Find(s.room.First().Fields, s.room.First().Owner)
	for table, has := range map[string]bool{"room_record_v1": true, "record_key": true, "entry": true, "job": true,
		"room_retry": true, "document_chunk": document && published, "room_link_v1": len(s.linksHere()) > 0,
		"room_confirmed_v1": published, "room_seen": owner.Kind == field.Person} {
		if has && !slices.ContainsFunc(all[table], func(row string) bool { return strings.Contains(row, hexOf(x.rec)) }) {
			s.t.Errorf("control: there is nothing of it in %s", table)
		}
	}
}

// sealedOf are the sealed bytes of a record's entries, as hex.
func (s *suite) sealedOf(rec id.Record) (out []string) {
	s.t.Helper()
	s.must(s.w.Store.View(s.ctx, func(tx *store.Tx) error {
		all, err := store.All(tx, func(b *[]byte) []any { return []any{b} },
			`select sealed from entry where record = $1 and sealed is not null`, rec)
		for _, b := range all {
			out = append(out, hex.EncodeToString(b))
		}
		return err
	}))
	return out
}

var longHex = regexp.MustCompile(`[0-9a-f]{24,}`)

func among(cells []string) func(string) bool {
	all := map[string]bool{}
	for _, cell := range cells {
		all[cell] = true
	}
	return func(cell string) bool { return all[cell] }
}

// formOf are the tables in which the form of an erased record stays.
var formOf = []string{"entry", "head"}

// ownCells are the values that are held of a record and of nothing else.
func ownCells(all map[string][]string, rec id.Record, sealed []string) (own []string) {
	elsewhere, isSealed := map[string]bool{}, among(sealed)
	for table, rows := range all {
		for _, row := range rows {
			cells := longHex.FindAllString(row, -1)
			if strings.Contains(row, hexOf(rec)) && !slices.Contains(formOf, table) {
				own = append(own, cells...)
				continue
			}
			for _, cell := range cells {
				elsewhere[cell] = elsewhere[cell] || !isSealed(cell)
			}
		}
	}
	own = append(own, sealed...)
	return slices.DeleteFunc(own, func(cell string) bool { return elsewhere[cell] })
}

// inFiles is in how many files the database of this engine stands that can be looked
// through, and how many of some values are found in them.
func (s *suite) inFiles(cells []string) (files, found int) {
	s.t.Helper()
	var all [][]byte
	s.must(s.w.Store.View(s.ctx, func(tx *store.Tx) (err error) { all, err = heedtest.FilesOf(tx); return err }))
	for _, cell := range cells {
		begins, err := hex.DecodeString(cell[:min(len(cell)/2*2, 64)]) // a long one goes on elsewhere
		s.must(err)
		if slices.ContainsFunc(all, func(b []byte) bool { return bytes.Contains(b, begins) }) {
			found++
		}
	}
	return len(all), found
}

// onlyForm wants nothing of a record in any table but its form.
func (s *suite) onlyForm(x life, own []string) {
	s.t.Helper()
	isOwn := among(own)
	for table, rows := range s.everything() {
		for _, row := range rows {
			holds := func(what string) bool { return strings.Contains(row, what) }
			if holds(hexOf(x.rec)) && !slices.Contains(formOf, table) || holds(strings.ToLower(string(x.ref))) ||
				holds(s.x.word) || slices.ContainsFunc(longHex.FindAllString(row, -1), isOwn) {
				s.t.Errorf("of an erased record %s still holds %.200s", table, row)
			}
		}
	}
	if n := len(s.sealedOf(x.rec)); n > 0 {
		s.t.Errorf("%d entries of an erased record hold their words", n)
	}
}

// neverWas: whatever is tried on an erased record is answered as on one that never was.
func (s *suite) neverWas(x life) {
	s.t.Helper()
	s.book()
	never := id.NewReference()
	for name, try := range map[string]func(id.Reference) error{
		"opened": func(ref id.Reference) error { _, err := s.desk.Open(s.ctx, x.by, s.room, ref); return err },
		"its readers": func(ref id.Reference) error {
			_, err := s.desk.Readers(s.ctx, x.by, s.room, ref)
			return err
		},
		"its document": func(ref id.Reference) error {
			_, err := s.desk.Document(s.ctx, x.by, s.room, ref, room.DocumentAsked{Version: 1, Number: 1})
			return err
		},
		"its last step, sent again": func(ref id.Reference) error {
			_, err := s.desk.Take(s.ctx, x.last, s.room, ref, x.taken)
			return err
		},
		"confirmed": func(ref id.Reference) error {
			_, err := s.desk.Confirm(s.ctx, s.w.As("nurse"), s.room, ref, strings.Repeat("0", 64))
			return err
		},
		"erased again": func(ref id.Reference) error {
			_, err := s.desk.Erase(s.ctx, s.room, s.w.Org.ID, ref, whyErased, s.both()...)
			return err
		},
		"tied": func(ref id.Reference) error {
			for _, l := range s.linksHere() {
				return s.desk.Tie(s.ctx, x.keeper, s.room, x.other, room.Tying{Link: l.ID, Other: ref, Ends: true})
			}
			return fail.New(fail.Missing, "There are no links")
		},
	} {
		before := s.entries()
		is, wrote := try(x.ref), s.entries()-before
		if was := try(never); is == nil || fail.KindOf(is) != fail.KindOf(was) || fail.Words(is) != fail.Words(was) ||
			!slices.Equal(fail.FieldsOf(is), fail.FieldsOf(was)) || wrote != s.entries()-before-wrote {
			s.t.Errorf("%s: %v, and of what never was %v", name, is, was)
		}
	}
}

// others: nothing lists the erased record, and what was tied to it is whole and says nothing.
func (s *suite) others(x life) {
	s.t.Helper()
	for _, role := range s.room.Latest().Roles {
		a := s.as(string(role.ID), 0)
		for _, l := range s.desk.MayList(a, s.room) {
			if slices.Contains(s.whole(a, l.ID, 20), x.ref) {
				s.t.Errorf("an erased record stands in %s", l.ID)
			}
		}
		if len(s.dutiesOf(a, x.ref))+len(s.notesOf(a, x.ref)) > 0 {
			s.t.Errorf("an erased record stands in the work of %s", role.ID)
		}
	}
	if _, asked := s.toRead(s.w.As("nurse"), x.ref); asked {
		s.t.Error("somebody is asked to read an erased record")
	}
	if found := s.amiss(s.stands(x.other).Record); found != "" {
		s.t.Errorf("what was tied to an erased record %s", found)
	}
	if len(s.linksHere()) > 0 {
		if all := s.linksOn(x.keeper, x.other); len(all) > 0 {
			s.t.Errorf("what was tied to an erased record shows %+v", all)
		}
	}
}

// notBack: neither what was sent before and is sent again, nor rows made anew, bring it back.
func (s *suite) notBack(x life) {
	s.t.Helper()
	again, err := s.desk.Begin(s.ctx, x.by, s.room, x.begun)
	if err != nil || again.Reference == x.ref || again.Record == x.rec {
		s.t.Errorf("begun again with the old key: %+v, %v", again, err)
	}
	s.mend()
	live := s.tables()
	s.must(s.desk.Projection().Replay(s.ctx, s.w.Store))
	_, err = s.desk.CatchUp(s.ctx)
	s.must(err)
	if !slices.Equal(live, s.tables()) {
		s.t.Error("beside an erased record live rows and those of a replay differ")
	}
	if _, err := s.desk.Open(s.ctx, s.reader(again.Reference), s.room, x.ref); !fail.Is(err, fail.Hidden) {
		s.t.Errorf("made anew, an erased record is opened: %v", err)
	}
	s.must(s.w.Store.View(s.ctx, func(tx *store.Tx) error {
		all, err := s.desk.Erasures(tx, s.w.Org.ID)
		if n := len(all); n == 0 || all[n-1].Record != x.rec {
			s.t.Errorf("of %d erasures the organisation's record names last another", n)
		}
		return err
	}))
}

// verified: the verifier has nothing to say of a record.
func (s *suite) verified(rec id.Record) {
	s.t.Helper()
	r, err := verify.Store(s.ctx, s.w.Store, verify.Options{Fields: app.SealedFields(),
		KeyFile: filepath.Join(s.w.Dir, "heed.key"), KeyStore: filepath.Join(s.w.Dir, "keystore")})
	s.must(err)
	for _, d := range r.Differences {
		if said := d.Record + d.Where + d.What; strings.Contains(said, hexOf(rec)) || strings.Contains(said, rec.String()) {
			s.t.Errorf("of an erased record verify names %s", d)
		}
	}
}

// notWhileDamaged: what stays of a record is bound as it stands, so that who opened another one, moved here, keeps it
// from being erased.
func (s *suite) notWhileDamaged(x life) {
	s.t.Helper()
	s.reader(x.other)
	n := s.count(`select max(n) from entry where version = 0 and record <> $1`, x.rec)
	var was id.Record
	s.must(s.w.Store.View(s.ctx, func(tx *store.Tx) error {
		return tx.QueryRow(`select record from entry where n = $1`, n).Scan(&was)
	}))
	s.exec(`update entry set record = $1 where n = $2`, x.rec, n)
	_, err := s.desk.Erase(s.ctx, s.room, s.w.Org.ID, x.ref, whyErased, s.both()...)
	s.exec(`update entry set record = $1 where n = $2`, was, n)
	moved := s.erasedWhileMoved(x, n)
	s.exec(`update entry set record = $1 where n = $2`, was, n)
	for _, err := range []error{err, moved} {
		if !fail.Is(err, fail.Tampered) || !strings.Contains(fail.Words(err), "not erased") {
			s.t.Errorf("a record with a reading of another was to be erased: %v", err)
		}
	}
}

// erasedBeside erases a record while somebody writes to it: nothing of what they write stays.
func (s *suite) erasedBeside() {
	s.t.Helper()
	x, d := life{ref: s.begin().Reference}, s.room.Latest()
	x.rec = s.stands(x.ref).Record
	s.ends(&x)
	v := s.stands(x.ref)
	open := slices.DeleteFunc(d.Steps(v.Status()), func(x process.StepInfo) bool { // whoever erases it must see it
		return x.ID == process.DeclareConflict
	})
	if len(open) == 0 {
		return // nothing is written to what has ended
	}
	both, done := s.both(), make(chan error, 1)
	var once sync.Once
	by := s.mayTake(x.ref, open[0])
	_, err := s.desk.Take(s.ctx, by, s.room, x.ref, room.Taking{Step: open[0].ID, Answers: s.inTime(open[0]),
		Also: func(*store.Tx) error {
			go once.Do(func() {
				_, err := s.desk.Erase(s.ctx, s.room, s.w.Org.ID, x.ref, whyErased, both...)
				done <- err
			})
			time.Sleep(300 * time.Millisecond) // it waits for this unit by now
			return nil
		}})
	s.must(err)
	s.must(<-done)
	s.onlyForm(x, nil)
}
