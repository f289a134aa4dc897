package room

import (
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/process"
)

// What stands here is done when somebody disagrees with a decision: somebody else answers them,
// level by level, and nothing ends or is erased before that; see decision 0719.

// Challenge is that somebody disagrees with a decision.
type Challenge struct {
	Of    int64        `json:"of"` // the step by which they said so
	At    time.Time    `json:"at"`
	By    id.Person    `json:"by"`
	Step  process.Step `json:"step"`  // the decision
	About int64        `json:"about"` // the entry by which it was made
	Made  id.Person    `json:"made"`  // by whom
	Level int          `json:"level"` // at which it was last asked; 0 is the first
	// Outcome is the last answer; empty: none yet at this level. Back says that they took it back.
	Outcome  string      `json:"outcome,omitempty"`
	Back     bool        `json:"back,omitempty"`
	Answered []id.Person `json:"answered,omitempty"` // who answered it, at whatever level
}

// challenged keeps that somebody disagrees, and what came of it.
func (s *State) challenged(e ledger.Entry, ev Event) {
	of := EntryOf(ev.Answers)
	if ev.Step == process.Challenge {
		step := s.decidedBy(of)
		s.Challenges = append(slices.Clip(s.Challenges), Challenge{Of: e.Version, At: e.At, By: e.Author.Person, Step: step,
			About: of, Made: s.Last[step].By})
		return
	}
	i := s.challenge(of)
	if !process.Disagrees(ev.Step) || i < 0 {
		return
	}
	s.Challenges = slices.Clone(s.Challenges) // what others hold stays as it is
	switch c := &s.Challenges[i]; ev.Step {
	case process.ChallengeAnswered:
		c.Outcome = ev.Outcome
		c.Answered = append(slices.Clip(c.Answered), e.Author.Person)
	case process.ChallengeFurther, process.ChallengeUnanswered:
		c.Level, c.Outcome = c.Level+1, ""
	case process.ChallengeWithdrawn:
		c.Back = true
	}
}

func (s *State) challenge(of int64) int {
	return slices.IndexFunc(s.Challenges, func(c Challenge) bool { return c.Of == of })
}

// decidedBy is the step of which an entry is the last; "": of none, or it was taken again since.
func (s *State) decidedBy(entry int64) process.Step {
	for step, m := range s.Last {
		if m.Version == entry {
			return step
		}
	}
	return ""
}

// Owed is the duty that runs for somebody who disagrees: to answer them, or to decide anew; ok
// is false when they wait for nothing.
func (s *State) Owed(c Challenge) (due process.Due, ok bool) {
	i := slices.IndexFunc(s.Due, func(x process.Due) bool { return x.Of == c.Of })
	if i < 0 {
		return process.Due{}, false
	}
	return s.Due[i], true
}

// waitsForAnswer says whether somebody is to answer this challenge.
func (s *State) waitsForAnswer(c Challenge) bool {
	due, ok := s.Owed(c)
	return ok && due.Deadline == process.AnswerChallenge
}

// answering are the roles in which somebody is asked to answer who disagrees, or for a second word.
func (s *State) answering(p id.Person) (out []access.Role) {
	for _, c := range s.Challenges {
		if due, ok := s.Owed(c); ok && s.mayAnswer(c, p) {
			out = append(out, access.Role(due.Owner))
		}
	}
	for _, x := range s.Due {
		if x.Deadline == process.HoldWord && s.wordsAsked(x, p) {
			out = append(out, access.Role(x.Owner))
		}
	}
	return out
}

// isFor says whether a duty can be this person's: who made a decision or disagrees with it is not
// asked to answer, nor who asked for a hold to give the second word on it.
func (s *State) isFor(x process.Due, p id.Person) bool {
	if x.Deadline == process.HoldWord {
		return s.wordsAsked(x, p)
	}
	i := s.challenge(x.Of)
	return x.Deadline != process.AnswerChallenge || i >= 0 && s.mayAnswer(s.Challenges[i], p)
}

// disputed says whether somebody waits for what comes of disagreeing with an entry.
func (s *State) disputed(entry int64) bool {
	return slices.ContainsFunc(s.Challenges, func(c Challenge) bool {
		_, waits := s.Owed(c)
		return waits && c.About == entry
	})
}

// stands says whether the decision is still the one that somebody disagreed with.
func (s *State) stands(c Challenge) bool { return s.Last[c.Step].Version == c.About }

// mayGoFurther says whether somebody may take their challenge to the next level: nobody answered
// yet, whatever was decided since, or the decision stands after all.
func (s *State) mayGoFurther(c Challenge, p id.Person) bool {
	stood := c.Outcome == process.Stands || c.Outcome == process.TheyKeep
	return c.By == p && !c.Back && (s.waitsForAnswer(c) || stood && s.stands(c) && !s.disputed(c.About))
}

// mayAnswer says whether somebody may answer a challenge: who did not make it, nor the decision
// that it is about, nor answered it at another level.
func (s *State) mayAnswer(c Challenge, p id.Person) bool {
	return s.waitsForAnswer(c) && c.By != p && c.Made != p && !slices.Contains(c.Answered, p)
}

// ChallengesFor are the challenges that a step can be about, for somebody.
func (s *State) ChallengesFor(step process.Step, p id.Person) (out []Challenge) {
	for _, c := range s.Challenges {
		switch step {
		case process.ChallengeAnswered:
			if s.mayAnswer(c, p) {
				out = append(out, c)
			}
		case process.ChallengeFurther:
			if s.mayGoFurther(c, p) {
				out = append(out, c)
			}
		case process.ChallengeUnanswered: // of which Heed itself looks whether the day has passed
			if s.waitsForAnswer(c) {
				out = append(out, c)
			}
		case process.ChallengeWithdrawn:
			if c.By == p && s.waitsForAnswer(c) {
				out = append(out, c)
			}
		}
	}
	return out
}

// NothingDisputed says why a step about those who disagree has nothing here to be about for
// somebody, or nil.
func (s *State) NothingDisputed(def *process.Definition, step process.Step, p id.Person) error {
	switch {
	case !process.Disagrees(step):
		return nil
	case step == process.Challenge && len(s.Disputable(def, p)) == 0:
		return fail.New(fail.Conflict, "Nothing was decided here by somebody else with which nobody disagrees yet")
	case step == process.Challenge:
		return nil
	case step == process.ChallengeFurther && !slices.ContainsFunc(s.ChallengesFor(step, p), func(c Challenge) bool {
		_, more := def.ToAnswer(c.Level + 1)
		return more
	}):
		return fail.New(fail.Conflict, "Nothing of yours can be taken to another level here")
	case len(s.ChallengesFor(step, p)) == 0:
		return fail.New(fail.Conflict, "Nobody who disagrees waits here for what you would say")
	}
	return nil
}

// Disputable are the decisions with which somebody can disagree: the last of each kind, which
// they did not make themselves, with which nobody disagrees already and they did not before, and
// which is not to be made anew.
func (s *State) Disputable(def *process.Definition, p id.Person) (out []int64) {
	for _, step := range def.Challenged.Of {
		m, taken := s.Last[step]
		if !taken || m.By == p || s.disputed(m.Version) || slices.ContainsFunc(s.Challenges, func(c Challenge) bool {
			_, anew := process.AnewOf(c.Outcome)
			return c.About == m.Version && (c.By == p && !c.Back || anew)
		}) {
			continue
		}
		out = append(out, m.Version)
	}
	slices.Sort(out)
	return out
}

// challenging holds a step about challenges to what it is about, and narrows an answer to the
// ways in which it can come out for that decision.
func (d Decider) challenging(s State, a access.Actor, info process.StepInfo, answers field.Answers) (process.StepInfo,
	error) {
	if !process.Disagrees(info.ID) {
		return info, nil
	}
	of, fault := EntryOf(answers), func(name, words string) error {
		return fail.Fields{{Name: name, Words: words}}.Err()
	}
	if info.ID == process.Challenge {
		if !slices.Contains(s.Disputable(d.Process, a.Person), of) {
			return info, fault("of", "Select a decision that stands, that somebody else made, and with which nobody "+
				"disagrees yet")
		}
		return info, nil
	}
	theirs := s.ChallengesFor(info.ID, a.Person)
	i := slices.IndexFunc(theirs, func(c Challenge) bool { return c.Of == of })
	if i < 0 {
		return info, fault("of", wordsNotTheirs[info.ID])
	}
	c := theirs[i]
	switch info.ID {
	case process.ChallengeFurther, process.ChallengeUnanswered:
		if _, more := d.Process.ToAnswer(c.Level + 1); !more {
			return info, fault("of", "This was answered at the last level")
		}
	case process.ChallengeAnswered:
		if due, _ := s.Owed(c); access.Role(due.Owner) != a.Role {
			return info, fault("of", "Select somebody who waits for your answer: another role has to answer this")
		}
		told, _ := d.Process.Step(c.Step)
		info = info.Answering(d.Process, c.Step)
		if result := answers.Get("result"); !s.stands(c) && result != process.Stands && result != process.TheyKeep {
			return info, fault("result", "Select that it stands, and say in the reasons that it was decided again since: "+
				"this cannot undo the new decision")
		}
		if !slices.ContainsFunc(info.Outcomes, func(o process.Outcome) bool { return fits(o, answers) }) {
			if told.Told {
				return info, fault("result", "Select what those who told us answered: it is not our decision")
			}
			return info, fault("result", "Select whether our decision stands or is made anew: nobody told us this")
		}
	}
	return info, nil
}

// wordsNotTheirs say of a step about challenges that this is none that it can be about.
var wordsNotTheirs = map[process.Step]string{
	process.ChallengeAnswered: "Select somebody who waits for an answer. Whoever disagrees or made the decision does " +
		"not answer it",
	process.ChallengeFurther:   "Select something that you disagree with, that was not decided anew since",
	process.ChallengeWithdrawn: "Select something of yours that waits for an answer",
}

// hearsAnswer is who has a notice of an answer, or of none in time, beside those who hear of the
// step: who disagreed.
func (s *State) hearsAnswer(step process.Step, answers field.Answers, all []id.Person) []id.Person {
	i := s.challenge(EntryOf(answers))
	if step != process.ChallengeAnswered && step != process.ChallengeUnanswered || i < 0 {
		return all
	}
	if by := s.Challenges[i].By; !s.closedTo(by) && !slices.Contains(all, by) {
		all = append(all, by)
	}
	return all
}

// challenges are the duties that a step starts for those who disagree, and those that it ends.
func (d Decider) challenges(s State, x process.Taken, answers field.Answers) (start []process.Due, stop []string) {
	of := EntryOf(answers)
	asks := func(level int, of int64) {
		if t, ok := d.Process.ToAnswer(level); ok {
			due, _ := t.Running(d.Nation, d.Now, "")
			due.Of = of
			start = append(start, due)
		}
	}
	ends := func(deadline string, of int64) {
		stop = append(stop, process.Due{Deadline: deadline, Of: of}.Key())
	}
	switch x.Step {
	case process.Challenge:
		asks(0, s.Version+1)
	case process.ChallengeFurther, process.ChallengeUnanswered:
		ends(process.AnswerChallenge, of)
		asks(s.Challenges[s.challenge(of)].Level+1, of)
	case process.ChallengeAnswered:
		ends(process.AnswerChallenge, of)
		if due, owed := d.decideAgain(x.Outcome); owed {
			due.Of = of
			start = append(start, due)
		}
	case process.ChallengeWithdrawn:
		ends(process.AnswerChallenge, of)
	}
	for _, c := range s.Challenges {
		due, owed := s.Owed(c)
		if owed && due.Deadline == process.DecideAgain && d.Process.SettlesAgain(c.Step, x.Step) {
			ends(process.DecideAgain, c.Of)
		}
	}
	return start, stop
}

// decideAgain is the duty that an answer leaves: to make a decision anew, or to ask again what
// others decided. What ended the record is undone by the answer itself.
func (d Decider) decideAgain(outcome string) (process.Due, bool) {
	of, isAnew := process.AnewOf(outcome)
	info, _ := d.Process.Step(of)
	if outcome != process.TheyLook && (!isAnew || d.Process.EndsBy(info)) {
		return process.Due{}, false
	}
	t, ok := d.Process.ToDecideAgain()
	if !ok {
		return process.Due{}, false
	}
	return t.Running(d.Nation, d.Now, "")
}

// endsUnheard refuses an end while somebody disagrees and waits for an answer, or for the
// decision that is to be made anew.
func (d Decider) endsUnheard(s State, step process.Step, out string) error {
	if s.Ended() || !d.Process.Ended(d.Process.After(s.Status(), step, out)) {
		return nil
	}
	return s.Unheard()
}

// Unheard says why a record does not end, or is not erased, yet, because somebody disagrees; nil
// where nobody does.
func (s *State) Unheard() error {
	for _, c := range s.Challenges {
		switch due, owed := s.Owed(c); {
		case !owed:
		case due.Deadline == process.AnswerChallenge:
			return fail.New(fail.Conflict, "Somebody disagrees with a decision here and has not been answered yet. They are "+
				"answered first, or take it back")
		default:
			return fail.New(fail.Conflict, "A decision here is to be made anew, or asked about again, because somebody "+
				"disagreed with it and was heard. That comes first")
		}
	}
	return nil
}
