package casework

import (
	"time"

	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// DueCell says in a list what is due and when; what is "" where that stands beside it. What is
// overdue is said in words: no colour stands alone.
func DueCell(now, at time.Time, what string) nhs.Component {
	lead := ""
	if what != "" {
		lead = what + ", "
	}
	switch {
	case at.IsZero():
		return nhs.Text("Nothing due")
	case now.After(at):
		return nhs.Group{nhs.Tag{Text: "Overdue", Colour: nhs.Orange},
			nhs.Text(" " + lead + "since " + words.Date(at))}
	case words.DayOf(now) == words.DayOf(at):
		return nhs.Text(words.Sentence(lead + "today"))
	}
	return nhs.Text(words.Sentence(lead + "by " + words.Date(at)))
}
