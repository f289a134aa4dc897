// Package policy is the register of policies and agreements: what the organisation
// has agreed to do, alone and with partners, in which version, by whose approval,
// and when each is looked at again.
//
// It keeps true: a version is in force by the word of two different people who both
// saw it; nothing in the register is about a person.
//
// Sources: Building Partnerships, Staying Safe, 2011, self-assessment items 1, 3, 8,
// 9, 16, 17 and the checklist of 21 policies.
package policy

import (
	_ "embed"
	"sync"

	"heed/internal/process"
	"heed/internal/room"
)

//go:embed definitions/policy-1.json
var version1 []byte

//go:embed stories.json
var stories []byte

//go:embed policies.cedar
var policies string

// Room is the register.
var Room = sync.OnceValue(func() *room.Room {
	return &room.Room{
		Name: "policy", Number: 2, Kind: "Policy", One: "policy", Many: "policies", Compartment: "organisation",
		Definitions: []*process.Definition{process.Must(version1)}, Policies: policies, Rows: 12,
		Stories: room.MustStories(stories),
	}
})
