package home

import (
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"heed/internal/clock/workday"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

const (
	pathCalendar  = pathWork + "/calendar"
	titleCalendar = "Your days in your own calendar"
	pathDays      = "/days/" // where a calendar reads, without anybody who logs in
)

// calendar says what an address of a calendar is, and whether there is one.
func (h *pages) calendar(q *web.Request) (web.Response, error) {
	held, has, err := h.directory.CalendarOf(q.Context(), q.Actor())
	if err != nil {
		return nil, err
	}
	return h.calendarPage(q, held, has, ""), nil
}

// changeCalendar makes an address, which is shown this once, or ends the one there is.
func (h *pages) changeCalendar(q *web.Request) (web.Response, error) {
	f := q.Form()
	what := f.Choice("calendar", web.Ask{What: "what you would like to do with it", Needed: true}, "new", "end")
	if err := f.Err(); err != nil {
		return nil, err
	}
	if what == "end" {
		return web.Redirect{To: pathCalendar, Flash: "The address has ended"}, h.directory.EndCalendar(q.Context(), q.Actor())
	}
	secret, err := h.directory.NewCalendar(q.Context(), q.Actor())
	if err != nil {
		return nil, err
	}
	held, has, err := h.directory.CalendarOf(q.Context(), q.Actor())
	return h.calendarPage(q, held, has, secret), err
}

func (h *pages) calendarPage(q *web.Request, held directory.Token, has bool, secret string) web.Response {
	page := web.Page{Title: titleCalendar, Section: sectionWork, Nav: pathWork, Back: pathWork}
	says := nhs.Bullets("It says that something is due on a day, and nothing else: no name, no reference and no word "+
		"of a record.",
		"Whoever has the address can read these days. Give it to your calendar and to nobody else.",
		"What is done or put on another day changes in your calendar when that reads the address again.")
	if !has {
		page.Body = q.Form().Ask(web.Question{Send: "Make an address",
			Before: []web.Component{nhs.Para("Your calendar can read from an address on which days something is due to you " +
				"in Heed."), says},
			Fields: []web.Component{nhs.HTML(`<input type="hidden" name="calendar" value="new">`)}})
		return page
	}
	if secret != "" {
		page.Body = web.Stack(nhs.Para("This is the address. It is shown this once. In your calendar, choose to add a "+
			"calendar from the internet, and paste it."),
			nhs.InsetText{Text: q.Origin() + pathDays + secret + ".ics", Classes: "heed-typed"}, says)
		return page
	}
	page.Body = q.Form().Ask(web.Question{
		Before: []web.Component{nhs.Para("You have an address. It shows what is due to you as " + held.Calendar.Label() +
			", until " + words.Date(held.Expires) + "."), says},
		Fields: []web.Component{q.Form().Radios(nhs.Radios{Name: "calendar",
			Legend: nhs.Legend{Text: "What would you like to do with it?", Size: nhs.SizeM}, Items: []nhs.Radio{
				{Value: "new", Text: "Make a new address: the one you have ends"},
				{Value: "end", Text: "End it: your calendar reads nothing any more"}}})}})
	return page
}

// days is the calendar that is read. One that was read before holds what has changed
// since by UID and SEQUENCE, and what was withdrawn is not in it any more.
func (h *pages) days(q *web.Request) (web.Response, error) {
	secret, ok := strings.CutSuffix(q.Path("address"), ".ics")
	if !ok {
		return nil, fail.New(fail.Missing, "Page not found")
	}
	a, err := h.directory.ByCalendar(q.Context(), secret)
	if err != nil {
		return nil, err
	}
	all, err := h.rooms.Days(q.Context(), a)
	if err != nil {
		return nil, err
	}
	return web.Download{Name: "heed.ics", Type: "text/calendar; charset=utf-8",
		Body: []byte(calendarOf(all, q.Now(), q.Origin()))}, nil
}

func calendarOf(all []room.Day, now time.Time, address string) string {
	c := ics.NewCalendarFor("Heed")
	c.SetMethod(ics.MethodPublish)
	c.SetName("Heed")
	c.SetRefreshInterval("PT6H")
	c.SetXPublishedTTL("PT6H")
	for _, d := range all {
		e := c.AddEvent(d.UID + "@heed")
		e.SetDtStampTime(now)
		e.SetAllDayStartAt(midday(d.On))
		e.SetSequence(int(d.Sequence))
		e.SetSummary("Something is due in Heed")
		e.SetDescription("Log in to Heed and open My work: it says what.")
		e.SetURL(address + pathWork)
		e.SetClass(ics.ClassificationPrivate)
		e.SetTimeTransparency(ics.TransparencyTransparent)
	}
	return c.Serialize()
}

// midday of a day, so that no time zone makes another day of it.
func midday(d workday.Day) time.Time { return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC) }
