package api

import (
	"net/http"

	"heed/internal/clock/workday"
	"heed/internal/plain"
	"heed/internal/room"
)

// roomRead is what somebody is asked to read and confirm.
type roomRead struct {
	Edition   string `json:"edition" doc:"The hash of what is in force; of what was confirmed, once it was"`
	Version   int64  `json:"version" doc:"The version of the step that says it"`
	Until     string `json:"until,omitempty" doc:"The day by which it is asked for"`
	Confirmed bool   `json:"confirmed"`
}

func readOf(x room.ToRead) *roomRead {
	return &roomRead{x.Edition.Hash, x.Edition.Version, untilOf(x), x.Confirmed}
}

func untilOf(x room.ToRead) string {
	if x.Until == (workday.Day{}) {
		return ""
	}
	return x.Until.String()
}

// roomToRead is a record in the list of what somebody is asked to read. Its edition is not
// here: who confirms has opened it.
type roomToRead struct {
	Reference string `json:"reference"`
	Title     string `json:"title,omitempty"`
	Until     string `json:"until,omitempty"`
	Confirmed bool   `json:"confirmed"`
	Damaged   string `json:"damaged,omitempty" doc:"Said of one that was changed outside Heed; the rest is not shown"`
}

type roomReading struct {
	Rows []roomToRead `json:"rows" doc:"What is asked soonest first"`
	More bool         `json:"more,omitempty" doc:"There is more, once some of it is confirmed"`
}

// roomCount is how far an audience has come.
type roomCount struct {
	People    string          `json:"people,omitempty" doc:"Who are asked, to the nearest 5; * for fewer than 8"`
	Share     string          `json:"share,omitempty" doc:"Of 100, from rounded numbers; * where few have"`
	Asked     int             `json:"asked,omitempty" doc:"Exactly, for those who may see names"`
	Confirmed *int            `json:"confirmed,omitempty" doc:"Exactly, for those who may see names"`
	Unknown   int             `json:"unknown,omitempty" doc:"People of whom nobody knows whether they are asked, since their accounts are damaged"`
	Teams     []roomTeamCount `json:"teams" doc:"Figures by team; one of fewer than 8 people is counted with others, or in the whole alone"`
	Missing   []string        `json:"missing,omitempty" doc:"The names of those who have not confirmed, for those who may see them"`
}

type roomTeamCount struct {
	Team   string `json:"team"`
	People string `json:"people" doc:"To the nearest 5"`
	Share  string `json:"share" doc:"Of 100, from rounded numbers; * where it would tell of fewer than 8 people"`
}

type confirming struct {
	Edition string `json:"edition" doc:"The hash that the opened record gave"`
}

// readingOperations are those of a room whose records are read and confirmed by many.
func (a *API) readingOperations(r *room.Room, base, name string) []operation {
	if !r.Latest().Audience.Given() {
		return nil
	}
	one := base + "/{reference}"
	return []operation{
		get[roomReading](base+"/to-read", "list"+plain.Capital(r.Many)+"ToRead",
			"The "+r.Many+" that you are asked to read and confirm",
			func(c *call) (any, error) { return a.listToRead(c, r) }),
		post[confirming, roomRead](one+"/confirm-reading", "confirmReading"+name,
			"Confirm that you have read the "+r.One+" that is in force",
			http.StatusOK, func(c *call) (any, error) { return a.confirmReading(c, r) }, refParameter),
		get[roomCount](one+"/who-confirmed", "whoConfirmed"+name, "How many have confirmed that they read the "+r.One,
			func(c *call) (any, error) { return a.whoConfirmed(c, r) }, refParameter),
	}
}

func (a *API) listToRead(c *call, r *room.Room) (any, error) {
	all, more, err := a.Rooms.ToRead(c.ctx, c.actor, r)
	if err != nil {
		return nil, err
	}
	out := roomReading{Rows: make([]roomToRead, 0, len(all)), More: more}
	for _, x := range all {
		out.Rows = append(out.Rows, roomToRead{string(x.Reference), x.Title, untilOf(x.ToRead), x.Confirmed, x.Damaged()})
	}
	return out, nil
}

func (a *API) confirmReading(c *call, r *room.Room) (any, error) {
	ref, err := reference(c)
	if err != nil {
		return nil, err
	}
	done, err := a.Rooms.Confirm(c.ctx, c.actor, r, ref, c.in.(*confirming).Edition)
	if err != nil {
		return nil, err
	}
	return readOf(done), nil
}

func (a *API) whoConfirmed(c *call, r *room.Room) (any, error) {
	ref, err := reference(c)
	if err != nil {
		return nil, err
	}
	got, err := a.Rooms.Confirmations(c.ctx, c.actor, r, ref)
	if err != nil {
		return nil, err
	}
	o, err := a.Directory.Organisation(c.ctx, got.Org)
	if err != nil {
		return nil, err
	}
	out := roomCount{People: got.Whole.People, Share: got.Whole.Done, Asked: got.Of, Unknown: got.Unknown,
		Teams: make([]roomTeamCount, 0, len(got.Teams))}
	if got.Named {
		out.Confirmed = &got.Done
	}
	for _, t := range got.Teams {
		out.Teams = append(out.Teams, roomTeamCount{t.Called(o), t.People, t.Done})
	}
	for _, p := range got.Missing {
		out.Missing = append(out.Missing, p.Name)
	}
	return out, nil
}
