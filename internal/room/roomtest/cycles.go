package roomtest

import (
	"encoding/json"
	"slices"
	"time"

	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

// comesRound goes random ways through a room with cycles. One time round is made once and
// closed once, with one of the four reasons and its day; what is closed is never changed
// again; the next comes when a step makes it; and nothing is open once a record has ended.
func comesRound(s *suite) {
	s.needs(cycles)
	def := s.room.Latest()
	made, closed := 0, map[string]bool{}
	for range 10 {
		ref := s.begin().Reference
		before := s.stands(ref)
		for range 40 {
			info := s.choose(def.Steps(before.Status()), map[process.Step]bool{})
			if info.Leaves || ends(def, info) && s.x.r.IntN(4) > 0 {
				continue
			}
			if _, _, err := s.take(ref, info, s.inTime(info)); err != nil {
				continue
			}
			after := s.stands(ref)
			s.turned(before, after)
			before = after
		}
		for _, x := range before.Rounds {
			made++
			if closed[x.As] = true; before.Ended() && x.Open() {
				s.t.Errorf("the record has ended, and %s %d is open", x.Cycle, x.Number)
			}
		}
	}
	for _, c := range def.Cycles {
		for _, end := range c.Closes {
			if !closed[end.As] {
				s.closesBy(c, end)
			}
		}
	}
	if made == 0 {
		s.t.Error("nothing ever came round")
	}
}

// closesBy brings a record to where a cycle is open and closes it by a step.
func (s *suite) closesBy(c process.Cycle, end process.Closing) {
	s.t.Helper()
	def := s.room.Latest()
	for _, ref := range end.By {
		r := s.begin().Reference
		v := s.stands(r)
		opens := -1
		path := shortest(def, v.Status(), func(taken []turn, _ process.Status) bool {
			opens = slices.IndexFunc(taken, func(t turn) bool {
				return c.Opened(process.Taken{Step: t.step,
					Outcome: t.outcome})
			})
			last := len(taken) - 1
			return opens >= 0 && last > opens && isNamed(ref, taken[last]) && !slices.ContainsFunc(taken[opens+1:last],
				func(t turn) bool {
					return c.Closed(process.Taken{Step: t.step, Outcome: t.outcome}) != ""
				})
		})
		s.goWay(r, path)
		after := s.stands(r)
		i := slices.IndexFunc(after.Rounds, func(x room.Round) bool { return x.As != "" })
		if i < 0 || after.Rounds[i].As != end.As {
			s.t.Errorf("%s closes %s as %+v, want %s", ref, c.ID, after.Rounds, end.As)
		}
		s.comesAgain(c, r)
	}
}

// comesAgain has the next time round made of a record of which one is closed: it is
// another, and what is closed stays as it is.
func (s *suite) comesAgain(c process.Cycle, ref id.Reference) {
	s.t.Helper()
	before := s.stands(ref)
	way := shortest(s.room.Latest(), before.Status(), func(taken []turn, _ process.Status) bool {
		last := len(taken) - 1
		return last >= 0 && c.Opened(process.Taken{Step: taken[last].step, Outcome: taken[last].outcome})
	})
	open := slices.ContainsFunc(before.Rounds, func(x room.Round) bool { return x.Cycle == c.ID && x.Open() })
	if open || way == nil {
		return
	}
	s.goWay(ref, way)
	after := s.stands(ref)
	s.turned(before, after)
	if i, n := len(before.Rounds), len(after.Rounds); n != i+1 || !after.Rounds[i].Open() ||
		after.Rounds[i].Number != i+1 {
		s.t.Errorf("%s was closed, and what comes next is %+v", c.ID, after.Rounds)
	}
}

func isNamed(ref string, t turn) bool {
	return ref == string(t.step) || ref == string(t.step)+"/"+t.outcome
}

func ends(d *process.Definition, info process.StepInfo) bool {
	return slices.ContainsFunc(info.Outcomes, func(o process.Outcome) bool {
		return slices.ContainsFunc(o.Moves, func(m process.Move) bool { return d.Ended(process.Status{State: m.To}) })
	})
}

// turned compares what comes round before a step with what does after it.
func (s *suite) turned(before, after room.View) {
	s.t.Helper()
	open := map[string]int{}
	for i, x := range after.Rounds {
		if x.Open() {
			open[x.Cycle]++
		}
		if i >= len(before.Rounds) {
			continue
		}
		was := before.Rounds[i]
		switch {
		case !was.Open() && !alike(was, x):
			s.t.Errorf("what was closed was changed: %+v is %+v", was, x)
		case x.Number != was.Number || x.Made != was.Made || x.Day != was.Day && was.Day.Before(x.Day):
			s.t.Errorf("what is open was made again or put off: %+v is %+v", was, x)
		case was.Open() && !x.Open() && (x.As == "" || x.By != after.Version):
			s.t.Errorf("it is closed, and nothing says how: %+v", x)
		}
	}
	for cycle, n := range open {
		if n > 1 {
			s.t.Errorf("%s is open %d times", cycle, n)
		}
	}
	if n := len(after.Rounds) - len(before.Rounds); n < 0 || n > len(s.room.Latest().Cycles) {
		s.t.Errorf("a step made %d times round", n)
	}
}

func alike(a, b any) bool {
	x, _ := json.Marshal(a) //nolint:errcheck // of plain values
	y, _ := json.Marshal(b) //nolint:errcheck // of plain values
	return string(x) == string(y)
}

// inTime are made-up answers whose days are within what every cycle allows.
func (s *suite) inTime(info process.StepInfo) field.Answers {
	in := s.x.Answers(info.Fields)
	for _, c := range s.room.Latest().Cycles {
		for _, t := range s.room.Latest().Timers {
			if f, ok := field.Find(info.Fields, t.On); ok && t.ID == c.Deadline && !in[f.ID].Empty() {
				in[f.ID] = field.Of(workday.Of(s.w.Hand.Now()).Add(1 + s.x.r.IntN(27)).String())
			}
		}
	}
	return in
}

// inTurn: a day later than the cycle allows is refused, none is as late as it allows, and
// what is brought forward is due sooner, once, and says from when.
func inTurn(s *suite) {
	s.needs(cycles)
	for _, c := range s.room.Latest().Cycles {
		ref := s.cycleOpened(c)
		v := s.stands(ref)
		latest := c.Latest(workday.Of(s.w.Hand.Now()))
		if x := v.Rounds[0]; x.Day != latest || x.Number != 1 {
			s.t.Errorf("with no day of its own %s is due on %s, want %s", c.ID, x.Day, latest)
		}
		if next, ok := v.NextDue(); !ok || next.Deadline != c.Deadline || next.Day != latest {
			s.t.Errorf("%s is open, and what is due next is %+v", c.ID, next)
		}
		if c.Sooner == "" {
			continue
		}
		info, _ := s.room.Latest().Step(c.Sooner)
		on := s.dayField(c)
		for day, taken := range map[workday.Day]bool{latest: false, latest.Add(1): false, latest.Add(-30): true} {
			in := s.inTime(info)
			in[on] = field.Of(day.String())
			_, _, err := s.take(ref, info, in)
			if (err == nil) != taken || !taken && len(fail.FieldsOf(err)) == 0 {
				s.t.Errorf("due on %s, brought forward to %s: %v", latest, day, err)
			}
		}
		after := s.stands(ref)
		if x := after.Rounds[0]; x.Day != latest.Add(-30) || x.First != latest || len(after.Rounds) != 1 {
			s.t.Errorf("brought forward, it is %+v", after.Rounds)
		}
		if next, _ := after.NextDue(); next.Day != latest.Add(-30) {
			s.t.Errorf("brought forward, what is due next is %+v", next)
		}
		s.w.Hand.Move(time.Hour)
	}
}

// cycleOpened is a record of which a cycle is open, with no day of its own.
func (s *suite) cycleOpened(c process.Cycle) id.Reference {
	s.t.Helper()
	def := s.room.Latest()
	ref := s.begin().Reference
	v := s.stands(ref)
	path := shortest(def, v.Status(), func(taken []turn, _ process.Status) bool {
		return len(taken) > 0 && c.Opened(process.Taken{Step: taken[len(taken)-1].step, Outcome: taken[len(taken)-1].outcome})
	})
	s.goWay(ref, path[:len(path)-1])
	last, _ := def.Step(path[len(path)-1].step)
	in := s.answersFor(last, path[len(path)-1].outcome)
	late := field.Answers{}
	for name, v := range in {
		late[name] = v
	}
	late[s.dayField(c)] = field.Of(c.Latest(workday.Of(s.w.Hand.Now())).Add(1).String())
	if _, _, err := s.take(ref, last, late); len(fail.FieldsOf(err)) == 0 {
		s.t.Errorf("a day later than %d months is answered with %v", c.Months, err)
	}
	delete(in, s.dayField(c))
	_, _, err := s.take(ref, last, in)
	s.must(err)
	return ref
}

func (s *suite) dayField(c process.Cycle) string {
	i := slices.IndexFunc(s.room.Latest().Timers, func(t process.Deadline) bool { return t.ID == c.Deadline })
	return s.room.Latest().Timers[i].On
}
