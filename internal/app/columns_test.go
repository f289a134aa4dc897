package app_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	va "github.com/descope/virtualwebauthn"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/directory"
	"heed/internal/document"
	"heed/internal/field"
	"heed/internal/room"
	"heed/internal/verify"
)

// proves are the beginnings of what docs/assurance/what-proves-it.md says of a column
// whose change is named by heed verify.
var proves = regexp.MustCompile(`^(entry|tree|sealed|remade|replayed|key store)`)

// unnamed are columns of which so small a change is not named, with the reason.
var unnamed = map[string]string{
	"job.next": "a microsecond later is within the day that a duty may wait; TestRowsAreMadeAnew puts it off for ever",
}

// provedRows are those of a table to which the page's word applies.
var provedRows = map[string]string{"job": "kind = 'room-due'"}

// TestEveryColumnIsProvedAsSaid is promise I10: every column that the database has, with
// a row in it, is changed by SQL beside the open program. The page is the oracle: what
// it calls proved is named by heed verify, on both engines.
func TestEveryColumnIsProvedAsSaid(t *testing.T) {
	page, err := os.ReadFile(listOfColumns)
	check(t, err)
	said := map[[2]string]string{}
	for _, m := range columnLine.FindAllStringSubmatch(string(page), -1) {
		said[[2]string{m[1], m[2]}] = m[3]
	}
	each(t, func(h *house) {
		h.raise()
		p, err := h.Directory.FindLogin(context.Background(), "gwen")
		check(h.t, err)
		nurse, err := h.Directory.Actor(context.Background(), p.ID, "", true)
		check(h.t, err)
		_, err = h.Concerns.Raise(context.Background(), nurse,
			room.Beginning{Answers: field.Said("about", "patient", "what", "A worry"), Key: "sent twice"})
		check(h.t, err)
		h.logInWithPasskey(nurse)
		worker, err := h.Directory.AddPerson(context.Background(), p.Org, directory.NewPerson{Name: "Nobody Real",
			Login: "worker"})
		check(h.t, err)
		check(h.t, h.Directory.LinkAtMachine(context.Background(), worker.Person, "https://login.example", "subject"))
		raised, err := h.Concerns.Raise(context.Background(), nurse,
			room.Beginning{Answers: field.Said("about", "patient", "what", "Another")})
		check(h.t, err)
		letter, err := (*document.Spool)(nil).Take("letter.txt", strings.NewReader("a letter"))
		check(h.t, err)
		note := field.Said("words", "A letter")
		note["document"] = field.Value{File: letter}
		_, err = h.Concerns.AddToOwn(context.Background(), nurse, raised.Reference, note, "")
		check(h.t, err)
		h.takeIn("region_code,region\nY56,London\nY58,South West\n", "2026-01-08")
		h.takeIn("region_code,region\nY56,Greater London\nY58,South West\n", "2026-02-08")
		check(h.t, h.Ledger.Publish(context.Background()))
		if found := h.named(); len(found) > 0 {
			h.t.Fatalf("before any change: %v", found)
		}
		h.stop() // its own look in the background would mend a row before verify sees it
		before := copyOf(h.t, h.sql, h.Store.Engine())
		var tried, empty, refused int
		for _, c := range slices.SortedFunc(maps.Keys(said), func(a, b [2]string) int {
			return strings.Compare(a[0]+"."+a[1], b[0]+"."+b[1])
		}) {
			if !proves.MatchString(said[c]) || unnamed[c[0]+"."+c[1]] != "" {
				continue
			}
			switch h.change(c[0], c[1]) {
			case refusedByDatabase:
				refused++
				continue
			case nothingThere:
				empty++
				continue
			}
			tried++
			if found := h.named(); len(found) == 0 {
				h.t.Errorf("%s.%s was changed and nothing is named, though it is proved: %s", c[0], c[1], said[c])
			}
			before.back(h.t, h.Store.Engine())
		}
		h.t.Logf("%d columns changed, %d refused by the database, %d without a value here", tried, refused, empty)
		if found := h.named(); len(found) > 0 {
			h.t.Errorf("after all was put back: %v", found)
		}
		if tried < 50 {
			h.t.Errorf("only %d columns were changed", tried)
		}
	})
}

// logInWithPasskey leaves the row of a passkey's use.
func (h *house) logInWithPasskey(a access.Actor) {
	h.t.Helper()
	ctx := context.Background()
	rp := va.RelyingParty{ID: "heed.test", Name: "Heed", Origin: "https://heed.test"}
	device := va.NewAuthenticatorWithOptions(va.AuthenticatorOptions{UserHandle: a.Person.Bytes()})
	key := va.NewCredential(va.KeyTypeRSA)
	asked, err := h.Directory.AskNewPasskey(ctx, a.Person)
	check(h.t, err)
	making, err := va.ParseAttestationOptions(string(asked))
	check(h.t, err)
	check(h.t, h.Directory.AddPasskey(ctx, a, "Phone", []byte(va.CreateAttestationResponse(rp, device, key, *making))))
	asked, err = h.Directory.AskPasskey(ctx)
	check(h.t, err)
	signing, err := va.ParseAssertionOptions(string(asked))
	check(h.t, err)
	_, err = h.Directory.CheckPasskey(ctx, []byte(va.CreateAssertionResponse(rp, device, key, *signing)))
	check(h.t, err)
}

type outcome int

const (
	changed outcome = iota
	refusedByDatabase
	nothingThere
)

// change changes one value of a column a little, wherever it stands.
func (h *house) change(table, column string) outcome {
	h.t.Helper()
	var was, now any
	rows := cmp.Or(provedRows[table], "1 = 1")
	look := fmt.Sprintf(`select %s from %s where %s is not null and %s limit 1`, column, table, column, rows)
	if err := h.sql.QueryRow(look).Scan(&was); err != nil {
		return nothingThere
	}
	switch v := was.(type) {
	case int64:
		now = v + 1
	case string:
		now = v + "x"
	case []byte:
		if len(v) == 0 {
			return nothingThere
		}
		b := bytes.Clone(v)
		b[len(b)-1] ^= 1
		now = b
	default:
		h.t.Fatalf("%s.%s holds a %T", table, column, was)
	}
	text := fmt.Sprintf(`update %s set %s = $1 where %s = $2 and %s`, table, column, column, rows)
	if _, err := h.sql.Exec(text, now, was); err != nil {
		return refusedByDatabase
	}
	return changed
}

// named are the differences that heed verify names.
func (h *house) named() (found []string) {
	h.t.Helper()
	key, err := app.LogVerifier(h.Config)
	check(h.t, err)
	r, err := verify.Store(context.Background(), h.Store, verify.Options{KeyFile: h.Config.KeyFilePath(),
		KeyStore: h.Config.KeyStorePath(), Log: key, Folder: h.Config.Data, Fields: app.SealedFields(),
		Rows: app.RowTables()})
	if err != nil {
		return []string{err.Error()}
	}
	for _, d := range r.Differences {
		found = append(found, d.String())
	}
	_, err = app.CheckRows(context.Background(), h.Config, h.Store, func(what string) { found = append(found, what) })
	if err != nil {
		found = append(found, err.Error())
	}
	return found
}
