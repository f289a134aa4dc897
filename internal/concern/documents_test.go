package concern_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"heed/internal/document"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// attached is a note with a document.
func attached(w *world.World, name string, b []byte) field.Answers {
	w.T.Helper()
	f, err := (*document.Spool)(nil).Take(name, bytes.NewReader(b))
	if err != nil {
		w.T.Fatal(err)
	}
	in := field.Said("words", "What was pushed under the door")
	in["document"] = field.Value{File: f}
	return in
}

func chunksOf(w *world.World) (n int) {
	w.T.Helper()
	err := w.Store.View(ctx, func(tx *store.Tx) (err error) {
		n, err = store.One(tx, func(n *int) []any { return []any{n} }, `select count(*) from document_chunk`)
		return err
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return n
}

func named(w *world.World) (out []string) {
	w.T.Helper()
	tell := func(_ id.Record, what string) { out = append(out, what) }
	if _, err := w.Rooms.CheckLists(ctx, func(context.Context, time.Duration) {}, tell); err != nil {
		w.T.Fatal(err)
	}
	return out
}

// A document of whoever raised a concern is read by those who work on it, each reading
// written; whoever is kept from the concern is kept from it; erased, nothing is left.
func TestDocumentOfAConcern(t *testing.T) {
	world.Each(t, func(w *world.World) {
		ref, lead := closed(w), w.As("lead")
		text := bytes.Repeat([]byte("a letter\n"), 10<<10)
		if _, err := w.Concerns.AddToOwn(ctx, w.As("nurse"), ref, attached(w, `C:\letter.txt`, text),
			"with-a-letter"); err != nil {
			w.T.Fatal(err, fail.FieldsOf(err))
		}
		if _, err := w.Concerns.AddToOwn(ctx, w.As("nurse"), ref, attached(w, `C:\letter.txt`, text),
			"with-a-letter"); err != nil || chunksOf(w) != 2 {
			w.T.Errorf("sent twice: %v, %d chunks", err, chunksOf(w))
		}
		own, err := w.Concerns.Own(ctx, w.As("nurse"), ref)
		if news := own.News[len(own.News)-1].Words; err != nil || !strings.Contains(news, "letter.txt (plain text") {
			w.T.Errorf("whoever sent it reads %q: %v", news, err)
		}
		c, err := w.Concerns.Open(ctx, lead, ref)
		if err != nil {
			w.T.Fatal(err)
		}
		asked := room.DocumentAsked{Version: c.Version, Number: 1}
		got, err := w.Concerns.Document(ctx, lead, ref, asked)
		if err != nil {
			w.T.Fatal(err)
		}
		if b, err := io.ReadAll(got.Bytes.Reader()); err != nil || !bytes.Equal(b, text) {
			w.T.Errorf("%d bytes came back as %d: %v", len(text), len(b), err)
		}
		readers, err := w.Concerns.Readers(ctx, lead, ref)
		if err != nil || len(readers) < 2 || readers[0].What != "Opened a document" &&
			readers[1].What != "Opened a document" {
			w.T.Errorf("who has opened it: %+v, %v", readers, err)
		}
		for _, q := range []room.DocumentAsked{{Version: 1, Number: 1}, {Version: c.Version, Number: 2}} {
			if _, err := w.Concerns.Document(ctx, lead, ref, q); !fail.Is(err, fail.Hidden) {
				w.T.Errorf("%+v: %v", q, err)
			}
		}
		// What was refused left no entry that says that it was opened.
		if after, err := w.Concerns.Readers(ctx, lead, ref); err != nil || len(after) != len(readers)+1 {
			w.T.Errorf("a document that is not there: %d readings more, %v", len(after)-len(readers), err)
		}
		for _, who := range []string{"nurse", "porter"} {
			_, missing := w.Concerns.Document(ctx, w.As(who), id.NewReference(), asked)
			_, hid := w.Concerns.Document(ctx, w.As(who), ref, asked)
			var first *room.ReasonFirst
			if hid == nil || fail.Words(hid) != fail.Words(missing) || errors.As(hid, &first) != errors.As(missing, &first) {
				w.T.Errorf("as %s: %v, of nothing %v", who, hid, missing)
			}
		}
		changed(w, ref, asked)
		if _, err := w.Rooms.Erase(ctx, w.Concerns.Room, w.Org.ID, ref, "Retention has ended", w.Words()...); err != nil {
			w.T.Fatal(err)
		}
		if n := chunksOf(w); n != 0 || len(named(w)) != 0 {
			w.T.Errorf("erased, and %d chunks are there: %q", n, named(w))
		}
	})
}

// changed has SQL swap the chunks: it is named, and the document is not given out.
func changed(w *world.World, ref id.Reference, asked room.DocumentAsked) {
	w.T.Helper()
	swap := []string{`update document_chunk set place = 'x' where place = '001.0000'`,
		`update document_chunk set place = '001.0000' where place = '001.0001'`,
		`update document_chunk set place = '001.0001' where place = 'x'`}
	run := func() {
		err := w.Store.Do(ctx, func(tx *store.Tx) error {
			for _, text := range swap {
				if err := tx.ChangeOne(text); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			w.T.Fatal(err)
		}
	}
	run()
	if all := named(w); len(all) != 1 || !strings.Contains(all[0], "chunk 001.0000 does not open") {
		w.T.Errorf("two chunks were swapped: %q", all)
	}
	if _, err := w.Concerns.Document(ctx, w.As("lead"), ref, asked); !fail.Is(err, fail.Tampered) {
		w.T.Errorf("two chunks were swapped, and it is given out: %v", err)
	}
	run()
	if all := named(w); len(all) != 0 {
		w.T.Errorf("put back: %q", all)
	}
}

// What nobody could look at is not taken, and leaves nothing.
func TestDocumentIsLookedAt(t *testing.T) {
	world.Each(t, func(w *world.World) {
		ref := raised(w)
		w.Rooms.Scanner = nobodyLooks{}
		_, err := w.Concerns.Take(ctx, w.As("lead"), ref, room.Taking{Step: process.AddNote,
			Answers: attached(w, "letter.txt", []byte("a letter"))})
		if faults := fail.FieldsOf(err); len(faults) != 1 || faults[0].Name != "document" ||
			!strings.Contains(faults[0].Words, "could not be checked") || chunksOf(w) != 0 {
			w.T.Errorf("%v, and %d chunks", faults, chunksOf(w))
		}
	})
}

type nobodyLooks struct{}

func (nobodyLooks) Scan(context.Context, *document.Content) (bool, error) {
	return false, io.ErrUnexpectedEOF
}
