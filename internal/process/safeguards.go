package process

import (
	"fmt"
	"slices"
	"strings"
)

// safeguards are the laws, in the order in which a report shows them.
var safeguards = []safeguard{
	{id: "whole-process", says: "Every built-in step is there, with its own event and its own outcomes.", whole: builtIn},
	{id: "only-raising-begins", says: "A concern begins by being raised, by anybody who works here, and in no other way.",
		turn: begins, place: anybodyRaises},
	{id: "nothing-leaves-undecided",
		says: "Nothing that identifies the person leaves the organisation without a recorded decision to share; only a " +
			"disclosure in an emergency may come first.",
		whole: marksWhatLeaves, turn: leavesUndecided},
	{id: "emergency-is-decided",
		says: "After a disclosure in an emergency the decision is due within one working day, and nothing ends before it " +
			"is recorded.",
		whole: emergencyDeadline, turn: endsOwing},
	{id: "advice-never-decides",
		says: "Advice, and what police, council or panel tell us, decides nothing: recording it changes neither state " +
			"nor facts.",
		whole: marksAdvice, turn: adviceMoves},
	{id: "999-in-reach", says: "The advice to call 999 is in reach in every state.", whole: advice999, place: adviceHere},
	{id: "emergency-never-waits", says: "What was shared in an emergency can be recorded at any time before the end, " +
		"by a safeguarding lead.", place: emergencyHere},
	{id: "no-end-without-answer",
		says: "No path ends before the person who raised the concern has been answered about the last decision, or the " +
			"reason why not is recorded.",
		turn: endsUnanswered},
	{id: "answer-at-any-time", says: "Once a concern is taken up, the person who raised it can be answered at any " +
		"time, and again after closing.", place: answerHere},
	{id: "no-end-without-decision", says: "Nothing ends before a safeguarding lead has decided at triage; a hold is " +
		"not a decision.", turn: endsUndecided},
	{id: "only-a-lead-closes", says: "Only a safeguarding lead brings a concern to an end.", turn: endsByOthers},
	{id: "talk-closes-nothing", says: "Nothing that a worker or a line manager does, once a concern is raised, moves " +
		"it on or closes it.", turn: movedByOthers},
	{id: "the-end-is-the-end", says: "Nothing moves out of an ending state, and nothing leaves the organisation from it.",
		turn: movesAfterEnd},
	{id: "can-be-put-right", says: "A correction can be added in every state, after closing too.", place: correctHere},
	{id: "every-step-is-possible", says: "Every step, and every way in which it can come out, is possible somewhere.",
		walk: neverTaken},
	{id: "forms-hold", says: "Every form can be answered, none asks for a number or a tick-list about the person, and " +
		"every condition speaks of an answer that can be given.", whole: formsHold},
	{id: "no-dead-ends", says: "From wherever a concern can get to, it can still be brought to an end.", place: deadEnd},
	{id: "deadlines-have-owners", says: "Every duty has a deadline and every deadline an owner who can meet it.",
		whole: deadlinesOwned},
	{id: "nobody-is-counted", says: "What is counted is events, by month or quarter and by closed questions of few " +
		"answers: never by a person, a team, a ward, or what somebody wrote.", whole: (*Definition).FiguresFault},
	{id: "no-scores", says: "No words ask for a score, a ranking, a risk level or a protected characteristic, or speak " +
		"of the person as a suspect.", whole: (*Definition).Wording},
}

type builtInStep struct {
	id       Step
	kind     string
	outcomes []string
}

// builtIns are the steps that the slices are written for: event kind and outcomes.
var builtIns = []builtInStep{
	{Raise, "concern.raised", []string{""}},
	{Acknowledge, "concern.acknowledged", []string{FirstWords, ""}},
	{Assign, "concern.assigned", []string{""}},
	{Triage, "concern.triaged", []string{NotSafeguarding, OtherRoute, Hold, OpenCase}},
	{AskAdvice, "concern.advice_asked", []string{Identified, ""}},
	{RecordAdvice, "concern.advice_recorded", []string{""}},
	{DecideSharing, "concern.sharing_decided", []string{Share, NotShare}},
	{EmergencyDisclosure, "concern.emergency_disclosed", []string{""}},
	{Refer, "concern.referred", []string{""}},
	{RecordTold, "concern.told", []string{ToldAcknowledged, ToldOutcome}},
	{GiveFeedback, "concern.feedback_given", []string{Told, CannotBeTold}},
	{Close, "concern.closed", []string{""}},
	{AddNote, "concern.note_added", []string{"", AddedLater}},
	{Correct, "concern.corrected", []string{""}},
	{DeclareConflict, "concern.conflict_declared", []string{""}},
	{KeepFrom, "concern.kept_from", []string{Subject, PassedBy}},
	{LiftBar, "concern.bar_lifting_asked", []string{""}},
	{ConfirmBar, "concern.second_word_given", []string{Confirmed, Refused}},
}

func builtIn(d *Definition) string {
	for _, b := range builtIns {
		s, ok := d.Step(b.id)
		if !ok {
			return fmt.Sprintf("the step %q is missing", b.id)
		}
		var have []string
		for _, o := range s.Outcomes {
			have = append(have, o.ID)
		}
		if s.Kind != b.kind || !slices.Equal(have, b.outcomes) {
			return fmt.Sprintf("the step %q must write %s and have the outcomes %q", b.id, b.kind, b.outcomes)
		}
	}
	for _, s := range d.AllSteps {
		if !s.Local && !slices.ContainsFunc(builtIns, func(b builtInStep) bool { return b.id == s.ID }) {
			return fmt.Sprintf("the step %q is not built in; only an overlay adds steps", s.ID)
		}
	}
	return ""
}

func begins(_ *Definition, t turn) string {
	if t.at.from == nil && (t.step.ID != Raise || t.to.State == t.at.State) {
		return "something else than raising comes first"
	}
	return ""
}

func anybodyRaises(w *walk, p *place) string {
	if p.from == nil && !w.d.can(Worker, p.Status, Raise) {
		return "a worker cannot raise a concern"
	}
	return ""
}

// marksWhatLeaves: some steps send words out by what they are, whatever the file says.
func marksWhatLeaves(d *Definition) string {
	for _, must := range []struct {
		step    Step
		outcome string
		allowed []Leaves
	}{
		{Refer, "", []Leaves{Identifiable}},
		{AskAdvice, Identified, []Leaves{Identifiable}},
		{AskAdvice, "", []Leaves{Deidentified, Identifiable}},
		{EmergencyDisclosure, "", []Leaves{Emergency}},
	} {
		s, _ := d.Step(must.step)
		o, _ := s.Outcome(must.outcome)
		if !slices.Contains(must.allowed, o.Leaves) {
			return fmt.Sprintf("the step %q is not marked as one with which information leaves", lowerFirst(s.Label))
		}
	}
	return ""
}

func leavesUndecided(_ *Definition, t turn) string {
	switch {
	case t.outcome.Leaves == Identifiable && !t.at.shared:
		return "information leaves although the latest recorded decision is not a decision to share"
	case t.outcome.Leaves == Emergency && t.step.ID != EmergencyDisclosure:
		return "a step that is not the built-in emergency disclosure sends information before a decision"
	}
	return ""
}

func emergencyDeadline(d *Definition) string {
	if t, ok := d.duty(string(EmergencyDisclosure), string(DecideSharing)); !ok || t.Days > 1 {
		return "there is no deadline of one working day from the disclosure to the decision"
	}
	return ""
}

func endsOwing(d *Definition, t turn) string {
	if d.ends(t) && t.at.owed {
		return "the concern ends while the decision after an emergency is still owed"
	}
	return ""
}

func isAdvice(s StepInfo) bool {
	return s.Advisory || s.Told || slices.Contains([]Step{AskAdvice, RecordAdvice, RecordTold}, s.ID)
}

func marksAdvice(d *Definition) string {
	for _, id := range []Step{AskAdvice, RecordAdvice} {
		if s, _ := d.Step(id); !s.Advisory {
			return fmt.Sprintf("the step %q is not marked as advisory", lowerFirst(s.Label))
		}
	}
	for _, id := range []Step{RecordAdvice, RecordTold} {
		if s, _ := d.Step(id); !s.Told {
			return fmt.Sprintf("the step %q is not marked as told to us", lowerFirst(s.Label))
		}
	}
	return ""
}

func adviceMoves(_ *Definition, t turn) string {
	if isAdvice(t.step) && !t.to.Status.Equal(t.at.Status) {
		return "recording what others advise or tell us changes where the concern stands or what later steps depend on"
	}
	return ""
}

func advice999(d *Definition) string {
	c, ok := d.Contact(d.Emergency.Contact)
	switch {
	case d.Emergency.ID != "emergency" || !strings.Contains(d.Emergency.Words, "999"):
		return "the words of the emergency advice do not say 999"
	case !ok || c.Number != "999" || !c.Fixed:
		return "the emergency number is not 999, fixed"
	}
	return ""
}

func adviceHere(w *walk, p *place) string {
	if s, _ := w.d.State(p.State); !slices.Contains(s.Advice, "emergency") {
		return fmt.Sprintf("the state %q does not show it", w.d.Label(p.State))
	}
	return ""
}

// begun says that a concern exists and has not ended.
func (w *walk) begun(p *place) bool { return p.from != nil && !w.d.Ended(p.Status) }

func emergencyHere(w *walk, p *place) string {
	if w.begun(p) && !w.d.can(SafeguardingLead, p.Status, EmergencyDisclosure) {
		return fmt.Sprintf("it cannot be recorded at %q", w.d.Label(p.State))
	}
	return ""
}

func endsUnanswered(d *Definition, t turn) string {
	if d.ends(t) && !t.at.answered {
		return "the concern ends although the person who raised it has not been answered about the last decision"
	}
	return ""
}

func answerHere(w *walk, p *place) string {
	taken := p.from != nil && p.State != Received
	if taken && !w.d.can(SafeguardingLead, p.Status, GiveFeedback) {
		return fmt.Sprintf("they cannot be answered at %q", w.d.Label(p.State))
	}
	return ""
}

func endsUndecided(d *Definition, t turn) string {
	if d.ends(t) && !t.at.decided {
		return "the concern ends although nobody has decided what it is"
	}
	return ""
}

func endsByOthers(d *Definition, t turn) string {
	if who := t.step.who(t.move); d.ends(t) && !slices.Equal(who, []Role{SafeguardingLead}) {
		return fmt.Sprintf("%s can end it", d.people(who))
	}
	return ""
}

func movedByOthers(_ *Definition, t turn) string {
	who := t.step.who(t.move)
	byOthers := slices.ContainsFunc(who, func(r Role) bool { return r == Worker || r == LineManager || r == Anyone })
	if byOthers && t.step.ID != Raise && !t.to.Status.Equal(t.at.Status) {
		return "a worker or line manager moves the concern"
	}
	return ""
}

func movesAfterEnd(d *Definition, t turn) string {
	if !d.Ended(t.at.Status) {
		return ""
	}
	switch {
	case t.to.State != t.at.State:
		return "an ended concern moves again"
	case t.outcome.Leaves != Stays:
		return "information leaves after the end"
	}
	return ""
}

func correctHere(w *walk, p *place) string {
	if p.from != nil && !w.d.can(SafeguardingLead, p.Status, Correct) {
		return fmt.Sprintf("no correction can be added at %q", w.d.Label(p.State))
	}
	return ""
}

// deadEnd is told of the nearest place from which no end can be reached.
func deadEnd(w *walk, p *place) string {
	if !w.ending[p] {
		return fmt.Sprintf("from %q no end can be reached", w.d.Label(p.State))
	}
	return ""
}

func (d *Definition) duty(from, until string) (Deadline, bool) {
	for _, t := range d.Timers {
		if slices.Contains(t.From, from) && slices.Contains(t.Until, until) {
			return t, true
		}
	}
	return Deadline{}, false
}

func deadlinesOwned(d *Definition) string {
	for _, must := range [][2]string{
		{"raise", "acknowledge"}, {"raise", "give_feedback"}, {"acknowledge", "triage"}, {"triage/hold", "triage"},
		{"triage/not_safeguarding", "give_feedback"}, {"triage/other_route", "give_feedback"},
		{"refer", "record_told/outcome"},
	} {
		if _, ok := d.duty(must[0], must[1]); !ok {
			return fmt.Sprintf("there is no deadline from %s to %s", must[0], must[1])
		}
	}
	for _, t := range d.Timers {
		if _, ok := d.Role(t.Owner); !ok || t.Owner == Anyone {
			return fmt.Sprintf("the deadline %q has no owner", t.Label)
		}
		if !slices.ContainsFunc(t.Until, func(ref string) bool {
			id, _, _ := strings.Cut(ref, "/")
			s, _ := d.Step(Step(id))
			return slices.Contains(s.Roles, t.Owner)
		}) {
			return fmt.Sprintf("%s owns the deadline %q and can take no step that meets it", d.people([]Role{t.Owner}), t.Label)
		}
	}
	return ""
}
