package fieldweb

import (
	"fmt"

	"heed/internal/document"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// DocumentOf is a document as a browser saves it. Its name is ours: the one that it
// came with may say whom it is about, and would stand among the downloads.
func DocumentOf(ref id.Reference, asked room.DocumentAsked, got room.Given) web.Response {
	kind, _ := document.Kind(got.Kind)
	return web.Download{Name: fmt.Sprintf("%s-%d-%d.%s", ref, asked.Version, asked.Number, kind.ID), Type: kind.Type,
		Given: got.Bytes}
}

// Answer is one answer of a step as a page shows it: a document is a link. record is
// the path of the record's page.
func Answer(l field.Shown, record string, version int64) web.Component {
	if l.Document == 0 {
		return nhs.HTML(words.Typed(l.Words))
	}
	return nhs.Link{Text: l.Words, Href: fmt.Sprintf("%s/documents/%d/%d", record, version, l.Document)}
}
