package concern

import (
	"encoding/json"
	"fmt"
	"strings"

	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/plain"
	"heed/internal/process"
)

// Step is what somebody does to a concern: a typed body that knows which step of
// the process it is, how it came out, and whether it is whole. Other rooms
// (sharing) bring steps of their own.
type Step interface {
	Step() process.Step
	Outcome() string
	Validate() error // names every fault
}

// Dated is a step that tells of a day; Days names each input with its day, so
// that the desk can refuse a day that has not come yet.
type Dated interface {
	Days() map[string]string
}

// Agreeing is a step that speaks of what the record holds, or of a day to come:
// Agree names what does not fit. It is asked in the commit, with the record as it is.
type Agreeing interface {
	Agree(c *Concern, today workday.Day) error
}

// The built-in steps of this room.
type (
	// Acknowledge takes a concern up; whoever does it owns it from then on.
	Acknowledge struct {
		Words string `json:"words,omitempty"` // for the raiser, optional
	}
	// Triage is the lead's decision with its reasons.
	Triage struct {
		Decision string `json:"decision"` // an outcome of the process
		Reasons  string `json:"reasons"`
		Route    string `json:"route,omitempty"` // which other safeguarding route
	}
	// AskAdvice records that advice was asked. Police advice is advisory only
	// (toolkit page 21, footnote double dagger): it moves nothing.
	AskAdvice struct {
		Of         string `json:"of"`
		Question   string `json:"question"`
		Identified bool   `json:"identified,omitempty"` // the words identify the person
	}
	// RecordAdvice is what the adviser said, as told to us.
	RecordAdvice struct {
		From   string `json:"from"`
		Day    string `json:"day"` // when they said it, YYYY-MM-DD
		Advice string `json:"advice"`
	}
	// GiveFeedback answers the raiser, or records why they cannot be told.
	GiveFeedback struct {
		Result string `json:"result"` // told | cannot_be_told
		Words  string `json:"words"`  // written for the raiser; or the reason, for the record
		Line   string `json:"line,omitempty"`
		// Unread is set by the desk: the person who raised it had left, and cannot read it here.
		Unread bool `json:"unread,omitempty"`
	}
	// Close ends the record.
	Close struct {
		Reasons string `json:"reasons"`
		Lessons string `json:"lessons,omitempty"`
	}
	// AddNote adds words to the record; by the raiser too.
	AddNote struct {
		Words string `json:"words"`
	}
	// Correct says what was wrong in an earlier step; what was written stays.
	Correct struct {
		Of    int64  `json:"of"` // the version of the step that is corrected
		Words string `json:"words"`
	}
	// Assign gives the concern to somebody else.
	Assign struct {
		Owner   id.Person `json:"owner"`
		Reasons string    `json:"reasons"`
	}
	// DeclareConflict says that whoever takes it has a conflict of interest: they lose
	// everything about the concern.
	DeclareConflict struct {
		Reasons string `json:"reasons"`
	}
	// KeepFrom asks that somebody who works here learns nothing of the concern: because
	// it is about them, or because it passes their manager by. See Bar.
	KeepFrom struct {
		Why     string `json:"why"`   // subject | passed_by
		Login   string `json:"login"` // the account's name, as typed
		Reasons string `json:"reasons,omitempty"`
	}
	// LiftBar asks to let somebody back in.
	LiftBar struct {
		Of      int64  `json:"of"` // the version of the step that keeps them out
		Reasons string `json:"reasons"`
	}
	// ConfirmBar is the second person's word on what KeepFrom or LiftBar asked.
	ConfirmBar struct {
		Of     int64  `json:"of"`     // the version of the step that asked
		Result string `json:"result"` // confirmed | refused
		Words  string `json:"words,omitempty"`
	}
	// Local is a step that the organisation's overlay adds, answered in words.
	Local struct {
		ID      process.Step      `json:"step"`
		Result  string            `json:"outcome"`
		Answers map[string]string `json:"answers"`
		info    process.StepInfo
	}
)

// Advisers are those whose advice may be recorded.
var Advisers = []Choice{
	{"named_professional", "Named nurse or doctor for safeguarding"},
	{"caldicott_guardian", "Caldicott Guardian"},
	{"police_prevent_lead", "Police Prevent lead (advisory only)"},
	{"line_manager", "Line manager"},
	{"other", "Somebody else"},
}

// Choice is one answer of a closed list with its words.
type Choice struct{ ID, Label string }

// Label gives the words of a choice.
func Label(list []Choice, id string) string {
	for _, c := range list {
		if c.ID == id {
			return c.Label
		}
	}
	return id
}

// OneOf says whether id is in the list.
func OneOf(list []Choice, id string) bool { return Label(list, id) != id }

func (Acknowledge) Step() process.Step     { return process.Acknowledge }
func (Triage) Step() process.Step          { return process.Triage }
func (AskAdvice) Step() process.Step       { return process.AskAdvice }
func (RecordAdvice) Step() process.Step    { return process.RecordAdvice }
func (GiveFeedback) Step() process.Step    { return process.GiveFeedback }
func (Close) Step() process.Step           { return process.Close }
func (AddNote) Step() process.Step         { return process.AddNote }
func (Correct) Step() process.Step         { return process.Correct }
func (Assign) Step() process.Step          { return process.Assign }
func (DeclareConflict) Step() process.Step { return process.DeclareConflict }
func (KeepFrom) Step() process.Step        { return process.KeepFrom }
func (LiftBar) Step() process.Step         { return process.LiftBar }
func (ConfirmBar) Step() process.Step      { return process.ConfirmBar }
func (s Local) Step() process.Step         { return s.ID }

// Outcome says whether there are first words for the raiser, which end a duty.
func (s Acknowledge) Outcome() string {
	if strings.TrimSpace(s.Words) != "" {
		return process.FirstWords
	}
	return ""
}

func (s Triage) Outcome() string        { return s.Decision }
func (RecordAdvice) Outcome() string    { return "" }
func (s GiveFeedback) Outcome() string  { return s.Result }
func (Close) Outcome() string           { return "" }
func (AddNote) Outcome() string         { return "" }
func (Correct) Outcome() string         { return "" }
func (Assign) Outcome() string          { return "" }
func (DeclareConflict) Outcome() string { return "" }
func (s KeepFrom) Outcome() string      { return s.Why }
func (LiftBar) Outcome() string         { return "" }
func (s ConfirmBar) Outcome() string    { return s.Result }
func (s Local) Outcome() string         { return s.Result }

// Outcome of a request for advice depends on whether its words identify the person.
func (s AskAdvice) Outcome() string {
	if s.Identified {
		return process.Identified
	}
	return ""
}

// Fault adds the words for a text field, if any.
func Fault(f *fail.Fields, name, label string, limit int, must bool, text string) {
	if words := (plain.Field{Label: label, Limit: limit, Must: must}).Fault(text); words != "" {
		f.Add(name, words)
	}
}

// DayFault adds the words for a day that must be given, YYYY-MM-DD. That it is
// not in the future is decided with the record, where the time is known.
func DayFault(f *fail.Fields, name, label, day string) {
	if day == "" {
		f.Add(name, "Enter "+label)
	} else if words := dayFault(plain.Capital(label), day, workday.Day{Year: 9999, Month: 12, Day: 31}); words != "" {
		f.Add(name, words)
	}
}

// Validate names every fault.
func (s Acknowledge) Validate() error {
	var f fail.Fields
	Fault(&f, "words", "your first words to the person who raised it", MaxText, false, s.Words)
	return f.Err()
}

// Validate names every fault.
func (s Triage) Validate() error {
	var f fail.Fields
	switch s.Decision {
	case process.NotSafeguarding, process.OtherRoute, process.Hold, process.OpenCase:
	default:
		f.Add("decision", "Select what happens next")
	}
	if s.Decision == process.OtherRoute {
		Fault(&f, "route", "which other safeguarding route it goes to", MaxLine, true, s.Route)
	}
	if words := reasonRule.Fault(s.Reasons); words != "" {
		f.Add("reasons", words)
	}
	return f.Err()
}

// Validate names every fault.
func (s AskAdvice) Validate() error {
	var f fail.Fields
	if !OneOf(Advisers, s.Of) {
		f.Add("of", "Select whom you asked")
	}
	Fault(&f, "question", "what you asked, without words that identify the person", MaxText, true, s.Question)
	return f.Err()
}

// Validate names every fault.
func (s RecordAdvice) Validate() error {
	var f fail.Fields
	if !OneOf(Advisers, s.From) {
		f.Add("from", "Select who gave the advice")
	}
	DayFault(&f, "day", "when the advice was given", s.Day)
	Fault(&f, "advice", "what they advised", MaxText, true, s.Advice)
	return f.Err()
}

// Days is when the advice was given.
func (s RecordAdvice) Days() map[string]string { return map[string]string{"day": s.Day} }

// Validate names every fault.
func (s GiveFeedback) Validate() error {
	var f fail.Fields
	switch s.Result {
	case process.Told:
		Fault(&f, "words", "what you want to tell the person who raised it", MaxText, true, s.Words)
	case process.CannotBeTold:
		Fault(&f, "words", "the reason why they cannot be told", MaxText, true, s.Words)
		Fault(&f, "line", "what the person who raised it sees instead", MaxShort, true, s.Line)
	default:
		f.Add("result", "Select whether the person who raised it can be told")
	}
	return f.Err()
}

// Validate names every fault.
func (s Close) Validate() error {
	var f fail.Fields
	Fault(&f, "reasons", "the reasons for closing", MaxText, true, s.Reasons)
	Fault(&f, "lessons", "what should be learned from it", MaxText, false, s.Lessons)
	return f.Err()
}

// Validate names every fault.
func (s AddNote) Validate() error {
	var f fail.Fields
	Fault(&f, "words", "your note", MaxText, true, s.Words)
	return f.Err()
}

// Validate names every fault; whether the corrected step exists is decided with the record.
func (s Correct) Validate() error {
	var f fail.Fields
	if s.Of < 1 {
		f.Add("of", "Select what you are correcting")
	}
	Fault(&f, "words", "what is right", MaxText, true, s.Words)
	return f.Err()
}

// Validate names every fault.
func (s Assign) Validate() error {
	var f fail.Fields
	if s.Owner.IsZero() {
		f.Add("owner", "Select who should take this concern")
	}
	Fault(&f, "reasons", "why you are giving it to them", MaxShort, false, s.Reasons)
	return f.Err()
}

// Validate names every fault.
func (s DeclareConflict) Validate() error {
	var f fail.Fields
	Fault(&f, "reasons", "what your conflict of interest is", MaxShort, true, s.Reasons)
	return f.Err()
}

// Validate names every fault; that there is such an account is not told.
func (s KeepFrom) Validate() error {
	var f fail.Fields
	if s.Why != process.Subject && s.Why != process.PassedBy {
		f.Add("why", "Select why they must not learn of it")
	}
	Fault(&f, "login", "the name with which they log in", MaxLine, true, s.Login)
	Fault(&f, "reasons", "what the record should say about it", MaxShort, false, s.Reasons)
	return f.Err()
}

// Validate names every fault; that somebody is kept out by it is decided with the record.
func (s LiftBar) Validate() error {
	var f fail.Fields
	Fault(&f, "reasons", "why they should be let back in", MaxShort, true, s.Reasons)
	return f.Err()
}

// Validate names every fault; that it waits for a second word is decided with the record.
func (s ConfirmBar) Validate() error {
	var f fail.Fields
	if s.Result != process.Confirmed && s.Result != process.Refused {
		f.Add("result", "Select whether you confirm or refuse it")
	}
	Fault(&f, "words", "why you refuse it", MaxShort, s.Result == process.Refused, s.Words)
	return f.Err()
}

// Validate asks the process's own questions of the step.
func (s Local) Validate() error {
	var f fail.Fields
	if _, ok := s.info.Outcome(s.Result); !ok {
		f.Add("outcome", "Select how it came out")
	}
	for _, q := range s.info.Questions {
		limit := q.Max
		if limit == 0 {
			limit = process.DefaultMax
		}
		Fault(&f, "answers."+q.ID, "an answer to: "+q.Text, limit, !q.Optional, s.Answers[q.ID])
	}
	for name := range s.Answers {
		if !hasQuestion(s.info, name) {
			f.Add("answers", "Answer only the questions of this step")
		}
	}
	return f.Err()
}

func hasQuestion(info process.StepInfo, id string) bool {
	for _, q := range info.Questions {
		if q.ID == id {
			return true
		}
	}
	return false
}

// LocalStep makes the step that an overlay added; fail.Missing for any other.
func LocalStep(d *process.Definition, step process.Step, outcome string, answers map[string]string) (Local, error) {
	info, ok := d.Step(step)
	if !ok || !info.Local {
		return Local{}, fail.New(fail.Missing, "This process has no such step")
	}
	return Local{ID: step, Result: outcome, Answers: answers, info: info}, nil
}

// Read decodes the body of a step that was taken.
func Read[S Step](t Taken) (s S, err error) {
	if err := json.Unmarshal(t.Body, &s); err != nil {
		return s, fmt.Errorf("read %s: %w", t.Step, err)
	}
	return s, nil
}
