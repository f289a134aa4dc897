package story_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"heed/internal/clock/workday"
	"heed/internal/demo"
)

// caller is a program with somebody's token.
type caller struct {
	t     *testing.T
	url   string
	token string
}

func (s served) caller(t *testing.T, login string) caller {
	t.Helper()
	w, err := demo.Word(ctx, s.App, login, s.Now())
	if err != nil {
		t.Fatal(err)
	}
	token, err := s.Directory.IssueToken(ctx, w, "story", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return caller{t, s.url, token}
}

// ask sends one request and gives status, body and ETag.
func (c caller) ask(method, path, key, match string, body any) (int, map[string]any, string) {
	c.t.Helper()
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		in = bytes.NewReader(b)
	}
	r, err := http.NewRequest(method, c.url+"/api/v1"+path, in)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	if match != "" {
		r.Header.Set("If-Match", match)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	return resp.StatusCode, out, resp.Header.Get("ETag")
}

type obj = map[string]any

// TestTheSameThroughTheAPI is the first paragraph of the work for a program.
func TestTheSameThroughTheAPI(t *testing.T) {
	each(t, func(t *testing.T, s served) {
		nurse, lead, porter := s.caller(t, "nurse"), s.caller(t, "lead"), s.caller(t, "porter")
		report := obj{"about": "patient", "what": "He said that people he met ask him to leave us.",
			"person": obj{"number": "999 000 0018"}}
		status, receipt, _ := nurse.ask("POST", "/concerns", "story-key-1", "", report)
		if status != http.StatusCreated {
			t.Fatalf("%d %v", status, receipt)
		}
		ref := receipt["reference"].(string)
		if _, again, _ := nurse.ask("POST", "/concerns", "story-key-1", "", report); again["reference"] != ref {
			t.Errorf("the same key gave %v, want %s", again["reference"], ref)
		}
		if status, p, _ := nurse.ask("POST", "/concerns", "story-key-1", "",
			obj{"about": "unsure", "what": "Something else"}); status != http.StatusConflict {
			t.Errorf("the same key for something else: %d %v", status, p)
		}
		day := workday.Of(time.Now()).String()
		etag := ""
		for i, x := range []struct {
			step string
			body obj
		}{
			{"acknowledge", obj{}},
			{"triage", obj{"decision": "open_case", "reasons": "Somebody is using him"}},
			{"decide_sharing", obj{"result": "share", "purpose": "safeguarding", "to": []string{"police_prevent"},
				"with": "A. Officer", "what": "Name and what was heard", "consent": "not_asked", "not_asked": "raise_risk",
				"article_6": "6_1_e", "article_9": "9_2_g_para_6", "common_law": "public_interest", "harm": "h", "distress": "d",
				"necessity": "n", "person_told": "later"}},
			{"refer", obj{"to": "police_prevent", "by": "secure email", "day": day, "what": "The form", "rest": "no"}},
			{"record_told", obj{"kind": "acknowledged", "from": "police", "day": day}},
			{"record_told", obj{"kind": "outcome", "from": "police", "day": day, "outcome": "signposted"}},
			{"give_feedback", obj{"result": "told", "words": "Thank you. He is being helped."}},
			{"close", obj{"reasons": "Passed on and answered"}},
		} {
			status, out, tag := lead.ask("POST", "/concerns/"+ref+"/"+x.step, fmt.Sprintf("story-step-%d", i), etag, x.body)
			if status != http.StatusOK {
				t.Fatalf("%s: %d %v", x.step, status, out)
			}
			etag = tag
		}
		if status, p, _ := lead.ask("POST", "/concerns/"+ref+"/add_note", "", `"2"`,
			obj{"words": "late"}); status != http.StatusConflict || p["changed"] == nil {
			t.Errorf("stale: %d %v", status, p)
		}
		status, own, _ := nurse.ask("GET", "/concerns/"+ref, "", "", nil)
		if status != http.StatusOK || own["progress"] != "Finished" || own["work"] != nil {
			t.Errorf("the nurse gets %d %v", status, own)
		}
		if news := own["news"].([]any); len(news) != 4 {
			t.Errorf("the nurse reads %v", news)
		}
		status, page, _ := lead.ask("GET", "/concerns?list=all&limit=1", "", "", nil)
		if status != http.StatusOK || len(page["rows"].([]any)) != 1 {
			t.Errorf("%d %v", status, page)
		}
		for _, path := range []string{"/concerns/" + ref, "/concerns/HD-0000-0000", "/concerns/x"} {
			if status, p, _ := porter.ask("GET", path, "", "", nil); status != http.StatusNotFound ||
				p["title"] != "Page not found" {
				t.Errorf("%s for the porter: %d %v", path, status, p)
			}
		}
		if status, p, _ := porter.ask("POST", "/concerns/"+ref+"/close", "", "",
			obj{"reasons": "x"}); status != http.StatusNotFound {
			t.Errorf("the porter closes: %d %v", status, p)
		}
		s.proven(t)
	})
}
