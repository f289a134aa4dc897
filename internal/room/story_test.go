package room

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

const story = `[
 {"days_ago": 3, "steps": [
  {"as": "lead", "step": "begin",
   "answers": {"title": "A word"}},
  {"after": 1, "as": "lead", "step": "decide",
   "answers": {"how": "stop",
    "words": "@deputy"}}]}
]`

// TestAFaultOfAStoryHasItsLine: what is misspelt in a story is said with its line and with what
// there is, by the check of the room, by whoever plays it, or when it is read.
func TestAFaultOfAStoryHasItsLine(t *testing.T) {
	if bad := os.Getenv("HEED_TEST_STORY"); bad != "" {
		MustStories([]byte(bad))
		return
	}
	for _, c := range []struct{ old, new, said string }{
		{`"step": "decide"`, `"step": "decied"`, `stories.json:5: the step "decied" is not there: name one of begin, `},
		{`"step": "begin"`, `"step": "decide"`, `stories.json:3: the step "decide" is out of place: a story must begin with`},
		{`"title"`, `"titel"`, `stories.json:4: the step begin does not ask "titel": name one of title, who`},
		{`"words"`, `"word"`, `stories.json:7: the step decide does not ask "word": name one of how, words`},
		{`"as": "lead", "step": "begin"`, `"as": "laed", "step": "begin"`, `stories.json:3: the log-in "laed" is nobody's`},
		{`"@deputy"`, `"@depty"`, `stories.json:7: the log-in "depty" is nobody's: name one of lead, deputy`},
	} {
		r := taken(t, note)
		r.Stories = MustStories([]byte(strings.Replace(story, c.old, c.new, 1)))
		said := ""
		if err := r.Check(); err != nil {
			said = err.Error()
		}
		for _, scene := range r.Stories[0].Steps {
			said += scene.Stranger([]string{"lead", "deputy"})
		}
		if !strings.Contains(said, c.said) {
			t.Errorf("%s: it is said %q, want %q", c.new, said, c.said)
		}
	}
	for _, c := range []struct{ old, new, said string }{
		{`"days_ago": 3,`, `"days_ago": 3`, "stories.json:2: "},
		{`"answers": {"how"`, `"answer": {"how"`, "stories.json:6: "},
		{`"after": 1`, `"after": "1"`, "stories.json:5: "},
	} {
		cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), "HEED_TEST_STORY="+strings.Replace(story, c.old, c.new, 1))
		out, _ := cmd.CombinedOutput() //nolint:errcheck // its status is looked at
		lines, status := strings.Count(string(out), "\n"), cmd.ProcessState.ExitCode()
		if !strings.HasPrefix(string(out), c.said) || lines != 1 || status != 1 {
			t.Errorf("%s: it is said %q, want one line with %q", c.new, out, c.said)
		}
	}
}
