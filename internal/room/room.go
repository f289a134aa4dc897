// Package room is what every kind of record gets: find, open, take a step, list,
// do once, compare versions, prove, project, erase. A kind of record is one value
// of type Room, made of data: a definition (states, steps, fields, deadlines,
// lists), a policy, and at most a few rules in Go that data cannot say.
//
// It keeps true, for every room: the history is the record, and an entry carries
// its effect, so that folding never asks today's definition; nobody reads a record
// before the reading is in the ledger; what is somebody else's is answered as what
// does not exist; the same request twice is one request; a step on an older version
// shows what happened meanwhile; rows of lists say where to look and prove nothing.
//
// In the clear the database holds ids, times, versions, a reference, the number of
// the room, and keyed tags of one width. It does not hold whose a record is, which
// team, list or compartment it is in, or where it stands: see tags.go.
package room

import (
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/match"
	"heed/internal/process"
	"heed/internal/store"
)

// Migrations are the tables of all rooms.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Room is one kind of record.
type Room struct {
	// Name is the room's in addresses, kinds of event and the ledger: "policy".
	Name string
	// Number stands in the clear with each row, so that a replay reads its own
	// records only. No other room has or had it; compartments share it.
	Number ledger.Room
	// Kind is the type of the record in the policies: "Policy".
	Kind string
	// One and Many name a record in a sentence: "policy", "policies".
	One, Many string
	// Compartment is where new records go.
	Compartment string
	// Definitions are all that were ever shipped, oldest first; a new record follows the last.
	Definitions []*process.Definition
	// Policies is Cedar text: who may do what, each rule with its sentence.
	Policies string
	// Rows is raised when records stand in other lists than before under the same version of
	// the definition, or their picture has another form, so that the next start makes anew
	// what is there; archtest refuses what was not raised. It is a number and no fingerprint
	// of the lists: of two programs side by side one must be the later. See catchup.go.
	Rows int

	// Stories are made-up records for the demo.
	Stories []Story

	// Apart is a room whose faces and rules of who may are its own; see Desk.Keep.
	Apart bool

	// What follows is for what data cannot say; all of it may be missing.

	// Safe proves what an organisation's overlay must leave as it is, where the room has laws
	// of its own; nil: what every room's must, see overlay.go.
	Safe func(*process.Definition) error
	// Openings is how many different records a person opens within an hour before a reason
	// is asked for each. It counts where there is a Reason.
	Openings int

	// Acts are the actions that access is asked for a step, a list or a reading, the first
	// that is not denied counts; none: it is not there for this actor. Nil: NAME.what.
	Acts func(what string, a access.Actor, s *State) []access.Action
	// Others tells access who else could decide about a record.
	Others func(tx *store.Tx, a access.Actor, res *access.Resource, bars Bars) error
	// Reason is the one that somebody gave a short while ago for a reference; "" for none.
	Reason func(tx *store.Tx, a access.Actor, ref id.Reference) (string, error)
	// Owner is who has a new record.
	Owner func(tx *store.Tx, a access.Actor) (id.Person, error)
	// Finds adds to a step what has to be looked up, or refuses it.
	Finds func(tx *store.Tx, f Finding, ev *Event) error
	// After follows a step, in its commit, beside what follows every step: who is told.
	After func(tx *store.Tx, by ledger.Author, ev Event, is *State) error

	// Opens and Follows are what access is asked about a record in the lists that all
	// rooms share, of whoever works on it and of whoever began it; empty: NAME.view.
	Opens, Follows access.Action
	// Passes is the step by which a record is passed on to somebody outside; whoever began
	// it sees that it was.
	Passes process.Step
	// Tells is what access is asked before somebody outside is told of who is kept from a
	// record; empty: whether they may give the second word on it.
	Tells access.Action
	// Late are told, besides the role of a duty, when it is a day over.
	Late []access.Role

	// Rule may refuse a step for a reason that data cannot say. Nil: none. It is pure.
	Rule func(Deciding) error
}

// Finding is what Finds looks at: who takes a step, by which action, on what.
type Finding struct {
	Actor access.Actor
	Act   access.Action
	Was   *State
}

// Deciding is what a Rule looks at.
type Deciding struct {
	Now     State
	Step    process.Step
	Outcome string
	Answers field.Answers
	Actor   access.Actor
	At      time.Time
}

// Latest is the definition that a new record follows.
func (r *Room) Latest() *process.Definition { return r.Definitions[len(r.Definitions)-1] }

// Definition is the one that a record follows, by its name; what an organisation lays on it
// is the desk's to know.
func (r *Room) Definition(name string) (*process.Definition, error) {
	shipped, _, _ := strings.Cut(name, "+")
	i := slices.IndexFunc(r.Definitions, func(d *process.Definition) bool { return d.Name() == shipped })
	if i < 0 {
		return nil, fail.New(fail.Conflict, "This %s follows rules (%s) that this version of Heed does not know. Use a "+
			"version that knows %s", r.One, name, name)
	}
	return r.Definitions[i], nil
}

// makes tells by what a record's list rows are made: a later definition makes others, and
// so does a raised Rows; a later version of a set has the records looked at that rely on an
// item of it, and a later recipe of the match those that are about a person. See catchup.go.
func (r *Room) makes() int {
	return (r.Rows*definitionsPerRows+r.Latest().Version)*setsPerDefinition + r.setVersions() + r.recipe()
}

const (
	definitionsPerRows = 1_000
	setsPerDefinition  = 1_000
)

// recipe is by which the tokens of whom its records are about are made: a later one makes them
// anew, from what the entries say.
func (r *Room) recipe() int {
	if r.asksWho() {
		return match.Recipe
	}
	return 0
}

// setVersions is the sum of the versions of all sets that the room ever took from: it never falls.
func (r *Room) setVersions() (sum int) {
	newest := map[string]int{}
	for _, d := range r.Definitions {
		for _, x := range d.Sets {
			newest[x.Set] = max(newest[x.Set], x.Version)
		}
	}
	for _, version := range newest {
		sum += version
	}
	return sum
}

// Steps are the steps of all definitions but those that begin a record, each as the
// latest definition that has it says it: a record of an older one still takes its own.
func (r *Room) Steps() (all []process.StepInfo) {
	for _, d := range slices.Backward(r.Definitions) {
		for _, s := range d.AllSteps[1:] {
			if !slices.ContainsFunc(all, func(x process.StepInfo) bool { return x.ID == s.ID }) {
				all = append(all, s)
			}
		}
	}
	return all
}

// First is the step that begins a record.
func (r *Room) First() process.StepInfo { return r.Latest().AllSteps[0] }

// Check says what is wrong with the room, or nil: the walls that hold for all. Of one that is
// apart it does not ask that its first step is asked on one page, and that its definition, one
// for each compartment, has the room's name.
func (r *Room) Check() error {
	if fault := r.fault(); fault != "" {
		return fmt.Errorf("room %q %s", r.Name, fault)
	}
	for i, d := range r.Definitions {
		fault := r.follows(i, d)
		if fault == "" {
			fault = r.sound(d)
		}
		if fault != "" {
			return fmt.Errorf("room %s: %s", r.Name, d.Fault(fault))
		}
	}
	if fault := r.storyFault(); fault != "" {
		return fmt.Errorf("room %s: %s", r.Name, fault)
	}
	if fault := process.Unwanted(r); fault != "" { // what its stories and rules say
		return fmt.Errorf("room %s: %s", r.Name, fault)
	}
	rules, err := r.rules()
	if err != nil {
		return err // which names the room
	}
	for _, d := range r.Definitions {
		if fault := r.unheld(rules, d); fault != "" {
			return fmt.Errorf("room %s: %s", r.Name, d.Fault(fault))
		}
	}
	return nil
}

// CheckAll says what is wrong with one of all rooms, by itself or beside those before it, or nil.
func CheckAll(rooms []*Room) error {
	for i, r := range rooms {
		if err := among(r, rooms, rooms[:i]); err != nil {
			return err
		}
		if err := r.Check(); err != nil {
			return err
		}
	}
	return nil
}

// rules are those of who may: of a room apart they stand among Heed's own.
func (r *Room) rules() (*access.Policy, error) {
	if r.Policies == "" {
		return Policy()
	}
	return Policy(r)
}

// CheckDefinition says what is wrong with a definition in the place of one of these rooms'
// of its version, or as a version beside them, or nil; and which room that is. One of none of
// them is held to what can be told without the rules of who may.
func CheckDefinition(rooms []*Room, d *process.Definition) (*Room, error) {
	i := slices.IndexFunc(rooms, func(r *Room) bool { return r.names(d) })
	if i < 0 {
		alone := &Room{Name: d.Process}
		fault := alone.follows(0, d)
		if fault == "" {
			fault = alone.sound(d)
		}
		if fault != "" {
			return nil, errors.New(d.Fault(fault))
		}
		return nil, nil
	}
	r := *rooms[i]
	r.Definitions = append(slices.DeleteFunc(slices.Clone(r.Definitions), func(x *process.Definition) bool {
		return x.Version == d.Version
	}), d)
	slices.SortFunc(r.Definitions, func(a, b *process.Definition) int { return a.Version - b.Version })
	return rooms[i], r.Check()
}

// names says whether a definition is called as those of the room are.
func (r *Room) names(d *process.Definition) bool {
	return d.Process == r.Name || r.Apart && d.Process == r.Compartment
}

// aboutPeople are the compartments whose records are about a person.
var aboutPeople = []string{"patient", "colleague"}

func (r *Room) fault() string {
	switch {
	case !field.IsName(r.Name):
		return "must have a name of small letters, digits and underscores"
	case r.Many == "" || strings.Trim(r.Many, "abcdefghijklmnopqrstuvwxyz") != "" || r.One == "" || r.Many == r.Name:
		return fmt.Sprintf("must have One and Many, the words for one record and for several; Many stands in addresses and "+
			"as a heading, so it must be one word of small letters: %q", r.Many)
	case ledger.Own[r.Number] != "" && ledger.Own[r.Number] != r.Name:
		return fmt.Sprintf("has the Number %d, which is that of %s: take the next of docs/events.md", r.Number,
			ledger.Own[r.Number])
	case r.Number < 1 || r.Kind == "" || r.Compartment == "" || len(r.Definitions) == 0:
		return "must have a Number from 1, a Kind, a Compartment and Definitions"
	case r.Rows < 1:
		return "must have Rows from 1"
	case r.setVersions()+r.recipe() >= setsPerDefinition:
		return fmt.Sprintf("takes from sets whose versions add up to %d or more", setsPerDefinition)
	case slices.Contains(aboutPeople, r.Compartment) && slices.ContainsFunc(r.Definitions,
		func(d *process.Definition) bool { return !d.AboutPerson }):
		return fmt.Sprintf("holds records about people (its compartment is %s): each definition must say about_person",
			r.Compartment)
	case slices.Contains(aboutPeople, r.Compartment) && slices.ContainsFunc(r.Definitions,
		func(d *process.Definition) bool { return !d.KeepsFrom() }):
		return "holds records about people, and somebody who works here may be the one: each definition must say in " +
			"kept_from by whom they are kept from it"
	}
	return ""
}

// follows says what is wrong with a definition beside those before it, or "": every
// record that was ever begun is found by the kind of its first entry.
func (r *Room) follows(i int, d *process.Definition) string {
	switch {
	case !r.names(d):
		return fmt.Sprintf("process is %q: it must be %q, the room's name", d.Process, r.Name)
	case len(d.Lists) == 0:
		return "lists must have one at least, or no record is found again"
	case d.Version >= definitionsPerRows:
		return fmt.Sprintf("version must be below %d", definitionsPerRows)
	case i == 0:
		return ""
	}
	before := r.Definitions[i-1]
	switch {
	case d.Version <= before.Version:
		return fmt.Sprintf("version is %d and stands after %d in Definitions: give each a version of its own, the oldest "+
			"first", d.Version, before.Version)
	case d.AllSteps[0].ID != before.AllSteps[0].ID || d.AllSteps[0].Kind != before.AllSteps[0].Kind:
		return fmt.Sprintf("steps[1] must be %q with the kind %q, as in version %d: records are found by it",
			before.AllSteps[0].ID, before.AllSteps[0].Kind, before.Version)
	}
	return ""
}

// view is the action that opens a record; list, step and the rest are named alike,
// so that a policy can speak of a room's own actions.
func (r *Room) action(what string) access.Action { return access.Action(r.Name + "." + what) }

// The actions that every room has besides its steps and lists.
const (
	actView    = "view"
	actWork    = "view_work" // see all of it; others see what the definition shows them
	actReaders = "view_readers"

	actCount  = "count_confirmations" // of rooms with an audience: see how many have confirmed reading
	actName   = "name_unconfirmed"    // and who has not
	actLink   = "link"                // of rooms with links: tie it to another record
	actFollow = "follow"              // see how far what one began has come; where a room Follows
	actOwn    = "add_to_own"          // to add to what one began, as that; where a room's Acts have it
	actErase  = "erase"               // give a word on which it is erased, once it has ended
)

// actions are those that access is asked for.
func (r *Room) actions(what string, a access.Actor, s *State) []access.Action {
	if !waitsOutside(what, a, s) {
		return nil
	}
	if r.Acts != nil {
		return r.Acts(what, a, s)
	}
	if process.IsLocal(what) {
		what = actLocal
	}
	return []access.Action{r.action(what)}
}

// Actions are all of the room's actions on records, each with its groups, for access.
func (r *Room) Actions() []access.RoomAction {
	out := []access.RoomAction{
		{Action: r.action(actView), Verb: "open a " + r.One},
		{Action: r.action(actWork), Verb: "see all of the work on a " + r.One},
		{Action: r.action(actReaders), Verb: "see who has opened a " + r.One},
		{Action: r.action(actErase), Verb: "give a word on which a " + r.One + " is erased"},
	}
	if r.Latest().Audience.Given() {
		out = append(out, access.RoomAction{Action: r.action(actCount), Verb: "see how many have confirmed reading a " +
			r.One},
			access.RoomAction{Action: r.action(actName), Verb: "see who has not confirmed reading a " + r.One})
	}
	if len(r.Latest().Links) > 0 {
		out = append(out, access.RoomAction{Action: r.action(actLink), Verb: "link a " + r.One + " to another record"})
	}
	out = append(out, access.RoomAction{Action: r.action(actLocal), Verb: "take a step of the organisation's own on a " +
		r.One})
	for _, s := range append([]process.StepInfo{r.First()}, r.Steps()...) {
		a := access.RoomAction{Action: r.action(string(s.ID)), Verb: lowerFirst(s.Label)}
		if s.Group != "" {
			a.Groups = []string{r.Name + "." + s.Group}
		}
		out = append(out, a)
	}
	return out
}

// Access is the room as the policies know it.
func (r *Room) Access() access.Room {
	functions := []access.RoomAction{{Action: r.action(string(r.First().ID)), Verb: lowerFirst(r.First().Label)}}
	for _, l := range r.Latest().Lists {
		a := access.RoomAction{Action: r.action("list_" + l.ID), Verb: "list " + r.Many + ": " + lowerFirst(l.Title)}
		if l.Group != "" {
			a.Groups = []string{r.Name + "." + l.Group}
		}
		functions = append(functions, a)
	}
	return access.Room{Kind: r.Kind, Name: r.Name, Text: r.Policies, Records: r.Actions(), Functions: functions,
		Roles: r.roles()}
}

// roles are all that the room names: who may take which step, who meets a deadline,
// who sees it in the navigation.
func (r *Room) roles() (out []access.Role) {
	add := func(all ...process.Role) {
		for _, role := range all {
			if role != process.Anyone {
				out = append(out, access.Role(role))
			}
		}
	}
	for _, d := range r.Definitions {
		for _, info := range d.Roles {
			add(info.ID)
		}
		for _, s := range d.AllSteps {
			add(s.Roles...)
			for _, o := range s.Outcomes {
				for _, m := range o.Moves {
					add(m.Roles...)
				}
			}
		}
		for _, t := range d.Timers {
			add(t.Owner)
		}
	}
	return out
}
