package verify

import (
	"encoding/json"

	"heed/record"
)

// By which rules a record may be erased (directory.NoteErased).
const (
	ruleTwoWords = "erased-on-two-words"
	// ruleBefore: a restored backup had brought it back; the two words stand in the
	// history that came after that backup.
	ruleBefore = "erased-before-the-restore"
)

// decided says what an erasure entry lacks; "" when it names its rule, its reason and
// two different people, and stands in its organisation's own record.
func decided(payload []byte, org, rec [16]byte) string {
	b, err := record.ParseBody(payload)
	if err != nil {
		return "cannot be read"
	}
	var d struct {
		Reason string   `json:"reason"`
		By     []string `json:"by"`
	}
	if json.Unmarshal(b.Data, &d) != nil {
		return "cannot be read"
	}
	people := map[string]bool{}
	for _, p := range d.By {
		if len(p) == 32 {
			people[p] = true
		}
	}
	switch {
	case rec != org:
		return "does not stand in its organisation's own record"
	case d.Reason == "":
		return "gives no reason"
	case b.Rule == ruleBefore && len(d.By) == 0:
		return ""
	case b.Rule != ruleTwoWords:
		return "was written by the rule " + b.Rule + ", which erases nothing"
	case len(people) < 2:
		return "does not name two people whose word it is"
	}
	return ""
}
