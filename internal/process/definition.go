package process

import (
	"slices"
	"strings"

	"heed/internal/field"
)

// The names that a definition defines. Slices keep constants for the built-in ones.
type (
	// State is where a concern stands in the organisation's own work.
	State string
	// Step is something a person does and the ledger keeps.
	Step string
	// Fact is something that later steps depend on.
	Fact string
	// Role is who may take a step; the same words as access.Role.
	Role string
)

// The built-in steps of the patient route.
const (
	Raise               Step = "raise"
	Acknowledge         Step = "acknowledge"
	Assign              Step = "assign"
	Triage              Step = "triage"
	AskAdvice           Step = "ask_advice"
	RecordAdvice        Step = "record_advice"
	DecideSharing       Step = "decide_sharing"
	EmergencyDisclosure Step = "emergency_disclosure"
	Refer               Step = "refer"
	RecordTold          Step = "record_told"
	GiveFeedback        Step = "give_feedback"
	Close               Step = "close"
	AddNote             Step = "add_note"
	Correct             Step = "correct"
	DeclareConflict     Step = "declare_conflict"
	KeepFrom            Step = "keep_from"
	LiftBar             Step = "lift_bar"
	ConfirmBar          Step = "confirm_bar"
)

// The outcomes of the built-in steps. A step without a choice has the outcome "".
const (
	NotSafeguarding = "not_safeguarding"
	OtherRoute      = "other_route"
	Hold            = "hold"
	OpenCase        = "open_case"

	FirstWords = "first_words" // of acknowledge: with words for the raiser

	AddedLater = "added_later" // of add_note: by the raiser, after the end

	Subject  = "subject" // of keep_from: it is about them
	PassedBy = "passed_by"

	Confirmed = "confirmed" // of confirm_bar
	Refused   = "refused"

	Identified = "identified" // of ask_advice: words that identify the person

	SentPart = "part" // of refer: more of what was decided is to be sent

	Share    = "share"
	NotShare = "not_share"

	ToldAcknowledged = "acknowledged"
	ToldOutcome      = "outcome"

	Told         = "told"
	CannotBeTold = "cannot_be_told"
)

// The states of the patient route.
const (
	New          State = "new"
	Received     State = "received"
	Acknowledged State = "acknowledged"
	Gathering    State = "gathering"
	Open         State = "open"
	FeedbackDue  State = "feedback_due"
	Closed       State = "closed"
)

// The facts of the patient route.
const (
	Answered        Fact = "answered"
	SharingDecided  Fact = "sharing_decided"
	DecisionToShare Fact = "decision_to_share"
	DecisionOwed    Fact = "decision_owed"
)

// The roles that the checker knows by name.
const (
	Anyone           Role = "anyone" // everybody with an account, and the door without a login
	Worker           Role = "worker"
	LineManager      Role = "line_manager"
	SafeguardingLead Role = "safeguarding_lead"
)

// LocalKind is the event kind of every step that an overlay adds, of the same kind of record
// as the others; the entry's data names the step.
func (d *Definition) LocalKind() string {
	room, _, _ := strings.Cut(d.AllSteps[0].Kind, ".")
	return room + LocalStep
}

// LocalStep is LocalKind after the room's name.
const LocalStep = ".local_step_recorded"

// Leaves says whether information leaves the organisation with an outcome.
type Leaves string

const (
	// Stays is the zero value: nothing leaves.
	Stays Leaves = ""
	// Deidentified words leave, which say nothing of who the person is.
	Deidentified Leaves = "deidentified"
	// Identifiable words leave, under a recorded decision to share.
	Identifiable Leaves = "identifiable"
	// Emergency: identifiable words left before the decision, which is owed within a working day.
	Emergency Leaves = "emergency"
)

// Decides is what an outcome says about sharing what identifies the person.
type Decides string

const (
	// ToShare is a decision to share, or that a law leaves no choice.
	ToShare Decides = "to_share"
	// NotToShare is a decision not to.
	NotToShare Decides = "not_to_share"
)

// Definition is one process. It is never changed after Parse or Overlay, so it
// may be read by everybody at once.
type Definition struct {
	Process   string         `json:"process"`
	Version   int            `json:"version"`
	Title     string         `json:"title"`
	About     string         `json:"about"`
	Roles     []RoleInfo     `json:"roles"`
	Facts     []FactInfo     `json:"facts"`
	States    []StateInfo    `json:"states"`
	AllSteps  []StepInfo     `json:"steps"`
	Timers    []Deadline     `json:"deadlines"`
	Twos      []Two          `json:"twos" for:"room"` // what needs the word of two different people
	Emergency EmergencyWords `json:"emergency" for:"concern"`
	Contacts  []Contact      `json:"contacts" for:"concern"`
	Lists     []List         `json:"lists"`
	// AboutPerson says that its records are about a person; see field.Form.
	AboutPerson bool `json:"about_person"`
	// Entitled names the line field of the first step whose answer is a record's
	// title in lists, sealed with it; empty: lists show references alone.
	Entitled string `json:"entitled" for:"room"`
	// HearsBy names the deadline by which whoever begins a record hears; empty: none.
	HearsBy string `json:"hears_by" for:"concern"`
	// Published are the states in which a record stands for every reader as it then is:
	// what is done afterwards is shown to them when it comes into one again.
	Published []State `json:"published" for:"room"`
	// Audience says how its records are read and confirmed by many; without a text they are not.
	Audience Audience `json:"audience" for:"room"`
	Cycles   []Cycle  `json:"cycles" for:"room"`   // what comes round
	Links    []Link   `json:"links" for:"room"`    // how its records are tied to others
	Coverage Coverage `json:"coverage" for:"room"` // what its records cover; without a field nothing is shown
	Erase    Erasure  `json:"erase"`               // on whose words a record is erased
	KeptFrom KeptFrom `json:"kept_from"`           // by whom somebody who works here is kept from one
	Person   About    `json:"person"`              // where it is asked whom a record is about
	// Disclosed says who tells recipients what changed since something was sent to them.
	Disclosed Disclosed `json:"disclosed"`
	// Challenged says who may disagree with which decisions, and who answers.
	Challenged Challenged `json:"challenged"`
	// Keeps says for how long a record is kept once it has ended, and who holds it.
	Keeps Keeps `json:"keeps"`
	// Relies says what is due when an item ends that a question takes from a set; see Set.
	Relies []Reliance `json:"relies"`
	// Sets are those that its questions take from, as the program has them.
	Sets    []SetVersion `json:"-"`
	Figures []Figure     `json:"figures"` // what of its records may be counted
	// Local names the organisation's overlay and its version; empty for a shipped process.
	Local string `json:"-"`

	file  string         `json:"-"` // its name; empty: that of its process and version
	lines map[string]int `json:"-"` // of its file, by place; see Fault
}

// RoleInfo names a role.
type RoleInfo struct {
	ID    Role   `json:"id"`
	Label string `json:"label"`
	One   string `json:"one"` // in a sentence: "a safeguarding lead"
}

// FactInfo names a fact and what to say to somebody who meets it.
type FactInfo struct {
	ID        Fact   `json:"id"`
	Label     string `json:"label"`
	IfMissing string `json:"if_missing"`
	IfPresent string `json:"if_present"`
}

// StateInfo is a state as people see it.
type StateInfo struct {
	ID     State    `json:"id"`
	Label  string   `json:"label"`
	Advice []string `json:"advice" for:"concern"` // what every page of this state keeps in reach: "emergency"
	End    bool     `json:"end"`
}

// StepInfo is a step: what its button says, who may take it, what comes of it.
type StepInfo struct {
	ID       Step   `json:"id"`
	Label    string `json:"label"` // a verb phrase for a button
	Hint     string `json:"hint"`
	Kind     string `json:"kind"` // of the event
	Roles    []Role `json:"roles"`
	Advisory bool   `json:"advisory" for:"concern"` // advice: changes neither state nor facts
	Told     bool   `json:"told"`                   // recorded as told to us, with source and date; moves nothing
	Source   string `json:"source"`                 // where the rule comes from
	// Always says that it must never wait: no condition, question or limit of an organisation's
	// own stands before it; see mustStay.
	Always   bool      `json:"always"`
	Outcomes []Outcome `json:"outcomes"`
	Local    bool      `json:"-"` // added by an overlay

	// Form names one that several kinds of record ask: "sharing/1". Fields, pages, stop and
	// before are its own then, and the step has none; what decides comes out as it says, too.
	// See takeForms.
	Form   string        `json:"form"`
	Path   string        `json:"path" for:"concern"` // of its page, below the record's; its id when empty
	Fields []field.Field `json:"fields"`             // what it asks, in order
	Pages  []FormPage    `json:"pages"`              // asked page by page; none: all on one
	Recall []Step        `json:"recall"`             // what was said last in one of these stands above the form
	Before []string      `json:"before"`             // sentences above the form
	Send   string        `json:"send"`               // the button; Label when empty
	Done   string        `json:"done"`               // said once it is done
	Stop   Stop          `json:"stop"`               // asks for a second look first
	Sends  Sends         `json:"sends"`              // of what leaves with it: to whom, and what
	// Owner is who has the record afterwards: "actor", or the id of a person field; empty: no change.
	Owner  string      `json:"owner"`
	People []NamedHere `json:"people"`
	Other  []string    `json:"other"`            // whoever is named so may not take it: the second of two people
	Forget []string    `json:"forget"`           // these names end with it
	Group  string      `json:"group" for:"room"` // of actions, in the policies: "working"
	Leaves bool        `json:"leaves"`           // whoever takes it loses the record by it
	Sees   []string    `json:"sees" for:"room"`  // who sees it besides those who see all of the work: "raiser", "reader"
	Hears  []string    `json:"hears"`            // who has a notice of it: "raiser", "owner", or a name that people were given
}

// FormPage is some of a step's fields, asked together.
type FormPage struct {
	Path   string   `json:"path"`
	Title  string   `json:"title"`
	Before []string `json:"before"` // sentences above the questions
	Fields []string `json:"fields"`
}

// The pages that every step in pages has beside its own: all that it asks, and what was answered.
const (
	PageAll   = "all"
	PageCheck = "check"
)

// On are the fields of one of a step's pages. Those that no page names, which an
// organisation added, stand on the last.
func (s StepInfo) On(page FormPage) (out []field.Field) {
	last := len(s.Pages) > 0 && s.Pages[len(s.Pages)-1].Path == page.Path
	for _, f := range s.Fields {
		elsewhere := slices.ContainsFunc(s.Pages, func(p FormPage) bool { return slices.Contains(p.Fields, f.ID) })
		if slices.Contains(page.Fields, f.ID) || last && !elsewhere {
			out = append(out, f)
		}
	}
	return out
}

// Place is where the page of a step is, below the record's own: those that an organisation
// added are together.
func (s StepInfo) Place() string {
	if s.Local {
		return "steps/" + string(s.ID)
	}
	return or(s.Path, string(s.ID))
}

// Stop is an interruption before a step that is rare: it is shown, with everything
// that was typed, when one of the conditions holds and all of the others do.
type Stop struct {
	When    []field.Condition `json:"when"`
	And     []field.Condition `json:"and"`
	Heading string            `json:"heading"`
	Words   string            `json:"words"`
}

// SendWords are the words of a step's button.
func (s StepInfo) SendWords() string { return or(s.Send, s.Label) }

// Asks says whether the answers are such that a second look comes first.
func (s Stop) Asks(in field.Answers) bool {
	holds := func(c field.Condition) bool { return c.Holds(in) }
	return slices.ContainsFunc(s.When, holds) && !slices.ContainsFunc(s.And,
		func(c field.Condition) bool { return !holds(c) })
}

// NamedHere says that a step names somebody in a part: From is "actor" or the id
// of a person field, As is what the policies call them: "conflict", "subject".
type NamedHere struct {
	As   string `json:"as"`
	From string `json:"from"`
}

// List is one list of records. Its rows are found by a keyed tag (see room), so a
// list costs the same however many records there are.
type List struct {
	ID    string  `json:"id"`
	Title string  `json:"title"`
	Empty string  `json:"empty"`            // what an empty one says
	Of    string  `json:"of"`               // whose it is: team, owner, raiser, organisation
	Open  string  `json:"open"`             // yes, no, or empty for both
	In    []State `json:"in"`               // only at these states; empty: all
	Facts []Fact  `json:"facts"`            // only where all of these hold
	Order string  `json:"order"`            // due (the soonest first) or newest
	Today bool    `json:"today"`            // only what is due today or overdue
	Waits bool    `json:"waits"`            // only where the next word is somebody else's, outside
	Sent  bool    `json:"-"`                // only where something was sent, what was sent last first; see Disclosed
	Kept  bool    `json:"-"`                // of what has ended, by when it is looked at whether it is still needed; see Keeps
	Group string  `json:"group" for:"room"` // of actions, in the policies
}

// Outcome is one way in which a step can come out.
type Outcome struct {
	ID     string `json:"id"`
	Label  string `json:"label"`
	Leaves Leaves `json:"leaves"`
	// Decides is what an outcome says about sharing what identifies the person; empty: nothing.
	// Only a shared form says it, beside the answers by which it comes out so.
	Decides Decides `json:"decides"`
	Moves   []Move  `json:"moves"`
	// When says by which answers a step comes out so; the first outcome that fits
	// is the step's. An outcome without conditions fits always.
	When []field.Condition `json:"when"`
	// Tells is what whoever began the record reads of it, above the answers that
	// they see; empty: nothing.
	Tells string `json:"tells" for:"concern"`
}

// Move says from which states an outcome is possible, on what facts, and what it changes.
type Move struct {
	From   []State `json:"from"`
	To     State   `json:"to"`    // empty: stays
	Needs  []Fact  `json:"needs"` // facts that must hold
	Lacks  []Fact  `json:"lacks"` // facts that must not hold
	Sets   []Fact  `json:"sets"`
	Clears []Fact  `json:"clears"`
	Roles  []Role  `json:"roles"` // narrower than the step's; empty: the step's
}

// Deadline is a duty with a clock. From and Until name a step ("triage") or one
// of its outcomes ("triage/hold"). What starts a running duty again does not put it off.
type Deadline struct {
	ID       string   `json:"id"`
	Label    string   `json:"label"`
	Days     int      `json:"days"`   // working days after the day on which it starts
	Repeat   bool     `json:"repeat"` // remind again after as many days, until met
	Owner    Role     `json:"owner"`
	Any      bool     `json:"any"`      // it waits for anybody in that role, and not only for whoever has the record
	Evidence string   `json:"evidence"` // S, V, K: as in docs; D: our proposal, a setting
	From     []string `json:"from"`
	Until    []string `json:"until"`
	Open     bool     `json:"while_open"`           // it starts on no record that has ended
	Others   bool     `json:"others" for:"concern"` // while it runs the next word is somebody else's, outside
	On       string   `json:"on"`                   // a day field of the starting step: the duty is due on that day; empty: by Days
	Sees     []string `json:"sees" for:"room"`      // who sees that it is due, besides its owner and those who see all of the work
	Each     bool     `json:"-"`                    // it runs for each recipient, or for each who disagrees; see Disclosed, Challenged
}

// EmergencyWords is the 999 advice that every page keeps in reach.
type EmergencyWords struct {
	ID       string   `json:"id"`
	Heading  string   `json:"heading"`
	Words    string   `json:"words"`
	CallIf   []string `json:"call_if"`
	Contact  string   `json:"contact"`
	Evidence string   `json:"evidence"`
}

// Contact is a number to ring. An empty number has not been set by the organisation yet.
type Contact struct {
	ID       string `json:"id"`
	Label    string `json:"label"`
	Number   string `json:"number"`
	Evidence string `json:"evidence"` // V: read in a public source; setting: the organisation's own
	Fixed    bool   `json:"fixed"`    // an overlay may not change it
}

// Step finds a step.
func (d *Definition) Step(id Step) (StepInfo, bool) {
	if t, ok := d.Two(func(t Two) bool { return Step(t.lapse()) == id }); ok {
		return t.Lapse(d), true
	}
	if r, ok := find(d.Relies, id, Reliance.Ended); ok {
		return r.Step(d), true
	}
	switch id {
	case ChallengeUnanswered:
		return find(d.unanswered(), id, stepID)
	case KeptEnough:
		return find(d.keptEnough(), id, stepID)
	}
	return find(d.AllSteps, id, stepID)
}

// State finds a state.
func (d *Definition) State(id State) (StateInfo, bool) {
	return find(d.States, id, func(s StateInfo) State { return s.ID })
}

// Contact finds a number to ring.
func (d *Definition) Contact(id string) (Contact, bool) {
	return find(d.Contacts, id, func(c Contact) string { return c.ID })
}

// List finds a list.
func (d *Definition) List(id string) (List, bool) {
	return find(d.Lists, id, func(l List) string { return l.ID })
}

// Role finds a role.
func (d *Definition) Role(id Role) (RoleInfo, bool) {
	return find(d.Roles, id, func(r RoleInfo) Role { return r.ID })
}

func (d *Definition) fact(id Fact) (FactInfo, bool) {
	return find(d.Facts, id, func(f FactInfo) Fact { return f.ID })
}

// Label is a state's label, or its bare name for a state of another version.
func (d *Definition) Label(s State) string {
	if info, ok := d.State(s); ok {
		return info.Label
	}
	return string(s)
}

// Outcome finds one of a step's outcomes.
func (s StepInfo) Outcome(id string) (Outcome, bool) {
	return find(s.Outcomes, id, func(o Outcome) string { return o.ID })
}

func stepID(s StepInfo) Step { return s.ID }

func find[T any, K comparable](all []T, id K, key func(T) K) (T, bool) {
	for _, x := range all {
		if key(x) == id {
			return x, true
		}
	}
	var none T
	return none, false
}
