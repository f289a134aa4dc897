// Package home is the pages that span slices: where somebody lands after logging
// in, who may do what, and the public statement of the installation.
//
// It keeps true: it shows functions and rules, and of records only which of them are
// somebody's own work; that they were listed is in the ledger before the page is sent.
package home

import (
	"strings"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/nhs"
)

type pages struct {
	directory *directory.Desk
	policy    *access.Policy
	rooms     *room.Desk
}

// Part is the routes of this package.
func Part(people *directory.Desk, p *access.Policy, rooms *room.Desk) web.Part {
	h := &pages{people, p, rooms}
	return web.Part{Name: "home", Nav: []web.NavItem{{Text: sectionWork, Path: pathWork}}, Routes: append(
		h.differentRoutes(),
		web.Get(pathWork, web.SignedIn, sectionWork, h.work), // the desk asks access about every record
		web.Post(pathWork, web.SignedIn, sectionWork, h.seen),
		web.Get(pathCalendar, web.SignedIn, titleCalendar, h.calendar),
		web.Post(pathCalendar, web.SignedIn, titleCalendar, h.changeCalendar),
		web.Get(pathDays+"{address}", web.Public, "The days on which something is due to whoever made the address", h.days),
		web.Get(pathCover, string(access.CoverOwn), titleCover, h.cover),
		web.Post(pathCover, string(access.CoverOwn), titleCover, h.arrange),
		web.Get(pathOthers, string(access.CoverOthers), titleOthers, h.coverOthers),
		web.Post(pathOthers, string(access.CoverOthers), titleOthers, h.arrange),
		web.Get(pathCover+"/{cover}", web.SignedIn, titleEnds, h.endCover),
		web.Post(pathCover+"/{cover}", web.SignedIn, titleEnds, h.sendEndCover),
		web.Get(pathHandOver, web.SignedIn, titleHandOver, h.handOver), // the desk asks access about every record
		web.Post(pathHandOver, web.SignedIn, titleHandOver, h.sendHandOver).AsksAgain(),
		web.Get(pathHandOver+"/{person}", web.SignedIn, titleHandOver, h.handOver),
		web.Post(pathHandOver+"/{person}", web.SignedIn, titleHandOver, h.sendHandOver).AsksAgain(),
		web.Get("/{$}", web.Public, "Start", h.start),
		web.Get("/who-may", string(access.ViewWhoMay), "Who may do what", h.whoMay),
		web.Get("/statement", web.Public, "About this service", h.statement),
	)}
}

// start leads to what this person comes for.
func (h *pages) start(q *web.Request) (web.Response, error) {
	role := access.Role(q.Who().Role)
	if role != "" && role != access.Worker { // told of it by mail: it must not be looked for
		o, err := h.directory.Organisation(q.Context(), q.Who().Org)
		if err != nil {
			return nil, err
		}
		if o.Replacing != nil {
			return web.SeeOther("/grantors"), nil
		}
	}
	switch role {
	case access.Lead:
		return web.SeeOther("/inbox"), nil
	case "":
		if q.Settings().DemoBanner != "" {
			return web.SeeOther("/demo/people"), nil
		}
		return web.SeeOther("/raise"), nil
	}
	links := []nhs.Component{
		nhs.Link{Text: "See your notices and your work", Href: "/work"},
		nhs.Link{Text: "Follow the concerns that you raised", Href: "/mine"},
		nhs.Link{Text: "Read who may do what", Href: "/who-may"},
		nhs.Link{Text: "See who grants roles", Href: "/grantors"},
	}
	if h.mayPropose(q) {
		links = append(links, nhs.Link{Text: "See what we do differently", Href: pathDifferent})
	}
	switch role {
	case access.CaldicottGuardian, access.ExecutiveLead:
		links = append(links, nhs.Link{Text: "See what you are told of", Href: "/told"})
	case access.Administrator:
		links = append(links, nhs.Link{Text: "See whether the service is well", Href: "/service"})
	}
	return web.Page{Title: "What would you like to do?", Body: web.Stack(
		nhs.Button{Text: "Raise a concern", Href: "/raise"},
		nhs.List{Plain: true, Items: links},
	)}, nil
}

// whoMay shows the rules that the program decides by, each in a sentence.
func (h *pages) whoMay(*web.Request) (web.Response, error) {
	t := nhs.Table{Responsive: true,
		Caption: nhs.TableCaption{Text: "The rules, in the words that the program decides by", Size: nhs.SizeM},
		Head:    nhs.Heads("Rule", "What it says")}
	for _, r := range h.policy.Sentences() {
		t.Rows = append(t.Rows, []nhs.Cell{{Text: strings.ReplaceAll(r.ID, "-", " ")}, {Text: r.Says}})
	}
	return web.Page{Title: "Who may do what", Back: "/", Wide: true, Body: web.Stack(
		nhs.Para("These rules are about functions. They say nothing about any record."), t)}, nil
}

// statement is what the public may know of an installation.
func (h *pages) statement(q *web.Request) (web.Response, error) {
	all, err := h.directory.Organisations(q.Context())
	if err != nil {
		return nil, err
	}
	parts := []web.Component{
		nhs.Para("Heed is where a health worker's worry about a person who may be drawn into terrorism is raised, taken " +
			"up, decided, shared only on a recorded lawful ground, and answered."),
		nhs.Para("It is safeguarding, never surveillance. There is no score, rank or profile of a person, no search over " +
			"people, and no list of signs to tick. Nothing personal flows upward."),
		nhs.Heading{Text: "What it is used for", Level: 2, Size: nhs.SizeM},
		nhs.Bullets("Safeguarding concerns about patients, visitors and others",
			"Recording lawful sharing decisions and what came of them", "Answering the person who raised a concern"),
		nhs.Heading{Text: "How it is kept honest", Level: 2, Size: nhs.SizeM},
		nhs.Para("Every change and every reading is written into a log that nobody can alter unseen. The signed state of " +
			"the log is public at /log/checkpoint."),
		nhs.Heading{Text: "Who runs it", Level: 2, Size: nhs.SizeM},
	}
	for _, o := range all {
		who := "Every role but that of a worker is granted by two people together."
		if o.OnePerson {
			who = "This is a one-person practice: every role but that of a worker is granted by one person alone."
		}
		parts = append(parts, nhs.Paragraph{Content: nhs.Group{nhs.Text(o.Name + ". " + who)}})
	}
	return web.Page{Title: "About this service", Back: "/", Body: web.Stack(parts...)}, nil
}
