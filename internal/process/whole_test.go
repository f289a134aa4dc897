package process

import (
	"fmt"
	"strings"
	"testing"
)

// TestAFaultOfAShippedDefinitionIsSaid: what is wrong with a file of the program's own is said
// at once, with file and line; a comma that was forgotten once kept it reading for ever.
func TestAFaultOfAShippedDefinitionIsSaid(t *testing.T) {
	good := string(patient1)
	for said, bad := range map[string]string{
		":4: The file is not whole JSON": strings.Replace(good, `"version": 1,`, `"version": 1`, 1),
		"The file is not whole JSON":     good[:len(good)/2],
		"patient-1.json:8: roles[1] must have a name": strings.Replace(good, `"roles": [`,
			`"roles": [{"id": "Not A Name", "label": "", "one": ""}, `, 1),
	} {
		got := func() (words string) {
			defer func() { words = fmt.Sprint(recover()) }()
			Must([]byte(bad))
			return ""
		}()
		if bad == good || !strings.Contains(got, said) {
			t.Errorf("it is said %q, want %q", got, said)
		}
	}
}
