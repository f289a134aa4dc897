package web_test

import (
	"net/url"
	"strings"
	"testing"

	"heed/internal/fail"
	"heed/internal/web"
	"heed/internal/web/nhs"
)

// TestEveryEmptyPartOfADateIsMarked, and nothing else.
func TestEveryEmptyPartOfADateIsMarked(t *testing.T) {
	show := func(q *web.Request) (web.Response, error) {
		return web.Page{Title: "When", Body: q.Form().Ask(web.Question{Fields: []web.Component{q.Form().Date("when",
			nhs.DateInput{Legend: nhs.Legend{Text: "When"}})}})}, nil
	}
	save := func(q *web.Request) (web.Response, error) {
		q.Form().Day("when", web.DayAsk{Ask: web.Ask{What: "when it happened", Needed: true}, NotAfter: q.Today()})
		return web.SeeOther("/"), q.Form().Err()
	}
	site, err := web.New(web.Options{Plain: true},
		web.Part{Name: "d", Routes: []web.Route{web.Get("/when", web.Public, "When", show), web.Post("/when", web.Public,
			"When", save)}})
	if err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string]string{"//": "day month year", "6//": "month year", "//2026": "day month",
		"6//2026": "month", "/8/": "day year", "40/1/2026": "day", "6/13/2026": "month", "6/8/26": "year"} {
		parts := strings.Split(typed, "/")
		page := send(site.Handler(), "POST", "/when", url.Values{"when-day": parts[:1], "when-month": parts[1:2],
			"when-year": parts[2:]}).Body.String()
		var marked []string
		for _, part := range []string{"day", "month", "year"} {
			_, rest, _ := strings.Cut(page, `id="when-`+part+`"`)
			input, _, _ := strings.Cut(rest, ">")
			before := page[:len(page)-len(rest)]
			if strings.Contains(before[strings.LastIndex(before, "<input"):]+input, "nhsuk-input--error") {
				marked = append(marked, part)
			}
		}
		if got := strings.Join(marked, " "); got != want {
			t.Errorf("%s: %s is marked, want %s", typed, got, want)
		}
	}
}

// TestEnterSendsTheForm: the first button of the form, in the order of the page, is the
// one that sends it, and none of those that leave the page.
func TestEnterSendsTheForm(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		v := h.visitor().logIn("amara", "123001")
		page := v.get("/notes/add").wants(200, `formaction="/back"`).last.Body.String()
		i := strings.Index(page, `form="form"`)
		if j := strings.LastIndex(page[:i], "<"); !strings.HasPrefix(page[j:], `<button type="submit" form="form" hidden>`) {
			t.Errorf("the Enter key presses %.90s", page[j:])
		}
	})
}

// TestAPageWithoutItsFormGivesTheWordsBack: while it was written the step went away.
func TestAPageWithoutItsFormGivesTheWordsBack(t *testing.T) {
	for _, kind := range []fail.Kind{fail.Stale, fail.Conflict} {
		closed := web.Part{Name: "n", Routes: []web.Route{
			web.Get("/step", web.Public, "A step", func(*web.Request) (web.Response, error) {
				return web.Page{Title: "A step", Body: web.Stack(nhs.Para("This cannot be done now."))}, nil
			}),
			web.Post("/step", web.Public, "A step", func(q *web.Request) (web.Response, error) {
				q.Form().Text("note", web.Ask{What: "your note"})
				return nil, fail.New(kind, "Somebody was quicker")
			}),
		}}
		site, err := web.New(web.Options{Plain: true}, closed)
		if err != nil {
			t.Fatal(err)
		}
		got := send(site.Handler(), "POST", "/step", url.Values{"note": {"what I wrote"}})
		wants(t, got, 409, "what I wrote", "Send it again")
		if strings.Contains(got.Body.String(), "form below") {
			t.Error("the page speaks of a form that is not there")
		}
	}
}
