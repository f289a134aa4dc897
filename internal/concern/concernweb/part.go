// Package concernweb is the pages of a concern: raising one, following one's own,
// the lead's inbox, and the case with each of its steps.
//
// It keeps true: a page is built from what the desk gives after the reading was
// recorded; no title, address or notice holds a name or a typed word; every page
// for somebody who raises carries the 999 advice and "Leave this page"; every
// choice about what may be done comes from the desk, none from a template.
//
// Trusted with: showing what the desk gave to the person whom it was given to.
package concernweb

import (
	"slices"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/concern"
	"heed/internal/directory"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/room/roomweb"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

const (
	sectionRaise = "Raise a concern"
	sectionMine  = "My concerns"
	sectionInbox = "Inbox"
	sectionCase  = "Case"
	sectionTold  = "What you are told of"
)

type pages struct {
	*roomweb.Pages
	desk *concern.Desk
}

// Part is the routes of this package.
func Part(desk *concern.Desk, rooms *room.Desk, people *directory.Desk) web.Part {
	p := &pages{roomweb.Of(concern.Room(), rooms, people), desk}
	if desk != nil { // nil: only the documents are made
		p.Room = desk.Room
	}
	p.Base, p.Section, p.Called = "/cases", sectionCase, sectionCase
	p.Frame, p.Before, p.After, p.Refused, p.Then = p.frame, p.before, p.emergency, refused, then
	p.Outside, p.Listed = web.NavItem{Path: pathTold, Text: sectionTold}, "/inbox"
	p.Shows = map[process.Step]func(*web.Request) (web.Response, error){
		process.AddNote: nil, // stands below the notes
	}
	part := web.Part{Name: "concern", Nav: []web.NavItem{
		{Text: sectionRaise, Path: "/raise"},
		{Text: sectionMine, Path: "/mine"},
		{Text: sectionInbox, Path: "/inbox", For: []string{string(access.Lead)}},
		{Text: sectionTold, Path: pathTold, For: []string{string(access.CaldicottGuardian), string(access.ExecutiveLead)}},
	}}
	for _, routes := range [][]web.Route{p.raiseRoutes(), p.mineRoutes(), p.inboxRoutes(), p.caseRoutes(),
		p.toldRoutes(), p.RecordRoutes()} {
		part.Routes = append(part.Routes, routes...)
	}
	return part
}

// emergency is the 999 advice that every page of a concern keeps in reach.
func (p *pages) emergency(q *web.Request) web.Component {
	d := p.desk.Definition(q.Who().Org)
	return Emergency(d)
}

// Emergency is the 999 advice of a process.
func Emergency(d *process.Definition) web.Component {
	items := nhs.Group{nhs.Para(d.Emergency.Words), nhs.Para("Call 999 if:"), nhs.Bullets(d.Emergency.CallIf...)}
	return nhs.Details{Summary: d.Emergency.Heading, Content: items}
}

// organisation gives the person's organisation.
func (p *pages) organisation(q *web.Request) (directory.Organisation, error) {
	return p.Directory.Organisation(q.Context(), q.Who().Org)
}

// ring says whom to ring now.
func ring(c directory.Contact) web.Component {
	if c.Telephone == "" {
		return nil
	}
	return nhs.InsetText{Text: "To talk to somebody now, ring " + c.Name + " on " + c.Telephone + "."}
}

// typed shows what somebody wrote: as text, with its lines, in its own direction.
func typed(s string) web.Component { return nhs.HTML(words.Typed(s)) }

// ageInDays is how many working days have passed.
func ageInDays(o directory.Organisation, from, now workday.Day) string {
	return words.Count(o.Nation.Between(from, now), "working day", "working days")
}

// label is the label of a field that is not the page's heading.
func label(text string) nhs.Label { return nhs.Label{Text: text, Size: nhs.SizeS} }

// present leaves an absent component out.
func present(cs ...web.Component) []web.Component {
	return slices.DeleteFunc(cs, func(c web.Component) bool { return c == nil })
}
