package process

import (
	"fmt"
	"slices"
	"strings"

	"heed/internal/field"
)

// safeguards are the laws, in the order in which a report shows them.
var safeguards = []safeguard{
	{id: "whole-process", says: "Every built-in step is there, with its own event and its own outcomes.", whole: builtIn,
		mend: "Give the built-in steps back their names, kinds and outcomes; what is new is a step of an " +
			"overlay, or of a new version of the program."},
	{id: "only-raising-begins", says: "A concern begins by being raised, by anybody who works here, and in no other way.",
		turn: begins, place: anybodyRaises,
		mend: "Let only the step raise move from the first state, for anyone."},
	{id: "nothing-leaves-undecided",
		says: "Nothing that identifies the person leaves the organisation without a recorded decision to share; only a " +
			"disclosure in an emergency may come first.",
		shared: true, marked: marksWhatLeaves, whole: decidesLater, turn: leavesUndecided,
		mend: "Have the step need the fact that it is decided, clear that fact where something left in an emergency, mark " +
			"what leaves under leaves, and have what decides ask a shared form that says so."},
	{id: "a-decision-is-used-up",
		says: "A decision to share serves what it names: once that was sent, nothing that identifies the person leaves " +
			"before a new one.",
		shared: true, walk: servesForEver,
		mend: "Have the step ask whether more of what was decided is to be sent, and clear the fact of the decision where " +
			"it is not."},
	{id: "who-was-sent-what",
		says: "Of what leaves it is recorded to whom it went and what it was, and whoever has it is told when it is put " +
			"right or is to be erased.",
		shared: true, whole: sentToWhom,
		mend: "Name in the step's sends the questions by which that is known, and in disclosed who tells recipients."},
	{id: "emergency-is-decided",
		says: "After a disclosure in an emergency the decision is due within one working day, and nothing ends before it " +
			"is recorded.",
		shared: true, whole: emergencyDeadline, turn: endsOwing,
		mend: "Have every move to an end lack the fact that the decision is owed, and keep a deadline of one day from " +
			"what leaves in an emergency to what decides, and to nothing else."},
	{id: "advice-never-decides",
		says: "Advice, and what police, council or panel tell us, decides nothing: recording it changes neither state " +
			"nor facts.",
		shared: true, marked: marksAdvice, whole: toldHasSource, turn: adviceMoves,
		mend: "Mark the step advisory or told, let it ask who said it and on which day, and take to, sets and clears " +
			"out of its moves."},
	{id: "999-in-reach", says: "The advice to call 999 is in reach in every state.", whole: advice999, place: adviceHere,
		mend: "Put \"emergency\" under advice of each state, and keep 999 in the words of the advice and as " +
			"a fixed contact."},
	{id: "emergency-never-waits", says: "What was shared in an emergency can be recorded at any time before the end, " +
		"by whoever owes the decision then.", shared: true, place: emergencyHere,
		mend: "Let the step that records it be taken from that state, without needs, by the owner of the deadline that it " +
			"starts."},
	{id: "no-end-without-answer",
		says: "No path ends before the person who raised the concern has been answered about the last decision, or the " +
			"reason why not is recorded.",
		turn: endsUnanswered,
		mend: "Have every move to an end need the fact answered, and clear that with each decision and " +
			"referral."},
	{id: "decided-anew", says: "A decision with which somebody disagreed and was heard can be made " +
		"anew, wherever the record is brought before.", shared: true, whole: decidedAnew, walk: anewStays,
		mend: "Name in challenged.again a state in which each of challenged.of can be taken, and let it be taken in " +
			"each state to which other steps lead from there."},
	{id: "answer-at-any-time", says: "Once a concern is taken up, the person who raised it can be answered at any " +
		"time, and again after closing.", place: answerHere,
		mend: "Let the step give_feedback be taken by a safeguarding lead from that state, without needs."},
	{id: "no-end-without-decision", says: "Nothing ends before a safeguarding lead has decided at triage; a hold is " +
		"not a decision.", turn: endsUndecided,
		mend: "Lead to an end only by way of triage, with another outcome than hold."},
	{id: "only-a-lead-closes", says: "Only a safeguarding lead brings a concern to an end.", turn: endsByOthers,
		mend: "Name safeguarding_lead alone under roles of the step, or of the move."},
	{id: "talk-closes-nothing", says: "Nothing that a worker or a line manager does, once a concern is raised, moves " +
		"it on or closes it.", turn: movedByOthers,
		mend: "Take those roles out of the step, or to, sets and clears out of its moves."},
	{id: "the-end-is-the-end", says: "Nothing moves out of an ending state but a decision that is to be made anew, " +
		"since somebody who disagreed with it was heard.", turn: movesAfterEnd,
		mend: "Take the ended state out of from, or leave out to."},
	{id: "nothing-leaves-after-the-end", says: "Nothing leaves the organisation from an ending state.",
		shared: true, turn: leavesAfterEnd,
		mend: "Take the ended state out of from, or leave out leaves."},
	{id: "can-be-put-right", says: "A correction can be added in every state, after closing too.", place: correctHere,
		mend: "Let the step correct be taken by a safeguarding lead from that state, without needs."},
	{id: "every-step-is-possible", says: "Every step, and every way in which it can come out, is possible somewhere.",
		walk: neverTaken,
		mend: "Give it a move from a state that is reached, with facts that hold there, or leave it out."},
	{id: "forms-hold", says: "Every form can be answered, none asks for a number or a tick-list about the person, and " +
		"every condition speaks of an answer that can be given.", whole: formsHold,
		mend: "Change what stands at that place as it says."},
	{id: "no-dead-ends", says: "From wherever a concern can get to, it can still be brought to an end.", place: deadEnd,
		mend: "Give a step that leads on from that state, and whose needs can be met there."},
	{id: "deadlines-have-owners", says: "Every duty has a deadline and every deadline an owner who can meet it.",
		whole: deadlinesOwned,
		mend:  "Give that duty a deadline, with an owner among the roles of a step that ends it."},
	{id: "nobody-is-counted", says: "What is counted is events, by month or quarter and by closed questions of few " +
		"answers: never by a person, a team, a ward, or what somebody wrote.", whole: (*Definition).FiguresFault,
		mend: "Change what stands at that place as it says, or leave the figure out."},
	{id: "no-scores", says: "No words ask for a score, a ranking, a risk level or a protected characteristic, or speak " +
		"of the person as a suspect.", whole: (*Definition).Wording,
		mend: "Ask in words for what was seen, said and decided."},
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
	{Refer, "concern.referred", []string{SentPart, ""}},
	{RecordTold, "concern.told", []string{ToldAcknowledged, ToldOutcome}},
	{GiveFeedback, "concern.feedback_given", []string{Told, CannotBeTold}},
	{Close, "concern.closed", []string{""}},
	{AddNote, "concern.note_added", []string{"", AddedLater}},
	{Correct, "concern.corrected", []string{""}},
	{KnowPerson, "concern.person_known", []string{""}},
	{ErasureAhead, "concern.erasure_ahead", []string{""}},
	{RecipientTold, "concern.recipient_told", []string{Told, NotAmongIt, CannotBeTold}},
	{Challenge, "concern.challenged", []string{""}},
	{ChallengeAnswered, "concern.challenge_answered", []string{Stands, TheyKeep, TheyLook, anewOf + string(Triage),
		anewOf + string(DecideSharing), anewOf + string(GiveFeedback), anewOf + string(Close)}},
	{ChallengeFurther, "concern.challenge_taken_further", []string{""}},
	{ChallengeWithdrawn, "concern.challenge_withdrawn", []string{""}},
	{KeepOn, "concern.kept_longer", []string{""}},
	{AskHold, "concern.held", []string{""}},
	{LiftHold, "concern.hold_lifting_asked", []string{""}},
	{ConfirmHold, "concern.hold_word_given", []string{Confirmed, Refused}},
	{DeclareConflict, "concern.conflict_declared", []string{""}},
	{KeepFrom, "concern.kept_from", []string{Subject, PassedBy}},
	{LiftBar, "concern.bar_lifting_asked", []string{""}},
	{ConfirmBar, "concern.second_word_given", []string{Confirmed, Refused}},
}

func builtIn(d *Definition) string {
	for _, b := range builtIns {
		s, ok := d.Step(b.id)
		if !ok {
			return fmt.Sprintf("steps have none called %q", b.id)
		}
		var have []string
		for _, o := range s.Outcomes {
			have = append(have, o.ID)
		}
		if s.Kind != b.kind || !slices.Equal(have, b.outcomes) {
			return fmt.Sprintf("%s must write %s and have the outcomes %q", d.placeOfStep(b.id), b.kind, b.outcomes)
		}
	}
	for _, s := range d.AllSteps {
		if !s.Local && !slices.ContainsFunc(builtIns, func(b builtInStep) bool { return b.id == s.ID }) {
			return d.placeOfStep(s.ID) + " is not built in; only an overlay adds steps"
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
		{Refer, SentPart, []Leaves{Identifiable}},
		{Refer, "", []Leaves{Identifiable}},
		{AskAdvice, Identified, []Leaves{Identifiable}},
		{AskAdvice, "", []Leaves{Deidentified, Identifiable}},
		{EmergencyDisclosure, "", []Leaves{Emergency}},
	} {
		s, _ := d.Step(must.step)
		o, _ := s.Outcome(must.outcome)
		if !slices.Contains(must.allowed, o.Leaves) {
			return d.placeOfStep(s.ID) + " is not marked as one with which information leaves"
		}
	}
	return ""
}

// decidesLater: what begins a record decides nothing about sharing.
func decidesLater(d *Definition) string {
	if first := d.AllSteps[0]; first.decides(ToShare) || first.decides(NotToShare) {
		return d.placeOfStep(first.ID) + " decides about sharing, and begins the record: nothing was weighed yet"
	}
	return ""
}

func leavesUndecided(_ *Definition, t turn) string {
	switch {
	case t.outcome.Leaves != Identifiable || t.at.shared:
		return ""
	case t.at.owed:
		return "information leaves by a decision from before the emergency, although a new one is owed"
	}
	return "information leaves although the latest recorded decision is not a decision to share"
}

// servesForEver: each step that sends has a way to come out after which nothing identifiable
// leaves until the next decision. Advice changes no facts: it can be asked as long as there is
// more to send.
func servesForEver(w *walk) string {
	serves := map[*place]bool{} // from where something can leave by a decision that was made
	for again := true; again; {
		again = false
		for _, t := range w.turns {
			if !serves[t.at] && (t.outcome.Leaves == Identifiable || t.outcome.Decides == "" && serves[t.to]) {
				serves[t.at], again = true, true
			}
		}
	}
	for _, s := range w.d.AllSteps {
		if s.Advisory || !s.letsLeave(Identifiable) {
			continue
		}
		if !slices.ContainsFunc(s.Outcomes, func(o Outcome) bool {
			return o.Leaves == Identifiable && !slices.ContainsFunc(w.turns, func(t turn) bool {
				return t.step.ID == s.ID && t.outcome.ID == o.ID && serves[t.to]
			})
		}) {
			return w.d.placeOfStep(s.ID) + " lets something leave by one decision again and again"
		}
	}
	return ""
}

// emergencyDeadline: from each step with which information leaves before the decision one
// duty runs, of a day at most, until what decides, and until nothing else.
func emergencyDeadline(d *Definition) string {
	var deciding []string
	for _, s := range d.AllSteps {
		all := true
		for _, o := range s.Outcomes {
			if o.Decides != "" {
				deciding = append(deciding, string(s.ID)+"/"+o.ID)
			} else {
				all = false
			}
		}
		if all {
			deciding = append(deciding, string(s.ID))
		}
	}
	for _, s := range d.AllSteps {
		if s.letsLeave(Emergency) && !slices.ContainsFunc(d.Timers, func(t Deadline) bool {
			return t.Days <= 1 && t.On == "" && !t.Open && slices.Contains(t.From, string(s.ID)) && len(deciding) > 0 &&
				!slices.ContainsFunc(t.Until, func(until string) bool { return !slices.Contains(deciding, until) })
		}) {
			return fmt.Sprintf("deadlines have none of one working day from %s to what decides about sharing, and until that "+
				"alone", s.ID)
		}
	}
	return ""
}

func endsOwing(d *Definition, t turn) string {
	if d.ends(t) && (t.at.owed || t.to.owed) {
		return "it ends while the decision after an emergency is still owed"
	}
	return ""
}

func isAdvice(s StepInfo) bool {
	return s.Advisory || s.Told || slices.Contains([]Step{AskAdvice, RecordAdvice, RecordTold}, s.ID)
}

func marksAdvice(d *Definition) string {
	for _, id := range []Step{AskAdvice, RecordAdvice} {
		if s, _ := d.Step(id); !s.Advisory {
			return d.placeOfStep(s.ID) + " is not marked as advisory"
		}
	}
	for _, id := range []Step{RecordAdvice, RecordTold} {
		if s, _ := d.Step(id); !s.Told {
			return d.placeOfStep(s.ID) + " is not marked as told to us"
		}
	}
	return ""
}

// toldHasSource: what others tell us is recorded with who said it and on which day; an added
// step asks both by itself.
func toldHasSource(d *Definition) string {
	for _, s := range d.AllSteps {
		day, who := false, false
		for _, f := range s.Fields {
			always := f.Needed && len(f.ShownWhen) == 0
			day = day || always && f.Kind == field.Day && f.When == "past"
			who = who || always && (f.Kind == field.Choice || f.Kind == field.Line)
		}
		if s.Told && !(day && who) {
			return d.placeOfStep(s.ID) + " must ask who told it, in a line or choice, and on which day, in a day of the past"
		}
	}
	return ""
}

func adviceMoves(_ *Definition, t turn) string {
	if isAdvice(t.step) && (!t.to.Status.Equal(t.at.Status) || t.outcome.Decides != "") {
		return "recording what others advise or tell us changes where the concern stands or what later steps depend on"
	}
	return ""
}

func advice999(d *Definition) string {
	c, ok := d.Contact(d.Emergency.Contact)
	switch {
	case d.Emergency.ID != "emergency" || !strings.Contains(d.Emergency.Words, "999"):
		return "emergency does not say 999 in its words, or is not called so"
	case !ok || c.Number != "999" || !c.Fixed:
		return "contacts have no 999 that is fixed for the emergency"
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
	asked := false
	for _, t := range w.d.Timers {
		for _, from := range t.From {
			s, _ := w.d.Step(Step(from))
			asked = asked || s.letsLeave(Emergency)
			if s.letsLeave(Emergency) && w.d.can(t.Owner, p.Status, s.ID) {
				return ""
			}
		}
	}
	if asked && w.begun(p) {
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
	if d.Ended(t.at.Status) && t.to.State != t.at.State && t.step.ID != ChallengeAnswered {
		return "an ended concern moves again"
	}
	return ""
}

func leavesAfterEnd(d *Definition, t turn) string {
	if d.Ended(t.at.Status) && t.outcome.Leaves != Stays {
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
			return fmt.Sprintf("deadlines have none from %s to %s", must[0], must[1])
		}
	}
	for i, t := range d.Timers {
		at := fmt.Sprintf("deadlines[%d] (%s)", i+1, t.ID)
		if _, ok := d.Role(t.Owner); !ok || t.Owner == Anyone {
			return fmt.Sprintf("%s has no owner: %q", at, t.Label)
		}
		if !slices.ContainsFunc(t.Until, func(ref string) bool {
			id, _, _ := strings.Cut(ref, "/")
			s, _ := d.Step(Step(id))
			return slices.Contains(s.Roles, t.Owner)
		}) {
			return fmt.Sprintf("%s has an owner who can take no step that meets it: %s owes %q", at, d.people([]Role{t.Owner}),
				t.Label)
		}
	}
	return ""
}
