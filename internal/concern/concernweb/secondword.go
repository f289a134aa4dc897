package concernweb

import (
	"heed/internal/concern"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/room/roomweb"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// barTable lists who asked to keep somebody from a case, for those who are told of it.
func (p *pages) barTable(q *web.Request, title, none string, all []concern.Broken) web.Component {
	if len(all) == 0 {
		return nhs.Para(none)
	}
	name := p.Directory.Names(q.Context())
	d := p.desk.Definition(q.Who().Org)
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: title + ", newest first", Size: nhs.SizeM},
		Head: nhs.Heads("When", "Who asked", "As", "Reference", "Where it stands")}
	for _, b := range all {
		t.Rows = append(t.Rows, []nhs.Cell{{Content: nhs.HTML(words.MomentHTML(b.At))},
			{Content: nhs.HTML(words.Name(name(b.By)))}, {Text: roomweb.RoleWords(d, b.Role)},
			{Content: nhs.NoWrap(b.Reference)}, {Content: whereItStands(q, b)}})
	}
	return t
}

// whereItStands is what became of one step by which somebody is to be kept out or let back in.
func whereItStands(q *web.Request, b concern.Broken) web.Component {
	step, asked, waits := b.Stands.Waits()
	switch {
	case waits && step == b.Bar && asked == q.Who().Person:
		return nhs.Text("Somebody else gives the second word")
	case waits && step == b.Bar:
		return nhs.Link{Text: "Give the second word", Hidden: "on " + string(b.Reference), Href: "/cases/" +
			string(b.Reference) + "/" + string(process.ConfirmBar)}
	case b.Stands.Why == room.Conflict && b.Stands.Of == b.Bar:
		return nhs.Text("They declared a conflict of interest themselves")
	case b.Stands.State == room.TwoStand && b.Stands.Of == b.Bar:
		return nhs.Text("Kept from it")
	case b.Stands.State == room.TwoLifted:
		return nhs.Text("Let back in")
	case b.Stands.State == "":
		return nhs.Text("Erased")
	}
	return nhs.Text("Refused")
}
