package nhs

import "maps"

func init() { // tests only: two files of decoders
	maps.Copy(decoders, map[string]func(options) Component{
		"action-link": func(o options) Component {
			return ActionLink{ID: o.str("id"), Text: o.str("text"), Content: o.content(), Href: o.str("href"),
				Type:      o.str("type"),
				NewWindow: o.on("openInNewWindow"), Variant: Variant(o.str("variant")), Classes: o.str("classes"), Attrs: o.attrs()}
		},
		"back-link": func(o options) Component { return backLink(o) },
		"breadcrumb": func(o options) Component {
			x := Breadcrumb{ID: o.str("id"), Variant: Variant(o.str("variant")), BackLink: backLink(o.sub("backLink")),
				Classes: o.str("classes"), Attrs: o.attrs()}
			for _, i := range o.list("items") {
				x.Items = append(x.Items, Crumb{Text: i.str("text"), Content: i.content(), Href: i.str("href"), Attrs: i.attrs()})
			}
			return x
		},
		"button": func(o options) Component {
			icon := o.sub("icon")
			return Button{Text: o.str("text"), Content: o.content(), Href: o.str("href"), Small: o.on("small"),
				Disabled: o.on("disabled"),
				Variant:  Variant(o.str("variant")), Icon: Icon(icon.str("name")), IconAtEnd: icon.str("placement") == "end",
				PreventDoubleClick: o.toggle("preventDoubleClick")}
		},
		"card": func(o options) Component { return card(o) },
		"contents-list": func(o options) Component {
			return ContentsList{Hidden: o.str("visuallyHiddenText"), Items: contentsItems(o)}
		},
		"details": func(o options) Component {
			s := o.sub("summary")
			return Details{Summary: s.str("text"), SummaryContent: s.content(), Text: o.str("text"), Content: o.content(),
				Open:    o.on("open"),
				Variant: Variant(o.str("variant")), Classes: o.str("classes")}
		},
		"error-summary": func(o options) Component {
			d := o.sub("description")
			d["callBlock"] = o.str("callBlock")
			e := ErrorSummary{Heading: heading(o.sub("heading")), Text: d.str("text"), Content: d.content(),
				DisableAutoFocus:   o.toggle("disableAutoFocus"),
				NoHeadingByDefault: true, Attrs: o.attrs()}
			for _, i := range o.list("errorList") {
				e.Errors = append(e.Errors, SummaryError{Text: i.str("text"), Content: i.content(), Href: i.str("href"),
					Attrs: i.attrs()})
			}
			return e
		},
		"footer":     footer,
		"header":     header,
		"heading":    func(o options) Component { return heading(o) },
		"inset-text": func(o options) Component { return InsetText{Text: o.str("text"), Content: o.content()} },
		"notification-banner": func(o options) Component {
			h := o.sub("heading")
			return NotificationBanner{Title: heading(o.sub("title")), Heading: heading(h),
				HeadingElement: CaptionElement(h.str("element")), Text: o.str("text"),
				Content: o.content(), Variant: Variant(o.str("variant")), Role: o.str("role"),
				DisableAutoFocus: o.toggle("disableAutoFocus"), Attrs: o.attrs()}
		},
		"pagination": pagination,
		"panel": func(o options) Component {
			return Panel{Heading: heading(o.sub("heading")), Text: o.str("text"), Content: o.content(),
				Variant: Variant(o.str("variant"))}
		},
		"scroll": func(o options) Component {
			return Scroll{Text: o.str("text"), Content: o.content(), LabelledBy: o.str("labelledBy"),
				Variant: Variant(o.str("variant"))}
		},
		"skip-link":    func(o options) Component { return SkipLink{Text: o.str("text"), Href: o.str("href")} },
		"summary-list": summaryList,
		"tables":       table,
		"tag":          func(o options) Component { return tag(o) },
		"task-list": func(o options) Component {
			t := TaskList{IDPrefix: o.str("idPrefix")}
			for n, i := range o.gaps("items") {
				if i != nil {
					t.Items = append(t.Items, task(i, n+1))
				}
			}
			return t
		},
		"warning-callout": func(o options) Component {
			return WarningCallout{Heading: cardHeading(o.sub("heading")), Text: o.str("text"), Content: o.content()}
		},
	})
}

func backLink(o options) BackLink {
	return BackLink{ID: o.str("id"), Text: o.str("text"), Content: o.content(), Href: o.str("href"), Type: o.str("type"),
		Variant: Variant(o.str("variant")), Classes: o.str("classes"), Attrs: o.attrs()}
}

func heading(o options) Heading {
	return Heading{ID: o.str("id"), Text: o.str("text"), Content: o.content(), Hidden: o.str("visuallyHiddenText"),
		Level: o.num("level"), Size: Size(o.str("size")),
		Caption: caption(o.sub("caption")), Href: o.str("href"), Classes: o.str("classes"), Attrs: o.attrs()}
}

func caption(o options) Caption {
	return Caption{Text: o.str("text"), Content: o.content(), Size: Size(o.str("size")),
		Placement: Placement(o.str("placement")), Element: CaptionElement(o.str("element"))}
}

func card(o options) Card {
	d := o.sub("description")
	d["callBlock"] = o.str("callBlock")
	image := o.sub("image")
	c := Card{Heading: cardHeading(o.sub("heading")), Text: d.str("text"), Content: d.content(), Href: o.str("href"),
		Clickable: o.on("clickable"),
		Variant:   Variant(o.str("variant")), Image: CardImage{Src: image.str("src"), Content: image.content()},
		Attrs: o.attrs()}
	c.Actions = actions(o)
	return c
}

func cardHeading(o options) CardHeading {
	return CardHeading{ID: o.str("id"), Text: o.str("text"), Content: o.content(), Level: o.num("level"),
		Size: Size(o.str("size")), Classes: o.str("classes"),
		Caption: caption(o.sub("caption"))}
}

// actions are given as a list, or as options that hold one.
func actions(o options) (out []Action) {
	list := o.list("actions")
	if len(list) == 0 {
		list = o.sub("actions").list("items")
	}
	for _, a := range list {
		out = append(out, Action{Text: a.str("text"), Content: a.content(), Hidden: a.str("visuallyHiddenText"),
			Href: a.str("href"), Type: a.str("type")})
	}
	return out
}

func contentsItems(o options) (out []ContentsItem) {
	for _, i := range o.list("items") {
		out = append(out, ContentsItem{Text: i.str("text"), Href: i.str("href"), Current: i.on("current"),
			Items: contentsItems(i)})
	}
	return out
}

// footer: the original says "© NHS England" unless told otherwise; ours says nothing, so the decoder gives the line.
func footer(o options) Component {
	c, m := o.sub("copyright"), o.sub("meta")
	m["callBlock"] = o.str("callBlock")
	f := Footer{Columns: o.num("columns"), Copyright: c.str("text"), CopyrightContent: c.content(),
		Meta: FooterMeta{Items: footerLinks(m), Text: m.str("text"), Content: m.content()}}
	if _, given := c["text"]; !given && f.CopyrightContent == nil {
		f.Copyright = "© NHS England"
	}
	columns := o.list("navigation")
	if n, single := o["navigation"].(map[string]any); single {
		columns = []options{n}
	}
	for _, n := range columns {
		f.Navigation = append(f.Navigation, FooterColumn{Heading: heading(n.sub("heading")), Content: n.content(),
			Items: footerLinks(n), Width: n.str("width")})
	}
	return f
}

func footerLinks(o options) (out []FooterLink) {
	for _, i := range o.list("items") {
		out = append(out, FooterLink{Text: i.str("text"), Content: i.content(), Href: i.str("href")})
	}
	return out
}

// header: the original shows the NHS logo and searches www.nhs.uk unless told otherwise; ours does neither, so the
// decoder asks for both.
func header(o options) Component {
	logo, service, org, nav := o.sub("logo"), o.sub("service"), o.sub("organisation"), o.sub("navigation")
	h := Header{
		Logo: Logo{NHS: true, Src: logo.str("src"), Alt: logo.str("alt"), Href: logo.str("href"),
			Label: logo.str("ariaLabel")},
		Service:      Service{Text: service.str("text"), Href: service.str("href")},
		Organisation: Organisation{Name: org.str("name"), Split: org.str("split"), Descriptor: org.str("descriptor")},
		Navigation:   Navigation{White: nav.str("colour") == "white", Justified: nav.on("justified")},
		White:        o.str("colour") == "white", Inline: o.on("inline"),
	}
	if s := o["search"]; s != nil && s != false {
		search := o.sub("search")
		h.Search = &HeaderSearch{Action: "https://www.nhs.uk/search/", Placeholder: search.sub("input").str("placeholder"),
			Label: or(search.sub("label").str("visuallyHiddenText"), "Search the NHS website")}
	}
	for _, i := range o.sub("account").list("items") {
		h.Account.Items = append(h.Account.Items, AccountItem{Text: i.str("text"), Content: i.content(), Icon: i.on("icon"),
			Href: i.str("href"), Action: i.str("action")})
	}
	for _, i := range nav.list("items") {
		h.Navigation.Items = append(h.Navigation.Items, NavigationItem{Text: i.str("text"), Content: i.content(),
			Href: i.str("href"), Current: i.on("current"), Active: i.on("active")})
	}
	return h
}

func pagination(o options) Component {
	p := Pagination{Previous: pageLink(o.sub("previous")), Next: pageLink(o.sub("next"))}
	if s := o.str("previousUrl") + o.str("previousPage"); s != "" {
		p.Previous = PageLink{Href: o.str("previousUrl"), Label: o.str("previousPage")}
	}
	if s := o.str("nextUrl") + o.str("nextPage"); s != "" {
		p.Next = PageLink{Href: o.str("nextUrl"), Label: o.str("nextPage")}
	}
	for _, i := range o.list("items") {
		p.Items = append(p.Items, PageNumber{Number: i.num("number"), Href: i.str("href"), Current: i.on("current"),
			Ellipsis: i.on("ellipsis")})
	}
	return p
}

func pageLink(o options) PageLink {
	return PageLink{Href: o.str("href"), Text: o.str("text"), Label: o.sub("label").str("text")}
}

func summaryList(o options) Component {
	s := SummaryList{NoBorder: o.off("border"), NoLastRowBorder: o.off("lastRowBorder")}
	for _, r := range o.list("rows") {
		s.Rows = append(s.Rows, SummaryRow{Key: summaryCell(r.sub("key")), Value: summaryCell(r.sub("value")),
			Actions: actions(r), NoBorder: r.off("border")})
	}
	if _, given := o["card"].(map[string]any); given {
		c := card(o.sub("card"))
		s.Card = &c
	}
	return s
}

func summaryCell(o options) SummaryCell {
	return SummaryCell{Text: o.str("text"), Content: o.content(), Width: o.str("width")}
}

func tag(o options) Tag {
	return Tag{Text: o.str("text"), Content: o.content(), Colour: Colour(o.str("colour")), NoColour: o.off("colour"),
		NoBorder: o.off("border"), Classes: o.str("classes")}
}

func task(o options, number int) Task {
	h, hint, status := o.sub("heading"), o.sub("hint"), o.sub("status")
	if len(h) == 0 {
		h = o.sub("title")
	}
	t := Task{Text: h.str("text"), Content: h.content(), Hint: hint.str("text"), Href: o.str("href"),
		Status: status.str("text"), StatusClasses: status.str("classes"), Number: number}
	if s := status.sub("tag"); len(s) > 0 {
		t.StatusContent = tag(s)
	}
	return t
}

func table(o options) Component {
	c := o.sub("caption")
	t := Table{
		Caption: TableCaption{ID: c.str("id"), Text: c.str("text"), Size: Size(c.str("size")),
			Classes: c.str("classes")},
		FirstCellIsHeader: o.on("firstCellIsHeader"),
		Responsive:        o.on("responsive"), Compact: o.on("compact"), Striped: o.on("striped"), Scroll: o.on("scroll"),
		NoBorder:        o.off("border"),
		NoLastRowBorder: o.off("lastRowBorder"), Variant: Variant(o.str("variant")),
	}
	for _, h := range o.gaps("head") {
		t.Head = append(t.Head, headCell(h))
	}
	rows, _ := o["rows"].([]any)
	for _, r := range rows {
		cells, given := r.([]any)
		if !given {
			continue
		}
		var row []Cell
		for _, c := range (options{"row": cells}).gaps("row") {
			row = append(row, tableCell(c))
		}
		t.Rows = append(t.Rows, row)
	}
	if v, given := o["card"].(map[string]any); given {
		c := card(v)
		t.Card = &c
	} else if o.on("card") || o.on("panel") { // older options
		t.Card = &Card{Heading: CardHeading{Text: o.str("heading"), Level: o.num("headingLevel")}}
		if o.on("panel") {
			t.Card.Variant = Feature
		}
	}
	return t
}

func headCell(o options) HeadCell {
	if o == nil {
		return HeadCell{Absent: true}
	}
	h := HeadCell{Text: o.str("text"), Content: o.content(), Hidden: o.str("visuallyHiddenText"),
		Numeric: o.str("format") == "numeric", Align: o.str("align"),
		Width: o.str("width"), Href: o.str("href"), Sort: Order(o.str("sort")), SortNext: Order(o.str("sortNext")),
		Classes: o.str("classes")}
	if o.on("sort") {
		h.Sort = SortNone
	}
	return h
}

func tableCell(o options) Cell {
	if o == nil {
		return Cell{Absent: true}
	}
	return Cell{Text: o.str("text"), Content: o.content(), Hidden: o.str("visuallyHiddenText"),
		Format: Format(o.str("format")), Href: o.str("href"),
		SortValue: o.str("sortValue"), Classes: o.str("classes")}
}
