package roomtest

import (
	"context"
	"crypto/sha256"
	"path/filepath"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
	"heed/internal/verify"
)

// tampered changes, by SQL, each thing that finding and listing stand on: the check
// names it, and Remake makes it as it was.
func tampered(s *suite) {
	one, two := s.begin().Reference, s.begin().Reference
	clean := s.named()
	if len(clean) > 0 {
		s.t.Fatalf("before anything was changed: %v", clean)
	}
	of := func(ref id.Reference) string {
		return `(select record from room_record_v1 where reference = '` + string(ref) + `')`
	}
	for name, text := range map[string]string{
		"a row is taken away":     `delete from room_record_v1 where reference = '` + string(one) + `'`,
		"all rows are taken away": `delete from room_record_v1`,
		"a place is taken away":   `delete from room_list_v1 where record = ` + of(one),
		"another's place":         `update room_list_v1 set sort = sort + 1000 where record = ` + of(one),
		"another room":            `update room_record_v1 set room = 99 where reference = '` + string(one) + `'`,
		"another reference": `update room_record_v1 set reference = 'HD-7F3K-2X94' where reference = '` + string(one) +
			`'`,
		"another organisation": `update room_record_v1 set org = record where reference = '` + string(one) + `'`,
		"another version":      `update room_record_v1 set version = 99 where reference = '` + string(one) + `'`,
		"another's picture":    `update room_record_v1 set state = (select state from room_record_v1 where reference = '` + string(two) + `') where reference = '` + string(one) + `'`,
		"a place of nobody's":  `insert into room_list_v1 (tag, sort, record) select tag, sort, org from room_list_v1 l join room_record_v1 r on r.record = l.record where r.reference = '` + string(one) + `'`,
		"a duty is taken away": `delete from job where kind = 'room-due'`,
		"a duty is put off":    `update job set due = due + 1000000000000, next = next + 1000000000000 where kind = 'room-due'`,
	} {
		if s.exec(text) == 0 {
			s.t.Errorf("%s: nothing was changed", name)
		}
		if len(s.named()) == 0 {
			s.t.Errorf("%s: nobody noticed", name)
		}
		s.mend()
		s.must(s.w.Store.Do(s.ctx, func(tx *store.Tx) error { // what is nobody's stays named; here it goes
			_, err := tx.Exec(`delete from room_list_v1 where record not in (select record from room_record_v1)`)
			return err
		}))
		if still := s.named(); len(still) > 0 {
			s.t.Errorf("%s: it was not made as it was: %v", name, still)
		}
		if _, err := s.desk.Open(s.ctx, s.reader(one), s.room, one); err != nil {
			s.t.Errorf("%s: it cannot be opened afterwards: %v", name, err)
		}
	}
}

// exchanged: two records' references are exchanged, by SQL, or a row is made a stranger's.
// Each is named and made anew, by mending as by the start of a newer program, and neither
// keeps anything else from it.
func exchanged(s *suite) {
	one, two, other := s.begin().Reference, s.begin().Reference, s.begin().Reference
	_, program := s.later(nil)
	exchange := func() {
		for _, x := range [][2]string{{string(one), "x"}, {string(two), string(one)}, {"x", string(two)}} {
			s.exec(`update room_record_v1 set reference = $2 where reference = $1`, x[0], x[1])
		}
	}
	for what, do := range map[string]func(){
		"exchanged": exchange,
		"a stranger's": func() {
			s.exec(`update room_record_v1 set record = $2 where reference = $1`, string(one), id.NewRecord(s.w.Hand.Now()))
			s.exec(`delete from room_list_v1 where record = (select record from room_record_v1 where reference = $1)`,
				string(other))
		},
	} {
		do()
		if len(s.named()) == 0 {
			s.t.Errorf("%s: nobody noticed", what)
		}
		s.mend()
		if still := s.named(); len(still) > 0 {
			s.t.Errorf("%s: it was not made as it was: %v", what, still)
		}
	}
	exchange()
	_, err := program.CatchUp(s.ctx)
	s.must(err)
	if n := s.count(`select count(*) from room_record_v1 where reference in ($1, $2, $3)`, string(one), string(two),
		string(other)); n != 3 {
		s.t.Errorf("a newer program has rows of %d of 3 records", n)
	}
	s.must(s.desk.Projection().Replay(s.ctx, s.w.Store)) // as this program makes them
	for _, ref := range []id.Reference{one, two, other} {
		s.reader(ref)
	}
}

// mend has what is made from the history made anew.
func (s *suite) mend() {
	s.t.Helper()
	nothing := func(id.Record, string) {}
	_, err := s.desk.MendLists(s.ctx, quietly, nothing, nothing)
	s.must(err)
}

func (s *suite) exec(text string, args ...any) (n int64) {
	s.t.Helper()
	s.must(s.w.Store.Do(s.ctx, func(tx *store.Tx) (err error) { n, err = tx.Exec(text, args...); return err }))
	return n
}

func (s *suite) named() (out []string) {
	s.t.Helper()
	n, err := s.desk.CheckLists(s.ctx, quietly, func(_ id.Record, what string) { out = append(out, what) })
	s.must(err)
	if len(n.Records) == 0 {
		s.t.Error("the check looked at no record")
	}
	return out
}

func quietly(context.Context, time.Duration) {}

// damagedHides: a record whose picture was changed is said to be damaged in the lists of
// those who may open it, and stands in no list of others; one whose history was changed,
// too, is in none, since nobody knows who is kept from it.
func damagedHides(s *suite) {
	s.needs(closing)
	newer, a := s.asBegun(), s.as(string(access.Worker), 3) // who began none of them
	d := s.program(newer)
	seen, hidden := s.begin().Reference, s.begin().Reference
	s.moveOn(hidden)
	_, err := d.CatchUp(s.ctx)
	s.must(err)
	desk, own := s.desk, s.room
	defer func() {
		s.desk, s.room = desk, own
		s.must(s.desk.Projection().Replay(s.ctx, s.w.Store))
	}()
	s.desk, s.room = d, newer
	if _, err := d.Open(s.ctx, a, newer, hidden); !fail.Is(err, fail.Hidden) {
		s.t.Fatal("what has moved on is not hidden: nothing was tried")
	}
	for _, ref := range []id.Reference{seen, hidden} {
		s.exec(`update room_record_v1 set state = record where reference = $1`, string(ref))
	}
	rows := s.whole(a, "added_later", 3)
	if !slices.Contains(rows, seen) || slices.Contains(rows, hidden) {
		s.t.Errorf("of damaged records a list shows the one that its reader may open: %v, and the one they may not: %v",
			slices.Contains(rows, seen), slices.Contains(rows, hidden))
	}
	of := `(select record from room_record_v1 where reference = $1)`
	kept := `update entry set leaf = sealed, sealed = leaf where version = 1 and record = ` + of
	s.exec(kept, string(seen))
	if slices.Contains(s.whole(a, "added_later", 3), seen) {
		s.t.Error("a record of which nobody knows who is kept from it stands in a list")
	}
	s.exec(kept, string(seen))
	s.mend()
}

// retried: what a key did is answered by its own row alone. One that was changed by SQL is
// refused, and named by the verifier; without it the request is judged anew.
func retried(s *suite) {
	info := s.room.First()
	a, in := s.as(string(info.Roles[0]), 0), s.inTime(info)
	begin := func(key string) (id.Reference, error) {
		r, err := s.desk.Begin(s.ctx, a, s.room, room.Beginning{Answers: in, Key: key})
		return r.Reference, err
	}
	first, err := begin("retried one")
	s.must(err)
	if again, err := begin("retried one"); err != nil || again != first {
		s.t.Errorf("the same again gives %v, %v", again, err)
	}
	key := func(key string) []byte { sum := sha256.Sum256(append(a.Person.Bytes(), key...)); return sum[:] }
	one, two := key("retried one"), key("retried two")
	for _, c := range []struct{ do, undo, use string }{
		{`update room_retry set key = $2 where key = $1`, `update room_retry set key = $1 where key = $2`, "retried two"},
		{`update room_retry set version = version + 1 where key = $1 and key <> $2`,
			`update room_retry set version = version - 1 where key = $1 and key <> $2`, "retried one"},
		{`update room_retry set record = (select record from head where record <> room_retry.record order by record limit 1) where key = $1 and key <> $2`,
			`update room_retry set record = (select record from room_record_v1 where reference = '` + string(first) +
				`') where key = $1 and key <> $2`, "retried one"},
	} {
		if s.exec(c.do, one, two) != 1 {
			s.t.Errorf("%s: nothing was changed", c.do)
		}
		if _, err := begin(c.use); !fail.Is(err, fail.Tampered) {
			s.t.Errorf("%s: %v", c.do, err)
		}
		s.sealedIsNamed(c.do)
		s.exec(c.undo, one, two)
	}
	s.exec(`delete from room_retry where key = $1`, one)
	if again, err := begin("retried one"); err != nil || again == first {
		s.t.Errorf("without its row: begun again gives %v, %v", again, err)
	}
}

// sealedIsNamed wants the verifier to name a sealed field.
func (s *suite) sealedIsNamed(what string) {
	r, err := verify.Store(s.ctx, s.w.Store, verify.Options{Fields: app.SealedFields(),
		KeyFile: filepath.Join(s.w.Dir, "heed.key"), KeyStore: filepath.Join(s.w.Dir, "keystore")})
	s.must(err)
	if !slices.ContainsFunc(r.Differences, func(d verify.Difference) bool { return d.Kind == verify.Sealed }) {
		s.t.Errorf("%s: the verifier names %v", what, r.Differences)
	}
}

// damaged: whatever was changed of a record outside the program, it is not shown, and
// that is said as what it is. Nor is it gone on with: nothing is written to it.
func damaged(s *suite) {
	step := s.room.Latest().AllSteps[1]
	for _, text := range []string{
		`update entry set sealed = leaf where version = 1`,
		`delete from entry where version = 1`,
		`delete from entry where version > 0`,
		`update head set version = version + 1 where version > 0`,
		`delete from head where version > 0`,
		`update record_key set wrapped = record where generation > 0`,
		`delete from record_key where generation > 0`,
		`update room_record_v1 set state = record where version > 0`,
		`update room_record_v1 set version = 99 where version > 0`,
	} {
		ref := s.begin().Reference
		a, by := s.reader(ref), s.mayTake(ref, step)
		if s.exec(text+` and record = (select record from room_record_v1 where reference = $1)`, string(ref)) == 0 {
			s.t.Errorf("%s: nothing was changed", text)
		}
		_, opened := s.desk.Open(s.ctx, a, s.room, ref)
		_, read := s.desk.Readers(s.ctx, a, s.room, ref)
		before := s.entries()
		_, taken := s.desk.Take(s.ctx, by, s.room, ref, room.Taking{Step: step.ID, Answers: s.x.Answers(step.Fields)})
		if n := s.entries() - before; n != 0 {
			s.t.Errorf("%s: a step wrote %d entries all the same", text, n)
		}
		for what, err := range map[string]error{"opened": opened, "its readers": read, "taken": taken} {
			if !fail.Is(err, fail.Tampered) {
				s.t.Errorf("%s: %s: %v", text, what, err)
			}
		}
		s.damagedReading(text)
	}
	other := s.begin().Reference
	s.exec(`delete from room_record_v1 where reference = $1`, string(other))
	if len(s.named()) == 0 {
		s.t.Error("beside damaged records nobody noticed that the row of another was taken away")
	}
	s.mend()
	s.reader(other)
	s.must(s.desk.Projection().Replay(s.ctx, s.w.Store)) // as after a restore: damage keeps no start
	s.reader(other)
}

// damagedReading: what is damaged is not confirmed as read either, is said to be damaged where
// its row is, and hides no other from whoever is asked.
func (s *suite) damagedReading(text string) {
	s.t.Helper()
	if !s.room.Latest().Audience.Given() {
		return
	}
	nurse, ref, whole := s.w.As("nurse"), s.inForce(), s.inForce()
	s.ask(ref, process.AskEverybody, "")
	s.ask(whole, process.AskEverybody, "")
	edition := s.edition(ref)
	s.exec(text+` and record = (select record from room_record_v1 where reference = $1)`, string(ref))
	before := s.entries()
	_, err := s.desk.Confirm(s.ctx, nurse, s.room, ref, edition)
	if n := s.entries() - before; n != 0 || !fail.Is(err, fail.Tampered) {
		s.t.Errorf("%s: it was confirmed as read, with %d entries: %v", text, n, err)
	}
	all, _, err := s.desk.ToRead(s.ctx, nurse, s.room)
	s.must(err)
	for _, x := range all {
		if (x.Edition == nil) != (x.Damaged() != "") {
			s.t.Errorf("%s: it is listed as %+v, and said of it is %q", text, x.ToRead, x.Damaged())
		}
	}
	if x, yes := s.toRead(nurse, whole); !yes || x.Damaged() != "" {
		s.t.Errorf("%s: another is hidden, or said to be damaged: %q", text, x.Damaged())
	}
}

// mayTake is somebody who may take this step.
func (s *suite) mayTake(ref id.Reference, step process.StepInfo) access.Actor {
	for _, role := range step.Roles {
		for n := range 2 {
			if a := s.as(string(role), n); s.desk.Allowed(s.ctx, a, s.room, ref, step.ID) == nil {
				return a
			}
		}
	}
	s.t.Fatalf("nobody may %s", step.ID)
	return access.Actor{}
}
