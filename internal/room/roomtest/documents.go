package roomtest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"heed/internal/access"
	"heed/internal/document"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// documents: what a step brings is kept with its entry, sealed and padded; whoever opens
// it is written down first; the same sending is once; what SQL changes of it is named.
func documents(s *suite) {
	s.needs(asking)
	step, _ := s.asksFor()
	said := bytes.Repeat([]byte(s.x.word+" of a document\n"), 5<<10) // of three chunks
	ref, got, by := s.withDocument(step, said, "first-document-key")
	asked := s.asked(by, ref, got.Version)
	s.opened(by, ref, asked, said)
	s.hiddenDocument(ref, asked)
	s.chunks(ref, said)
	other, _, _ := s.withDocument(step, bytes.Repeat([]byte("another document\n"), 5<<10), "second-document-key")
	s.changedDocument(ref, other, by, asked)
	s.refusedDocuments(step)
}

// asksFor is a step that asks for a document.
func (s *suite) asksFor() (process.StepInfo, bool) {
	for _, x := range s.room.Latest().AllSteps {
		if len(field.Documents(x.Fields)) > 0 {
			return x, true
		}
	}
	return process.StepInfo{}, false
}

// answered are answers to a step with this document.
func (s *suite) answered(step process.StepInfo, f *document.File) field.Answers {
	in := s.x.Answers(step.Fields)
	for _, x := range in.Files() {
		delete(in, x.Name)
	}
	delete(in, field.Documents(step.Fields)[0].Evidence.Until)
	in[field.Documents(step.Fields)[0].ID] = field.Value{File: f}
	return in
}

// withDocument walks a record to where the step can be taken, and takes it twice with
// one key: the second time nothing more is kept.
func (s *suite) withDocument(step process.StepInfo, b []byte, key string) (id.Reference, room.Receipt, access.Actor) {
	s.t.Helper()
	in := s.answered(step, sent("../Zoë's plan.txt", b))
	if step.ID == s.room.First().ID {
		by := s.as(string(step.Roles[0]), 0)
		got, err := s.desk.Begin(s.ctx, by, s.room, room.Beginning{Answers: in, Key: key})
		s.must(err)
		return got.Reference, got, by
	}
	for range 20 {
		ref := s.begin().Reference
		reader, gone := s.reader(ref), map[process.Step]bool{}
		for range walked {
			for _, role := range step.Roles {
				by := s.as(string(role), 0)
				t := room.Taking{Step: step.ID, Answers: in, Key: key, Version: s.seen(ref, step.ID)}
				got, err := s.desk.Take(s.ctx, by, s.room, ref, t)
				if err != nil {
					continue
				}
				before := s.rows(`select count(*) from document_chunk`)
				again, err := s.desk.Take(s.ctx, by, s.room, ref, t)
				if err != nil || again != got || s.rows(`select count(*) from document_chunk`) != before {
					s.t.Errorf("a document sent twice: %v, and %d chunks more", err,
						s.rows(`select count(*) from document_chunk`)-before)
				}
				return ref, got, by
			}
			info := s.choose(s.openSteps(reader, ref), gone)
			_, _, err := s.take(ref, info, s.inTime(info))
			gone[info.ID] = gone[info.ID] || err == nil
		}
	}
	s.t.Fatalf("%s could never be taken with a document", step.ID)
	return "", room.Receipt{}, access.Actor{}
}

// asked finds the document in the record, and that its name says no folder.
func (s *suite) asked(by access.Actor, ref id.Reference, version int64) room.DocumentAsked {
	v, err := s.desk.Open(s.ctx, by, s.room, ref)
	s.must(err)
	i := slices.IndexFunc(v.Taken, func(t room.Taken) bool { return t.Version == version })
	files := v.Taken[i].Answers.Files()
	if len(files) != 1 || files[0].Name != "Zoë's plan.txt" && files[0].File.Name != "Zoë's plan.txt" ||
		files[0].Kind != "txt" {
		s.t.Fatalf("the entry says of its document: %+v", files)
	}
	return room.DocumentAsked{Version: version, Number: files[0].Number}
}

// opened: it is given out as it was sent, and one entry says so.
func (s *suite) opened(by access.Actor, ref id.Reference, asked room.DocumentAsked, want []byte) {
	before := s.entries()
	got, err := s.desk.Document(s.ctx, by, s.room, ref, asked)
	s.must(err)
	defer got.Close()
	b, err := io.ReadAll(got.Bytes.Reader())
	s.must(err)
	if !bytes.Equal(b, want) || s.entries() != before+1 {
		s.t.Errorf("a document of %d bytes came back as %d, with %d entries", len(want), len(b), s.entries()-before)
	}
	v, err := s.desk.Readers(s.ctx, by, s.room, ref)
	if err == nil && !slices.ContainsFunc(v.Readers, func(r room.Reader) bool {
		return r.What == "Opened a document" &&
			r.By == by.Person
	}) {
		s.t.Error("that a document was opened is not among who has read it")
	}
}

// hiddenDocument: one that is somebody else's is answered as one that is not there.
func (s *suite) hiddenDocument(ref id.Reference, asked room.DocumentAsked) {
	stranger, ok := s.stranger(ref)
	if !ok {
		stranger = s.as(string(access.Worker), 0)
	}
	_, missing := s.desk.Document(s.ctx, stranger, s.room, id.NewReference(), asked)
	before := s.entries()
	_, hid := s.desk.Document(s.ctx, stranger, s.room, ref, asked)
	if hid != nil && (fail.Words(hid) != fail.Words(missing) || s.entries() != before+1) {
		s.t.Errorf("a document of somebody else: %v with %d entries; of nothing %v", hid, s.entries()-before, missing)
	}
	if v, err := s.desk.Open(s.ctx, stranger, s.room, ref); err == nil {
		if _, seen := asked.In(v.Taken); (seen == nil) != (hid == nil) {
			s.t.Errorf("a document that they see %v is given out: %v", seen, hid)
		}
	}
	a := s.reader(ref)
	for _, q := range []room.DocumentAsked{{Version: asked.Version, Number: asked.Number + 1},
		{Version: 1 << 40, Number: 1}, {}} {
		before := s.entries()
		if _, err := s.desk.Document(s.ctx, a, s.room, ref, q); fail.Words(err) != fail.Words(missing) ||
			s.entries() != before+1 {
			s.t.Errorf("a document that is not there: %v with %d entries", err, s.entries()-before)
		}
	}
}

// chunks: nothing of it is in the clear, all chunks have one size, and their number is padded.
func (s *suite) chunks(ref id.Reference, said []byte) {
	if n := s.rows(`select count(*) from document_chunk where record = (select record from room_record_v1 where reference = '` + string(ref) + `')`); n != 4 {
		s.t.Errorf("a document of three chunks is kept in %d, want 4", n)
	}
	type chunk struct {
		sealed []byte
	}
	s.must(s.w.Store.View(s.ctx, func(tx *store.Tx) error {
		all, err := store.All(tx, func(c *chunk) []any { return []any{&c.sealed} }, `select sealed from document_chunk`)
		for _, c := range all {
			if len(c.sealed) != len(all[0].sealed) || bytes.Contains(c.sealed, said[:len(s.x.word)]) {
				s.t.Error("a chunk tells of its document")
			}
		}
		return err
	}))
}

func (s *suite) rows(text string) (n int) {
	s.must(s.w.Store.View(s.ctx, func(tx *store.Tx) (err error) {
		n, err = store.One(tx, func(n *int) []any { return []any{n} }, text)
		return err
	}))
	return n
}

// changedDocument changes by SQL what is kept: the check names it, and it is not given out.
func (s *suite) changedDocument(ref, other id.Reference, by access.Actor, asked room.DocumentAsked) {
	of := func(ref id.Reference, place string) string {
		return `record = (select record from room_record_v1 where reference = '` + string(ref) + `') and place = '` +
			fmt.Sprintf("%03d.%s", asked.Number, place) + `'`
	}
	clean := len(s.named()) // other clauses have left theirs
	for name, texts := range map[string][]string{
		"a chunk is taken away": {`delete from document_chunk where ` + of(ref, "0001")},
		"a chunk is changed":    {`update document_chunk set sealed = record where ` + of(ref, "0000")},
		"two chunks are swapped": {`update document_chunk set place = 'x' where ` + of(ref, "0000"),
			`update document_chunk set place = '` + fmt.Sprintf("%03d.0000", asked.Number) + `' where ` + of(ref, "0001"),
			`update document_chunk set place = '` + fmt.Sprintf("%03d.0001", asked.Number) + `' where place = 'x'`},
		"another document's chunk": {`update document_chunk set sealed = (select sealed from document_chunk where ` +
			of(other, "0000") + `) where ` + of(ref, "0000")},
		"a chunk of nobody's":  {`insert into document_chunk (record, version, place, sealed) select record, version, '999.0000', sealed from document_chunk where ` + of(ref, "0000")},
		"a chunk of no record": {`insert into document_chunk (record, version, place, sealed) select substr(leaf, 1, 16), 1, '001.0000', leaf from entry where n = (select min(n) from entry)`},
	} {
		undo := s.changing(texts)
		if n := len(s.named()); n != clean+1 {
			s.t.Errorf("%s: %d differences are named and not one", name, n-clean)
		}
		if _, err := s.desk.Document(s.ctx, by, s.room, ref, asked); !strings.Contains(name, "of n") &&
			!fail.Is(err, fail.Tampered) {
			s.t.Errorf("%s: it is given out all the same: %v", name, err)
		}
		undo()
	}
	if n := len(s.named()); n != clean {
		s.t.Errorf("put back, and %d differences are named", n-clean)
	}
}

// changing runs SQL against the chunks; undo puts them back.
func (s *suite) changing(texts []string) (undo func()) {
	type chunk struct {
		record  id.Record
		version int64
		place   string
		sealed  []byte
	}
	var all []chunk
	s.must(s.w.Store.Do(s.ctx, func(tx *store.Tx) (err error) {
		all, err = store.All(tx, func(c *chunk) []any { return []any{&c.record, &c.version, &c.place, &c.sealed} },
			`select record, version, place, sealed from document_chunk`)
		for _, text := range texts {
			if n, e := tx.Exec(text); err == nil && (e != nil || n == 0) {
				err = fmt.Errorf("%d rows: %w", n, e)
			}
		}
		return err
	}))
	return func() {
		s.must(s.w.Store.Do(s.ctx, func(tx *store.Tx) error {
			if _, err := tx.Exec(`delete from document_chunk`); err != nil {
				return err
			}
			for _, c := range all {
				if err := tx.ChangeOne(`insert into document_chunk (record, version, place, sealed) values ($1, $2, $3, $4)`,
					c.record, c.version, c.place, c.sealed); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

// refusedDocuments: what is of no listed kind, what is only spoken of and what harmful
// software was found in, or nobody could look at, is refused in words and leaves nothing.
func (s *suite) refusedDocuments(step process.StepInfo) {
	info, ref := s.room.First(), s.begin().Reference
	chunks, entries := s.rows(`select count(*) from document_chunk`), s.entries()
	try := func(f *document.File, scanner document.Scanner) error {
		if info.ID != step.ID { // the check of a form is the same wherever it is asked
			_, _, faults := field.Check(step.Fields, s.answered(step, f),
				field.World{Today: s.x.today(), Known: func(field.Field, string) bool { return true }})
			if len(faults) > 0 {
				return faults.Err()
			}
		}
		p := s.w.Parts()
		p.Scanner = scanner
		_, err := room.TestOnlyDesk(p, s.room).Take(s.ctx, s.as(string(step.Roles[0]), 0), s.room, ref,
			room.Taking{Step: step.ID, Answers: s.answered(step, f)})
		return err
	}
	text := sent("plan.txt", []byte("a plan"))
	for name, x := range map[string]struct {
		f       *document.File
		scanner document.Scanner
		words   string
	}{
		"a program": {sent("plan.pdf", []byte("\x7fELF\x02\x01\x01\x00\x00")), nil, "must be one of"},
		"a page":    {sent("plan.txt", []byte("<!doctype html><script>")), nil, "must be one of"},
		"nothing":   {sent("plan.txt", nil), nil, "empty"},
		"only spoken of": {&document.File{Name: "plan.txt", Kind: "txt", Size: 6, SHA256: text.SHA256}, nil,
			"Choose a file"},
		"found":              {text, looks{found: true}, "Harmful software"},
		"nobody could look":  {text, looks{err: io.ErrUnexpectedEOF}, "could not be checked"},
		"more than is taken": {sent("plan.txt", bytes.Repeat([]byte("x"), document.MostBytes+1)), nil, "smaller than 20 MB"},
	} {
		faults := fail.FieldsOf(try(x.f, x.scanner))
		if len(faults) != 1 || !strings.Contains(faults[0].Words, x.words) {
			s.t.Errorf("%s: %v", name, faults)
		}
	}
	if s.rows(`select count(*) from document_chunk`) != chunks || s.entries() != entries {
		s.t.Error("a document that was refused left something")
	}
	p := s.w.Parts()
	p.Scanner = looks{found: true}
	_, err := room.TestOnlyDesk(p, s.room).Take(s.ctx, s.as(string(step.Roles[0]), 0), s.room, id.NewReference(),
		room.Taking{Step: step.ID, Answers: s.answered(step, text)})
	if len(fail.FieldsOf(err)) > 0 || s.entries() == entries {
		s.t.Errorf("harmful software for a record that is not there: %v, and no entry stands", err)
	}
}

type looks struct {
	found bool
	err   error
}

func (l looks) Scan(context.Context, *document.Content) (bool, error) { return l.found, l.err }
