package process

import (
	"fmt"
	"slices"
	"strings"

	"heed/internal/field"
)

// Challenged says who may disagree with which decisions, and who answers. A definition says no
// more: the steps and duties are the same in every kind of record; see decision 0719.
type Challenged struct {
	Of     []Step  `json:"of"`     // the decisions, our own and those that others told us
	By     []Role  `json:"by"`     // who may disagree
	Levels []Level `json:"levels"` // who answers; the next where that does not settle it
	// Again is where a record stands in which something is decided anew that had brought it on, or
	// that cannot be decided where it stands; Clears is what holds no more then.
	Again  State  `json:"again"`
	Clears []Fact `json:"clears"`
	Owner  Role   `json:"owner"` // of the new decision
	Days   int    `json:"days"`  // working days for it
	Group  string `json:"group" for:"room"`
}

// Level is who answers somebody who disagrees, and within how many working days.
type Level struct {
	Role Role `json:"role"`
	Days int  `json:"days"`
}

// The steps that are made, and the duties that run for each of those who disagree.
const (
	Challenge          Step = "challenge"
	ChallengeAnswered  Step = "challenge_answered"
	ChallengeFurther   Step = "challenge_further"
	ChallengeWithdrawn Step = "challenge_withdrawn"
	// ChallengeUnanswered is taken by Heed itself, when the day has passed on which somebody who
	// disagrees was to be answered, and there is another level.
	ChallengeUnanswered Step = "challenge_unanswered"

	AnswerChallenge = "answer_challenge"
	DecideAgain     = "decide_again"
)

// The outcomes of ChallengeAnswered; one of Anew for each decision that may be made anew.
const (
	Stands   = "stands"
	TheyKeep = "they_keep"
	TheyLook = "they_look"
	isAnew   = "anew"
	anewOf   = isAnew + "_"
)

var challengeSteps = []StepInfo{
	{ID: Challenge, Label: "Say that you disagree with a decision", Kind: "challenged", Form: "challenged/1",
		Send: "Say that you disagree", Done: "It was recorded that you disagree. Somebody else has to answer you",
		Hears:    []string{"owner"},
		Outcomes: []Outcome{{Label: "Somebody disagrees with a decision"}}},
	{ID: ChallengeAnswered, Label: "Answer somebody who disagrees", Kind: "challenge_answered",
		Form: "challenge_answered/1", Send: "Give this answer",
		Done:  "Your answer was recorded. Whoever disagrees is told",
		Hears: []string{"owner"}},
	{ID: ChallengeFurther, Label: "Take it to the next level", Kind: "challenge_taken_further",
		Form: "challenge_further/1", Send: "Take it further", Done: "It was recorded. The next level has to answer you",
		Hears: []string{"owner"}, Outcomes: []Outcome{{Label: "Taken to the next level"}}},
	{ID: ChallengeWithdrawn, Label: "Take back that you disagree", Kind: "challenge_withdrawn",
		Form: "challenge_withdrawn/1", Send: "Take it back", Done: "It was recorded. Nobody has to answer it any more",
		Hears: []string{"owner"}, Outcomes: []Outcome{{Label: "Taken back by whoever disagreed"}}},
}

// unanswered is that step, where there is another level.
func (d *Definition) unanswered() (out []StepInfo) {
	if len(d.Challenged.Levels) < 2 {
		return nil
	}
	const says = "Nobody answered in time: taken to the next level"
	room, _, _ := strings.Cut(d.AllSteps[0].Kind, ".")
	further, _ := find(d.AllSteps, ChallengeFurther, stepID)
	begun, _ := d.statesBegun()
	return []StepInfo{{ID: ChallengeUnanswered, Label: says, Kind: room + "." + string(ChallengeUnanswered),
		Done: says, Fields: further.Fields[:min(1, len(further.Fields))], Hears: []string{"owner"},
		Outcomes: []Outcome{{Label: says, Moves: []Move{{From: begun}}}}}}
}

// Disagrees says whether a step is one of those.
func Disagrees(step Step) bool {
	return step == ChallengeUnanswered ||
		slices.ContainsFunc(challengeSteps, func(s StepInfo) bool { return s.ID == step })
}

// AnewOf is the decision that is to be made anew by an outcome of ChallengeAnswered; ok is false
// of the others.
func AnewOf(outcome string) (of Step, ok bool) {
	step, ok := strings.CutPrefix(outcome, anewOf)
	return Step(step), ok
}

// CanBeChallenged says whether somebody may disagree with a step.
func (d *Definition) CanBeChallenged(step Step) bool { return slices.Contains(d.Challenged.Of, step) }

// ToAnswer is the duty to answer somebody who disagrees, at a level that may be none.
func (d *Definition) ToAnswer(level int) (Deadline, bool) {
	t, ok := find(d.Timers, AnswerChallenge, func(t Deadline) string { return t.ID })
	if !ok || level >= len(d.Challenged.Levels) {
		return Deadline{}, false
	}
	asked, first := d.Challenged.Levels[level], d.Challenged.Levels[0].Days
	if t.Days < first { // an organisation has them answered sooner
		asked.Days = min(asked.Days, t.Days)
	}
	t.Owner, t.Days = asked.Role, asked.Days
	return t, true
}

// ToDecideAgain is the duty to make a decision anew, or to ask again what others decided.
func (d *Definition) ToDecideAgain() (Deadline, bool) {
	return find(d.Timers, DecideAgain, func(t Deadline) string { return t.ID })
}

// Answering narrows the answer to somebody who disagrees to the ways in which it can come out
// for one decision: what others decided they keep to or look at again, and ours stands or is
// made anew.
func (s StepInfo) Answering(d *Definition, of Step) StepInfo {
	about, _ := d.Step(of)
	s.Outcomes = slices.DeleteFunc(slices.Clone(s.Outcomes), func(o Outcome) bool {
		again, new := AnewOf(o.ID)
		theirs := o.ID == TheyKeep || o.ID == TheyLook
		return new && again != of || theirs != about.Told
	})
	return s
}

// SettlesAgain says whether a step is the one that was to be made anew: the same, or another that
// decides about sharing, as that did.
func (d *Definition) SettlesAgain(challenged, taken Step) bool {
	was, _ := d.Step(challenged)
	is, _ := d.Step(taken)
	decides := func(s StepInfo) bool { return s.decides(ToShare) || s.decides(NotToShare) }
	return challenged == taken || decides(was) && decides(is)
}

// challenged adds the steps, where the definition says who may disagree.
func (d *Definition) challenged() error {
	c := d.Challenged
	made := slices.IndexFunc(d.AllSteps, func(s StepInfo) bool { return Disagrees(s.ID) })
	switch {
	case made >= 0:
		return bad(fmt.Sprintf("steps[%d] (%s)", made+1, d.AllSteps[made].ID),
			"has the name of a step that challenged makes: give it another, or leave it out")
	case len(c.Of)+len(c.By)+len(c.Levels) == 0 || len(d.AllSteps) == 0 || len(d.States) == 0:
		return nil
	}
	if err := d.wholeChallenge(); err != nil {
		return err
	}
	room, _, _ := strings.Cut(d.AllSteps[0].Kind, ".")
	begun, _ := d.statesBegun()
	for _, s := range challengeSteps {
		s.Kind, s.Group, s.Roles, s.Always = room+"."+s.Kind, c.Group, slices.Clone(c.By), true
		s.Outcomes = slices.Clone(s.Outcomes)
		for i := range s.Outcomes {
			s.Outcomes[i].Moves = []Move{{From: begun}}
		}
		if s.ID == ChallengeAnswered {
			s.Group, s.Roles, s.Outcomes = "", nil, d.answers(begun)
			for _, l := range c.Levels {
				s.Roles = append(s.Roles, l.Role)
			}
		}
		d.AllSteps = append(d.AllSteps, s)
	}
	return nil
}

// wholeChallenge checks what a definition says under challenged.
func (d *Definition) wholeChallenge() error {
	c := d.Challenged
	switch {
	case len(c.Of) == 0 || len(c.By) == 0 || len(c.Levels) == 0:
		return bad("challenged", "must say of which decisions, by whom, and at which levels it is answered")
	case c.Days < 1:
		return bad("challenged.days", "must be working days from 1")
	}
	for i, l := range c.Levels {
		at := fmt.Sprintf("challenged.levels[%d]", i+1)
		if l.Days < 1 {
			return bad(at, "must have working days from 1")
		}
		if slices.ContainsFunc(c.Levels[:i], func(x Level) bool { return x.Role == l.Role }) {
			return bad(at, "must have a role that none before it has: the next level is somebody else")
		}
		if err := d.knownRoles(at, []Role{l.Role}); err != nil {
			return err
		}
	}
	if err := d.knownRoles("challenged.by", append(slices.Clone(c.By), c.Owner)); err != nil {
		return err
	}
	if s, ok := d.State(c.Again); !ok || s.End || c.Again == d.Start().State {
		return bad("challenged.again", fmt.Sprintf("is %q: it must be a state in which it can be decided anew", c.Again))
	}
	for _, f := range c.Clears {
		if _, ok := d.fact(f); !ok {
			return bad("challenged.clears", d.NoFact(f))
		}
	}
	for i, of := range c.Of {
		if _, ok := d.Step(of); !ok {
			return bad(fmt.Sprintf("challenged.of[%d]", i+1), d.noStep(string(of)))
		}
	}
	return nil
}

// decidedAnew: what is to be decided anew can be.
func decidedAnew(d *Definition) string {
	c := d.Challenged
	for i, of := range c.Of {
		s, _ := d.Step(of)
		again := Status{State: c.Again}
		for _, m := range s.moves() {
			again.Facts = again.Facts.With(m.Needs...)
		}
		if s.Told || d.EndsBy(s) || slices.ContainsFunc(s.Roles, func(r Role) bool { return d.can(r, again, of) }) {
			continue
		}
		return fmt.Sprintf("challenged.of[%d] names %s, which nobody can take at %q, where a record stands in which it is "+
			"decided anew", i+1, of, d.Label(c.Again))
	}
	return ""
}

// anewStays: wherever a record is brought while a decision is to be made anew, it still can be:
// at once, or after the decision that an emergency left, which comes first.
func anewStays(w *walk) string {
	from := map[*place][]turn{}
	for _, t := range w.turns {
		from[t.at] = append(from[t.at], t)
	}
	for i, of := range w.d.Challenged.Of {
		settled := func(p *place) bool {
			return slices.ContainsFunc(from[p], func(t turn) bool { return w.d.SettlesAgain(of, t.step.ID) })
		}
		seen := map[*place]bool{}
		var queue []*place
		for _, t := range w.turns {
			if anew, is := AnewOf(t.outcome.ID); is && anew == of && t.step.ID == ChallengeAnswered {
				queue = append(queue, t.to)
			}
		}
		for ; len(queue) > 0; queue = queue[1:] {
			p := queue[0]
			if about, _ := w.d.Step(of); seen[p] || w.d.EndsBy(about) || w.d.Ended(p.Status) { // it does not end before that
				continue
			}
			seen[p] = true
			if !settled(p) && !(p.happened.owed && slices.ContainsFunc(from[p], func(t turn) bool {
				return t.step.decides(ToShare) && settled(t.to)
			})) {
				return fmt.Sprintf("challenged.of[%d] names %s, which cannot be made anew any more at %q, where the record "+
					"can be brought before that (%s)", i+1, of, w.d.Label(p.State), strings.Join(p.path(), ", "))
			}
			for _, t := range from[p] {
				if !Disagrees(t.step.ID) && !w.d.SettlesAgain(of, t.step.ID) {
					queue = append(queue, t.to)
				}
			}
		}
	}
	return ""
}

// leads says whether a step brings a record on to another state: made anew, it goes back.
func (s StepInfo) leads() bool {
	return slices.ContainsFunc(s.moves(), func(m Move) bool { return m.To != "" })
}

// EndsBy says whether a step brings a record to its end.
func (d *Definition) EndsBy(s StepInfo) bool {
	return slices.ContainsFunc(s.moves(), func(m Move) bool { to, _ := d.State(m.To); return to.End })
}

// answers are the ways in which somebody who disagrees is answered. What is decided anew holds
// no more, with all that it had set.
func (d *Definition) answers(begun []State) []Outcome {
	says := func(id, result, label string, moves ...Move) Outcome {
		return Outcome{ID: id, Label: label, When: []field.Condition{{Field: "result", Is: []string{result}}}, Moves: moves}
	}
	stays := Move{From: begun}
	out := []Outcome{says(Stands, Stands, "Our decision stands", stays),
		says(TheyKeep, TheyKeep, "Whoever told us keeps to it", stays),
		says(TheyLook, TheyLook, "Whoever told us looks at it again", stays)}
	for _, of := range d.Challenged.Of {
		s, _ := d.Step(of)
		if s.Told {
			continue
		}
		clears := slices.Clone(d.Challenged.Clears)
		for _, m := range s.moves() {
			clears = append(clears, m.Sets...)
		}
		slices.Sort(clears)
		clears = slices.Compact(clears)
		here, elsewhere := Move{Clears: clears}, Move{To: d.Challenged.Again, Clears: clears}
		for _, state := range begun {
			if slices.Contains(From(s), state) && !s.leads() {
				here.From = append(here.From, state)
			} else {
				elsewhere.From = append(elsewhere.From, state)
			}
		}
		o := says(anewOf+string(of), isAnew, "Decided anew: "+lowerFirst(s.Label))
		if d.EndsBy(s) && d.HearsBy != "" { // whoever raised it read that it had ended
			o.Tells = "It was opened again, and is being looked at"
		}
		for _, m := range []Move{here, elsewhere} {
			if len(m.From) > 0 {
				o.Moves = append(o.Moves, m)
			}
		}
		out = append(out, o)
	}
	return out
}

// owesAnswers adds the duties to answer, and to decide anew.
func (d *Definition) owesAnswers() error {
	c := d.Challenged
	if len(c.Of) == 0 {
		return nil
	}
	again := Deadline{ID: DecideAgain, Label: "Decide again, or ask again: somebody disagreed and was heard",
		Days: c.Days, Owner: c.Owner, Evidence: "D", Each: true, From: []string{string(ChallengeAnswered)}}
	for _, of := range c.Of {
		again.Until = append(again.Until, string(of))
	}
	d.Timers = append(d.Timers, Deadline{ID: AnswerChallenge, Label: "Answer somebody who disagrees with a decision",
		Days: c.Levels[0].Days, Owner: c.Levels[0].Role, Any: true, Evidence: "D", Each: true,
		From:  []string{string(Challenge), string(ChallengeFurther), string(ChallengeUnanswered)},
		Until: []string{string(ChallengeAnswered), string(ChallengeWithdrawn)}}, again)
	return nil
}
