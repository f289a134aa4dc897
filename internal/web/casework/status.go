package casework

import "heed/internal/web/nhs"

// Status is the state of a piece of work in words. The list below is the only one of the service.
type Status string

// What the person who raised a concern sees.
const (
	Received      Status = "Received"
	BeingLookedAt Status = "Being looked at"
	PassedOn      Status = "Passed on"
	Finished      Status = "Finished"
)

// Where a concern stands for those who follow it up.
const (
	ToBeTakenUp      Status = "Waiting to be taken up"
	ToBeDecided      Status = "Waiting for a decision"
	OnHold           Status = "On hold"
	OpenCase         Status = "Open case"
	ToBeAnswered     Status = "To be answered"
	NeedsAdvice      Status = "Needs advice"
	WaitingForOthers Status = "Waiting for others"
	Closed           Status = "Closed"
)

// Deadlines.
const (
	DueToday Status = "Due today"
	Overdue  Status = "Overdue"
)

// Tasks of a list. Completed is plain words, not a tag, so that what is left to do stands out.
const (
	NotYetStarted  Status = "Not yet started"
	InProgress     Status = "In progress"
	CannotStartYet Status = "Cannot start yet"
	Completed      Status = "Completed"
	Problem        Status = "There is a problem"
)

// Documents and comparisons.
const (
	BeingChecked Status = "Being checked"
	Different    Status = "Different"
	Draft        Status = "Draft"
)

// look is how a status is drawn.
type look struct {
	status Status
	colour nhs.Colour
	plain  bool // words without a box
}

// looks is the one list. Tints tell kinds of state apart and never grade them:
// green, yellow, orange and red together read as a traffic light, so no state of a concern has one.
var looks = [...]look{
	{Received, nhs.Blue, false}, {BeingLookedAt, nhs.AquaGreen, false}, {PassedOn, nhs.Purple, false},
	{Finished, nhs.Grey, false},
	{ToBeTakenUp, nhs.Blue, false}, {ToBeDecided, nhs.AquaGreen, false}, {OnHold, nhs.White, false},
	{OpenCase, nhs.AquaGreen, false},
	{ToBeAnswered, nhs.Purple, false}, {NeedsAdvice, nhs.White, false}, {WaitingForOthers, nhs.White, false},
	{Closed, nhs.Grey, false},
	{DueToday, nhs.White, false}, {Overdue, nhs.Purple, false},
	{NotYetStarted, nhs.Blue, false}, {InProgress, nhs.AquaGreen, false}, {CannotStartYet, "", true},
	{Completed, "", true}, {Problem, nhs.Red, false},
	{BeingChecked, nhs.White, false}, {Different, nhs.Purple, false}, {Draft, nhs.Grey, false},
}

// Statuses gives the whole list, for the catalogue.
func Statuses() []Status {
	list := make([]Status, len(looks))
	for i, l := range looks {
		list[i] = l.status
	}
	return list
}

func (s Status) look() look {
	for _, l := range looks {
		if l.status == s {
			return l
		}
	}
	return look{status: s, plain: true} // not of the list: words only, never a tag
}

// Render writes the status as a tag, or as plain words.
func (s Status) Render(b *nhs.Buffer) {
	l := s.look()
	switch {
	case s == "":
	case l.plain:
		b.Text(string(s))
	default:
		b.Put(nhs.Tag{Text: string(s), Colour: l.colour, Classes: "heed-status"})
	}
}
