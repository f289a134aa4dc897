package design

import (
	"time"

	"heed/internal/web/casework"
	"heed/internal/web/nhs"
)

// Each function below is one example: its comment is the note and its body the Go
// literal, both shown beside the live component. Copy from here.

// The main thing to do on a page; one a page. It begins with a verb.
func buttonPrimary() nhs.Component { return nhs.Button{Text: "Send this concern"} }

// Something else that may be done.
func buttonSecondary() nhs.Component {
	return nhs.Button{Text: "Save and come back later", Variant: nhs.Secondary}
}

// For what is hard to undo.
func buttonWarning() nhs.Component {
	return nhs.Button{Text: "Delete this account", Variant: nhs.Warning}
}

// A link that looks like a button: it leads to a page and changes nothing.
func buttonLink() nhs.Component { return nhs.Button{Text: "Start now", Href: "/design"} }

// A real address, never history.back(). Page.Back makes it.
func backLink() nhs.Component { return nhs.BackLink{Href: "/design"} }

// Leads on to the next thing after a confirmation.
func actionLink() nhs.Component {
	return nhs.ActionLink{Text: "Follow your concern", Href: "/design"}
}

// First in the body of every page; seen when it has the focus. The layout makes it.
func skipLink() nhs.Component { return nhs.SkipLink{} }

// One line. The label is the question; on a page with one question it is the h1 (PageHeading).
func inputLine() nhs.Component {
	return nhs.Input{Name: "ward", Label: nhs.Label{Text: "Ward or clinic"}, Width: 20}
}

// With a hint and a message: the same words stand in the summary at the top.
func inputWrong() nhs.Component {
	return nhs.Input{Name: "nhs-number", Label: nhs.Label{Text: "NHS number (optional)"},
		Hint:  nhs.Hint{Text: "10 numbers, like 999 123 4567"},
		Error: nhs.ErrorMessage{Text: "NHS number must be 10 numbers"}, Value: "999 123", Width: 20, Inputmode: "numeric",
		Spellcheck: nhs.Off, Code: true}
}

// Several lines.
func textarea() nhs.Component {
	return nhs.Textarea{Name: "note", Label: nhs.Label{Text: "Your note"}, Rows: 4}
}

// Several lines with a limit, which is said without a script too.
func characterCount() nhs.Component {
	return nhs.CharacterCount{Name: "what", Label: nhs.Label{Text: "What are you worried about?"},
		Hint: nhs.Hint{Text: "What you saw or heard, not what you think it means"}, MaxLength: 4000, Rows: 6}
}

// A password. Paste and password managers work; it is never sent back to the page.
func passwordInput() nhs.Component {
	return nhs.PasswordInput{Name: "password", Label: nhs.Label{Text: "Password"}, Width: 20}
}

// One of a few. None is chosen beforehand; "I am not sure" is offered where it is a true answer.
func radios() nhs.Component {
	return nhs.Radios{Name: "about", Legend: nhs.Legend{Text: "Who is this about?", Size: nhs.SizeM}, Items: []nhs.Radio{
		{Value: "patient", Text: "A patient"}, {Value: "colleague", Text: "A colleague",
			Hint: nhs.Hint{Text: "Somebody else follows these up"}},
		{Divider: "or"}, {Value: "unsure", Text: "I am not sure"}}}
}

// A question that is asked only after one of the answers. Without a script it shows all the time.
func radiosConditional() nhs.Component {
	return nhs.Radios{Name: "spoken", Inline: false, Legend: nhs.Legend{Text: "Have you spoken to anyone?",
		Size: nhs.SizeM}, Items: []nhs.Radio{
		{Value: "no", Text: "No"}, {Value: "yes", Text: "Yes", Conditional: nhs.Input{Name: "spoken-to",
			Label: nhs.Label{Text: "Who have you spoken to?"}, Width: 20}}}}
}

// Any number of a few.
func checkboxes() nhs.Component {
	return nhs.Checkboxes{Name: "done", Legend: nhs.Legend{Text: "What have you done so far?", Size: nhs.SizeM},
		Hint: nhs.Hint{Text: "Tick all that apply"},
		Items: []nhs.Checkbox{{Value: "manager", Text: "Spoken to my manager"},
			{Value: "person", Text: "Spoken to the person"}, {Divider: "or"}, {Value: "none", Text: "None of these",
				Behaviour: nhs.Exclusive}}}
}

// One of many, only when radios would be too long.
func selectOne() nhs.Component {
	return nhs.Select{Name: "team", Label: nhs.Label{Text: "Team"},
		Items: []nhs.Option{{Text: "Choose a team", NoValue: true, Selected: true}, {Value: "ward-4", Text: "Ward 4"},
			{Value: "ed", Text: "Emergency department"}}}
}

// Three fields; day and month may be 1 or 01, the month a word as well. Form.Date fills it in and Form.Day reads it.
func dateInput() nhs.Component {
	return nhs.DateInput{ID: "when", Legend: nhs.Legend{Text: "When did it happen?", Size: nhs.SizeM},
		Hint: nhs.Hint{Text: "For example, 6 March 2026"}, Parts: []nhs.DatePart{
			{ID: "when-day", Name: "when-day", Label: nhs.Label{Text: "Day"}, Width: 2}, {ID: "when-month", Name: "when-month",
				Label: nhs.Label{Text: "Month"}, Width: 4, Inputmode: "text"},
			{ID: "when-year", Name: "when-year", Label: nhs.Label{Text: "Year"}, Width: 4}}}
}

// A file. Scripts draw a larger place to drop it on.
func fileUpload() nhs.Component {
	return nhs.FileUpload{Name: "file", Label: nhs.Label{Text: "Upload the training file"},
		Hint: nhs.Hint{Text: "A CSV of 5MB or less"}}
}

// Searches what is public (statistics, partners). Heed has no search over people.
func searchInput() nhs.Component {
	return nhs.SearchInput{Name: "q", Label: nhs.Label{Text: "Find a published figure"}}
}

// Fields that belong together under one legend.
func fieldset() nhs.Component {
	return nhs.Fieldset{Legend: nhs.Legend{Text: "How can we reach you?", Size: nhs.SizeM}, Content: nhs.Group{
		nhs.Input{Name: "phone", Label: nhs.Label{Text: "Telephone number"}, Width: 20, Autocomplete: "tel",
			Inputmode: "tel"}, nhs.Input{Name: "times", Label: nhs.Label{Text: "When is a good time? (optional)"}, Width: 20}}}
}

// A heading with a caption. The layout writes the h1; this is for the headings below it.
func heading() nhs.Component {
	return nhs.Heading{Text: "What happened", Level: 3, Size: nhs.SizeM, Caption: nhs.Caption{Text: "HD-7F3K-2X9C"}}
}

// Plain words; and a list.
func paragraph() nhs.Component {
	return nhs.Group{nhs.Para("We will tell you what happened by 13 March 2026."), nhs.Bullets("who follows it up",
		"what was decided", "what cannot be said, and why")}
}

// A link within words.
func link() nhs.Component {
	return nhs.Paragraph{Content: nhs.Group{nhs.Text("See "), nhs.Link{Text: "who can see this", Href: "/design"},
		nhs.Text(".")}}
}

// What somebody typed, within a sentence of ours: it cannot turn the words around it.
func isolated() nhs.Component {
	return nhs.Paragraph{Content: nhs.Group{nhs.Isolated("Siân O’Neill"), nhs.Text(" has it now.")}}
}

// Words set apart: what a person should not miss and need not act on.
func insetText() nhs.Component {
	return nhs.InsetText{Text: "Asking for advice is part of safeguarding. It is not an accusation."}
}

// Something that must be read before going on.
func warningCallout() nhs.Component {
	return nhs.WarningCallout{Heading: nhs.CardHeading{Text: "If someone is in immediate danger"},
		Text: "Call 999 first, then raise the concern."}
}

// Help that some people need and others not. It opens without a script.
func details() nhs.Component {
	return nhs.Details{Summary: "What happens to my name", Text: "The person it is about is not told your name unless " +
		"you say so, or a court orders it."}
}

// A box that leads somewhere or holds one thing.
func card() nhs.Component {
	return nhs.Card{Heading: nhs.CardHeading{Text: "Raise a concern", Level: 3}, Text: "It takes about 3 minutes.",
		Href: "/design", Clickable: true}
}

// A state in a word or two. States come from casework.Status, not from here.
func tag() nhs.Component { return nhs.Tag{Text: "Beta"} }

// The confirmation: the reference and what happens next. Little else.
func panel() nhs.Component {
	return nhs.Panel{Heading: nhs.Heading{Text: "Concern sent", Level: 3}, Text: "Your reference is HD-7F3K-2X9C"}
}

// Once, on the page after the action: Redirect.Flash makes it.
func bannerSuccess() nhs.Component {
	return nhs.NotificationBanner{Variant: nhs.Success, Text: "Your note was added", DisableAutoFocus: nhs.On}
}

// News of the service or a deadline; one a page.
func bannerNews() nhs.Component {
	return nhs.NotificationBanner{ID: "news", Text: "The yearly return is due on 30 April 2026.",
		Title: nhs.Heading{ID: "news-title"}}
}

// All errors of the page, each a link to its field. The layout makes it from the form's faults.
func errorSummary() nhs.Component {
	return nhs.ErrorSummary{DisableAutoFocus: nhs.On, Errors: []nhs.SummaryError{{Text: "NHS number must be 10 numbers",
		Href: "/design/input"}}}
}

// Answers to be checked: the question, the answer, and a link that changes it and comes back.
func summaryList() nhs.Component {
	return nhs.SummaryList{Rows: []nhs.SummaryRow{
		nhs.Row("Who it is about", "A patient", nhs.Action{Text: "Change", Hidden: "who it is about", Href: "/design"}),
		nhs.Row("When it happened", "Not provided", nhs.Action{Text: "Change", Hidden: "when it happened", Href: "/design"})}}
}

// Numbers to the right, one header row, a caption. Responsive ones stack on a phone.
func table() nhs.Component {
	return nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: "Concerns by month"},
		Head: []nhs.HeadCell{{Text: "Month"}, {Text: "Raised", Numeric: true}, {Text: "Answered in time", Numeric: true}},
		Rows: [][]nhs.Cell{{{Text: "January 2026"}, {Text: "14"}, {Text: "13"}}, {{Text: "February 2026"}, {Text: "9"},
			{Text: "9"}}}}
}

// What must not break across lines or the page: it scrolls by itself and by keyboard.
func scroll() nhs.Component {
	return nhs.Scroll{LabelledBy: "scroll-title",
		Content: nhs.Group{nhs.Heading{ID: "scroll-title", Text: "The log's checkpoint", Level: 3, Size: nhs.SizeS},
			nhs.Paragraph{Content: nhs.NoWrap("heed.example/log 1,024 3q2+7wAAq83vEjRWeJASNFZ4kBI0VniQEjRWeJASNFZ4kBI0VniQ")}}}
}

// A list of tasks with their states. casework.TaskGroups has groups, states from the list, and deadlines.
func taskList() nhs.Component {
	return nhs.TaskList{Items: []nhs.Task{{Text: "Purpose", Href: "/design", Status: "Completed"},
		{Text: "With whom", Href: "/design", StatusContent: casework.NotYetStarted}}}
}

// Where a page stands, on pages outside a journey.
func breadcrumb() nhs.Component {
	return nhs.Breadcrumb{Items: []nhs.Crumb{{Text: "Design", Href: "/design"}, {Text: "Components", Href: "/design"}}}
}

// Pages of a list: 25 rows each. casework.List makes it.
func pagination() nhs.Component {
	return nhs.Pagination{Previous: nhs.PageLink{Href: "/design?page=1"}, Next: nhs.PageLink{Href: "/design?page=3"},
		Items: []nhs.PageNumber{{Number: 1, Href: "/design?page=1"}, {Number: 2, Href: "/design?page=2", Current: true},
			{Number: 3, Href: "/design?page=3"}}}
}

// The pages of a publication.
func contentsList() nhs.Component {
	return nhs.ContentsList{Label: "Pages of this publication",
		Items: []nhs.ContentsItem{{Text: "Main points", Current: true}, {Text: "Quality and revisions", Href: "/design"}}}
}

// The foot of every page. The layout makes it: see the end of this page.
func footer() nhs.Component {
	return nhs.Footer{Meta: nhs.FooterMeta{Items: []nhs.FooterLink{{Text: "Accessibility statement",
		Href: "/accessibility"}, {Text: "Contact", Href: "/contact"}}}}
}

// Who is logged in and as what, always in sight. The layout makes it: see the top of this page.
func header() nhs.Component {
	return casework.Header{Organisation: "Northmoor NHS Trust", Service: "Heed", Home: "/", Name: "Amara Nwosu",
		Role: "Ward staff", LogOut: "/log-out"}
}

// Says that the service is new and asks what people think of it. The layout makes it.
func phaseBanner() nhs.Component {
	return casework.PhaseBanner{Phase: "Beta", Text: "This is a new service.",
		FeedbackText: "Tell us what you think of it", Feedback: "/contact"}
}

// The sections of a case. Each has its own address; not tabs.
func subNavigation() nhs.Component {
	return casework.SubNavigation{Label: "Sections of this case",
		Items: []casework.SubItem{{Text: "Summary", Href: "/design", Current: true}, {Text: "Tasks", Href: "/design",
			Count: 3}, {Text: "Timeline", Href: "/design"}}}
}

// Under the header of every page of a case.
func keyDetails() nhs.Component {
	return casework.KeyDetails{Reference: "HD-7F3K-2X9C", Person: "Anna O'Neill", Age: "age 17", Status: casework.OpenCase,
		Owner:   "Sam Lee",
		Due:     casework.Due{What: "Tell the person who raised it", When: "by 13 March 2026", State: casework.DueToday},
		Primary: &nhs.Button{Text: "Record a decision", Href: "/design"},
		Links:   []nhs.Link{{Text: "Add a note", Href: "/design"}}}
}

// What happened, newest first, written by the ledger alone.
func timeline() nhs.Component {
	return casework.Timeline{Events: []casework.Event{
		{Title: "Advice asked of the police Prevent team", By: "Sam Lee", Role: "safeguarding lead",
			Shown: "6 March 2026 at 5:32pm", Instant: time.Date(2026, 3, 6, 17, 32, 5, 0, time.UTC), Text: "By telephone.",
			Href: "/design", Link: "What was said"},
		{Title: "Concern received", Shown: "5 March 2026"}}}
}

// What is waiting, by what is due first; sorted by links, filtered by a form that asks by GET.
func list() nhs.Component {
	return casework.List{Caption: "Concerns", Count: "2 concerns", Path: "/design/list", Sort: "due",
		Columns: []casework.Column{{Key: "ref", Text: "Reference"}, {Text: "About"}, {Key: "due", Text: "Next due"},
			{Text: "Status"}},
		Rows: [][]nhs.Cell{{{Text: "HD-7F3K-2X9C", Href: "/design"}, {Text: "A patient"}, {Text: "13 March 2026"},
			{Content: casework.ToBeTakenUp}}, {{Text: "HD-2M9Q-41VC", Href: "/design"}, {Text: "A visitor"},
			{Text: "14 March 2026"}, {Content: casework.NeedsAdvice}}}, Page: 1, Pages: 1}
}

// Why a list is empty, and what to do.
func emptyState() nhs.Component {
	return casework.EmptyState{Why: "No concerns are waiting. The last came in on 3 March.", What: "See all concerns",
		Href: "/design"}
}

// Filters of a list, with those in force as links that take them off.
func filterCard() nhs.Component {
	return casework.FilterCard{Action: "/design/filter-card", Clear: "/design/filter-card",
		Chosen: []casework.ChosenFilter{{Kind: "Team", Text: "Ward 4", Remove: "/design/filter-card"}},
		Fields: []nhs.Component{nhs.Checkboxes{Name: "in", Legend: nhs.Legend{Text: "Team", Size: nhs.SizeS}, Small: true,
			Values: []string{"ward-4"}, Items: []nhs.Checkbox{{Value: "ward-4", Text: "Ward 4"},
				{Value: "ed", Text: "Emergency department"}}}}}
}

// The filter beside the list on a desk, above it on a phone.
func filtered() nhs.Component {
	return casework.Filtered{Filter: casework.FilterCard{Action: "/design/filtered"},
		List: casework.EmptyState{Why: "Nothing matches these filters."}}
}

// The tasks of a piece of work, in groups.
func taskGroups() nhs.Component {
	return casework.TaskGroups{Number: true, IDs: "tasks", Level: 3, Groups: []casework.TaskGroup{
		{Heading: "Decide", Tasks: []casework.Task{{Text: "Purpose", Href: "/design", State: casework.Completed},
			{Text: "With whom", Hint: "Choose from the partners", Href: "/design"}}},
		{Heading: "Record", Tasks: []casework.Task{{Text: "Check and record", State: casework.CannotStartYet}}}}}
}

// A question of a form that is filled in by hand.
func paperQuestion() nhs.Component {
	return casework.PaperQuestion{Ask: "Have you spoken to anyone?", Hint: "For example, the nurse in charge",
		Choices: []string{"Yes", "No"}}
}

// Two or more sources side by side; what differs says so in words.
func comparison() nhs.Component {
	return casework.Comparison{Caption: "What each concern says", Sources: []string{"This concern", "HD-2M9Q-41VC"},
		Rows: []casework.Compared{{What: "Name", Values: []string{"Anna O'Neill", "anna o'neill"}},
			{What: "Date of birth", Values: []string{"3 May 2008", "5 May 2008"}}},
		Question: casework.SamePerson("same", "", nhs.ErrorMessage{})}
}

// Before something rare and hard to undo. It stands alone on its page.
func interruption() nhs.Component {
	return casework.Interruption{Heading: "You are about to share without consent",
		Text: "Write down why consent was not asked for or was refused.", Continue: "Share without consent",
		Action: "/design/nothing", Back: "/design", BackText: "Go back and change this"}
}

// Beside every box in which something is written down.
func whoCanSee() nhs.Component {
	return casework.WhoCanSee{What: "this note", Roles: []string{"Safeguarding leads of this organisation", "You"}}
}

// The states of the service: one list.
func status() nhs.Component {
	var all nhs.Group
	for _, s := range casework.Statuses() {
		all = append(all, nhs.Paragraph{Content: s})
	}
	return all
}

// The next thing that is due.
func due() nhs.Component {
	return nhs.Paragraph{Content: casework.Due{What: "Tell the person who raised it", When: "by 13 March 2026",
		State: casework.Overdue}}
}

// On Raise a concern and My concerns: Page.Leave makes it. This one leads back here.
func leavePage() nhs.Component { return casework.LeavePage{Href: "/design"} }

// Near every form. The layout makes it, and the dialog that scripts show 2 minutes before.
func timeoutNote() nhs.Component { return casework.TimeoutNote{At: "5:30pm"} }

// Within a form, beside another way to do the same. Without scripts it shows nothing, or what is said in its place.
func passkey() nhs.Component {
	return casework.Passkey{Text: "Log in with a passkey", Ask: "/design", Failed: "Nothing came from your browser",
		Without: nhs.Para("This browser knows no passkeys.")}
}

// Beside the same in words.
func qrCode() nhs.Component {
	return casework.QR{Text: "otpauth://totp/Heed:log-in?secret=MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U",
		Name: "QR code of a key"}
}

// A long task. Scripts follow it; without them the page asks again (Page.Refresh).
func progress() nhs.Component {
	return casework.Progress{Words: "Checking row 200 of 1,000", Done: 200, Total: 1000, Again: "/design/progress"}
}

// What a file holds, before anything is kept.
func uploadReview() nhs.Component {
	return casework.UploadReview{File: "march.csv", New: 12,
		Problems: []casework.RowProblem{{Row: 4, Column: "C (Date of training)",
			Words: "Date of training must be a real date"}}, More: 41, Cancel: "/design"}
}
