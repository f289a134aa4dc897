package home

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/casework"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// What an organisation does differently from the shipped definitions: its overlays, shown,
// proposed, and agreed to by the people who grant roles. Nothing of a record is shown.

const (
	pathDifferent  = "/different"
	titleDifferent = "What we do differently"
	pathPropose    = pathDifferent + "/propose/" // of each kind of record its own, and so its own draft
	titlePropose   = "Propose a change"
	pathOff        = pathDifferent + "/off/"
	titleOff       = "Go back to the process as shipped"
	pathProposal   = pathDifferent + "/proposal/"
	titleProposal  = "A change that waits"
	titleEnded     = "A change that does not wait any more"

	mostOverlay = 20_000 // characters of a file
)

func (h *pages) differentRoutes() []web.Route {
	may := string(access.ProposeOverlay)
	return []web.Route{
		web.Get(pathDifferent, may, titleDifferent, h.different),
		web.Get(pathPropose+"{kind}", may, titlePropose, h.propose),
		web.Post(pathPropose+"{kind}", may, titlePropose, h.sendPropose),
		web.Get(pathOff+"{kind}", may, titleOff, h.off),
		web.Post(pathOff+"{kind}", may, titleOff, h.sendOff),
		web.Get(pathProposal+"{fingerprint}", may, titleProposal, h.proposal),
		web.Post(pathProposal+"{fingerprint}", may, titleProposal, h.sendProposal),
	}
}

func underDifferent(title string) web.Page {
	return web.Page{Title: title, Section: titleDifferent, Nav: pathWork, Back: pathDifferent, BackText: titleDifferent}
}

// different shows for each kind of record what is in force and what waits.
func (h *pages) different(q *web.Request) (web.Response, error) {
	o, err := h.directory.Organisation(q.Context(), q.Who().Org)
	if err != nil {
		return nil, err
	}
	body := []web.Component{
		nhs.Para("Heed ships with a process for each kind of record. Here is what this organisation has changed in it. " +
			"A change can make things stricter, ask more and call things by other words. It can never take a safeguard away."),
		nhs.Para("Anybody who sees this page can propose a change. It counts once the people who grant roles have all " +
			"agreed to the same text: " + strings.Join(h.grantors(q, o), " and ") + "."),
	}
	for _, p := range o.Proposed(q.Now()) {
		body = append(body, nhs.InsetText{Content: nhs.Group{
			nhs.Para("Since " + words.Moment(p.At) + " a change to " + h.kind(p.On) + " waits to be answered."),
			nhs.Paragraph{Content: nhs.Link{Text: "See the change to " + h.kind(p.On) + " that waits",
				Href: pathProposal + p.Fingerprint()}}}})
	}
	for _, p := range o.News(q.Now()) {
		body = append(body, nhs.InsetText{Content: append(h.became(q, p), h.toProposal(p))})
	}
	for _, r := range h.rooms.Kept() {
		for _, d := range r.Definitions {
			body = append(body, h.shipped(r, d, o)...)
		}
	}
	for _, why := range h.rooms.NotFollowed(o) {
		body = append(body, nhs.WarningCallout{Heading: nhs.CardHeading{Text: "Not as it was agreed", Level: 2},
			Content: nhs.Para(why + ".")})
	}
	return web.Page{Title: titleDifferent, Section: sectionWork, Nav: pathWork, Back: pathWork, BackText: sectionWork,
		Body: web.Stack(body...)}, nil
}

func (h *pages) mayPropose(q *web.Request) bool {
	return h.policy.Decide(q.Actor(), access.ProposeOverlay, access.Function(q.Who().Org), access.Context{}).Effect ==
		access.Allow
}

// asked are the changes that wait for somebody's own word, for their work, and what became of those
// that they proposed.
func (h *pages) asked(q *web.Request) (out []web.Component, err error) {
	if !h.mayPropose(q) {
		return nil, nil
	}
	o, err := h.directory.Organisation(q.Context(), q.Who().Org)
	if err != nil {
		return nil, err
	}
	me := q.Who().Person
	for _, p := range o.Proposed(q.Now()) {
		if waitsFor(p, o, me) { // whether it can be agreed to takes time to say: its page does
			out = append(out, nhs.InsetText{Content: nhs.Group{
				nhs.Para("A change to how we work with " + h.kind(p.On) + " waits for your answer, until " +
					words.Date(p.At.Add(directory.ProposalLife)) + "."),
				nhs.Paragraph{Content: nhs.Link{Text: "Read the change to " + h.kind(p.On) + ", and answer it",
					Href: pathProposal + p.Fingerprint()}}}})
		}
	}
	for _, p := range o.News(q.Now()) {
		if p.By == me && p.End.How != directory.TakenBack {
			out = append(out, nhs.InsetText{Content: append(h.became(q, p), h.toProposal(p))})
		}
	}
	return out, nil
}

func (h *pages) grantors(q *web.Request, o directory.Organisation) (out []string) {
	name := h.directory.Names(q.Context())
	for _, g := range o.Grantors {
		out = append(out, name(g))
	}
	return out
}

// kind names what a definition is for, in a sentence.
func (h *pages) kind(on string) string {
	for _, r := range h.rooms.Kept() {
		if i := slices.IndexFunc(r.Definitions, func(d *process.Definition) bool { return d.Name() == on }); i >= 0 {
			if len(r.Definitions) == 1 {
				return r.Many
			}
			return r.Many + " begun under " + on
		}
	}
	return on
}

// inPath names a definition in an address, as its file is named.
func inPath(d *process.Definition) string { return strings.ReplaceAll(d.Name(), "/", "-") }

// of is the definition that the address names.
func (h *pages) of(q *web.Request) (*process.Definition, error) {
	for _, r := range h.rooms.Kept() {
		for _, d := range r.Definitions {
			if inPath(d) == q.Path("kind") {
				return d, nil
			}
		}
	}
	return nil, fail.New(fail.Missing, "Page not found")
}

// shipped is a definition with what is in force on it definition.
func (h *pages) shipped(r *room.Room, d *process.Definition, o directory.Organisation) []web.Component {
	kind := h.kind(d.Name())
	out := []web.Component{nhs.Heading{Text: words.Sentence(kind), Level: 2, Size: nhs.SizeM}}
	links := []nhs.Component{nhs.Link{Text: titlePropose + " to " + kind, Href: pathPropose + inPath(d)}}
	i := slices.IndexFunc(h.rooms.InForce(r, o), func(l room.Overlaid) bool { return l.On == d })
	if i < 0 {
		return append(out, nhs.Para("Nothing is changed. The process is followed as it is shipped."),
			nhs.List{Plain: true, Items: links})
	}
	l := h.rooms.InForce(r, o)[i]
	links = append(links, nhs.Link{Text: titleOff + ", for " + kind, Href: pathOff + inPath(d)})
	return append(out, nhs.Para("In force now: "+l.Becomes.Local+". It changes this:"),
		sentences(l.Becomes.Changes(d)), nhs.List{Plain: true, Items: links})
}

func sentences(lines []string) web.Component {
	out := slices.Clone(lines)
	for i, l := range out {
		out[i] = strings.TrimSuffix(l, ".")
	}
	return nhs.Bullets(out...)
}

// propose asks for the file. What is in force stands there to begin with.
func (h *pages) propose(q *web.Request) (web.Response, error) {
	d, err := h.of(q)
	if err != nil {
		return nil, err
	}
	o, err := h.directory.Organisation(q.Context(), q.Who().Org)
	if err != nil {
		return nil, err
	}
	on := d.Name()
	start := fmt.Sprintf("{\n \"overlay\": \"our-own\",\n \"version\": 1,\n \"on\": %q\n}\n", on)
	if l, ok := o.InForce(on); ok {
		start = indented(l.Text)
	}
	f := q.Form()
	f.Default("file", start)
	page := underDifferent(titlePropose + " to " + h.kind(on))
	page.Body = f.Ask(web.Question{Send: "See what would change", Before: []web.Component{
		nhs.Para("A change is a short file in JSON. It says what is stricter here, what is asked besides, and " +
			"how things are called. Whoever runs Heed for you can help you to write it: Heed's own guide shows examples, " +
			"under “What one organisation has otherwise, without code”."),
		nhs.Para("Nothing is sent to anybody yet. You see first, in words, what the file would change."),
	}, Fields: []web.Component{f.Textarea(nhs.Textarea{Name: "file", Rows: 16, Spellcheck: nhs.Off,
		Label: nhs.Label{Text: "The file", Size: nhs.SizeM},
		Hint: nhs.Hint{Text: "Paste it here, or change what stands here. If you change what is in force, raise the number " +
			"after “version”"}})}})
	return page, nil
}

func indented(raw []byte) string {
	var out bytes.Buffer
	if json.Indent(&out, raw, "", " ") != nil {
		return string(raw)
	}
	return out.String()
}

// sendPropose says what the file would change, and proposes it once that was seen.
func (h *pages) sendPropose(q *web.Request) (web.Response, error) {
	d, err := h.of(q)
	if err != nil {
		return nil, err
	}
	f := q.Form()
	file := f.Text("file", web.Ask{What: "the file", Needed: true, Max: mostOverlay})
	if err := f.Err(); err != nil {
		return nil, err
	}
	p, err := h.rooms.Draft(q.Context(), q.Who().Org, []byte(file))
	var at *process.NotTaken
	if errors.As(err, &at) {
		f.Add("file", fmt.Sprintf("Line %d: %s", at.Line, strings.TrimSuffix(fail.Words(err), ".")))
		return nil, f.Err()
	}
	if err != nil {
		return nil, err
	}
	if p.On != d {
		f.Add("file", fmt.Sprintf("The file must say \"on\": %q, since this page is about %s", d.Name(), h.kind(d.Name())))
		return nil, f.Err()
	}
	if len(p.Starts)+len(p.Ends) == 0 {
		f.Add("file", "This file changes nothing that is in force now. Add to it what should be different")
		return nil, f.Err()
	}
	if !f.Sure() {
		return q.Interrupt(underDifferent(""), casework.Interruption{
			Heading: "Is this what you want to propose?", Content: wouldChange(p)}, "Propose this"), nil
	}
	fingerprint, err := h.rooms.ProposeOverlay(q.Context(), q.Actor(), []byte(file))
	return web.Redirect{To: pathProposal + fingerprint, Flash: "Your change was proposed"}, err
}

// wouldChange is what a proposal changes of what is done now.
func wouldChange(p room.Proposal) nhs.Group {
	out := nhs.Group{nhs.Para("It is about " + p.Room.Many + ".")}
	for _, part := range []struct {
		words string
		lines []string
	}{{"From then on this is so, and is not so now:", p.Starts}, {"This is so now, and ends:", p.Ends}} {
		if len(part.lines) > 0 {
			out = append(out, nhs.Para(part.words), sentences(part.lines))
		}
	}
	return append(out, nhs.Para("What was recorded before stays as it is, and so do dates that are running. "+
		words.Sentence(p.Room.Many)+" that are open go on by it from their next step."))
}

// off asks whether what lies on a definition is to be taken off.
func (h *pages) off(q *web.Request) (web.Response, error) {
	d, err := h.of(q)
	if err != nil {
		return nil, err
	}
	o, err := h.directory.Organisation(q.Context(), q.Who().Org)
	if err != nil {
		return nil, err
	}
	kind := h.kind(d.Name())
	page := underDifferent(titleOff + ", for " + kind)
	for _, r := range h.rooms.Kept() {
		for _, l := range h.rooms.InForce(r, o) {
			if l.On == d {
				page.Body = q.Form().Ask(web.Question{Send: "Propose to go back", Before: []web.Component{
					nhs.Para("This is so now for " + kind + ", and would end:"), sentences(l.Becomes.Changes(l.On)),
					nhs.Para("What was recorded under it stays as it is, and is read as it was asked.")}})
				return page, nil
			}
		}
	}
	return nil, fail.New(fail.Missing, "Page not found")
}

func (h *pages) sendOff(q *web.Request) (web.Response, error) {
	d, err := h.of(q)
	if err != nil {
		return nil, err
	}
	fingerprint, err := h.rooms.ProposeOff(q.Context(), q.Actor(), d.Name())
	return web.Redirect{To: pathProposal + fingerprint, Flash: "It was proposed to go back"}, err
}
