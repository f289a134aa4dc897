package api

import (
	"time"

	"heed/internal/clock/workday"
	"heed/internal/room"
)

// roomRound is one time round of what comes round.
type roomRound struct {
	Cycle  string     `json:"cycle"`
	Number int        `json:"number"`
	Due    string     `json:"due"`
	First  string     `json:"first,omitempty" doc:"The day that it had before it was brought forward"`
	Closed *time.Time `json:"closed,omitempty"`
	As     string     `json:"as,omitempty" doc:"done, replaced, not_needed or overtaken"`
}

func roundOf(x room.Round) roomRound {
	out := roomRound{Cycle: x.Cycle, Number: x.Number, Due: x.Day.String(), Closed: maybe(x.Closed), As: x.As}
	if x.First != (workday.Day{}) {
		out.First = x.First.String()
	}
	return out
}
