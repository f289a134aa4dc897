package casework_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"heed/internal/web/casework"
	"heed/internal/web/nhs"
	"heed/internal/web/nhs/htmlcheck"
	"heed/internal/web/nhs/nhstest"
)

var update = flag.Bool("update", false, "write the golden files again")

var worker = casework.Header{Organisation: "Riverside Community", Descriptor: "NHS Foundation Trust", Service: "Heed",
	Home: "/", Name: "Sam Lee", Role: "safeguarding lead",
	ChangeRole: "/role", LogOut: "/log-out"}

var list = casework.List{Caption: "Concerns", Count: "60 concerns", Path: "/inbox",
	Filters: []casework.Param{{Name: "team", Value: "ward-4"}}, Sort: "due",
	Columns: []casework.Column{{Key: "ref", Text: "Reference"}, {Text: "About"}, {Key: "due", Text: "Next due"},
		{Text: "Status"}},
	Rows: [][]nhs.Cell{
		{{Text: "HD-7F3K-22", Href: "/concerns/HD-7F3K-22"}, {Text: "A patient"}, {Text: "13 March 2026"},
			{Content: casework.ToBeTakenUp}},
		{{Text: "HD-2M9Q-41", Href: "/concerns/HD-2M9Q-41"}, {Text: "A visitor"}, {Text: "14 March 2026"},
			{Content: casework.NeedsAdvice}},
	}, Page: 2, Pages: 9}

// samples are one or more of each component, with the golden file each must equal.
var samples = map[string]nhs.Component{
	"header":        worker,
	"header-nobody": casework.Header{Organisation: "Riverside Community", Service: "Heed", Home: "/"},
	"header-logo": casework.Header{Organisation: "Riverside Community", Service: "Heed", Home: "/",
		Logo: nhs.Logo{NHS: true}, Navigation: []nhs.NavigationItem{{Text: "Inbox", Href: "/inbox", Current: true}}},
	"phase-banner": casework.PhaseBanner{Phase: "Alpha", Text: "This is a new service.",
		FeedbackText: "Tell us what you think", Feedback: "/feedback"},
	"sub-navigation": casework.SubNavigation{Label: "Sections of this case",
		Items: []casework.SubItem{{Text: "Summary", Href: "/cases/1", Current: true}, {Text: "Tasks", Href: "/cases/1/tasks",
			Count: 3}}},
	"empty": casework.EmptyState{Why: "No concerns are waiting. The last came in on 3 March.",
		What: "See all concerns", Href: "/concerns"},
	"interruption": casework.Interruption{Heading: "You are about to share without consent",
		Text: "This cannot be undone.", Form: nhs.HiddenInput{Name: "version", Value: "7"}, Continue: "Share without consent",
		Back: "/cases/1/sharing", BackText: "Go back and change this"},
	"who-can-see": casework.WhoCanSee{What: "this note", Roles: []string{"Safeguarding leads", "You"}},
	"key-details": casework.KeyDetails{Reference: "HD-7F3K-22", Person: "Anna O'Neill", Age: "age 17",
		Status: casework.OpenCase, Owner: "Sam Lee", Due: casework.Due{What: "Tell the person who raised it",
			When: "by 13 March 2026", State: casework.Overdue}, Primary: &nhs.Button{Text: "Record a decision",
			Href: "/cases/1/decide"}, Links: []nhs.Link{{Text: "Add a note", Href: "/cases/1/note"}}},
	"key-details-bare": casework.KeyDetails{Reference: "HD-7F3K-22", Status: casework.ToBeTakenUp},
	"timeline": casework.Timeline{Events: []casework.Event{
		{Title: "Advice asked of the police Prevent team", By: "Sam Lee", Role: "safeguarding lead",
			Shown: "6 March 2026 at 5:32pm", Instant: time.Date(2026, 3, 6, 17, 32, 5, 0, time.UTC), Text: "By telephone.",
			Href: "/cases/1/decisions/2", Link: "What was said"},
		{Title: "Concern received", Shown: "5 March 2026"},
	}},
	"timeline-empty": casework.Timeline{Empty: casework.EmptyState{Why: "Nothing has happened yet."}},
	"filter": casework.FilterCard{Action: "/inbox", Keep: []casework.Param{{Name: "sort", Value: "due"}}, Clear: "/inbox",
		Chosen: []casework.ChosenFilter{{Kind: "Team", Text: "Ward 4", Remove: "/inbox?sort=due"}},
		Fields: []nhs.Component{nhs.Checkboxes{Name: "team", Legend: nhs.Legend{Text: "Team", Size: nhs.SizeS}, Small: true,
			Values: []string{"ward-4"}, Items: []nhs.Checkbox{{Value: "ward-4", Text: "Ward 4"},
				{Value: "ed", Text: "Emergency department"}}}}},
	"filtered":   casework.Filtered{Filter: casework.FilterCard{Action: "/inbox"}, List: nhs.Text("the list")},
	"list":       list,
	"list-empty": casework.List{Caption: "Concerns", Empty: casework.EmptyState{Why: "No concerns are waiting."}},
	"tasks": casework.TaskGroups{Number: true, Groups: []casework.TaskGroup{
		{Heading: "Decide", Tasks: []casework.Task{{Text: "Purpose", Href: "/a", State: casework.Completed},
			{Text: "With whom", Hint: "Choose from the partners", Href: "/b"}}},
		{Heading: "Record", Tasks: []casework.Task{{Text: "Check and record", Href: "/c", State: casework.CannotStartYet,
			Due: casework.Due{What: "Due", When: "13 March 2026", State: casework.DueToday}}, {Text: "Consent", Href: "/d",
			State: casework.Problem}}},
	}},
	"comparison": casework.Comparison{Caption: "What each concern says", Sources: []string{"This concern", "HD-2M9Q-41"},
		Rows: []casework.Compared{{What: "Name", Values: []string{"Anna O'Neill", "anna  o'neill"}},
			{What: "Date of birth", Values: []string{"3 May 2008", "5 May 2008"}},
			{What: "NHS number", Values: []string{"999 123 4567", ""}}, {What: "Address", Values: nil}},
		Question: casework.SamePerson("same", "", nhs.ErrorMessage{})},
	"leave":      casework.LeavePage{Href: "/leave", Draft: "/leave/keep"},
	"leave-form": casework.LeavePage{Href: "/leave", Form: "form"},
	"leave-skip": casework.LeavePage{Href: "/leave", Draft: "/leave/keep", Skip: true},
	"timeout": casework.TimeoutDialog{Life: 15 * time.Minute, Warn: time.Minute, Keep: "/session",
		LogOut: "/log-out", Ended: "/log-in?ended=yes"},
	"timeout-note": casework.TimeoutNote{At: "5:30pm"},
	"qr":           casework.QR{Text: "otpauth://totp/Heed:log-in?secret=MFRGGZDF", Name: "QR code of a key"},
	"passkey": casework.Passkey{Text: "Log in with a passkey", Ask: "/ask", Send: "/log-in/passkey", With: "login",
		Failed: "Nothing came", Without: nhs.Para("Use another way."), Error: nhs.ErrorMessage{Text: "Try again"}},
	"progress": casework.Progress{Words: "Checking row 0 of 1,000", Total: 1000, Events: "/training/import/1/events",
		Again: "/training/import/1"},
	"upload": casework.UploadReview{File: "march.csv", New: 1204, Already: 3,
		Matches: []casework.CloseMatch{{Row: 1017, What: "A Name", Href: "/training/import/1/match/1017"}},
		Form:    nhs.HiddenInput{Name: "key", Value: "k"}, Import: "/training/import/1", Cancel: "/training/import"},
	"upload-problems": casework.UploadReview{File: "march.csv", New: 12,
		Problems: []casework.RowProblem{{Row: 4, Column: "C (Date of training)",
			Words: "Date of training must be a real date"}}, More: 41, Cancel: "/training/import"},
}

func TestGolden(t *testing.T) {
	for name, c := range samples {
		if err := htmlcheck.WellFormed(string(nhs.Render(c))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		got := strings.ReplaceAll(string(nhs.Render(c)), "><", ">\n<") + "\n"
		file := filepath.Join("testdata", name+".html")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s\ngot\n%s\nwant\n%s", name, got, want)
		}
	}
}

func TestGoldenFilesAreAllUsed(t *testing.T) {
	files, err := filepath.Glob("testdata/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if samples[strings.TrimSuffix(filepath.Base(f), ".html")] == nil {
			t.Errorf("%s is of no component", f)
		}
	}
}

// every is all components with words.
var every = []nhs.Component{casework.Header{}, casework.PhaseBanner{}, casework.SubNavigation{}, casework.EmptyState{},
	casework.Interruption{}, casework.WhoCanSee{}, casework.KeyDetails{},
	casework.Due{}, casework.Timeline{}, casework.List{}, casework.FilterCard{}, casework.Filtered{},
	casework.TaskGroups{}, casework.Comparison{}, casework.LeavePage{}, casework.Passkey{},
	casework.TimeoutDialog{}, casework.TimeoutNote{}, casework.Progress{}, casework.UploadReview{}, casework.Status("")}

func FuzzNothingBreaksOut(f *testing.F) {
	for _, s := range nhstest.Nasty {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, flags bool) {
		for _, c := range every {
			if why := nhstest.Unsafe(string(nhs.Render(nhstest.Filled(c, s, flags)))); why != "" {
				t.Fatalf("%T with %q: %s", c, s, why)
			}
		}
	})
}

// TestNoStatusJudgesAPerson: no state of the list, and no tint, may be read as a grade of somebody.
func TestNoStatusJudgesAPerson(t *testing.T) {
	seen := map[casework.Status]bool{}
	for _, s := range casework.Statuses() {
		if seen[s] {
			t.Errorf("%q is twice in the list", s)
		}
		seen[s] = true
		for _, word := range strings.Fields("risk high low medium score level danger threat suspect extrem radical " +
			"vulnerab serious severe urgent critical priority red amber") {
			if slices.ContainsFunc(strings.Fields(strings.ToLower(string(s))), func(w string) bool {
				return strings.HasPrefix(w, word)
			}) {
				t.Errorf("%q says %q", s, word)
			}
		}
		tag := string(nhs.Render(s))
		for _, tint := range []string{"red", "orange", "yellow", "green", "pink"} {
			if strings.Contains(tag, "nhsuk-tag--"+tint+" ") && s != casework.Problem {
				t.Errorf("%q is %s", s, tint)
			}
		}
	}
	if got := string(nhs.Render(casework.Status("High risk"))); got != "High risk" {
		t.Errorf("a status that is not of the list is drawn as %s", got)
	}
}

func TestSortingLinks(t *testing.T) {
	html := string(nhs.Render(list))
	for _, want := range []string{
		`aria-sort="ascending"`, `href="/inbox?team=ward-4&amp;sort=due&amp;order=desc"`,
		`href="/inbox?team=ward-4&amp;sort=ref&amp;order=asc"`,
		`href="/inbox?team=ward-4&amp;sort=due&amp;order=asc&amp;page=3"`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s in\n%s", want, html)
		}
	}
	if strings.Contains(html, `data-module="nhsuk-table"`) {
		t.Error("sorted in the browser as well")
	}
}

func TestPages(t *testing.T) {
	for _, c := range []struct {
		page, of int
		want     string
	}{
		{1, 1, "[1]"}, {1, 2, "[1] 2"}, {3, 3, "1 2 [3]"}, {1, 9, "[1] 2 … 9"}, {5, 9, "1 … 4 [5] 6 … 9"},
		{3, 9, "1 2 [3] 4 … 9"}, {4, 9, "1 2 3 [4] 5 … 9"},
		{9, 9, "1 … 8 [9]"}, {2, 5, "1 [2] 3 4 5"}, {5, 8, "1 … 4 [5] 6 7 8"},
	} {
		p := casework.Pages("/x", nil, c.page, c.of)
		var got []string
		for _, i := range p.Items {
			n := strings.Repeat("I", i.Number)
			switch {
			case i.Ellipsis:
				got = append(got, "…")
			case i.Current:
				got = append(got, "["+n+"]")
			default:
				got = append(got, n)
			}
		}
		want := c.want
		for n := 9; n > 0; n-- {
			want = strings.ReplaceAll(want, string(rune('0'+n)), strings.Repeat("I", n))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("page %d of %d: %s, not %s", c.page, c.of, strings.Join(got, " "), want)
		}
	}
}

// TestCannotStart: a task that cannot start yet never has a link, and a tag never holds one.
func TestCannotStart(t *testing.T) {
	html := string(nhs.Render(casework.TaskGroups{Groups: []casework.TaskGroup{{Tasks: []casework.Task{{Text: "x",
		Href: "/y", State: casework.CannotStartYet}}}}}))
	if strings.Contains(html, "<a") || strings.Contains(html, "nhsuk-tag") || !strings.Contains(html, "Cannot start yet") {
		t.Error(html)
	}
}

func BenchmarkComponent(b *testing.B) {
	for name, c := range samples {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				nhs.Render(c)
			}
		})
	}
}
