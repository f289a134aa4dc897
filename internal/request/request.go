// Package request is the requests for information that come in: the Channel panel, police, a
// council, a court or another provider asks about a person whom nobody here raised.
//
// It keeps true: a request is no concern, is counted as none, and becomes none unless a person
// raises one; nothing that identifies the person leaves without a recorded decision to share, or
// the law that leaves no choice, and a check of who asks; what had to be told at once is decided
// within a working day. A safeguarding lead of the team and the Caldicott Guardian work it.
//
// Sources: NHS guidance of 27 September 2022 on sharing for Prevent; Counter-Terrorism and
// Security Act 2015, sections 36 and 38; Terrorism Act 2000, section 38B.
package request

import (
	_ "embed"
	"sync"

	"heed/internal/process"
	"heed/internal/room"
)

//go:embed definitions/request-1.json
var version1 []byte

//go:embed stories.json
var stories []byte

//go:embed policies.cedar
var policies string

// Room is the requests for information.
var Room = sync.OnceValue(func() *room.Room {
	return &room.Room{
		Name: "request", Number: 7, Kind: "Request", One: "request", Many: "requests", Compartment: "patient",
		Definitions: []*process.Definition{process.Must(version1)}, Policies: policies, Rows: 9,
		Stories: room.MustStories(stories),
	}
})
