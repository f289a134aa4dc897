package web_test

import (
	"fmt"
	"testing"

	"heed/internal/web"
	"heed/internal/web/nhs"
)

// BenchmarkPage is the page of the figure: 6 inputs and a table of 50 rows, with the layout, headers and log
// around it.
func BenchmarkPage(b *testing.B) {
	page := func(q *web.Request) (web.Response, error) {
		f := q.Form()
		var fields []nhs.Component
		for i := range 6 {
			fields = append(fields, f.Input(nhs.Input{Name: fmt.Sprint("field", i), Label: nhs.Label{Text: "Ward or clinic"},
				Hint: nhs.Hint{Text: "As on the door"}}))
		}
		table := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: "Concerns"},
			Head: []nhs.HeadCell{{Text: "Reference"}, {Text: "About"}, {Text: "Next due"}, {Text: "Status"}}}
		for range 50 {
			table.Rows = append(table.Rows, []nhs.Cell{{Text: "HD-7F3K-2X9C", Href: "/concerns/HD-7F3K-2X9C"},
				{Text: "A patient"}, {Text: "13 March 2026"}, {Content: nhs.Tag{Text: "Received"}}})
		}
		return web.Page{Title: "Concerns", Body: f.Ask(web.Question{Fields: fields, After: []nhs.Component{table}})}, nil
	}
	site, err := web.New(web.Options{}, web.Part{Name: "bench",
		Routes: []web.Route{web.Get("/page", web.Public, "Page", page)}})
	if err != nil {
		b.Fatal(err)
	}
	h := site.Handler()
	for b.Loop() {
		if w := send(h, "GET", "/page", nil); w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}
