package roomtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

// file is an organisation's overlay, as it is written.
type file map[string]any

func (f file) with(name string, part any) file {
	out := file{}
	for k, v := range f {
		out[k] = v
	}
	out[name] = part
	return out
}

func (f file) raw() []byte {
	b, err := json.MarshalIndent(f, "", " ")
	if err != nil { // of plain values
		panic(err)
	}
	return b
}

// heeded: what an organisation lays on the definition is asked, offered and due from then on
// and moves nothing before; entries name it; it is of this room, definition and organisation
// alone; one that would take something away is refused; and whatever is laid or taken off,
// no program is alarmed.
func heeded(s *suite) {
	s.mend()
	l := &lays{suite: s, before: s.begin().Reference}
	l.beside = world.Beside(s.w.T, s.w.Store, s.w.Hand, s.w.Dir, s.w.People())
	l.twin = room.TestOnlyDesk(l.parts(), append([]*room.Room{s.room}, s.beside...)...)
	defer l.off()
	l.quiet("before anything is laid")
	l.refusals()
	l.first()
	l.apart()
	l.second()
	l.newer()
	l.off()
	l.taken()
	l.agreed()
}

type lays struct {
	*suite
	beside *world.World
	twin   *room.Desk // another program on the same database
	role   string     // whom the rules let take an added step; "" when nobody
	before id.Reference
	during id.Reference
}

func (l *lays) parts() room.Parts {
	p := l.beside.Parts()
	p.Policy = l.desk.Policy
	return p
}

// lay has both grantors lay a file, and every program follow it.
func (l *lays) lay(f file) {
	l.t.Helper()
	o, err := l.desk.LayOverlay(l.ctx, l.w.Org.ID, f.raw(), l.w.Words()...)
	l.must(err)
	for _, d := range []*room.Desk{l.desk, l.twin} {
		_, err := d.Open(l.ctx, l.reader(l.before), l.room, l.before) // as every request, it looks the organisation up
		l.must(err)
		if got := d.Follows(l.room, l.w.Org.ID).Name(); got != o.Becomes.Name() {
			l.t.Errorf("%s was laid, and a program follows %s", o.Becomes.Name(), got)
		}
	}
	l.quiet(o.Becomes.Name() + " was laid")
}

// off takes off what lies on the room, if anything does.
func (l *lays) off() {
	l.t.Helper()
	err := l.desk.TakeOverlaysOff(l.ctx, l.w.Org.ID, l.room, l.w.Words()...)
	if err != nil && !fail.Is(err, fail.Conflict) {
		l.t.Fatal(err)
	}
	l.quiet("it was taken off")
}

// quiet: no program is alarmed, and none makes a row again.
func (l *lays) quiet(when string) {
	l.t.Helper()
	for i, d := range []*room.Desk{l.desk, l.twin} {
		_, err := d.CheckLists(l.ctx, quietly, func(_ id.Record, what string) {
			l.t.Errorf("%s, and program %d is alarmed: %s", when, i+1, what)
		})
		l.must(err)
		if n, err := d.CatchUp(l.ctx); err != nil || n > 0 {
			l.t.Errorf("%s, and program %d made %d records again, %v", when, i+1, n, err)
		}
	}
}

// refused holds a file to being refused, with the line and what to do, and nothing to be written.
func (l *lays) refused(what string, f file) {
	l.t.Helper()
	before := l.count(`select count(*) from entry where room = 1`)
	words := l.w.Words()
	_, err := l.desk.LayOverlay(l.ctx, l.w.Org.ID, f.raw(), words...)
	var at *process.NotTaken
	if !fail.Is(err, fail.Bad) || !errors.As(err, &at) || at.Line < 2 {
		l.t.Errorf("%s: %v, %+v\n%s", what, err, at, f.raw())
	}
	if now := l.count(`select count(*) from entry where room = 1`); now != before {
		l.t.Errorf("%s: %d entries more in the organisation's record", what, now-before)
	}
}

// bare is an overlay that changes nothing.
func bare(on *process.Definition, version int) file {
	return file{"overlay": "ours", "version": version, "on": on.Name()}
}

// looking adds a step of a role, that sets a fact while a record is open, and moves it further.
func looking(f file, on *process.Definition, role string, further file) file {
	moves := file{"from": []string{}, "sets": []string{"local_looked"}, "lacks": []process.Fact{}}
	for _, st := range on.States[1:] {
		if !st.End {
			moves["from"] = append(moves["from"].([]string), string(st.ID))
		}
	}
	for _, two := range on.Twos { // not between two words
		moves["lacks"] = append(moves["lacks"].([]process.Fact), two.Fact)
	}
	for name, part := range further {
		moves[name] = part
	}
	return f.with("facts", []file{{"id": "local_looked", "label": "It was looked at here",
		"if_missing": "Look at it here first"}}).
		with("steps", []file{{"id": "local_look", "label": "Look at it here", "roles": []string{role},
			"questions": []file{{"id": "local_saw", "text": "What did you see?"}},
			"outcomes":  []file{{"id": "", "label": "Looked at here", "moves": []file{moves}}}}})
}

func (l *lays) look(f file, role string, further file) file {
	return looking(f, l.room.Latest(), role, further)
}

// refusals tries what would loosen, cannot be followed, or can be taken by nobody.
func (l *lays) refusals() {
	def, none := l.room.Latest(), bare(l.room.Latest(), 1)
	l.refused("an added step of nobody's", l.look(none, "anyone", nil))
	for _, d := range def.Roles {
		_, err := room.ReadOverlay(l.desk.Policy, []*room.Room{l.room}, l.look(none, string(d.ID), nil).raw())
		switch {
		case err == nil:
			l.role = string(d.ID)
		case l.room.Safe == nil && !strings.HasPrefix(fail.Words(err), "nobody may take the step local_look"):
			l.t.Errorf("an added step for %s: %v", d.ID, err)
		}
	}
	role := string(l.room.First().Roles[0])
	if l.role != "" {
		role = l.role
	}
	if l.room.Safe == nil { // else it is for the room's own laws to say
		l.refused("an added step that moves the record", l.look(none, role, file{"to": string(def.States[1].ID)}))
	}
	for _, f := range def.Facts {
		l.refused("an added step with a fact that is shipped", l.look(none, role,
			file{"sets": []string{string(f.ID)}}))
	}
	l.refused("a step that waits for what is never so", none.with("facts", []file{{"id": "local_never", "label": "Never",
		"if_missing": "It is never so"}}).with("needs", file{string(def.AllSteps[1].ID): []string{"local_never"}}))
	l.refused("a question that is no one's own", none.with("questions", file{string(def.AllSteps[1].ID): []file{
		{"id": "words_more", "text": "What else?"}}}))
	l.refused("another definition", none.with("on", def.Name()+"9"))
	l.refused("what is not known", none.with("removes", []string{string(def.AllSteps[1].ID)}))
	for _, t := range def.Timers {
		l.refused("a longer time", none.with("days", file{t.ID: t.Days + 1}))
	}
	for _, c := range def.Cycles {
		l.refused("a longer time round", none.with("months", file{c.ID: c.Months + 1}))
	}
	for _, x := range def.AllSteps {
		for _, f := range x.Fields {
			if f.Kind == field.Text || f.Kind == field.Line {
				l.refused("a longer answer", none.with("limits", file{string(x.ID) + "." + f.ID: f.Limit() + 1}))
				break
			}
		}
		for _, d := range def.Roles {
			if !slices.Contains(x.Roles, d.ID) {
				l.refused("a role more", none.with("roles", file{string(x.ID): append(slices.Clone(x.Roles), d.ID)}))
				break
			}
		}
	}
	l.mistaken(none, role)
	l.leaving(none, role)
	l.checkedBefore(role)
}

// leaving tries to have more leave, and to put something before what must never wait.
func (l *lays) leaving(none file, role string) {
	more := l.look(none, role, nil)
	for name, says := range map[string]string{"leaves": string(process.Deidentified), "decides": string(process.ToShare)} {
		f := l.look(none, role, nil)
		f["steps"].([]file)[0]["outcomes"].([]file)[0][name] = says
		l.refused("an added step that "+name, f)
	}
	for _, s := range l.room.Latest().AllSteps {
		id := string(s.ID)
		if s.Form != "" {
			l.refused("a form of all organisations, worded anew", none.with("wording", file{
				"question." + id + "." + s.Fields[0].ID + ".ask": "What else was seen here?"}))
		}
		for _, o := range s.Outcomes {
			if o.Decides == process.NotToShare {
				l.refused("a condition before a decision not to share", more.with("needs", file{id + "/" + o.ID: []string{
					"local_looked"}}))
			}
		}
		if !s.Always {
			continue
		}
		l.refused("a condition before what must never wait", more.with("needs", file{id: []string{"local_looked"}}))
		l.refused("a question before what must never wait", none.with("questions", file{id: []file{
			{"id": "local_more", "text": "What else was seen here?"}}}))
		if len(s.Fields) > 0 {
			l.refused("an answer before what must never wait", none.with("needed", file{id: []string{s.Fields[0].ID}}))
		}
	}
}

// mistaken tries what has something read as what it is not: labels that change places, a
// step between two words, both words left to one role.
func (l *lays) mistaken(none file, role string) {
	def := l.room.Latest()
	one, other := def.AllSteps[1], def.AllSteps[0]
	l.refused("two steps that change places", none.with("wording", file{"step." + string(one.ID) + ".label": other.Label,
		"step." + string(other.ID) + ".label": one.Label}))
	l.refused("an added step that is called as another", l.look(none, role, nil).with("wording", file{
		"step." + string(one.ID) + ".label": "Look at it here"}))
	l.refused("a state that is called as its end", none.with("wording", file{
		"state." + string(def.States[1].ID) + ".label": def.States[len(def.States)-1].Label}))
	for _, two := range def.Twos {
		first, _ := def.Step(two.First)
		back, _ := def.Step(two.Returns[0])
		l.refused("a yes that is called as a no", none.with("wording", file{"step." + string(first.ID) + ".label": strings.
			Fields(back.Label)[0] + " it now"}))
		l.refused("a step between two words", l.look(none, role, file{"lacks": []string{}, "from": process.From(first)}))
	}
	for _, two := range def.Pairs() {
		first, _ := def.Step(two[0])
		second, _ := def.Step(two[1])
		if shared := both(first, second); len(shared) > 1 {
			l.refused("two words of one role", none.with("roles", file{string(two[0]): shared[:1], string(two[1]): shared[:1]}))
		}
	}
}

// both are the roles that two steps share.
func both(one, other process.StepInfo) (out []process.Role) {
	for _, r := range one.Roles {
		if slices.Contains(other.Roles, r) {
			out = append(out, r)
		}
	}
	return out
}

// checkedBefore: what one program takes is proved again by the program that lays it.
func (l *lays) checkedBefore(role string) {
	if l.role == "" || l.room.Policies == "" {
		return
	}
	strict := l.parts()
	var err error
	strict.Policy, err = room.Policy()
	l.must(err)
	raw := l.look(bare(l.room.Latest(), 1), role, nil).raw()
	_, err = room.TestOnlyDesk(strict, l.room).LayOverlay(l.ctx, l.w.Org.ID, raw, l.w.Words()...)
	if !fail.Is(err, fail.Bad) || !strings.Contains(fail.Words(err), "local_look") {
		l.t.Errorf("by the rules of the program that lays it nobody may take the step: %v", err)
	}
}

// shorter is the first duty of a record, which an overlay shortens.
func (l *lays) shorter() (process.Deadline, bool) {
	for _, t := range l.room.Latest().Timers {
		if t.Days > 1 && slices.Contains(t.From, string(l.room.First().ID)) {
			return t, true
		}
	}
	return process.Deadline{}, false
}

// ours is an overlay that adds and shortens.
func (l *lays) ours(version int, asks string) file {
	first := string(l.room.First().ID)
	f := bare(l.room.Latest(), version).with("questions", file{first: []file{{"id": asks, "text": "Why here?",
		"optional": l.room.First().Always}}})
	if t, ok := l.shorter(); ok {
		f = f.with("days", file{t.ID: t.Days - 1})
	}
	if l.role != "" {
		f = l.look(f, l.role, nil).with("deadlines", []file{{"id": "local_duty", "label": "Look at it here", "days": 3,
			"owner": l.role, "evidence": "D", "from": []string{first}, "until": []string{"local_look"}}})
	}
	return f
}

func (l *lays) keeper() access.Actor { return l.as(string(l.room.First().Roles[0]), 0) }

// first lays an overlay: what is begun from then on is asked more, and is due sooner.
func (l *lays) first() {
	s := l.suite
	was := s.stands(l.before)
	l.lay(l.ours(1, "local_why"))
	name := s.room.Latest().Name() + "+ours/1"
	in := s.inTime(s.room.First())
	if !s.room.First().Always {
		_, err := s.desk.Begin(s.ctx, l.keeper(), s.room, room.Beginning{Answers: in, Strict: true})
		if fail.FieldsOf(err).For("local_why") == "" {
			s.t.Errorf("what the overlay asks was left out: %v", err)
		}
	}
	in.Set("local_why", "Because")
	got, err := s.desk.Begin(s.ctx, l.keeper(), s.room, room.Beginning{Answers: in, Strict: true})
	s.must(err)
	l.during = got.Reference
	v := s.stands(l.during)
	if v.Taken[0].Definition != name || v.Process.Name() != name {
		s.t.Errorf("what was begun under %s names %s, and goes on by %s", name, v.Taken[0].Definition, v.Process.Name())
	}
	if t, ok := l.shorter(); ok && !ofDuty(v.Due, t.ID)[0].At.Before(ofDuty(was.Due, t.ID)[0].At) {
		s.t.Errorf("%s is due on %v under the overlay, and was due on %v", t.ID, ofDuty(v.Due, t.ID), ofDuty(was.Due, t.ID))
	}
	l.unmoved("an overlay was laid", was)
	if l.role == "" {
		return
	}
	if len(ofDuty(v.Due, "local_duty")) != 1 {
		s.t.Errorf("what the overlay has due is not due: %v", v.Due)
	}
	info, _ := v.Process.Step("local_look")
	taken, _, err := s.take(l.during, info, field.Said("local_saw", "Nothing new"))
	s.must(err)
	v = s.stands(l.during)
	last := v.Taken[len(v.Taken)-1]
	if last.Step != "local_look" || last.Definition != name || !v.Facts.Has("local_looked") ||
		taken.Version != v.Version || len(ofDuty(v.Due, "local_duty")) > 0 {
		s.t.Errorf("the added step stands as %+v, due is %v", last, v.Due)
	}
}

// unmoved: what was begun before any overlay stands as it did, and is read as it was asked.
func (l *lays) unmoved(when string, was room.View) {
	l.t.Helper()
	v := l.stands(l.before)
	if fmt.Sprint(v.Due, v.Status()) != fmt.Sprint(was.Due, was.Status()) {
		l.t.Errorf("%s: what was begun before stood at %v with %v, and stands at %v with %v", when, was.Status(), was.Due,
			v.Status(), v.Due)
	}
	if v.Taken[0].Definition != l.room.Latest().Name() {
		l.t.Errorf("%s: what was begun before names %s", when, v.Taken[0].Definition)
	}
	l.means(v, 0, "")
}

// means holds a step to the question that the overlay of then asked; "" is none.
func (l *lays) means(v room.View, n int, asked string) {
	l.t.Helper()
	def, err := l.desk.Meant(l.room, v.Org, v.Taken[n].Definition)
	l.must(err)
	info, _ := def.Step(v.Taken[n].Step)
	for _, f := range info.Fields {
		if process.IsLocal(f.ID) && f.ID != asked {
			l.t.Errorf("%s of %s is read as asked %s", v.Taken[n].Step, v.Taken[n].Definition, f.ID)
		}
	}
	if _, ok := field.Find(info.Fields, asked); asked != "" && !ok {
		l.t.Errorf("%s of %s is not read as asked %s", v.Taken[n].Step, v.Taken[n].Definition, asked)
	}
}

// agreed: what is proposed counts once every grantor has said yes to this text, and to no other.
func (l *lays) agreed() {
	l.refused("a lower version once the higher was taken off", l.ours(2, "local_other"))
	follows := func() string { return l.desk.Follows(l.room, l.w.Org.ID).Local }
	saw, err := l.desk.ProposeOverlay(l.ctx, l.w.As("lead"), l.ours(4, "local_why").raw())
	l.must(err)
	if _, err := l.desk.AgreeOverlay(l.ctx, l.w.As("guardian"), saw[1:]+saw[:1]); !fail.Is(err, fail.Conflict) {
		l.t.Errorf("a grantor agrees to another text than what waits: %v", err)
	}
	for _, who := range []string{"guardian", "executive"} {
		if follows() != "" {
			l.t.Errorf("not everybody has agreed, and %s is followed", follows())
		}
		_, err := l.desk.AgreeOverlay(l.ctx, l.w.As(who), saw)
		l.must(err)
	}
	if follows() != "ours/4" {
		l.t.Errorf("everybody has agreed, and %q is followed", follows())
	}
	l.quiet("it was agreed")
}

// apart: an overlay on another definition, and that of another organisation, is not this one's.
func (l *lays) apart() {
	s := l.suite
	other := directory.Overlay{Name: "elsewhere/1+ours/1", Text: bare(l.room.Latest(), 1).with("on", "elsewhere/1").raw()}
	s.must(s.w.Directory.LayOverlay(s.ctx, s.w.Org.ID, other, s.w.Words()...))
	l.quiet("one was laid on another kind of record")
	if got := s.desk.Follows(s.room, s.w.Org.ID).Local; got != "ours/1" {
		s.t.Errorf("one was laid on another kind of record, and this one follows %q", got)
	}
	s.must(s.w.Directory.TakeOverlaysOff(s.ctx, s.w.Org.ID, []string{"elsewhere/1"}, s.w.Words()...))
	org := id.NewOrg(s.w.Hand.Now())
	s.must(s.w.Vault.AddOrg(s.ctx, org))
	person := func(login string, role access.Role) directory.NewPerson {
		return directory.NewPerson{Name: "Test " + login, Login: login + org.String(), Role: role}
	}
	o, people, err := s.w.Directory.OpenOrganisation(s.ctx, org, directory.Founding{Name: "Another", Team: "Team",
		Lead: directory.Contact{Name: "Test", Telephone: "0300 000 0009"}, Nation: s.w.Org.Nation,
		Grantors: []directory.NewPerson{person("g", access.CaldicottGuardian), person("e", access.ExecutiveLead)}})
	s.must(err)
	if got := s.desk.Follows(s.room, org).Name(); got != s.room.Latest().Name() {
		s.t.Errorf("another organisation, which laid nothing, follows %s", got)
	}
	a := access.Actor{Person: people[0].Person, Org: org, Team: o.Teams[0].ID, Role: l.keeper().Role, MFA: true}
	in := s.inTime(s.room.First())
	for _, f := range s.room.First().Fields {
		if f.Kind == field.Person || f.Kind == field.Team {
			return // of that organisation, which has nobody yet
		}
	}
	_, err = s.desk.Begin(s.ctx, a, s.room, room.Beginning{Answers: in, Strict: true})
	s.must(err)
}

// second lays the next version: what was said under the first is read by the first.
func (l *lays) second() {
	l.lay(l.ours(2, "local_other"))
	l.refused("a lower version over a higher one", l.ours(1, "local_why"))
	v := l.stands(l.during)
	if v.Process.Local != "ours/2" {
		l.t.Errorf("a record goes on by %s", v.Process.Name())
	}
	l.means(v, 0, "local_why")
	if v.Taken[0].Answers.Get("local_why") != "Because" {
		l.t.Errorf("what was answered under the first overlay is %v", v.Taken[0].Answers)
	}
	if l.role != "" { // else nobody could take a step more, and no fact was laid
		l.refused("a fact that was laid before comes to mean its opposite", bare(l.room.Latest(), 3).with("facts", []file{
			{"id": "local_looked", "label": "It was not looked at here", "if_missing": "Look at it here first"}}))
	}
	changed := l.ours(2, "local_third")
	if _, err := l.desk.LayOverlay(l.ctx, l.w.Org.ID, changed.raw(), l.w.Words()...); !fail.Is(err, fail.Conflict) {
		l.t.Errorf("a version that was laid has another text: %v", err)
	}
}

// newer: under a program with a later definition a record goes on by its own, with what lies
// on that; that nothing lies on the new one is said.
func (l *lays) newer() {
	if l.room.Policies == "" {
		return // its rules are the program's, which nobody adds to
	}
	r, d := l.later(nil)
	v, err := d.Open(l.ctx, l.reader(l.during), r, l.during)
	l.must(err)
	if want := l.room.Latest().Name() + "+ours/2"; v.Process.Name() != want {
		l.t.Errorf("under a later program a record of %s goes on by %s", want, v.Process.Name())
	}
	if got := d.Follows(r, l.w.Org.ID).Name(); got != r.Latest().Name() {
		l.t.Errorf("a new record follows %s, on which nothing was laid for %s", got, r.Latest().Name())
	}
	o, err := l.w.Directory.Organisation(l.ctx, l.w.Org.ID)
	l.must(err)
	if said := d.NotFollowed(o); len(said) != 1 || !strings.Contains(said[0], r.Latest().Name()) {
		l.t.Errorf("that nothing lies on the later definition is said as %q", said)
	}
	if said := l.desk.NotFollowed(o); len(said) != 0 {
		l.t.Errorf("of one that is followed is said %q", said)
	}
}

// taken: once it was taken off, nothing of it is asked, and what it had due ends with the
// next step, since nobody can meet it any more.
func (l *lays) taken() {
	s := l.suite
	v := s.stands(l.during)
	if v.Process.Local != "" || v.Taken[0].Definition == s.room.Latest().Name() {
		s.t.Errorf("taken off, a record goes on by %s, and its first step names %s", v.Process.Name(), v.Taken[0].Definition)
	}
	l.means(v, 0, "local_why")
	_, err := s.desk.Take(s.ctx, l.keeper(), s.room, l.during, room.Said("local_look", "local_saw", "x"))
	if err == nil {
		s.t.Error("a step of an overlay that was taken off can still be taken")
	}
	l.lay(l.ours(3, "local_why"))
	in := s.inTime(s.room.First())
	in.Set("local_why", "Because")
	got, err := s.desk.Begin(s.ctx, l.keeper(), s.room, room.Beginning{Answers: in, Strict: true})
	s.must(err)
	l.off()
	if had := len(ofDuty(s.stands(got.Reference).Due, "local_duty")); (had == 1) != (l.role != "") {
		s.t.Errorf("taken off, %d of what it had due is due: what was begun under it keeps its dates", had)
	}
	v = s.stands(got.Reference)
	s.goWay(got.Reference, shortest(s.room.Latest(), v.Status(),
		func(taken []turn, _ process.Status) bool { return len(taken) == 1 }))
	if still := ofDuty(s.stands(got.Reference).Due, "local_duty"); len(still) > 0 {
		s.t.Errorf("nobody can do %v any more, and it is still due after a step", still)
	}
	l.quiet("a duty of it ended")
}
