package story_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/heedtest"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

// TestLeaveIsCoveredAndHandedOver: a lead says who covers for her. The other sees what she
// has as hers, does it for her, which is said, and gives the place back. Then she hands
// over what she has, and it is no more hers.
func TestLeaveIsCoveredAndHandedOver(t *testing.T) {
	each(t, func(t *testing.T, s served) {
		opts := []heedtest.Option{heedtest.Width(heedtest.Phone), heedtest.NoScript()}
		if s.config.DB != "" {
			opts = []heedtest.Option{heedtest.Width(heedtest.Desktop)}
		}
		nurse := heedtest.Browser(t, s.url, opts...).As("Nadia Example")
		nurse.Open("/raise").Press("Start now").Choose("A patient").Press("Continue").
			Fill("What are you worried about?", "A worry before the leave").Press("Continue").
			Press("Continue").Press("Continue").Press("Continue").Press("Continue").Press("Send this concern")
		ref := reference.FindString(nurse.Text())
		lead := nurse.Beside(opts...).As("Lena Sample")
		lead.Open("/cases/" + ref).Press("Take up this concern").Press("Take it up")
		today := workday.Of(time.Now())
		until := today.Add(7)
		date := func(v *heedtest.Visitor, what string, d workday.Day) {
			v.FillDate(what, d.Start().Format("2"), d.Start().Format("January"), d.Start().Format("2006"))
		}
		lead.Open("/work").Press("Cover while somebody is away").See("Nobody covers for anybody now")
		lead.Press("Arrange this cover").See("Select who covers", "Enter the first day away")
		date(lead, "First day away", today)
		date(lead, "Last day away", today.Add(-1))
		lead.Press("Arrange this cover").See("Select who covers")
		other := "Dev Placeholder"
		lead.Choose(other)
		date(lead, "Last day away", until)
		lead.Press("Arrange this cover").
			See("The cover was arranged, from "+today.Words()+" until "+until.Words(), other, "End this")

		deputy := nurse.Beside(opts...).As(other)
		deputy.Open("/work").See("You cover for Lena Sample until "+until.Words(), "For Lena Sample, who is away until", ref).
			Press("Concern " + ref).See("A worry before the leave").Open("/cases/" + ref + "/triage")
		deputy.Open("/work/cover").Press("End this").See("covers for").Press("End it now").See("The cover has ended")
		deputy.Open("/work").DoNotSee("who is away until")

		lead.Open("/work").Press("Hand over to somebody else").See("This is what you have", ref)
		lead.Press("Hand over").See("Select what should be handed over", "Select who should have it",
			"Enter why you are handing it over")
		shut := s.shutTo(t, "deputy")
		lead.Open("/work/hand-over").Choose("All of these").Choose(other).
			Fill("Why are you handing it over?", "Two weeks of leave").Press("Hand over").
			See("Not everything was handed over", "1 record was handed over", string(shut),
				"Select somebody else: this is closed to them").DoNotSee(ref)
		deputy.Open("/work").See("You were given this concern", ref)
		deputy.Open("/cases/"+ref+"/timeline").See("Given to someone else", "Two weeks of leave")
		admin := nurse.Beside(opts...).As("Ada Example")
		admin.Open("/work/cover").Press("Say who covers for somebody else").Press("Arrange this cover").
			See("Select who is away", "Select who covers")
		s.proven(t)
	})
}

// TestCoverByTheAPI: a program does the same, and is told in the same words what is wrong.
func TestCoverByTheAPI(t *testing.T) {
	each(t, func(t *testing.T, s served) {
		lead, deputy, nurse := s.caller(t, "lead"), s.caller(t, "deputy"), s.caller(t, "nurse")
		shut := s.shutTo(t, "deputy")
		today := workday.Of(s.Now())
		type obj = map[string]any
		want := func(c caller, method, path string, body any, status int) obj {
			t.Helper()
			got, out, _ := c.ask(method, path, "", "", body)
			if got != status {
				t.Fatalf("%s %s: %d %v, want %d", method, path, got, out, status)
			}
			return out
		}
		may := want(lead, "GET", "/work/cover", nil, http.StatusOK)
		by := may["own"].([]any)[0].(obj)["person"]
		want(lead, "POST", "/work/cover", obj{"by": by, "from": today.String(), "until": today.Add(-1).String()},
			http.StatusUnprocessableEntity)
		want(nurse, "GET", "/work/cover", nil, http.StatusForbidden)
		for range 2 {
			want(lead, "POST", "/work/cover", obj{"by": by, "from": today.String(), "until": today.String()}, http.StatusOK)
		}
		all := want(deputy, "GET", "/work/cover", nil, http.StatusOK)["covers"].([]any)
		if len(all) != 1 || all[0].(obj)["runs"] != true {
			t.Fatalf("before who covers stands %v", all)
		}
		duties := want(deputy, "GET", "/work", nil, http.StatusOK)["duties"].([]any)
		if len(duties) > 0 {
			t.Errorf("who is barred is shown %v", duties)
		}
		want(deputy, "POST", "/work/cover/end", obj{"cover": all[0].(obj)["cover"]}, http.StatusOK)
		want(deputy, "POST", "/work/cover/end", obj{"cover": all[0].(obj)["cover"]}, http.StatusNotFound)

		has := want(lead, "GET", "/work/hand-over", nil, http.StatusOK)
		if len(has["records"].([]any)) != 1 || len(has["to"].([]any)) != 1 {
			t.Errorf("what the lead has is %v", has)
		}
		theirs := want(lead, "GET", fmt.Sprintf("/work/hand-over?person=%s", by), nil, http.StatusOK)
		if len(theirs["records"].([]any)) > 0 {
			t.Errorf("what the deputy has is %v", theirs)
		}
		records := []obj{{"kind": "concern", "reference": shut}, {"kind": "nothing", "reference": "HD-0000-0000"}}
		want(lead, "POST", "/work/hand-over", obj{"to": by, "records": records}, http.StatusUnprocessableEntity)
		out := want(lead, "POST", "/work/hand-over", obj{"to": by, "why": "Leave", "records": records}, http.StatusOK)
		for _, x := range out["records"].([]any) {
			if x.(obj)["done"] != false || x.(obj)["why_not"] == "" {
				t.Errorf("it is answered with %v", x)
			}
		}
		s.proven(t)
	})
}

// shutTo is a concern that the lead has, in which somebody declared a conflict of interest.
func (s served) shutTo(t *testing.T, login string) id.Reference {
	t.Helper()
	as := func(login string) access.Actor {
		p, err := s.Directory.FindLogin(ctx, login)
		if err != nil {
			t.Fatal(err)
		}
		a, err := p.Actor("", true)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	worry := field.Said("about", "patient", "what", "A second worry")
	got, err := s.Concerns.Raise(ctx, as("nurse"), room.Beginning{Answers: worry})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Concerns.Take(ctx, as("lead"), got.Reference, room.Said(process.Acknowledge))
	if err == nil {
		_, err = s.Concerns.Take(ctx, as(login), got.Reference, room.Said(process.DeclareConflict, "reasons",
			"We are related"))
	}
	if err != nil {
		t.Fatal(err, fail.FieldsOf(err))
	}
	return got.Reference
}
