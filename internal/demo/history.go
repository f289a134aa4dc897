package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

// happening is one thing that somebody does at a time.
type happening struct {
	at    time.Time
	order int
	do    func() error
}

// story is one made-up concern: who raises it, and what becomes of it after how
// many working hours.
type story struct {
	raiser string
	report field.Answers
	ref    id.Reference
	steps  []told
}

type told struct {
	after time.Duration
	by    string
	step  func(day string) room.Taking
}

const howMany = 48

// live lets the year happen, in order of time.
func (b *builder) live(now time.Time) error {
	r := rand.New(rand.NewPCG(Seed, Seed))
	end := workday.Of(now)
	var all []happening
	for i := range howMany {
		days := 360 - i*360/howMany - r.IntN(4)
		at := workdayMorning(end.Add(-days), r)
		s := newStory(r, i)
		all = append(all, b.happenings(s, at, now, len(all))...)
	}
	all = append(all, b.recent(end, now, len(all))...)
	all = append(all, b.rooms(now, len(all))...)
	slices.SortStableFunc(all, func(x, y happening) int {
		if c := x.at.Compare(y.at); c != 0 {
			return c
		}
		return x.order - y.order
	})
	for i, h := range all {
		b.hand.Set(later(b.hand.Now(), h.at))
		if err := h.do(); err != nil {
			return fmt.Errorf("happening %d: %w", i, err)
		}
		if i%100 == 99 {
			b.tell(fmt.Sprintf("%d of %d", i+1, len(all)))
		}
		if err := b.ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// later never lets the hand go back.
func later(a, b time.Time) time.Time {
	if b.Before(a) {
		return a
	}
	return b
}

func workdayMorning(d workday.Day, r *rand.Rand) time.Time {
	for !workday.EnglandAndWales.Working(d) {
		d = d.Add(1)
	}
	return d.Start().Add(9*time.Hour + time.Duration(r.IntN(7*60))*time.Minute)
}

// happenings turns a story into what happens, leaving out what has not come yet.
func (b *builder) happenings(s *story, at, now time.Time, order int) []happening {
	if !at.Before(now) {
		return nil
	}
	out := []happening{{at, order, func() error {
		a, err := b.as(s.raiser)
		if err != nil {
			return err
		}
		receipt, err := b.app.Concerns.Raise(b.ctx, a, room.Beginning{Answers: s.report})
		s.ref = receipt.Reference
		return err
	}}}
	for i, t := range s.steps {
		at = at.Add(t.after)
		at = officeHours(at)
		if !at.Before(now) {
			break
		}
		when := at
		out = append(out, happening{when, order + i + 1, func() error {
			a, err := b.as(t.by)
			if err != nil {
				return err
			}
			if a.Role == access.Lead {
				if _, err := b.app.Concerns.Open(b.ctx, a, s.ref); err != nil {
					return err
				}
			}
			_, err = b.app.Concerns.Take(b.ctx, a, s.ref, t.step(workday.Of(when).String()))
			return err
		}})
	}
	return out
}

// officeHours puts a time into the next working day's hours.
func officeHours(t time.Time) time.Time {
	d := workday.Of(t)
	if workday.EnglandAndWales.Working(d) && t.Before(d.Start().Add(17*time.Hour)) &&
		!t.Before(d.Start().Add(8*time.Hour)) {
		return t
	}
	if !t.Before(d.Start().Add(17 * time.Hour)) {
		d = d.Add(1)
	}
	for !workday.EnglandAndWales.Working(d) {
		d = d.Add(1)
	}
	return d.Start().Add(9 * time.Hour)
}

func (b *builder) as(login string) (access.Actor, error) {
	return b.app.Directory.Actor(b.ctx, b.people[login], "", true)
}

// recent are concerns that wait for whoever opens the demo: one new, one taken
// up, one open case, one that waits for others, and one that is overdue.
func (b *builder) recent(end workday.Day, now time.Time, order int) []happening {
	r := rand.New(rand.NewPCG(Seed, Seed+1))
	var out []happening
	for i, keep := range []int{0, 0, 1, 2, 4} {
		s := newStory(r, 2+i*7)
		s.steps = longRoute("lead")[:keep]
		back := []int{1, 9, 2, 3, 12}[i]
		d := end
		for n := 0; n < back; {
			if d = d.Add(-1); workday.EnglandAndWales.Working(d) {
				n++
			}
		}
		out = append(out, b.happenings(s, workdayMorning(d, r), now, order+100*(i+1))...)
	}
	return out
}

var raisers = []string{"nurse", "porter", "therapist", "nurse", "nurse"}

// newStory draws one story. Its words are plain and made up; none is a sign to look for.
func newStory(r *rand.Rand, i int) *story {
	s := &story{raiser: raisers[r.IntN(len(raisers))], report: field.Said("about", "patient", "what", whats[i%len(whats)],
		"where", wheres[r.IntN(len(wheres))],
		"knows", "unknown", "reach", "On the ward, any weekday before 3pm").With("spoken", "nobody")}
	if r.IntN(3) > 0 {
		about := field.Said("name", names[i%len(names)]+" (made up)", "about_age", fmt.Sprint(17+r.IntN(50)))
		if i < len(numbers) {
			about.Set("number", numbers[i])
		}
		s.report.Of("person", about)
	}
	if r.IntN(4) == 0 {
		s.report.Set("about", "visitor")
		delete(s.report, "person")
	}
	lead := []string{"lead", "lead", "deputy"}[r.IntN(3)]
	switch n := r.IntN(10); {
	case n < 4:
		s.steps = shortRoute(lead, process.NotSafeguarding)
	case n < 7:
		s.steps = shortRoute(lead, process.OtherRoute)
	default:
		s.steps = longRoute(lead)
	}
	return s
}

// says is a step that says the same whenever it is taken.
func says(step process.Step, pairs ...string) func(string) room.Taking {
	return func(string) room.Taking { return room.Said(step, pairs...) }
}

// onDay is a step that tells of the day on which it is taken.
func onDay(step process.Step, pairs ...string) func(string) room.Taking {
	return func(day string) room.Taking { return room.Said(step, append(slices.Clip(pairs), "day", day)...) }
}

func shortRoute(lead, outcome string) []told {
	t := says(process.Triage, "decision", outcome, "reasons", "Talked with the person who raised it and with the ward. "+
		"Nobody is drawing this person in; there is another explanation, which is written in the notes.")
	if outcome == process.OtherRoute {
		t = says(process.Triage, "decision", outcome, "route", "Adult safeguarding", "reasons",
			"There is a need for care and protection, of another kind. Passed to adult safeguarding the same day.")
	}
	return []told{
		{2 * time.Hour, lead, says(process.Acknowledge, "words", "Thank you. I will ring you today.")},
		{5 * time.Hour, lead, says(process.AddNote, "words", "Rang the person who raised it and heard what was said, "+
			"and by whom.")},
		{3 * time.Hour, lead, t},
		{time.Hour, lead, says(process.GiveFeedback, "result", process.Told, "words",
			"Thank you for telling us. We looked into it with the team that knows the person. It needs no step under this "+
				"process, and the person has the help that was missing. Raising it was right.")},
		{time.Hour, lead, says(process.Close, "reasons", "Answered, nothing further to do here")},
	}
}

// shared is a decision to share without consent.
func shared(string) room.Taking {
	t := room.Said(process.DecideSharing, "result", process.Share, "purpose", "safeguarding", "with",
		"A made-up officer, police Prevent team", "what", "Name, age, what was heard and by whom",
		"held_back", "Diagnosis and treatment", "consent", "not_asked", "not_asked", "raise_risk", "article_6", "6_1_e",
		"article_9", "9_2_g_para_6", "common_law", "public_interest",
		"harm", "The person may be drawn in further by people who exploit them.", "distress",
		"The person may lose trust in the ward; we keep care apart from this.",
		"necessity", "Nobody can offer support without knowing who it is. Clinical detail is held back.",
		"person_told", "later")
	t.Answers.With("to", "police_prevent")
	return t
}

func longRoute(lead string) []told {
	return []told{
		{2 * time.Hour, lead, says(process.Acknowledge, "words", "Thank you. I have your concern and will ring you.")},
		{4 * time.Hour, lead, says(process.Triage, "decision", process.OpenCase, "reasons",
			"What was heard is first-hand and fits with what the team knows. Somebody seems to be using this person.")},
		{20 * time.Hour, lead, shared},
		{3 * time.Hour, lead, onDay(process.Refer, "to", "police_prevent", "by", "Secure email", "what",
			"The national form, with what the sharing decision names", "rest", "no")},
		{28 * time.Hour, lead, onDay(process.RecordTold, "kind", process.ToldAcknowledged, "from", "police", "words",
			"They have it and will look at it this week.")},
		{9 * 24 * time.Hour, lead, onDay(process.RecordTold, "kind", process.ToldOutcome, "from", "channel_panel", "outcome",
			"adopted", "words", "The panel offers support, and the person has agreed.")},
		{2 * time.Hour, lead, says(process.GiveFeedback, "result", process.Told, "words",
			"Thank you. The person has agreed to support and has somebody to talk to. You made that possible.")},
		{30 * 24 * time.Hour, lead, says(process.Close, "reasons", "Support is running; the panel reviews it", "lessons",
			"The ward knew whom to ring. Say so at the next briefing.")},
	}
}

var whats = []string{
	"A patient told me that new friends have asked him not to speak to his family or to us. He was frightened of what " +
		"they might do if he stopped seeing them.",
	"After a telephone call a patient was very upset. She said that somebody she met online wants her to travel and " +
		"pays for everything.",
	"A young man on the ward says that people he hardly knows visit him each evening and that he has to do what they ask.",
	"A relative of a patient asked me for help. Her brother has left his course, gives his money to a group, and she no " +
		"longer knows how to reach him.",
	"A patient asked me whether I would be angry if he did something that his friends say he must do. He would not say " +
		"what it was.",
	"I overheard two visitors press a patient to sign something and to come with them. He looked at me as if he wanted " +
		"me to stop it.",
	"A patient who has been lonely for a long time says a man online is the only one who listens to him and that he now " +
		"has a task.",
	"Leaflets were left in the day room. A patient told me who had left them and that she had been asked to " +
		"give more out.",
}

var wheres = []string{"Ward 4", "Outpatient clinic", "Day room", "Community visit", "Emergency department", "Reception"}

var names = []string{"Alex Placeholder", "Sam Example", "Robin Sample", "Jo Fictional", "Kit Pretend", "Lee Invented"}

// From the range that is kept for testing.
var numbers = []string{"9990000034", "9990000026", "9990000050"}
