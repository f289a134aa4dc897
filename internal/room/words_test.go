package room

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"heed/internal/process"
)

// wherever a text of a room can be reached it is set for a while and Check is asked.
func planted(t *testing.T, r *Room, v reflect.Value, at string, tried *int) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		was := v.String()
		v.SetString(strings.TrimSpace(was + " suspect"))
		if err := r.Check(); err == nil {
			t.Errorf("%s may say %q", at, v.String())
		}
		v.SetString(was)
		*tried++
	case reflect.Pointer:
		planted(t, r, v.Elem(), at, tried)
	case reflect.Slice:
		for i := range v.Len() {
			planted(t, r, v.Index(i), at+"[]", tried)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				planted(t, r, v.Field(i), at+"."+f.Name, tried)
			}
		}
	}
}

// Whatever a room says, an unwanted word in it is refused: its definitions, its rules,
// its stories; and the refusal names file and line.
func TestEveryWordOfARoomIsLookedAt(t *testing.T) {
	r := taken(t, note)
	r.Stories = MustStories([]byte(`[{"days_ago": 3, "steps": [{"as": "lena", "step": "begin", "answers": {"title": "A word"}}]}]`))
	tried := 0
	planted(t, r, reflect.ValueOf(r).Elem(), "", &tried)
	if tried < 60 {
		t.Errorf("only %d texts were tried", tried)
	}
	if err := r.Check(); err != nil {
		t.Error(err)
	}
	r.Stories[0].Steps[0].Answers.Set("title", "Score the person")
	if err := r.Check(); err == nil || !strings.Contains(err.Error(), "stories[1].steps[1].answers.title") {
		t.Errorf("a story: %v", err)
	}
	for _, place := range []string{`"done"`, `"send"`} {
		text := strings.Replace(note, `"label": "Decide"`, `"label": "Decide", `+place+`: "Their profile is saved"`, 1)
		if !json.Valid([]byte(text)) || text == note {
			t.Fatal("not planted")
		}
		d, err := process.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		r := taken(t, note)
		r.Definitions[0] = d
		if err := r.Check(); err == nil || !strings.Contains(err.Error(), "note-1.json:17") {
			t.Errorf("%s: %v", place, err)
		}
	}
}
