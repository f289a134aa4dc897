package roomtest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

var disagreeing = &part{"nobody disagrees with a decision in this room",
	func(s *suite) bool { return len(s.room.Latest().Challenged.Of) > 0 }}

// disagreed: whoever disagrees with a decision is answered by somebody who neither made it nor
// disagreed, level by level; nothing ends or is erased before that; and a decision that is to be
// made anew is owed until it was.
func disagreed(s *suite) {
	s.needs(disagreeing)
	ended := 0
	for _, step := range s.room.Latest().Challenged.Of {
		s.disagreeWith(step)
		s.isOverAnyway(step)
		s.notDodged(step)
		s.nobodyAnswers(step)
		if s.waitsForTheEnd(step) {
			ended++
		}
	}
	if ended == 0 {
		s.t.Error("no record could have ended: nothing was tried")
	}
	s.rebuilt("somebody disagreed")
}

// disputed is a record in which somebody disagrees with a decision.
type disputed struct {
	*suite
	ref   id.Reference
	step  process.Step
	about int64
	maker access.Actor // of the decision
	by    access.Actor // who disagrees
	of    int64

	running   []process.Due // before the decision
	decidedBy process.Role  // who makes it, if they can; empty: anybody
}

func (s *suite) disagreeWith(step process.Step) {
	s.t.Helper()
	x := &disputed{suite: s, ref: s.begin().Reference, step: step}
	x.decides()
	x.disagrees()
	x.endsNot("while nobody answered")
	x.answeredByOthers()
	x.goesFurther()
	x.isDecidedAnew()
	x.takesBack()
	s.ownAnswers(step)
}

// waitsForTheEnd: what would end the record is refused while somebody disagrees, and taken once
// they took it back; false: it had ended before.
func (s *suite) waitsForTheEnd(step process.Step) bool {
	s.t.Helper()
	def := s.room.Latest()
	x := s.dispute(step)
	now := x.stands(x.ref)
	if now.Ended() {
		return false
	}
	way := shortest(def, now.Status(), func(_ []turn, at process.Status) bool { return def.Ended(at) })
	x.goWay(x.ref, way[:len(way)-1])
	x.endsNot("on the way to its end")
	last, _ := def.Step(way[len(way)-1].step)
	if _, _, err := x.take(x.ref, last, x.answersFor(last, way[len(way)-1].outcome)); err == nil {
		s.t.Errorf("it ended (%s) while somebody disagrees with %s", last.ID, step)
	}
	_, err := x.say(x.by, process.ChallengeWithdrawn, x.of, "")
	s.must(err)
	_, _, err = x.take(x.ref, last, x.answersFor(last, way[len(way)-1].outcome))
	s.must(err)
	return true
}

// notDodged: a decision that is made again while an answer is waited for takes no level away, and
// an answer about the one before does not undo it.
func (s *suite) notDodged(step process.Step) {
	s.t.Helper()
	info, _ := s.room.Latest().Step(step)
	if s.room.Latest().EndsBy(info) {
		return
	}
	x := s.dispute(step)
	x.decides()
	result := "anew"
	if info.Told {
		result = process.TheyLook
	}
	_, err := x.say(x.another(x.level(0)), process.ChallengeAnswered, x.of, result)
	x.refused("what was decided since is undone", err, "result")
	_, err = x.say(x.by, process.ChallengeFurther, x.of, "")
	s.must(err)
	x.owed("after it was taken further though it was decided again", process.AnswerChallenge, x.level(1))
	_, err = x.say(x.another(x.level(1)), process.ChallengeAnswered, x.of, map[bool]string{true: process.TheyKeep,
		false: process.Stands}[info.Told])
	s.must(err)
}

// isOverAnyway: what stood and was decided again since is taken no further.
func (s *suite) isOverAnyway(step process.Step) {
	s.t.Helper()
	info, _ := s.room.Latest().Step(step)
	if s.room.Latest().EndsBy(info) {
		return
	}
	x := s.dispute(step)
	result := process.Stands
	if info.Told {
		result = process.TheyKeep
	}
	_, err := x.say(x.another(x.level(0)), process.ChallengeAnswered, x.of, result)
	s.must(err)
	x.decides()
	_, err = x.say(x.by, process.ChallengeFurther, x.of, "")
	x.refused("what was decided again since is taken further", err, "of")
}

// ownAnswers: somebody of the level that is asked, who made the decision or disagrees with it
// themselves, does not answer it.
func (s *suite) ownAnswers(step process.Step) {
	s.t.Helper()
	x := &disputed{suite: s, ref: s.begin().Reference, step: step}
	x.decides()
	if x.by = x.another(x.level(0)); slices.Contains(s.room.Latest().Challenged.By, x.level(0)) {
		if got, err := x.say(x.by, process.Challenge, x.about, ""); err == nil { // others need a reason first
			_, err = x.say(x.by, process.ChallengeAnswered, got.Version, "")
			x.refused("whoever disagrees answers themselves", err, "of")
		}
	}
	x = &disputed{suite: s, ref: s.begin().Reference, step: step}
	x.decidedBy = x.level(0)
	x.decides()
	if process.Role(x.maker.Role) != x.level(0) {
		return // they do not make it
	}
	x.by = x.another(s.room.Latest().Challenged.By[0])
	got, err := x.say(x.by, process.Challenge, x.about, "")
	s.must(err)
	_, err = x.say(x.maker, process.ChallengeAnswered, got.Version, "")
	x.refused("whoever made the decision answers", err, "of")
}

// answersOne brings a new record to where somebody who disagreed was answered.
func (s *suite) answersOne() {
	s.t.Helper()
	x := s.dispute(s.room.Latest().Challenged.Of[0])
	_, err := x.say(x.another(x.level(0)), process.ChallengeAnswered, x.of, process.Stands)
	s.must(err)
}

// dispute begins a record in which a decision was made with which somebody disagrees.
func (s *suite) dispute(step process.Step) *disputed {
	s.t.Helper()
	x := &disputed{suite: s, ref: s.begin().Reference, step: step}
	x.decides()
	x.by = x.another(s.room.Latest().Challenged.By[0])
	got, err := x.say(x.by, process.Challenge, x.about, "")
	s.must(err)
	x.of = got.Version
	return x
}

// nobodyAnswers: when the day has passed, and not before, Heed itself takes it to the next level,
// and whoever disagrees is told; of the last level it waits on.
func (s *suite) nobodyAnswers(step process.Step) {
	s.t.Helper()
	s.both() // who set up their accounts do so before days pass
	desk, q := s.mailing()
	was := s.desk
	s.desk = desk
	defer func() { s.desk = was }()
	x := s.dispute(step)
	for n := range s.room.Latest().Challenged.Levels {
		v := x.stands(x.ref)
		i := slices.IndexFunc(v.Due, func(d process.Due) bool { return d.Of == x.of })
		s.only(v.Record)
		s.w.Hand.Set(v.Due[i].At.Add(-time.Minute))
		s.lookedAt(q, v.Record)
		x.owed("before the day has passed", process.AnswerChallenge, x.level(n))
		s.w.Hand.Set(v.Due[i].At.Add(time.Minute))
		s.lookedAt(q, v.Record)
		if n+1 == len(s.room.Latest().Challenged.Levels) {
			x.owed("at the last level", process.AnswerChallenge, x.level(n))
			continue
		}
		x.owed("once the day has passed", process.AnswerChallenge, x.level(n+1))
		now := x.stands(x.ref)
		if last := now.Taken[len(now.Taken)-1]; last.Step != process.ChallengeUnanswered || !last.By.IsZero() ||
			room.EntryOf(last.Answers) != x.of || !x.tells(now, x.by.Person, now.Version) {
			s.t.Errorf("nobody answered (%s), and the record says %+v; whoever disagrees is told: %v", step, last,
				now.Notices)
		}
		_, err := x.say(x.another(x.level(n)), process.ChallengeAnswered, x.of, "")
		x.refused("the level that did not answer answers", err, "of")
		for _, role := range s.room.Latest().Roles {
			if _, err := x.say(x.as(string(role.ID), 0), process.ChallengeUnanswered, x.of, ""); err == nil {
				s.t.Errorf("%s says that nobody answered", role.ID)
			}
		}
	}
}

// decides takes the decision.
func (x *disputed) decides() {
	x.t.Helper()
	def := x.room.Latest()
	now := x.stands(x.ref)
	is := func(way []turn, _ process.Status) bool { return len(way) > 0 && way[len(way)-1].step == x.step }
	way := shortest(def, now.Status(), is)
	info, _ := def.Step(x.step)
	if def.EndsBy(info) {
		if longer := shortest(def, now.Status(), func(way []turn, at process.Status) bool {
			return is(way, at) && rests(def, way)
		}); longer != nil {
			way = longer
		}
	}
	x.goWay(x.ref, way[:len(way)-1])
	in := x.answersFor(info, way[len(way)-1].outcome)
	if slices.Contains(info.Roles, x.decidedBy) {
		info.Roles = []process.Role{x.decidedBy}
	}
	x.running = x.stands(x.ref).Due
	got, by, err := x.take(x.ref, info, in)
	x.must(err)
	x.about, x.maker = got.Version, by
}

// rests says whether a way, by which a record ends, leaves something that is due unmet.
func rests(def *process.Definition, way []turn) bool {
	first := def.AllSteps[0]
	var running []string
	for _, w := range append([]turn{{first.ID, first.Outcomes[0].ID}}, way...) {
		starts, met := def.Duties(running, process.Taken{Step: w.step, Outcome: w.outcome}, false)
		running = slices.DeleteFunc(running, func(id string) bool { return slices.Contains(met, id) })
		for _, t := range starts {
			running = append(running, t.ID)
		}
	}
	return len(running) > 0
}

// say takes a step about those who disagree.
func (x *disputed) say(a access.Actor, step process.Step, of int64, result string) (room.Receipt, error) {
	info, _ := x.room.Latest().Step(step)
	in := x.inTime(info)
	for n := 0; n < 200 && result != "" && in.Get("result") != result; n++ {
		in = x.inTime(info)
	}
	in.Set("of", fmt.Sprint(of))
	return x.desk.Take(x.ctx, a, x.room, x.ref, room.Taking{Step: step, Answers: in, Strict: true})
}

func (x *disputed) refused(when string, err error, name string) {
	x.t.Helper()
	if !fail.Is(err, fail.Refused) && !fail.Is(err, fail.Hidden) && fail.FieldsOf(err).For(name) == "" {
		x.t.Errorf("%s (%s): %v, want a fault at %q, or that they may not", when, x.step, err, name)
	}
}

// owed is the duty that runs for them.
func (x *disputed) owed(when, deadline string, owner process.Role) {
	x.t.Helper()
	v := x.stands(x.ref)
	var got []string
	for _, due := range v.Due {
		if due.Of == x.of {
			got = append(got, fmt.Sprint(due.Deadline, " ", due.Owner))
		}
	}
	want := []string{fmt.Sprint(deadline, " ", owner)}
	if deadline == "" {
		want = nil
	}
	if !slices.Equal(got, want) {
		x.t.Errorf("%s (%s): %q is owed to who disagrees, want %q", when, x.step, got, want)
	}
}

// tells says whether somebody has a notice of a step, or nobody has any more since it has ended.
func (x *disputed) tells(v room.View, p id.Person, of int64) bool {
	return v.Ended() || slices.ContainsFunc(v.Notices, func(n room.Notice) bool { return n.To == p && n.Of == of })
}

func (x *disputed) level(n int) process.Role { return x.room.Latest().Challenged.Levels[n].Role }

// another is somebody in a role who neither made the decision nor disagrees.
func (x *disputed) another(role process.Role) access.Actor {
	for n := range 3 {
		a := x.as(string(role), n)
		if a.Person != x.maker.Person && a.Person != x.by.Person && a.Person != x.stands(x.ref).By {
			return a
		}
	}
	x.t.Fatalf("there is no other %s", role)
	return access.Actor{}
}

func (x *disputed) disagrees() {
	x.t.Helper()
	if slices.Contains(x.room.Latest().Challenged.By, process.Role(x.maker.Role)) {
		_, err := x.say(x.maker, process.Challenge, x.about, "")
		x.refused("whoever made the decision disagrees", err, "of")
	}
	x.by = x.another(x.room.Latest().Challenged.By[0])
	_, err := x.say(x.by, process.Challenge, 1, "")
	x.refused("somebody disagrees with what is no decision", err, "of")
	got, err := x.say(x.by, process.Challenge, x.about, "")
	x.must(err)
	x.of = got.Version
	x.owed("after somebody disagreed", process.AnswerChallenge, x.level(0))
	if v := x.stands(x.ref); v.Owner != x.by.Person && !v.Owner.IsZero() && !x.tells(v, v.Owner, got.Version) {
		x.t.Errorf("who has it is not told that somebody disagrees (%s): %+v", x.step, v.Notices)
	}
	_, err = x.say(x.another(x.room.Latest().Challenged.By[0]), process.Challenge, x.about, "")
	x.refused("a second disagrees while the first waits", err, "of")
}

// endsNot: the record does not end, and is not erased.
func (x *disputed) endsNot(when string) {
	x.t.Helper()
	def, now := x.room.Latest(), x.stands(x.ref)
	if now.Ended() {
		_, err := x.desk.Erase(x.ctx, x.room, x.w.Org.ID, x.ref, whyErased, x.both()...)
		if !fail.Is(err, fail.Conflict) || !strings.Contains(fail.Words(err), "disagree") {
			x.t.Errorf("%s (%s) it was to be erased: %v", when, x.step, err)
		}
		return
	}
	for _, info := range def.Steps(now.Status()) {
		for _, o := range info.Outcomes {
			if !def.Ended(def.After(now.Status(), info.ID, o.ID)) || process.Alike(info.ID) {
				continue
			}
			if _, _, err := x.take(x.ref, info, x.answersFor(info, o.ID)); !fail.Is(err, fail.Conflict) ||
				!strings.Contains(fail.Words(err), "disagree") {
				x.t.Errorf("%s (%s) it was to end by %s: %v", when, x.step, info.ID, err)
			}
		}
	}
}

// answeredByOthers: whoever made the decision or disagrees does not answer, nor does another
// level; who is asked opens the record for that, and no longer.
func (x *disputed) answeredByOthers() {
	x.t.Helper()
	info, _ := x.room.Latest().Step(x.step)
	stands, anew := process.Stands, "anew"
	if info.Told {
		stands, anew = process.TheyKeep, process.TheyLook
	}
	for _, a := range []access.Actor{x.by, x.maker, x.another(x.level(1))} {
		_, err := x.say(a, process.ChallengeAnswered, x.of, stands)
		x.refused(fmt.Sprintf("%s answers who is not to", a.Role), err, "of")
	}
	asked := x.another(x.level(0))
	if _, err := x.desk.Open(x.ctx, asked, x.room, x.ref); err != nil {
		x.t.Errorf("who is to answer (%s) does not see it: %v", x.step, err)
	}
	if !slices.ContainsFunc(x.mine(asked).Rows, func(r room.Row) bool {
		return r.Reference == x.ref && r.Due.Of == x.of
	}) {
		x.t.Errorf("what is to be answered (%s) does not stand before who is to", x.step)
	}
	wrong := map[bool]string{true: process.Stands, false: process.TheyLook}[info.Told]
	_, err := x.say(asked, process.ChallengeAnswered, x.of, wrong)
	x.refused("it is answered as what it is not", err, "result")
	_, err = x.say(asked, process.ChallengeAnswered, x.about, stands)
	x.refused("the decision is answered, and not who disagrees", err, "of")
	got, err := x.say(asked, process.ChallengeAnswered, x.of, stands)
	x.must(err)
	x.owed("after it was answered", "", "")
	v := x.stands(x.ref)
	if !x.tells(v, x.by.Person, got.Version) {
		x.t.Errorf("whoever disagrees (%s) is not told that they were answered: %+v", x.step, v.Notices)
	}
	_, err = x.say(asked, process.ChallengeAnswered, x.of, anew)
	x.refused("it is answered twice", err, "of")
}

func (x *disputed) goesFurther() {
	x.t.Helper()
	_, err := x.say(x.another(x.room.Latest().Challenged.By[0]), process.ChallengeFurther, x.of, "")
	x.refused("another takes it further", err, "of")
	_, err = x.say(x.by, process.ChallengeFurther, x.of, "")
	x.must(err)
	x.owed("after it was taken further", process.AnswerChallenge, x.level(1))
	x.endsNot("while the next level has not answered")
	_, err = x.say(x.another(x.level(0)), process.ChallengeAnswered, x.of, process.Stands)
	x.refused("the level before answers", err, "of")
	_, err = x.say(x.by, process.ChallengeFurther, x.of, "")
	if len(x.room.Latest().Challenged.Levels) == 2 {
		x.refused("it is taken beyond the last level", err, "of")
	}
}

// isDecidedAnew: the last level hears them; the decision counts no more, and is owed until it is
// made.
func (x *disputed) isDecidedAnew() {
	x.t.Helper()
	def := x.room.Latest()
	info, _ := def.Step(x.step)
	result := "anew"
	if info.Told {
		result = process.TheyLook
	}
	before := x.stands(x.ref)
	asked := x.another(x.level(1))
	got, err := x.say(asked, process.ChallengeAnswered, x.of, result)
	x.must(err)
	after := x.stands(x.ref)
	if want := def.After(before.Status(), process.ChallengeAnswered, got.Outcome); !after.Status().Equal(want) {
		x.t.Errorf("after %s it stands at %v, want %v", got.Outcome, after.Status(), want)
	}
	if of, is := process.AnewOf(got.Outcome); is != !info.Told || is && of != x.step {
		x.t.Errorf("%s came out as %q", x.step, got.Outcome)
	}
	if def.EndsBy(info) {
		x.owed("after what had ended it was undone", "", "")
		if after.Ended() {
			x.t.Error("whoever disagreed with the end was heard, and it has still ended")
		}
		x.runsAgain(after)
		if after.Keep != (room.Keeping{}) {
			x.t.Errorf("it was opened again, and it is said until when it is kept: %+v", after.Keep)
		}
		x.raiserSeesIt()
		return
	}
	x.owed("after they were heard", process.DecideAgain, def.Challenged.Owner)
	x.endsNot("while the new decision is owed")
	x.decides()
	x.owed("after it was decided anew", "", "")
	_, err = x.say(x.by, process.ChallengeFurther, x.of, "")
	x.refused("what was decided anew is taken further", err, "of")
}

// raiserSeesIt: the last that whoever follows it reads is not that it has ended.
func (x *disputed) raiserSeesIt() {
	x.t.Helper()
	if x.room.Follows == "" {
		return
	}
	own, err := x.desk.Follow(x.ctx, x.as(string(x.room.First().Roles[0]), 0), x.room, x.ref)
	x.must(err)
	if n := len(own.News); n == 0 || own.Progress == room.Finished ||
		own.News[n-1].Title != "It was opened again, and is being looked at" || own.News[n-1].Words != "" {
		x.t.Errorf("it was opened again, and whoever raised it reads %q, and %+v", own.Progress, own.News)
	}
}

// runsAgain: what had ended with the record, and was not met by its end, is due again.
func (x *disputed) runsAgain(v room.View) {
	x.t.Helper()
	for _, was := range x.running { // before the decision that ended it
		i := slices.IndexFunc(v.Process.Timers, func(t process.Deadline) bool { return t.ID == was.Deadline })
		if was.Of != 0 || v.Process.Timers[i].Ends(process.Taken{Step: x.step, Outcome: v.Last[x.step].Outcome}) {
			continue
		}
		runs := slices.DeleteFunc(slices.Clone(v.Due), func(d process.Due) bool { return d.Deadline != was.Deadline })
		if len(runs) != 1 || runs[0].At.Before(v.Last[process.ChallengeAnswered].At) && v.Process.Timers[i].On == "" {
			x.t.Errorf("%s ran before the end (%s), and after it was opened again there is %+v", was.Deadline, x.step, v.Due)
		}
	}
}

// takesBack: whoever disagrees, and nobody else, takes it back.
func (x *disputed) takesBack() {
	x.t.Helper()
	v := x.stands(x.ref)
	last := x.by
	for _, of := range v.Disputable(v.Process, last.Person) {
		x.by = last
		got, err := x.say(last, process.Challenge, of, "")
		x.must(err)
		x.of = got.Version
		_, err = x.say(x.another(x.room.Latest().Challenged.By[0]), process.ChallengeWithdrawn, x.of, "")
		x.refused("another takes it back", err, "of")
		_, err = x.say(last, process.ChallengeWithdrawn, x.of, "")
		x.must(err)
		x.owed("after it was taken back", "", "")
		return
	}
}
