package roomtest

import (
	_ "embed"
	"testing"

	"heed/internal/app"
	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/room"
)

var (
	//go:embed testdata/badge/badge-1.json
	badge1 []byte
	//go:embed testdata/badge/policies.cedar
	badgeRules string
	//go:embed testdata/badge/stories.json
	badgeStories []byte
)

// badge is as small as a room can be: two steps, one list, one duty that waits for a role.
func badge() *room.Room {
	return &room.Room{Name: "badge", Number: ledger.Room(902), Kind: "Badge", One: "badge", Many: "badges",
		Compartment: "organisation", Definitions: []*process.Definition{process.Must(badge1)}, Policies: badgeRules,
		Rows: 1, Stories: room.MustStories(badgeStories)}
}

// TestBadge holds it to everything: what the suite asks of a room, a small one has, too, or
// the suite says that it has nothing of the kind.
func TestBadge(t *testing.T) {
	app.TestOnlyRoom(badge())
	Run(t, badge())
}
