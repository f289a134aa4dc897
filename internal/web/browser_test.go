package web_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/heedtest"
	"heed/internal/session"
	"heed/internal/store/storetest"
	"heed/internal/web"
)

// served is a site on a port, with a demo whose people are made up.
func served(t *testing.T) (base string, h *house) {
	t.Helper()
	hand := clock.NewHand(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	s := storetest.SQLite(t, migrations, hand)
	h = &house{t: t, hand: hand, staff: newStaff(), store: s, notes: &notes{}}
	h.sessions = session.New(session.Options{Store: s, Keys: testKeys, Days: testDays, Accounts: h.staff, Clock: hand})
	people := func(context.Context) (all []web.DemoPerson, err error) {
		for _, login := range []string{"amara", "dilys"} {
			who := h.staff.people[login]
			all = append(all, web.DemoPerson{Person: who.Person, Org: who.Org, Name: who.Name, Role: who.Role,
				RoleName: who.RoleName, OrgName: who.OrgName, Does: "Raises concerns from ward 4."})
		}
		return all, nil
	}
	part := h.notes.privatePart()
	part.Nav = []web.NavItem{{Text: "Raise a concern", Path: "/notes/add"}, {Text: "My concerns", Path: "/notes"},
		{Text: "Inbox", Path: "/inbox"}}
	site, err := web.New(web.Options{Plain: true, Clock: hand, Sessions: h.sessions, Demo: &web.Demo{People: people},
		Settings: web.Settings{OrgName: "Northmoor NHS Trust", Phone: "0300 123 4567",
			PhoneHours: "Monday to Friday, 9am to 5pm", Phase: "beta", Feedback: "/contact",
			DemoBanner: "This is a demo. Everybody in it is made up.", LeaveTo: "/accessibility", Version: "1.0.0",
			Tested: "2 March 2026"}}, part)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(site.Handler())
	t.Cleanup(server.Close)
	h.handler = site.Handler()
	return server.URL, h
}

// code is a fresh one-time code for each round.
func code(round int, script bool) int {
	if script {
		return round * 2
	}
	return round*2 + 1
}

func TestTheKitsOwnPagesInABrowser(t *testing.T) {
	chromium := heedtest.Start(t)
	base, h := served(t)
	for i, width := range []int{heedtest.Small, heedtest.Phone, heedtest.Tablet, heedtest.Desktop} {
		for _, script := range []bool{true, false} {
			opts := []heedtest.Option{heedtest.Width(width)}
			if !script {
				if width != heedtest.Phone {
					continue // without scripts the width changes nothing more
				}
				opts = append(opts, heedtest.NoScript())
			}
			t.Run(fmt.Sprint(width, " script ", script), func(t *testing.T) {
				v := chromium.Visitor(t, base, opts...)
				h.notes.fail, h.notes.flash = nil, "Your note was added"
				if width == heedtest.Small ||
					width == heedtest.Tablet { // between these and the others little differs: a look is enough
					v.Open("/accessibility").Open("/no/such/page").As("Amara Nwosu").Open("/notes/add").Fill("Add a note",
						"").Press("Save").See("Enter your note")
					return
				}
				v.Open("/cookies").See("heed-plain").Press("Accessibility statement").See("Equality").Press("Contact").
					Press("Privacy")
				v.Open("/no/such/page").See("Page not found", "0300 123 4567")
				v.Open("/notes/add").At("/log-in").See("Log in")
				v.Press("Continue").See("There is a problem", "Enter your login name", "Enter your password")
				v.Fill("Login name", "amara").Fill("Password", "right horse battery").Press("Continue").See("Enter your code")
				v.Press("Log in").See("Enter your code").Fill("Enter your code",
					fmt.Sprint("12300", code(i, script))).Press("Log in").At("/notes/add")
				v.Fill("Add a note", "").Press("Save").See("Enter your note").Fill("Add a note",
					"short").Press("Save").At("/notes").See("Your note was added")
				v.Press("Change role").Choose("Safeguarding lead").Press("Change role").Open("/notes")
				v.Open("/refused").See("Safeguarding leads may use this page")
				v.Press("Log out").See("You are logged out")

				v.As("Dilys Penhaligon").Open("/notes/add").Fill("Add a note", "mine")
				h.notes.fail = fail.New(fail.Stale, "Someone else changed this note")
				v.PressStale("Save", "what the record holds")
				h.notes.fail = fail.New(fail.Full, "full")
				v.Trouble().Press("Save").See("Sorry, the service is unavailable", "0300 123 4567").SeeWhatITyped()
				h.notes.fail = nil
				v.Press("Send it again").At("/notes").Print()
			})
		}
	}
}

func TestLeavingAndComingBackInABrowser(t *testing.T) {
	chromium := heedtest.Start(t)
	for _, opts := range [][]heedtest.Option{nil, {heedtest.NoScript()}} {
		base, _ := served(t)
		v := chromium.Visitor(t, base, opts...)
		v.As("Amara Nwosu").Open("/notes/add").Fill("Add a note", "half a sent")
		v.Leave("Leave this page")
		v.Open("/notes").At("/log-in")
		v.As("Amara Nwosu").Open("/notes/add").SeeWhatITyped().See("You were logged out")
	}
}
