package attack_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// The words that are planted, each in another part of a record.
const (
	wordRaised   = "Xylophonreport"   // what was raised
	wordName     = "Zaunkönigperson"  // whom it is about
	wordInternal = "Quittenmarmelade" // reasons, advice and notes of those who work on it
	wordAnswer   = "Wolkenkuckuck"    // written for the raiser
)

// planted is a concern of the porter in which every part has its word.
func (h *house) planted() id.Reference {
	h.t.Helper()
	r, err := h.Concerns.Raise(ctx, h.actor("porter"), room.Beginning{Answers: field.Said("about", "patient", "what",
		wordRaised).Of("person", field.Said("name", wordName))})
	check(h.t, err)
	for _, s := range []room.Taking{
		room.Said(process.Acknowledge), room.Said(process.AddNote, "words", wordInternal),
		room.Said(process.Triage, "decision", process.OpenCase, "reasons", wordInternal),
		room.Said(process.RecordAdvice, "from", "police_prevent_lead", "day", "2026-03-01", "advice", wordInternal),
		room.Said(process.GiveFeedback, "result", process.CannotBeTold, "because", wordInternal, "line", wordAnswer),
	} {
		_, err := h.Concerns.Take(ctx, h.actor("lead"), r.Reference, s)
		check(h.t, err)
	}
	return r.Reference
}

// readingsOf is how many entries a record has that say that somebody read it.
func (h *house) readingsOf(ref id.Reference) (n int) {
	h.t.Helper()
	check(h.t, h.Store.View(ctx, func(tx *store.Tx) error {
		return tx.QueryRow(`select count(*) from entry where version = 0 and record = (select record from room_record_v1 where reference = $1)`, string(ref)).Scan(&n)
	}))
	return n
}

// shownTo are the words that somebody may meet in any answer about the porter's concern.
func shownTo(s *somebody) []string {
	switch {
	case s.login == "porter":
		return []string{wordRaised, wordName, wordAnswer}
	case s.role == access.Lead:
		return []string{wordRaised, wordName, wordInternal, wordAnswer}
	}
	return nil
}

// TestWhatIsShown walks every route and operation as everybody, with every kind of
// answer (plain, a version that is old, a key sent twice, a key of another request, a
// form that is wrong), and looks for planted words: nobody meets one that is not for
// them, and no answer holds a word of a record without an entry that it was read.
func TestWhatIsShown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		people := append(everybody(t, h), &somebody{"porter", access.Worker, nil, ""})
		people[len(people)-1].token = h.token("porter")
		met := 0
		for _, r := range h.routes() {
			method, pattern, _ := strings.Cut(r, " ")
			if !strings.Contains(pattern, "{ref") {
				continue
			}
			h.hand.Move(time.Hour) // nobody opens more than an hour's cases
			for _, s := range people {
				s.web = h.signed(s)
				ref := h.planted()
				for _, ask := range h.ways(s, method, pattern, ref) {
					before := h.readingsOf(ref)
					a := ask.do()
					read := h.readingsOf(ref) - before
					met += h.look(s, r+" "+ask.how, a, read)
				}
			}
		}
		if met < 20 {
			t.Errorf("a planted word was met only %d times: the test looks at nothing", met)
		}
	})
}

// look judges one answer and says whether it held a word.
func (h *house) look(s *somebody, what string, a answer, read int) (met int) {
	h.t.Helper()
	text := a.body + fmt.Sprint(a.header)
	for _, word := range []string{wordRaised, wordName, wordInternal, wordAnswer} {
		if !strings.Contains(text, word) {
			continue
		}
		met = 1
		if !strings.Contains(strings.Join(shownTo(s), " "), word) {
			h.t.Errorf("%s as %s: answered %d with %q", what, s, a.status, word)
		}
	}
	if met == 1 && read == 0 {
		h.t.Errorf("%s as %s: answered %d with words of the record, and no entry says that it was read", what, s, a.status)
	}
	return met
}

type way struct {
	how string
	do  func() answer
}

// ways are the kinds of answer that one route can be brought to.
func (h *house) ways(s *somebody, method, pattern string, ref id.Reference) []way {
	once := way{"plainly", func() answer { return h.answer(s, method, pattern, string(ref)) }}
	if method == http.MethodGet {
		return []way{once}
	}
	if strings.HasPrefix(pattern, "/api/") {
		step := pattern[strings.LastIndex(pattern, "/")+1:]
		body := strings.ReplaceAll(bodies[step], "DEPUTY", h.person("deputy").ID.String())
		send := func(body string, header ...string) func() answer {
			return func() answer {
				all := map[string]string{"Content-Type": "application/json"}
				if s.token != "" {
					all["Authorization"] = "Bearer " + s.token
				}
				for i := 0; i+1 < len(header); i += 2 {
					all[header[i]] = header[i+1]
				}
				return h.send(method, strings.NewReplacer("{reference}", string(ref), "{step}", "unheard-of", "{page}",
					"purpose").Replace(pattern), all, strings.NewReader(body))
			}
		}
		key := newKey()
		return []way{
			{"with an old version", send(body, "If-Match", `"1"`)},
			{"with a wrong body", send(`{}`)},
			{"with a key", send(body, "Idempotency-Key", key)},
			{"with the key again", send(body, "Idempotency-Key", key)},
			{"with the key for something else", send(`{"words":"Other"}`, "Idempotency-Key", key)},
		}
	}
	path := strings.NewReplacer("{ref}", string(ref), "{step}", "unheard-of", "{page}", "purpose").Replace(pattern)
	form := func(more ...string) url.Values {
		sent := url.Values{}
		for k, v := range forms[pattern] {
			sent[k] = []string{strings.ReplaceAll(v[0], "DEPUTY", h.person("deputy").ID.String())}
		}
		for i := 0; i+1 < len(more); i += 2 {
			sent.Set(more[i], more[i+1])
		}
		return sent
	}
	key := newKey()
	return []way{
		{"with an old version", func() answer { return s.web.post(path, form("_version", "1")) }},
		{"with an empty form", func() answer { return s.web.post(path, url.Values{}) }},
		{"with a key", func() answer { return s.web.post(path, form("_key", key)) }},
		{"with the key again", func() answer { return s.web.post(path, form("_key", key)) }},
	}
}

// TestWhoRaisedItIsShownNoMore lists every member that programs of the raiser are given: the
// state of the work, what is due, whose it is and a version, which would count the steps of
// others, are none of them.
func TestWhoRaisedItIsShownNoMore(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ref := h.planted()
		token := h.token("porter")
		for path, want := range map[string]string{
			"/api/v1/concerns?list=own": "rows rows.at rows.label rows.reference rows.tell_by rows.told_at",
			"/api/v1/concerns/" + string(ref): "at news news.at news.title news.words progress reference said " +
				"said.about said.person said.person.name said.what tell_by told_at",
		} {
			a := h.call(token, http.MethodGet, path, "")
			var whole any
			check(t, json.Unmarshal([]byte(a.body), &whole))
			got := map[string]bool{}
			members("", whole, got)
			if all := strings.Join(slices.Sorted(maps.Keys(got)), " "); a.status != http.StatusOK || all != want {
				t.Errorf("%s: %d with %s\nwant %s", path, a.status, all, want)
			}
			if tag := a.header.Get("ETag"); tag != "" {
				t.Errorf("%s has the version %s", path, tag)
			}
		}
	})
}

// members are the names that a JSON text uses, each with those around it.
func members(around string, v any, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			into[around+name] = true
			members(around+name+".", inner, into)
		}
	case []any:
		for _, inner := range v {
			members(around, inner, into)
		}
	}
}

// TestBeforeAReasonNothingIsSeen: until she gave a reason, no page and no answer of the API
// shows the Guardian age, status or owner, and the page that asks for one is that of what is
// not there; then she sees them. Seen to fail on a page that asked with the status above it.
func TestBeforeAReasonNothingIsSeen(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		r, err := h.Concerns.Raise(ctx, h.actor("porter"), room.Beginning{Answers: field.Said("about", "patient", "what",
			wordRaised).Of("person", field.Said("name", wordName, "about_age", "Altersangabe"))})
		check(t, err)
		owner := h.person("deputy")
		for _, s := range []room.Taking{room.Said(process.Acknowledge),
			room.Said(process.Triage, "decision", process.OpenCase, "reasons", wordInternal),
			room.Said(process.Assign, "owner", owner.ID.String())} {
			_, err := h.Concerns.Take(ctx, h.actor("lead"), r.Reference, s)
			check(t, err)
		}
		s := &somebody{"guardian", access.CaldicottGuardian, nil, h.token("guardian")}
		s.web = h.signed(s)
		secrets := []string{"Altersangabe", "Open case", owner.Name}
		asked := 0
		for _, route := range h.routes() {
			method, pattern, _ := strings.Cut(route, " ")
			if !strings.Contains(pattern, "{ref") || route == "POST /cases/{ref}/reason" {
				continue
			}
			a := h.answer(s, method, pattern, string(r.Reference))
			for _, secret := range secrets {
				asked++
				if strings.Contains(a.body+fmt.Sprint(a.header), secret) {
					t.Errorf("%s: answered %d with %q", route, a.status, secret)
				}
			}
		}
		reason := func(ref id.Reference) string { return s.web.get("/cases/" + string(ref) + "/reason").plain() }
		if asked < 100 || reason(r.Reference) != reason(id.NewReference()) {
			t.Errorf("%d questions, or the page that asks for a reason is not that of what is not there", asked)
		}
		check(t, h.Concerns.GiveReason(ctx, h.actor("guardian"), r.Reference, "A complaint"))
		page := s.web.get("/cases/" + string(r.Reference)).body
		api := h.call(s.token, "GET", "/api/v1/concerns/"+string(r.Reference), "").body
		for _, secret := range secrets {
			if !strings.Contains(page, secret) || !strings.Contains(api, secret) {
				t.Errorf("control: with a reason %q is not shown", secret)
			}
		}
	})
}
