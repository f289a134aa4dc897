package web

import (
	"io"

	"heed/internal/document"
	"heed/internal/fail"
	"heed/internal/web/nhs"
)

// Page is one page, said once. The layout adds everything that every page has:
// skip link, header with who is signed in, phase banner, back link, error
// summary, heading, footer.
type Page struct {
	// Title is the page's name: the start of the document title, the h1, and the
	// words of the link that led here. Never a person's name, an NHS number or
	// what somebody wrote; a reference may stand in it.
	Title string
	// Section is the part of the service, for the document title: "Raise a concern".
	Section string
	// Caption stands small above the h1: the reference, or the section.
	Caption string
	// Question says that the label or legend of the page's single question is the
	// h1 (see conventions, Questions): then the layout writes no h1.
	Question bool
	// Back is the path of the back link; "" for none. A real address, never history.back().
	Back string
	// BackText is "Back" unless told.
	BackText string
	// Nav names the item of the main navigation that is current.
	Nav string
	// Above stands full width over the heading: key details, sub-navigation.
	Above []Component
	// Banner is an information or success banner. A Redirect with a Flash shows a success banner by itself.
	Banner Component
	// Wide gives the whole width to the body; otherwise it has two thirds.
	Wide bool
	// Leave puts "Leave this page" on the page: on Raise a concern and My concerns only.
	Leave bool
	// Refresh makes a browser without JavaScript ask again after so many seconds: progress pages only.
	Refresh int
	// Body is what View.With returns.
	Body Body
	// Faults are the form's faults in page order. Request.Form fills them in when the handler leaves them empty.
	Faults fail.Fields
	// Status is 200 unless told; 422 when there are faults.
	Status int

	leaving string // the page shows nothing of the service and leads there at once
}

// Component is a typed value that writes itself as HTML; internal/web/nhs and internal/web/casework have them.
type Component = nhs.Component

// Response is what a handler gives back: Page, Redirect, Download, Told.
type Response interface {
	respond(*Request) (answer, error)
}

// answer is a whole response, ready before its first byte is sent, so that a
// fault while rendering becomes an error page and never half a page.
type answer struct {
	status      int
	contentType string
	header      map[string]string
	body        []byte
	from        io.Reader // in place of body, size bytes of it
	size        int64
}

// Told is what a script of ours asked for.
type Told struct{ JSON []byte }

// Redirect sends the browser on with 303 after a POST (or a GET that only leads on).
type Redirect struct {
	// To is a path of this service, beginning with a single slash.
	To string
	// Flash is shown once, as a success banner on the next page: what was done,
	// without a personal word ("Your note was added").
	Flash string
}

// SeeOther is the Redirect to a path.
func SeeOther(path string) Redirect { return Redirect{To: path} }

// Download is a file that the browser saves and never shows as a page. Opened all the
// same, it may do nothing: it is in a sandbox.
type Download struct {
	Name  string // lower case with dashes, made by us, never a name somebody typed
	Type  string
	Body  []byte
	Given *document.Content // in place of Body; the kit gives its memory back once it is sent
}
