package api

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"

	"heed/internal/access"
	"heed/internal/clock"
	"heed/internal/document"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/room"
)

// Answers with documents come as multipart/form-data: first the part "answers", the
// JSON that comes alone otherwise, then each document as a part with the name of its
// field, "about.photograph" for one of a part.

const answersPart = "answers"

// readAnswers reads the answers to fields, alone or with documents.
func (a *API) readAnswers(fields []field.Field) func(http.ResponseWriter, *http.Request, access.Actor) (any, error) {
	most := len(field.Documents(fields))
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) (any, error) {
		kind, more, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if most == 0 || err != nil || kind != "multipart/form-data" || r.Header.Get("Content-Encoding") != "" {
			return decode[field.Answers](w, r)
		}
		takesLong(w)
		limit := int64(MaxBody) + int64(most)*(document.MostBytes+MaxBody)
		in := multipart.NewReader(http.MaxBytesReader(w, r.Body, limit), more["boundary"])
		out, err := a.readParts(in, most, a.Spool.Of(by.Person.String()))
		if err != nil {
			letGo(out)
			return nil, err
		}
		return &out, nil
	}
}

// takesLong leaves a large document the time that a slow line needs.
func takesLong(w http.ResponseWriter) {
	until := clock.System{}.Now().Add(document.SlowLine)
	c := http.NewResponseController(w)
	//nolint:errcheck // then the server's own hold
	_, _ = c.SetReadDeadline(until), c.SetWriteDeadline(until.Add(time.Minute))
}

func (a *API) readParts(in *multipart.Reader, most int, spool *document.Spool) (field.Answers, error) {
	part, err := in.NextRawPart()
	if err != nil || part.FormName() != answersPart || part.FileName() != "" {
		return nil, notWhole(err, `Send first the part "answers", with the answers as JSON`)
	}
	body, err := io.ReadAll(io.LimitReader(part, MaxBody+1))
	if err != nil || len(body) > MaxBody {
		return nil, notWhole(err, "The answers must be 64 KB or less")
	}
	if err := wellFormed(body); err != nil {
		return nil, err
	}
	var out field.Answers
	if err := json.Unmarshal(body, &out); err != nil {
		return nil, bad("The answers do not have the form that the OpenAPI document describes")
	}
	for n := 0; ; n++ {
		part, err := in.NextRawPart()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil || n == most {
			return out, notWhole(err, "Send no more documents than the operation asks for")
		}
		if !field.IsPath(part.FormName()) {
			return out, bad("Send each document once, as a part with the name of its field")
		}
		sent, err := spool.Take(part.FileName(), part)
		if err != nil {
			return out, notWhole(err, "")
		}
		if sent == nil {
			return out, bad("Send each document with a filename")
		}
		if err := sent.Turned(); err != nil {
			return out, err
		}
		if !out.PutFile(part.FormName(), sent) {
			sent.Content().Close()
			return out, bad("Send each document once, as a part with the name of its field")
		}
	}
}

// notWhole is why a request in parts was not read.
func notWhole(err error, otherwise string) error {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return fail.New(fail.TooLarge, "The request must have answers of 64 KB or less and documents of 20 MB or less")
	case err != nil:
		return bad("The request did not arrive whole: send it again")
	}
	return bad("%s", otherwise)
}

func letGo(in field.Answers) {
	for _, sent := range in.Files() {
		sent.Content().Close()
	}
}

// givenOut is a document as an answer.
type givenOut struct{ room.Given }

// write sends it, to be saved and never shown.
func (g givenOut) write(w http.ResponseWriter) {
	defer g.Close()
	takesLong(w)
	kind, _ := document.Kind(g.Kind)
	h := w.Header()
	h.Set("Content-Type", kind.Type)
	h.Set("Content-Disposition", `attachment; filename="document.`+kind.ID+`"`)
	h.Set("Content-Security-Policy", document.SandboxPolicy)
	h.Set("Content-Length", strconv.FormatInt(g.Size, 10))
	_, _ = io.Copy(w, g.Bytes.Reader()) // a client that went away
}

var (
	versionParameter = parameter{"version", "path", "The version of the step that it came with", true,
		map[string]any{"type": "integer"}}
	numberParameter = parameter{"number", "path", "Which document of the step, from 1", true,
		map[string]any{"type": "integer"}}
)

// documentOperation gives a document of a record out; for rooms that ask for some.
func (a *API) documentOperation(r *room.Room, base, name string) []operation {
	if !r.AsksForDocuments() {
		return nil
	}
	op := get[givenOut](base+"/{reference}/documents/{version}/{number}", "open"+name+"Document",
		"A document of one "+strings.ToLower(name)+". That you opened it is written down before it is sent",
		func(c *call) (any, error) {
			ref, err := reference(c)
			if err != nil {
				return nil, err
			}
			asked, err := room.ParseDocumentAsked(c.PathValue("version"), c.PathValue("number"))
			if err != nil {
				return nil, err
			}
			got, err := a.Rooms.Document(c.ctx, c.actor, r, ref, asked)
			return givenOut{got}, err
		}, refParameter, versionParameter, numberParameter)
	op.raw = true
	return []operation{op}
}
