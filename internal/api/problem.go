package api

import (
	"errors"
	"fmt"
	"net/http"

	json "github.com/go-json-experiment/json"

	"heed/internal/fail"
	"heed/internal/room"
)

// problem is RFC 9457 with the faults of the fields and, when the record was changed
// meanwhile, what was done.
type problem struct {
	Type    string   `json:"type"`
	Title   string   `json:"title"`
	Status  int      `json:"status"`
	Kind    string   `json:"kind" doc:"A stable name for the kind of problem"`
	Errors  []fault  `json:"errors,omitempty" doc:"What to put right, in the order of the fields"`
	Changed *changed `json:"changed,omitempty" doc:"What was done to the record since the version that you sent, if you may open it"`
}

type fault struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

type changed struct {
	Version int64      `json:"version" doc:"The version of the record now"`
	Since   []roomStep `json:"since"`
}

var statusOf = map[fail.Kind]int{
	fail.Bad:      http.StatusUnprocessableEntity,
	fail.Missing:  http.StatusNotFound,
	fail.Hidden:   http.StatusNotFound,
	fail.Gone:     http.StatusNotFound,
	fail.Refused:  http.StatusForbidden,
	fail.SignIn:   http.StatusUnauthorized,
	fail.Stale:    http.StatusConflict,
	fail.Conflict: http.StatusConflict,
	fail.Tampered: http.StatusConflict, // what is there does not agree with itself: no fault of this program's
	fail.TooLarge: http.StatusRequestEntityTooLarge,
	fail.TooOften: http.StatusTooManyRequests,
	fail.Busy:     http.StatusServiceUnavailable,
	fail.Full:     http.StatusServiceUnavailable,
	fail.ReadOnly: http.StatusServiceUnavailable,
	fail.Unknown:  http.StatusServiceUnavailable,
}

// problemOf turns an error into what is sent. Hidden, Missing and Gone are one
// and the same; what is unknown is one fixed sentence.
func problemOf(err error) problem {
	k := fail.KindOf(err)
	status, ok := statusOf[k]
	p := problem{Type: "about:blank", Title: fail.Words(err), Status: status, Kind: k.String()}
	if !ok {
		p.Status, p.Title, p.Kind = http.StatusInternalServerError, fail.Sentence, "broken"
	}
	switch k {
	case fail.Full, fail.ReadOnly: // the cause names files of the machine, which /readyz and the program's log do
		p.Title = "Nothing new can be kept at the moment. Try again later"
	}
	if p.Status == http.StatusNotFound {
		p.Title, p.Kind = "Page not found", fail.Missing.String()
		return p
	}
	for _, f := range fail.FieldsOf(err) {
		p.Errors = append(p.Errors, fault{f.Name, f.Words})
	}
	var x *room.Changed
	if errors.As(err, &x) && x.Version > 0 {
		p.Changed = &changed{x.Version, roomSteps(x.Since)}
	}
	var m *malformed
	if errors.As(err, &m) {
		p.Status = m.status
	}
	return p
}

// malformed is a request that could not be read at all.
type malformed struct {
	status int
	err    error
}

func (m *malformed) Error() string { return m.err.Error() }
func (m *malformed) Unwrap() error { return m.err }

func write(w http.ResponseWriter, status int, kind string, v any) {
	b, err := json.Marshal(v)
	if err != nil { // structs of this package only
		status, kind, b = http.StatusInternalServerError, "application/problem+json",
			[]byte(`{"type":"about:blank","title":"`+fail.Sentence+`","status":500,"kind":"broken"}`)
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n'))
}

func typeName(err error) string { return fmt.Sprintf("%T", err) }
