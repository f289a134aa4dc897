package web

import (
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// The pages behind the footer. They are made from the settings and from what the
// program knows of itself, so that they are never out of date.

func (s *Site) standingRoutes() []Route {
	return []Route{
		Get("/accessibility", Public, "Accessibility statement", s.accessibility),
		Get("/cookies", Public, "Cookies", s.cookies),
		Get("/privacy", Public, "Privacy", s.privacy),
		Get("/contact", Public, "Contact", s.contact),
	}
}

// KnownFault is something that does not meet WCAG 2.2 AA, or that axe-core finds and
// that stays: the rule, what it is found on, and the words of the statement.
type KnownFault struct{ Rule, Selector, Words string }

// KnownFaults are all there are. The tests in a browser excuse these and no others, and
// the accessibility statement tells of each: change it with the pages.
var KnownFaults = []KnownFault{
	{"aria-allowed-attr", ".nhsuk-radios__input[aria-expanded], .nhsuk-checkboxes__input[aria-expanded]",
		"A choice that opens a further question says whether that question is shown by an attribute (aria-expanded) that " +
			"the standard does not give to radio buttons and checkboxes. " +
			"Some screen readers read it out and others pass it over. The question follows its choice in the page in any " +
			"case. This is how NHS.UK frontend 10.6.1 works, which we use unchanged."},
	{"label-content-name-mismatch", ".nhsuk-file-upload__drop-button",
		"Where a file can be dropped, the name of the button begins with its label and not with the words on it, which can " +
			"be in the way of voice control. No page uses this yet but the catalogue of components in the demo."},
}

func (s *Site) accessibility(*Request) (Response, error) {
	parts := []Component{
		nhs.Para("This statement is about the pages of " + s.o.Settings.Service + ", run by " + s.o.Settings.OrgName + "."),
		nhs.Heading{Text: "How accessible it is", Level: 2, Size: nhs.SizeM},
		nhs.Para("You should be able to:"),
		nhs.Bullets("use it on a phone, or with the text made 4 times as large, without scrolling to the side",
			"use it with a keyboard alone", "use it with a screen reader", "use it without JavaScript",
			"take longer: you are warned before you are logged out, and what you typed is kept"),
	}
	var known []string
	for _, f := range KnownFaults {
		known = append(known, f.Words)
	}
	if len(known) == 0 {
		parts = append(parts, nhs.Para("We know of no part that does not meet the Web Content Accessibility Guidelines "+
			"version 2.2, level AA. Automatic tests find some faults and not all."))
	} else {
		parts = append(parts, nhs.Para("These parts do not yet meet the Web Content Accessibility Guidelines version "+
			"2.2, level AA:"), nhs.Bullets(known...), nhs.Para("Automatic tests find some faults and not all."))
	}
	parts = append(parts,
		nhs.Heading{Text: "If something is hard to use, or you need it in another format", Level: 2, Size: nhs.SizeM},
		nhs.Paragraph{Content: nhs.Group{nhs.Text("Tell us: see "), nhs.Link{Text: "Contact", Href: "/contact"},
			nhs.Text(".")}},
		nhs.Heading{Text: "If you are not content with our answer", Level: 2, Size: nhs.SizeM},
		nhs.Para("The Equality and Human Rights Commission enforces the Public Sector Bodies (Websites and Mobile "+
			"Applications) (No. 2) Accessibility Regulations 2018. In Northern Ireland it is the Equality Commission for "+
			"Northern Ireland. Ask the Equality Advisory and Support Service for advice."),
		nhs.Heading{Text: "How it was tested", Level: 2, Size: nhs.SizeM},
		nhs.Para("Pages are tested in a browser with axe-core 4.14.1 (WCAG 2.2 A and AA and best practice), by keyboard, "+
			"with the text set wider apart, on a phone and on a desktop, with and without JavaScript, each time the "+
			"program changes."),
	)
	if s.o.Settings.Tested != "" {
		parts = append(parts, nhs.Para("This statement was made on "+s.o.Settings.Tested+"."))
	}
	return Page{Title: "Accessibility statement", Body: Stack(parts...)}, nil
}

func (s *Site) cookies(*Request) (Response, error) {
	count, more := "1 cookie", [][]nhs.Cell(nil)
	if len(s.o.Elsewhere) > 0 {
		count = "2 cookies"
		more = [][]nhs.Cell{{{Text: s.elsewhereCookie()}, {Text: "Knows this browser again when you come back from logging " +
			"in elsewhere. It holds a random number and the page that you were going to."},
			{Text: "10 minutes, or until you come back"}}}
	}
	return Page{Title: "Cookies", Body: Stack(
		nhs.Para(s.o.Settings.Service+" sets "+count+", and only when you log in. That is strictly necessary, so we do not "+
			"ask. There are no cookies for statistics or advertising."),
		nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: "Cookies that are set"},
			Head: []nhs.HeadCell{{Text: "Name"}, {Text: "What it is for"}, {Text: "How long it is kept"}},
			Rows: append([][]nhs.Cell{{{Text: s.cookieName()},
				{Text: "Keeps you logged in. It holds a random number and nothing about you."},
				{Text: "Until you close the browser or are logged out: " + s.idleWords()}}}, more...)},
	)}, nil
}

func (s *Site) idleWords() string {
	if s.o.Sessions == nil {
		return "at the latest after 8 hours"
	}
	idle, absolute := s.o.Sessions.Limits()
	return "after " + words.Count(int(idle.Minutes()), "minute", "minutes") + " without use, at the latest after " +
		words.Count(int(absolute.Hours()), "hour", "hours")
}

func (s *Site) privacy(*Request) (Response, error) {
	parts := []Component{nhs.Para("Everybody who reads a record is written down with the time before they see it, and " +
		"with their reason where one is asked.")}
	for _, p := range s.o.Settings.Privacy {
		parts = append(parts, nhs.Para(p))
	}
	if len(s.o.Settings.Privacy) == 0 {
		parts = append(parts, nhs.Paragraph{Content: nhs.Group{nhs.Text(s.o.Settings.OrgName +
			" decides how personal data in this service is used. Ask for its privacy notice: see "),
			nhs.Link{Text: "Contact", Href: "/contact"}, nhs.Text(".")}})
	}
	return Page{Title: "Privacy", Body: Stack(parts...)}, nil
}

func (s *Site) contact(*Request) (Response, error) {
	var parts []Component
	if s.o.Settings.Phone != "" {
		line := "To raise a concern or to ask for advice, ring " + s.o.Settings.Phone
		if s.o.Settings.PhoneHours != "" {
			line += " (" + s.o.Settings.PhoneHours + ")"
		}
		parts = append(parts, nhs.Para(line+"."))
	}
	parts = append(parts, nhs.Para("If someone is in immediate danger, call 999."))
	for _, line := range s.o.Settings.Contact {
		parts = append(parts, nhs.Para(line))
	}
	return Page{Title: "Contact", Body: Stack(parts...)}, nil
}
