package concernweb

import (
	"time"

	"heed/internal/access"
	"heed/internal/concern"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/room/roomweb"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// The page of those who are told: what notices to the Caldicott Guardian and the
// executive lead are about stands here.

const pathTold = "/told"

func (p *pages) toldRoutes() []web.Route {
	const title = "Review why it was opened"
	return []web.Route{
		web.Get(pathTold, string(access.Oversee), sectionTold, p.told),
		web.Get(pathTold+"/{month}/{entry}", string(access.ReviewGlass), title, p.review),
		web.Post(pathTold+"/{month}/{entry}", string(access.ReviewGlass), title, p.sendReview),
	}
}

const monthForm = "2006-01"

// told shows this month's reasons with what waits from the months before, or those of the
// month that is asked for.
func (p *pages) told(q *web.Request) (web.Response, error) {
	month, asked := q.Now().UTC(), q.Query("month")
	if asked != "" {
		m, err := time.Parse(monthForm, asked)
		if err != nil {
			return nil, fail.New(fail.Missing, "Page not found")
		}
		month = m
	}
	paging := numbered(q, "")
	var parts []web.Component
	var more bool
	if asked == "" {
		waits, moreWait, err := p.desk.Waiting(q.Context(), q.Actor(), month, paging)
		if err != nil {
			return nil, err
		}
		parts, more = p.waiting(q, waits), moreWait
	}
	all, err := p.desk.Glass(q.Context(), q.Actor(), month)
	if err != nil {
		return nil, err
	}
	of, before := month.Format("January 2006"), time.Date(month.Year(), month.Month(), 0, 0, 0, 0, 0, time.UTC)
	reasons, bars := split(all)
	parts = append(parts, p.glassTable(q, "Reasons given to open a record in "+of,
		"Nobody gave a reason to open a record in "+of+".", reasons),
		p.barTable(q, "Who was to be kept from a case in "+of, "Nobody was to be kept from a case in "+of+".", bars),
		nhs.Paragraph{Content: nhs.Link{Text: "The month before", Href: pathTold + "?month=" + before.Format(monthForm)}})
	late, mine, err := p.desk.Told(q.Context(), q.Actor(), paging)
	if err != nil {
		return nil, err
	}
	if access.Role(q.Who().Role) == access.CaldicottGuardian {
		o, err := p.organisation(q)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p.undone(q, o, late, mine)...)
		more = more || late.More || mine.More
	}
	if more || q.PageNumber() > 1 {
		path := pathTold + "?"
		if asked != "" {
			path += "month=" + month.Format(monthForm) + "&"
		}
		parts = append(parts, turn(path, q.PageNumber(), more))
	}
	return web.Page{Title: sectionTold, Section: sectionTold, Nav: pathTold, Wide: true, Body: web.Stack(parts...)}, nil
}

// split parts reasons from who was to be kept from what.
func split(all []concern.Broken) (reasons, bars []concern.Broken) {
	for _, b := range all {
		if b.Bar > 0 {
			bars = append(bars, b)
		} else {
			reasons = append(reasons, b)
		}
	}
	return reasons, bars
}

// waiting are the tables of what waits for somebody's word from the months before.
func (p *pages) waiting(q *web.Request, all []concern.Broken) (parts []web.Component) {
	reasons, bars := split(all)
	if len(reasons) > 0 {
		parts = append(parts, p.glassTable(q, "Reasons of earlier months that wait for a review", "", reasons))
	}
	if len(bars) > 0 {
		parts = append(parts, p.barTable(q,
			"Who is to be kept from a case since an earlier month, and waits for a second word", "", bars))
	}
	return parts
}

// undone are the tables of what has been overdue, and of what waits for the Guardian herself.
func (p *pages) undone(q *web.Request, o directory.Organisation, late, mine concern.Page) (parts []web.Component) {
	var none []web.Component // below the tables, so that no sentence seems to be of a table
	for _, x := range []struct {
		page        concern.Page
		title, none string
	}{{mine, "Waiting for you, since no safeguarding lead may decide",
		"No concern waits for you in place of a safeguarding lead."}, {late, "Overdue for more than a day",
		"No concern has been overdue for more than a day."}} {
		switch {
		case len(x.page.Rows) > 0:
			parts = append(parts, p.inboxTable(q, o, x.page.Rows, x.title))
		case q.PageNumber() == 1: // on a page after, it ended before
			none = append(none, nhs.Para(x.none))
		}
	}
	return append(parts, none...)
}

// glassTable lists who gave a reason to open a record, and who has reviewed it.
func (p *pages) glassTable(q *web.Request, title, none string, all []concern.Broken) web.Component {
	if len(all) == 0 {
		return nhs.Para(none)
	}
	name := p.Directory.Names(q.Context())
	d := p.desk.Definition(q.Who().Org)
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: title + ", newest first", Size: nhs.SizeM},
		Head: nhs.Heads("When", "Who", "As", "Reference", "Reason", "Review")}
	for _, b := range all {
		review := nhs.Group{nhs.Text("By "), nhs.HTML(words.Name(name(b.Review.By))), nhs.Text(", "),
			nhs.HTML(words.MomentHTML(b.Review.At)), typed(b.Review.Words)}
		switch {
		case b.Review.At.IsZero() && b.By == q.Who().Person:
			review = nhs.Group{nhs.Text("Somebody else reviews it")}
		case b.Review.At.IsZero():
			review = nhs.Group{nhs.Link{Text: "Review", Hidden: "why " + string(b.Reference) + " was opened", Href: pathTold +
				"/" + b.At.UTC().Format(monthForm) + "/" + b.Entry.String()}}
		}
		t.Rows = append(t.Rows, []nhs.Cell{{Content: nhs.HTML(words.MomentHTML(b.At))},
			{Content: nhs.HTML(words.Name(name(b.By)))}, {Text: roomweb.RoleWords(d, b.Role)},
			{Content: nhs.NoWrap(b.Reference)}, {Content: typed(b.Reason)}, {Content: review}})
	}
	return t
}

func (p *pages) review(q *web.Request) (web.Response, error) {
	if _, _, err := glassEntry(q); err != nil {
		return nil, err
	}
	f := q.Form()
	return web.Page{Title: "Review why it was opened", Section: sectionTold, Nav: pathTold, Back: pathTold,
		BackText: sectionTold, Body: f.Ask(web.Question{
			Before: []web.Component{nhs.Para("You are the second person. See who has opened the record, and talk to " +
				"whoever gave the reason, before you write down what you found. It is kept when the record is erased: do " +
				"not write a name in it, or what the record says.")},
			Fields: []web.Component{f.Textarea(nhs.Textarea{Name: "words", Rows: 4, Label: label("What did you find?")})},
			Send:   "Record this review",
		})}, nil
}

func (p *pages) sendReview(q *web.Request) (web.Response, error) {
	month, entry, err := glassEntry(q)
	if err != nil {
		return nil, err
	}
	f := q.Form()
	found := f.Text("words", web.Ask{What: "what you found", Needed: true, Max: concern.MaxShort})
	if err := f.Err(); err != nil {
		return nil, err
	}
	if err := p.desk.ReviewGlass(q.Context(), q.Actor(), month, entry, found); err != nil {
		return nil, err
	}
	to := pathTold
	if of := month.Format(monthForm); of != q.Now().UTC().Format(monthForm) {
		to += "?month=" + of
	}
	return web.Redirect{To: to, Flash: "Your review was recorded"}, nil
}

func glassEntry(q *web.Request) (month time.Time, entry id.Entry, err error) {
	month, err = time.Parse(monthForm, q.Path("month"))
	if err == nil {
		entry, err = id.ParseEntry(q.Path("entry"))
	}
	if err != nil {
		err = fail.New(fail.Missing, "Page not found")
	}
	return month, entry, err
}
