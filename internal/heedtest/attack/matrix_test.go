package attack_test

import (
	"cmp"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/demo"
	"heed/internal/directory"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

var update = flag.Bool("update", false, "write the golden matrix anew")

// somebody is one row of people: who asks.
type somebody struct {
	login string
	role  access.Role
	web   *visitor
	token string
}

func (s somebody) String() string { return cmp.Or(string(s.role), "nobody") }

// everybody is one person of each role, and nobody.
func everybody(t *testing.T, h *house) []*somebody {
	t.Helper()
	h.enrol(directory.NewPerson{Name: "Anna Example", Login: "analyst", Email: "analyst@example.org",
		Role: access.Analyst})
	all := []*somebody{
		{"", "", h.stranger(), ""}, {"nurse", access.Worker, nil, ""}, {"lead", access.Lead, nil, ""},
		{"guardian", access.CaldicottGuardian, nil, ""},
		{"executive", access.ExecutiveLead, nil, ""}, {"administrator", access.Administrator, nil, ""},
		{"analyst", access.Analyst, nil, ""},
	}
	for _, s := range all[1:] {
		s.token = h.token(s.login)
	}
	return all
}

// enrol adds somebody on the word of both grantors.
func (h *house) enrol(n directory.NewPerson) {
	h.t.Helper()
	lead, err := h.person("lead").Actor("", true)
	check(h.t, err)
	n.Team = lead.Team
	h.hand.Move(time.Minute)
	g, err := demo.Word(ctx, h.App, "guardian", h.hand.Now())
	check(h.t, err)
	e, err := demo.Word(ctx, h.App, "executive", h.hand.Now())
	check(h.t, err)
	offer, err := h.Directory.AddPerson(ctx, lead.Org, n, g, e)
	check(h.t, err)
	secret, _, err := directory.SecondFor("", "")
	check(h.t, err)
	code, err := totp.GenerateCode(secret, h.hand.Now())
	check(h.t, err)
	check(h.t, h.Directory.Enrol(ctx, n.Login, offer.Code, demo.Password, secret, code))
	h.secrets[n.Login] = secret
}

// The kinds of record that are asked for. "own" is one that this person raised.
var columns = []string{"own", "team", "closed", "elsewhere", "missing", "malformed"}

// forms are a whole and right form for every route that changes a record; "" is
// the API's body. A route that is not here and changes a record fails the test.
var forms = map[string]url.Values{
	"/mine/{ref}/add":          {"words": {"More"}},
	"/cases/{ref}/notes":       {"words": {"A note"}},
	"/cases/{ref}/reason":      {"reason": {"An emergency"}},
	"/cases/{ref}/acknowledge": {"words": {"Thank you"}},
	"/cases/{ref}/triage":      {"decision": {"hold"}, "reasons": {"To hear more"}},
	"/cases/{ref}/advice/ask":  {"of": {"line_manager"}, "question": {"What would you do?"}},
	"/cases/{ref}/advice": {"from": {"line_manager"}, "day-day": {"1"}, "day-month": {"3"},
		"day-year": {"2026"}, "advice": {"Wait"}},
	"/cases/{ref}/feedback":            {"result": {"told"}, "words": {"Thank you"}},
	"/cases/{ref}/close":               {"reasons": {"Done"}},
	"/cases/{ref}/correct":             {"of": {"1"}, "words": {"Otherwise"}},
	"/cases/{ref}/assign":              {"owner": {"DEPUTY"}},
	"/cases/{ref}/steps/{step}":        {},
	"/cases/{ref}/erasure_ahead":       {"reasons": {"Its time has come"}},
	"/cases/{ref}/recipient_told":      {"of": {"1"}, "result": {"not_among_it"}, "reasons": {"It was not sent"}},
	"/cases/{ref}/challenge":           {"of": {"3"}, "reasons": {"It leaves out what she said"}},
	"/cases/{ref}/challenge_answered":  {"of": {"4"}, "result": {"stands"}, "reasons": {"It was weighed"}},
	"/cases/{ref}/challenge_further":   {"of": {"4"}, "reasons": {"It was not"}},
	"/cases/{ref}/challenge_withdrawn": {"of": {"4"}, "reasons": {"I see it now"}},
	"/cases/{ref}/keep_on": {"until-day": {"1"}, "until-month": {"1"}, "until-year": {"2036"},
		"reasons": {"An audit"}},
	"/cases/{ref}/ask_hold": {"why": {"inquest"}, "reasons": {"The coroner"}, "look-day": {"1"}, "look-month": {"1"},
		"look-year": {"2036"}},
	"/cases/{ref}/lift_hold":        {"of": {"4"}, "reasons": {"It has ended"}},
	"/cases/{ref}/confirm_hold":     {"of": {"4"}, "result": {"confirmed"}},
	"/cases/{ref}/declare_conflict": {"reasons": {"We are related"}},
	"/cases/{ref}/keep_from":        {"why": {"subject"}, "login": {"nobody.at.all"}},
	"/cases/{ref}/lift_bar":         {"of": {"1"}, "reasons": {"By mistake"}},
	"/cases/{ref}/confirm_bar":      {"of": {"1"}, "result": {"confirmed"}},
	"/cases/{ref}/know_person":      {"age": {"unknown"}, "told": {"nobody"}},
	"/cases/{ref}/sharing/new": {"result": {"not_share"}, "purpose": {"safeguarding"}, "consent": {"given"},
		"necessity": {"Not needed"}},
	"/cases/{ref}/sharing/new/{page}": {"result": {"not_share"}, "purpose": {"safeguarding"}},
	"/cases/{ref}/emergency":          {"with": {"999"}, "what": {"The name"}, "why": {"Life at stake"}},
	"/cases/{ref}/referral": {"to": {"police_prevent"}, "by": {"email"}, "day-day": {"1"}, "day-month": {"3"},
		"day-year": {"2026"}, "what": {"The form"}, "rest": {"no"}},
	"/cases/{ref}/told": {"kind": {"acknowledged"}, "from": {"police"}, "day-day": {"1"}, "day-month": {"3"},
		"day-year": {"2026"}},
	"/work/cover": {"by": {"DEPUTY"}, "from-day": {"1"}, "from-month": {"7"}, "from-year": {"2026"},
		"until-day": {"1"}, "until-month": {"7"}, "until-year": {"2026"}},
	"/work/hand-over": {"what": {"concern/HD-0000-0000"}, "to": {"DEPUTY"}, "why": {"Leave"}},
}

var bodies = map[string]string{
	"acknowledge": `{}`, "assign": `{"owner":"DEPUTY","reasons":""}`,
	"know_person":          `{"age":"unknown","told":"nobody"}`,
	"triage":               `{"decision":"hold","reasons":"To hear more"}`,
	"ask_advice":           `{"of":"line_manager","question":"What?"}`,
	"record_advice":        `{"from":"line_manager","day":"2026-03-01","advice":"Wait"}`,
	"decide_sharing":       `{"result":"not_share","purpose":"safeguarding","consent":"given","necessity":"Not needed"}`,
	"emergency_disclosure": `{"with":"999","what":"The name","why":"Life at stake"}`,
	"refer":                `{"to":"police_prevent","by":"email","day":"2026-03-01","what":"The form","rest":"no"}`,
	"record_told":          `{"kind":"acknowledged","from":"police","day":"2026-03-01"}`,
	"give_feedback":        `{"result":"told","words":"Thank you"}`, "close": `{"reasons":"Done"}`,
	"add_note":            `{"words":"A note"}`,
	"erasure_ahead":       `{"reasons":"Its time has come"}`,
	"recipient_told":      `{"of":1,"result":"not_among_it","reasons":"It was not sent"}`,
	"challenge":           `{"of":3,"reasons":"It leaves out what she said"}`,
	"challenge_answered":  `{"of":4,"result":"stands","reasons":"It was weighed"}`,
	"challenge_further":   `{"of":4,"reasons":"It was not"}`,
	"challenge_withdrawn": `{"of":4,"reasons":"I see it now"}`,
	"keep_on":             `{"until":"2036-01-01","reasons":"An audit"}`,
	"ask_hold":            `{"why":"inquest","reasons":"The coroner","look":"2036-01-01"}`,
	"lift_hold":           `{"of":4,"reasons":"It has ended"}`,
	"confirm_hold":        `{"of":4,"result":"confirmed"}`,
	"declare_conflict":    `{"reasons":"We are related"}`, "keep_from": `{"why":"passed_by","login":"nobody.at.all"}`,
	"lift_bar": `{"of":1,"reasons":"By mistake"}`, "confirm_bar": `{"of":1,"result":"confirmed"}`,
	"seen":  `{"ids":["00"]}`,
	"cover": `{"by":"DEPUTY","from":"2026-06-01","until":"2026-06-02"}`, "end": `{"cover":1}`,
	"hand-over": `{"to":"DEPUTY","why":"Leave","records":[{"kind":"concern","reference":"HD-0000-0000"}]}`,
	"correct":   `{"of":1,"words":"Otherwise"}`, "{step}": `{"outcome":"","answers":{}}`,
}

// TestMatrix asks every route as everybody for every kind of record and compares
// with the golden table (promise A1). A route without a row, and a row without a
// route, fail it.
func TestMatrix(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		got := strings.Join(matrix(t, h), "\n") + "\n"
		const golden = "testdata/matrix.golden"
		if *update {
			check(t, os.WriteFile(golden, []byte(got), 0o644))
			return
		}
		want, err := os.ReadFile(golden)
		check(t, err)
		for _, line := range diff(string(want), got) {
			t.Error(line)
		}
	})
}

func diff(want, got string) (out []string) {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for _, line := range w {
		if !slices.Contains(g, line) {
			out = append(out, "- "+line)
		}
	}
	for _, line := range g {
		if !slices.Contains(w, line) {
			out = append(out, "+ "+line)
		}
	}
	return out
}

// matrix is one line for each route and person.
func matrix(t *testing.T, h *house) (lines []string) {
	people := everybody(t, h)
	elsewhere := h.raise("practice", "Said at the practice")
	closed := h.closed("porter")
	h.hand.Move(25 * time.Hour) // put away
	for _, s := range people {
		s.web = h.signed(s) // sessions ended meanwhile
	}
	cell := func(s *somebody, method, pattern, column string) string {
		ref, ok := "", true
		closed, elsewhere := closed, elsewhere
		if method == "POST" && strings.HasSuffix(pattern, "/reason") && strings.Contains("closed elsewhere", column) {
			// A reason given is remembered for half an hour: not for the records of other cells.
			closed, elsewhere = h.closed("porter"), h.raise("practice", "Said at the practice")
		}
		switch column {
		case "own":
			ref, ok = h.raised(s)
		case "team":
			ref = string(h.raise("porter", "Said to the porter"))
		case "closed":
			ref = string(closed)
		case "elsewhere":
			ref = string(elsewhere)
		case "missing":
			ref = string(id.NewReference())
		case "malformed":
			ref = "HD-0000-ILOU"
		}
		if !ok {
			return column + " -"
		}
		return column + " " + h.ask(s, method, pattern, ref)
	}
	for _, r := range h.routes() {
		method, pattern, _ := strings.Cut(r, " ")
		h.hand.Move(time.Hour) // nobody opens more than an hour's cases
		for _, s := range people {
			s.web = h.signed(s)
			line := fmt.Sprintf("%-46s %-18s", r, s)
			if !strings.Contains(pattern, "{ref}") && !strings.Contains(pattern, "{reference}") {
				lines = append(lines, line+" "+h.ask(s, method, pattern, ""))
				continue
			}
			for _, c := range columns {
				line += " | " + cell(s, method, pattern, c)
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// routes are all that is served, but for the rooms' own: roomtest holds those, each
// with a table of its own.
func (h *house) routes() (all []string) {
	var rooms []string
	for _, r := range app.Rooms() {
		rooms = append(rooms, r.Name)
	}
	for _, p := range h.Site().Parts() {
		if slices.Contains(rooms, p.Name) {
			continue
		}
		for _, r := range p.Routes {
			all = append(all, r.Method+" "+r.Pattern)
		}
	}
	for _, r := range h.API().Routes() {
		if !slices.ContainsFunc(app.Rooms(), func(x *room.Room) bool { return strings.Contains(r, "/api/v1/"+x.Many) }) {
			all = append(all, r)
		}
	}
	return append(all, "GET /healthz", "GET /readyz/pages", "GET /log/checkpoint", "GET /assets/none")
}

// raised is a new concern of this person's own, if they may raise one.
func (h *house) raised(s *somebody) (string, bool) {
	if s.login == "" {
		return "", false
	}
	a, err := h.person(s.login).Actor(s.role, true)
	check(h.t, err)
	r, err := h.Concerns.Raise(ctx, a, room.Beginning{Answers: field.Said("about", "patient", "what", "Said to me")})
	return string(r.Reference), err == nil
}

// closed is a concern that has been answered and closed.
func (h *house) closed(login string) id.Reference {
	h.t.Helper()
	ref := h.raise(login, "Said a while ago")
	for _, s := range []room.Taking{room.Said(process.Acknowledge), room.Said(process.Triage, "decision",
		process.NotSafeguarding, "reasons", "No"),
		room.Said(process.GiveFeedback, "result", process.Told, "words", "Thank you"),
		room.Said(process.Close, "reasons", "Done")} {
		_, err := h.Concerns.Take(ctx, h.actor("lead"), ref, s)
		check(h.t, err)
	}
	return ref
}

var holes = regexp.MustCompile(`\{[a-z]+\}`)

// ask sends one request and tells what came of it: the status and where it led.
func (h *house) ask(s *somebody, method, pattern, ref string) string {
	return outcome(h.answer(s, method, pattern, ref))
}

func (h *house) answer(s *somebody, method, pattern, ref string) answer {
	path := strings.NewReplacer("{ref}", ref, "{reference}", ref, "{$}", "", "{page}", "purpose",
		"{kind}", "patient-1").Replace(pattern)
	deputy := h.person("deputy").ID.String()
	if strings.HasPrefix(pattern, "/api/") {
		step := pattern[strings.LastIndex(pattern, "/")+1:]
		body, known := bodies[step]
		if step == "concerns" {
			body, known = `{"about":"patient","what":"Something"}`, true
		}
		if method == "POST" && !known {
			h.t.Errorf("%s %s: there is no body to try it with", method, pattern)
		}
		if method == "GET" && step == "concerns" {
			path += "?list=own"
		}
		return h.call(s.token, method, holes.ReplaceAllString(path, "unheard-of"), strings.ReplaceAll(body, "DEPUTY", deputy))
	}
	path = holes.ReplaceAllString(path, "unheard-of")
	if s.login != "" && strings.HasPrefix(pattern, "/log-out") || strings.HasPrefix(pattern, "/leave") {
		defer func() { s.web = h.signed(s) }() // what ends a session ends it for this cell alone
	}
	if method == http.MethodGet {
		return s.web.get(path)
	}
	form, known := forms[pattern]
	if !known && strings.Contains(pattern, "{ref}") {
		h.t.Errorf("%s %s: there is no form to try it with", method, pattern)
	}
	sent := url.Values{}
	for k, v := range form {
		sent[k] = []string{strings.ReplaceAll(v[0], "DEPUTY", deputy)}
	}
	if pattern == "/log-in" || pattern == "/demo/people" || pattern == "/role" {
		defer func(cookie string) { s.web.cookie = cookie }(s.web.cookie)
	}
	return s.web.post(path, sent)
}

func (h *house) signed(s *somebody) *visitor {
	if s.login == "" {
		return h.stranger()
	}
	return h.as(s.login, s.role)
}

func outcome(a answer) string {
	out := fmt.Sprint(a.status)
	if to := a.header.Get("Location"); to != "" {
		u, _ := url.Parse(to)
		out += "→" + reference.ReplaceAllString(u.Path, "{ref}")
	}
	return out
}
