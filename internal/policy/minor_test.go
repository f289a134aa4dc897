package policy_test

import (
	"context"
	"testing"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/heedtest/world"
	"heed/internal/policy"
	"heed/internal/process"
	"heed/internal/room"
)

// While a minor version waits for its approval, the version before it stays in force:
// everybody lists and reads that one, and nobody but its keepers the draft. A major
// one takes it out of force.
func TestAMinorVersionLeavesTheOneBeforeInForce(t *testing.T) {
	world.Each(t, func(w *world.World) {
		ctx, r := context.Background(), policy.Room()
		w.Join("keeper", access.GovernanceLead)
		keeper, executive, nurse := w.As("keeper"), w.As("executive"), w.As("nurse")
		got, err := w.Rooms.Begin(ctx, keeper, r, room.Beginning{Strict: true, Answers: field.Answers{
			"title": field.Of("Safeguarding"), "kind": field.Of("policy"), "owner": field.Of(keeper.Person.String())}})
		if err != nil {
			t.Fatal(err)
		}
		at := int64(0)
		take := func(a access.Actor, step process.Step, in field.Answers) {
			t.Helper()
			at++
			seen := room.Taking{Step: step, Answers: in, Strict: true, Version: at}
			if _, err := w.Rooms.Take(ctx, a, r, got.Reference, seen); err != nil {
				t.Fatalf("%s: %v %v", step, err, fail.FieldsOf(err))
			}
		}
		version := func(name, change string) {
			take(keeper, "write_version", field.Answers{"version": field.Of(name), "change": field.Of(change),
				"what": field.Of("Why"), "kept": field.Of("Here")})
		}
		approved := func() {
			take(keeper, "send_for_approval", field.Answers{"body": field.Of("Committee")})
			take(keeper, "approve_first", field.Answers{"minute": field.Of("Item 7")})
			take(executive, "approve_second", field.Answers{"review_on": field.Of("2026-12-01")})
		}
		reads := func() string {
			v, err := w.Rooms.Open(ctx, nurse, r, got.Reference)
			if err != nil {
				return fail.Words(err)
			}
			p, err := w.Rooms.List(ctx, nurse, r, room.Query{List: "in_force", Limit: 5})
			if err != nil || len(p.Rows) != 1 {
				t.Errorf("in force are %v, %v", p.Rows, err)
			}
			last := ""
			for _, x := range v.Taken {
				if x.Step == "write_version" {
					last += x.Answers.Get("version")
				}
			}
			return last
		}
		version("0.9", "first")
		version("1.0", "first")
		approved()
		take(keeper, "begin_review", nil)
		version("1.1", "minor_change")
		for _, step := range []string{"written", "waiting", "changes asked"} {
			if said := reads(); said != "1.0" {
				t.Errorf("a minor version, %s: the nurse reads %q", step, said)
			}
			switch step {
			case "written":
				take(keeper, "send_for_approval", field.Answers{"body": field.Of("Committee")})
			case "waiting":
				take(executive, "ask_changes", field.Answers{"what": field.Of("The title")})
			case "changes asked":
				version("1.1", "minor_change")
			}
		}
		approved()
		if said := reads(); said != "1.1" {
			t.Errorf("approved: the nurse reads %q", said)
		}
		take(keeper, "begin_review", nil)
		version("2.0", "major_change")
		if said := reads(); said != "Page not found" {
			t.Errorf("a major version: the nurse reads %q", said)
		}
	})
}
