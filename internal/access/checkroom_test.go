package access

import (
	"regexp"
	"strings"
	"testing"
)

func ownRoom() Room {
	return Room{Kind: "Book", Name: "book", Roles: []Role{Worker, GovernanceLead},
		Records: []RoomAction{{Action: "book.view", Verb: "open a book"}, {Action: "book.begin", Verb: "begin a book",
			Groups: []string{"book.keeping"}},
			{Action: "book.bind", Verb: "bind a book", Groups: []string{"book.keeping"}}},
		Functions: []RoomAction{{Action: "book.begin", Verb: "begin a book", Groups: []string{"book.keeping"}},
			{Action: "book.list_all", Verb: "list books"}},
		Text: ownRules}
}

const ownRules = `
@id("book-a") @says("A worker reads.")
permit (principal, action == Action::"book.view", resource is Book)
when { principal.role == "worker" && resource.stage == "bound" };
@id("book-b") @says("A governance lead or an analyst keeps.")
permit (principal, action in [Action::"book.keeping", Action::"book.view"], resource is Book)
when { ["governance_lead", "analyst"].contains(principal.role) };
@id("book-c") @says("Everybody lists and begins.")
permit (principal, action in [Action::"book.keeping", Action::"book.list_all"], resource is Office)
when { principal.role != "system" };
`

// strayAt is where the rule that each case adds stands, below the line of its @id.
var strayAt = regexp.MustCompile(`policies\.cedar:1[34]: rule "book-stray": `)

// TestARoomSpeaksOfItselfAlone: a rule in a room's file that could open anything else,
// or that would silently never fire, is refused with file, rule and remedy.
func TestARoomSpeaksOfItselfAlone(t *testing.T) {
	if _, err := New(ownRoom()); err != nil {
		t.Fatal("a good room is refused: ", err)
	}
	rule := func(head, when string) func(*Room) {
		return func(r *Room) {
			r.Text += "\n@id(\"book-stray\") @says(\"Stray.\")\npermit (principal, " + head + ")\n" + when + ";"
		}
	}
	for name, c := range map[string]struct {
		plant func(*Room)
		want  string
	}{
		"another's action": {rule(`action == Action::"view_concern", resource`, ""),
			`the action "view_concern" is not the room's own`},
		"another's group": {rule(`action in [Action::"book.keeping", Action::"working"], resource is Book`, ""),
			`the action "working" is not the room's own`},
		"any action":     {rule(`action, resource is Book`, ""), "names no action"},
		"nothing named":  {rule(`action, resource`, ""), "names no action"},
		"any resource":   {rule(`action == Action::"book.view", resource`, ""), `"resource is Book"`},
		"another's kind": {rule(`action == Action::"book.view", resource is Concern`, ""), `"resource is Book"`},
		"one record": {rule(`action == Action::"book.view", resource == Book::"it"`, ""),
			`"resource is Book"`},
		"an action that is not there": {rule(`action == Action::"book.veiw", resource is Book`, ""), `"book.veiw"`},
		"an attribute misspelt": {rule(`action == Action::"book.view", resource is Book`,
			`when { resource.stgae == "bound" }`), "stgae"},
		"an attribute that may lack": {rule(`action == Action::"book.view", resource is Book`,
			`when { resource.owner == principal }`), "owner"},
		"an action on no such kind": {rule(`action == Action::"book.list_all", resource is Book`, ""), "book-stray"},
		"a role misspelt": {rule(`action == Action::"book.view", resource is Book`,
			`when { principal.role == "governance_laed" }`), `the role "governance_laed" does not exist`},
		"a role misspelt, turned": {rule(`action == Action::"book.view", resource is Book`,
			`when { true && ("wroker" == principal.role || resource.closed) }`), `"wroker"`},
		"a role misspelt among some": {rule(`action == Action::"book.view", resource is Book`,
			`when { ["worker", "anlyst"].contains(principal.role) }`), `"anlyst"`},
		"a role misspelt, unless": {rule(`action == Action::"book.view", resource is Book`,
			`unless { principal["role"] == "sytem" }`), `"sytem"`},
		"a role like": {rule(`action == Action::"book.view", resource is Book`,
			`when { principal.role like "gov*" }`), "Compare roles with"},
		"a role of the definition": {func(r *Room) { r.Roles = append(r.Roles, "goverance_lead") },
			`the role "goverance_lead"`},
		"the kind of another":         {func(r *Room) { r.Kind = "Concern" }, `the kind "Concern"`},
		"an action of another's name": {func(r *Room) { r.Records[0].Action = "view_concern" }, `the action "view_concern"`},
		"a group of another's name":   {func(r *Room) { r.Records[0].Groups = []string{"working"} }, `the action "working"`},
	} {
		r := ownRoom()
		c.plant(&r)
		_, err := New(r)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "book") {
			t.Errorf("%s: %v, want words with %s", name, err, c.want)
			continue
		}
		if strings.Contains(r.Text, "book-stray") && !strayAt.MatchString(err.Error()) {
			t.Errorf("%s: file, line and rule are not named: %v", name, err)
		}
	}
	if _, err := New(ownRoom(), ownRoom()); err == nil {
		t.Error("two rooms of one name")
	}
}
