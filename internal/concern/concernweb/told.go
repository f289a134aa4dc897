package concernweb

import (
	"time"

	"heed/internal/access"
	"heed/internal/concern"
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

// told shows this month's reasons, or those of the month that is asked for.
func (p *pages) told(q *web.Request) (web.Response, error) {
	month := q.Now().UTC()
	if typed := q.Query("month"); typed != "" {
		m, err := time.Parse(monthForm, typed)
		if err != nil {
			return nil, fail.New(fail.Missing, "Page not found")
		}
		month = m
	}
	all, err := p.desk.Glass(q.Context(), q.Actor(), month)
	if err != nil {
		return nil, err
	}
	late, mine, err := p.desk.Told(q.Context(), q.Actor(), concern.Query{Limit: perPage,
		Offset: (q.PageNumber() - 1) * perPage})
	if err != nil {
		return nil, err
	}
	reasons, bars := all[:0:0], all[:0:0]
	for _, b := range all {
		if b.Bar > 0 {
			bars = append(bars, b)
		} else {
			reasons = append(reasons, b)
		}
	}
	before := time.Date(month.Year(), month.Month(), 0, 0, 0, 0, 0, time.UTC).Format(monthForm)
	parts := []web.Component{p.glassTable(q, month, reasons), p.barTable(q, month, bars),
		nhs.Paragraph{Content: nhs.Link{Text: "The month before", Href: pathTold + "?month=" + before}}}
	if access.Role(q.Who().Role) == access.CaldicottGuardian {
		o, err := p.organisation(q)
		if err != nil {
			return nil, err
		}
		for _, x := range []struct {
			page        concern.Page
			title, none string
		}{{mine, "Waiting for you, since no safeguarding lead may decide", "Nothing waits for you."}, {late,
			"Overdue for more than a day", "Nothing has been overdue for more than a day."}} {
			var body web.Component = nhs.Para(x.none)
			switch {
			case len(x.page.Rows) > 0:
				body = p.inboxTable(q, o, x.page.Rows, x.title)
			case q.PageNumber() > 1:
				continue // it ended on a page before
			}
			parts = append(parts, body)
		}
		if more := late.More || mine.More; more || q.PageNumber() > 1 {
			parts = append(parts, turn(pathTold+"?month="+month.Format(monthForm)+"&", q.PageNumber(), more))
		}
	}
	return web.Page{Title: sectionTold, Section: sectionTold, Nav: pathTold, Wide: true, Body: web.Stack(parts...)}, nil
}

// glassTable lists who gave a reason to open a record, and who has reviewed it.
func (p *pages) glassTable(q *web.Request, month time.Time, all []concern.Broken) web.Component {
	if len(all) == 0 {
		return nhs.Para("Nobody gave a reason to open a record in " + month.Format("January 2006") + ".")
	}
	name := p.Names(q.Context())
	d := p.desk.Definition(q.Who().Org)
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: "Reasons given to open a record in " +
		month.Format("January 2006") + ", newest first", Size: nhs.SizeM},
		Head: nhs.Heads("When", "Who", "As", "Reference", "Reason", "Review")}
	for _, b := range all {
		review := nhs.Group{nhs.Text("By "), nhs.HTML(words.Name(name(b.Review.By))), nhs.Text(", "),
			nhs.HTML(words.MomentHTML(b.Review.At)), typed(b.Review.Words)}
		switch {
		case b.Review.At.IsZero() && b.By == q.Who().Person:
			review = nhs.Group{nhs.Text("Somebody else reviews it")}
		case b.Review.At.IsZero():
			review = nhs.Group{nhs.Link{Text: "Review", Hidden: "why " + string(b.Reference) + " was opened", Href: pathTold +
				"/" + month.Format(monthForm) + "/" + b.Entry.String()}}
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
				"whoever gave the reason, before you write down what you found.")},
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
	return web.Redirect{To: pathTold + "?month=" + month.Format(monthForm), Flash: "Your review was recorded"}, nil
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
