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
	"context"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/concern"
	"heed/internal/directory"
	"heed/internal/id"
	"heed/internal/process"
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
	desk      *concern.Desk
	directory *directory.Desk
}

// Part is the routes of this package.
func Part(desk *concern.Desk, people *directory.Desk) web.Part {
	p := &pages{desk, people}
	part := web.Part{Name: "concern", Nav: []web.NavItem{
		{Text: sectionRaise, Path: "/raise"},
		{Text: sectionMine, Path: "/mine"},
		{Text: sectionInbox, Path: "/inbox", For: []string{string(access.Lead)}},
		{Text: sectionTold, Path: pathTold, For: []string{string(access.CaldicottGuardian), string(access.ExecutiveLead)}},
	}}
	part.Routes = append(part.Routes, p.raiseRoutes()...)
	part.Routes = append(part.Routes, p.mineRoutes()...)
	part.Routes = append(part.Routes, p.inboxRoutes()...)
	part.Routes = append(part.Routes, p.caseRoutes()...)
	part.Routes = append(part.Routes, p.toldRoutes()...)
	part.Routes = append(part.Routes, p.stepRoutes()...)
	return part
}

// Actor is who asks, as access knows them.
func Actor(q *web.Request) access.Actor {
	w := q.Who()
	return access.Actor{Person: w.Person, Org: w.Org, Role: access.Role(w.Role), Team: w.Team, MFA: w.SecondFactor}
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
	return p.directory.Organisation(q.Context(), q.Who().Org)
}

// names gives the names of people for a page.
func (p *pages) names(ctx context.Context, people ...id.Person) (map[id.Person]string, error) {
	out := map[id.Person]string{}
	for _, x := range people {
		if _, ok := out[x]; ok || x.IsZero() {
			continue
		}
		who, err := p.directory.Person(ctx, x)
		if err != nil {
			return nil, err
		}
		out[x] = who.Name
	}
	return out, nil
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
