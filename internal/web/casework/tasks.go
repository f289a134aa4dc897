package casework

import (
	"strconv"
	"strings"

	"heed/internal/web/nhs"
)

// TaskGroups is a long task in groups: what is done and what is left.
type TaskGroups struct {
	Groups  []TaskGroup
	IDs     string // prefix of ids; "task-list" when empty
	NoCount bool   // leave out "You have completed 2 of 8 tasks"
	Level   int    // of the groups' headings; 0 means 2
	Number  bool   // number the groups
}

// TaskGroup is some tasks under a heading.
type TaskGroup struct {
	Heading string
	Tasks   []Task
}

// Task is one task. One that cannot start yet has no link, whatever Href says.
type Task struct {
	Text  string
	Hint  string
	Href  string
	State Status // NotYetStarted when empty
	Due   Due    // shown in the hint
}

// Render writes the groups.
func (g TaskGroups) Render(b *nhs.Buffer) {
	if !g.NoCount {
		g.count(b)
	}
	level := g.Level
	if level == 0 {
		level = 2
	}
	for i, group := range g.Groups {
		if group.Heading != "" {
			heading := group.Heading
			if g.Number {
				heading = strconv.Itoa(i+1) + ". " + heading
			}
			b.Put(nhs.Heading{Text: heading, Level: level, Size: nhs.SizeM})
		}
		list := nhs.TaskList{IDPrefix: or(g.IDs, "task-list") + "-" + strconv.Itoa(i+1)}
		for _, t := range group.Tasks {
			list.Items = append(list.Items, t.item())
		}
		b.Put(list)
	}
}

func (g TaskGroups) count(b *nhs.Buffer) {
	done, all := 0, 0
	for _, group := range g.Groups {
		for _, t := range group.Tasks {
			all++
			if t.State == Completed {
				done++
			}
		}
	}
	b.Raw(`<p class="nhsuk-body">You have completed `)
	b.Number(done)
	b.Raw(" of ")
	b.Number(all)
	if all == 1 {
		b.Raw(" task.</p>")
	} else {
		b.Raw(" tasks.</p>")
	}
}

func (t Task) item() nhs.Task {
	state := t.State
	if state == "" {
		state = NotYetStarted
	}
	item := nhs.Task{Text: t.Text, Href: t.Href, StatusContent: state}
	if t.Due.What != "" {
		item.HintContent = nhs.Group{nhs.Text(join(t.Hint, ". ")), t.Due}
	} else {
		item.Hint = t.Hint
	}
	switch state {
	case CannotStartYet:
		item.Href, item.StatusClasses = "", "nhsuk-task-list__status--cannot-start-yet"
	case Completed:
		item.StatusClasses = "nhsuk-task-list__status--completed"
	}
	return item
}

func join(s, end string) string {
	if s == "" {
		return ""
	}
	return strings.TrimSuffix(s, ".") + end
}

// Comparison sets what several sources say side by side, for a person to judge. It finds
// differences of words; it does not say which is right, nor whether it is the same person.
type Comparison struct {
	Caption  string
	Sources  []string // heads of the columns: "This concern", "Concern HD-7F3K-22"
	Rows     []Compared
	Question nhs.Component // radios below
}

// Compared is what each source says of one thing, in the order of the sources.
type Compared struct {
	What   string
	Values []string
}

// agreement is what a row of a comparison comes to.
type agreement uint8

const (
	nothingSaid agreement = iota // by any source
	sameSaid                     // by all
	onlySome                     // say anything, and they agree
	differentSaid
)

// agree compares the words of the sources; spaces and capitals are not a difference.
func (c Compared) agree(sources int) agreement {
	said, first, result := 0, "", nothingSaid
	for _, v := range c.Values[:min(sources, len(c.Values))] {
		v = strings.TrimSpace(v)
		switch {
		case v == "":
			continue
		case said == 0:
			first, result = v, sameSaid
		case v != first && !strings.EqualFold(single(v), single(first)):
			return differentSaid
		}
		said++
	}
	if result == sameSaid && said < sources {
		return onlySome
	}
	return result
}

// Render writes the table and the question.
func (c Comparison) Render(b *nhs.Buffer) {
	t := nhs.Table{Caption: nhs.TableCaption{Text: c.Caption, Size: nhs.SizeM}, FirstCellIsHeader: true, Responsive: true,
		Classes: "heed-comparison"}
	t.Head = make([]nhs.HeadCell, 0, len(c.Sources)+2)
	t.Head = append(t.Head, nhs.HeadCell{Text: "What"})
	for _, s := range c.Sources {
		t.Head = append(t.Head, nhs.HeadCell{Text: s})
	}
	t.Head = append(t.Head, nhs.HeadCell{Text: "Same or different"})
	t.Rows = make([][]nhs.Cell, 0, len(c.Rows))
	for _, r := range c.Rows {
		row := make([]nhs.Cell, 0, len(c.Sources)+2)
		row = append(row, nhs.Cell{Text: r.What})
		agreed := r.agree(len(c.Sources))
		class := ""
		if agreed == differentSaid {
			class = "heed-comparison__different"
		}
		for i := range c.Sources {
			value := notRecorded
			if i < len(r.Values) {
				value = or(r.Values[i], notRecorded)
			}
			row = append(row, nhs.Cell{Text: value, Classes: class})
		}
		t.Rows = append(t.Rows, append(row, agreed.cell()))
	}
	b.Put(t)
	b.Put(c.Question)
}

// single leaves one space between words.
func single(s string) string { return strings.Join(strings.Fields(s), " ") }

func (a agreement) cell() nhs.Cell {
	switch a {
	case differentSaid:
		return nhs.Cell{Content: Different}
	case onlySome:
		return nhs.Cell{Text: "Not in all"}
	case sameSaid:
		return nhs.Cell{Text: "Same"}
	}
	return nhs.Cell{Text: notRecorded}
}

// SamePerson is the question below a comparison of two people. No answer is chosen beforehand.
func SamePerson(name, chosen string, err nhs.ErrorMessage) nhs.Radios {
	return nhs.Radios{Name: name, Value: chosen, Error: err, Legend: nhs.Legend{Text: "Is this the same person?",
		Size: nhs.SizeM}, Items: []nhs.Radio{
		{Value: "same", Text: "Yes, the same person"}, {Value: "different", Text: "No, different people"}, {Divider: "or"},
		{Value: "unsure", Text: "I am not sure"},
	}}
}
