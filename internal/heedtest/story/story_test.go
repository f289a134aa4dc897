package story_test

import (
	"context"
	"io"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/clock/workday"
	"heed/internal/demo"
	"heed/internal/heedtest"
	"heed/internal/store/storetest"
	"heed/internal/verify"
)

var ctx = context.Background()

// served is a demo installation that answers on this machine.
type served struct {
	*app.App
	url    string
	config app.Config
	clk    clock.Clock
}

// each serves a small demo on both engines.
func each(t *testing.T, fn func(t *testing.T, s served)) {
	t.Run("sqlite", func(t *testing.T) { fn(t, serve(t, "")) })
	t.Run("postgres", func(t *testing.T) { fn(t, serve(t, storetest.Postgres(t))) })
}

func serve(t *testing.T, db string) served {
	t.Helper()
	if midnight := workday.Of(time.Now()).Add(1).Start(); time.Until(midnight) < longest {
		time.Sleep(time.Until(midnight)) // what a story calls today is today until it ends
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	c := demo.Config(filepath.Join(t.TempDir(), "demo"))
	c.DB = db
	if err := demo.People(ctx, c, clock.System{}.Now(), log); err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(ctx, c, clock.System{}, log)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(a.Handler())
	t.Cleanup(func() {
		srv.Close()
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return served{a, srv.URL, c, clock.System{}}
}

var reference = regexp.MustCompile(`HD-[0-9A-Z]{4}-[0-9A-Z]{4}`)

// proven fails unless nothing was altered.
func (s served) proven(t *testing.T) {
	t.Helper()
	if _, err := s.Ledger.Sequence(ctx); err != nil {
		t.Fatal(err)
	}
	v, err := app.LogVerifier(s.config)
	if err != nil {
		t.Fatal(err)
	}
	r, err := verify.Store(ctx, s.Store, verify.Options{KeyFile: s.config.KeyFilePath(), KeyStore: s.config.KeyStorePath(),
		Log: v, Fields: app.SealedFields()})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range r.Differences {
		t.Errorf("altered: %s", d)
	}
	if r.Opened == 0 || r.Opened != r.Entries-r.Erased {
		t.Errorf("opened %d of %d entries", r.Opened, r.Entries)
	}
}

// longest is how long a story takes at most.
const longest = 3 * time.Minute

// today in the parts of a form: these people live by the clock of the machine.
func today() (year, month, day string) {
	d := workday.Of(time.Now())
	return strconv.Itoa(d.Year), d.Month.String(), strconv.Itoa(d.Day)
}

// TestFromTheNurseToTheAnswer is the first paragraph of the work, on a phone and
// without scripts on one engine, with scripts on a desktop on the other.
func TestFromTheNurseToTheAnswer(t *testing.T) {
	each(t, func(t *testing.T, s served) {
		opts := []heedtest.Option{heedtest.Width(heedtest.Phone), heedtest.NoScript()}
		if s.config.DB != "" {
			opts = []heedtest.Option{heedtest.Width(heedtest.Desktop)}
		}
		year, month, day := today()
		nurse := heedtest.Browser(t, s.url, opts...).As("Nadia Example")
		nurse.Open("/raise").See("Call 999 now", "safeguarding").Press("Start now").
			Press("Continue").See("There is a problem", "Select who the concern is about").
			Choose("A patient").Press("Continue").
			Press("Continue").See("Enter what you are worried about").
			Fill("What are you worried about?", "He told me that people he met ask him to leave his family. "+
				"<b>=1+1</b>").Press("Continue").
			See("When and where did it happen?").FillDate("When it happened (optional)", "31", "2",
			"2026").Press("Continue").See("must be a real date").
			FillDate("When it happened (optional)", "1", "March", "2026").Fill("Where it happened (optional)",
			"Ward 4").Press("Continue").
			Fill("Full name (optional)", "Made Up Person").Fill("NHS number (optional)", "999 000 0018").Press("Continue").
			Choose("My manager").Press("Continue").
			Press("Continue").
			See("Check your answers and send", "He told me that people", "1 March 2026", "999 000 0018").
			Press("Send this concern").See("Concern sent", "We will tell you what happened by")
		ref := reference.FindString(nurse.Text())
		if ref == "" {
			t.Fatal("no reference on the page")
		}
		nurse.Open("/mine/"+ref).See("Received", "There is nothing to tell you yet")

		lead := nurse.Beside(opts...).As("Lena Sample")
		lead.Open("/inbox").See(ref, "Waiting to be taken up").Press(ref).See("He told me that people", "=1+1").
			Press("Take up this concern").Fill("First words to the person who raised it (optional)",
			"Thank you. I will ring you today.").Press("Take it up").
			Press("Decide what happens next").Press("Save this decision").See("There is a problem", "Select what happens next").
			Choose("Open a case").Fill("Reasons for your decision", "Somebody is using him").Press("Save this decision").
			Press("Decide whether to share information").Press("Decision and purpose").
			Choose("Share").Choose("Safeguarding the person").Press("Save and continue").
			Choose("Police Prevent team").Fill("With whom exactly?",
			"A. Officer, police Prevent team").Fill("What exactly is shared?",
			"Name and what was heard").Press("Save and continue").
			Choose("Asked, and given").Press("Save and continue").
			Choose("Public task, Article 6(1)(e)").Choose("Health or social care, Article 9(2)(h)").Choose("Consent").
			Press("Save and continue").
			Fill("Why is this necessary and proportionate?",
				"Support cannot begin without it").Press("Save and continue").Choose("Yes").Press("Save and continue").
			See("Check your answers and save", "A. Officer").Press("Save this decision").
			Press("Record a referral").Choose("Police Prevent team").Fill("How was it sent?",
			"Secure email").FillDate("When was it sent?", day, month, year).Fill("What was sent?",
			"The form").Choose("No, that was all").Press("Record this referral").
			Press("Record what you were told").Choose("They have the referral").Choose("Police").
			FillDate("When did they tell you?", day, month, year).Press("Record this").
			DoNotSee("Close this concern").
			Open("/cases/"+ref+"/close").See("Tell the person who raised the concern").
			Press("Back to the case").Press("Answer the person who raised it").Choose("Tell them").
			Fill("What do you want to tell them?", "He has somebody to talk to now. Thank you.").Press("Send this answer").
			Press("Close this concern").Fill("Reasons for closing",
			"Support is running").Press("Close this concern").See("Closed").Print().
			Press("Timeline").See("Concern raised", "Police", "Support is running").
			Press("Who has opened it").See("Lena Sample", "Nadia Example").
			Press("Decisions").See("Somebody is using him", "Support cannot begin without it").Print()

		nurse.Open("/mine").See(ref, "Finished").Press(ref).See("He has somebody to talk to now", "Your concern was taken up",
			"Your concern was closed").Print().
			DoNotSee("Somebody is using him", "A. Officer")
		other := nurse.Beside(opts...).As("Percy Placeholder")
		other.Open("/mine/" + ref).See("Page not found")
		other.Open("/cases/" + ref).See("Page not found")
		s.proven(t)
	})
}

// TestTwoLeadsAtOnce: both texts are shown, none is lost.
func TestTwoLeadsAtOnce(t *testing.T) {
	s := serve(t, "")
	nurse := heedtest.Browser(t, s.url).As("Nadia Example")
	nurse.Open("/raise/about").Choose("A patient").Press("Continue").Fill("What are you worried about?",
		"Something I heard").Press("Continue").
		Press("Continue").Press("Continue").Press("Continue").Press("Continue").Press("Send this concern")
	ref := reference.FindString(nurse.Text())
	one, two := nurse.Beside().As("Lena Sample"), nurse.Beside().As("Dev Placeholder")
	one.Open("/cases/"+ref+"/notes").Fill("Add a note", "The first lead's note")
	two.Open("/cases/"+ref+"/notes").Fill("Add a note", "The second lead's note")
	one.Press("Add this note").See("Your note was added")
	two.PressStale("Add this note",
		"The first lead's note").SeeWhatITyped().Press("Add this note").See("The first lead's note", "The second lead's note")
	s.proven(t)
}
