package attack_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"heed/internal/access"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/web"
)

// control is one input of a form, as a browser sends it.
type control struct {
	kind, name, value string
	on                bool // chosen or ticked
}

// formOf reads the page's own form, and where its Back link leads.
func formOf(page string) (controls []control, back string) {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return nil, ""
	}
	inside := false
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		at := map[string]string{}
		for _, a := range n.Attr {
			at[a.Key] = a.Val
		}
		own := n.Type == html.ElementNode && n.Data == "form" && at["id"] == "form"
		inside = inside || own
		_, checked := at["checked"]
		_, selected := at["selected"]
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "button" && at["name"] == "_back" && at["formaction"] == "/back":
			back = at["value"]
		case !inside:
		case n.Data == "input" && (at["type"] == "radio" || at["type"] == "checkbox"):
			controls = append(controls, control{at["type"], at["name"], at["value"], checked})
		case n.Data == "input" && at["type"] != "submit":
			controls = append(controls, control{at["type"], at["name"], at["value"], true})
		case n.Data == "textarea":
			controls = append(controls, control{"text", at["name"], strings.TrimPrefix(text(n), "\n"), true})
		case n.Data == "option":
			controls = append(controls, control{"option", "", at["value"], selected})
		case n.Data == "select":
			controls = append(controls, control{"select", at["name"], "", true})
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		if own {
			inside = false
		}
	}
	walk(doc)
	return controls, back
}

func text(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	out := ""
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		out += text(c)
	}
	return out
}

// typeInto types into every field, and chooses the last of every choice.
func typeInto(controls []control) []control {
	out := slices.Clone(controls)
	for i := range out {
		switch c := &out[i]; {
		case c.kind == "hidden" || c.kind == "file": // a browser keeps no file that was chosen
		case c.kind == "radio":
			c.on = i+1 == len(out) || !slices.ContainsFunc(out[i+1:], func(d control) bool { return d.name == c.name })
		case c.kind == "checkbox":
			c.on = !c.on
		case c.kind == "option":
			c.on = i+1 == len(out) || out[i+1].kind != "option"
		case c.kind != "select":
			c.value = fmt.Sprintf("Typed %d", i)
		}
	}
	return out
}

// sent is what a browser sends of controls.
func sent(controls []control) url.Values {
	form, list := url.Values{}, ""
	for _, c := range controls {
		switch {
		case c.kind == "select":
			list = c.name
		case c.kind == "option" && c.on:
			form.Set(list, c.value)
		case c.kind != "option" && c.on:
			form.Add(c.name, c.value)
		}
	}
	return form
}

// shown are the controls without what the kit draws anew for each page.
func shown(controls []control) string {
	var out []string
	for _, c := range controls {
		if !strings.HasPrefix(c.name, "_") {
			out = append(out, fmt.Sprint(c))
		}
	}
	return strings.Join(out, "\n")
}

// stages are concerns of which each step is open on one.
func (h *house) stages() []id.Reference {
	received := h.raise("nurse", "Just raised")
	taken := h.raise("nurse", "Taken up")
	h.take("lead", taken, "acknowledge", forms["/cases/{ref}/acknowledge"])
	open := h.raise("nurse", "A case, shared and answered")
	share := url.Values{"result": {"share"}, "purpose": {"safeguarding"}, "to": {"police_prevent"}, "with": {"An officer"},
		"what": {"The name"}, "consent": {"given"},
		"article_6": {"6_1_e"}, "article_9": {"9_2_g_para_6"}, "common_law": {"consent"}, "necessity": {"n"},
		"person_told": {"later"}}
	h.take("lead", open, "acknowledge", nil)
	h.take("lead", open, "triage", url.Values{"decision": {"open_case"}, "reasons": {"r"}})
	h.take("lead", open, "sharing/new", share)
	h.take("lead", open, "feedback", url.Values{"result": {"told"}, "words": {"w"}})
	asked, barred := h.raise("nurse", "Somebody is to be kept from it"), h.raise("nurse", "Somebody is kept from it")
	for _, ref := range []id.Reference{asked, barred} {
		h.take("lead", ref, "keep_from", url.Values{"why": {"subject"}, "login": {"porter"}, "reasons": {"It is about them"}})
	}
	h.take("guardian", barred, "confirm_bar", url.Values{"of": {"2"}, "result": {"confirmed"}})
	sent, ended := h.raise("nurse", "Sent in an emergency"), h.raise("nurse", "Sent in an emergency, and closed")
	for _, ref := range []id.Reference{sent, ended} {
		h.take("lead", ref, "emergency", forms["/cases/{ref}/emergency"])
	}
	h.take("lead", sent, "correct", url.Values{"of": {"2"}, "words": {"Otherwise"}})
	h.take("lead", ended, "acknowledge", nil)
	h.take("lead", ended, "triage", url.Values{"decision": {"not_safeguarding"}, "reasons": {"r"}})
	h.take("lead", ended, "sharing/new", forms["/cases/{ref}/sharing/new"])
	h.take("lead", ended, "feedback", url.Values{"result": {"told"}, "words": {"w"}})
	h.take("lead", ended, "close", url.Values{"reasons": {"r"}})
	decided, disputed := h.raise("nurse", "Decided by another"), h.raise("nurse", "Somebody disagrees")
	for _, ref := range []id.Reference{decided, disputed} {
		h.take("deputy", ref, "acknowledge", nil)
		h.take("deputy", ref, "triage", url.Values{"decision": {"open_case"}, "reasons": {"r"}})
	}
	h.take("lead", disputed, "challenge", forms["/cases/{ref}/challenge"])
	toHold, held := h.raise("nurse", "Somebody asked to hold it"), h.raise("nurse", "Held")
	for _, ref := range []id.Reference{toHold, held} {
		h.take("deputy", ref, "ask_hold", forms["/cases/{ref}/ask_hold"])
	}
	h.take("lead", held, "confirm_hold", url.Values{"of": {"2"}, "result": {"confirmed"}})
	return []id.Reference{received, taken, open, asked, barred, sent, ended, decided, disputed, toHold, held}
}

// toldOf is the page on which the Guardian reviews a reason that a lead gave.
func (h *house) toldOf() string {
	h.t.Helper()
	h.take("lead", id.NewReference(), "reason", forms["/cases/{ref}/reason"])
	page := h.as("guardian", access.CaldicottGuardian).get("/told").body
	path := regexp.MustCompile(`/told/[0-9-]+/[0-9a-f]+`).FindString(page)
	if path == "" {
		h.t.Fatal("the Guardian's page names no reason")
	}
	return path
}

// proposed has a change to what the organisation does wait for the grantors.
func (h *house) proposed() string {
	h.t.Helper()
	lead, err := h.person("lead").Actor(access.Lead, true)
	check(h.t, err)
	fingerprint, err := h.Rooms.ProposeOverlay(ctx, lead, []byte(`{"overlay": "ours", "version": 1, "on": "patient/1",
 "days": {"triage": 2}}`))
	check(h.t, err)
	return fingerprint
}

// roles are those in which people fill in forms.
var roles = map[string]access.Role{"lead": access.Lead, "deputy": access.Lead,
	"nurse": access.Worker, "guardian": access.CaldicottGuardian}

// take takes a step by its page.
func (h *house) take(login string, ref id.Reference, path string, form url.Values) {
	h.t.Helper()
	v := h.as(login, roles[login])
	to := "/cases/" + string(ref) + "/" + path
	controls, _ := formOf(v.get(to).body)
	whole := sent(controls)
	for name, values := range form {
		whole[name] = values
	}
	if a := v.post(to, whole); a.status != http.StatusSeeOther {
		h.t.Fatalf("%s: %d %s", to, a.status, a.body)
	}
}

// TestBackKeepsWhatWasTyped walks every form behind the log-in: what stands in it when
// its Back link is used stands there again, choices too. A form that is not reached fails.
func TestBackKeepsWhatWasTyped(t *testing.T) {
	c := folder(t)
	c.PublicURL = "http://localhost:8430" // a name, as passkeys need it
	h := enter(t, c)
	refs := h.stages()
	nurse := h.as("nurse", access.Worker)
	nurse.post("/raise/about", url.Values{"about": {"patient"}})
	nurse.post("/raise/what", url.Values{"what": {"What I saw"}})
	told, waits := h.toldOf(), h.proposed()
	for _, p := range h.Site().Parts() {
		for _, r := range p.Routes {
			if r.Method != http.MethodGet || r.Access == web.Public || !slices.Contains(h.routes(), "POST "+r.Pattern) ||
				strings.Contains(r.Pattern, "{step}") {
				continue
			}
			if r.Pattern == "/grantors" || r.Pattern == "/work" || r.Pattern == "/different/off/{kind}" ||
				r.Pattern == "/work/cover/{cover}" || r.Pattern == "/account/passkeys/{passkey}" ||
				r.Pattern == "/account/elsewhere/{link}" ||
				r.Pattern == "/account/password" || r.Pattern == "/account/password/add" || // passwords are kept nowhere
				slices.Contains(h.routes(), "GET "+r.Pattern+"/{page}") {
				// one button; a list of tasks
				continue
			}
			t.Run(r.Pattern, func(t *testing.T) {
				for _, login := range []string{"lead", "nurse", "guardian"} {
					v := h.as(login, roles[login])
					if login == "nurse" {
						v = nurse
					}
					for _, ref := range refs {
						path := strings.NewReplacer("{ref}", string(ref), "{person}", h.person("lead").ID.String(),
							"/told/{month}/{entry}", told, "{page}",
							"all", "{fingerprint}", waits, "{kind}", "patient-1").Replace(r.Pattern)
						before, back := formOf(v.get(path).body)
						if len(before) == 0 {
							continue
						}
						if back == "" {
							t.Fatalf("%s has a form and no way back that keeps it", path)
						}
						typed := typeInto(before)
						form := sent(typed)
						form.Set("_back", back)
						if a := v.post("/back", form); a.status != http.StatusSeeOther || a.header.Get("Location") != back {
							t.Fatalf("Back of %s: %d to %q", path, a.status, a.header.Get("Location"))
						}
						after, _ := formOf(v.get(path).body)
						if shown(after) != shown(typed) {
							t.Errorf("%s as %s: typed\n%s\nand found\n%s", path, login, shown(typed), shown(after))
						}
						return
					}
				}
				t.Errorf("no page with the form of %s was found", r.Pattern)
			})
		}
	}
}

// blank is a button that says nothing, but for the hidden one that the Enter key presses.
var blank = regexp.MustCompile(`<button[^>]*[^n]>\s*</button>`)

// TestInterruptionsKeepWhatWasTyped: the page that asks one thing more carries the whole
// form, its one button says what it does and does it, and the form is as it was left
// for whoever goes back.
func TestInterruptionsKeepWhatWasTyped(t *testing.T) {
	h := onSQLite(t)
	for name, form := range map[string]url.Values{
		"sharing/new/all": {"result": {"share"}, "purpose": {"crime"}, "to": {"police_prevent", "mash"},
			"with": {"An officer"}, "what": {"Item one"}, "held_back": {"The diagnosis"},
			"consent": {"not_asked"}, "not_asked": {"raise_risk"}, "article_6": {"6_1_e"}, "article_9": {"9_2_g_para_6"},
			"common_law": {"public_interest"},
			"harm":       {"Harm"}, "distress": {"Distress"}, "necessity": {"Necessity"}, "person_told": {"later"},
			"advice_from": {"Advice"},
			"review-day":  {"27"}, "review-month": {"6"}, "review-year": {"2026"}},
		"feedback": {"result": {process.CannotBeTold}, "because": {"A reason"}, "line": {"A line"}},
	} {
		t.Run(name, func(t *testing.T) {
			ref := h.raise("nurse", "Taken up")
			h.take("lead", ref, "acknowledge", nil)
			v, path := h.as("lead", access.Lead), "/cases/"+string(ref)+"/"+name
			before, _ := formOf(v.get(path).body)
			whole := sent(before)
			for field, values := range form {
				whole[field] = values
			}
			a := v.post(path, whole)
			if a.status != http.StatusOK || !strings.Contains(a.body, "heed-interruption") {
				t.Fatalf("not interrupted: %d", a.status)
			}
			if strings.Contains(a.body, `<form id="form"`) || blank.MatchString(a.body) {
				t.Errorf("a second form, or a button without words:\n%s", a.body)
			}
			after, _ := formOf(v.get(path).body)
			for field, values := range form {
				if got := sent(after)[field]; !slices.Equal(got, values) {
					t.Errorf("after going back %s is %q, want %q", field, got, values)
				}
			}
			again, _ := formOf(strings.Replace(a.body, `<form class="heed-interruption__form"`, `<form id="form"`, 1))
			if a := v.post(path, sent(again)); a.status != http.StatusSeeOther {
				t.Errorf("going on: %d\n%s", a.status, a.body)
			}
			left, _ := formOf(v.get(path).body)
			for _, c := range left {
				if c.on && strings.Contains(c.value, "reason") {
					t.Error("what was sent is still held")
				}
			}
		})
	}
}
