// Package fail is the one vocabulary of errors in Heed.
//
// An error that a person or a program may see is a *fail.Error: a Kind, words
// that are fit to show, and, for a form, the fields at fault. Every other error
// is Broken: it is shown as one fixed sentence and logged without personal data.
//
// Invariants: Words and Fields never echo what was typed (they may go to logs
// and to API answers); Hidden is answered byte for byte as Missing, and differs
// only in what the ledger says about it.
package fail

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Kind says what sort of failure it is. The faces turn it into a status and a page.
type Kind uint8

const (
	// Broken is everything unknown; the zero value, so that a forgotten kind tells nothing.
	Broken Kind = iota
	// Bad is input that a person can put right; Fields says where.
	Bad
	// Missing is a thing that does not exist.
	Missing
	// Hidden is a thing that exists and is not this actor's. Answered as Missing.
	Hidden
	// Refused is a function (never a record) that this actor may not use.
	Refused
	// SignIn means that nobody is signed in, or the session has ended.
	SignIn
	// Stale means that somebody else changed the record since it was read.
	Stale
	// Conflict is a step that the process does not allow now, or a key used twice for different things.
	Conflict
	// TooLarge is more than a stated limit.
	TooLarge
	// Busy means: try again later; nothing was kept. It is nobody's doing.
	Busy
	// TooOften means that one person, or one network, does more than they may: they wait, and nobody else does.
	TooOften
	// Full means that there is no room to write; nothing was kept, reading goes on while the reserve lasts.
	Full
	// ReadOnly means that the database takes no writes at all.
	ReadOnly
	// Gone is a record whose key has been destroyed.
	Gone
	// Tampered is data that does not authenticate or does not match the log.
	Tampered
	// Unknown means that the state is not known (a commit whose answer was lost): stop, reload, recover.
	Unknown
)

var kindNames = [...]string{
	Broken: "broken", Bad: "bad", Missing: "missing", Hidden: "hidden", Refused: "refused",
	SignIn: "sign-in", Stale: "stale", Conflict: "conflict", TooLarge: "too-large", Busy: "busy", TooOften: "too-often",
	Full: "full", ReadOnly: "read-only", Gone: "gone", Tampered: "tampered", Unknown: "unknown",
}

// String is the kind's stable name, used in problem+json and in logs.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "broken"
}

// Field is one fault of one input, in the NHS style: "Enter what you are worried about".
type Field struct {
	Name  string // the input's name
	Words string
}

// Fields are faults in page order, at most one for each input.
type Fields []Field

// Add appends a fault unless the input already has one: stop at the first error of a field.
func (f *Fields) Add(name, words string) {
	if f.For(name) == "" {
		*f = append(*f, Field{name, words})
	}
}

// For returns the words for an input, or "".
func (f Fields) For(name string) string {
	for _, x := range f {
		if x.Name == name {
			return x.Words
		}
	}
	return ""
}

// Err is nil when there is no fault.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: Bad, Words: "There is a problem", Fields: f}
}

// Error is a failure with words fit to show.
type Error struct {
	Kind   Kind
	Words  string
	Fields Fields
	Cause  error
}

func (e *Error) Error() string {
	s := e.Kind.String() + ": " + e.Words
	for _, f := range e.Fields {
		s += "; " + f.Name + ": " + f.Words
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New makes an error of a kind with words fit to show.
func New(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Words: fmt.Sprintf(format, args...)}
}

// Wrap gives an error a kind and words, and keeps the cause for the log.
func Wrap(k Kind, cause error, format string, args ...any) *Error {
	return &Error{Kind: k, Words: fmt.Sprintf(format, args...), Cause: cause}
}

// KindOf is the kind of the outermost *Error in err's chain; Broken when there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Broken
}

// Is says whether err is of kind k. A nil error is of no kind.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }

// FieldsOf gives the faults an error names, if any.
func FieldsOf(err error) Fields {
	var e *Error
	if errors.As(err, &e) {
		return e.Fields
	}
	return nil
}

// Sentence is the fixed sentence for what is unknown.
const Sentence = "Sorry, there is a problem with the service"

// Words gives what may be shown of err: its own words, or the fixed sentence.
func Words(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Kind != Broken {
		return e.Words
	}
	return Sentence
}

// NotSaved is the sentence of a Busy that tells whoever wrote what became of it.
const NotSaved = " Nothing was saved."

// Reading is err for somebody who only read: of saving it says nothing.
func Reading(err error) error {
	if !Is(err, Busy) {
		return err
	}
	return Wrap(Busy, err, "%s", strings.Replace(Words(err), NotSaved, "", 1))
}

// Parts are the errors that errors.Join made one of, in their order; of any other error itself.
func Parts(err error) (all []error) {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var texts []string
	for _, part := range joined.Unwrap() {
		texts, all = append(texts, part.Error()), append(all, Parts(part)...)
	}
	if strings.Join(texts, "\n") != err.Error() { // a sentence that names its causes
		return []error{err}
	}
	return all
}

// AllWords are the words of each part, each once.
func AllWords(err error) (all []string) {
	for _, part := range Parts(err) {
		if words := Words(part); !slices.Contains(all, words) {
			all = append(all, words)
		}
	}
	return all
}
