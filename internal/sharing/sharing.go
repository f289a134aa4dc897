// Package sharing holds what is recorded before and after words about a person
// leave the organisation: the information-sharing decision, the referral, what
// was shared in an emergency, and what the others told us.
//
// It keeps true: a decision not to share is recorded in the same way as one to
// share; a decision to share says with whom, what exactly, for which purpose, on
// which lawful basis, what was weighed, and why less would not do; consent was
// asked, or it says why not. "Consent" here is the common-law consent to share;
// consent to Channel support is another thing and has a field of its own.
// Nothing here sends anything: Heed records what people did.
//
// The steps are appended through the concern's desk, to the concern's own record.
//
// Sources: NHS guidance of 27 September 2022 (necessary, proportionate, lawful;
// the assessment comes before the sharing); GMC, Confidentiality, April 2017 (the
// weighing); Building Partnerships, Staying Safe, 2011, paragraphs 1.45 and 2.16.
package sharing

import (
	"slices"

	"heed/internal/clock/workday"
	"heed/internal/concern"
	"heed/internal/fail"
	"heed/internal/process"
)

// The closed lists of a decision; each has words for people.
var (
	// Purposes of sharing (NHS guidance of 27 September 2022: be clear which).
	Purposes = []concern.Choice{
		{ID: "safeguarding", Label: "Safeguarding the person"},
		{ID: "crime", Label: "Preventing or detecting crime"},
		{ID: "national_security", Label: "National security"},
		{ID: "channel_request", Label: "Answering a request from the Channel panel"},
	}
	// Consents are what came of asking.
	Consents = []concern.Choice{
		{ID: "given", Label: "Asked, and given"},
		{ID: "refused", Label: "Asked, and refused"},
		{ID: "withdrawn", Label: "Given, and withdrawn since"},
		{ID: "not_asked", Label: "Not asked"},
	}
	// NotAskedBecause are the reasons for not asking.
	NotAskedBecause = []concern.Choice{
		{ID: "no_capacity", Label: "The person cannot decide this now (capacity)"},
		{ID: "raise_risk", Label: "Asking would put somebody at risk"},
		{ID: "defeat_purpose", Label: "Asking would defeat the purpose"},
		{ID: "cannot_reach", Label: "The person cannot be reached"},
	}
	// Article6 are the lawful bases of UK GDPR Article 6. Consent is not among
	// them: data protection consent is not used for this (legal-ig, layer table).
	Article6 = []concern.Choice{
		{ID: "6_1_e", Label: "Public task, Article 6(1)(e)"},
		{ID: "6_1_c", Label: "Legal obligation, Article 6(1)(c)"},
		{ID: "6_1_d", Label: "Vital interests, Article 6(1)(d)"},
	}
	// Article9 are the conditions for health data, with the Schedule 1 condition where one is needed.
	Article9 = []concern.Choice{
		{ID: "9_2_g_para_6", Label: "Substantial public interest: statutory and government purposes, Article 9(2)(g), Schedule 1 paragraph 6"},
		{ID: "9_2_g_para_18", Label: "Substantial public interest: safeguarding children and individuals at risk, Article 9(2)(g), Schedule 1 paragraph 18"},
		{ID: "9_2_g_para_10", Label: "Substantial public interest: preventing or detecting unlawful acts, Article 9(2)(g), Schedule 1 paragraph 10"},
		{ID: "9_2_h", Label: "Health or social care, Article 9(2)(h)"},
		{ID: "9_2_c", Label: "Vital interests, Article 9(2)(c)"},
	}
	// Confidentiality is the basis in common law.
	Confidentiality = []concern.Choice{
		{ID: "consent", Label: "Consent"},
		{ID: "public_interest", Label: "Overriding public interest"},
		{ID: "law", Label: "Law or court order"},
		{ID: "overall_benefit", Label: "Overall benefit of a person without capacity"},
	}
	// PersonTold says whether the person was told of the sharing.
	PersonTold = []concern.Choice{
		{ID: "yes", Label: "Yes"},
		{ID: "no", Label: "No"},
		{ID: "later", Label: "Not yet"},
	}
	// Recipients of a referral: health refers to police or council, who send to
	// the panel (Counter-Terrorism and Security Act 2015, section 36).
	Recipients = []concern.Choice{
		{ID: "police_prevent", Label: "Police Prevent team"},
		{ID: "local_authority", Label: "Local authority Prevent team"},
		{ID: "mash", Label: "Multi-agency safeguarding hub"},
		{ID: "other", Label: "Somebody else"},
	}
	// Sources are who told us.
	Sources = []concern.Choice{
		{ID: "police", Label: "Police"},
		{ID: "channel_panel", Label: "Channel panel"},
		{ID: "local_authority", Label: "Local authority"},
		{ID: "other", Label: "Somebody else"},
	}
	// Outcomes are what others may tell us, in words for counting later.
	Outcomes = []concern.Choice{
		{ID: "no_further_action", Label: "No further action"},
		{ID: "signposted", Label: "Passed on to another service"},
		{ID: "information_gathering", Label: "More information is being gathered"},
		{ID: "not_adopted", Label: "Discussed at the Channel panel and not adopted"},
		{ID: "adopted", Label: "Adopted as a Channel case"},
		{ID: "police_led", Label: "Managed by police"},
		{ID: "exited", Label: "Left Channel"},
	}
)

// Decision is an information-sharing decision, to share or not to.
type Decision struct {
	Result     string   `json:"result"` // share | not_share
	Purpose    string   `json:"purpose"`
	To         []string `json:"to,omitempty"`        // who may be sent a referral: of Recipients
	With       string   `json:"with,omitempty"`      // named person, role and organisation
	What       string   `json:"what,omitempty"`      // exactly which items; the rest stays
	HeldBack   string   `json:"held_back,omitempty"` // what was held back
	Consent    string   `json:"consent"`             // what came of asking
	NotAsked   string   `json:"not_asked,omitempty"` // why consent was not asked
	Capacity   string   `json:"capacity,omitempty"`  // if doubted: assessment and best interests
	Article6   string   `json:"article_6,omitempty"`
	Article9   string   `json:"article_9,omitempty"`
	CommonLaw  string   `json:"common_law,omitempty"` // the basis in confidentiality
	Harm       string   `json:"harm,omitempty"`       // harm if it is not shared
	Distress   string   `json:"distress,omitempty"`   // harm or distress to the person, and to trust, if it is
	Necessity  string   `json:"necessity"`            // why this is necessary and less would not do; or why not sharing is right
	Told       string   `json:"person_told,omitempty"`
	AdviceFrom string   `json:"advice_from,omitempty"`
	Review     string   `json:"review,omitempty"` // when it is looked at again, YYYY-MM-DD
}

// Step is the process's step.
func (Decision) Step() process.Step { return process.DecideSharing }

// Outcome is to share or not to.
func (d Decision) Outcome() string { return d.Result }

// Validate names every fault.
func (d Decision) Validate() error {
	var f fail.Fields
	if d.Result != process.Share && d.Result != process.NotShare {
		f.Add("result", "Select whether to share information")
	}
	pick(&f, "purpose", "Select the purpose", Purposes, d.Purpose)
	if d.Result == process.Share {
		if len(d.To) == 0 || slices.ContainsFunc(d.To, func(to string) bool { return !concern.OneOf(Recipients, to) }) {
			f.Add("to", "Select who it may go to")
		}
		concern.Fault(&f, "with", "with whom it is shared", concern.MaxShort, true, d.With)
		concern.Fault(&f, "what", "what exactly is shared", concern.MaxText, true, d.What)
	}
	concern.Fault(&f, "held_back", "what is held back", concern.MaxText, false, d.HeldBack)
	pick(&f, "consent", "Select whether consent was asked", Consents, d.Consent)
	if d.Consent == "not_asked" {
		pick(&f, "not_asked", "Select why consent was not asked", NotAskedBecause, d.NotAsked)
	}
	concern.Fault(&f, "capacity", "what was found about capacity", concern.MaxText, d.NotAsked == "no_capacity" && d.Consent == "not_asked", d.Capacity)
	if d.Result == process.Share {
		d.validateBasis(&f)
	}
	concern.Fault(&f, "necessity", "why this is necessary and proportionate", concern.MaxText, true, d.Necessity)
	if d.Told != "" {
		pick(&f, "person_told", "Select whether the person was told", PersonTold, d.Told)
	} else if d.Result == process.Share {
		f.Add("person_told", "Select whether the person was told")
	}
	concern.Fault(&f, "advice_from", "whose advice was taken", concern.MaxShort, false, d.AdviceFrom)
	if d.Review != "" {
		concern.DayFault(&f, "review", "the review date", d.Review)
	}
	return f.Err()
}

// Agree holds that a decision is looked at again on a day to come.
func (d Decision) Agree(_ *concern.Concern, today workday.Day) error {
	var f fail.Fields
	if d.Review != "" && d.Review <= today.String() {
		f.Add("review", "The review date must be in the future")
	}
	return f.Err()
}

// validateBasis holds what sharing needs beyond consent: each layer of the law
// its own basis, and both sides weighed when there is no consent.
func (d Decision) validateBasis(f *fail.Fields) {
	pick(f, "article_6", "Select the lawful basis", Article6, d.Article6)
	pick(f, "article_9", "Select the condition for health information", Article9, d.Article9)
	pick(f, "common_law", "Select the basis in the duty of confidence", Confidentiality, d.CommonLaw)
	without := d.Consent != "given"
	if without && d.CommonLaw == "consent" {
		f.Add("common_law", "Select a basis other than consent: consent was not given")
	}
	concern.Fault(f, "harm", "the harm if it is not shared", concern.MaxText, without, d.Harm)
	concern.Fault(f, "distress", "the harm or distress that sharing may cause", concern.MaxText, without, d.Distress)
}

// Emergency records what was shared with 999 or to save life before the
// decision, which is owed within one working day.
type Emergency struct {
	With string `json:"with"`
	What string `json:"what"`
	Why  string `json:"why"`
}

// Step is the process's step.
func (Emergency) Step() process.Step { return process.EmergencyDisclosure }

// Outcome has no choice.
func (Emergency) Outcome() string { return "" }

// Validate names every fault.
func (e Emergency) Validate() error {
	var f fail.Fields
	concern.Fault(&f, "with", "with whom it was shared", concern.MaxShort, true, e.With)
	concern.Fault(&f, "what", "what was shared", concern.MaxText, true, e.What)
	concern.Fault(&f, "why", "why it could not wait", concern.MaxText, true, e.Why)
	return f.Err()
}

// Referral records that a referral was sent, by whatever way the recipient asks for.
type Referral struct {
	To   string `json:"to"`
	Name string `json:"name,omitempty"` // named person or team
	By   string `json:"by"`             // the way: secure email, online form, telephone
	Day  string `json:"day"`            // when it was sent
	What string `json:"what"`           // what was sent
}

// Step is the process's step.
func (Referral) Step() process.Step { return process.Refer }

// Outcome has no choice.
func (Referral) Outcome() string { return "" }

// Days is when it was sent.
func (r Referral) Days() map[string]string { return map[string]string{"day": r.Day} }

// Validate names every fault.
func (r Referral) Validate() error {
	var f fail.Fields
	pick(&f, "to", "Select where the referral went", Recipients, r.To)
	concern.Fault(&f, "name", "the name of the person or team", concern.MaxLine, r.To == "other", r.Name)
	concern.Fault(&f, "by", "how it was sent", concern.MaxLine, true, r.By)
	concern.DayFault(&f, "day", "when it was sent", r.Day)
	concern.Fault(&f, "what", "what was sent", concern.MaxText, true, r.What)
	return f.Err()
}

// latest is the sharing decision that counts, with the day on which it was taken; zero when there is none.
func latest(c *concern.Concern) (d Decision, day string, err error) {
	taken, ok := c.Last(process.DecideSharing)
	if !ok {
		return d, "", nil
	}
	d, err = concern.Read[Decision](taken)
	return d, workday.Of(taken.At).String(), err
}

// MayGoTo are those to whom the latest sharing decision lets a referral go.
func MayGoTo(c *concern.Concern) (out []concern.Choice, err error) {
	d, _, err := latest(c)
	for _, r := range Recipients {
		if slices.Contains(d.To, r.ID) {
			out = append(out, r)
		}
	}
	return out, err
}

// Agree holds that a referral goes to whom the latest sharing decision names, and not
// before it was decided; the process holds that there is such a decision.
func (r Referral) Agree(c *concern.Concern, _ workday.Day) error {
	var f fail.Fields
	d, decided, err := latest(c)
	if err != nil {
		return err
	}
	if !slices.Contains(d.To, r.To) {
		f.Add("to", "Select somebody whom the sharing decision names, or record a new decision first")
	}
	if r.Day < decided {
		f.Add("day", "When it was sent must be the day of the sharing decision or later")
	}
	return f.Err()
}

// Told is what others told us: that they have the referral, or what came of it.
type Told struct {
	Kind   string `json:"kind"` // acknowledged | outcome
	From   string `json:"from"`
	Who    string `json:"who,omitempty"` // the person who said it
	Day    string `json:"day"`
	Result string `json:"outcome,omitempty"` // of the list, when they told us the outcome
	Words  string `json:"words,omitempty"`
}

// Step is the process's step.
func (Told) Step() process.Step { return process.RecordTold }

// Outcome is what kind of word it was.
func (t Told) Outcome() string { return t.Kind }

// Days is when they told us.
func (t Told) Days() map[string]string { return map[string]string{"day": t.Day} }

// Validate names every fault.
func (t Told) Validate() error {
	var f fail.Fields
	if t.Kind != process.ToldAcknowledged && t.Kind != process.ToldOutcome {
		f.Add("kind", "Select what you were told")
	}
	pick(&f, "from", "Select who told you", Sources, t.From)
	concern.Fault(&f, "who", "the name of the person who told you", concern.MaxLine, false, t.Who)
	concern.DayFault(&f, "day", "when they told you", t.Day)
	if t.Kind == process.ToldOutcome {
		pick(&f, "outcome", "Select the outcome", Outcomes, t.Result)
	}
	concern.Fault(&f, "words", "what they said", concern.MaxText, false, t.Words)
	return f.Err()
}

// Agree holds that nobody has a referral before it was sent.
func (t Told) Agree(c *concern.Concern, _ workday.Day) error {
	var f fail.Fields
	sent, ok := c.Last(process.Refer)
	if !ok || t.Kind != process.ToldAcknowledged {
		return nil
	}
	r, err := concern.Read[Referral](sent)
	if err != nil {
		return err
	}
	if t.Day < r.Day {
		f.Add("day", "When they told you must be the day when the referral was sent or later")
	}
	return f.Err()
}

func pick(f *fail.Fields, name, words string, list []concern.Choice, id string) {
	if !slices.ContainsFunc(list, func(c concern.Choice) bool { return c.ID == id }) {
		f.Add(name, words)
	}
}
