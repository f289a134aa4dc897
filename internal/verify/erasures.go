package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"heed/internal/store"
	"heed/record"
)

// By which rules a record may be erased (directory.NoteErased).
const (
	ruleTwoWords = "erased-on-two-words"
	// ruleBefore: a restored backup had brought it back; the two words stand in the
	// history that came after that backup.
	ruleBefore = "erased-before-the-restore"
)

// decided says what an erasure entry lacks; "" when it names its rule, its reason and
// two different people, and stands in its organisation's own record.
func decided(payload []byte, org, rec [16]byte) string {
	b, err := record.ParseBody(payload)
	if err != nil {
		return "cannot be read"
	}
	var d struct {
		Reason string   `json:"reason"`
		By     []string `json:"by"`
	}
	if json.Unmarshal(b.Data, &d) != nil {
		return "cannot be read"
	}
	people := map[string]bool{}
	for _, p := range d.By {
		if len(p) == 32 {
			people[p] = true
		}
	}
	switch {
	case rec != org:
		return "does not stand in its organisation's own record"
	case d.Reason == "":
		return "gives no reason"
	case b.Rule == ruleBefore && len(d.By) == 0:
		return ""
	case b.Rule != ruleTwoWords:
		return "was written by the rule " + b.Rule + ", which erases nothing"
	case len(people) < 2:
		return "does not name two people whose word it is"
	}
	return ""
}

// late names erasures that came while rows were read, and whose entries lie where these had been read already.
// Each stands in the own record of an organisation, of which another record lacks its key.
func (v *check) late(ctx context.Context) error {
	orgs := map[[16]byte]bool{}
	for _, k := range v.gone.unnamed() {
		orgs[k.org] = true
	}
	w := &rowCheck{check: v, opened: newOpened(v.keys)}
	for org := range orgs {
		err := v.store.View(ctx, func(tx *store.Tx) error {
			if err := w.read(tx, selectOwn, org[:]); err != nil {
				return err
			}
			return w.readKeys(tx)
		})
		if err != nil {
			return fmt.Errorf("read an organisation's own entries: %w", err)
		}
		for i := range w.rows {
			w.lateErasure(&w.rows[i])
		}
	}
	return nil
}

func (w *rowCheck) lateErasure(r *row) {
	if r.fault != nil || len(r.id) != 16 || len(r.org) != 16 {
		return // named among the rows
	}
	k := w.opened.keys[[16]byte(r.record)]
	if k != nil && errors.Is(k.err, errUnreadStore) {
		w.gone.missed()
	}
	if k == nil || k.err != nil {
		return
	}
	h := record.Header{Org: [16]byte(r.org), Record: [16]byte(r.record), Entry: [16]byte(r.id), Version: r.version,
		At: r.at, Generation: r.generation, Room: r.room}
	payload, leaf, err := k.key.OpenEntry(&w.scratch, h, r.seal)
	if err != nil || !bytes.Equal(leaf[:], r.leaf) {
		return
	}
	erased, form, ok := record.ErasedRecord(payload)
	if _, said := w.gone.named[erased]; ok && !said && decided(payload, h.Org, h.Record) == "" {
		w.gone.name(erased, declared{h.Org, form})
	}
}

// keptBytes names rows of erased records that have sealed bytes: they are of a record that lives, or were put in.
// Early versions of Heed let a reading keep its own that was written at the very moment of an erasure.
func (v *check) keptBytes() {
	var early []int64
	for _, r := range v.gone.kept {
		said, named := v.gone.named[r.rec]
		switch {
		case !named: // said of its record
		case said.form == "" && r.version == 0:
			early = append(early, r.n)
		default:
			v.found(Difference{Kind: Entry, Where: fmt.Sprintf("entry %d", r.n), Leaf: r.leaf, Record: hexOf(r.rec[:]),
				What: "has sealed bytes, and its record was erased: it was put here from another place, or the bytes were put in"})
		}
	}
	if len(early) > 0 {
		slices.Sort(early)
		v.warn("Readings with sealed bytes, of records that an early version of Heed erased: %d. Each was written at the "+
			"very moment of the erasure, or is of a record that lives and was moved there. Which cannot be seen. Entries %s",
			len(early), strings.Trim(fmt.Sprint(early[:min(len(early), 100)]), "[]"))
	}
}

// form holds what stays of an erased record against its erasure entry: every row that names it.
func (v *check) form(tx *store.Tx, rec [16]byte, said declared) error {
	type row struct {
		record.Header
		id, org, leaf []byte
	}
	fields := func(r *row) []any {
		return []any{&r.id, &r.org, &r.Version, &r.At, &r.Generation, &r.Room, &r.leaf}
	}
	var f record.Form
	room := int64(0)
	for _, which := range []string{`record = $1 and version > 0`, `record = $1 and version = 0`} {
		rows, err := store.All(tx, fields, `select id, org, version, at, generation, room, leaf from entry
			where `+which+` order by version, n`, rec[:])
		if err != nil {
			return fmt.Errorf("read what stays of a record: %w", err)
		}
		for _, r := range rows {
			r.Record = rec
			copy(r.Entry[:], r.id)
			copy(r.Org[:], r.org)
			var leaf [32]byte
			copy(leaf[:], r.leaf)
			f.Add(r.Header, leaf)
			room = r.Room
		}
	}
	if f.Digest() != said.form {
		v.found(Difference{Kind: Entry, Where: "entry", Leaf: -1, Record: hexOf(rec[:]),
			What: "was erased, and what stays in the clear of its entries (ids, organisation, versions, times, generations, " +
				"room) is not what its erasure entry says"})
		return nil
	}
	return v.formHead(tx, rec, said.org, room)
}

// formHead holds the head of an erased record against its entries; its version is compared with the others'.
func (v *check) formHead(tx *store.Tx, rec, org [16]byte, room int64) error {
	type row struct {
		org  []byte
		room int64
	}
	heads, err := store.All(tx, func(h *row) []any { return []any{&h.org, &h.room} },
		`select org, room from head where record = $1`, rec[:])
	if err != nil {
		return fmt.Errorf("read heads: %w", err)
	}
	for _, h := range heads {
		if room != 0 && (h.room != room || !bytes.Equal(h.org, org[:])) {
			v.found(Difference{Kind: Record, Where: "head", Leaf: -1, Record: hexOf(rec[:]),
				What: "says that its record is of another room or organisation than its entries, which were erased"})
		}
	}
	return nil
}
