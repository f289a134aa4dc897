package nhs

import (
	"fmt"
	"testing"
)

var samples = map[string]Component{
	"button": Button{Text: "Send this concern", PreventDoubleClick: On},
	"input": Input{Name: "name", Label: Label{Text: "Full name", Size: SizeM},
		Hint:  Hint{Text: "As it is written on the ward list"},
		Error: ErrorMessage{Text: "Enter the full name"}, Value: "Anna O'Neill", Autocomplete: "off"},
	"textarea": CharacterCount{Name: "what", Label: Label{Text: "What are you worried about?", Size: SizeL,
		PageHeading: true}, MaxLength: 4000,
		Value: "He said \"it will be on the news\" & left."},
	"radios": Radios{Name: "about", Legend: Legend{Text: "Who is this about?", Size: SizeL, PageHeading: true},
		Value: "patient",
		Items: []Radio{{Value: "patient", Text: "A patient"}, {Value: "colleague", Text: "A colleague"},
			{Value: "visitor", Text: "A visitor or someone else"}, {Value: "unsure", Text: "I am not sure"}}},
	"date": DateInput{ID: "when", NamePrefix: "when", Legend: Legend{Text: "When did it happen?"},
		Parts: Date("6", "March", "2026")},
	"summary": SummaryList{Rows: []SummaryRow{Row("About", "A patient", Action{Text: "Change", Hidden: "who it is about",
		Href: "/raise/about"}), Row("When", "6 March 2026"), Row("Where", "Ward 4"), Row("Name", "Not provided")}},
	"errors": ErrorSummary{Errors: []SummaryError{{Text: "Enter what you are worried about", Href: "#what"},
		{Text: "Select who the concern is about", Href: "#about"}}},
	"header": Header{Organisation: Organisation{Name: "Riverside Community", Descriptor: "NHS Foundation Trust"},
		Service: Service{Text: "Heed", Href: "/"},
		Account: Account{Items: []AccountItem{{Text: "Sam Lee, safeguarding lead", Icon: true},
			{Text: "Change role", Href: "/role"}, {Text: "Log out", Action: "/log-out"}}}},
	"footer": Footer{Meta: FooterMeta{Items: []FooterLink{{Text: "Accessibility statement", Href: "/a"},
		{Text: "Cookies", Href: "/b"}, {Text: "Privacy", Href: "/c"}, {Text: "Contact", Href: "/d"}}}},
}

func BenchmarkComponent(b *testing.B) {
	for name, c := range samples {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Render(c)
			}
		})
	}
}

// BenchmarkPage is a page with 6 inputs and a table of 50 rows.
func BenchmarkPage(b *testing.B) {
	t := Table{Caption: TableCaption{Text: "Concerns"}, Head: Heads("Reference", "About", "Received", "Owner"),
		Responsive: true, FirstCellIsHeader: true}
	for i := range 50 {
		t.Rows = append(t.Rows, []Cell{{Text: fmt.Sprintf("HD-7F3K-%02d", i), Href: "/cases/HD-7F3K-22"}, {Text: "A patient"},
			{Text: "6 March 2026"}, {Text: "Sam Lee"}})
	}
	page := Group{samples["header"], samples["errors"]}
	for range 6 {
		page = append(page, samples["input"])
	}
	page = append(page, t, samples["button"], samples["footer"])
	b.ReportAllocs()
	for b.Loop() {
		Render(page)
	}
}
