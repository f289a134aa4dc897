package fieldweb

import (
	"heed/internal/clock/workday"
	"heed/internal/field"
	"heed/internal/process"
	"heed/internal/web"
	"heed/internal/web/casework"
)

// SecondLook is what a step asks once more, with everything that was typed, before
// answers that its definition calls rare; nil when it asks nothing or was answered. The
// page gives the title and where it stands. Access is asked first: what is hidden is
// answered as what is missing, with the same entry. Answers that are not whole are refused
// next: nobody looks a second time at what must be put right anyhow.
func SecondLook(q *web.Request, p web.Page, info process.StepInfo, in field.Answers, finer Finer,
	allowed func() error) (web.Response, error) {
	if !info.Stop.Asks(in) || q.Form().Sure() {
		return nil, nil //nolint:nilnil // nothing is asked
	}
	if err := allowed(); err != nil {
		return nil, err
	}
	world := field.World{Today: workday.Of(q.Now()), Known: func(field.Field, string) bool { return true }}
	if _, _, faults := field.Check(info.Fields, in, world); len(faults) > 0 {
		return nil, finer.OnPage(faults.Err())
	}
	return q.Interrupt(p, casework.Interruption{Heading: info.Stop.Heading, Text: info.Stop.Words}, info.SendWords()), nil
}
