package roomweb

import (
	"slices"

	"heed/internal/clock/workday"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// closedAs are the four reasons for which one time round is closed, in words.
var closedAs = map[string]string{
	process.ClosedDone:      "Closed: it was done",
	process.ClosedReplaced:  "Closed: something else replaced it",
	process.ClosedNotNeeded: "Closed: it is not needed any more",
	process.ClosedOvertaken: "Closed: something newer overtook it",
}

// rounds are the times round of what comes round, the newest first, each as it stands or
// as it was closed.
func (p *Pages) rounds(v room.View) web.Component {
	if len(v.Rounds) == 0 {
		return nil
	}
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: "What comes round", Size: nhs.SizeM},
		Head: nhs.Heads("What", "Due", "Where it stands")}
	for _, x := range slices.Backward(v.Rounds) {
		stands := "Open"
		if !x.Open() {
			stands = closedAs[x.As] + ", " + words.Date(x.Closed)
		}
		due := words.Date(x.Day.Start())
		if x.First != (workday.Day{}) {
			due += ", brought forward from " + words.Date(x.First.Start())
		}
		t.Rows = append(t.Rows, []nhs.Cell{{Text: p.cycle(v, x.Cycle) + " " + words.Number(x.Number)}, {Text: due},
			{Text: stands}})
	}
	return t
}

// cycle is what a cycle is called.
func (p *Pages) cycle(v room.View, id string) string {
	for _, c := range v.Process.Cycles {
		if c.ID == id {
			return c.Label
		}
	}
	return id
}
