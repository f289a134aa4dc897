package roomweb

import (
	"maps"
	"slices"

	"heed/internal/field"
	"heed/internal/field/fieldweb"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/nhs"
)

// others are the earlier records that may be about the same person. That they were shown stands
// in the entry of the reading.
func (p *Pages) others(v room.View) web.Component {
	switch {
	case v.Others.Unknown:
		return nhs.InsetText{Text: "Heed has just been started and is still reading whom its records are about. Open this " +
			"page again in a minute to see whether it holds another record that may be about the same person."}
	case v.Others.Slowed:
		return nhs.InsetText{Text: "You have opened many records that you began within an hour, so Heed does not say here " +
			"whether it holds another that may be about the same person. Open this page again in an hour."}
	case len(v.Others.Found) == 0:
		return nil
	}
	links := nhs.List{Plain: true}
	for _, x := range v.Others.Found {
		links.Items = append(links.Items, nhs.Group{nhs.Link{Text: string(x.Reference),
			Href: "/" + x.Room.Many + "/" + string(x.Reference)}, nhs.Text(", a " + x.Room.One)})
	}
	said := "Heed holds another record that may be about the same person. Look at it before you decide."
	if len(v.Others.Found) > 1 {
		said = "Heed holds other records that may be about the same person. Look at them before you decide."
	}
	var more web.Component
	if v.Others.More {
		more = nhs.Para("These are the oldest. There are more.")
	}
	return nhs.InsetText{Content: nhs.Group{nhs.Para(said), links, more,
		nhs.Para("The NHS number is the same, or the date of birth and the sound of two names. That can be by chance, " +
			"of a twin, or by a slip of whoever wrote it, and it says nothing about what was raised. That this was shown " +
			"to you is written " +
			"down.")}}
}

// known has the form say what is known of the person already, as whoever sends it says all of it.
func (p *Pages) known(q *web.Request, info process.StepInfo, v room.View) {
	if info.ID != process.KnowPerson {
		return
	}
	said := p.Person(v)
	switch {
	case said.Get("age") != "":
	case said.Get("born") != "":
		said.Set("age", "day")
	case said.Get("about") != "":
		said.Set("age", "about")
	}
	fieldweb.Default(q.Form(), info.Fields, said)
}

// Person is what was last said of whom a record is about, by the names of the form person/1.
func (p *Pages) Person(v room.View) field.Answers {
	for _, t := range slices.Backward(v.Taken) {
		def, _ := p.Meant(v, t)
		if said, ok := def.Said(t.Step, t.Answers); ok {
			return maps.Clone(said)
		}
	}
	return field.Answers{}
}
