// Package access decides who may do what: one pure function from an actor, an
// action, a resource and a context to a Decision that names the rule.
//
// The rules are Cedar text (policies.cedar) that an information-governance lead
// can read; each has an id, which goes into the ledger entry of what it allowed,
// and a sentence. The tests validate the text strictly against its schema, hold
// the whole matrix of roles and actions in a golden file, and compare the rules
// with a second model written from the threat model.
//
// What stays true here:
//   - What no rule opens is closed. A rule that fails to evaluate closes.
//   - The subject of a concern and a declared conflict lose everything about it,
//     break-glass included. Nobody reaches another organisation.
//   - The colleague route is closed to every right on the patient route.
//   - A record that is somebody else's answers as one that does not exist
//     (fail.Hidden); only a function says who may use it (fail.Refused).
//
// Trust: the caller is trusted to tell the truth about the actor (role from a
// grant in the ledger, second factor from the session) and about the resource
// (raiser, team, subjects from the record). The package keeps no state and sees
// no text of a record; of a reason it sees only that there is one.
package access

import (
	"strings"

	"heed/internal/fail"
	"heed/internal/id"
)

// Role is what a person acts as. A person with several roles acts as one at a time. A new one
// is a name below and a line of roles.
type Role string

// The roles. Police leads and panel partners have no account: they are sent chosen words.
const (
	Worker            Role = "worker"
	LineManager       Role = "line_manager"
	Lead              Role = "safeguarding_lead"
	ColleagueOwner    Role = "colleague_route_owner"
	CaldicottGuardian Role = "caldicott_guardian"
	ExecutiveLead     Role = "executive_lead"
	Administrator     Role = "administrator"
	Analyst           Role = "analyst"
	GovernanceLead    Role = "governance_lead"
	System            Role = "system" // the program itself: jobs, commands at the machine, the door without a login
)

// roles are all of them, in the order in which tables show them: as they stand in a sentence,
// and whether people are given them.
var roles = []struct {
	role  Role
	words string
	given bool
}{
	{Worker, "a worker", true},
	{LineManager, "a line manager", false},
	{Lead, "a safeguarding lead", true},
	{ColleagueOwner, "the owner of the colleague route", false},
	{CaldicottGuardian, "the Caldicott Guardian", true},
	{ExecutiveLead, "the executive lead", true},
	{GovernanceLead, "a governance lead", true},
	{Administrator, "an administrator", true},
	{Analyst, "an analyst", true},
	{System, "the program itself", false},
}

// Roles are all roles.
func Roles() (out []Role) {
	for _, x := range roles {
		out = append(out, x.role)
	}
	return out
}

// Given are the roles that people are given.
func Given() (out []Role) {
	for _, x := range roles {
		if x.given {
			out = append(out, x.role)
		}
	}
	return out
}

// words are the role in a sentence; "" of what is none.
func (r Role) words() string {
	for _, x := range roles {
		if x.role == r {
			return x.words
		}
	}
	return ""
}

// Valid says whether the role is one of Roles.
func (r Role) Valid() bool { return r.words() != "" }

// Label is the role as a heading has it: "Safeguarding lead".
func (r Role) Label() string {
	s := strings.TrimPrefix(strings.TrimPrefix(r.words(), "a "), "an ")
	s = strings.TrimPrefix(s, "the ")
	if s == "" {
		return string(r)
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// Action is what somebody wants to do.
type Action string

// Actions on a record.
const (
	ViewOwnConcern      Action = "view_own_concern" // progress and answers, never the case
	AddToOwn            Action = "add_to_own"
	ViewConcern         Action = "view_concern"
	Acknowledge         Action = "acknowledge"
	Assign              Action = "assign"
	Triage              Action = "triage"
	AskAdvice           Action = "ask_advice"
	RecordAdvice        Action = "record_advice"
	DecideSharing       Action = "decide_sharing"
	EmergencyDisclosure Action = "emergency_disclosure"
	Refer               Action = "refer"
	RecordTold          Action = "record_told"
	GiveFeedback        Action = "give_feedback"
	Close               Action = "close"
	AddNote             Action = "add_note"
	Correct             Action = "correct"
	KnowPerson          Action = "know_person"
	ErasureAhead        Action = "erasure_ahead"
	RecipientTold       Action = "recipient_told"
	Challenge           Action = "challenge" // disagree with a decision
	ChallengeAnswered   Action = "challenge_answered"
	ChallengeFurther    Action = "challenge_further"
	ChallengeWithdrawn  Action = "challenge_withdrawn"
	KeepOn              Action = "keep_on" // longer than it has to be kept
	AskHold             Action = "ask_hold"
	LiftHold            Action = "lift_hold"
	ConfirmHold         Action = "confirm_hold"
	DeclareConflict     Action = "declare_conflict"
	KeepFrom            Action = "keep_from"
	LiftBar             Action = "lift_bar"
	ConfirmBar          Action = "confirm_bar"
	LocalStep           Action = "local_step" // a step that an organisation's overlay adds
	ViewReaders         Action = "view_readers"
	BeTold              Action = "be_told" // who opened it with a reason, who is kept from it
	BreakGlass          Action = "break_glass"
	Erase               Action = "erase"
)

// Functions: actions on what is no record.
const (
	RaiseConcern Action = "raise_concern"
	ListOwn      Action = "list_own"
	ListInbox    Action = "list_inbox"
	ListSent     Action = "list_sent"    // what was sent from concerns, and to whom
	Oversee      Action = "oversee"      // what was opened with a reason, and what is overdue
	ReviewGlass  Action = "review_glass" // as the second person
	ViewWhoMay   Action = "view_who_may"
	CoverOwn     Action = "cover_own"    // say who covers for oneself
	CoverOthers  Action = "cover_others" // and for somebody else
	ViewHealth   Action = "view_health"

	// ProposeOverlay is to see what the organisation does differently, and to propose more.
	ProposeOverlay Action = "propose_overlay"
)

// verbs is an action in the sentence "… can <verb>".
var verbs = map[Action]string{
	ViewOwnConcern: "follow their own concern", AddToOwn: "add to their own concern", ViewConcern: "open a concern",
	Acknowledge: "take up a concern", Assign: "give a concern to someone else", Triage: "decide what happens next",
	AskAdvice: "ask for advice", RecordAdvice: "record advice", DecideSharing: "decide about sharing",
	EmergencyDisclosure: "record what was shared in an emergency", Refer: "record a referral",
	RecordTold:   "record what we were told",
	GiveFeedback: "answer the person who raised it", Close: "close a concern", AddNote: "add a note",
	Correct: "correct something", KnowPerson: "say what is known about the person",
	ErasureAhead:  "say that a concern is to be erased",
	RecipientTold: "record that a recipient was told",
	Challenge:     "disagree with a decision", ChallengeAnswered: "answer somebody who disagrees",
	ChallengeFurther: "take it to the next level", ChallengeWithdrawn: "take back that they disagree",
	KeepOn: "keep a concern longer", AskHold: "ask that a concern is held", LiftHold: "ask to end a hold",
	ConfirmHold:     "give the second word on a hold",
	DeclareConflict: "declare a conflict of interest", KeepFrom: "name somebody who must not learn of a concern",
	LiftBar: "ask to let somebody back in", ConfirmBar: "give the second word on who is kept from a concern",
	LocalStep: "record a step of the organisation's own", ViewReaders: "see who has opened a concern",
	BeTold:     "be told who gave a reason and who is kept from a concern",
	BreakGlass: "break the glass", Erase: "erase a concern",
	RaiseConcern: "raise a concern", ListOwn: "list their own concerns", ListInbox: "list a team's concerns",
	ListSent: "list what was sent from concerns, and to whom",
	Oversee:  "see what was opened with a reason and what is overdue", ReviewGlass: "review why a record was opened",
	CoverOwn: "say who covers for them", CoverOthers: "say who covers for somebody else",
	ViewWhoMay: "read who may do what", ViewHealth: "see whether the service is well",
	ProposeOverlay: "see and propose what the organisation does differently",
}

// RecordActions are the actions on a record, in the order in which tables show them.
func RecordActions() []Action {
	return []Action{ViewOwnConcern, AddToOwn, ViewConcern, Acknowledge, Assign, Triage, AskAdvice, RecordAdvice,
		DecideSharing, EmergencyDisclosure, Refer, RecordTold, GiveFeedback, Close, AddNote, Correct,
		KnowPerson, ErasureAhead, RecipientTold, Challenge, ChallengeAnswered, ChallengeFurther, ChallengeWithdrawn,
		KeepOn, AskHold, LiftHold, ConfirmHold,
		DeclareConflict, KeepFrom, LiftBar, ConfirmBar, LocalStep, ViewReaders, BeTold, BreakGlass, Erase}
}

// OfTeam says whether those in a role work the records of one team, and not of all.
func (r Role) OfTeam() bool { return r == Lead || r == LineManager }

// Functions are the actions on what is no record, in the order in which tables show them.
func Functions() []Action {
	return []Action{RaiseConcern, ListOwn, ListInbox, ListSent, Oversee, ReviewGlass, CoverOwn, CoverOthers,
		ViewWhoMay, ViewHealth, ProposeOverlay}
}

// Actor is who asks. The zero Actor may do nothing.
type Actor struct {
	Person id.Person // zero only for System
	Org    id.Org
	Role   Role    // the one in use
	Team   id.Team // of the role in use; zero: none
	MFA    bool    // signed in with two factors
	Own    bool    // the second was shown here, by Heed's own code or a passkey, and not by a provider's word alone
}

// SystemActor is the program itself, acting for one organisation.
func SystemActor(org id.Org) Actor { return Actor{Org: org, Role: System} }

// The kinds of resource.
const (
	KindConcern      = "concern"
	KindOrganisation = "organisation"
	KindFunction     = "function" // the same as an organisation: what it does that is no record
)

// The compartments.
const (
	Patient   = "patient"
	Colleague = "colleague"
)

// Resource is what is asked for.
type Resource struct {
	Kind        string
	Org         id.Org
	Compartment string // of a concern: Patient or Colleague
	Raiser      id.Person
	Owner       id.Person
	Team        id.Team // the team that works it
	Subjects    []id.Person
	Conflicts   []id.Person
	Named       []id.Person // line managers to whom it was routed
	PassedBy    []id.Person // managers whom it passes by
	Answering   []Role      // of whom an answer is waited for, to somebody who disagrees
	NoLead      bool        // no safeguarding lead but the raiser could decide
	NobodyElse  bool        // nor a Caldicott Guardian
	Closed      bool
	Stage       string // where a record of a room stands
}

// Function is the resource of an organisation's functions.
func Function(org id.Org) Resource { return Resource{Kind: KindFunction, Org: org} }

// Context is what is said with the question.
type Context struct {
	Reason    string // why; never kept or shown by this package
	Emergency bool
}

// Effect is what came out. The zero value is Deny.
type Effect uint8

// The effects.
const (
	Deny Effect = iota
	Allow
	NeedsReason // would be allowed with a reason
)

// String is the effect in tables.
func (e Effect) String() string {
	return [...]string{"deny", "allow", "needs a reason"}[min(e, NeedsReason)]
}

// Decision is the answer and the id of the rule that gave it.
type Decision struct {
	Effect Effect
	Rule   string
	words  string // of a refused function: who may; of a lead's own concern: who decides
}

// Rules that are not in the policies.
const (
	RuleNothing = "nothing-allows-it" // no permit applies
	RuleBroken  = "policy-error"      // a rule failed to evaluate: closed
	RuleNobody  = "nobody"            // no person, organisation or known role

	// RuleNotAlone is the policy that keeps the raiser from deciding.
	RuleNotAlone = "raiser-never-decides-alone"
	// WordsNotAlone says it to a lead.
	WordsNotAlone = "You raised this concern, so somebody else decides: give it to another safeguarding lead. " +
		"Where there is no other, the Caldicott Guardian sees it"
	// RuleStandIn is the policy by which the Guardian works where no lead could decide.
	RuleStandIn = "guardian-stands-in-where-no-lead-can"
)

// GlassBroken says that the rule is one of which the Caldicott Guardian is told at once.
func (d Decision) GlassBroken() bool {
	return strings.HasPrefix(d.Rule, "break-glass") && d.Effect == Allow
}

// Err is nil when allowed. A record that is denied is fail.Hidden, which is
// answered as one that does not exist; a function is fail.Refused, with words
// that say who may. A missing reason is a fault of the field "reason".
func (d Decision) Err(r Resource) error {
	switch {
	case d.Effect == Allow:
		return nil
	case d.Effect == NeedsReason:
		var f fail.Fields
		f.Add("reason", "Enter why you need to open this record")
		return f.Err()
	case d.Rule == RuleNotAlone && d.words != "":
		return fail.New(fail.Conflict, "%s", d.words)
	case r.Kind != KindFunction && r.Kind != KindOrganisation:
		return fail.New(fail.Hidden, "Page not found")
	}
	words := d.words
	if words == "" {
		words = "You cannot use this"
	}
	return fail.New(fail.Refused, "%s", words)
}
