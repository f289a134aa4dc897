package access

import "github.com/cedar-policy/cedar-go/types"

// Room is a kind of record that another package brings: its type in the policies,
// its own rules, and its actions on records and on what is no record.
type Room struct {
	Kind, Name string
	Text       string // Cedar; each rule with @id and @says
	Records    []RoomAction
	Functions  []RoomAction
	Roles      []Role // all that its definitions name
}

// RoomAction is an action of a room.
type RoomAction struct {
	Action Action
	Verb   string // in "… can <verb>"
	Groups []string
}

func (a RoomAction) entity() types.Entity {
	var parents []types.EntityUID
	for _, g := range a.Groups {
		parents = append(parents, actionUID(g))
	}
	return types.Entity{UID: actionUID(string(a.Action)), Parents: types.NewEntityUIDSet(parents...)}
}
